//! The circuit, the hold, the fence and the guard: mail waits, and goes on by itself.

use std::{sync::Arc, time::Duration};

use jebi_domain::{
    delivery::State,
    message::Lane,
    outcome::Limit,
    port::{AccountState, store::Guard},
    time::Wall,
};
use tokio::sync::Notify;

use super::rig::*;

#[test]
fn a_refused_account_holds_the_provider_and_mail_goes_on_when_the_cause_is_gone() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.always(refused());
        rig.store.post(Post { copies: 300, ..Post::default() });
        quiet().await;
        let tried = rig.provider.sent().len();
        assert!(tried <= 64, "{tried}");
        let status = rig.status();
        assert_eq!((status.state.as_str(), status.reason.map(|r| r.code)), ("held", Some("paused".into())));
        assert!(status.next_try_at.is_some());
        assert_eq!((rig.store.count(State::Waiting), rig.store.leased(), status.ready), (300, 0, 0));
        assert!(rig.store.rows().iter().all(|row| row.attempt == 0), "a hold costs no attempt");
        rig.advance(Duration::from_secs(31)).await;
        assert_eq!(rig.provider.sent().len(), tried, "the account is asked before mail is tried");
        rig.provider.always(accepted());
        rig.dispatch.account_answered(None, rig.clock_boot());
        quiet().await;
        rig.until(|rig| rig.store.count(State::Sent) == 300).await;
        assert_eq!((rig.status().state.as_str(), rig.status().reason), ("running", None));
    });
}

#[test]
fn a_trial_is_one_mail() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.always(throttled(Limit::Daily));
        rig.store.post(Post { copies: 300, ..Post::default() });
        quiet().await;
        let tried = rig.provider.sent().len();
        assert_eq!(rig.status().state.as_str(), "held");
        rig.advance(Duration::from_secs(599)).await;
        assert_eq!(rig.provider.sent().len(), tried);
        rig.advance(Duration::from_secs(2)).await;
        rig.advance(Duration::from_secs(5)).await;
        assert_eq!(rig.provider.sent().len(), tried + 1);
        assert_eq!(rig.store.count(State::Waiting), 300, "a used up quota fails nothing");
        rig.provider.always(accepted());
        rig.until(|rig| rig.store.count(State::Sent) == 300).await;
        assert!(rig.store.rows().iter().all(|row| row.attempt == 1));
    });
}

#[test]
fn an_account_that_says_it_is_stopped_holds_mail_before_one_is_refused() {
    run(async {
        let rig = Rig::with(settings(None), |_, p| p.accounts([report(None, AccountState::Stopped(reason("SHUTDOWN")))])).await;
        rig.store.post(Post { copies: 3, ..Post::default() });
        rig.advance(Duration::from_secs(60)).await;
        assert!(rig.provider.sent().is_empty());
        assert_eq!(rig.status().reason.map(|r| r.code), Some("SHUTDOWN".into()));
    });
}

#[test]
fn an_account_under_review_sends_and_says_what_to_do() {
    run(async {
        let rig = Rig::with(settings(None), |_, p| p.accounts([report(None, AccountState::Probation)])).await;
        rig.store.post(Post { copies: 3, ..Post::default() });
        rig.until(|rig| rig.store.count(State::Sent) == 3).await;
        let status = rig.status();
        assert_eq!(status.state.as_str(), "running");
        let reason = status.reason.expect("it is told");
        assert!(reason.code == "PROBATION" && !reason.remedy.is_empty(), "{reason:?}");
    });
}

#[test]
fn failures_in_a_row_open_the_circuit_and_one_success_closes_it() {
    run(async {
        let rig = Rig::at_rate(100.0).await;
        rig.provider.always(transient());
        rig.store.post(Post { copies: 100, ..Post::default() });
        rig.advance_finely(Duration::from_millis(500)).await;
        assert_eq!(rig.provider.sent().len(), 5);
        assert_eq!(rig.status().state.as_str(), "circuit_open");
        assert_eq!((rig.status().ready, rig.store.leased()), (0, 0));
        rig.advance_finely(Duration::from_secs(1)).await;
        assert_eq!(rig.provider.sent().len(), 6, "one trial");
        rig.provider.always(accepted());
        rig.until(|rig| rig.store.count(State::Sent) == 100).await;
        assert_eq!(rig.status().state.as_str(), "running");
    });
}

