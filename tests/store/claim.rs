//! Claiming late: by due time then age, nothing twice, and what is cancelled, expired or suppressed by now falls out.

use std::collections::BTreeSet;

use jebi_domain::{
    delivery::State,
    id::{MessageId, QueueNo},
    message::{Lane, OnUnknown},
    port::store::Claimed,
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};

use super::support::{self, DAY, HOUR, Mail, PROVIDER, address, copies, each, joint, keys};

fn order(claimed: &[Claimed]) -> Vec<MessageId> {
    claimed.iter().map(|c| c.message.id).collect()
}

conform! {
    async fn lateness_counts_only_from_where_mail_could_be_sent(f) {
        let id = f.post_one(each("t", 2)).await;
        f.pass(2 * support::DAY);
        f.late_from = f.now();
        f.pass(support::DAY);
        assert_eq!(support::copies(&f.claim(1).await), 1, "a day late since then");
        let other = f.post_one(each("u", 1)).await;
        f.pass(support::DAY + 1);
        assert!(f.claim(9).await.iter().all(|c| c.message.id == id), "one of it was attempted: the rest of it goes");
        assert_eq!(f.state(other, 0).await, jebi_domain::delivery::State::Expired);
    }

    async fn by_due_time_then_by_age(f) {
        let now = f.now().0;
        let mut ids = Vec::new();
        for due in [now + 30, now + 10, now + 20, now + 10] {
            ids.push(f.post_one(Mail { due: Some(Wall(due)), ..each("t", 1) }).await);
        }
        assert!(f.claim(9).await.is_empty(), "nothing is due yet");
        f.pass(20);
        assert_eq!(order(&f.claim(9).await), [ids[1], ids[3], ids[2]]);
        f.pass(10);
        assert_eq!(order(&f.claim(9).await), [ids[0]]);
    }

    async fn each_queue_gives_what_it_is_asked_for(f) {
        f.post(vec![each("a", 30), each("b", 30), Mail { lane: Lane::Bulk, ..each("a", 30) }]).await;
        let queues = f.queues().await;
        assert_eq!(queues.len(), 3);
        let claimed = f.try_claim(vec![(queues[0], 5), (queues[1], 7), (queues[2], 0), (QueueNo(999), 4)]).await.expect("claim");
        let of = |q| claimed.iter().filter(|c| c.queue == q).map(|c| c.copies.len()).sum::<usize>();
        assert_eq!(queues.iter().map(|q| of(*q)).collect::<Vec<_>>(), [5, 7, 0]);
    }

    async fn ranges_shrink_and_no_copy_comes_twice(f) {
        f.post_one(each("t", 300)).await;
        let mut seen = BTreeSet::new();
        for n in [1, 50, 7, 100, 3, 139, 50] {
            for key in keys(&f.claim(n).await) {
                assert!(seen.insert(key), "{key:?} came twice");
            }
        }
        assert_eq!(seen.len(), 300);
        assert_eq!((f.topic("t").await.sending, f.topic("t").await.waiting, f.leased().await), (300, 0, 300));
        assert!(f.queues().await.is_empty());
    }

    async fn a_paused_topic_gives_nothing_and_loses_nothing(f) {
        f.post_one(each("t", 3)).await;
        assert_eq!(f.store.pause_topic("t", true, f.now()).await, Ok(true));
        assert!(f.claim(9).await.is_empty());
        f.post_one(each("t", 2)).await;
        assert!(f.claim(9).await.is_empty());
        assert!(f.store.topic("t").await.expect("look-up").expect("a topic").paused);
        assert!(f.store.queues(PROVIDER).await.expect("queues").iter().all(|q| q.paused));
        assert_eq!(f.store.pause_topic("t", false, f.now()).await, Ok(true));
        assert_eq!(copies(&f.claim(9).await), 5);
        assert_eq!(f.store.pause_topic("none", true, f.now()).await, Ok(false));
        assert_eq!(f.store.pause_topic("", true, f.now()).await, Ok(false));
    }

    async fn what_has_expired_is_not_sent(f) {
        let id = f.post_one(Mail { expires_at: Some(Wall(f.now().0 + 100)), ..each("t", 700) }).await;
        let claimed = f.claim(1).await;
        f.settle_all(&claimed, support::retry(f.now())).await;
        f.pass(100);
        while !f.queues().await.is_empty() {
            assert!(f.claim(10).await.is_empty());
        }
        assert_eq!((f.state(id, 0).await, f.state(id, 699).await), (State::Expired, State::Expired));
        assert_eq!(f.topic("t").await.expired, 700);
    }

    /// All entries of it, also when one claim cannot clear them all.
    async fn what_is_a_day_late_and_was_never_tried_expires_whole(f) {
        let id = f.post_one(each("t", 21_000)).await;
        f.pass(DAY + 1);
        for _ in 0..60 {
            assert!(f.claim(50).await.is_empty());
        }
        assert_eq!(f.message(id).await.counts.expired, 21_000);
        assert!(f.queues().await.is_empty());
    }

    async fn a_day_late_but_begun_is_sent_to_the_end(f) {
        f.post_one(each("t", 700)).await;
        let claimed = f.claim(1).await;
        f.pass(DAY + HOUR);
        assert_eq!(copies(&f.claim(100).await), 100, "one is out");
        f.settle_all(&claimed, support::sent()).await;
        f.restart().await;
        assert_eq!(copies(&f.claim(100).await), 100, "one was sent");
    }

    async fn a_day_late_after_being_returned_unsent_expires(f) {
        f.post_one(each("t", 3)).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, support::returned(Wall(f.now().0 + DAY))).await;
        f.pass(DAY + 1);
        assert!(f.claim(9).await.is_empty());
        assert_eq!(f.topic("t").await.expired, 3);
    }

    async fn addresses_listed_since_are_not_mailed(f) {
        let (a, b) = (f.post_one(each("t", 3)).await, f.post_one(joint("t", 3)).await);
        f.pass(5);
        f.store.suppress(vec![NewEntry::plain(address(1), SuppressionCause::Complaint, f.now())]).await.expect("suppress");
        let claimed = f.claim(9).await;
        assert_eq!(keys(&claimed).iter().map(|k| k.1).collect::<Vec<_>>(), [0, 2, 0]);
        let to: Vec<_> = claimed[1].copies[0].open().map(|m| m.email.clone()).collect();
        assert_eq!(to, [address(0), address(2)]);
        assert_eq!(f.state(a, 1).await, State::Suppressed);
        f.settle_all(&claimed, support::sent()).await;
        let states: Vec<_> = f.view(b, 0).await.recipients.iter().map(|r| r.state).collect();
        assert_eq!(states, [State::Sent, State::Suppressed, State::Sent]);
        assert_eq!((f.topic("t").await.sent, f.topic("t").await.suppressed), (4, 2));
    }

    /// The clock may have been set back between the two.
    async fn an_address_listed_since_at_an_earlier_time_is_not_mailed(f) {
        let id = f.post_one(each("t", 2)).await;
        f.store.suppress(vec![NewEntry::plain(address(0), SuppressionCause::Bounce, Wall(f.now().0 - HOUR))]).await.expect("suppress");
        let other = f.post_one(each("u", 2)).await;
        assert_eq!(keys(&f.claim(9).await).iter().map(|k| k.1).collect::<Vec<_>>(), [1, 1]);
        assert_eq!((f.state(id, 0).await, f.state(other, 0).await), (State::Suppressed, State::Suppressed));
    }

    /// Each writes a row a copy: many topics with expired mail must not make one claim long.
    async fn a_claim_clears_no_more_from_many_queues_than_from_one(f) {
        let expires_at = Some(Wall(f.now().0 + 10));
        f.post(vec![Mail { expires_at, ..each("a", 400) }, Mail { expires_at, ..each("b", 400) }, each("c", 1)]).await;
        f.pass(10);
        assert!(f.claim(9).await.is_empty());
        assert_eq!(f.store.health().await.expect("health").waiting, 301);
        assert_eq!(copies(&f.claim(9).await), 1);
        assert_eq!((f.topic("a").await.expired, f.topic("b").await.expired), (400, 400));
    }

    async fn a_message_that_cannot_be_read_holds_up_its_own_queue_only(f) {
        f.post_one(each("a", 1)).await;
        f.post_one(each("b", 2)).await;
        f.store.close().await;
        f.engine.tamper("UPDATE message SET content = x'00' WHERE no = 1");
        f.reopen().await;
        f.begin().await;
        assert_eq!(copies(&f.claim(9).await), 2);
        assert_eq!(f.store.health().await.expect("health").waiting, 3);
    }

    async fn an_unsettled_copy_is_held_when_its_message_says_so(f) {
        let id = f.post_one(Mail { on_unknown: OnUnknown::Hold, ..each("t", 2) }).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, support::unsettled(Wall(f.now().0 + 10))).await;
        assert_eq!(f.state(id, 0).await, State::Unsettled);
        f.pass(10);
        assert!(f.claim(9).await.is_empty());
        assert_eq!((f.state(id, 0).await, f.topic("t").await.unknown), (State::Unknown, 2));
    }

    /// A copy refused before its review and one still open are of the same attempt, but not of the same kind.
    async fn fresh_copies_and_resends_do_not_share_a_lease(f) {
        f.post_one(each("t", 3)).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, support::unsettled(f.now())).await;
        f.settle(&claimed[0], 1, support::retry(f.now())).await;
        let again = f.claim(9).await;
        let kinds: Vec<_> = again.iter().map(|c| (c.was_unsettled, c.copies.len())).collect();
        assert_eq!(kinds, [(true, 1), (false, 1), (true, 1)]);
    }

    async fn due_times_are_told(f) {
        let later = Wall(f.now().0 + 1_000);
        f.post(vec![each("a", 1), Mail { due: Some(later), lane: Lane::Bulk, ..each("a", 1) }]).await;
        let health = f.store.health().await.expect("health");
        assert_eq!(health.oldest_due, [Some(f.now()), Some(later)]);
        f.claim(9).await;
        assert_eq!(f.store.health().await.expect("health").oldest_due, [None, Some(later)]);
    }
}
