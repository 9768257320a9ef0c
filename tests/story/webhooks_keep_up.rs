//! No webhook waits for another's, nor for what was lost on its way (S0-19, conformance section 9).

use std::time::Duration;

use jebi_domain::{
    hook::{EndpointKind, EndpointSpec, Filter, HookKind, Speech},
    port::{
        Clock,
        hooks::{EndpointNo, HookBounds, NewEndpoint},
    },
};
use serde_json::{Value, json};

use crate::support::{
    api::{Api, Setup, WebhookSetup, text},
    ses_stub::{Answer, SesStub, Step},
    webhooks::{Calling, Made, SECRET, soon},
};

/// So many test events at once.
async fn tests(calling: &Calling, made: &Made, n: usize) {
    let (store, now) = (&calling.api.store, calling.api.clock.wall());
    let all = (0..n).map(|_| store.emit_to(EndpointNo(made.id), HookKind::EndpointTest, "{}", now));
    for told in futures_util::future::join_all(all).await {
        assert!(told.expect("written").is_some());
    }
}

#[tokio::test]
async fn a_call_taken_by_a_commit_whose_answer_was_lost_is_made_all_the_same() {
    let calling = Calling::start(Setup::default()).await;
    let stub = SesStub::start([]).await;
    let made = calling.webhook(&stub, json!({})).await;
    let (store, now) = (&calling.api.store, calling.api.clock.wall());
    // Taken for the loop before it can ask: it never hears of it.
    let no = EndpointNo(made.id);
    let (told, taken) =
        tokio::join!(store.emit_to(no, HookKind::EndpointTest, "{}", now), store.take_calls(calling.incarnation, vec![(no, 9)], now));
    assert_eq!((told.expect("written").is_some(), taken.expect("taken").len()), (true, 1));
    assert_eq!(calling.show(&made).await["waiting"], 0, "it is taken");
    calling.pass(Duration::from_secs(4), &stub, |seen| seen.requests.len() == 1).await;
}

#[tokio::test]
async fn a_flood_to_one_that_hangs_is_cut_to_its_bound_and_another_hears_at_once() {
    let day = Duration::from_secs(86_400);
    let bounds = HookBounds { backlog: 100, waits: 5 * day, kept: 30 * day };
    let webhooks = WebhookSetup { bounds, timeout: Duration::from_secs(600), ..WebhookSetup::default() };
    let calling = Calling::start(Setup { webhooks, ..Setup::default() }).await;
    let slow = SesStub::start((0..200).map(|_| Step::HangAfterBody)).await;
    let fast = SesStub::start([]).await;
    let (hanging, quick) = (calling.webhook(&slow, json!({})).await, calling.webhook(&fast, json!({})).await);
    tests(&calling, &hanging, 5_000).await;
    slow.until(|seen| seen.requests.len() == 8).await;
    // The bounds are looked at once a minute: once is enough for all of it.
    calling.api.clock.advance(Duration::from_secs(61));
    tests(&calling, &quick, 90).await;
    fast.until(|seen| seen.requests.len() == 90).await;
    soon("it is cut", async || (calling.show(&hanging).await["waiting"] == 100).then_some(())).await;
    let dropped = calling.show(&hanging).await["dropped"].as_i64().expect("a number");
    // What is held by this node is none that waits.
    assert_eq!(dropped, 5_000 - 128 - 100);
    assert_eq!(slow.look(|seen| (seen.requests.len(), seen.closed)), (8, 0));
    assert_eq!(calling.show(&quick).await["dropped"], 0);
}

#[tokio::test]
async fn a_busy_webhook_does_not_put_off_the_next_try_of_another() {
    let calling = Calling::start(Setup::default()).await;
    let (bad, busy) = (SesStub::start([Step::Answer(Answer::new(500, ""))]).await, SesStub::start([]).await);
    let (failing, quick) = (calling.webhook(&bad, json!({})).await, calling.webhook(&busy, json!({})).await);
    calling.test(&failing).await;
    calling.tried(&failing, 1).await;
    // Its next try is due after 5 to 5.5 s, and is looked for each second. There is an answer every tenth of one; only the busy one is told
    // by a call that was taken before, so that nothing new wakes the loop.
    let mut step = 0;
    while bad.look(|seen| seen.requests.len()) < 2 {
        step += 1;
        assert!(step <= 75, "it waits for the other");
        tests(&calling, &quick, 1).await;
        busy.until(|seen| seen.requests.len() == step).await;
        soon("it is written down", async || calling.calls(&quick).await.iter().all(|call| call["state"] == "told").then_some(())).await;
        calling.api.clock.advance(Duration::from_millis(100));
    }
}

