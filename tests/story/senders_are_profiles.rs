//! Sender profiles: kept by administrators, named by messages and keys; what a message says goes before its profile.

use serde_json::{Value, json};

use crate::support::api::{Api, Setup, list, text};

fn shop() -> Value {
    json!({
        "from": "제비상점 <news@example.kr>",
        "reply_to": "help@example.kr",
        "company": {"name": "제비상점", "postal_address": "서울특별시 중구 세종대로 110", "phone": "02-120", "email": "help@example.kr"},
        "language": "ko",
        "tracking": {"opens": true},
        "unsubscribe": "https://shop.example.kr/u?e={email}",
        "list_id": "news.example.kr",
    })
}

async fn sent(api: &Api, message: Value) -> Value {
    let mut message = message;
    let usual = json!({"emails": ["hong@naver.com"], "subject": "소식", "content": "<p>안녕하세요</p>"});
    for (name, value) in usual.as_object().expect("an object") {
        message.as_object_mut().expect("an object").entry(name.clone()).or_insert(value.clone());
    }
    let answer = api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202);
    api.get(&format!("/v1/messages/{}", text(&answer["messages"][0]["id"]))).await.expect(200)
}

#[tokio::test]
async fn a_profile_is_made_shown_replaced_and_removed() {
    let api = Api::new().await;
    let made = api.put("/v1/profiles/shop", &shop()).await.expect(201);
    assert_eq!((&made["from"]["name"], &made["unsubscribe"]), (&"제비상점".into(), &"https://shop.example.kr/u?e={email}".into()));
    assert_eq!(
        (&made["consent_notices"], &made["tracking"]["opens"], &made["tracking"]["clicks"]),
        (&true.into(), &true.into(), &Value::Null)
    );
    assert_eq!(api.get("/v1/profiles/shop").await.expect(200), made);
    let replaced = api.put("/v1/profiles/shop", &json!({"from": "other@example.kr", "unsubscribe": false})).await.expect(200);
    assert_eq!((&replaced["company"]["name"], &replaced["unsubscribe"]), (&Value::Null, &false.into()));
    assert_eq!(list(&api.get("/v1/profiles").await.expect(200)["profiles"]).len(), 1);
    assert_eq!(api.delete("/v1/profiles/shop").await.status, 204);
    assert_eq!(api.delete("/v1/profiles/shop").await.problem(404), [(String::new(), "not_found".to_owned())]);
    let acts = api.get("/v1/audit").await.expect(200);
    let acts: Vec<&str> = list(&acts["acts"]).iter().map(|act| text(&act["act"])).collect();
    assert_eq!(acts.iter().filter(|act| act.starts_with("profile.")).count(), 4, "{acts:?}");
}

#[tokio::test]
async fn a_bad_profile_is_refused_with_every_fault() {
    let api = Api::new().await;
    let bad = json!({"from": "news", "company": {"phone": "전화", "email": "help"}, "unsubscribe": "http://shop.kr", "list_id": "news"});
    let faults = api.put("/v1/profiles/Shop", &bad).await.problem(422);
    let fields: Vec<&str> = faults.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["name", "from", "company.phone", "company.email", "unsubscribe", "list_id"]);
    assert_eq!(api.put("/v1/profiles/shop", &json!({})).await.problem(422), [("from".to_owned(), "missing_field".to_owned())]);
}

#[tokio::test]
async fn what_a_message_says_goes_before_its_profile_and_that_before_the_server() {
    let api = Api::new().await;
    api.put("/v1/profiles/shop", &shop()).await.expect(201);
    let from = |message: &Value| text(&message["from"]["email"]).to_owned();
    assert_eq!(from(&sent(&api, json!({})).await), "shop@example.kr", "the server's");
    assert_eq!(from(&sent(&api, json!({"profile": "shop"})).await), "news@example.kr");
    assert_eq!(from(&sent(&api, json!({"profile": "shop", "from": "own@example.kr"})).await), "own@example.kr");
    let message = json!({"messages": [{"profile": "nobody", "emails": ["hong@naver.com"], "subject": "s", "content": "c"}]});
    assert_eq!(api.post("/v1/messages", &message).await.problem(422), [("messages[0].profile".to_owned(), "unknown_profile".to_owned())]);
}

#[tokio::test]
async fn a_tied_key_uses_its_profile_and_no_other() {
    let api = Api::new().await;
    api.put("/v1/profiles/shop", &shop()).await.expect(201);
    api.put("/v1/profiles/other", &json!({"from": "other@example.kr"})).await.expect(201);
    let missing = api.post("/v1/keys", &json!({"name": "k", "profile": "nobody"})).await.problem(422);
    assert_eq!(missing, [("profile".to_owned(), "unknown_profile".to_owned())]);
    let made = api.post("/v1/keys", &json!({"name": "상점", "scopes": ["send", "read"], "profile": "shop"})).await.expect(201);
    assert_eq!(made["profile"], "shop");
    let tied = api.with_key(text(&made["key"]));
    assert_eq!(sent(&tied, json!({})).await["from"]["email"], "news@example.kr");
    assert_eq!(sent(&tied, json!({"profile": "shop"})).await["from"]["email"], "news@example.kr");
    let other = json!({"messages": [{"profile": "other", "emails": ["hong@naver.com"], "subject": "s", "content": "c"}]});
    assert_eq!(tied.post("/v1/messages", &other).await.problem(403), [("messages[0].profile".to_owned(), "forbidden_profile".to_owned())]);
    assert_eq!(api.delete("/v1/profiles/shop").await.problem(409), [(String::new(), "profile_in_use".to_owned())]);
    let id = made["id"].as_i64().expect("a number");
    api.patch(&format!("/v1/keys/{id}"), &json!({"profile": null})).await.expect(200);
    assert_eq!(sent(&tied, json!({"profile": "other"})).await["from"]["email"], "other@example.kr");
    assert_eq!(api.delete("/v1/profiles/shop").await.status, 204);
}

#[tokio::test]
async fn another_node_knows_a_profile_at_once() {
    let api = Api::with(Setup::default()).await;
    let beside = api.beside().await;
    api.put("/v1/profiles/shop", &shop()).await.expect(201);
    assert_eq!(sent(&beside, json!({"profile": "shop"})).await["from"]["email"], "news@example.kr");
}
