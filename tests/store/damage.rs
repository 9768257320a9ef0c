//! Stored values that cannot be read: what they are of stays as it is and is shown, everything else goes its way.

use jebi_domain::{delivery::State, id::DeliveryId, port::store::DeliveryFilter};

use super::support::{Fixture, each, failed, joint, retry, sent, settlement};

/// Changes what is stored while the store is closed, and goes on as the same node.
async fn tamper(f: &mut Fixture, sql: &str) {
    f.planted = true;
    f.store.close().await;
    f.engine.tamper(sql);
    f.store = f.engine.open(&f.clock).await.expect("the store opens");
}

conform! {
    async fn an_unreadable_message_under_a_dead_lease_does_not_stop_the_start(f) {
        let (bad, good) = (f.post_one(each("t", 2)).await, f.post_one(each("t", 2)).await);
        f.claim(9).await;
        tamper(f, "UPDATE message SET content = x'00' WHERE no = 1").await;
        assert_eq!(f.begin().await, 2, "the copies of the other");
        assert_eq!((f.state(good, 0).await, f.reclaim().await, f.leased().await), (State::Unsettled, 0, 2));
        let shown: Vec<_> = f.violations().await.into_iter().filter(|v| v.rule == "lease_without_owner").collect();
        let delivery = DeliveryId { message: bad, ordinal: 0 }.to_string();
        assert!(matches!(shown.as_slice(), [one] if one.detail.contains(&delivery) && one.detail.contains("2 copies")), "{shown:?}");
        // The next start meets it again, and goes on again.
        assert_eq!(f.restart().await, 0);
        f.pass(1_000);
        assert_eq!(f.claim(9).await.len(), 1);
    }

    async fn a_damaged_copy_under_a_dead_lease_keeps_its_neighbours_of_the_lease_and_nobody_else(f) {
        f.post_one(each("t", 2)).await;
        let good = f.post_one(joint("t", 2)).await;
        f.claim(9).await;
        tamper(f, "UPDATE delivery SET state = 99 WHERE key = (SELECT max(key) FROM delivery WHERE key >> 24 = 1)").await;
        assert_eq!(f.begin().await, 1);
        assert_eq!((f.state(good, 0).await, f.leased().await), (State::Unsettled, 2));
    }

    async fn one_damaged_copy_does_not_keep_the_outcomes_of_a_batch_from_the_disk(f) {
        f.post_one(each("t", 5)).await;
        let c = f.claim(9).await.remove(0);
        tamper(f, "UPDATE delivery SET state = 99 WHERE key & 16777215 IN (1, 3)").await;
        let now = f.now();
        let decisions = [sent(), sent(), failed(), retry(now), retry(now)];
        let batch: Vec<_> = decisions.into_iter().enumerate().map(|(i, d)| settlement(&c, i as u32, now, d)).collect();
        f.apply(batch.clone()).await;
        let counts = f.topic("t").await;
        assert_eq!((counts.sent, counts.failed, f.leased().await), (1, 1, 2), "the damaged ones stay under their lease");
        f.apply(batch).await;
        assert_eq!((f.topic("t").await, f.leased().await), (counts, 2), "repeating it changes nothing");
        assert!(f.store.deliveries(DeliveryFilter::default(), None, 9).await.is_err(), "what is damaged is not made up");
    }
}