#[tokio::test]
async fn what_was_taken_for_a_webhook_that_is_disabled_is_given_back() {
    let webhooks = WebhookSetup { timeout: Duration::from_secs(600), ..WebhookSetup::default() };
    let calling = Calling::start(Setup { webhooks, ..Setup::default() }).await;
    let stub = SesStub::start((0..20).map(|_| Step::HangAfterBody)).await;
    let made = calling.webhook(&stub, json!({})).await;
    tests(&calling, &made, 20).await;
    stub.until(|seen| seen.requests.len() == 8).await;
    calling.api.patch(&format!("/v1/webhooks/{}", made.id), &json!({"enabled": false})).await.expect(200);
    soon("what was not begun waits", async || {
        calling.api.clock.advance(Duration::from_millis(500));
        (calling.show(&made).await["waiting"] == 12).then_some(())
    })
    .await;
    assert_eq!(stub.look(|seen| seen.requests.len()), 8);
}

#[tokio::test]
async fn a_node_without_the_secret_leaves_sealed_webhooks_to_others() {
    let api = Api::new().await;
    let spec = EndpointSpec {
        kind: EndpointKind::Webhook,
        target: "https://shop.example.kr/hooks".into(),
        to: vec![],
        description: String::new(),
        language: Speech::Korean,
        filter: Filter::default(),
    };
    let sealed = NewEndpoint { spec, sealed: Some(vec![1, 2, 3]) };
    let sealed = api.store.add_endpoint(sealed, api.clock.wall()).await.expect("add").no;
    let mail = api.post("/v1/webhooks", &json!({"kind": "mail", "to": ["ops@shop.kr"]})).await.expect(201);
    let calling = Calling::over(api).await;
    let (sealed, mail) = (Made { id: sealed.0, secret: None }, Made { id: mail["id"].as_i64().expect("a number"), secret: None });
    calling.test(&sealed).await;
    calling.test(&mail).await;
    soon("the mail is handed over", async || calling.calls(&mail).await.first().filter(|call| call["state"] == "told").map(|_| ())).await;
    let call = calling.calls(&sealed).await.remove(0);
    assert_eq!((text(&call["state"]), &call["attempts"]), ("waiting", &Value::from(0)));
    assert_eq!(calling.show(&sealed).await["waiting"], 1, "it is not taken");
}

#[tokio::test]
async fn an_event_this_version_cannot_read_fails_alone_and_its_webhook_stays() {
    let api = Api::with(Setup { secret: Some(SECRET), ..Setup::default() }).await;
    let stub = SesStub::start([]).await;
    let made = api.post("/v1/webhooks", &json!({"url": stub.url()})).await.expect(201);
    let made = Made { id: made["id"].as_i64().expect("a number"), secret: None };
    for _ in 0..2 {
        api.post(&format!("/v1/webhooks/{}/test", made.id), &json!({})).await.expect(202);
    }
    // As one of a newer version writes it.
    let db = rusqlite::Connection::open(api.folder().join("jebi.db")).expect("the store");
    db.busy_timeout(Duration::from_secs(10)).expect("it waits");
    assert_eq!(db.execute("UPDATE hook_event SET kind = 63 WHERE no = (SELECT min(no) FROM hook_event)", []), Ok(1));
    let calling = Calling::over(api).await;
    stub.until(|seen| seen.requests.len() == 1).await;
    let call = soon("its try is written down", async || {
        calling.calls(&made).await.into_iter().find(|call| call["type"].is_null() && call["attempts"] == 1)
    })
    .await;
    assert!(text(&call["tries"][0]["error"]).starts_with("what it tells cannot be read: "), "{call}");
    assert_eq!(text(&call["state"]), "waiting");
    assert_eq!((&calling.show(&made).await["enabled"], stub.look(|seen| seen.requests.len())), (&json!(true), 1));
}

#[tokio::test]
async fn nobody_else_posts_under_the_topic_of_mail_to_webhooks() {
    let api = Api::new().await;
    let mail = |topic: &str| json!({"messages": [{"topic_id": topic, "emails": ["hong@naver.com"], "subject": "안내", "content": "c"}]});
    let refused = api.post("/v1/messages", &mail("jebi.webhooks")).await.problem(422);
    assert_eq!(refused, [("messages[0].topic_id".to_owned(), "invalid_topic".to_owned())]);
    api.post("/v1/messages", &mail("jebi.webhooks2")).await.expect(202);
}
