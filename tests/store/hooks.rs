//! The outbox: what happened and what is told of it are one commit, and nothing is written where nobody wants to hear of it.

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    hook::{EndpointKind, EndpointSpec, Fact, Filter, HookKind, Speech},
    message::Lane,
    port::{
        hooks::{EndpointNo, HookCall, NewEndpoint},
        operator::Settled,
    },
    suppression::SuppressionCause,
    time::Wall,
};

use super::support::{Fixture, HOUR, Mail, address, each, failed, joint, sent, to, unknown};

pub fn endpoint(events: &[&str], topics: &[&str], lanes: &[Lane]) -> NewEndpoint {
    let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    let filter = Filter { events: owned(events), topics: owned(topics), lanes: lanes.to_vec() };
    let target = "https://shop.example.kr/hooks".to_owned();
    let spec =
        EndpointSpec { kind: EndpointKind::Webhook, target, to: vec![], description: "결제".into(), language: Speech::Korean, filter };
    NewEndpoint { spec, sealed: Some(vec![1, 2, 3]) }
}

impl Fixture {
    pub async fn wants(&self, events: &[&str]) -> EndpointNo {
        self.store.add_endpoint(endpoint(events, &[], &[]), self.now()).await.expect("add").no
    }

    /// Takes what is due for an endpoint.
    pub async fn calls_of(&self, no: EndpointNo) -> Vec<HookCall> {
        self.store.take_calls(self.incarnation, vec![(no, 1_000)], self.now()).await.expect("take")
    }

    /// What is told of deliveries: kind, recipient, and the reason's code, in the order it happened.
    async fn told(&self, no: EndpointNo) -> Vec<(HookKind, String, String)> {
        self.calls_of(no).await.into_iter().map(|call| short(&call)).collect()
    }
}

fn short(call: &HookCall) -> (HookKind, String, String) {
    let told = call.told.as_ref().expect("it is there");
    match &told.fact {
        Fact::Delivery { recipient, reason, .. } => {
            (told.kind, recipient.clone(), reason.as_ref().map_or_else(String::new, |r| r.code.clone()))
        }
        Fact::Data(data) => (told.kind, data["topic"].as_str().unwrap_or_default().to_owned(), data["counts"]["sent"].to_string()),
    }
}

fn line(kind: HookKind, i: usize, code: &str) -> (HookKind, String, String) {
    (kind, address(i), code.to_owned())
}

