//! Scopes, ends, senders and networks of a key (S3-9): what it does not allow is refused in words, and nothing is stored.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};

use crate::support::api::{Api, list};

fn mail(from: Option<&str>) -> Value {
    let mut message = json!({"emails": ["kim@example.kr"], "subject": "안내", "content": "<p>안녕하세요</p>"});
    if let Some(from) = from {
        message["from"] = from.into();
    }
    json!({ "messages": [message] })
}

#[tokio::test]
async fn a_scope_opens_its_routes_and_no_others() {
    let api = Api::new().await;
    let (_, send) = api.make_key(&json!({"name": "발송", "scopes": ["send"]})).await;
    let (_, read) = api.make_key(&json!({"name": "조회", "scopes": ["read"]})).await;
    let (_, admin) = api.make_key(&json!({"name": "관리", "scopes": ["admin"]})).await;
    let (send, read, admin) = (api.with_key(send), api.with_key(read), api.with_key(admin));

    send.post("/v1/messages", &mail(None)).await.expect(202);
    assert_eq!(send.get("/v1/deliveries").await.problem(403), [("Authorization".into(), "missing_scope".into())]);
    assert_eq!(send.get("/v1/keys").await.problem(403)[0].1, "missing_scope");
    read.get("/v1/deliveries").await.expect(200);
    assert_eq!(read.post("/v1/messages", &mail(None)).await.problem(403)[0].1, "missing_scope");
    assert_eq!(read.post("/v1/keys", &json!({"name": "x"})).await.problem(403)[0].1, "missing_scope");
    assert_eq!(read.get("/v1/audit").await.problem(403)[0].1, "missing_scope");
    for path in ["/v1/deliveries", "/v1/keys", "/v1/audit", "/v1/admin/guard"] {
        admin.get(path).await.expect(200);
    }
    admin.post("/v1/messages", &mail(None)).await.expect(202);
    assert_eq!(api.waiting().await, 2);
}

#[tokio::test]
async fn a_key_ends_on_time_and_is_told_from_one_that_lacks_a_scope() {
    let api = Api::new().await;
    let (_, key) = api.make_key(&json!({"name": "행사", "expires_at": "2024-01-01T00:00:00Z"})).await;
    let short = api.with_key(key);
    short.get("/v1/topics").await.expect(200);
    api.clock.advance(Duration::from_secs(86_400) - Duration::from_millis(1));
    short.get("/v1/topics").await.expect(200);
    api.clock.advance(Duration::from_millis(1));
    assert_eq!(short.get("/v1/topics").await.problem(401), [("Authorization".into(), "invalid_key".into())]);
}

#[tokio::test]
async fn a_key_sends_as_its_senders_only_also_by_default() {
    let api = Api::new().await;
    let (id, key) = api.make_key(&json!({"name": "소식지", "senders": ["@news.example.kr", "ceo@example.kr"]})).await;
    let own = api.with_key(key);
    own.post("/v1/messages", &mail(Some("홍길동 <weekly@news.example.kr>"))).await.expect(202);
    own.post("/v1/messages", &mail(Some("CEO@example.kr"))).await.expect(202);
    let refused = own.post("/v1/messages", &mail(Some("other@example.kr"))).await;
    assert_eq!(refused.problem(403), [("messages[0].from".into(), "forbidden_sender".into())]);
    assert!(refused.json()["errors"][0]["remedy"].as_str().is_some_and(|remedy| remedy.contains("@news.example.kr")));
    // The server's own sender is shop@example.kr.
    assert_eq!(own.post("/v1/messages", &mail(None)).await.problem(403)[0].1, "forbidden_sender");
    assert_eq!(api.waiting().await, 2);
    api.patch(&format!("/v1/keys/{id}"), &json!({"senders": []})).await.expect(200);
    own.post("/v1/messages", &mail(None)).await.expect(202);
}

#[tokio::test]
async fn a_restricted_key_does_not_send_mail_of_others_again() {
    let api = Api::new().await;
    let accepted = api.post("/v1/messages", &mail(None)).await.expect(202);
    let message = accepted["messages"][0]["id"].as_str().expect("an id").to_owned();
    let delivery =
        list(&api.get(&format!("/v1/deliveries?message_id={message}")).await.expect(200)["deliveries"])[0]["id"].clone();
    for restricted in [json!({"name": "발신자", "senders": ["@news.example.kr"]}), json!({"name": "한도", "daily_limit": 5})] {
        let own = api.with_key(api.make_key(&restricted).await.1);
        let delivery = delivery.as_str().expect("an id");
        for path in [format!("/v1/messages/{message}/retry"), format!("/v1/deliveries/{delivery}/retry"), "/v1/deliveries/retry".to_owned()]
        {
            assert_eq!(own.post(&path, &json!({})).await.problem(403), [("Authorization".into(), "restricted_key".into())], "{path}");
        }
    }
}

