//! Waiting mail is cancelled and paused by topic and by message; what is posted later is sent.

use serde_json::json;

use crate::support::api::{Api, text};

async fn post(api: &Api, topic: &str) -> String {
    let body = json!({"messages": [{"topic_id": topic, "emails": ["a@example.kr", "b@example.kr"], "subject": "s", "content": "c"}]});
    text(&api.post("/v1/messages", &body).await.expect(202)["messages"][0]["id"]).to_owned()
}

#[tokio::test]
async fn a_topic_is_cancelled_once_and_used_again() {
    let api = Api::new().await;
    post(&api, "news").await;
    assert_eq!(api.delete("/v1/topics/news").await.expect(200), json!({"cancelled": 2}));
    assert_eq!(api.delete("/v1/topics/news").await.expect(200), json!({"cancelled": 0}), "repeatable");
    post(&api, "news").await;
    let topic = api.get("/v1/topics/news").await.expect(200);
    assert_eq!((&topic["total"], &topic["cancelled"], &topic["waiting"]), (&4.into(), &2.into(), &2.into()));
    api.delete("/v1/topics/unknown").await.problem(404);
}

#[tokio::test]
async fn one_message_is_cancelled_without_the_others_of_its_topic() {
    let api = Api::new().await;
    let (first, second) = (post(&api, "news").await, post(&api, "news").await);
    let cancel = format!("/v1/messages/{first}/cancel");
    assert_eq!(api.post(&cancel, &json!({})).await.expect(200), json!({"cancelled": 2}));
    assert_eq!(api.post(&cancel, &json!({})).await.expect(200), json!({"cancelled": 0}));
    assert!(api.get(&format!("/v1/messages/{first}")).await.expect(200)["cancelled_at"].is_string());
    assert_eq!(api.get(&format!("/v1/messages/{second}")).await.expect(200)["waiting"], 2);
    api.post("/v1/messages/00000000000000000000000000/cancel", &json!({})).await.problem(404);
}

#[tokio::test]
async fn a_paused_topic_shows_it_until_it_is_resumed() {
    let api = Api::new().await;
    post(&api, "news").await;
    assert_eq!(api.post("/v1/topics/news/pause", &json!({})).await.expect(200), json!({"topic_id": "news", "paused": true}));
    post(&api, "news").await;
    let topic = api.get("/v1/topics/news").await.expect(200);
    assert_eq!((&topic["paused"], &topic["waiting"]), (&true.into(), &4.into()));
    api.post("/v1/topics/news/resume", &json!({})).await.expect(200);
    assert_eq!(api.get("/v1/topics/news").await.expect(200)["paused"], false);
    api.post("/v1/topics/unknown/pause", &json!({})).await.problem(404);
}
