//! Sending again and settling by hand over the API (requirement S0-10).

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use jebi_domain::{
    allow::AllowList,
    id::DeliveryKey,
    outcome::{Decision, Reason},
    port::{
        nodes::NodeStart,
        operator::Rules,
        store::{Claim, Settlement, Store},
    },
    reputation::Via,
    route::{Routes, SenderRule, Way},
    time::Wall,
};
use serde_json::{Value, json};

use crate::support::api::{Answer, Api, Setup, list, text};

pub(super) async fn post(api: &Api, topic: &str, emails: &[String]) -> Value {
    let body = json!({"messages": [{"topic_id": topic, "emails": emails, "subject": "안녕하세요", "text": "본문"}]});
    api.post("/v1/messages", &body).await.expect(202)["messages"][0].clone()
}

pub(super) fn people(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("person{i}@example.kr")).collect()
}

/// What a dispatcher would do: sends everything that is due, with these ends in turn.
pub(super) async fn send(api: &Api, ends: &[Decision]) -> usize {
    let store: &Arc<dyn Store> = &api.store;
    let now = api.state.clock.wall();
    let incarnation = store.start(&NodeStart { name: "하나".into(), version: "0.0.0".into() }, now).await.expect("start");
    let mut done = 0;
    loop {
        let turns = store.queues("local").await.expect("queues").into_iter().map(|q| (q.queue, 1_000)).collect();
        let claim = Claim {
            incarnation,
            provider: "local".to_owned(),
            turns,
            now,
            max_lateness_ms: i64::MAX,
            late_from: Wall(i64::MIN),
            domains: vec![],
            recipients: u32::MAX,
        };
        let claimed = store.claim(claim).await.expect("claim").claimed;
        if claimed.is_empty() {
            return done;
        }
        for c in claimed {
            let of = |(i, ordinal): (usize, u32)| Settlement {
                key: DeliveryKey::new(c.message_no, ordinal),
                lease: c.lease,
                recipients: Vec::new(),
                via: Some(Arc::new(Via::of(&c.message))),
                queue: c.queue,
                attempt: c.attempt,
                at: now,
                decision: ends[(done + i) % ends.len()].clone(),
            };
            let batch: Vec<_> = c.copies.iter().map(|one| one.ordinal).enumerate().map(of).collect();
            done += batch.len();
            store.settle(batch).await.expect("settle");
        }
    }
}

pub(super) fn given_up() -> Decision {
    Decision::Failed { reason: Reason { transient: true, ..Reason::new("451", "try later", "") } }
}
pub(super) fn refused() -> Decision {
    Decision::Failed { reason: Reason::new("550 5.1.1", "no such user", "") }
}
pub(super) fn unknown() -> Decision {
    Decision::Unknown { reason: Reason::new("timeout", "no answer", "") }
}
pub(super) fn sent() -> Decision {
    Decision::Sent { provider_id: "0101".to_owned() }
}

async fn retry(api: &Api, path: &str, body: &Value) -> Answer {
    api.post(path, body).await
}

#[tokio::test]
async fn a_delivery_that_was_given_up_goes_as_a_new_one_and_both_name_each_other() {
    let api = Api::new().await;
    let made = post(&api, "t", &people(1)).await;
    send(&api, &[given_up()]).await;
    let old = text(&made["deliveries"][0]["id"]).to_owned();
    let mut request = api.request(axum::http::Method::POST, &format!("/v1/deliveries/{old}/retry"), Body::empty());
    request.headers_mut().remove("content-type");
    let done = api.send(request).await.expect(202);
    let new = text(&done["retried_as"]);
    assert_eq!((&done["delivery_id"], &done["scheduled"]), (&old.as_str().into(), &false.into()));
    assert_eq!(api.get(&format!("/v1/deliveries/{old}")).await.expect(200)["retried_as"], new);
    let shown = api.get(&format!("/v1/deliveries/{new}")).await.expect(200);
    assert_eq!((&shown["retry_of"], &shown["state"], &shown["topic_id"]), (&old.as_str().into(), &"waiting".into(), &"t".into()));
    let twice = retry(&api, &format!("/v1/deliveries/{old}/retry"), &json!({})).await;
    assert_eq!(twice.problem(409), [("".into(), "already_retried".into())]);
    assert!(twice.json()["detail"].as_str().unwrap().contains(new));
}

#[tokio::test]
async fn what_nobody_knows_goes_once_more_and_shows_that_it_may_have_come_twice() {
    let api = Api::new().await;
    let made = post(&api, "t", &people(1)).await;
    send(&api, &[unknown()]).await;
    let id = text(&made["deliveries"][0]["id"]);
    let done = retry(&api, &format!("/v1/deliveries/{id}/retry"), &json!({})).await.expect(202);
    assert_eq!(done["retried_as"], Value::Null);
    send(&api, &[sent()]).await;
    let shown = api.get(&format!("/v1/deliveries/{id}")).await.expect(200);
    assert_eq!((&shown["state"], &shown["maybe_twice"], &shown["attempts"]), (&"sent".into(), &true.into(), &2.into()));
    assert!(list(&shown["timeline"]).iter().any(|line| line["event"] == "operator_resend"));
    assert_eq!(retry(&api, &format!("/v1/deliveries/{id}/retry"), &json!({})).await.problem(409), [("".into(), "delivery_sent".into())]);
}

