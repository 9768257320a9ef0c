//! Incarnations and the leases of those that are gone.

use std::time::Duration;

use jebi_domain::{delivery::State, message::Lane, time::Wall};

use super::support::{self, Mail, PROVIDER, copies, each, node, retry, sent};

conform! {
    async fn an_unclean_end_leaves_unsettled_copies_to_be_reviewed_by_lane(f) {
        let a = f.post_one(each("t", 3)).await;
        let b = f.post_one(Mail { lane: Lane::Bulk, ..each("t", 2) }).await;
        let claimed = f.claim(9).await;
        f.settle(&claimed[0], 1, sent()).await;
        assert_eq!(f.restart().await, 4);
        assert_eq!((f.state(a, 0).await, f.state(a, 1).await, f.state(b, 1).await), (State::Unsettled, State::Sent, State::Unsettled));
        let view = f.view(a, 0).await;
        assert_eq!((view.attempts, view.next_try, view.reason.map(|r| r.code)), (1, Some(Wall(f.now().0 + 1_000)), Some("interrupted".into())));
        assert_eq!(f.view(b, 0).await.next_try, Some(Wall(f.now().0 + 60_000)));
        assert_eq!(f.reclaim().await, 0, "once");
        f.pass(1_000);
        assert_eq!(copies(&f.claim(9).await), 2);
        f.pass(59_000);
        assert_eq!(copies(&f.claim(9).await), 2);
    }

    /// Two kills: the mail that causes them takes its neighbours with it at the second, and all the others are sent.
    async fn a_mail_that_ends_the_process_each_time_does_not_take_everything_under_way_with_it(f) {
        const POISON: u32 = 40;
        let id = f.post_one(each("t", 300)).await;
        f.claim(300).await;
        f.reopen().await;
        f.engine.gone();
        f.incarnation = f.store.start(&node("다시"), f.now()).await.expect("start");
        f.store.reclaim(f.incarnation, Duration::ZERO, f.now(), [0, 0]).await.expect("reclaim");
        let mut lost = 0;
        for _ in 0..40 {
            f.pass(100);
            let claimed = f.claim(512).await;
            if claimed.iter().any(|c| c.copies.iter().any(|one| one.ordinal == POISON)) {
                lost = copies(&claimed);
                f.restart().await;
                continue;
            }
            f.settle_all(&claimed, sent()).await;
        }
        assert!((1..=64).contains(&lost), "{lost}");
        let counts = f.message(id).await.counts;
        assert_eq!((counts.unknown, counts.sent), (lost as i64, 300 - lost as i64));
        assert_eq!(f.state(id, POISON).await, State::Unknown);
    }

    async fn a_resend_lost_too_is_unknown(f) {
        let id = f.post_one(each("t", 1)).await;
        f.claim(9).await;
        f.restart().await;
        f.pass(1_000);
        assert!(f.claim(9).await[0].was_unsettled);
        assert_eq!(f.restart().await, 1);
        let view = f.view(id, 0).await;
        assert_eq!((view.state, view.attempts, view.reason.map(|r| r.code)), (State::Unknown, 2, Some("interrupted_twice".into())));
        f.pass(100_000);
        assert!(f.claim(9).await.is_empty());
    }

    async fn a_lease_goes_when_the_last_of_it_is_settled(f) {
        f.post_one(each("t", 3)).await;
        let c = f.claim(9).await.remove(0);
        for (i, decision) in [sent(), support::returned(f.now()), retry(f.now())].into_iter().enumerate() {
            assert_eq!(f.leased().await, 3 - i as i64);
            f.settle(&c, i as u32, decision).await;
        }
        assert_eq!(f.restart().await, 0);
    }

    async fn a_lost_lease_of_a_cancelled_topic_is_unknown_at_once(f) {
        let id = f.post_one(each("t", 2)).await;
        f.claim(1).await;
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(1)));
        f.housekeep().await;
        assert_eq!(f.restart().await, 1);
        assert_eq!((f.state(id, 0).await, f.state(id, 1).await), (State::Unknown, State::Cancelled));
        let reason = f.view(id, 0).await.reason.expect("said");
        assert!(reason.code == "interrupted" && reason.remedy.contains("cancelled"), "{reason:?}");
    }

    async fn the_living_keep_their_leases(f) {
        f.post_one(each("t", 2)).await;
        f.claim(9).await;
        f.pass(60_000);
        f.store.beat(f.incarnation, f.now()).await.expect("beat");
        assert_eq!(f.reclaim().await, 0);
        assert_eq!(f.leased().await, 2);
    }

    async fn more_leases_than_a_turn_are_all_reclaimed(f) {
        f.post_one(each("t", 700)).await;
        for _ in 0..350 {
            assert_eq!(copies(&f.claim(2).await), 2);
        }
        assert_eq!(f.restart().await, 700);
        assert_eq!((f.topic("t").await.unsettled, f.leased().await), (700, 0));
    }

    async fn a_slot_is_remembered_and_an_unclean_end_counts_as_one(f) {
        assert_eq!(f.store.last_slot(PROVIDER).await, Ok(None));
        f.store.record_slot(PROVIDER, Wall(5_000)).await.expect("record");
        f.store.record_slot(PROVIDER, Wall(4_000)).await.expect("record");
        assert_eq!(f.store.last_slot(PROVIDER).await, Ok(Some(Wall(5_000))));
        f.store.end(f.incarnation, f.now()).await.expect("end");
        f.restart().await;
        assert_eq!(f.store.last_slot(PROVIDER).await, Ok(Some(Wall(5_000))), "a clean end");
        f.pass(10);
        f.restart().await;
        assert_eq!(f.store.last_slot(PROVIDER).await, Ok(Some(f.now())), "an unclean one");
    }
}
