//! The audit log: who did what, from where, and how it ended; never changed afterwards.

use std::time::Duration;

use axum::{body::Body, http::Method};
use serde_json::{Value, json};

use crate::support::api::{Api, list, text};

async fn acts(api: &Api, query: &str) -> Vec<Value> {
    list(&api.get(&format!("/v1/audit{query}")).await.expect(200)["acts"]).to_vec()
}

#[tokio::test]
async fn acts_and_refusals_name_who_and_what() {
    let api = Api::new().await;
    let (id, key) = api.make_key(&json!({"name": "홍길동", "senders": ["@example.kr"]})).await;
    let hong = api.with_key(&key);
    hong.post("/v1/messages", &json!({"messages": [{"topic_id": "소식", "emails": ["a@example.kr"], "subject": "x", "content": "x"}]}))
        .await
        .expect(202);
    let topic = "/v1/topics/%EC%86%8C%EC%8B%9D";
    hong.send_from("192.0.2.7", hong.request(Method::POST, &format!("{topic}/pause"), Body::empty())).await.expect(200);
    hong.post(&format!("{topic}/resume"), &json!({})).await.expect(200);
    hong.delete(topic).await.expect(200);
    hong.delete("/v1/topics/none").await.problem(404);
    api.patch(&format!("/v1/keys/{id}"), &json!({"daily_limit": 7})).await.expect(200);
    api.delete(&format!("/v1/keys/{id}")).await;
    let seen = acts(&api, "").await;
    let told: Vec<_> =
        seen.iter().rev().map(|a| [&a["act"], &a["target"], &a["result"]].map(|v| v.as_str().expect("text").to_owned())).collect();
    let number = id.to_string();
    assert_eq!(
        told.iter().map(|[a, t, r]| (a.as_str(), t.as_str(), r.as_str())).collect::<Vec<_>>(),
        [
            ("key.create", number.as_str(), "done"),
            ("topic.pause", "소식", "done"),
            ("topic.resume", "소식", "done"),
            ("topic.cancel", "소식", "done"),
            ("topic.cancel", "none", "not_found"),
            ("key.change", number.as_str(), "done"),
            ("key.revoke", number.as_str(), "done"),
        ]
    );
    let pause = &seen[5];
    assert_eq!(
        (&pause["actor"], &pause["key"], &pause["address"]),
        (&json!(format!("key {id} (홍길동)")), &json!(id), &json!("192.0.2.7"))
    );
    assert_eq!(seen[3]["detail"], "recipients=1");
    assert!(seen[6]["detail"].as_str().is_some_and(|d| d.contains("senders=@example.kr")));
    assert!(!format!("{seen:?}").contains(&key), "the key itself is nowhere");
}

#[tokio::test]
async fn the_local_administrator_is_named_too() {
    let api = Api::new().await;
    let mut request = api.request(Method::POST, "/v1/admin/release", Body::empty());
    request.extensions_mut().insert(jebi::http::LocalAdmin);
    api.send(request).await.expect(200);
    let act = &acts(&api, "").await[0];
    assert_eq!((&act["actor"], &act["key"], &act["act"]), (&json!("local administrator"), &Value::Null, &json!("store.release")));
}

#[tokio::test]
async fn what_changes_the_installation_is_written_down_too() {
    let api = Api::new().await;
    api.post("/v1/keys", &json!({"name": "", "scopes": ["send"]})).await.problem(422);
    api.post("/v1/providers/none/move", &json!({"to": "local"})).await.problem(422);
    api.post("/v1/admin/reload", &json!({})).await.problem(409);
    api.delete("/v1/inbox/7").await.problem(404);
    api.delete("/v1/inbox").await.expect(200);
    let seen = acts(&api, "").await;
    let told: Vec<_> = seen.iter().rev().map(|a| (text(&a["act"]), text(&a["target"]), text(&a["result"]))).collect();
    assert_eq!(
        told,
        [
            ("key.create", "", "invalid_name"),
            ("provider.move", "none", "unknown_provider"),
            ("configuration.reload", "server", "not_running"),
            ("inbox.remove", "7", "not_found"),
            ("inbox.clear", "inbox", "done"),
        ]
    );
    assert_eq!(seen[0]["detail"], "mails=0");
}

#[tokio::test]
async fn pages_and_times() {
    let api = Api::new().await;
    for name in ["하나", "둘", "셋"] {
        api.make_key(&json!({ "name": name })).await;
        api.clock.advance(Duration::from_secs(60));
    }
    let first = api.get("/v1/audit?limit=2").await.expect(200);
    assert_eq!(list(&first["acts"]).len(), 2);
    let rest = acts(&api, &format!("?cursor={}", first["next_cursor"].as_str().expect("a cursor"))).await;
    assert_eq!(rest.len(), 1);
    assert!(rest[0]["detail"].as_str().is_some_and(|d| d.contains("하나")));
    let one = acts(&api, "?since=2023-12-31T00:01:00Z&until=2023-12-31T09:02:00+09:00").await;
    assert_eq!(one.len(), 1);
    assert!(one[0]["detail"].as_str().is_some_and(|d| d.contains("둘")));
    assert_eq!(api.get("/v1/audit?since=yesterday").await.problem(422), [("since".into(), "invalid_time".into())]);
}

#[tokio::test]
async fn the_store_refuses_to_change_or_remove_an_act() {
    let api = Api::new().await;
    api.make_key(&json!({"name": "x"})).await;
    let db = rusqlite::Connection::open(api.folder().join("jebi.db")).expect("the database");
    for sql in [
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (no, at, actor, act, target, detail, result) SELECT no, 0, '', '', '', '', '' FROM audit",
    ] {
        let refused = db.execute(sql, []).expect_err("it must be refused");
        assert!(refused.to_string().contains("append-only"), "{sql}: {refused}");
    }
    assert_eq!(acts(&api, "").await.len(), 1);
}