#[tokio::test]
async fn a_key_for_a_network_is_refused_elsewhere() {
    let api = Api::new().await;
    let (_, key) = api.make_key(&json!({"name": "사내", "networks": ["10.1.0.0/16", "2001:db8::/32"]})).await;
    let inside = api.with_key(key);
    let ask = async |from: &str| inside.send_from(from, inside.request(Method::GET, "/v1/topics", Body::empty())).await;
    for from in ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::5"] {
        ask(from).await.expect(200);
    }
    for from in ["10.2.0.1", "2001:db9::5"] {
        assert_eq!(ask(from).await.problem(403), [("Authorization".into(), "forbidden_address".into())], "{from}");
    }
    assert_eq!(inside.get("/v1/topics").await.problem(403)[0].1, "forbidden_address", "an address that is not known lies nowhere");
}

#[tokio::test]
async fn what_a_key_allows_is_shown_changed_and_checked() {
    let api = Api::new().await;
    let given = json!({"name": "전체", "scopes": ["read", "send"], "expires_at": "2024-06-01T00:00:00+09:00", "senders": ["@Shop.kr"],
        "networks": ["10.1.2.3/8"], "daily_limit": 100});
    let (id, _) = api.make_key(&given).await;
    let path = format!("/v1/keys/{id}");
    let shown = list(&api.get("/v1/keys").await.expect(200)["keys"]).iter().find(|k| k["id"] == id).cloned().expect("it is listed");
    assert_eq!(shown["scopes"], json!(["send", "read"]));
    assert_eq!(shown["expires_at"], "2024-05-31T15:00:00.000Z");
    assert_eq!((&shown["senders"], &shown["networks"]), (&json!(["@shop.kr"]), &json!(["10.0.0.0/8"])));
    assert_eq!((&shown["daily_limit"], &shown["recipients_today"], &shown["kind"]), (&json!(100), &json!(0), &json!("key")));

    let changed = api.patch(&path, &json!({"name": "일부", "expires_at": null, "daily_limit": null})).await.expect(200);
    assert_eq!((&changed["name"], &changed["expires_at"], &changed["daily_limit"]), (&json!("일부"), &Value::Null, &Value::Null));
    assert_eq!(changed["scopes"], json!(["send", "read"]));
    let faults = api.patch(&path, &json!({"scopes": ["all"], "networks": ["office"], "name": ""})).await.problem(422);
    assert_eq!(faults.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["name", "scopes[0]", "networks[0]"]);
    assert_eq!(api.patch(&path, &json!({"expiry": "x"})).await.problem(422)[0].0, "expiry");
    assert_eq!(api.patch(&path, &json!({"expires_at": "2020-01-01T00:00:00Z"})).await.problem(422)[0].0, "expires_at");
    api.patch("/v1/keys/99", &json!({})).await.problem(404);
    assert_eq!(api.post("/v1/keys", &json!({"name": "x", "daily_limit": 0})).await.problem(422)[0].1, "out_of_range");
}

#[tokio::test]
async fn use_is_counted_and_written_in_batches() {
    let api = Api::new().await;
    let (id, key) = api.make_key(&json!({"name": "집계"})).await;
    let own = api.with_key(key);
    let shown = async || list(&api.get("/v1/keys").await.expect(200)["keys"]).iter().find(|k| k["id"] == id).cloned().expect("listed");
    own.get("/v1/topics").await.expect(200);
    api.clock.advance(Duration::from_secs(5));
    own.post("/v1/messages", &mail(None)).await.expect(202);
    assert_eq!((&shown().await["requests"], &shown().await["last_used_at"]), (&json!(0), &Value::Null), "nothing is written per request");
    api.state.keys.flush().await.expect("written");
    let after = shown().await;
    assert_eq!((&after["requests"], &after["last_used_at"]), (&json!(2), &json!("2023-12-31T00:00:05.000Z")));
    assert_eq!(after["recipients_today"], 1);
}

#[tokio::test]
async fn wrong_keys_run_out_and_hold_up_nobody_else() {
    let api = Api::new().await;
    let show = |key: &str| Request::get("/v1/topics").header("x-api-key", key).body(Body::empty()).expect("a request");
    let guess = async |from: &str| api.send_from(from, show("jebi_guess")).await;
    for _ in 0..10 {
        guess("192.0.2.1").await.problem(401);
    }
    let refused = guess("192.0.2.1").await;
    assert_eq!(refused.problem(429), [("Authorization".into(), "too_many_attempts".into())]);
    assert!(refused.headers["retry-after"].to_str().is_ok_and(|s| s == "7"), "{:?}", refused.headers);
    api.send_from("192.0.2.1", show(&api.key)).await.expect(200);
    guess("192.0.2.2").await.problem(401);

    let limit = api.get("/v1/limits/192.0.2.1").await.expect(200);
    assert_eq!((&limit["unit"], &limit["remaining"], &limit["limit"]), (&json!("wrong_keys"), &json!(0), &json!(10)));
    assert_eq!(api.delete("/v1/limits/192.0.2.1").await.status, 204);
    guess("192.0.2.1").await.problem(401);
    api.clock.advance(Duration::from_secs(60));
    assert_eq!(api.get("/v1/limits/192.0.2.1").await.expect(200)["remaining"], 10);
}
