//! Faults in the language the caller asks for: the words change, the codes do not.

use axum::body::Body;
use http::{Method, Request};

use crate::support::api::{Api, Setup};

const BAD: &str = r#"{"messages":[{"emails":["a@example.kr"],"subject":" ","content":"c","lane":"fast"}]}"#;

/// A request of the test's in the languages its caller likes.
fn liking(api: &Api, languages: &str, path: &str, body: &str) -> Request<Body> {
    let method = if body.is_empty() { Method::GET } else { Method::POST };
    let mut request = api.request(method, path, body.to_owned());
    request.headers_mut().insert("accept-language", languages.parse().expect("a header value"));
    request
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

#[tokio::test]
async fn a_problem_is_told_in_korean_where_it_is_preferred() {
    let api = Api::new().await;
    let answer = api.send(liking(&api, "ko-KR,ko;q=0.9,en;q=0.8", "/v1/messages", BAD)).await;
    let body = answer.expect(422);
    assert_eq!(
        (&answer.headers["content-language"], &answer.headers["vary"]),
        (&"ko".parse().unwrap(), &"Accept-Language".parse().unwrap())
    );
    assert_eq!((body["title"].as_str(), body["code"].as_str()), (Some("처리할 수 없는 내용"), Some("unknown_value")));
    assert_eq!(body["detail"], "messages[0].lane: \"fast\"은(는) 이 필드에 쓸 수 있는 값이 아닙니다");
    assert_eq!(body["errors"][0]["field"], "messages[0].lane");
    assert_eq!(body["errors"][0]["remedy"], "쓸 수 있는 값: `transactional` or `bulk`");
}

/// A value that reads like our own texts within texts; it overflowed the stack once.
#[tokio::test]
async fn a_value_that_looks_like_our_texts_does_no_harm() {
    let api = Api::new().await;
    for times in [1, 10, 50_000] {
        let body = serde_json::json!({"messages": format!("x, expected {}", "a: b; ".repeat(times))}).to_string();
        let answer = api.send(liking(&api, "ko", "/v1/messages", &body)).await;
        assert_eq!(answer.problem(422), [("messages".into(), "wrong_type".into())]);
        assert!(answer.body.len() < 4_000, "the value is not given back whole: {}", answer.body.len());
    }
}

#[tokio::test]
async fn english_is_the_rule() {
    let api = Api::new().await;
    for languages in ["en", "fr,de;q=0.5", "en,ko;q=0.9", "nonsense;;q"] {
        let answer = api.send(liking(&api, languages, "/v1/nowhere", "")).await;
        assert_eq!(answer.expect(404)["errors"][0]["fault"], "there is no such path", "{languages}");
        assert_eq!(answer.headers["content-language"], "en");
    }
    assert_eq!(api.get("/v1/nowhere").await.expect(404)["title"], "Not Found");
}

#[tokio::test]
async fn faults_beyond_the_third_are_counted_in_korean_too() {
    let api = Api::with(Setup { from: None, ..Setup::default() }).await;
    let message = r#"{"emails":["a@example.kr"]}"#;
    let body = format!(r#"{{"messages":[{message},{message}]}}"#);
    let problem = api.send(liking(&api, "ko", "/v1/messages", &body)).await.expect(422);
    let faults = problem["errors"].as_array().expect("faults");
    assert!(problem["detail"].as_str().unwrap().ends_with(&format!("그 밖에 {}건", faults.len() - 3)), "{problem}");
    for fault in faults {
        assert!(is_korean(fault["fault"].as_str().unwrap()) && is_korean(fault["remedy"].as_str().unwrap()), "{fault}");
    }
}

#[tokio::test]
async fn a_repeated_request_gets_its_first_answer_in_its_first_language() {
    let api = Api::new().await;
    let body = r#"{"messages":[{"emails":["a@example.kr","홍길동"],"subject":"안녕하세요","content":"c"}]}"#;
    let keyed = |languages: &str| {
        let mut request = liking(&api, languages, "/v1/messages", body);
        request.headers_mut().insert("idempotency-key", "one".parse().expect("a header value"));
        request
    };
    let first = api.send(keyed("ko")).await;
    let rejected = &first.expect(202)["messages"][0]["rejected"][0];
    assert_eq!((rejected["code"].as_str(), rejected["fault"].as_str()), (Some("no_at"), Some("@가 없습니다")));
    let again = api.send(keyed("en")).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(first.body, again.body);
}