#[test]
fn a_trial_that_waits_for_its_files_keeps_no_transactional_mail_out() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.checkout(|| Err(transient()));
        rig.store.post(Post { topic: "before", ..Post::default() });
        rig.advance(Duration::from_millis(100)).await;
        rig.store.cancel("before");
        assert_eq!(rig.status().state.as_str(), "circuit_open");
        let file = rig.shelf.put(vec![b'x'; 1000]);
        rig.shelf.gate();
        rig.store.post(Post { copies: 3, files: &[file], ..Post::default() });
        rig.provider.checkout(|| Ok(()));
        rig.advance(Duration::from_secs(2)).await;
        assert_eq!((rig.provider.sent().len(), rig.store.leased()), (0, 1), "one is the trial, and waits for its file");
        let answered = Arc::<Notify>::default();
        let gate = answered.clone();
        rig.provider.answer(move |_| Reply::Gate(gate.clone(), accepted()));
        let reset = rig.store.post(Post { topic: "암호", lane: Lane::Transactional, copies: 2, domain: "naver.com", ..Post::default() });
        quiet().await;
        rig.shelf.open();
        rig.advance(Duration::from_secs(1)).await;
        assert_eq!((rig.provider.sent().len(), rig.store.leased(), rig.status().in_flight), (1, 2, 1), "only one is tried at a time");
        assert!(rig.provider.recipients()[0].ends_with("@naver.com"));
        rig.provider.always(accepted());
        answered.notify_one();
        rig.until(|rig| rig.store.count(State::Sent) == 5).await;
        assert_eq!((rig.store.row(reset, 1).attempt, rig.status().state.as_str()), (1, "running"));
    });
}

#[test]
fn bulk_that_is_held_is_not_claimed_for_a_trial() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.checkout(|| Err(transient()));
        rig.store.post(Post { copies: 3, ..Post::default() });
        rig.advance(Duration::from_millis(100)).await;
        assert_eq!(rig.status().state.as_str(), "circuit_open");
        rig.dispatch.set_guard(&Guard::BulkHeld { why: "another server took over".into(), since: Wall(0) });
        rig.provider.checkout(|| Ok(()));
        let claims = rig.store.claims().len();
        rig.advance(Duration::from_secs(2)).await;
        rig.advance(Duration::from_secs(30)).await;
        assert_eq!((rig.store.claims().len(), rig.provider.sent().len()), (claims, 0), "it would go back, and be claimed again");
        rig.store.post(Post { topic: "암호", lane: Lane::Transactional, ..Post::default() });
        quiet().await;
        assert_eq!((rig.provider.sent().len(), rig.store.count(State::Sent)), (1, 1));
        rig.dispatch.set_guard(&Guard::Open);
        rig.until(|rig| rig.store.count(State::Sent) == 4).await;
    });
}

#[test]
fn a_provider_that_cannot_be_reached_costs_no_mail_an_attempt() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.checkout(|| Err(transient()));
        rig.store.post(Post { copies: 50, ..Post::default() });
        rig.advance(Duration::from_secs(200)).await;
        assert!(rig.provider.sent().is_empty());
        assert_eq!(rig.status().state.as_str(), "circuit_open");
        assert!(rig.store.rows().iter().all(|row| row.attempt <= 1 && !row.state.is_result()));
        rig.provider.checkout(|| Ok(()));
        rig.until(|rig| rig.store.count(State::Sent) == 50).await;
        assert!(rig.store.rows().iter().all(|row| row.attempt == 1));
    });
}

#[test]
fn a_panic_while_connecting_is_a_failed_connection() {
    run(async {
        let rig = Rig::new().await;
        let mut first = true;
        rig.provider.checkout(move || if std::mem::take(&mut first) { panic!("as the test says") } else { Ok(()) });
        rig.store.post(Post::default());
        rig.until(|rig| rig.store.count(State::Sent) == 1).await;
    });
}

