//! A key's daily limit (S0-11): never passed, not by requests that come together, not over a restart; asked for and reset.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use jebi::service::usage::Usage;
use serde_json::{Value, json};

use crate::support::api::{Api, Setup, list};

fn mail(recipients: usize) -> Value {
    let emails: Vec<String> = (0..recipients).map(|n| format!("hong{n}@example.kr")).collect();
    json!({"messages": [{"emails": emails, "subject": "안내", "content": "<p>안녕하세요</p>"}]})
}

async fn limited(api: &Api, limit: i64) -> (i64, Api) {
    let (id, key) = api.make_key(&json!({"name": "한도", "daily_limit": limit, "scopes": ["send"]})).await;
    (id, api.with_key(key))
}

#[tokio::test]
async fn beyond_the_limit_nothing_is_stored_until_the_day_is_over() {
    let api = Api::new().await;
    let (_, own) = limited(&api, 10).await;
    own.post("/v1/messages", &mail(8)).await.expect(202);
    let refused = own.post("/v1/messages", &mail(3)).await;
    assert_eq!(refused.problem(429), [(String::new(), "daily_limit".into())]);
    // It is 9 o'clock in Seoul: fifteen hours, and the second that is rounded up.
    assert_eq!(refused.headers["retry-after"], "54001");
    assert_eq!(api.waiting().await, 8);
    own.post("/v1/messages", &mail(2)).await.expect(202);
    own.post("/v1/messages", &mail(1)).await.problem(429);
    api.clock.advance(Duration::from_secs(54_000) - Duration::from_millis(1));
    own.post("/v1/messages", &mail(1)).await.problem(429);
    api.clock.advance(Duration::from_millis(1));
    own.post("/v1/messages", &mail(10)).await.expect(202);
    assert_eq!(api.waiting().await, 20);
}

#[tokio::test]
async fn requests_that_come_together_do_not_pass_it() {
    let api = Api::new().await;
    let (_, own) = limited(&api, 25).await;
    let body = mail(2);
    let answers = join_all((0..40).map(|_| own.post("/v1/messages", &body))).await;
    let taken = answers.iter().filter(|a| a.status == 202).count();
    assert!(answers.iter().all(|a| a.status == 202 || a.status == 429));
    assert_eq!((taken, api.waiting().await), (12, 24));
    own.post("/v1/messages", &mail(1)).await.expect(202);
}

#[tokio::test]
async fn a_repeated_request_and_a_refused_one_cost_nothing() {
    let api = Api::new().await;
    let (_, own) = limited(&api, 5).await;
    let body = mail(4).to_string();
    for _ in 0..3 {
        own.submit_as("same", &body).await.expect(202);
    }
    own.post("/v1/messages", &json!({"messages": [{"emails": ["bad"], "subject": "x", "content": "x"}]})).await.problem(422);
    own.post("/v1/messages", &mail(1)).await.expect(202);
    own.submit_as("same", &body).await.expect(202);
    assert_eq!(api.waiting().await, 5);
}

#[tokio::test]
async fn what_was_sent_without_a_limit_counts_when_there_is_one_again() {
    let api = Api::new().await;
    let (id, own) = limited(&api, 10).await;
    let path = format!("/v1/keys/{id}");
    own.post("/v1/messages", &mail(3)).await.expect(202);
    api.patch(&path, &json!({"daily_limit": null})).await.expect(200);
    own.post("/v1/messages", &mail(5)).await.expect(202);
    assert_eq!(own.get(&format!("/v1/limits/{id}")).await.expect(200)["used"], 8);
    api.patch(&path, &json!({"daily_limit": 10})).await.expect(200);
    own.post("/v1/messages", &mail(3)).await.problem(429);
    own.post("/v1/messages", &mail(2)).await.expect(202);
}

#[tokio::test]
async fn what_could_not_be_stored_is_given_back() {
    let full = Api::with(Setup { disk_floor: u64::MAX / 2, ..Setup::default() }).await;
    let (id, own) = limited(&full, 5).await;
    for _ in 0..3 {
        own.post("/v1/messages", &mail(4)).await.problem(503);
    }
    assert_eq!(own.get(&format!("/v1/limits/{id}")).await.expect(200)["used"], 0);
}

#[tokio::test]
async fn it_is_known_after_a_restart() {
    let api = Api::new().await;
    let (id, own) = limited(&api, 10).await;
    own.post("/v1/messages", &mail(7)).await.expect(202);
    // What a start does: nothing is in memory, everything is read from the store.
    let fresh = Usage::new(Arc::clone(&api.store), Arc::clone(&api.state.clock), jiff::tz::TimeZone::get("Asia/Seoul").expect("a zone"));
    let used = fresh.used_today().await.expect("the store answers");
    assert_eq!(used.get(&jebi_domain::id::KeyNo(id)), Some(&7));
}

#[tokio::test]
async fn limits_are_shown_to_their_key_and_reset_by_an_administrator() {
    let api = Api::new().await;
    let (id, own) = limited(&api, 10).await;
    own.post("/v1/messages", &mail(10)).await.expect(202);
    let path = format!("/v1/limits/{id}");

    let mine = own.get("/v1/limits").await.expect(200);
    assert_eq!(list(&mine["limits"]).len(), 1);
    let limit = &mine["limits"][0];
    assert_eq!(
        (&limit["client"], &limit["limit"], &limit["used"], &limit["remaining"]),
        (&json!(id.to_string()), &json!(10), &json!(10), &json!(0))
    );
    assert_eq!((&limit["scopes"], &limit["resets_at"]), (&json!(["send"]), &json!("2023-12-31T15:00:00.000Z")));
    assert_eq!(list(&api.get("/v1/limits").await.expect(200)["limits"]).len(), 2);
    own.get(&path).await.expect(200);
    own.get("/v1/limits/1").await.problem(403);
    own.get("/v1/limits/192.0.2.1").await.problem(403);
    own.delete(&path).await.problem(403);
    api.get("/v1/limits/99").await.problem(404);
    api.get("/v1/limits/nobody").await.problem(404);

    assert_eq!(api.delete(&path).await.status, 204);
    assert_eq!(own.get(&path).await.expect(200)["remaining"], 10);
    own.post("/v1/messages", &mail(9)).await.expect(202);
    own.post("/v1/messages", &mail(2)).await.problem(429);
    let acts = api.get("/v1/audit").await.expect(200);
    assert_eq!((&acts["acts"][0]["act"], &acts["acts"][0]["detail"]), (&json!("limit.reset"), &json!("used=10")));
}
