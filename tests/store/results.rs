//! What became of topics by the hour (requirement S3-7): the hours move with the counts, and `jebi verify` adds them up after each test.

use jebi_domain::{
    delivery::State,
    event::{Feedback, FeedbackKind},
    id::{DeliveryId, MessageId},
    message::Lane,
    port::{
        results::{Hour, HourCounts, Hours, TopicResults, Waiting},
        store::{Claimed, DeliveryFilter, Settlement},
    },
    time::Wall,
};

use super::{
    support::{
        DAY, Fixture, HOUR, Mail, PROVIDER, START, address, copies, each, failed, joint, retry, sent, settlement, unknown, unsettled,
    },
    together,
};

const ALL: Hours = Hours { from: Hour(0), until: Hour(i64::MAX), limit: 10_000 };

async fn results(f: &Fixture, topic: &str, hours: Hours) -> TopicResults {
    f.store.topic_results(topic, hours).await.expect("look-up").expect("a topic")
}

/// What happened, by hours after the start, oldest first.
async fn hours(f: &Fixture, topic: &str) -> Vec<(i64, HourCounts)> {
    let mut found: Vec<_> =
        results(f, topic, ALL).await.hours.into_iter().map(|(hour, counts)| (hour.0 - Hour::of(START).0, counts)).collect();
    found.reverse();
    found
}

async fn report(f: &Fixture, (message, ordinal): (MessageId, u32), kind: FeedbackKind, at: Wall) -> u64 {
    let delivery = DeliveryId { message, ordinal };
    let one = Feedback { delivery, recipient: address(ordinal as usize), kind, at, detail: "250 ok".into() };
    f.store.record_feedback(vec![one]).await.expect("feedback")
}

fn counts(sent: i64) -> HourCounts {
    HourCounts { sent, ..HourCounts::default() }
}

