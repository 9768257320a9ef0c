//! The 24-hour limit: bulk stops at the reserve, transactional mail at the limit, and both go on by themselves.

use std::time::Duration;

use jebi::service::dispatch::Settings;
use jebi_domain::{
    delivery::State,
    message::Lane,
    outcome::Limit,
    port::{AccountReport, AccountState},
    quota,
    time::Wall,
};

use super::rig::*;

const HOUR: Duration = Duration::from_secs(3600);

fn limited(daily: u64) -> Settings {
    Settings { daily_limit: Some(daily), ..settings(Some(10.0)) }
}

fn sandbox(sent: f64) -> Option<Result<AccountReport, jebi_domain::outcome::Reason>> {
    report(Some(10.0), AccountState::Healthy)
        .map(|r| r.map(|r| AccountReport { max_24_hour_send: Some(200.0), sent_last_24_hours: Some(sent), ..r }))
}

async fn minutes(rig: &Rig, n: u64) {
    for _ in 0..n * 60 {
        rig.advance(Duration::from_secs(1)).await;
    }
}

#[test]
fn bulk_waits_at_the_reserve_while_transactional_mail_goes_and_goes_on_when_the_window_has_rolled() {
    run(async {
        let rig = Rig::with(limited(100), |_, _| {}).await;
        let bulk = rig.store.post(Post { copies: 150, ..Post::default() });
        minutes(&rig, 5).await;
        assert_eq!(rig.store.count(State::Sent), 90, "a tenth is kept");
        let status = rig.status();
        assert_eq!((status.state.as_str(), status.reason.map(|r| r.code).as_deref()), ("running", Some("quota_reserve")));
        let quota = status.quota.expect("a limit");
        assert_eq!((quota.limit, quota.used, quota.remaining, quota.reserve), (100, 90, 10, 10));
        let [transactional, opens] = quota.opens;
        assert!(transactional.is_none() && opens.is_some());

        rig.store.post(Post { lane: Lane::Transactional, copies: 12, topic: "codes", ..Post::default() });
        minutes(&rig, 1).await;
        assert_eq!(rig.store.count(State::Sent), 100, "transactional mail goes to the limit");
        assert_eq!((rig.status().state.as_str(), rig.status().reason.map(|r| r.code).as_deref()), ("held", Some("daily_limit")));
        assert_eq!((rig.store.row(bulk, 149).state, rig.store.row(bulk, 149).attempt), (State::Waiting, 0), "no attempt is counted");

        for _ in 0..25 * 60 {
            rig.advance(Duration::from_secs(60)).await;
        }
        minutes(&rig, 3).await;
        assert_eq!(rig.store.count(State::Sent), 162, "all goes out by itself, once");
        assert_eq!(rig.provider.sent().len(), 162);
    });
}

#[test]
fn what_was_sent_before_the_start_and_what_others_send_counts() {
    run(async {
        let rig = Rig::with(limited(100), |store, _| store.set_sent_slots(vec![(quota::slot_of(Wall(1_100_000)), 85)])).await;
        rig.store.post(Post { copies: 50, ..Post::default() });
        minutes(&rig, 2).await;
        assert_eq!(rig.store.count(State::Sent), 5);

        let rig = Rig::with(settings(None), |_, provider| provider.accounts([sandbox(170.0)])).await;
        rig.store.post(Post { copies: 50, ..Post::default() });
        minutes(&rig, 2).await;
        assert_eq!(rig.store.count(State::Sent), 10, "the account's own figure");
        rig.dispatch.account_answered(sandbox(20.0), rig.clock_boot());
        minutes(&rig, 2).await;
        assert_eq!(rig.store.count(State::Sent), 50, "and its next one");
    });
}

#[test]
fn what_was_refused_is_not_counted_and_a_limit_that_is_raised_holds_at_once() {
    run(async {
        let rig = Rig::with(limited(10), |_, _| {}).await;
        rig.provider.always(throttled(Limit::Rate));
        rig.store.post(Post { copies: 20, ..Post::default() });
        minutes(&rig, 1).await;
        assert!(rig.provider.sent().len() > 10, "refused again and again");
        assert_eq!(rig.status().quota.expect("a limit").used, 0);
        rig.provider.always(accepted());
        minutes(&rig, 1).await;
        assert_eq!(rig.store.count(State::Sent), 9);
        rig.dispatch.apply(limited(1000), rig.clock_boot());
        minutes(&rig, 1).await;
        assert_eq!(rig.store.count(State::Sent), 20);
    });
}

#[test]
fn the_end_of_what_waits_is_estimated_from_rate_and_limit() {
    run(async {
        let rig = Rig::with(limited(1000), |_, _| {}).await;
        let now = Wall(1_100_000);
        let at = |n: u64| rig.dispatch.finish_at(Lane::Bulk, n, now, rig.clock_boot()).expect("an estimate").since(now);
        assert_eq!(at(300), Duration::from_secs(30));
        assert!(at(1000) > 24 * HOUR && at(1000) < 25 * HOUR);
        rig.provider.always(refused());
        rig.store.post(Post::default());
        minutes(&rig, 1).await;
        assert_eq!(rig.dispatch.finish_at(Lane::Bulk, 1, now, rig.clock_boot()), None, "a held provider has no end");
    });
}

#[test]
fn no_more_calls_are_out_than_connections_are_allowed() {
    run(async {
        let rig = Rig::with(Settings { max_connections: Some(3), ..settings(None) }, |_, _| {}).await;
        rig.provider.answer(|_| Reply::Hang);
        rig.store.post(Post { copies: 50, ..Post::default() });
        minutes(&rig, 1).await;
        assert_eq!((rig.provider.sent().len(), rig.status().concurrency), (3, 3));
    });
}

#[test]
fn another_account_takes_over_between_two_mails_and_the_rate_holds() {
    run(async {
        let rig = Rig::at_rate(20.0).await;
        rig.provider.answer(|_| Reply::After(Duration::from_millis(300), accepted()));
        rig.store.post(Post { copies: 200, ..Post::default() });
        rig.advance_finely(Duration::from_millis(2_500)).await;
        let second = Scripted::new(rig.clock.clone());
        let before = rig.provider.sent().len();
        rig.dispatcher.as_ref().expect("it runs").replace(std::sync::Arc::new(second.clone()));
        rig.advance_finely(Duration::from_secs(9)).await;
        assert!(rig.provider.sent().len() <= before + 1, "{} and {before}", rig.provider.sent().len());
        assert_eq!(rig.store.count(State::Sent), 200, "none is lost");
        assert_eq!(rig.provider.sent().len() + second.sent().len(), 200, "and none is sent twice");
        let log = rig.written();
        for (i, (at, _)) in log.iter().enumerate() {
            let within = log[i..].iter().take_while(|(t, _)| t - at < 1_000_000_000).count();
            assert!(within <= 20, "{within} in a second");
        }
    });
}
