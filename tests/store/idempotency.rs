//! A request repeated with its key never doubles.

use jebi_domain::{
    id::KeyNo,
    port::store::{AcceptBatch, Accepted, StoredAnswer},
    time::Wall,
};

use super::support::{DAY, Fixture, each};

fn keyed(f: &Fixture, n: usize) -> AcceptBatch {
    f.batch(vec![f.draft(each("t", n))], Some("key"))
}

fn replayed(of: &Accepted) -> Accepted {
    match of {
        Accepted::Stored(status, body) => Accepted::Repeated(StoredAnswer { fingerprint: [7; 32], status: *status, body: body.clone() }),
        Accepted::Repeated(_) => of.clone(),
    }
}

conform! {
    async fn a_repeated_request_gets_the_first_answer_and_stores_nothing(f) {
        let first = f.store.accept(keyed(f, 2)).await.expect("accept");
        assert_eq!(f.store.accept(keyed(f, 2)).await, Ok(replayed(&first)));
        f.restart().await;
        assert_eq!(f.store.accept(keyed(f, 3)).await, Ok(replayed(&first)));
        assert_eq!(f.topic("t").await.total, 2);
        let kept = f.store.answer(KeyNo(1), "key", f.now()).await.expect("look-up");
        assert_eq!(kept.map(|a| a.fingerprint), Some([7; 32]));
    }

    async fn twins_at_the_same_time_are_one(f) {
        let twins: Vec<_> = (0..8).map(|_| f.store.accept(keyed(f, 2))).collect();
        let mut stored = 0;
        for twin in twins {
            stored += usize::from(matches!(twin.await, Ok(Accepted::Stored(..))));
        }
        assert_eq!((stored, f.topic("t").await.total), (1, 2));
    }

    async fn twins_of_a_staged_request_are_one(f) {
        let (a, b) = (f.store.accept(keyed(f, 3_000)), f.store.accept(keyed(f, 3_000)));
        let (a, b) = (a.await.expect("accept"), b.await.expect("accept"));
        assert!(matches!(a, Accepted::Stored(..)));
        assert_eq!(b, replayed(&a));
        assert_eq!(f.topic("t").await.total, 3_000);
    }

    /// A small one with the same key overtakes the staged one: whoever is published first has the key.
    async fn a_small_twin_within_staging_wins_and_the_staged_rows_go(f) {
        let big = f.store.accept(keyed(f, 20_000));
        let mut small = Vec::new();
        for _ in 0..3 {
            small.push(f.store.accept(keyed(f, 1)).await.expect("accept"));
        }
        let big = big.await.expect("accept");
        let all = [vec![big.clone()], small].concat();
        let stored: Vec<_> = all.iter().filter(|a| matches!(a, Accepted::Stored(..))).collect();
        assert_eq!(stored.len(), 1);
        assert!(all.iter().all(|a| replayed(a) == replayed(stored[0])));
        let total = if matches!(big, Accepted::Stored(..)) { 20_000 } else { 1 };
        assert_eq!(f.topic("t").await.total, total);
        f.housekeep().await;
        assert_eq!(f.topic("t").await.total, total);
    }

    async fn keys_of_other_callers_are_other_keys(f) {
        f.store.accept(keyed(f, 1)).await.expect("accept");
        let other = AcceptBatch { api_key: KeyNo(2), ..keyed(f, 1) };
        assert!(matches!(f.store.accept(other).await, Ok(Accepted::Stored(..))));
        assert_eq!(f.topic("t").await.total, 2);
    }

    async fn a_key_lasts_a_day(f) {
        f.store.accept(keyed(f, 1)).await.expect("accept");
        f.pass(DAY - 1);
        assert!(matches!(f.store.accept(keyed(f, 1)).await, Ok(Accepted::Repeated(_))));
        f.pass(1);
        assert_eq!(f.store.answer(KeyNo(1), "key", f.now()).await, Ok(None));
        assert!(matches!(f.store.accept(keyed(f, 1)).await, Ok(Accepted::Stored(..))));
        assert_eq!(f.topic("t").await.total, 2);
        f.housekeep().await;
        assert!(f.store.answer(KeyNo(1), "key", f.now()).await.expect("look-up").is_some(), "the new one stays");
        f.pass(DAY);
        f.housekeep().await;
        assert_eq!(f.store.answer(KeyNo(1), "key", Wall(f.now().0 - DAY + 1)).await, Ok(None), "the old one is gone");
    }
}
