//! Every event and notification of SES, signed and delivered as SNS does, into a real store: whatever the order, however often each comes,
//! before or after our own result, the same follows, and each is applied once (S3-4).

use std::sync::Arc;

use jebi_domain::{
    fake::SeededRandom,
    id::{DeliveryKey, Incarnation},
    outcome::Decision,
    port::{
        Random,
        nodes::NodeStart,
        store::{Claim, Claimed, Counts, Housekept, Settlement},
    },
    reputation::Via,
    time::Wall,
};
use serde_json::{Value, json};

use super::sns_takes_events::Rig;
use crate::support::{
    api::{Setup, at, list, text},
    reports::{ses_event, ses_fixture},
    sns::{SIGNER, unsigned},
    sns_world::SnsSetup,
};

/// With our tag, as events of a configuration set carry it.
const EVENTS: [&str; 10] = [
    ses_fixture!("event_send"),
    ses_fixture!("event_delivery_delay"),
    ses_fixture!("event_delivery"),
    ses_fixture!("event_bounce"),
    ses_fixture!("event_complaint"),
    ses_fixture!("event_reject"),
    ses_fixture!("event_rendering_failure"),
    ses_fixture!("event_open"),
    ses_fixture!("event_click"),
    ses_fixture!("event_subscription"),
];
/// By SES's id alone: feedback notifications have no tags.
const NOTIFICATIONS: [&str; 3] =
    [ses_fixture!("notification_delivery"), ses_fixture!("notification_bounce"), ses_fixture!("notification_complaint")];
const ROUNDS: usize = 15;

/// When the events come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Timing {
    BeforeTheResult,
    BeforeTheIndex,
    AfterTheIndex,
}

/// What follows for a mail.
#[derive(Debug, PartialEq)]
struct Outcome {
    state: String,
    feedback: String,
    /// What was told, in the order of the alphabet.
    lines: Vec<String>,
    counts: Counts,
    suppressed: bool,
}

async fn started(rig: &Rig) -> Incarnation {
    rig.api.store.start(&NodeStart { name: "하나".into(), version: "0.0.0".into() }, rig.now()).await.expect("start")
}

