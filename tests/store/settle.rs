//! Settling: every decision from every standing, and repeating one changes nothing.

use jebi_domain::{
    delivery::State,
    id::MessageId,
    outcome::Decision,
    port::store::{Claimed, DeliveryFilter},
    time::Wall,
};

use super::support::{self, Fixture, PROVIDER, copies, each, failed, joint, retry, returned, sent, unknown, unsettled};

/// One mail of one recipient, claimed.
pub async fn out(f: &Fixture) -> (MessageId, Claimed) {
    let id = f.post_one(each("t", 1)).await;
    (id, f.claim(1).await.remove(0))
}

/// One whose first attempt is unsettled and whose resend is out.
pub async fn resent(f: &Fixture) -> (MessageId, Claimed) {
    let (id, first) = out(f).await;
    f.settle(&first, 0, unsettled(f.now())).await;
    let again = f.claim(1).await.remove(0);
    assert!(again.was_unsettled && again.attempt == 2);
    (id, again)
}

conform! {
    async fn every_decision_of_a_first_attempt(f) {
        let due = Wall(f.now().0 + 60_000);
        let table = [
            (sent(), State::Sent, 1),
            (failed(), State::Failed, 1),
            (retry(due), State::Waiting, 1),
            (returned(due), State::Waiting, 0),
            (unsettled(due), State::Unsettled, 1),
            (unknown(), State::Unknown, 1),
        ];
        for (decision, state, attempts) in table {
            let (id, claimed) = out(f).await;
            assert_eq!(f.state(id, 0).await, State::Sending);
            f.settle(&claimed, 0, decision.clone()).await;
            let (view, counts) = (f.view(id, 0).await, f.topic("t").await);
            assert_eq!((view.state, view.attempts, view.maybe_twice), (state, attempts, false), "{decision:?}");
            assert_eq!(f.leased().await, 0, "{decision:?}");
            // Repeating it, before and after a restart, changes nothing.
            f.settle(&claimed, 0, decision.clone()).await;
            f.restart().await;
            f.settle(&claimed, 0, decision.clone()).await;
            assert_eq!((f.view(id, 0).await, f.topic("t").await), (view, counts), "{decision:?} repeated");
            assert_eq!(f.violations().await, [], "{decision:?}");
        }
    }

    async fn every_decision_of_the_one_resend(f) {
        let due = Wall(f.now().0 + 60_000);
        let table = [
            (sent(), State::Sent, true),
            (failed(), State::Unknown, false),
            (retry(due), State::Unknown, false),
            (unsettled(due), State::Unknown, false),
            (unknown(), State::Unknown, false),
            (returned(due), State::Unsettled, false),
        ];
        for (decision, state, twice) in table {
            let (id, claimed) = resent(f).await;
            f.settle(&claimed, 0, decision.clone()).await;
            let view = f.view(id, 0).await;
            assert_eq!((view.state, view.maybe_twice), (state, twice), "{decision:?}");
            f.settle(&claimed, 0, decision.clone()).await;
            assert_eq!(f.view(id, 0).await, view, "{decision:?} repeated");
            assert_eq!(f.violations().await, [], "{decision:?}");
        }
    }

    async fn a_returned_copy_waits_and_costs_no_attempt(f) {
        let (id, claimed) = out(f).await;
        let due = Wall(f.now().0 + 1_000);
        f.settle(&claimed, 0, returned(due)).await;
        let view = f.view(id, 0).await;
        assert_eq!((view.attempts, view.next_try, view.reason.map(|r| r.code)), (0, Some(due), Some("throttled".into())));
        assert!(f.claim(9).await.is_empty());
        f.pass(1_000);
        let again = f.claim(9).await;
        assert_eq!((again[0].attempt, again[0].was_unsettled), (1, false));
        // The first claim's return comes again while the second is out.
        f.settle(&claimed, 0, returned(due)).await;
        assert!(f.claim(9).await.is_empty(), "it is out once");
        assert_eq!(f.leased().await, 1);
        f.settle(&again[0], 0, unsettled(f.now())).await;
        f.settle(&claimed, 0, returned(due)).await;
        assert_eq!(f.state(id, 0).await, State::Unsettled, "what was returned says nothing of the next claim");
    }

    /// The first lease is still open for another copy while this one goes on.
    async fn an_old_answer_repeated_frees_no_second_place(f) {
        f.post_one(each("t", 2)).await;
        let first = f.claim(9).await.remove(0);
        f.settle(&first, 0, retry(f.now())).await;
        let second = f.claim(9).await.remove(0);
        f.settle(&second, 0, sent()).await;
        f.settle(&first, 0, retry(f.now())).await;
        assert_eq!(f.leased().await, 1, "copy 1 is still out");
        assert_eq!(f.violations().await, []);
        assert_eq!(f.restart().await, 1, "and reclaimed when its node is gone");
    }

    async fn a_return_twice_in_one_batch_is_one(f) {
        f.post_one(each("t", 2)).await;
        let c = f.claim(9).await.remove(0);
        let one = |at| support::settlement(&c, 0, at, returned(at));
        f.apply(vec![one(f.now()), one(f.now())]).await;
        f.settle(&c, 0, returned(f.now())).await;
        assert_eq!((f.topic("t").await.waiting, f.leased().await), (1, 1));
        assert_eq!(copies(&f.claim(9).await), 1);
    }

    async fn neighbours_returned_together_are_claimed_together(f) {
        f.post_one(each("t", 6)).await;
        let c = f.claim(9).await.remove(0);
        let now = f.now();
        let batch = [5, 0, 3, 1, 4].map(|o| support::settlement(&c, o, now, Decision::Return { due: now, reason: None }));
        f.apply(batch.to_vec()).await;
        let sizes: Vec<_> = f.claim(9).await.iter().map(|c| c.copies.len()).collect();
        assert_eq!(sizes, [2, 3]);
    }

    async fn joint_copies_count_by_recipient(f) {
        let id = f.post_one(joint("t", 3)).await;
        let c = f.claim(9).await.remove(0);
        f.settle(&c, 0, retry(f.now())).await;
        assert_eq!(f.topic("t").await.waiting, 3);
        let c = f.claim(9).await.remove(0);
        f.settle(&c, 0, unsettled(f.now())).await;
        assert_eq!((f.topic("t").await.unsettled, f.message(id).await.counts.unsettled), (3, 3));
        let c = f.claim(9).await.remove(0);
        assert_eq!(f.topic("t").await.sending, 3);
        f.settle(&c, 0, sent()).await;
        assert_eq!((f.topic("t").await.sent, f.store.sent_since(Wall(0)).await), (3, Ok(3)));
        assert!(f.view(id, 0).await.maybe_twice);
    }

    async fn outcomes_of_what_does_not_exist_are_dropped(f) {
        let (_, mut claimed) = out(f).await;
        claimed.message_no.0 += 50;
        f.settle(&claimed, 0, sent()).await;
        assert_eq!(f.leased().await, 1);
    }

    async fn accepted_while_being_cancelled_stays_sent_and_a_retry_does_not(f) {
        let id = f.post_one(each("t", 5)).await;
        let c = f.claim(9).await.remove(0);
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(0)));
        let due = f.now();
        for (i, decision) in [sent(), retry(due), returned(due), unsettled(due), failed()].into_iter().enumerate() {
            f.settle(&c, i as u32, decision).await;
        }
        let list = f.all(DeliveryFilter::default()).await;
        let states: Vec<_> = list.iter().map(|d| d.state).collect();
        assert_eq!(states, [State::Sent, State::Cancelled, State::Cancelled, State::Unknown, State::Failed]);
        assert!(f.store.queues(PROVIDER).await.expect("queues").is_empty());
        f.housekeep().await;
        assert_eq!(f.message(id).await.counts.cancelled, 2);
    }

    async fn the_timeline_tells_what_happened(f) {
        let (id, claimed) = out(f).await;
        f.pass(10);
        f.settle(&claimed, 0, retry(f.now())).await;
        f.pass(10);
        let claimed = f.claim(1).await.remove(0);
        f.settle(&claimed, 0, unsettled(f.now())).await;
        f.pass(10);
        let claimed = f.claim(1).await.remove(0);
        f.settle(&claimed, 0, sent()).await;
        f.pass(10);
        f.report(id, 0, "person0@example.com", jebi_domain::event::FeedbackKind::Delivered).await;
        let id = jebi_domain::id::DeliveryId { message: id, ordinal: 0 };
        let (_, lines) = f.store.delivery(id).await.expect("look-up").expect("a delivery");
        let told: Vec<_> = lines.iter().map(|l| (l.kind.as_str(), l.attempt, l.at.0 - support::START.0, l.detail.as_str())).collect();
        let want = [
            ("accepted", 0, 0, "the only one"),
            ("transient", 1, 10, "451: said so"),
            ("unknown", 2, 20, "timeout: said so"),
            ("sent", 3, 30, "p1"),
            ("delivered", 0, 40, "250 ok"),
        ];
        assert_eq!(told, want);
    }
}