conform! {
    async fn where_nobody_wants_to_hear_of_it_nothing_is_written(f) {
        f.post_one(each("a", 2)).await;
        f.settle_all(&f.claim(10).await, sent()).await;
        let late = f.wants(&["delivery.*"]).await;
        let other = f.wants(&["alert.*"]).await;
        assert_eq!(f.told(late).await, [], "it is told of what happens from now on");
        f.post_one(each("a", 1)).await;
        f.settle_all(&f.claim(10).await, sent()).await;
        assert_eq!(f.told(late).await, [line(HookKind::Sent, 0, "")]);
        assert_eq!(f.told(other).await, []);
    }

    async fn every_result_is_told_with_its_reason(f) {
        let no = f.wants(&["delivery.*"]).await;
        f.store.suppress(vec![(address(4), SuppressionCause::Bounce)], f.now()).await.expect("suppress");
        f.post_one(each("a", 5)).await;
        assert_eq!(f.told(no).await, [line(HookKind::Suppressed, 4, "")], "at accept");
        let claimed = f.claim(10).await;
        f.settle(&claimed[0], 0, sent()).await;
        f.settle(&claimed[0], 1, failed()).await;
        f.settle(&claimed[0], 2, unknown()).await;
        f.settle(&claimed[0], 3, super::support::retry(Wall(f.now().0 + 1_000))).await;
        let told = f.told(no).await;
        assert_eq!(told, [line(HookKind::Sent, 0, ""), line(HookKind::Failed, 1, "550"), line(HookKind::Unknown, 2, "timeout")]);
        // Listed since: at claim.
        f.store.suppress(vec![(address(3), SuppressionCause::Complaint)], f.now()).await.expect("suppress");
        f.pass(2_000);
        f.claim(10).await;
        assert_eq!(f.told(no).await, [line(HookKind::Suppressed, 3, "")]);
        f.settle(&claimed[0], 0, sent()).await;
        assert_eq!(f.told(no).await, [], "what is settled twice is told once");
    }

    async fn what_is_cancelled_or_expires_is_told(f) {
        let no = f.wants(&["delivery.*"]).await;
        f.post_one(each("a", 2)).await;
        f.store.cancel_topic("a", f.now()).await.expect("cancel");
        f.housekeep().await;
        assert_eq!(f.told(no).await, [line(HookKind::Cancelled, 0, ""), line(HookKind::Cancelled, 1, "")]);
        f.post_one(Mail { expires_at: Some(Wall(f.now().0 + HOUR)), due: Some(Wall(f.now().0 + 1_000)), ..each("b", 1) }).await;
        f.pass(2 * HOUR);
        f.claim(10).await;
        assert_eq!(f.told(no).await, [line(HookKind::Expired, 0, "")]);
    }

    async fn each_recipient_of_a_joint_copy_is_told_by_itself(f) {
        let no = f.wants(&["delivery.*"]).await;
        f.store.suppress(vec![(address(2), SuppressionCause::Bounce)], f.now()).await.expect("suppress");
        let id = f.post_one(joint("a", 3)).await;
        assert_eq!(f.told(no).await, [line(HookKind::Suppressed, 2, "")]);
        let claimed = f.claim(10).await;
        f.settle(&claimed[0], 0, jebi_domain::outcome::Decision::Each(vec![sent(), failed()])).await;
        assert_eq!(f.told(no).await, [line(HookKind::Sent, 0, ""), line(HookKind::Failed, 1, "550")]);
        f.report(id, 0, &address(0), FeedbackKind::Bounced).await;
        assert_eq!(f.told(no).await, [line(HookKind::Bounced, 0, "")]);
    }

    async fn what_is_reported_is_told_once_in_the_reporters_words(f) {
        let no = f.wants(&["delivery.bounced", "delivery.delivered"]).await;
        let id = f.post_one(to("a", [address(0)])).await;
        f.settle_all(&f.claim(10).await, sent()).await;
        for _ in 0..2 {
            f.report(id, 0, &address(0), FeedbackKind::Delivered).await;
            f.report(id, 0, &address(0), FeedbackKind::Bounced).await;
            f.report(id, 0, &address(0), FeedbackKind::Complained).await;
        }
        let calls = f.calls_of(no).await;
        assert_eq!(calls.iter().map(short).collect::<Vec<_>>(), [line(HookKind::Delivered, 0, ""), line(HookKind::Bounced, 0, "")]);
        let Some(Fact::Delivery { detail, provider_id, topic, lane, provider, delivery, .. }) = calls[1].told.as_ref().map(|told| &told.fact) else {
            panic!("it is of a delivery")
        };
        assert_eq!((detail.as_deref(), provider_id.as_deref(), topic.as_str()), (Some("250 ok"), Some("p1"), "a"));
        assert_eq!((*lane, provider.as_str(), delivery.message), (Lane::Transactional, super::support::PROVIDER, id));
    }

    async fn evidence_and_a_persons_word_are_told_as_results(f) {
        let no = f.wants(&["delivery.sent", "delivery.failed"]).await;
        let id = f.post_one(each("a", 2)).await;
        f.settle_all(&f.claim(10).await, unknown()).await;
        f.report(id, 0, &address(0), FeedbackKind::Delivered).await;
        let by_hand = jebi_domain::id::DeliveryId { message: id, ordinal: 1 };
        assert_eq!(f.store.settle_by_hand(by_hand, State::Failed, "수신자 확인", f.now()).await, Ok(Settled::Done));
        assert_eq!(f.told(no).await, [line(HookKind::Sent, 0, ""), line(HookKind::Failed, 1, "settled_by_hand")]);
    }

    async fn filters_by_topic_and_lane_hold(f) {
        let add = async |topics: &[&str], lanes: &[Lane]| {
            f.store.add_endpoint(endpoint(&["delivery.sent", "topic.finished"], topics, lanes), f.now()).await.expect("add").no
        };
        let (spring, bulk, all) = (add(&["봄*"], &[]).await, add(&[], &[Lane::Bulk]).await, add(&[], &[]).await);
        f.post(vec![each("봄 소식", 1), Mail { lane: Lane::Bulk, ..to("가을", [address(1)]) }, to("", [address(2)])]).await;
        f.settle_all(&f.claim(10).await, sent()).await;
        let finished = |topic: &str| (HookKind::TopicFinished, topic.to_owned(), "1".to_owned());
        let sorted = async |no| {
            let mut told = f.told(no).await;
            told.sort_by_key(|(kind, of, _)| (kind.code(), of.clone()));
            told
        };
        assert_eq!(sorted(spring).await, [line(HookKind::Sent, 0, ""), finished("봄 소식")]);
        assert_eq!(sorted(bulk).await, [line(HookKind::Sent, 1, ""), finished("가을"), finished("봄 소식")]);
        let sent = |i| line(HookKind::Sent, i, "");
        assert_eq!(sorted(all).await, [sent(0), sent(1), sent(2), finished("가을"), finished("봄 소식")], "mail without a topic belongs to none");
    }

    async fn a_topic_is_finished_when_nothing_of_it_is_open(f) {
        let no = f.wants(&["topic.finished"]).await;
        f.post_one(each("a", 2)).await;
        let claimed = f.claim(10).await;
        f.settle(&claimed[0], 0, sent()).await;
        assert_eq!(f.told(no).await, []);
        f.settle(&claimed[0], 1, failed()).await;
        assert_eq!(f.told(no).await, [(HookKind::TopicFinished, "a".into(), "1".into())]);
        f.post_one(each("a", 1)).await;
        assert_eq!(f.told(no).await, []);
        f.settle_all(&f.claim(10).await, sent()).await;
        assert_eq!(f.told(no).await, [(HookKind::TopicFinished, "a".into(), "2".into())], "and once more after more was posted");
    }

    async fn nothing_is_told_of_mail_that_tells(f) {
        let no = f.wants(&["*"]).await;
        f.post_one(to(jebi_domain::hook::MAIL_TOPIC, [address(0)])).await;
        f.settle_all(&f.claim(10).await, failed()).await;
        assert_eq!(f.told(no).await, []);
    }

    async fn a_lease_left_by_a_dead_node_is_told_when_it_has_a_result(f) {
        let no = f.wants(&["delivery.*"]).await;
        f.post_one(each("a", 1)).await;
        f.claim(10).await;
        f.restart().await;
        assert_eq!(f.told(no).await, [], "unsettled is no result");
        f.pass(2_000);
        f.claim(10).await;
        f.restart().await;
        assert_eq!(f.told(no).await, [line(HookKind::Unknown, 0, "interrupted_twice")]);
    }

    async fn what_was_told_and_not_called_outlives_the_process(f) {
        let no = f.wants(&["delivery.sent"]).await;
        f.post_one(each("a", 1)).await;
        f.settle_all(&f.claim(10).await, sent()).await;
        let before = f.store.endpoint(no).await.expect("endpoint");
        f.restart().await;
        assert_eq!(f.store.endpoint(no).await.expect("endpoint"), before);
        assert_eq!(f.told(no).await, [line(HookKind::Sent, 0, "")]);
    }
}