#[tokio::test]
async fn no_more_is_sent_again_than_may_wait() {
    let api = Api::with(Setup { max_waiting: 1, ..Setup::default() }).await;
    let mut ids = Vec::new();
    for to in people(2) {
        let made = post(&api, "t", &[to]).await;
        send(&api, &[given_up()]).await;
        ids.push(text(&made["deliveries"][0]["id"]).to_owned());
        // A count of what waits is good for a second.
        api.clock.advance(Duration::from_secs(2));
    }
    retry(&api, &format!("/v1/deliveries/{}/retry", ids[0]), &json!({})).await.expect(202);
    for path in [format!("/v1/deliveries/{}/retry", ids[1]), "/v1/deliveries/retry".to_owned()] {
        let full = retry(&api, &path, &json!({})).await;
        assert_eq!(full.problem(503), [("".into(), "queue_full".into())]);
    }
    assert_eq!(api.waiting().await, 1);
}

#[tokio::test]
async fn the_rules_of_now_hold_for_mail_sent_again() {
    let api = Api::new().await;
    let made = post(&api, "t", &people(1)).await;
    send(&api, &[given_up()]).await;
    let path = format!("/v1/deliveries/{}/retry", text(&made["deliveries"][0]["id"]));
    let rules = |sender: &str, domain: &str| {
        let way = Way { provider: "local".to_owned(), senders: vec![SenderRule::parse(sender).unwrap()], reason: String::new() };
        Rules { routes: Routes(vec![way]), allow: AllowList::only([], [domain.to_owned()]) }
    };
    for (sender, domain, field, code) in
        [("@example.kr", "staging.example.kr", "", "not_on_allowlist"), ("@example.net", "example.kr", "from", "no_provider_for_sender")]
    {
        api.set_rules(rules(sender, domain));
        assert_eq!(retry(&api, &path, &json!({})).await.problem(422), [(field.into(), code.into())]);
        let many = retry(&api, "/v1/deliveries/retry", &json!({})).await.expect(202);
        assert_eq!((&many["success"], &many["refused"]), (&0.into(), &json!([{"code": code, "count": 1}])));
    }
    api.set_rules(rules("@example.kr", "example.kr"));
    retry(&api, &path, &json!({})).await.expect(202);
}

#[tokio::test]
async fn many_are_sent_again_and_the_rest_is_told_by_reason() {
    let api = Api::new().await;
    post(&api, "bulk", &people(1_000)).await;
    for i in 0..20 {
        post(&api, "single", &[format!("one{i}@example.kr")]).await;
    }
    send(&api, &[given_up(), refused(), sent(), unknown()]).await;
    let done = retry(&api, "/v1/deliveries/retry", &json!({})).await.expect(202);
    assert_eq!((&done["total"], &done["success"], &done["failed"]), (&510.into(), &255.into(), &255.into()));
    assert_eq!(done["refused"], json!([{"code": "refused_for_good", "count": 255}]));
    // One for each single mail; the large message in slices of 250 copies, cut by pages of 500.
    assert_eq!((list(&done["message_ids"]).len(), &done["more_messages"]), (5 + 3, &0.into()));
    assert_eq!(api.waiting().await, 255);
    let again = retry(&api, "/v1/deliveries/retry", &json!({"max_retries": 1})).await.expect(202);
    assert_eq!((&again["total"], &again["success"]), (&255.into(), &0.into()), "only what is refused for good is left");
    send(&api, &[given_up()]).await;
    let chain = retry(&api, "/v1/deliveries/retry", &json!({"max_retries": 1, "topic_id": "bulk"})).await.expect(202);
    assert_eq!((&chain["success"], &chain["failed"]), (&0.into(), &(250 + 250).into()));
    assert!(list(&chain["refused"]).contains(&json!({"code": "retried_too_often", "count": 250})));
    let unknown = retry(&api, "/v1/deliveries/retry", &json!({"states": ["unknown"]})).await.expect(202);
    assert_eq!((&unknown["success"], &unknown["same"]), (&255.into(), &255.into()));
}

