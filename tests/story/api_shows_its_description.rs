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
