//! The log as JSON: one object a line, whatever happens, with the request's number on every line that belongs to one.

use std::{fs, process::Command};

use rustix::process::Signal;
use serde_json::{Map, Value};

use super::{Server, folder, until};

type Line = Map<String, Value>;

fn lines(text: &str) -> Vec<Line> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("not one object ({e}): {line}"));
    text.lines().map(read).collect()
}

#[test]
fn each_line_is_an_object_and_a_request_is_found_by_its_number() {
    let dir = folder();
    let mut server =
        Server::start(dir.path(), &[("LOG_FORMAT", "json"), ("LOG_LEVEL", "debug"), ("DEFAULT_FROM_EMAIL", "shop@example.kr")]);
    let body = r#"{"messages":[{"emails":["hong.gildong@example.kr","bad address"],"subject":"비밀 제목","content":"비밀 내용"}]}"#;
    let (_, sent) = server.ask("POST", "/v1/messages", body);
    let id = sent["messages"][0]["deliveries"][0]["id"].as_str().expect("an id").to_owned();
    until("it is sent", || (server.get(&format!("/v1/deliveries/{id}"))["state"] == "sent").then_some(()));
    let (status, problem) = server.ask("GET", "/v1/topics/nobody", "");
    assert_eq!(status, 404);
    server.signal(Signal::TERM);
    server.ended();

    let text = fs::read_to_string(dir.path().join("log")).expect("the log");
    let lines = lines(&text);
    for line in &lines {
        for name in ["timestamp", "level", "target"] {
            assert!(line[name].is_string(), "{name} is missing in {line:?}");
        }
    }
    let of_request: Vec<&Line> = lines.iter().filter(|line| line.get("request_id") == Some(&problem["request_id"])).collect();
    assert_eq!(of_request.len(), 2, "refused and answered: {of_request:?}");
    for line in &of_request {
        assert_eq!((&line["method"], &line["path"], &line["status"]), (&"GET".into(), &"/v1/topics/{id}".into(), &404.into()));
    }
    assert!(of_request.iter().any(|line| line.get("duration_ms").is_some_and(Value::is_f64)), "{of_request:?}");
    let key = server.key.as_deref().expect("a first key");
    for secret in ["hong.gildong", "bad address", "비밀", key] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn a_panic_is_a_line_too() {
    let text = in_a_process_of_its_own("panic_for_the_log", &[]);
    let told: Vec<Line> = text.lines().filter(|line| line.starts_with('{')).flat_map(lines).collect();
    assert_eq!(told.len(), 1, "{text}");
    assert_eq!((&told[0]["level"], &told[0]["target"], &told[0]["panic"]), (&"ERROR".into(), &"jebi::panic".into(), &"a mistake".into()));
    assert_eq!(told[0]["request_id"], "r1");
    assert!(told[0]["location"].as_str().is_some_and(|place| place.contains("log.rs:")), "{told:?}");
}

/// The log and its panic hook are one a process, so what sets them up runs apart: the ignored test of this name, in this binary.
pub(super) fn in_a_process_of_its_own(test: &str, env: &[(&str, &str)]) -> String {
    let binary = std::env::current_exe().expect("this binary");
    let name = format!("cli::log::{test}");
    let ran =
        Command::new(binary).args(["--exact", &name, "--ignored", "--nocapture"]).envs(env.iter().copied()).output().expect("it runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    String::from_utf8(ran.stderr).expect("text")
}

#[test]
#[ignore = "run by a_panic_is_a_line_too, in a process of its own"]
fn panic_for_the_log() {
    jebi::observe::log::init("info", true).expect("a log");
    let thread = std::thread::spawn(|| {
        let _request = tracing::info_span!("request", request_id = "r1").entered();
        panic!("a mistake");
    });
    assert!(thread.join().is_err());
}

#[cfg(feature = "sentry")]
#[test]
#[ignore = "run by the tests of Sentry, in a process of its own"]
fn errors_for_sentry() {
    #[expect(clippy::disallowed_methods, reason = "how the other process tells where Sentry is")]
    let dsn = std::env::var("JEBI_TEST_SENTRY").expect("a DSN");
    jebi::observe::log::init("info", true).expect("a log");
    let reporting = jebi::observe::sentry::start(&dsn, "staging").expect("a good DSN");
    tracing::info!("nothing worth a report");
    tracing::error!(recipient = "h***@example.kr", "the inbox could not keep a mail");
    assert!(std::thread::spawn(|| panic!("a mistake")).join().is_err());
    drop(reporting);
}
