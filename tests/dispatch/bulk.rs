//! Bulk mail that is held back: paused, slowed, or given so much a day; transactional mail goes on.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jebi::service::dispatch::{
    allowance::Allowance,
    bulk::{Day, Order, Orders},
};
use jebi_domain::{delivery::State, message::Lane, outcome::Reason, port::Clock, time::Wall};
use tokio::sync::Notify;

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

/// A day of which so much is left as the store counts now: what was sent and what is under way is not.
fn day(allowance: &Arc<Allowance>, rig: &Rig, left: u64) -> Order {
    allowance.told(left, rig.clock.boot());
    let (is_used_up, ends) = (left == 0, rig.clock.wall() + Duration::from_secs(3_600));
    Order { day: Some(Day { allowance: allowance.clone(), is_used_up, ends, reason: why("warm_up") }), ..Order::default() }
}

fn domain(order: Order) -> Orders {
    Orders { provider: Order::default(), domains: BTreeMap::from([(SENDERS.to_owned(), order)]) }
}

#[test]
fn a_days_allowance_is_not_passed_while_the_store_counts_behind() {
    run(async {
        let rig = Rig::at_rate(100.0).await;
        let allowance = Arc::default();
        set(&rig, &provider(day(&allowance, &rig, 50)));
        // The count of a moment when nothing had been sent yet comes late.
        let (before, as_of) = (allowance.clone(), rig.clock.boot());
        rig.store.post(Post { copies: 200, ..Post::default() });
        seconds(&rig, 3).await;
        assert_eq!(rig.store.count(State::Sent), 50);
        assert_eq!(rig.status().reason.map(|r| r.code), None, "until it is known to be used up");
        before.told(50, as_of);
        seconds(&rig, 3).await;
        assert_eq!(rig.store.count(State::Sent), 50, "what was claimed lately is counted twice, never not at all");
        set(&rig, &provider(day(&allowance, &rig, 0)));
        seconds(&rig, 1).await;
        assert_eq!(rig.status().reason.map(|r| r.code).as_deref(), Some("warm_up"));
        set(&rig, &provider(day(&allowance, &rig, 20)));
        seconds(&rig, 3).await;
        assert_eq!(rig.store.count(State::Sent), 70, "the next day");
        set(&rig, &Orders::default());
        seconds(&rig, 5).await;
        assert_eq!((rig.store.count(State::Sent), rig.provider.sent().len()), (200, 200));
    });
}

#[test]
fn a_days_allowance_is_not_passed_while_the_provider_takes_long_to_answer() {
    run(async {
        let rig = Rig::at_rate(100.0).await;
        rig.provider.answer(|_| Reply::After(Duration::from_secs(60), accepted()));
        let allowance = Arc::default();
        set(&rig, &provider(day(&allowance, &rig, 50)));
        rig.store.post(Post { copies: 200, ..Post::default() });
        // Some of the calls wait for an answer to those before.
        for _ in 0..30 {
            let used = rig.store.count(State::Sent) + rig.store.leased();
            set(&rig, &provider(day(&allowance, &rig, 50 - used as u64)));
            seconds(&rig, 5).await;
        }
        assert_eq!((rig.provider.sent().len(), rig.store.count(State::Sent)), (50, 50));
    });
}

#[test]
fn accounts_share_what_is_left_of_a_domains_day() {
    run(async {
        let (one, allowance) = (Rig::at_rate(100.0).await, Arc::default());
        let two = Rig::on(one.clock.clone(), settings(Some(100.0)), |_, _| {}).await;
        for rig in [&one, &two] {
            set(rig, &domain(day(&allowance, rig, 50)));
            rig.store.post(Post { copies: 100, ..Post::default() });
        }
        seconds(&one, 10).await;
        assert_eq!(one.provider.sent().len() + two.provider.sent().len(), 50);
        // A dispatch that is made anew has no more of it.
        let three = Rig::on(one.clock.clone(), settings(Some(100.0)), |_, _| {}).await;
        let again = Day { is_used_up: false, ..day(&Arc::default(), &three, 1).day.expect("a day") };
        set(&three, &domain(Order { day: Some(Day { allowance: allowance.clone(), ..again }), ..Order::default() }));
        three.store.post(Post { copies: 100, ..Post::default() });
        seconds(&three, 10).await;
        assert_eq!(three.provider.sent().len(), 0);
    });
}

#[test]
fn what_a_claim_brings_after_the_order_was_given_is_not_sent() {
    for orders in [provider as fn(Order) -> Orders, domain] {
        run(async {
            let rig = Rig::at_rate(100.0).await;
            let gate = Arc::new(Notify::new());
            rig.store.faults(|faults| faults.claim_gate = Some(gate.clone()));
            rig.store.post(Post { copies: 100, due: rig.clock.wall() + Duration::from_secs(1), ..Post::default() });
            seconds(&rig, 2).await;
            assert!(rig.store.leased() > 0, "it is claimed, and nobody is told yet");
            set(&rig, &orders(Order { held: Some(why("reputation_paused")), ..Order::default() }));
            rig.store.faults(|faults| faults.claim_gate = None);
            gate.notify_one();
            seconds(&rig, 3).await;
            assert_eq!((rig.provider.sent().len(), rig.store.leased()), (0, 0));
            set(&rig, &Orders::default());
            seconds(&rig, 10).await;
            assert_eq!(rig.store.count(State::Sent), 100);
        });
    }
}

#[test]
fn the_plan_of_one_domain_leaves_other_bulk_mail_its_window_and_its_batches() {
    run(async {
        let mut claims = Vec::new();
        for planned in [false, true] {
            let rig = Rig::at_rate(1_000.0).await;
            if planned {
                let order = day(&Arc::default(), &rig, 50);
                set(&rig, &Orders { domains: BTreeMap::from([("small.kr".to_owned(), order)]), ..Orders::default() });
                assert!(rig.dispatch.window().holds("소식@small.kr") && !rig.dispatch.window().holds("from@example.com"));
            }
            quiet().await;
            assert!(rig.dispatch.window().room(Lane::Bulk) > 0, "other mail is leased at accept");
            rig.store.post(Post { copies: 3_000, due: rig.clock.wall() + Duration::from_millis(1), ..Post::default() });
            seconds(&rig, 4).await;
            assert_eq!(rig.store.count(State::Sent), 3_000);
            claims.push(rig.store.claims().len());
        }
        assert_eq!(claims[0], claims[1]);
    });
}

#[test]
fn mail_that_an_accounts_plan_keeps_waiting_is_not_late_for_it() {
    run(async {
        let rig = Rig::new().await;
        let allowance = Arc::new(Allowance::default());
        set(&rig, &provider(day(&allowance, &rig, 1)));
        rig.store.post(Post { due: Wall(1), copies: 3, ..Post::default() });
        seconds(&rig, 1).await;
        rig.advance(Duration::from_secs(3_600)).await;
        set(&rig, &provider(day(&allowance, &rig, 1)));
        seconds(&rig, 1).await;
        let late_from = rig.store.late_from().expect("claimed");
        assert!(rig.clock.wall().0 - late_from.0 < 60_000, "{late_from}");
    });
}
