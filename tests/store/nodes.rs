//! What nodes see of each other (S0-17): who beats, who is gone, and that one ended by another takes nothing more.

use std::time::Duration;

use jebi_domain::{
    message::Lane,
    port::{
        nodes::{NODE_KEPT, NodeState},
        store::{Guard, StoreError},
    },
};

use super::support::{self, Mail, copies, each, node, sent};

conform! {
    async fn a_node_is_listed_with_its_name_version_state_and_leases(f) {
        f.post_one(each("t", 3)).await;
        let claimed = f.claim(2).await;
        f.settle(&claimed[0], 0, sent()).await;
        let own = f.incarnation;
        let of = async |f: &support::Fixture| f.store.nodes(f.now()).await.expect("nodes").into_iter().find(|n| n.incarnation == own).expect("listed");
        let one = of(f).await;
        assert_eq!((one.name.as_str(), one.version.as_str(), one.state, one.leased), ("하나", "0.0.0", NodeState::Sending, 1));
        f.pass(3_000);
        assert_eq!(of(f).await.beat_age, Duration::from_secs(3));
        f.store.beat(own, f.now()).await.expect("beat");
        f.store.drain(own, f.now()).await.expect("drain");
        let one = of(f).await;
        assert_eq!((one.state, one.beat_age), (NodeState::Stopping, Duration::ZERO));
        f.store.beat(own, f.now()).await.expect("one that stops still beats: it settles what is under way");
        f.pass(15_000);
        assert_eq!(of(f).await.state, NodeState::Gone);
    }

    async fn one_ended_by_another_can_neither_beat_nor_claim_and_leases_nothing_at_accept(f) {
        f.post_one(each("t", 2)).await;
        let old = f.incarnation;
        f.window.set(Lane::Transactional, 10);
        let queue = f.queues().await[0];
        f.pass(15_001);
        let new = f.store.start(&node("둘"), f.now()).await.expect("start");
        f.store.reclaim(new, Duration::from_secs(15), f.now(), [0, 0]).await.expect("reclaim");
        assert_eq!(f.store.beat(old, f.now()).await, Err(StoreError::Ended));
        assert_eq!(f.try_claim(vec![(queue, 1)]).await.map(|_| ()), Err(StoreError::Ended));
        f.post_one(each("곧", 1)).await;
        assert_eq!(f.leased().await, 0, "its subscription leases nothing");
        f.incarnation = new;
        assert_eq!(copies(&f.claim(9).await), 3);
    }

    async fn an_ended_node_is_shown_for_a_day(f) {
        let old = f.incarnation;
        f.restart().await;
        let known = async |f: &support::Fixture| f.store.nodes(f.now()).await.expect("nodes").iter().any(|n| n.incarnation == old);
        f.pass(i64::try_from(NODE_KEPT.as_millis()).expect("fits"));
        f.store.beat(f.incarnation, f.now()).await.expect("beat");
        f.housekeep().await;
        assert!(known(f).await);
        f.pass(1);
        f.housekeep().await;
        assert!(!known(f).await, "and its number is not used again");
        f.restart().await;
        assert!(f.incarnation.0 > old.0 + 1);
    }

    /// A failover may have lost the last commits: what they said of bulk is looked at by a person, single mail goes on.
    async fn where_bulk_alone_is_held_transactional_mail_goes_on_until_a_release_lets_all_go(f) {
        f.post_one(Mail { lane: Lane::Bulk, ..each("광고", 2) }).await;
        f.post_one(each("암호", 1)).await;
        f.store.close().await;
        f.engine.tamper("UPDATE installation SET bulk_held_since = 1700000000000, bulk_held_why = 'another server took over'");
        f.reopen().await;
        f.begin().await;
        let Guard::BulkHeld { why, .. } = f.store.guard() else { panic!("{:?}", f.store.guard()) };
        assert_eq!(why, "another server took over");
        f.window.set(Lane::Bulk, 10);
        f.post_one(Mail { lane: Lane::Bulk, ..each("또", 1) }).await;
        assert_eq!((copies(&f.claim(9).await), f.leased().await), (1, 1), "only the transactional one");
        let released = f.store.release(f.now()).await.expect("release");
        assert_eq!((released.unsettled, f.store.guard()), (0, Guard::Open));
        assert_eq!(copies(&f.claim(9).await), 3);
    }
}
