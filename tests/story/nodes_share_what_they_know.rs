//! Two nodes over one store (S4-3): a key, its limit, a pass for the inbox and an idempotency key mean the same on both, whichever of them
//! a load balancer picks.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use jebi::worker;
use jebi_domain::port::{Clock, nodes::NodeStart};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::api::{Answer, Api, list, text};

fn mail(recipients: usize) -> Value {
    let emails: Vec<String> = (0..recipients).map(|n| format!("hong{n}@example.kr")).collect();
    json!({"messages": [{"emails": emails, "subject": "안내", "content": "<p>안녕하세요</p>"}]})
}

#[tokio::test]
async fn a_key_revoked_or_changed_on_one_node_stops_working_on_the_other_within_seconds() {
    let one = Api::new().await;
    let other = one.beside().await;
    let (id, key) = one.make_key(&json!({"name": "상점"})).await;
    let stop = CancellationToken::new();
    let clock = Arc::clone(&other.state.clock);
    let reading = tokio::spawn(worker::keys::run(Arc::clone(&other.state.keys), clock, stop.clone()));
    // The times at which the other node reads are every two seconds; each look lets as many pass as it needs.
    let until = async |status: u16| {
        let begun = one.clock.boot();
        while other.with_key(key.clone()).get("/v1/topics").await.status != status {
            one.clock.advance(Duration::from_millis(2));
            tokio::task::yield_now().await;
            assert!(one.clock.boot().since(begun) < Duration::from_secs(20), "never {status}");
        }
    };
    until(200).await;
    assert_eq!(one.send(one.request(Method::PATCH, &format!("/v1/keys/{id}"), r#"{"scopes": ["send"]}"#)).await.status, 200);
    until(403).await;
    assert_eq!(one.delete(&format!("/v1/keys/{id}")).await.status, 204);
    until(401).await;
    stop.cancel();
    reading.await.expect("it ends");
}

#[tokio::test]
async fn a_daily_limit_counts_what_every_node_took() {
    let one = Api::new().await;
    let (_, key) = one.make_key(&json!({"name": "한도", "daily_limit": 10, "scopes": ["send"]})).await;
    let other = one.beside().await;
    let (one, other) = (one.with_key(key.clone()), other.with_key(key));
    other.post("/v1/messages", &mail(1)).await.expect(202);
    one.post("/v1/messages", &mail(7)).await.expect(202);
    one.clock.advance(Duration::from_millis(1_001));
    other.post("/v1/messages", &mail(3)).await.problem(429);
    other.post("/v1/messages", &mail(2)).await.expect(202);
    one.clock.advance(Duration::from_millis(1_001));
    one.post("/v1/messages", &mail(1)).await.problem(429);
}

#[tokio::test]
async fn a_request_repeated_at_another_node_gets_the_answer_of_the_first() {
    let one = Api::new().await;
    let other = one.beside().await;
    let body = mail(2).to_string();
    let first = one.submit_as("같은-요청".escape_default().to_string().as_str(), &body).await;
    let again = other.submit_as("같은-요청".escape_default().to_string().as_str(), &body).await;
    assert_eq!((first.status, again.status), (again.status, first.status));
    assert_eq!(first.body, again.body);
    assert_eq!(one.waiting().await, 2);
}

/// The pass in the answer's cookie.
fn pass(answer: &Answer) -> String {
    assert_eq!(answer.status, 204);
    let cookie = answer.headers["set-cookie"].to_str().expect("a cookie");
    cookie.trim_start_matches("jebi_inbox=").split(';').next().expect("a value").to_owned()
}

#[tokio::test]
async fn a_pass_for_the_inbox_holds_on_every_node_and_ends_with_its_key_or_its_time() {
    let one = Api::new().await;
    let (id, key) = one.make_key(&json!({"name": "받은 편지함", "scopes": ["read"]})).await;
    let other = one.beside().await;
    let made = pass(&one.with_key(key).post("/v1/inbox/session", &json!({})).await);
    let holds = |api: &Api, pass: &str| api.state.inbox.sessions.holds(pass);
    assert!(holds(&one, &made) && holds(&other, &made));

    // Nobody makes one without what signs it, nor a longer one.
    let (head, rest) = made.split_once('.').expect("three parts");
    let (_, signature) = rest.split_once('.').expect("three parts");
    for forged in ["", &made[1..], &made[..made.len() - 2], &format!("{head}.eyJrZXkiOjEsInVudGlsIjo5OTk5OTk5OTk5OTk5fQ.{signature}")] {
        assert!(!holds(&one, forged), "{forged}");
    }
    // A pass is no key.
    assert_eq!(one.with_key(made.clone()).get("/v1/inbox").await.status, 401);

    // Another one's changes reach a node with its next look at the keys.
    one.send(one.request(Method::PATCH, &format!("/v1/keys/{id}"), r#"{"scopes": ["send"]}"#)).await.expect(200);
    other.state.keys.refresh().await.expect("read");
    assert!(!holds(&one, &made) && !holds(&other, &made), "a key that may not read any more");
    one.send(one.request(Method::PATCH, &format!("/v1/keys/{id}"), r#"{"scopes": ["read"]}"#)).await.expect(200);
    other.state.keys.refresh().await.expect("read");
    one.clock.advance(Duration::from_millis(599_999));
    assert!(holds(&one, &made) && holds(&other, &made));
    one.clock.advance(Duration::from_millis(1));
    assert!(!holds(&one, &made) && !holds(&other, &made), "ten minutes are over");

    let fresh = pass(&one.post("/v1/inbox/session", &json!({})).await);
    assert!(holds(&other, &fresh));
    one.delete("/v1/keys/1").await;
    other.state.keys.refresh().await.expect("read");
    assert!(!holds(&one, &fresh) && !holds(&other, &fresh), "its key was revoked");
}

#[tokio::test]
async fn nodes_are_listed_and_readiness_shows_those_that_live_without_their_names() {
    let api = Api::new().await;
    let start = |name: &str| NodeStart { name: name.into(), version: "1.2.3".into() };
    let old = api.store.start(&start("메일-1"), api.state.clock.wall()).await.expect("start");
    let new = api.store.start(&start("메일-2"), api.state.clock.wall()).await.expect("start");
    api.clock.advance(Duration::from_millis(2_500));

    let answer = api.get("/v1/nodes").await.expect(200);
    let nodes = list(&answer["nodes"]);
    assert_eq!((nodes[0]["incarnation"].as_i64(), nodes[1]["incarnation"].as_i64()), (Some(new.0), Some(old.0)));
    assert_eq!((text(&nodes[0]["name"]), text(&nodes[0]["version"]), text(&nodes[0]["state"])), ("메일-2", "1.2.3", "sending"));
    assert_eq!((&nodes[0]["beat_age_ms"], &nodes[0]["leased"], &nodes[0]["ended_at"]), (&json!(2_500), &json!(0), &Value::Null));
    assert_eq!((text(&nodes[1]["state"]), &nodes[1]["housekeeping"]), ("ended", &json!(false)));

    let ready = api.get("/ready").await.expect(200);
    let seen = json!([{"incarnation": new.0, "state": "sending", "this": false, "beat_age_ms": 2_500}]);
    assert_eq!(ready["nodes"], seen);
    api.clock.advance(Duration::from_secs(15));
    let ready = api.get("/ready").await.expect(200);
    assert_eq!(ready["nodes"][0]["state"], "gone", "another node's end is not this one's");
    assert_eq!(ready["ready"], true);
}
