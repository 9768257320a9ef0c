//! `/v1/webhooks`: made, shown, changed, removed; secrets are shown once and lie nowhere in the clear (S0-19).

use serde_json::{Value, json};

use crate::support::{
    api::{Api, Setup, list, text},
    ses_stub::SesStub,
    webhooks::{Calling, SECRET},
};

async fn api() -> Api {
    Api::with(Setup { secret: Some(SECRET), ..Setup::default() }).await
}

#[tokio::test]
async fn it_is_made_shown_changed_and_removed() {
    let api = api().await;
    let body = json!({
        "url": "http://127.0.0.1:9/hooks", "description": "결제 서버", "events": ["delivery.bounced", "topic.*"], "topics": ["봄 소식", "2026-*"],
        "lanes": ["bulk"], "language": "en",
    });
    let made = api.post("/v1/webhooks", &body).await.expect(201);
    assert!(text(&made["secret"]).starts_with("whsec_"));
    let path = format!("/v1/webhooks/{}", made["id"]);
    let shown = api.get(&path).await.expect(200);
    for field in ["url", "description", "events", "topics", "lanes", "language"] {
        assert_eq!(shown[field], body[field], "{field}");
    }
    assert_eq!(
        (&shown["kind"], &shown["enabled"], &shown["waiting"], &shown["secret"]),
        (&json!("webhook"), &json!(true), &json!(0), &Value::Null)
    );
    let changed = api.patch(&path, &json!({"events": ["*"], "enabled": false})).await.expect(200);
    assert_eq!((&changed["events"], &changed["enabled"], &changed["topics"]), (&json!(["*"]), &json!(false), &body["topics"]));
    assert_eq!(text(&changed["disabled_reason"]), "a person disabled it");
    assert_eq!(list(&api.get("/v1/webhooks").await.expect(200)["webhooks"]).len(), 1);
    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(api.get(&path).await.status, 404);
    assert_eq!(list(&api.get("/v1/webhooks").await.expect(200)["webhooks"]).len(), 0);
    let acts = api.get("/v1/audit").await.expect(200);
    let acts: Vec<&str> = list(&acts["acts"]).iter().map(|act| text(&act["act"])).collect();
    assert_eq!(acts, ["webhook.remove", "webhook.disable", "webhook.change", "webhook.create"]);
}

#[tokio::test]
async fn every_fault_is_named_at_once() {
    let api = api().await;
    let faults = api.post("/v1/webhooks", &json!({"kind": "slack", "events": ["delivery.lost"], "language": "fr"})).await.problem(422);
    let expected = [("url", "missing_field"), ("language", "invalid_language"), ("events[0]", "unknown_event")];
    assert_eq!(faults, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    let code = |faults: Vec<(String, String)>| faults[0].1.clone();
    assert_eq!(code(api.post("/v1/webhooks", &json!({"kind": "fax"})).await.problem(422)), "invalid_kind");
    assert_eq!(code(api.post("/v1/webhooks", &json!({"kind": "sns", "topic_arn": "arn:x"})).await.problem(422)), "invalid_topic_arn");
    assert_eq!(
        code(api.post("/v1/webhooks", &json!({"kind": "mail", "to": ["ops@shop.kr"], "events": ["*"]})).await.problem(422)),
        "too_many_events"
    );
    assert_eq!(code(api.post("/v1/webhooks", &json!({"urls": []})).await.problem(422)), "unknown_field");
    for path in ["/v1/webhooks/7", "/v1/webhooks/x"] {
        assert_eq!(api.get(path).await.status, 404, "{path}");
    }
    let mail = api.post("/v1/webhooks", &json!({"kind": "mail", "to": ["ops@shop.kr"]})).await.expect(201);
    let rotate = api.post(&format!("/v1/webhooks/{}/rotate", mail["id"]), &json!({})).await;
    assert_eq!(code(rotate.problem(409)), "not_signed");
}

#[tokio::test]
async fn only_administrators_see_webhooks() {
    let api = api().await;
    let (_, reader) = api.make_key(&json!({"name": "reader", "scopes": ["read", "send"]})).await;
    let reader = api.with_key(reader);
    assert_eq!(reader.get("/v1/webhooks").await.problem(403)[0].1, "missing_scope");
    assert_eq!(reader.post("/v1/webhooks", &json!({})).await.problem(403)[0].1, "missing_scope");
}

#[tokio::test]
async fn without_the_installations_secret_nothing_is_sealed() {
    let api = Api::new().await;
    let refused = api.post("/v1/webhooks", &json!({"url": "http://127.0.0.1:9/"})).await.problem(409);
    assert_eq!(refused, [("JEBI_SECRET".to_owned(), "no_secret".to_owned())]);
    // These have no secret.
    api.post("/v1/webhooks", &json!({"kind": "mail", "to": ["ops@shop.kr"]})).await.expect(201);
}

#[tokio::test]
async fn secrets_lie_nowhere_in_the_clear() {
    let calling = Calling::start(Setup::default()).await;
    let stub = SesStub::start([]).await;
    let made = calling.webhook(&stub, json!({})).await;
    let chat = calling.webhook(&stub, json!({"kind": "slack", "url": format!("{}/services/T0/B0/verysecret", stub.url())})).await;
    assert_eq!(calling.show(&chat).await["url"], format!("{}/…", stub.url()));
    calling.test(&made).await;
    calling.test(&chat).await;
    stub.until(|seen| seen.requests.len() == 2).await;
    calling.tried(&chat, 1).await;
    let secret = made.secret.expect("it is signed");
    let bytes = secret.trim_start_matches("whsec_");
    let mut looked = 0;
    for file in std::fs::read_dir(calling.api.folder()).expect("the folder").flatten() {
        let data = std::fs::read(file.path()).unwrap_or_default();
        looked += data.len();
        for hidden in [bytes.as_bytes(), b"verysecret"] {
            assert!(!data.windows(hidden.len()).any(|part| part == hidden), "{:?}", file.path());
        }
    }
    assert!(looked > 4_096, "the store was looked at");
}
