//! The page at `/docs`, the description behind it, and what is counted of requests.

use axum::{body::Body, http::Request};

use crate::support::api::{Answer, Api};

async fn open(api: &Api, path: &str) -> Answer {
    api.send(Request::get(path).body(Body::empty()).expect("a test's request is valid")).await
}

#[tokio::test]
async fn the_page_and_all_its_files_come_from_here() {
    let api = Api::new().await;
    for path in ["/docs", "/swagger-ui/index.html"] {
        assert_eq!(
            (open(&api, path).await.status.as_u16(), &open(&api, path).await.headers["location"]),
            (308, &"/docs/".parse().unwrap())
        );
    }
    let page = open(&api, "/docs/").await;
    assert_eq!((page.status.as_u16(), &page.headers["content-type"]), (200, &"text/html".parse().unwrap()));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    let names = html.split(['"', '\'']).filter(|word| word.starts_with("./") || word.ends_with(".js") || word.ends_with(".css"));
    let mut files = 0;
    for name in names {
        assert!(!name.contains("//"), "{name} is somebody else's");
        let file = open(&api, &format!("/docs/{}", name.trim_start_matches("./"))).await;
        assert_eq!(file.status, 200, "{name}");
        assert_eq!(file.headers["x-content-type-options"], "nosniff");
        files += 1;
    }
    assert!(files >= 4, "{html}");
    let setup = open(&api, "/docs/swagger-initializer.js").await;
    assert!(String::from_utf8_lossy(&setup.body).contains("/openapi.json"));
    assert_eq!(open(&api, "/docs/none.js").await.problem(404)[0].1, "not_found");
}

/// Path templates of the description against the paths a document has: a segment in braces stands for any.
fn is_path(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len() && wanted.iter().zip(&given).all(|(w, g)| w == g || w.starts_with('{') && !g.is_empty())
}

/// Method and path of each operation a document shows: as the method before a path, or as a command of curl.
fn shown(document: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in document.replace("\\\n", " ").lines() {
        let mut methods: Vec<&str> = Vec::new();
        let curl = line.contains("curl ");
        if curl {
            let asked = line.split("-X ").nth(1).and_then(|rest| rest.split(' ').next());
            let sends = [" -d ", " -F ", " --data-binary "].iter().any(|flag| line.contains(flag));
            methods.push(asked.unwrap_or(if sends { "POST" } else { "GET" }));
        }
        let is_end = |c: char| c.is_whitespace() || "`,;()'\"?|".contains(c);
        for word in line.split(is_end).filter(|word| !word.is_empty()) {
            if ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&word) {
                methods.push(word);
            } else if let Some(path) = word.strip_prefix("$JEBI").or(Some(word)).filter(|path| path.starts_with('/')) {
                found.extend(methods.iter().map(|method| ((*method).to_owned(), path.trim_end_matches('.').to_owned())));
            }
        }
    }
    found
}

#[tokio::test]
async fn every_operation_stands_in_the_document_of_the_api() {
    let api = Api::new().await;
    let description = open(&api, "/openapi.json").await.expect(200);
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/API.md")).expect("the document");
    let shown = shown(&document);
    let mut lacking = Vec::new();
    for (path, operations) in description["paths"].as_object().expect("paths") {
        for method in operations.as_object().expect("operations").keys().filter(|name| *name != "parameters") {
            let method = method.to_ascii_uppercase();
            if !shown.iter().any(|(m, p)| *m == method && is_path(path, p)) {
                lacking.push(format!("{method} {path}"));
            }
        }
    }
    assert!(lacking.is_empty(), "docs/API.md lacks {lacking:#?}");
}

#[test]
fn an_operation_that_is_not_shown_is_seen() {
    let found = shown("`GET`, `PUT /v1/a/{x}` and\n$ curl -sS \"$JEBI/v1/b?c=1\" \\\n  -d '{}'\nsee /v1/c.\n");
    let found: Vec<(&str, &str)> = found.iter().map(|(method, path)| (method.as_str(), path.as_str())).collect();
    assert_eq!(found, [("GET", "/v1/a/{x}"), ("PUT", "/v1/a/{x}"), ("POST", "/v1/b")]);
    assert!(is_path("/v1/a/{x}", "/v1/a/1") && !is_path("/v1/a/{x}", "/v1/a/1/b") && !is_path("/v1/a/{x}", "/v1/a/"));
}

#[tokio::test]
async fn every_refusal_is_described_with_examples_of_its_codes() {
    let api = Api::new().await;
    let document = open(&api, "/openapi.json").await.expect(200);
    let examples = |path: &str, method: &str, status: &str| {
        let of = &document["paths"][path][method]["responses"][status]["content"]["application/problem+json"]["examples"];
        of.as_object().unwrap_or_else(|| panic!("{method} {path} {status} has no examples")).keys().cloned().collect::<Vec<_>>()
    };
    assert!(examples("/v1/messages", "post", "422").contains(&"missing_subject".to_owned()));
    assert!(examples("/v1/deliveries/{id}/retry", "post", "409").contains(&"refused_for_good".to_owned()));
    assert_eq!(examples("/v1/topics", "get", "401"), ["invalid_key", "invalid_token", "missing_key"]);
}
