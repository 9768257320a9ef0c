//! The served description against a real server: generated requests, good and bad, meet no 5xx, no status, body or content type that
//! is not described. The seed is fixed and examples are few, so that a run takes about half a minute and repeats itself.

use std::{env, path::Path, process::Command};

use serde_json::json;

use crate::support::{http, server::Server};

/// Generated requests an operation, at most.
const EXAMPLES: &str = "12";
const CHECKS: &str =
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";

fn schemathesis(dir: &Path, server: &Server, which: [&str; 2]) {
    #[expect(clippy::disallowed_methods, reason = "where Python with schemathesis lies is told by scripts/test")]
    let python = env::var("JEBI_TEST_PYTHON").expect("JEBI_TEST_PYTHON names a Python that has schemathesis; scripts/test sets it");
    let key = format!("X-API-KEY: {}", server.key.as_deref().expect("a first start shows its key"));
    let mut command = Command::new(python);
    command
        .current_dir(dir)
        .args(["-m", "schemathesis.cli", "run", &format!("{}/openapi.json", server.url), "--header", &key, "--checks", CHECKS])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--seed", "20240101", "--no-shrink", "--workers", "1"])
        .args([
            "--continue-on-failure",
            "--suppress-health-check",
            "all",
            "--generation-database",
            "none",
            "--no-color",
            "--warnings",
            "off",
        ])
        .args(which)
        .env("HYPOTHESIS_STORAGE_DIRECTORY", dir.join("hypothesis"));
    let ran = command.output().expect("Python starts");
    assert!(ran.status.success(), "{}\n{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn every_answer_is_one_that_is_described() {
    let dir = tempfile::tempdir().expect("a folder");
    let server =
        Server::start(dir.path(), &[("SERVER_HOST", "127.0.0.1"), ("DEFAULT_FROM_EMAIL", "shop@example.kr"), ("LOG_LEVEL", "warn")]);
    let mail = json!({"messages": [{"topic_id": "소식", "emails": ["hong@example.kr", "kim@example.kr"], "subject": "안녕하세요", "text": "본문"}]});
    assert_eq!(server.ask("POST", "/v1/messages", &mail.to_string()).0, 202);
    // Revoking keys comes last: it may hit the one the others use.
    schemathesis(dir.path(), &server, ["--exclude-operation-id", "keys_revoke"]);
    schemathesis(dir.path(), &server, ["--include-operation-id", "keys_revoke"]);
    assert_eq!(server.get("/health")["status"], "alive");
    // Whatever paths were asked for, the labels are those of the routes.
    let address = server.url.trim_start_matches("http://").parse().expect("an address");
    let metrics = http::call(address, "GET", "/metrics", &[], b"").expect("an answer");
    let metrics = String::from_utf8(metrics.body).expect("text");
    let counted = "jebi_http_requests_total{method=\"GET\",path=\"/v1/deliveries/{id}\",status=\"404\"}";
    assert!(metrics.contains(counted) && metrics.contains("jebi_http_request_seconds_bucket"), "{metrics}");
    let paths = metrics.lines().filter(|line| line.starts_with("jebi_http_requests_total"));
    assert!(paths.count() < 1_200, "labels a caller cannot multiply: a few statuses for each of some 130 operations");
}
