//! Moving waiting mail to another time, and how far ahead mail may be scheduled.

use serde_json::{Value, json};

use crate::support::api::{Api, text};

async fn scheduled(api: &Api, at: &str) -> Value {
    let message = json!({"emails": ["hong@example.kr", "kim@example.kr"], "subject": "1월 소식", "text": "본문", "scheduled_at": at});
    api.post("/v1/messages", &json!({"messages": [message]})).await.expect(202)["messages"][0].clone()
}

#[tokio::test]
async fn a_message_is_moved_and_shows_its_new_time() {
    let api = Api::new().await;
    let id = text(&scheduled(&api, "2024-01-01 09:00:00").await["id"]).to_owned();
    let path = format!("/v1/messages/{id}/reschedule");
    let moved = api.post(&path, &json!({"scheduled_at": "2024-01-03T00:00:00+09:00"})).await.expect(200);
    assert_eq!(moved, json!({"rescheduled": 2, "due_at": "2024-01-02T15:00:00.000Z", "scheduled": true}));
    let shown = api.get(&format!("/v1/messages/{id}")).await.expect(200);
    assert_eq!((&shown["due_at"], &shown["waiting"]), (&"2024-01-02T15:00:00.000Z".into(), &2.into()));
    let now = api.post(&path, &json!({"scheduled_at": "now"})).await.expect(200);
    assert_eq!((&now["rescheduled"], &now["scheduled"]), (&2.into(), &false.into()));
    assert_eq!(api.post(&path, &json!({"scheduled_at": "2020-01-01 00:00:00"})).await.problem(422)[0].1, "in_the_past");
    assert_eq!(api.post(&path, &json!({})).await.problem(422), [("scheduled_at".into(), "missing_field".into())]);
    api.post(&format!("/v1/messages/{id}/cancel"), &json!({})).await.expect(200);
    assert_eq!(api.post(&path, &json!({"scheduled_at": "now"})).await.problem(409), [("".into(), "message_cancelled".into())]);
}

#[tokio::test]
async fn nothing_is_scheduled_further_ahead_than_the_bound() {
    let api = Api::new().await;
    let body = json!({"messages": [{"emails": ["hong@example.kr"], "subject": "s", "text": "t", "scheduled_at": "2025-06-01 00:00:00"}]});
    assert_eq!(api.post("/v1/messages", &body).await.problem(422), [("messages[0].scheduled_at".into(), "too_far_ahead".into())]);
    let id = text(&scheduled(&api, "2024-12-30 09:00:00").await["id"]).to_owned();
    let far = api.post(&format!("/v1/messages/{id}/reschedule"), &json!({"scheduled_at": "2025-06-01 00:00:00"})).await;
    assert_eq!(far.problem(422), [("scheduled_at".into(), "too_far_ahead".into())]);
}
