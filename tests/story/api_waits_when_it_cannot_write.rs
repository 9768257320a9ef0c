//! What the server cannot take now is refused with 503 and a time to come back; nothing is acknowledged that is not on disk.

use std::time::Duration;

use crate::support::api::{Api, Setup};

const BODY: &str = r#"{"messages":[{"emails":["a@example.kr","b@example.kr"],"subject":"s","content":"c"}]}"#;

#[tokio::test]
async fn a_full_queue_refuses_until_there_is_room() {
    let api = Api::with(Setup { max_waiting: 5, ..Setup::default() }).await;
    let replayed = api.submit_as("k", BODY).await;
    replayed.expect(202);
    api.submit(BODY).await.expect(202);
    let full = api.submit(BODY).await;
    assert_eq!(full.problem(503)[0].1, "queue_full");
    assert_eq!(full.headers["retry-after"], "10");
    assert_eq!(api.waiting().await, 4);
    assert_eq!(api.submit_as("k", BODY).await.body, replayed.body, "a repeated request takes no room");
    api.local("/v1/topics").await.expect(200);

    let id = replayed.json()["messages"][0]["id"].as_str().unwrap().to_owned();
    api.post(&format!("/v1/messages/{id}/cancel"), &serde_json::json!({})).await.expect(200);
    api.clock.advance(Duration::from_millis(1001));
    api.submit(BODY).await.expect(202);
}

#[tokio::test]
async fn a_disk_without_room_refuses_and_turns_ready_red() {
    let api = Api::with(Setup { disk_floor: u64::MAX >> 1, ..Setup::default() }).await;
    let full = api.submit(BODY).await;
    assert_eq!(full.problem(503)[0].1, "disk_full");
    assert!(full.headers.contains_key("retry-after"));
    assert_eq!(api.waiting().await, 0);
    let ready = api.get("/ready").await.expect(503);
    let red: Vec<_> =
        ready["checks"].as_array().unwrap().iter().filter(|c| c["ok"] == false).map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(red, ["disk", "accept"]);
}

#[tokio::test]
async fn a_closed_store_refuses() {
    let api = Api::new().await;
    api.submit(BODY).await.expect(202);
    api.store.close().await;
    let closed = api.submit(BODY).await;
    assert_eq!(closed.problem(503)[0].1, "stopping");
    assert!(closed.headers.contains_key("retry-after"));
}
