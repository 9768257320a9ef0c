//! Never above the rate in any half-open second, and 95 % of it used.

use std::time::Duration;

use jebi_domain::{delivery::State, message::Lane, outcome::Limit, port::AccountState, time::Wall};

use super::rig::*;

#[test]
fn the_write_log_keeps_to_the_rate_and_uses_it() {
    for (rate, seconds) in [(12.0, 20), (200.0, 10)] {
        run(async {
            let rig = Rig::at_rate(rate).await;
            rig.provider.answer(|_| Reply::After(Duration::from_millis(80), accepted()));
            rig.store.post(Post { copies: 5000, ..Post::default() });
            rig.advance_finely(Duration::from_secs(seconds)).await;
            let log = rig.written();
            assert!(peak(&log) as f64 <= rate, "{} in a second at {rate}", peak(&log));
            let used = log.len() as f64 / seconds as f64 / rate;
            assert!(used >= 0.95, "{used} of {rate} used");
        });
    }
}

#[test]
fn copies_to_several_recipients_take_a_slot_for_each() {
    run(async {
        let rig = Rig::at_rate(20.0).await;
        rig.store.post(Post { copies: 60, joint: 7, ..Post::default() });
        rig.store.post(Post { copies: 60, topic: "singles", ..Post::default() });
        rig.advance_finely(Duration::from_secs(15)).await;
        let log = rig.written();
        assert!(log.iter().any(|(_, n)| *n == 7) && log.iter().any(|(_, n)| *n == 1));
        assert!(peak(&log) <= 20, "{}", peak(&log));
    });
}

#[test]
fn the_first_slot_after_a_start_lies_a_second_after_the_last_recorded_one() {
    run(async {
        // The rig's wall clock starts at 1,100 s.
        let rig = Rig::with(settings(Some(10.0)), |store, _| store.set_last_slot(Wall(1_099_800))).await;
        let start = 100_000;
        rig.store.post(Post::default());
        rig.advance_finely(Duration::from_millis(824)).await;
        assert!(rig.written().is_empty());
        rig.advance_finely(Duration::from_millis(2)).await;
        assert_eq!(rig.written().iter().map(|(at, _)| at / 1_000_000 - start).collect::<Vec<_>>(), [825]);
        rig.advance(Duration::from_secs(1)).await;
        assert_eq!(rig.store.slots(), [Wall(1_100_825)], "and this one is recorded");
    });
}

#[test]
fn a_clock_set_back_does_not_stretch_the_first_wait() {
    run(async {
        let rig = Rig::with(settings(Some(10.0)), |store, _| store.set_last_slot(Wall(9_999_999_999))).await;
        rig.store.post(Post::default());
        rig.advance_finely(Duration::from_millis(1026)).await;
        assert_eq!(rig.written().len(), 1);
    });
}

#[test]
fn nothing_is_sent_before_the_account_has_told_its_rate_and_the_lower_one_holds() {
    run(async {
        let rig = Rig::with(settings(Some(50.0)), |_, provider| provider.accounts([report(Some(14.0), AccountState::Healthy)])).await;
        assert_eq!(rig.status().rate, Some(14.0));
        assert_eq!((rig.status().max_24_hour_send, rig.status().sent_last_24_hours), (Some(50_000.0), Some(7.0)));
        let silent = Rig::with(settings(None), |_, provider| provider.accounts([Some(Err(reason("AccessDenied")))])).await;
        assert_eq!(silent.status().rate, Some(1.0), "an account that does not tell is taken for a sandbox");
        assert_eq!(silent.status().reason.map(|r| r.code), Some("AccessDenied".into()));
    });
}

#[test]
fn a_rate_refusal_costs_no_attempt_and_slows_down() {
    run(async {
        let rig = Rig::at_rate(10.0).await;
        let mut first = true;
        rig.provider.answer(move |_| Reply::Now(if std::mem::take(&mut first) { throttled(Limit::Rate) } else { accepted() }));
        let no = rig.store.post(Post { lane: Lane::Transactional, ..Post::default() });
        quiet().await;
        let row = rig.store.row(no, 0);
        assert_eq!((row.state, row.attempt, row.reason.map(|r| r.code)), (State::Waiting, 0, Some("throttled".into())));
        assert_eq!(rig.status().state.as_str(), "slowed");
        assert_eq!(rig.status().reason.map(|r| r.code).as_deref(), Some("too_fast"));
        assert_eq!(rig.status().rate, Some(9.0));
        rig.advance_finely(Duration::from_millis(1100)).await;
        assert_eq!((rig.store.row(no, 0).state, rig.store.row(no, 0).attempt), (State::Sent, 1));
        rig.advance(Duration::from_secs(10)).await;
        assert_eq!(rig.status().state.as_str(), "running");
    });
}

#[test]
fn a_provider_without_a_rate_that_throttles_gets_a_pause() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.always(throttled(Limit::Rate));
        rig.store.post(Post { copies: 500, ..Post::default() });
        quiet().await;
        let before = rig.provider.sent().len();
        assert!(before < 200, "{before}");
        rig.advance(Duration::from_millis(900)).await;
        assert_eq!(rig.provider.sent().len(), before);
        rig.provider.always(accepted());
        rig.until(|rig| rig.store.count(State::Sent) == 500).await;
    });
}

#[test]
fn slow_connections_are_opened_side_by_side_and_hold_nothing_up() {
    for rate in [20.0, 300.0, 2000.0] {
        run(async {
            let rig = Rig::at_rate(rate).await;
            rig.provider.connect(Duration::from_millis(100));
            rig.provider.answer(|_| Reply::After(Duration::from_millis(70), accepted()));
            rig.store.post(Post { copies: 20_000, ..Post::default() });
            rig.advance_finely(Duration::from_secs(1)).await;
            let before = rig.written().len();
            rig.advance_finely(Duration::from_secs(3)).await;
            let log = rig.written();
            assert!(peak(&log) as f64 <= rate);
            let used = (log.len() - before) as f64 / 3.0 / rate;
            assert!(used >= 0.95, "{used} of {rate} used");
        });
    }
}
