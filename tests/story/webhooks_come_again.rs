//! A call that is not answered well is made again by the schedule; what becomes of it stands in the log (S0-19, conformance section 9).

use std::time::Duration;

use serde_json::json;

use crate::support::{
    api::{Setup, WebhookSetup, list, text},
    ses_stub::{Answer, SesStub, Step},
    webhooks::{Calling, soon},
};

/// Seconds to wait before each try after the first, with the tenth that may come on top.
const WAITS: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

fn status(status: u16) -> Step {
    Step::Answer(Answer::new(status, "잠시 후 다시"))
}

#[tokio::test]
async fn the_schedule_is_kept_and_at_its_end_the_webhook_is_disabled_and_others_are_told() {
    let calling = Calling::start(Setup::default()).await;
    let (bad, good) = (SesStub::start((0..20).map(|_| status(500))).await, SesStub::start([]).await);
    let (failing, other) = (calling.webhook(&bad, json!({})).await, calling.webhook(&good, json!({"events": ["endpoint.disabled"]})).await);
    let event = calling.test(&failing).await;
    for (tried, wait) in (1..).zip(WAITS) {
        let call = calling.tried(&failing, tried).await;
        assert_eq!((text(&call["state"]), bad.look(|seen| seen.requests.len() as u64)), ("waiting", tried));
        // Not before its time, and then it comes.
        calling.api.clock.advance(Duration::from_secs(wait - 1));
        tokio::task::yield_now().await;
        assert_eq!(bad.look(|seen| seen.requests.len() as u64), tried, "before try {}", tried + 1);
        calling.pass(Duration::from_secs(wait / 10 + 2), &bad, |seen| seen.requests.len() as u64 == tried + 1).await;
    }
    let call = calling.tried(&failing, 10).await;
    assert_eq!((text(&call["state"]), &call["next_try_at"]), ("failed", &json!(null)));
    assert_eq!(list(&call["tries"]).len(), 10);
    assert_eq!(call["tries"][9]["status"], 500);
    assert_eq!(text(&call["tries"][9]["answer"]), "잠시 후 다시");
    // The same id each time, and the time of each try.
    let (ids, times): (Vec<_>, Vec<_>) = bad.look(|seen| {
        seen.requests.iter().map(|r| (r.header("webhook-id").map(str::to_owned), r.header("webhook-timestamp").map(str::to_owned))).unzip()
    });
    assert!(ids.iter().all(|id| id.as_deref() == Some(&event)));
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    let shown = calling.show(&failing).await;
    assert_eq!(shown["enabled"], false);
    assert!(text(&shown["disabled_reason"]).contains("10 tries"), "{shown}");
    good.until(|seen| seen.requests.len() == 1).await;
    let told: serde_json::Value = good.look(|seen| serde_json::from_slice(&seen.requests[0].body).expect("JSON"));
    assert_eq!((&told["type"], &told["data"]["endpoint"]), (&json!("endpoint.disabled"), &json!(failing.id)));
    let refused = calling.api.post(&format!("/v1/webhooks/{}/test", failing.id), &json!({})).await.problem(409);
    assert_eq!(refused[0].1, "webhook_disabled");
    assert_eq!(calling.show(&other).await["enabled"], true);
}

#[tokio::test]
async fn after_410_nothing_more_comes_until_somebody_enables_it() {
    let calling = Calling::start(Setup::default()).await;
    let stub = SesStub::start([status(410)]).await;
    let made = calling.webhook(&stub, json!({})).await;
    calling.test(&made).await;
    let gone = soon("it is disabled", async || Some(calling.show(&made).await).filter(|shown| shown["enabled"] == false)).await;
    assert!(text(&gone["disabled_reason"]).contains("410"), "{gone}");
    calling.api.clock.advance(Duration::from_secs(86_400));
    tokio::task::yield_now().await;
    assert_eq!(stub.look(|seen| seen.requests.len()), 1);
    calling.api.post(&format!("/v1/webhooks/{}/enable", made.id), &json!({})).await.expect(200);
    stub.until(|seen| seen.requests.len() == 2).await;
    assert_eq!(text(&calling.tried(&made, 2).await["state"]), "told", "what waited is told");
}

#[tokio::test]
async fn one_that_gets_too_much_is_left_alone_for_as_long_as_it_says() {
    let calling = Calling::start(Setup::default()).await;
    let busy = Answer::new(429, "slow down").header("retry-after", "120");
    let stub = SesStub::start([Step::Answer(busy)]).await;
    let made = calling.webhook(&stub, json!({})).await;
    calling.test(&made).await;
    let held = soon("it is held", async || Some(calling.show(&made).await).filter(|shown| !shown["held_until"].is_null())).await;
    assert_eq!(held["held_until"], "2023-12-31T00:02:00.000Z");
    // Others wait as well.
    calling.test(&made).await;
    calling.api.clock.advance(Duration::from_secs(119));
    tokio::task::yield_now().await;
    assert_eq!(stub.look(|seen| seen.requests.len()), 1);
    calling.pass(Duration::from_secs(5), &stub, |seen| seen.requests.len() == 3).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let calling = Calling::start(Setup::default()).await;
    let elsewhere = SesStub::start([]).await;
    let moved = Answer::new(302, "").header("location", elsewhere.url());
    let stub = SesStub::start([Step::Answer(moved)]).await;
    let made = calling.webhook(&stub, json!({})).await;
    calling.test(&made).await;
    let call = calling.tried(&made, 1).await;
    assert_eq!((&call["tries"][0]["status"], text(&call["state"])), (&json!(302), "waiting"));
    assert_eq!(elsewhere.look(|seen| seen.connections), 0);
}

