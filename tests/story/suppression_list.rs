//! `/v1/suppressions`: who is not to be mailed, who says so, and who took it back (requirement S0-12).

use axum::http::Method;
use jebi_domain::suppression::{Rules, Scope};
use serde_json::{Value, json};

use crate::support::api::{Answer, Api, Setup, list, text};

async fn add(api: &Api, entries: Value) -> Value {
    api.post("/v1/suppressions", &json!({"suppressions": entries})).await.expect(200)
}

async fn import(api: &Api, file: &[u8], query: &str) -> Answer {
    let mut request = api.request(Method::POST, &format!("/v1/suppressions/csv{query}"), file.to_vec());
    request.headers_mut().insert("content-type", "text/csv".parse().expect("a value"));
    api.send(request).await
}

/// Addresses and scopes of a list.
fn told(answer: &Value) -> Vec<(String, String)> {
    list(&answer["suppressions"]).iter().map(|one| (text(&one["email"]).to_owned(), text(&one["scope"]).to_owned())).collect()
}

fn pairs<const N: usize>(all: [(&str, &str); N]) -> Vec<(String, String)> {
    all.map(|(email, scope)| (email.to_owned(), scope.to_owned())).to_vec()
}

#[tokio::test]
async fn addresses_are_added_shown_and_taken_off_with_a_reason() {
    let api = Api::new().await;
    let entries = json!([
        {"email": "Hong@Naver.com", "scope": "bulk", "reason": "전화로 수신 거부"},
        {"email": "hong@naver.com", "scope": "topic:news", "cause": "unsubscribe"},
        {"email": "gone@example.kr", "cause": "bounce"},
        {"email": "bounce@simulator.amazonses.com"},
    ]);
    assert_eq!(add(&api, entries.clone()).await, json!({"added": 3, "known": 0, "left_out": 1}));
    assert_eq!(add(&api, entries).await, json!({"added": 0, "known": 3, "left_out": 1}));
    let shown = api.get("/v1/suppressions/HONG%40naver.com").await.expect(200);
    assert_eq!(told(&shown), pairs([("hong@naver.com", "bulk"), ("hong@naver.com", "topic:news")]));
    let first = &shown["suppressions"][0];
    assert_eq!((&first["cause"], &first["reason"], &first["source"]), (&"manual".into(), &"전화로 수신 거부".into(), &"operator".into()));
    assert!(text(&first["created_by"]).starts_with("key "), "{first}");

    assert_eq!(api.delete("/v1/suppressions/hong@naver.com").await.problem(422), [("reason".to_owned(), "missing_reason".to_owned())]);
    let query = "scope=bulk&reason=%EB%B3%B8%EC%9D%B8%20%EC%9A%94%EC%B2%AD";
    let left = api.delete(&format!("/v1/suppressions/hong@naver.com?{query}")).await.expect(200);
    assert_eq!(told(&left), pairs([("hong@naver.com", "topic:news")]));
    let removed = &left["removed"][0];
    assert_eq!((&removed["scope"], &removed["removed_reason"]), (&"bulk".into(), &"본인 요청".into()));
    assert!(text(&removed["removed_by"]).starts_with("key "), "{removed}");
    assert_eq!(api.delete(&format!("/v1/suppressions/hong@naver.com?{query}")).await.problem(404)[0].1, "not_found");
    assert_eq!(api.get("/v1/suppressions/nobody@naver.com").await.problem(404)[0].1, "not_found");
    let audit = api.get("/v1/audit").await.expect(200);
    let acts: Vec<_> = list(&audit["acts"]).iter().map(|one| (text(&one["act"]), text(&one["target"]), text(&one["result"]))).collect();
    assert!(acts.contains(&("suppression.remove", "h***@naver.com", "done")), "{acts:?}");
    assert!(acts.contains(&("suppression.add", "4 addresses", "done")), "{acts:?}");
}

