//! An account whose bulk mail bounces: bulk waits for a person, transactional mail goes on, and everybody can see why.

use std::{collections::BTreeMap, sync::Arc};

use jebi_domain::{
    event::{Feedback, FeedbackKind},
    id::DeliveryId,
    outcome::Decision,
    port::{Clock, Store},
};
use serde_json::{Value, json};

use super::api_sends_again::send;
use crate::support::api::{Api, Setup, list, provider, text};

async fn api() -> Api {
    Api::with(Setup { providers: vec![provider("local")], ..Setup::default() }).await
}

async fn post(api: &Api, lane: &str, n: usize) -> String {
    let emails: Vec<String> = (0..n).map(|i| format!("person{i}-of-{n}@naver.example")).collect();
    let message = json!({"topic_id": "한가위", "lane": lane, "emails": emails, "subject": "한가위 소식", "content": "<p>안녕하세요</p>"});
    text(&api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202)["messages"][0]["id"]).to_owned()
}

async fn bounce(store: &Arc<dyn Store>, api: &Api, message: &str, n: usize) {
    let shown = api.get(&format!("/v1/deliveries?message_id={message}&limit=500")).await.expect(200);
    let reports = list(&shown["deliveries"]).iter().take(n).map(|delivery| Feedback {
        delivery: DeliveryId::parse(text(&delivery["id"])).expect("an id"),
        recipient: text(&delivery["recipients"][0]["email"]).to_owned(),
        kind: FeedbackKind::Bounced,
        at: api.clock.wall(),
        detail: "smtp; 550 5.1.1".to_owned(),
    });
    store.record_feedback(reports.collect()).await.expect("recorded");
}

async fn scope(api: &Api, name: &str) -> Value {
    let shown = api.get("/v1/reputation").await.expect(200);
    let by_name: BTreeMap<&str, &Value> = list(&shown["scopes"]).iter().map(|one| (text(&one["scope"]), one)).collect();
    by_name.get(name).map(|one| (*one).clone()).unwrap_or_default()
}

#[tokio::test]
async fn bounces_pause_bulk_mail_until_a_person_resumes_it_with_a_reason() {
    let api = api().await;
    let message = post(&api, "bulk", 200).await;
    send(&api, &[Decision::Sent { provider_id: "p".to_owned() }]).await;
    bounce(&api.store, &api, &message, 20).await;
    api.state.reputation.look(&[]).await.expect("a look");
    let shown = scope(&api, "local").await;
    assert_eq!((&shown["sent"], &shown["bounced"], &shown["act"]), (&json!(200), &json!(20), &json!("paused")), "{shown}");
    assert_eq!(scope(&api, "@example.kr").await["act"], "paused");
    assert!(text(&shown["reason"]).starts_with("10.00 % bounced: 20 of 200 recipients"), "{shown}");
    assert!(api.state.reputation.orders_of("local").provider.held.is_some());

    // What waits says why, in both lists; transactional mail does not wait for that.
    let (bulk, code) = (post(&api, "bulk", 1).await, post(&api, "transactional", 1).await);
    let held =
        async |message: &str| api.get(&format!("/v1/deliveries?message_id={message}")).await.expect(200)["deliveries"][0]["held"].clone();
    assert_eq!((&held(&bulk).await["code"], held(&code).await), (&json!("reputation_paused"), Value::Null));
    let acts = api.get("/v1/audit").await.expect(200);
    assert!(list(&acts["acts"]).iter().any(|act| act["act"] == "reputation.judge" && act["actor"] == "the reputation guard"), "{acts}");

    api.state.alerts.look().await.expect("a look");
    let alerts = api.get("/v1/alerts").await.expect(200);
    let codes: Vec<&str> = list(&alerts["alerts"]).iter().filter(|one| one["active"] == true).map(|one| text(&one["code"])).collect();
    assert_eq!(codes.iter().filter(|code| **code == "bulk_paused").count(), 2, "the account and the domain: {alerts}");

    // Nobody resumes it without a reason, and what is not held is not resumed.
    api.post("/v1/reputation/local/resume", &json!({"reason": " "})).await.problem(422);
    api.post("/v1/reputation/@other.kr/resume", &json!({"reason": "목록을 정리함"})).await.problem(409);
    api.post("/v1/reputation/nobody/pause", &json!({"reason": "목록을 정리함"})).await.problem(404);
    for scope in ["local", "@example.kr"] {
        let done = api.post(&format!("/v1/reputation/{scope}/resume"), &json!({"reason": "목록을 정리함"})).await.expect(200);
        assert_eq!(done, json!({"scope": scope, "act": "none"}));
    }
    api.state.reputation.look(&[]).await.expect("a look");
    let shown = scope(&api, "local").await;
    assert_eq!((&shown["act"], &shown["sent"]), (&json!("none"), &json!(0)), "counted anew: {shown}");
    assert_eq!(held(&bulk).await, Value::Null);
    api.state.alerts.look().await.expect("a look");
    let alerts = api.get("/v1/alerts").await.expect(200);
    assert!(list(&alerts["alerts"]).iter().all(|one| one["code"] != "bulk_paused" || one["active"] == false), "{alerts}");
}

#[tokio::test]
async fn a_person_pauses_a_domain_and_alerts_are_silenced_with_a_reason() {
    let api = api().await;
    let why = json!({"reason": "목록을 정리하는 중"});
    assert_eq!(api.post("/v1/reputation/@Example.KR/pause", &why).await.expect(200)["scope"], "@example.kr");
    api.state.reputation.look(&[]).await.expect("a look");
    let orders = api.state.reputation.orders_of("local");
    assert!(orders.provider.held.is_none() && orders.domains["example.kr"].held.is_some());
    let warnings = api.state.reputation.why_waits("local", "shop@example.kr").expect("it waits").0;
    assert!(warnings.text.contains("목록을 정리하는 중"), "{}", warnings.text);

    let silence = json!({"until": "2024-01-01T09:00:00+09:00", "reason": "알고 있음"});
    assert_eq!(api.post("/v1/alerts/bulk_paused/silence", &silence).await.expect(200)["code"], "bulk_paused");
    api.post("/v1/alerts/nothing/silence", &silence).await.problem(404);
    api.post("/v1/alerts/quota/silence", &json!({"until": "2020-01-01T00:00:00Z", "reason": "알고 있음"})).await.problem(422);
    api.state.alerts.look().await.expect("a look");
    let alerts = api.get("/v1/alerts").await.expect(200);
    let paused = list(&alerts["alerts"]).iter().find(|one| one["code"] == "bulk_paused").expect("it holds");
    assert_eq!((&paused["subject"], &paused["told_at"]), (&json!("@example.kr"), &Value::Null), "nobody was told");
}