#[tokio::test]
async fn only_mail_of_the_last_hours_is_sent_again_and_at_the_time_given() {
    let api = Api::new().await;
    post(&api, "t", &people(2)).await;
    send(&api, &[given_up()]).await;
    api.clock.advance(Duration::from_secs(3 * 3_600));
    let none = retry(&api, "/v1/deliveries/retry", &json!({"since_hours": 2})).await.expect(202);
    assert_eq!(none["total"], 0);
    let at = "2024-01-02 09:00:00";
    let done = retry(&api, "/v1/deliveries/retry", &json!({"since_hours": 4, "scheduled_at": at})).await.expect(202);
    assert_eq!((&done["success"], &done["due_at"], &done["scheduled"]), (&2.into(), &"2024-01-02T00:00:00.000Z".into(), &true.into()));
    assert_eq!(send(&api, &[sent()]).await, 0);
    api.clock.advance(Duration::from_secs(48 * 3_600));
    assert_eq!(send(&api, &[sent()]).await, 2);
}

#[tokio::test]
async fn a_whole_message_is_sent_again_without_what_may_not() {
    let api = Api::new().await;
    let made = post(&api, "t", &people(4)).await;
    send(&api, &[given_up(), refused(), sent(), unknown()]).await;
    let path = format!("/v1/messages/{}/retry", text(&made["id"]));
    let done = retry(&api, &path, &json!({})).await.expect(202);
    assert_eq!((&done["total"], &done["success"], &done["same"], &done["failed"]), (&3.into(), &2.into(), &1.into(), &1.into()));
    assert_eq!(send(&api, &[sent()]).await, 2);
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_answer_and_sends_nothing_more() {
    let api = Api::new().await;
    post(&api, "t", &people(3)).await;
    send(&api, &[given_up()]).await;
    let ask = async |path: &str, body: &str| {
        let mut request = api.request(axum::http::Method::POST, path, body.to_owned());
        request.headers_mut().insert("idempotency-key", "again-1".parse().unwrap());
        api.send(request).await
    };
    let first = ask("/v1/deliveries/retry", "{}").await;
    assert_eq!(first.expect(202)["success"], 3);
    let second = ask("/v1/deliveries/retry", "{}").await;
    assert_eq!((second.body.clone(), &second.headers["idempotency-replayed"]), (first.body.clone(), &"true".parse().unwrap()));
    assert_eq!(ask("/v1/deliveries/retry", r#"{"since_hours":5}"#).await.problem(409)[0].1, "idempotency_key_reused");
    assert_eq!(api.waiting().await, 3);
}

#[tokio::test]
async fn a_person_settles_what_nobody_knows() {
    let api = Api::new().await;
    let made = post(&api, "t", &people(2)).await;
    send(&api, &[unknown()]).await;
    let id = |i: usize| text(&made["deliveries"][i]["id"]).to_owned();
    let settle = async |i: usize, body: &Value| api.post(&format!("/v1/deliveries/{}/settle", id(i)), body).await;
    assert_eq!(settle(0, &json!({"state": "sent", "note": "받았다고 합니다"})).await.expect(200)["state"], "sent");
    assert_eq!(settle(1, &json!({"state": "failed"})).await.expect(200)["state"], "failed");
    assert_eq!(settle(0, &json!({"state": "failed"})).await.problem(409), [("".into(), "outcome_not_open".into())]);
    assert_eq!(settle(0, &json!({"state": "expired"})).await.problem(422), [("state".into(), "unknown_result".into())]);
    assert_eq!(settle(0, &json!({"state": "sent", "note": "a\u{7}"})).await.problem(422), [("note".into(), "invalid_note".into())]);
    let topic = api.get("/v1/topics/t").await.expect(200);
    assert_eq!((&topic["sent"], &topic["failed"], &topic["unknown"]), (&1.into(), &1.into(), &0.into()));
    let timeline = api.get(&format!("/v1/deliveries/{}", id(0))).await.expect(200)["timeline"].clone();
    assert!(list(&timeline).iter().any(|l| l["event"] == "operator_sent" && l["detail"] == "받았다고 합니다"), "{timeline}");
}

#[tokio::test]
async fn wrong_requests_are_told_what_is_wrong() {
    let api = Api::new().await;
    for (body, field, code) in [
        (json!({"since_hours": 0}), "since_hours", "out_of_range"),
        (json!({"max_retries": 101}), "max_retries", "out_of_range"),
        (json!({"states": ["sent"]}), "states", "state_not_retried"),
        (json!({"states": ["x"]}), "states", "unknown_state"),
        (json!({"scheduled_at": "soon"}), "scheduled_at", "unreadable_time"),
        (json!({"scheduled_at": "2026-01-01 00:00:00"}), "scheduled_at", "too_far_ahead"),
        (json!({"hours": 3}), "hours", "unknown_field"),
    ] {
        assert_eq!(retry(&api, "/v1/deliveries/retry", &body).await.problem(422), [(field.into(), code.into())], "{body}");
    }
    assert_eq!(retry(&api, "/v1/deliveries/retry", &json!({"topic_id": "none"})).await.problem(404)[0].1, "not_found");
    assert_eq!(retry(&api, "/v1/deliveries/00000000000000000000000000-0/retry", &json!({})).await.problem(404)[0].1, "not_found");
}