conform! {
    async fn what_happened_counts_in_the_hour_it_happened_in(f) {
        let id = f.post_one(each("소식", 3)).await;
        let claimed = f.claim(9).await;
        f.settle(&claimed[0], 0, sent()).await;
        f.settle(&claimed[0], 1, failed()).await;
        f.pass(HOUR);
        f.settle(&claimed[0], 2, sent()).await;
        f.pass(HOUR);
        // Reported later than it happened, and twice.
        let at = Wall(f.now().0 - HOUR);
        assert_eq!((report(f, (id, 0), FeedbackKind::Delivered, at).await, report(f, (id, 0), FeedbackKind::Delivered, f.now()).await), (1, 0));
        report(f, (id, 2), FeedbackKind::Bounced, f.now()).await;
        for kind in [FeedbackKind::Opened, FeedbackKind::OpenedByPerson, FeedbackKind::Clicked, FeedbackKind::ClickedByPerson] {
            report(f, (id, 0), kind, f.now()).await;
        }
        let second = HourCounts { delivered: 1, ..counts(1) };
        let third = HourCounts { bounced: 1, opened: 1, opened_by_person: 1, clicked: 1, clicked_by_person: 1, ..HourCounts::default() };
        assert_eq!(hours(f, "소식").await, [(0, counts(1)), (1, second), (2, third)]);
        f.restart().await;
        assert_eq!(hours(f, "소식").await.len(), 3);
    }

    async fn kinds_that_are_not_kept_by_the_hour_move_counts_only(f) {
        let id = f.post_one(each("t", 1)).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        for kind in [FeedbackKind::Delayed, FeedbackKind::SoftBounced, FeedbackKind::Rejected] {
            report(f, (id, 0), kind, f.now()).await;
        }
        let found = f.topic("t").await;
        assert_eq!((found.delayed, found.soft_bounced, found.rejected), (1, 1, 1));
        assert_eq!(hours(f, "t").await, [(0, counts(1))]);
    }

    async fn times_that_cannot_be_count_in_the_topics_first_hour_or_in_that_of_now(f) {
        f.pass(10 * HOUR);
        let id = f.post_one(each("t", 1)).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        f.pass(DAY);
        for (kind, at) in [(FeedbackKind::Delivered, Wall(0)), (FeedbackKind::Opened, Wall(i64::MIN)), (FeedbackKind::Clicked, Wall(START.0 - DAY))] {
            report(f, (id, 0), kind, at).await;
        }
        for (kind, at) in [(FeedbackKind::Bounced, Wall(i64::MAX)), (FeedbackKind::Complained, Wall(f.now().0 + HOUR))] {
            report(f, (id, 0), kind, at).await;
        }
        let now = HourCounts { bounced: 1, complained: 1, ..HourCounts::default() };
        assert_eq!(hours(f, "t").await, [(10, HourCounts { delivered: 1, opened: 1, clicked: 1, ..counts(1) }), (34, now)]);
    }

    async fn each_recipient_of_a_joint_copy_counts(f) {
        let id = f.post_one(joint("t", 3)).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        f.pass(HOUR);
        let one = |i: usize| Feedback {
            delivery: DeliveryId { message: id, ordinal: 0 },
            recipient: address(i),
            kind: FeedbackKind::Delivered,
            at: f.now(),
            detail: String::new(),
        };
        f.store.record_feedback(vec![one(0), one(2), one(2)]).await.expect("feedback");
        assert_eq!(hours(f, "t").await, [(0, counts(3)), (1, HourCounts { delivered: 2, ..HourCounts::default() })]);
    }

    async fn evidence_and_a_persons_word_count_as_sent_when_they_come(f) {
        let id = f.post_one(each("t", 3)).await;
        let claimed = f.claim(9).await;
        f.settle(&claimed[0], 0, unsettled(Wall(f.now().0 + DAY))).await;
        f.settle(&claimed[0], 1, unknown()).await;
        f.settle(&claimed[0], 2, unknown()).await;
        f.pass(HOUR);
        report(f, (id, 0), FeedbackKind::Delivered, f.now()).await;
        f.pass(HOUR);
        let by_hand = f.store.settle_by_hand(DeliveryId { message: id, ordinal: 1 }, State::Sent, "", f.now());
        by_hand.await.expect("settled");
        assert_eq!(hours(f, "t").await, [(1, HourCounts { delivered: 1, ..counts(1) }), (2, counts(1))]);
    }

    async fn mail_without_a_topic_has_no_hours_and_no_page(f) {
        let id = f.post_one(each("", 1)).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        report(f, (id, 0), FeedbackKind::Delivered, f.now()).await;
        assert_eq!(f.store.topic_results("", ALL).await.expect("look-up"), None);
        assert_eq!(f.store.topic_results("none", ALL).await.expect("look-up"), None);
    }

    async fn the_newest_hours_of_the_time_asked_for_are_read(f) {
        for _ in 0..5 {
            f.post_one(each("t", 1)).await;
            f.settle_all(&f.claim(9).await, sent()).await;
            f.pass(HOUR);
        }
        let first = Hour::of(START).0;
        let read = async |from: i64, until: i64, limit| {
            let asked = Hours { from: Hour(first + from), until: Hour(first + until), limit };
            results(f, "t", asked).await.hours.iter().map(|(hour, _)| hour.0 - first).collect::<Vec<_>>()
        };
        assert_eq!(read(1, 4, 10).await, [3, 2, 1]);
        assert_eq!(read(0, 10, 2).await, [4, 3]);
        assert_eq!(read(5, 10, 9).await, Vec::<i64>::new());
    }

    async fn what_waits_is_told_by_provider_and_lane_with_the_times_it_is_due(f) {
        let (soon, late) = (Wall(f.now().0 + HOUR), Wall(f.now().0 + DAY));
        f.post(vec![
            Mail { lane: Lane::Bulk, due: Some(late), ..each("t", 5) },
            Mail { lane: Lane::Bulk, due: Some(soon), ..each("t", 2) },
            each("t", 1),
            each("other", 9),
        ]).await;
        let line = |lane, waiting, first_due, last_due| Waiting { provider: PROVIDER.into(), lane, waiting, first_due, last_due };
        let mut found = results(f, "t", ALL).await.waiting;
        found.sort_by_key(|one| one.waiting);
        assert_eq!(found, [line(Lane::Transactional, 1, f.now(), f.now()), line(Lane::Bulk, 7, soon, late)]);
        // What is being sent does not wait; what was refused for now does again.
        let claimed = f.claim(9).await.into_iter().find(|c| c.message.topic == "t").expect("the one that is due");
        assert_eq!(results(f, "t", ALL).await.waiting, [line(Lane::Bulk, 7, soon, late)]);
        f.settle(&claimed, 0, retry(soon)).await;
        assert!(results(f, "t", ALL).await.waiting.contains(&line(Lane::Transactional, 1, soon, soon)));
        f.store.cancel_topic("t", f.now()).await.expect("cancelled");
        assert_eq!(results(f, "t", ALL).await.waiting, []);
    }

    async fn a_list_takes_what_was_reported_of_a_recipient(f) {
        let (one, both) = (f.post_one(each("t", 3)).await, f.post_one(joint("t", 2)).await);
        f.settle_all(&f.claim(9).await, sent()).await;
        report(f, (one, 1), FeedbackKind::SoftBounced, f.now()).await;
        report(f, (one, 1), FeedbackKind::Delivered, f.now()).await;
        report(f, (one, 2), FeedbackKind::Delivered, f.now()).await;
        f.report(both, 0, &address(1), FeedbackKind::SoftBounced).await;
        let find = async |feedback, state| {
            let filter = DeliveryFilter { topic: Some("t".into()), feedback: Some(feedback), state, ..DeliveryFilter::default() };
            f.all(filter).await.iter().map(|d| (d.id.message, d.id.ordinal)).collect::<Vec<_>>()
        };
        assert_eq!(find(FeedbackKind::SoftBounced, None).await, [(both, 0), (one, 1)]);
        assert_eq!(find(FeedbackKind::Delivered, Some(State::Sent)).await, [(one, 1), (one, 2)]);
        assert_eq!(find(FeedbackKind::Delivered, Some(State::Failed)).await, []);
        assert_eq!(find(FeedbackKind::Opened, None).await, []);
    }

    async fn the_check_finds_an_hour_that_is_wrong(f) {
        f.post(vec![each("t", 2), each("", 1)]).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        assert_eq!(f.violations().await, []);
        f.planted = true;
        for (plant, back) in [
            ("UPDATE topic_hour SET sent = sent + 1", "UPDATE topic_hour SET sent = sent - 1"),
            ("UPDATE topic_hour SET unsubscribed = 1", "UPDATE topic_hour SET unsubscribed = 0"),
            ("UPDATE topic_hour SET sent = sent - 1", "UPDATE topic_hour SET sent = sent + 1"),
        ] {
            f.store.close().await;
            f.engine.tamper(plant);
            f.store = f.engine.open(&f.clock).await.expect("opens");
            let found = f.violations().await;
            assert_eq!(found.iter().map(|v| v.rule).collect::<Vec<_>>(), ["hours_differ"], "{plant}: {found:?}");
            f.store.close().await;
            f.engine.tamper(back);
            f.store = f.engine.open(&f.clock).await.expect("opens");
        }
        assert_eq!(f.violations().await, []);
    }

    /// Beside nodes of the version before, which move counts and no hours: less may be there, never more.
    async fn hours_of_topics_older_than_them_may_lack_some(f) {
        f.post_one(each("t", 2)).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        f.planted = true;
        f.store.close().await;
        f.engine.tamper("UPDATE marker SET value = 9000000000000 WHERE name = 'topic_hours'");
        f.engine.tamper("UPDATE topic_hour SET sent = 1");
        f.store = f.engine.open(&f.clock).await.expect("opens");
        assert_eq!(f.violations().await, []);
        f.store.close().await;
        f.engine.tamper("UPDATE topic_hour SET sent = 3");
        f.store = f.engine.open(&f.clock).await.expect("opens");
        assert_eq!(f.violations().await.iter().map(|v| v.rule).collect::<Vec<_>>(), ["hours_differ"]);
    }
}

/// Two nodes settle mail of one topic at once, again and again.
#[test]
fn the_hours_of_a_topic_add_up_whoever_moves_them() {
    together::run(async |f, other| {
        for _ in 0..20 {
            f.post(vec![each("소식", 2), each("다른 소식", 2)]).await;
            let (mine, theirs) = (f.claim(1).await, other.claim(f, 1).await.expect("claim"));
            assert_eq!((copies(&mine), copies(&theirs)), (2, 2));
            let told = |claimed: &[Claimed]| -> Vec<Settlement> {
                claimed.iter().flat_map(|c| c.copies.iter().map(|one| settlement(c, one.ordinal, f.now(), sent()))).collect()
            };
            let (one, two) = tokio::join!(f.store.settle(told(&mine)), other.store.settle(told(&theirs)));
            assert_eq!((one, two), (Ok(()), Ok(())));
        }
        for topic in ["소식", "다른 소식"] {
            assert_eq!(hours(f, topic).await, [(0, counts(40))]);
        }
    });
}