#[tokio::test]
async fn ten_megabytes_of_answer_hurt_nobody() {
    let calling = Calling::start(Setup::default()).await;
    let stub = SesStub::start([Step::Answer(Answer::new(500, &"x".repeat(10 << 20)))]).await;
    let made = calling.webhook(&stub, json!({})).await;
    calling.test(&made).await;
    let call = calling.tried(&made, 1).await;
    assert_eq!(text(&call["tries"][0]["answer"]).len(), 1_024);
    stub.until(|seen| seen.closed == 1).await;
}

#[tokio::test]
async fn one_that_never_answers_holds_up_nobody_else() {
    let webhooks = WebhookSetup { timeout: Duration::from_secs(2), ..WebhookSetup::default() };
    let calling = Calling::start(Setup { webhooks, ..Setup::default() }).await;
    let slow = SesStub::start((0..100).map(|_| Step::HangAfterBody)).await;
    let fast = SesStub::start([]).await;
    let (hanging, quick) = (calling.webhook(&slow, json!({})).await, calling.webhook(&fast, json!({})).await);
    for _ in 0..20 {
        calling.test(&hanging).await;
    }
    slow.until(|seen| seen.requests.len() == 8).await;
    for _ in 0..50 {
        calling.test(&quick).await;
    }
    fast.until(|seen| seen.requests.len() == 50).await;
    // All that while the first eight of the other hung.
    assert_eq!(slow.look(|seen| (seen.requests.len(), seen.closed)), (8, 0));
    let call = soon("it times out", async || calling.calls(&hanging).await.into_iter().find(|call| call["attempts"] == 1)).await;
    assert_eq!((&call["tries"][0]["status"], text(&call["tries"][0]["error"])), (&json!(null), "no answer within 2 s"));
}

#[tokio::test]
async fn what_was_told_or_not_is_told_again_on_request() {
    let calling = Calling::start(Setup::default()).await;
    let stub = SesStub::start([status(500)]).await;
    let made = calling.webhook(&stub, json!({})).await;
    let replay = format!("/v1/webhooks/{}/replay", made.id);
    let first = calling.test(&made).await;
    calling.tried(&made, 1).await;
    let second = calling.test(&made).await;
    stub.until(|seen| seen.requests.len() == 2).await;
    soon("it is told", async || calling.calls(&made).await.into_iter().find(|call| call["state"] == "told")).await;
    let one = calling.api.post(&replay, &json!({"event": first})).await.expect(202);
    assert_eq!(one, json!({"calls": 1, "next_cursor": null}));
    stub.until(|seen| seen.requests.len() == 3).await;
    assert_eq!(stub.look(|seen| seen.requests[2].header("webhook-id").map(str::to_owned)), Some(first.clone()));
    soon("both are told", async || calling.calls(&made).await.iter().all(|call| call["state"] == "told").then_some(())).await;
    let all = calling.api.post(&replay, &json!({"from": "2023-12-31T00:00:00Z", "to": "2024-01-01T00:00:00Z"})).await.expect(202);
    assert_eq!(all["calls"], 2);
    stub.until(|seen| seen.requests.len() == 5).await;
    soon("both are told", async || calling.calls(&made).await.iter().all(|call| call["state"] == "told").then_some(())).await;
    let failed =
        calling.api.post(&replay, &json!({"from": "2023-12-31T00:00:00Z", "to": "2024-01-01T00:00:00Z", "failed_only": true})).await;
    assert_eq!(failed.expect(202)["calls"], 0);
    let code = |answer: crate::support::api::Answer, status| answer.problem(status)[0].1.clone();
    assert_eq!(code(calling.api.post(&replay, &json!({"event": "evt_1_1"})).await, 404), "not_found");
    assert_eq!(code(calling.api.post(&replay, &json!({"event": second, "from": "2023-12-31T00:00:00Z"})).await, 422), "missing_field");
    let backwards = json!({"from": "2023-12-31T00:00:00Z", "to": "2023-12-30T00:00:00Z"});
    assert_eq!(code(calling.api.post(&replay, &backwards).await, 422), "empty_range");
}

#[tokio::test]
async fn a_stop_gives_back_what_was_not_made_and_the_next_start_makes_it() {
    let calling = Calling::start(Setup::default()).await;
    let stub = SesStub::start((0..8).map(|_| Step::HangAfterBody)).await;
    let made = calling.webhook(&stub, json!({})).await;
    for _ in 0..10 {
        calling.test(&made).await;
    }
    stub.until(|seen| seen.requests.len() == 8).await;
    let api = calling.api.with_key(calling.api.key.clone());
    calling.stop().await;
    // Those that hung were never answered: with the next incarnation they come once more, under the same id.
    let again = Calling::over(api).await;
    again.pass(Duration::from_secs(10), &stub, |seen| seen.requests.len() == 18).await;
    let mut ids = stub.look(|seen| seen.requests.iter().filter_map(|r| r.header("webhook-id").map(str::to_owned)).collect::<Vec<_>>());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 10, "told at least once, each under its own id");
}