async fn claimed(rig: &Rig, incarnation: Incarnation) -> Claimed {
    let turns = rig.api.store.queues("local").await.expect("queues").into_iter().map(|q| (q.queue, 9)).collect();
    let claim = Claim {
        incarnation,
        provider: "local".into(),
        turns,
        domains: vec![],
        recipients: u32::MAX,
        now: rig.now(),
        max_lateness_ms: i64::MAX,
        late_from: Wall(i64::MIN),
    };
    let mut all = rig.api.store.claim(claim).await.expect("claim").claimed;
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn settled(rig: &Rig, c: &Claimed, ses_id: &str) {
    let settlement = Settlement {
        key: DeliveryKey::new(c.message_no, 0),
        lease: c.lease,
        queue: c.queue,
        attempt: c.attempt,
        at: rig.now(),
        recipients: Vec::new(),
        decision: Decision::Sent { provider_id: ses_id.to_owned() },
        via: Some(Arc::new(Via::of(&c.message))),
    };
    rig.api.store.settle(vec![settlement]).await.expect("settle");
}

async fn indexed(rig: &Rig, incarnation: Incarnation) {
    while rig.api.store.housekeep(incarnation, rig.now()).await.expect("housekeep") == Housekept::More {}
}

/// All of them once and some twice, shuffled.
fn dealt(random: &SeededRandom, all: &[String]) -> Vec<String> {
    let below = |n: usize| usize::try_from(random.below(n as u64)).expect("small");
    let mut dealt = all.to_vec();
    dealt.extend((0..all.len() / 2).map(|_| all[below(all.len())].clone()));
    for at in (1..dealt.len()).rev() {
        dealt.swap(at, below(at + 1));
    }
    dealt
}

/// Delivers events as SNS does; some with the signature most topics have.
async fn deliver(rig: &Rig, round: usize, events: &[String]) {
    for (n, event) in events.iter().enumerate() {
        let mut message = unsigned(&format!("m-{round}-{n}"), event, rig.now());
        if n % 8 == 0 {
            message["SignatureVersion"] = json!("1");
        }
        let message = SIGNER.signed(message);
        for _ in 0..=usize::from(n % 5 == 0) {
            assert_eq!(rig.deliver(&message).await.expect(200), json!({"status": "processed"}));
        }
    }
}

async fn outcome(rig: &Rig, topic: &str, id: &str, to: &str) -> Outcome {
    let shown = rig.api.get(&format!("/v1/deliveries/{id}")).await.expect(200);
    let line = |line: &Value| format!("{} {} {}", text(&line["source"]), text(&line["event"]), text(&line["detail"]));
    let mut lines: Vec<String> = list(&shown["timeline"]).iter().filter(|line| !line["source"].is_null()).map(line).collect();
    lines.sort_unstable();
    Outcome {
        state: text(&shown["state"]).to_owned(),
        feedback: text(&shown["feedback"]).to_owned(),
        lines,
        counts: rig.api.store.topic(topic).await.expect("look-up").expect("a topic").counts,
        suppressed: !rig.api.store.suppressions_of(vec![to.to_owned()]).await.expect("look-up").is_empty(),
    }
}

/// A mail, and all events of it in one order.
async fn round(rig: &Rig, random: &SeededRandom, n: usize) -> Outcome {
    let (topic, to, ses_id) = (format!("r{n}"), format!("hong{n}@naver.example"), format!("010c-{n}"));
    rig.api.clock.set_wall(at("2026-11-20T00:30:00Z"));
    let mail = json!({"messages": [{"emails": [to], "topic_id": topic, "subject": "주문 안내", "text": "홍길동 님, 안녕하세요."}]});
    rig.api.post("/v1/messages", &mail).await.expect(202);
    let all = rig.api.get(&format!("/v1/deliveries?topic_id={topic}")).await.expect(200);
    let id = text(&list(&all["deliveries"])[0]["id"]).to_owned();
    let incarnation = started(rig).await;
    let claim = claimed(rig, incarnation).await;
    rig.api.clock.set_wall(at("2026-11-20T07:00:00Z"));
    let tagged = EVENTS.iter().map(|event| ses_event(event, &ses_id, &to, Some(&id)));
    let all: Vec<String> = tagged.chain(NOTIFICATIONS.iter().map(|event| ses_event(event, &ses_id, &to, None))).collect();
    let events = match n {
        0 => all,
        1 => all.into_iter().rev().collect(),
        _ => dealt(random, &all),
    };
    let timing = [Timing::AfterTheIndex, Timing::BeforeTheIndex, Timing::BeforeTheResult][n % 3];
    if timing != Timing::BeforeTheResult {
        settled(rig, &claim, &ses_id).await;
    }
    if timing == Timing::AfterTheIndex {
        indexed(rig, incarnation).await;
    }
    deliver(rig, n, &events).await;
    if timing == Timing::BeforeTheResult {
        settled(rig, &claim, &ses_id).await;
    }
    indexed(rig, incarnation).await;
    outcome(rig, &topic, &id, &to).await
}

#[tokio::test]
async fn every_event_in_every_order_has_the_same_end() {
    let sns = SnsSetup { stored: true, ..SnsSetup::default() };
    let rig = Rig::with(Setup { sns, ..Setup::default() }).await;
    let random = SeededRandom::new(34);
    let first = round(&rig, &random, 0).await;
    assert_eq!((first.state.as_str(), first.feedback.as_str(), first.suppressed), ("sent", "complained", true));
    assert_eq!(first.lines.len(), 12, "all but the first, which is no news: {:#?}", first.lines);
    let c = &first.counts;
    let kinds = [c.delivered, c.bounced, c.complained, c.soft_bounced, c.delayed, c.rejected, c.opened, c.clicked];
    assert_eq!((c.total, c.sent, kinds), (1, 1, [1; 8]));
    for n in 1..ROUNDS {
        assert_eq!(round(&rig, &random, n).await, first, "round {n}");
    }
    let mut after = None;
    loop {
        let slice = rig.api.store.verify(after).await.expect("verify");
        assert_eq!(slice.violations, []);
        after = slice.next;
        if after.is_none() {
            return;
        }
    }
}
