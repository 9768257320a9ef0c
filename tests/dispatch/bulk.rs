//! Bulk mail that is held back: paused, slowed, or given so much a day; transactional mail goes on.

use std::{collections::BTreeMap, time::Duration};

use jebi::service::dispatch::bulk::{Day, Order, Orders};
use jebi_domain::{delivery::State, message::Lane, outcome::Reason, port::Clock};

use super::rig::*;

fn why(code: &str) -> Reason {
    Reason::new(code, "너무 많이 반송됨", "look")
}

fn provider(order: Order) -> Orders {
    Orders { provider: order, domains: BTreeMap::new() }
}

async fn seconds(rig: &Rig, n: u64) {
    for _ in 0..n * 200 {
        rig.advance(Duration::from_millis(5)).await;
    }
}

fn set(rig: &Rig, orders: &Orders) {
    rig.dispatch.set_bulk(orders, rig.clock.wall());
}

#[test]
fn while_bulk_is_paused_transactional_mail_goes_and_afterwards_all_goes_once() {
    run(async {
        let rig = Rig::at_rate(20.0).await;
        rig.store.post(Post { copies: 100, ..Post::default() });
        seconds(&rig, 2).await;
        set(&rig, &provider(Order { held: Some(why("reputation_paused")), ..Order::default() }));
        seconds(&rig, 2).await;
        let before = rig.store.count(State::Sent);
        assert!((30..60).contains(&before), "{before}");
        rig.store.post(Post { lane: Lane::Transactional, copies: 10, topic: "codes", ..Post::default() });
        seconds(&rig, 5).await;
        assert_eq!(rig.store.count(State::Sent), before + 10, "no bulk mail, and all of the other");
        let status = rig.status();
        assert_eq!((status.state.as_str(), status.reason.map(|r| r.code).as_deref()), ("running", Some("reputation_paused")));
        assert_eq!(status.leased, 0, "what waits is in the store");
        set(&rig, &Orders::default());
        seconds(&rig, 10).await;
        assert_eq!((rig.store.count(State::Sent), rig.provider.sent().len()), (110, 110));
    });
}

#[test]
fn slowed_bulk_has_its_share_of_the_rate_and_transactional_mail_the_whole() {
    run(async {
        let rig = Rig::at_rate(20.0).await;
        set(&rig, &provider(Order { slowed: Some((0.25, why("reputation_slowed"))), ..Order::default() }));
        rig.store.post(Post { copies: 500, ..Post::default() });
        seconds(&rig, 20).await;
        let bulk = rig.store.count(State::Sent);
        assert!((85..=110).contains(&bulk), "a quarter of 20 a second for 20 seconds: {bulk}");
        rig.store.post(Post { lane: Lane::Transactional, copies: 100, topic: "codes", ..Post::default() });
        seconds(&rig, 8).await;
        assert!(rig.store.count(State::Sent) >= bulk + 100, "{}", rig.store.count(State::Sent));
        set(&rig, &Orders::default());
        seconds(&rig, 30).await;
        assert_eq!((rig.store.count(State::Sent), rig.provider.sent().len()), (600, 600));
    });
}

#[test]
fn a_days_allowance_is_not_passed_while_the_store_counts_behind() {
    run(async {
        let rig = Rig::at_rate(100.0).await;
        let day = |left: u64| {
            let day = Day { left, as_of: rig.clock.boot(), ends: rig.clock.wall() + Duration::from_secs(3_600), reason: why("warm_up") };
            provider(Order { day: Some(day), ..Order::default() })
        };
        set(&rig, &day(50));
        rig.store.post(Post { copies: 200, ..Post::default() });
        seconds(&rig, 3).await;
        assert_eq!(rig.store.count(State::Sent), 50);
        assert_eq!(rig.status().reason.map(|r| r.code), None, "until it is known to be used up");
        // The count of the store is of a moment when nothing had been sent yet.
        set(&rig, &day(50));
        seconds(&rig, 3).await;
        assert_eq!(rig.store.count(State::Sent), 50, "what was claimed lately is counted twice, never not at all");
        set(&rig, &day(0));
        seconds(&rig, 1).await;
        assert_eq!(rig.status().reason.map(|r| r.code).as_deref(), Some("warm_up"));
        seconds(&rig, 40).await;
        set(&rig, &day(20));
        seconds(&rig, 3).await;
        assert_eq!(rig.store.count(State::Sent), 70, "the next day");
        set(&rig, &Orders::default());
        seconds(&rig, 5).await;
        assert_eq!((rig.store.count(State::Sent), rig.provider.sent().len()), (200, 200));
    });
}
