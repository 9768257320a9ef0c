//! A request repeated under its Idempotency-Key gets the same answer, byte for byte, and nothing is sent twice.

use std::time::Duration;

use crate::support::api::Api;

const BODY: &str = r#"{"messages":[{"emails":["a@example.kr","bad"],"subject":"s","content":"c"}]}"#;

#[tokio::test]
async fn the_stored_answer_is_replayed_byte_for_byte() {
    let api = Api::new().await;
    let first = api.submit_as("k1", BODY).await;
    first.expect(202);
    assert!(!first.headers.contains_key("idempotency-replayed"));
    api.clock.advance(Duration::from_secs(3600));
    let again = api.submit_as("k1", BODY).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["content-type"], "application/json");
    assert_eq!(api.waiting().await, 1);
    api.submit_as("k2", BODY).await.expect(202);
    assert_eq!(api.waiting().await, 2, "another key is another request");
}

#[tokio::test]
async fn another_body_under_the_same_key_is_a_conflict() {
    let api = Api::new().await;
    api.submit_as("k", BODY).await.expect(202);
    let other = api.submit_as("k", &BODY.replace("\"s\"", "\"t\"")).await;
    assert_eq!(other.problem(409), [("Idempotency-Key".into(), "idempotency_key_reused".into())]);
    let spaced = api.submit_as("k", &format!("{BODY} ")).await;
    assert_eq!(spaced.problem(409)[0].1, "idempotency_key_reused", "the bytes count, not what they mean");
    assert_eq!(api.waiting().await, 1);
}

#[tokio::test]
async fn a_repeated_request_is_answered_even_when_its_time_is_past_by_now() {
    let api = Api::new().await;
    let body = BODY.replace("\"subject\"", "\"scheduled_at\":\"2023-12-31 10:00:00\",\"subject\"");
    let first = api.submit_as("k", &body).await;
    first.expect(202);
    api.clock.advance(Duration::from_secs(12 * 3600));
    let again = api.submit_as("k", &body).await;
    assert_eq!((again.status, again.body), (first.status, first.body));
}

#[tokio::test]
async fn refusals_are_not_kept() {
    let api = Api::new().await;
    let bad = r#"{"messages":[{"emails":["bad"],"subject":"s","content":"c"}]}"#;
    api.submit_as("k", bad).await.problem(422);
    api.submit_as("k", BODY).await.expect(202);
}

#[tokio::test]
async fn after_a_day_the_key_is_free_again() {
    let api = Api::new().await;
    api.submit_as("k", BODY).await.expect(202);
    api.clock.advance(Duration::from_secs(24 * 3600 + 1));
    api.submit_as("k", &BODY.replace("\"s\"", "\"t\"")).await.expect(202);
    assert_eq!(api.waiting().await, 2);
}

#[tokio::test]
async fn keys_belong_to_their_api_key() {
    let mut api = Api::new().await;
    api.submit_as("k", BODY).await.expect(202);
    api.key = api.state.keys.create("other", jebi::service::grant::GrantChange::default()).await.unwrap().secret;
    let answer = api.submit_as("k", BODY).await;
    answer.expect(202);
    assert!(!answer.headers.contains_key("idempotency-replayed"));
    assert_eq!(api.waiting().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_twins_at_once_one_is_stored_and_all_get_its_answer() {
    let api = std::sync::Arc::new(Api::new().await);
    let twins: Vec<_> = (0..20)
        .map(|_| {
            let api = std::sync::Arc::clone(&api);
            tokio::spawn(async move { api.submit_as("twin", BODY).await })
        })
        .collect();
    let mut answers = Vec::new();
    for twin in twins {
        answers.push(twin.await.unwrap());
    }
    answers[0].expect(202);
    assert!(answers.iter().all(|a| a.status == answers[0].status && a.body == answers[0].body));
    assert_eq!(answers.iter().filter(|a| !a.headers.contains_key("idempotency-replayed")).count(), 1);
    assert_eq!(api.waiting().await, 1);
}

#[tokio::test]
async fn unusable_keys_are_refused() {
    let api = Api::new().await;
    for key in ["", &"x".repeat(256)] {
        assert_eq!(api.submit_as(key, BODY).await.problem(400), [("Idempotency-Key".into(), "invalid_idempotency_key".into())]);
    }
    let mut twice = api.request(axum::http::Method::POST, "/v1/messages", BODY);
    twice.headers_mut().append("idempotency-key", "a".parse().unwrap());
    twice.headers_mut().append("idempotency-key", "b".parse().unwrap());
    assert_eq!(api.send(twice).await.problem(400)[0].0, "Idempotency-Key");
    assert_eq!(api.waiting().await, 0);
}
