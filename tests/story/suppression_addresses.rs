//! `/v1/addresses/check`, and disposable addresses when mail is taken in (requirement S0-12).

use std::sync::Arc;

use jebi_domain::address::{
    disposable::{Disposable, Policy},
    verdict::Receives,
};
use serde_json::{Value, json};

use crate::support::api::{Api, Setup, list, text};

async fn api() -> Api {
    let domains = vec![
        ("naver.com", Receives::Yes),
        ("gmial.com", Receives::Yes),
        ("mailinator.com", Receives::Yes),
        ("gone.example.kr", Receives::No),
        ("quiet.example.kr", Receives::Refuses),
    ];
    Api::with(Setup { domains, ..Setup::default() }).await
}

#[tokio::test]
async fn each_address_gets_a_verdict_and_its_grounds() {
    let api = api().await;
    let entries = json!([{"email": "all@naver.com"}, {"email": "bulk@naver.com", "scope": "bulk"}]);
    api.post("/v1/suppressions", &json!({"suppressions": entries})).await.expect(200);
    let emails = [
        ("hong@naver.com", "good"),
        ("hong@gmial.com", "risky"),
        ("hong@mailinator.com", "risky"),
        ("info@naver.com", "risky"),
        ("hong@gone.example.kr", "bad"),
        ("hong@quiet.example.kr", "bad"),
        ("hong@slow.example.kr", "unknown"),
        ("All@naver.com", "bad"),
        ("bulk@naver.com", "risky"),
        ("hong@naver", "bad"),
    ];
    let answer = api.post("/v1/addresses/check", &json!({"emails": emails.map(|(email, _)| email)})).await.expect(200);
    let told: Vec<_> = list(&answer["addresses"]).iter().map(|one| (text(&one["email"]), text(&one["verdict"]))).collect();
    assert_eq!(told, emails);
    let counts = ["good", "risky", "bad", "unknown"].map(|name| answer[name].as_u64().expect("a count"));
    assert_eq!(counts, [1, 4, 4, 1]);
    let one = |i: usize| &answer["addresses"][i];
    assert_eq!((&one(1)["suggestion"], &one(1)["mx"]), (&"hong@gmail.com".into(), &"yes".into()));
    assert_eq!((&one(2)["disposable"], &one(3)["role"]), (&true.into(), &true.into()));
    assert_eq!((&one(4)["mx"], &one(5)["mx"], &one(6)["mx"]), (&"no".into(), &"refuses".into(), &"unknown".into()));
    assert_eq!((&one(8)["suppressed"][0]["scope"], &one(9)["fault"]["code"]), (&"bulk".into(), &"top_level_missing".into()));
    let without = api.post("/v1/addresses/check", &json!({"emails": ["hong@gone.example.kr"], "mx": false})).await.expect(200);
    assert_eq!((&without["addresses"][0]["verdict"], &without["addresses"][0]["mx"]), (&"good".into(), &Value::Null));
}

#[tokio::test]
async fn none_and_too_many_are_refused() {
    let api = api().await;
    assert_eq!(api.post("/v1/addresses/check", &json!({"emails": []})).await.problem(422)[0].0, "emails");
    let many: Vec<String> = (0..1_001).map(|i| format!("p{i}@naver.com")).collect();
    assert_eq!(api.post("/v1/addresses/check", &json!({"emails": many})).await.problem(422)[0].1, "too_many");
}

fn mail() -> Value {
    json!({"messages": [{"emails": ["hong@naver.com", "x@sub.mailinator.com"], "subject": "안녕", "content": "<p>x"}]})
}

async fn with(policy: Policy, list: Disposable) -> Api {
    Api::with(Setup { disposable: (policy, Arc::new(list)), ..Setup::default() }).await
}

#[tokio::test]
async fn disposable_addresses_are_refused_warned_of_or_taken_as_the_operator_says() {
    let taken = with(Policy::Refuse, Disposable::default()).await.post("/v1/messages", &mail()).await.expect(202);
    let message = &taken["messages"][0];
    assert_eq!((&message["success"], &message["rejected"][0]["code"]), (&1.into(), &"disposable_address".into()));
    assert_eq!(message["rejected"][0]["field"], "messages[0].emails[1]");
    let warned = |answer: &Value| {
        let all = list(&answer["messages"][0]["warnings"]).iter();
        all.filter(|one| one["code"] == "disposable_address").map(|one| text(&one["field"]).to_owned()).collect::<Vec<_>>()
    };
    let taken = with(Policy::Warn, Disposable::default()).await.post("/v1/messages", &mail()).await.expect(202);
    assert_eq!((&taken["messages"][0]["success"], warned(&taken)), (&2.into(), vec!["messages[0].emails[1]".to_owned()]));
    let taken = with(Policy::Allow, Disposable::default()).await.post("/v1/messages", &mail()).await.expect(202);
    assert_eq!((&taken["messages"][0]["success"], warned(&taken)), (&2.into(), vec![]));
    let own = Disposable::read("!mailinator.com\nnaver.com\n").expect("a list");
    let taken = with(Policy::Refuse, own).await.post("/v1/messages", &mail()).await.expect(202);
    assert_eq!(taken["messages"][0]["rejected"][0]["field"], "messages[0].emails[0]");
}

#[tokio::test]
async fn in_korean_it_says_what_the_document_says() {
    let api = with(Policy::Refuse, Disposable::default()).await;
    let body = json!({"messages": [{"emails": ["x@mailinator.com"], "subject": "안녕", "content": "<p>x"}]});
    let refused = api.with_header(axum::http::Method::POST, "/v1/messages", ("accept-language", "ko"), &body).await.expect(422);
    assert!(text(&refused["errors"][0]["fault"]).starts_with("일회용 이메일 주소는 사용할 수 없습니다"), "{refused}");
}
