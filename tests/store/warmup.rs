//! Warm-ups by what the store counts: a day's allowance over midnight, over crashes and over what is under way; and held mail that comes back.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jebi::service::{
    dispatch::{
        Dispatch, Fence, Settings as Sending, Setup,
        bulk::{Order, Orders},
    },
    reputation::{Brought, Reputation, Settings},
};
use jebi_domain::{message::Lane, outcome::Reason, port::Clock, reputation::Scope, warmup::Plan};
use jiff::{civil::date, tz::TimeZone};

use super::support::{DAY, Fixture, HOUR, Mail, PROVIDER, copies, sent, to};
use crate::support::guard::guarded;

const SENDERS: &str = "example.com";

/// The account and the domain warm up alike from the fixture's day on: it ends an hour and three quarters later.
fn guard(f: &Fixture) -> Reputation {
    let plan = |scope| Plan { scope, start: date(2023, 11, 14), days: vec![5, 8] };
    let plans = vec![plan(Scope::Provider(PROVIDER.into())), plan(Scope::Domain(SENDERS.into()))];
    let settings = Settings { plans, zone: TimeZone::UTC, ..guarded() };
    Reputation::new(Arc::clone(&f.store), Arc::new(f.clock.clone()), settings)
}

/// What is left for this node of the account's day and of the domain's, and whether nothing is left on any.
async fn left(f: &Fixture, guard: &Reputation) -> [(u64, bool); 2] {
    // What was claimed in the moment of the count is counted twice.
    f.pass(1);
    guard.look(&[]).await.expect("a look");
    let orders = guard.orders_of(PROVIDER);
    [&orders.provider, &orders.domains[SENDERS]].map(|order| {
        let day = order.day.as_ref().expect("a plan");
        (day.allowance.room(), day.is_used_up)
    })
}

fn bulk(n: usize) -> Mail {
    Mail { lane: Lane::Bulk, ..to("news", (0..n).map(|i| format!("person{i}@naver.example"))) }
}

fn dispatch(f: &Fixture) -> Arc<Dispatch> {
    Arc::new(Dispatch::new(Setup {
        provider: PROVIDER.into(),
        kind: "ses",
        settings: Sending { max_rate: Some(20.0), ..Sending::default() },
        fence: Arc::new(Fence::default()),
        shares_slots: false,
        last_slot: None,
        sent: vec![],
        wall: f.now(),
        boot: f.clock.boot(),
    }))
}

fn set(f: &Fixture, dispatch: &Dispatch, order: Option<Order>) {
    let domains: BTreeMap<String, Order> = order.into_iter().map(|order| (SENDERS.to_owned(), order)).collect();
    dispatch.set_bulk(&Orders { domains, ..Orders::default() }, f.now());
}

/// Claims as the dispatch lets it.
async fn claim(f: &mut Fixture, dispatch: &Dispatch) -> usize {
    let rooms = dispatch.bulk_rooms(50, f.clock.boot(), f.now());
    (f.domains, f.recipients) = (rooms.domains, rooms.recipients);
    let claimed = f.claim(50).await;
    let n = copies(&claimed);
    dispatch.offer(claimed, dispatch.generation(), Duration::ZERO, f.clock.boot());
    n
}

fn why() -> Reason {
    Reason::new("reputation_slowed", "너무 많이 반송됨", "look")
}

conform! {
    async fn a_day_is_counted_over_midnight_and_over_a_crash_with_all_that_is_under_way(f) {
        f.post_one(bulk(20)).await;
        let before = guard(f);
        assert_eq!(left(f, &before).await, [(5, false); 2]);
        let claimed = f.claim(5).await;
        assert_eq!(left(f, &before).await, [(0, false); 2], "it is under way");
        f.settle(&claimed[0], 0, sent()).await;
        f.settle(&claimed[0], 1, super::support::returned(f.now())).await;
        f.settle(&claimed[0], 2, super::support::failed()).await;
        assert_eq!(left(f, &before).await, [(2, false); 2], "what was not taken is free again");
        // The process is killed with two under way.
        f.restart().await;
        let anew = guard(f);
        assert_eq!(left(f, &anew).await, [(2, false); 2]);
        let claimed = f.claim(2).await;
        f.settle_all(&claimed, sent()).await;
        assert_eq!(left(f, &anew).await, [(0, true); 2]);
        f.pass(2 * HOUR);
        assert_eq!(left(f, &anew).await, [(8, false); 2], "the next day");
        f.pass(DAY);
        anew.look(&[]).await.expect("a look");
        assert_eq!(anew.orders_of(PROVIDER), Orders::default(), "the plan is over");
    }

    async fn mail_of_a_domain_comes_back_when_nothing_holds_it_any_more(f) {
        for _ in 0..300 {
            f.post_one(bulk(1)).await;
        }
        let (dispatch, guard, mut brought) = (dispatch(f), guard(f), Brought::default());
        set(f, &dispatch, Some(Order { held: Some(why()), ..Order::default() }));
        assert_eq!(claim(f, &dispatch).await, 0);
        let all = [dispatch.clone()];
        assert_eq!(guard.bring_back(&mut brought, &all).await, Ok(0), "it is held");
        set(f, &dispatch, None);
        assert_eq!(guard.bring_back(&mut brought, &all).await, Ok(300));
        assert_eq!(claim(f, &dispatch).await, 50);
        f.restart().await;
    }

    async fn mail_of_a_slowed_domain_comes_back_as_it_may_go(f) {
        for _ in 0..300 {
            f.post_one(bulk(1)).await;
        }
        let (dispatch, guard, mut brought) = (dispatch(f), guard(f), Brought::default());
        set(f, &dispatch, Some(Order { slowed: Some((0.25, why())), ..Order::default() }));
        assert_eq!(claim(f, &dispatch).await, 5, "a quarter of 20 a second");
        let all = [dispatch.clone()];
        let mut went = 5;
        for _ in 0..20 {
            f.pass(1_000);
            let n = guard.bring_back(&mut brought, &all).await.expect("asked");
            assert!(n <= 5, "{n}");
            went += claim(f, &dispatch).await;
        }
        assert_eq!(went, 105);
        // While nothing is claimed, no more comes back than may stand in the way of others.
        f.pass(1_000);
        assert_eq!(guard.bring_back(&mut brought, &all).await, Ok(5));
        f.pass(1_000);
        assert_eq!(guard.bring_back(&mut brought, &all).await, Ok(0));
        f.restart().await;
    }
}