#[tokio::test]
async fn every_fault_is_told_and_nothing_is_written() {
    let api = Api::new().await;
    let bad = json!([
        {"email": "hong@naver", "scope": "some", "cause": "dislike"},
        {"email": "kim@naver.com", "cause": "unsubscribe", "scope": "all"},
        {"email": "lee@naver.com", "scope": "topic:news/"},
        {"email": "park@naver.com", "reason": "가".repeat(501)},
    ]);
    let faults = api.post("/v1/suppressions", &json!({"suppressions": bad})).await.problem(422);
    let expected = [
        ("suppressions[0].email", "top_level_missing"),
        ("suppressions[0].cause", "unknown_value"),
        ("suppressions[0].scope", "unknown_value"),
        ("suppressions[1].scope", "scope_too_wide"),
        ("suppressions[2].scope", "invalid_scope"),
        ("suppressions[3].reason", "too_long"),
    ];
    assert_eq!(faults, pairs(expected));
    assert_eq!(told(&api.get("/v1/suppressions").await.expect(200)), []);
    let none = api.post("/v1/suppressions", &json!({"suppressions": []})).await.problem(422);
    assert_eq!(none, pairs([("suppressions", "no_suppressions")]));
    let many: Vec<Value> = (0..1_001).map(|i| json!({"email": format!("p{i}@example.kr")})).collect();
    assert_eq!(api.post("/v1/suppressions", &json!({"suppressions": many})).await.problem(422)[0].1, "too_many");
    assert_eq!(api.get("/v1/suppressions?cause=dislike").await.problem(422), pairs([("cause", "unknown_value")]));
    assert_eq!(api.get("/v1/suppressions?scope=some").await.problem(422), pairs([("scope", "unknown_value")]));
}

#[tokio::test]
async fn scopes_follow_the_cause_and_the_policy_where_nothing_is_said() {
    let api = Api::new().await;
    let entries = json!([
        {"email": "a@b.kr", "cause": "complaint"}, {"email": "b@b.kr", "cause": "unsubscribe"}, {"email": "c@b.kr", "cause": "soft_bounce"},
    ]);
    add(&api, entries).await;
    assert_eq!(told(&api.get("/v1/suppressions").await.expect(200)), pairs([("a@b.kr", "bulk"), ("b@b.kr", "bulk"), ("c@b.kr", "all")]));
    let strict = Api::with(Setup { suppression: Rules { complaints: Scope::All, ..Rules::default() }, ..Setup::default() }).await;
    let put = strict.put("/v1/suppressions/a@b.kr", &json!({"cause": "complaint"})).await.expect(200);
    assert_eq!(told(&put), pairs([("a@b.kr", "all")]));
}

#[tokio::test]
async fn a_suppressed_delivery_says_why_and_since_when() {
    let api = Api::new().await;
    add(&api, json!([{"email": "gone@example.kr", "cause": "bounce", "reason": "550 5.1.1 없는 사용자"}])).await;
    let body =
        json!({"messages": [{"topic_id": "n", "emails": ["gone@example.kr", "kim@example.kr"], "subject": "안녕", "content": "<p>x"}]});
    let taken = api.post("/v1/messages", &body).await.expect(202);
    let id = text(&taken["messages"][0]["deliveries"][0]["id"]).to_owned();
    let shown = api.get(&format!("/v1/deliveries/{id}")).await.expect(200);
    assert_eq!((&shown["state"], &shown["reason"]["code"]), (&"suppressed".into(), &"suppressed_bounce".into()));
    let told = text(&shown["reason"]["text"]);
    assert!(told.contains("since 2023-12-31T00:00:00.000Z") && told.ends_with("550 5.1.1 없는 사용자"), "{told}");
    let last = list(&shown["timeline"]).last().expect("a timeline");
    assert_eq!(last["event"], "suppressed");
    assert!(text(&last["detail"]).contains("suppressed_bounce"), "{last}");
}

