//! Waiting mail changes its provider; and what a provider's 24-hour limit counts.

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    port::store::{Backlog, Claim},
    quota,
    time::Wall,
};

use super::{
    sqlite::Sqlite,
    support::{DAY, Fixture, HOUR, Mail, PROVIDER, address, copies, each, failed, joint, retry, returned, run, sent, unknown, unsettled},
};

conform! {
    async fn moved_mail_keeps_attempts_states_and_counts_and_is_claimed_for_its_new_provider(f) {
        let due = f.now();
        let tried = f.post_one(each("t", 1)).await;
        let out = f.claim(1).await.remove(0);
        f.settle(&out, 0, retry(due)).await;
        let waiting = f.post_one(each("t", 3)).await;
        let before = (f.view(tried, 0).await.attempts, f.topic("t").await);
        let (moved, more) = f.store.move_queues(PROVIDER, "other").await.expect("moved");
        assert_eq!((moved, more), (4, false));
        assert_eq!((f.view(tried, 0).await.attempts, f.topic("t").await), before);
        assert_eq!((f.view(waiting, 0).await.provider.as_str(), f.queues().await), ("other", vec![]), "the old one has nothing left");
        assert_eq!(f.store.queues("other").await.expect("read").len(), 1);
        let backlog = f.store.backlog().await.expect("read");
        assert!(matches!(&backlog[..], [Backlog { provider, topic, waiting: 4, .. }] if provider == "other" && topic == "t"), "{backlog:?}");
        assert_eq!(f.violations().await, []);
        assert_eq!(f.store.move_queues(PROVIDER, "other").await.expect("repeated"), (0, false));
    }

    async fn what_is_out_while_its_queue_is_moved_finishes_or_goes_to_the_new_provider(f) {
        let due = f.now();
        let id = f.post_one(each("t", 3)).await;
        let out = f.claim(3).await.remove(0);
        f.store.move_queues(PROVIDER, "other").await.expect("moved");
        f.settle(&out, 0, sent()).await;
        f.settle(&out, 1, retry(due)).await;
        f.settle(&out, 2, returned(due)).await;
        assert_eq!((f.state(id, 0).await, f.state(id, 1).await, f.state(id, 2).await), (State::Sent, State::Waiting, State::Waiting));
        let queues = f.store.queues("other").await.expect("read");
        assert!(f.claim_from(queues[0].queue, 9).await.is_empty(), "the old provider's claim finds it gone");
        let backlog = f.store.backlog().await.expect("read");
        assert!(matches!(&backlog[..], [Backlog { waiting: 2, .. }]), "{backlog:?}");
        assert_eq!(f.violations().await, []);
    }

    async fn a_limit_counts_what_was_taken_or_may_have_been_once(f) {
        let due = Wall(f.now().0 + 60_000);
        let slots = async |f: &super::support::Fixture| f.store.sent_slots(PROVIDER, Wall(0)).await.expect("read");
        for (decision, counted) in [(failed(), 0), (retry(due), 0), (returned(due), 0), (sent(), 1), (unsettled(due), 1), (unknown(), 1)] {
            let before: u64 = slots(f).await.iter().map(|(_, n)| n).sum();
            let id = f.post_one(each("t", 1)).await;
            let claimed = f.claim(9).await;
            let own = claimed.iter().find(|c| c.message.id == id).expect("claimed");
            f.settle(own, 0, decision.clone()).await;
            f.settle(own, 0, decision.clone()).await;
            let after: u64 = slots(f).await.iter().map(|(_, n)| n).sum();
            assert_eq!(after - before, counted, "{decision:?}");
        }
        let before: u64 = slots(f).await.iter().map(|(_, n)| n).sum();
        let id = f.post_one(joint("j", 4)).await;
        let claimed = f.claim(9).await;
        f.settle(claimed.iter().find(|c| c.message.id == id).expect("claimed"), 0, sent()).await;
        let after = slots(f).await;
        assert_eq!(after.iter().map(|(_, n)| n).sum::<u64>() - before, 4, "each recipient of a joint copy");
        assert_eq!(after.last().map(|(slot, _)| *slot), Some(quota::slot_of(f.now())));
        let before: u64 = slots(f).await.iter().map(|(_, n)| n).sum();
        f.post(vec![each("t", 2), joint("j", 3)]).await;
        f.claim(9).await;
        f.restart().await;
        assert_eq!(slots(f).await.iter().map(|(_, n)| n).sum::<u64>() - before, 5, "what was under way when its node ended");
        f.pass(49 * 3_600_000);
        f.housekeep().await;
        assert_eq!(slots(f).await, [], "and it is forgotten when it no longer counts");
    }
}

/// Claim, move and feedback in one turn: what the turn read of a queue's provider before the move is not kept past it.
#[test]
fn mail_that_is_moved_is_of_its_new_provider_also_where_it_was_met_in_the_same_turn() {
    run(Box::new(Sqlite::new()), async |f: &mut Fixture| {
        for round in 0..8 {
            let id = f.post_one(each("t", 3)).await;
            let queues = f.store.queues(PROVIDER).await.expect("queues");
            let queue = queues.iter().find(|q| q.next_due.is_some_and(|due| due <= f.now())).expect("one that is due").queue;
            // While this is written the others gather for the next turn.
            let busy = f.post(vec![Mail { due: Some(Wall(f.now().0 + HOUR)), ..each("busy", 3_000) }]);
            let person = address(0);
            let (_, _, moved, _) = tokio::join!(
                busy,
                f.try_claim(vec![(queue, 1)]),
                f.store.move_queues(PROVIDER, "other"),
                f.report(id, 0, &person, FeedbackKind::Delivered)
            );
            moved.expect("moved");
            let queues = f.store.queues("other").await.expect("read");
            let turns = queues.iter().map(|q| (q.queue, 9)).collect();
            let claim = Claim {
                incarnation: f.incarnation,
                provider: "other".into(),
                turns,
                now: f.now(),
                max_lateness_ms: DAY,
                late_from: Wall(0),
                domains: vec![],
                recipients: u32::MAX,
            };
            let claimed = f.store.claim(claim).await.expect("claim").claimed;
            assert!(copies(&claimed) >= 2, "round {round}");
            for one in &claimed {
                assert_eq!(one.message.provider, "other", "round {round}");
            }
            f.settle_all(&claimed, sent()).await;
            f.store.move_queues("other", "gone").await.expect("out of the way");
        }
    });
}