#[test]
fn no_call_starts_when_the_lease_is_short_and_what_was_claimed_goes_back_when_a_beat_comes() {
    run(async {
        let mut rig = Rig::at_rate(1.0).await;
        rig.store.post(Post { copies: 40, ..Post::default() });
        rig.beats = false;
        rig.advance_finely(Duration::from_millis(12_990)).await;
        let sent = rig.provider.sent().len();
        assert!(sent >= 12, "{sent}");
        rig.advance_finely(Duration::from_secs(3)).await;
        assert_eq!(rig.provider.sent().len(), sent, "two seconds before the lease ends nothing starts");
        // Until then nobody knows whose it is: if others have it, they are to hear that it was not sent.
        let (leased, claims) = (rig.store.leased(), rig.store.claims().len());
        assert!(leased > 0 && leased == rig.status().ready as usize, "{leased}");
        rig.beats = true;
        rig.advance(Duration::from_secs(1)).await;
        assert!(rig.store.claims().len() > claims, "it went back and was claimed again");
        rig.until(|rig| rig.store.count(State::Sent) == 40).await;
        assert!(rig.store.rows().iter().all(|row| row.attempt == 1));
    });
}

#[test]
fn what_was_claimed_before_a_freeze_is_not_sent_after_it() {
    run(async {
        let rig = Rig::at_rate(1.0).await;
        rig.store.post(Post { copies: 5, ..Post::default() });
        quiet().await;
        assert!(rig.status().ready > 0);
        let sent = rig.provider.sent().len();
        // The process stands still for a minute, and on waking the beat comes first.
        rig.clock.advance(Duration::from_secs(60));
        rig.fence.renew(rig.clock_boot());
        quiet().await;
        assert_eq!(rig.provider.sent().len(), sent + 1);
        let claims = rig.store.claims().len();
        assert!(claims > 1, "it was returned and claimed again: {claims}");
        assert!(rig.store.rows().iter().all(|row| row.attempt <= 1));
    });
}

#[test]
fn a_store_that_looks_copied_sends_nothing_until_released() {
    run(async {
        let rig = Rig::new().await;
        rig.dispatch.set_guard(&held("the epoch is behind"));
        rig.store.post(Post { lane: Lane::Transactional, copies: 3, ..Post::default() });
        rig.advance(Duration::from_secs(30)).await;
        assert!(rig.provider.sent().is_empty());
        assert_eq!((rig.status().state.as_str(), rig.status().reason.map(|r| r.code)), ("held", Some("store_held".into())));
        rig.dispatch.set_guard(&Guard::Open);
        rig.advance(Duration::from_secs(6)).await;
        assert_eq!(rig.store.count(State::Sent), 3);
    });
}

#[test]
fn a_guard_during_an_open_circuit_waits_quietly() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.checkout(|| Err(transient()));
        rig.store.post(Post { copies: 50, ..Post::default() });
        quiet().await;
        assert_eq!(rig.status().state.as_str(), "circuit_open");
        rig.dispatch.set_guard(&held("the epoch is behind"));
        // Past the circuit's pause: a loop that asks again without waiting would never let this end.
        rig.advance(Duration::from_secs(120)).await;
        rig.provider.checkout(|| Ok(()));
        rig.dispatch.set_guard(&Guard::Open);
        rig.until(|rig| rig.store.count(State::Sent) == 50).await;
    });
}

#[test]
fn where_bulk_alone_is_held_transactional_mail_goes_on() {
    run(async {
        let rig = Rig::at_rate(1.0).await;
        rig.store.post(Post { copies: 5, ..Post::default() });
        rig.advance(Duration::from_secs(1)).await;
        let before = rig.provider.sent().len();
        assert!(rig.status().ready > 0, "bulk is claimed");
        rig.dispatch.set_guard(&Guard::BulkHeld { why: "another server took over".into(), since: Wall(0) });
        quiet().await;
        let status = rig.status();
        assert_eq!((status.ready, status.state.as_str(), status.reason.map(|r| r.code)), (0, "running", Some("bulk_held".into())));
        rig.store.post(Post { topic: "암호", lane: Lane::Transactional, ..Post::default() });
        rig.store.post(Post { topic: "또", ..Post::default() });
        rig.advance_finely(Duration::from_secs(10)).await;
        let sent = rig.provider.sent();
        assert_eq!((sent.len(), rig.store.leased()), (before + 1, 0), "the transactional one alone");
        rig.dispatch.set_guard(&Guard::Open);
        rig.until(|rig| rig.store.count(State::Sent) == 7).await;
    });
}