#[tokio::test]
async fn the_list_is_searched_and_paged() {
    let api = Api::new().await;
    let entries: Vec<Value> = (0..7).map(|i| json!({"email": format!("p{i}@d{}.kr", i % 2)})).collect();
    add(&api, json!(entries)).await;
    let first = api.get("/v1/suppressions?limit=4").await.expect(200);
    let second = api.get(&format!("/v1/suppressions?limit=4&cursor={}", text(&first["next_cursor"]))).await.expect(200);
    assert_eq!((told(&first).len(), told(&second).len(), second["next_cursor"].is_null()), (4, 3, true));
    assert_eq!(told(&api.get("/v1/suppressions?domain=D1.kr").await.expect(200)).len(), 3);
    assert_eq!(told(&api.get("/v1/suppressions?email=P3").await.expect(200)), pairs([("p3@d1.kr", "all")]));
}

#[tokio::test]
async fn a_file_goes_in_and_comes_out_again() {
    let api = Api::new().await;
    let file = "이메일,scope,reason,created_at\r\nhong@naver.com,bulk,\"=전화, 3월\",2023-01-02 03:04:05\r\nnot an address,,,\r\n\
        kim@example.kr,,,\r\nbounce@simulator.amazonses.com,,,\r\n";
    let done = import(&api, file.as_bytes(), "?cause=complaint&reason=%EC%98%88%EC%A0%84").await.expect(200);
    assert_eq!((&done["total"], &done["added"], &done["errors"], &done["left_out"]), (&4.into(), &2.into(), &1.into(), &1.into()));
    let rejected = &done["rejected"][0];
    assert_eq!((&rejected["line"], &rejected["field"]), (&3.into(), &"line 3.email".into()));
    let hong = api.get("/v1/suppressions/hong@naver.com").await.expect(200);
    assert_eq!(hong["suppressions"][0]["created_at"], "2023-01-01T18:04:05.000Z");
    assert_eq!((&hong["suppressions"][0]["source"], &hong["suppressions"][0]["cause"]), (&"import".into(), &"complaint".into()));

    let out = api.get("/v1/suppressions.csv").await;
    let csv = String::from_utf8(out.body.to_vec()).expect("UTF-8");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "\u{feff}email,scope,cause,reason,created_at,source,created_by,last_at,times");
    assert!(lines[1].starts_with("hong@naver.com,bulk,complaint,\"'=전화, 3월\",2023-01-01T18:04:05.000Z,import,"), "{}", lines[1]);
    assert_eq!(lines.len(), 3);
    let other = Api::new().await;
    assert_eq!(import(&other, csv.as_bytes(), "").await.expect(200)["added"], 2);
    let there = other.get("/v1/suppressions/hong@naver.com").await.expect(200);
    assert_eq!(there["suppressions"][0]["reason"], "=전화, 3월");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_to_its_end_writes_nothing() {
    let api = Api::new().await;
    assert_eq!(import(&api, b"email\na@b.kr\n\"c@d.kr\n", "").await.problem(422), pairs([("body", "unclosed_quote")]));
    assert_eq!(import(&api, b"", "").await.problem(422), pairs([("body", "empty_file")]));
    assert_eq!(import(&api, b"name\nhong\n", "").await.problem(422), pairs([("line 1", "unknown_column")]));
    assert_eq!(told(&api.get("/v1/suppressions").await.expect(200)), []);
}

#[tokio::test]
async fn taking_off_is_for_administrators_and_adding_for_those_who_send() {
    let api = Api::new().await;
    let (_, send) = api.make_key(&json!({"name": "shop", "scopes": ["send"]})).await;
    let (_, read) = api.make_key(&json!({"name": "look", "scopes": ["read"]})).await;
    let body = json!({"suppressions": [{"email": "a@b.kr"}]});
    api.with_key(send.as_str()).post("/v1/suppressions", &body).await.expect(200);
    assert_eq!(api.with_key(read.as_str()).post("/v1/suppressions", &body).await.problem(403)[0].1, "missing_scope");
    assert_eq!(api.with_key(send.as_str()).delete("/v1/suppressions/a@b.kr?reason=x").await.problem(403)[0].1, "missing_scope");
    api.with_key(read.as_str()).get("/v1/suppressions/a@b.kr").await.expect(200);
    api.delete("/v1/suppressions/a@b.kr?reason=x").await.expect(200);
}
