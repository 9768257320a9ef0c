//! Large mail is made before it has a slot: what takes long with it costs no slot, passes no rate and holds up no other mail.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use jebi_domain::{
    delivery::State,
    message::Lane,
    port::{Clock, Outgoing},
};

use tokio::sync::Notify;

use super::rig::*;

/// Counts how often a provider has done what takes long with a mail, which it does for so long.
fn counted(rig: &Rig, time: Duration) -> Arc<AtomicU32> {
    let (counted, clock) = (Arc::<AtomicU32>::default(), rig.clock.clone());
    let counter = counted.clone();
    rig.provider.ahead(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        clock.advance(time);
    });
    counted
}

#[test]
fn a_large_mail_is_made_before_its_slot_and_its_provider_finds_it_done() {
    run(async {
        let rig = Rig::at_rate(1.0).await;
        let ahead = counted(&rig, Duration::ZERO);
        let (file, long) = (rig.shelf.put(vec![b'x'; 300 << 10]), "긴 글".repeat(50_000));
        let post = |files, text| rig.store.post(Post { lane: Lane::Transactional, files, text, ..Post::default() });
        let both = [post(&[file], "text"), post(&[], &long)];
        quiet().await;
        assert_eq!((rig.provider.sent().len(), ahead.load(Ordering::Relaxed)), (1, 2), "the second has no slot yet, but is made");
        rig.until(|rig| both.iter().all(|no| rig.store.row(*no, 0).state == State::Sent)).await;
        assert!(rig.provider.sent().iter().all(|mail| mail.ahead.is_some()));
        assert_eq!(ahead.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn small_mail_is_not_made_ahead() {
    run(async {
        let rig = Rig::new().await;
        let ahead = counted(&rig, Duration::ZERO);
        let file = rig.shelf.put(vec![b'x'; 100 << 10]);
        rig.store.post(Post { copies: 50, files: &[file], ..Post::default() });
        rig.store.post(Post { copies: 50, ..Post::default() });
        rig.until(|rig| rig.store.count(State::Sent) == 100).await;
        assert_eq!(ahead.load(Ordering::Relaxed), 0);
        assert!(rig.provider.sent().iter().all(|mail| mail.ahead.is_none()));
    });
}

#[test]
fn few_are_made_ahead_of_their_slots_and_each_is_made_once() {
    run(async {
        let rig = Rig::at_rate(200.0).await;
        let (ahead, text) = (counted(&rig, Duration::ZERO), "x".repeat(300 << 10));
        let no = rig.store.post(Post { copies: 40, text: &text, ..Post::default() });
        quiet().await;
        assert!(rig.store.leased() > 20, "{}", rig.store.leased());
        let (made, sent) = (ahead.load(Ordering::Relaxed) as usize, rig.provider.sent().len());
        assert!(made <= sent + 8, "{made} made, {sent} sent");
        rig.until(|rig| (0..40).all(|i| rig.store.row(no, i).state == State::Sent)).await;
        assert_eq!((ahead.load(Ordering::Relaxed), rig.provider.sent().len()), (40, 40));
        assert!(peak(&rig.written()) <= 200);
    });
}

#[test]
fn mail_that_is_cancelled_while_it_is_made_is_not_sent() {
    run(async {
        let rig = Rig::new().await;
        let (store, text) = (rig.store.clone(), "x".repeat(300 << 10));
        rig.provider.ahead(move || store.cancel("news"));
        let no = rig.store.post(Post { copies: 3, text: &text, ..Post::default() });
        rig.advance(Duration::from_secs(10)).await;
        assert!((0..3).all(|i| rig.store.row(no, i).state == State::Cancelled));
        assert_eq!((rig.provider.sent().len(), rig.store.leased(), rig.status().leased), (0, 0, 0));
    });
}

#[test]
fn large_mail_that_was_made_and_is_cancelled_gives_its_place_to_others() {
    run(async {
        let rig = Rig::at_rate(100.0).await;
        let (ahead, text) = (counted(&rig, Duration::ZERO), "x".repeat(300 << 10));
        rig.store.post(Post { topic: "a", copies: 12, text: &text, ..Post::default() });
        rig.store.post(Post { topic: "b", copies: 3, text: &text, ..Post::default() });
        quiet().await;
        let made = ahead.load(Ordering::Relaxed);
        rig.store.cancel("a");
        quiet().await;
        assert!(ahead.load(Ordering::Relaxed) > made, "nothing was sent meanwhile");
        rig.advance_finely(Duration::from_secs(1)).await;
        assert_eq!(rig.provider.recipients().iter().filter(|to| to.contains("-b-")).count(), 3);
    });
}

#[test]
fn a_fault_while_a_mail_is_made_fails_that_mail_alone() {
    run(async {
        let rig = Rig::new().await;
        let text = "x".repeat(300 << 10);
        let mut first = true;
        rig.provider.ahead(move || assert!(!std::mem::take(&mut first), "as the test says"));
        let no = rig.store.post(Post { copies: 3, text: &text, ..Post::default() });
        rig.until(|rig| rig.store.leased() == 0).await;
        let failed: Vec<_> = (0..3).map(|i| rig.store.row(no, i)).filter(|row| row.state == State::Failed).collect();
        assert_eq!((failed.len(), rig.provider.sent().len()), (1, 2));
        assert_eq!(failed[0].reason.as_ref().map(|r| r.code.as_str()), Some("internal_error"));
    });
}

/// Calls with large mail that share a slow line would each take so long that they end without an answer.
#[test]
fn large_mail_fills_no_more_than_its_share_of_the_line_and_other_mail_passes_it() {
    const LIMIT: usize = 128 << 20;
    run(async {
        let (rig, gate) = (Rig::new().await, Arc::new(Notify::new()));
        let is_large = |mail: &Outgoing| mail.len() > 1 << 20;
        let held = gate.clone();
        rig.provider.answer(move |mail| match is_large(mail) {
            true => Reply::Gate(held.clone(), accepted()),
            false => Reply::Now(accepted()),
        });
        let large = |rig: &Rig| rig.provider.sent().into_iter().filter(is_large).collect::<Vec<_>>();
        let under_way = |rig: &Rig| large(rig).iter().map(Outgoing::len).sum::<usize>();
        let file = rig.shelf.put(vec![b'x'; 12 << 20]);
        rig.store.post(Post { copies: 30, files: &[file], ..Post::default() });
        rig.until(|rig| under_way(rig) >= LIMIT).await;
        quiet().await;
        let calls = large(&rig);
        assert!(under_way(&rig) < LIMIT + calls[0].len(), "{} calls with {} each", calls.len(), calls[0].len());

        let post = |files| rig.store.post(Post { lane: Lane::Transactional, topic: "reset", files, ..Post::default() });
        let (small, _) = (post(&[]), post(&[file]));
        rig.until(|rig| rig.store.row(small, 0).state == State::Sent && large(rig).len() > calls.len()).await;
        quiet().await;
        assert_eq!(large(&rig).len(), calls.len() + 1, "no more of bulk");
        rig.until(|rig| {
            gate.notify_waiters();
            rig.store.count(State::Sent) == 32
        })
        .await;
        assert_eq!(rig.provider.sent().len(), 32);
    });
}

/// Small in what it is made of, so that its sender makes it, and larger than that as it goes out.
fn grows() -> String {
    "글".repeat(70_000)
}

#[test]
fn a_mail_that_takes_long_only_as_it_is_made_gives_its_slot_up_and_goes_with_the_next() {
    run(async {
        let rig = Rig::at_rate(50.0).await;
        let ahead = counted(&rig, Duration::from_millis(40));
        let text = grows();
        let no = rig.store.post(Post { lane: Lane::Transactional, text: &text, ..Post::default() });
        rig.advance_finely(Duration::from_secs(1)).await;
        let row = rig.store.row(no, 0);
        assert_eq!((row.state, row.attempt, rig.provider.sent().len(), ahead.load(Ordering::Relaxed)), (State::Sent, 1, 1, 1));
        assert_eq!((rig.status().in_flight, rig.status().leased), (0, 0));
    });
}

#[test]
fn a_mail_that_takes_long_as_it_is_made_is_the_trial_of_an_open_circuit_all_the_same() {
    run(async {
        let rig = Rig::at_rate(50.0).await;
        let ahead = counted(&rig, Duration::from_millis(40));
        rig.provider.checkout(|| Err(transient()));
        let text = grows();
        let no = rig.store.post(Post { text: &text, ..Post::default() });
        rig.advance_finely(Duration::from_millis(100)).await;
        assert_eq!((rig.status().state.as_str(), rig.store.leased(), ahead.load(Ordering::Relaxed)), ("circuit_open", 0, 0));
        rig.provider.checkout(|| Ok(()));
        rig.advance_finely(Duration::from_secs(3)).await;
        let row = rig.store.row(no, 0);
        assert_eq!((row.state, row.attempt, rig.provider.sent().len(), ahead.load(Ordering::Relaxed)), (State::Sent, 1, 1, 1));
        let status = rig.status();
        assert_eq!((status.state.as_str(), status.in_flight, status.leased), ("running", 0, 0));
    });
}

#[test]
fn no_second_holds_more_than_the_rate_whatever_mail_takes_to_be_made() {
    run(async {
        let rig = Rig::at_rate(50.0).await;
        counted(&rig, Duration::from_millis(27));
        let (large, text) = ("x".repeat(300 << 10), grows());
        rig.store.post(Post { topic: "large", copies: 40, text: &large, ..Post::default() });
        rig.store.post(Post { topic: "grows", copies: 40, text: &text, ..Post::default() });
        rig.store.post(Post { topic: "small", copies: 100, ..Post::default() });
        rig.advance_finely(Duration::from_secs(8)).await;
        assert_eq!((rig.store.count(State::Sent), rig.provider.sent().len()), (180, 180));
        assert!(peak(&rig.written()) <= 50, "{}", peak(&rig.written()));
    });
}

#[test]
fn mail_that_missed_its_slot_is_still_cancelled() {
    run(async {
        let rig = Rig::at_rate(1.0).await;
        let (store, clock, text) = (rig.store.clone(), rig.clock.clone(), grows());
        rig.provider.ahead(move || {
            clock.advance(Duration::from_millis(40));
            store.cancel("news");
        });
        let no = rig.store.post(Post { lane: Lane::Transactional, text: &text, ..Post::default() });
        rig.advance_finely(Duration::from_secs(3)).await;
        assert_eq!((rig.store.row(no, 0).state, rig.provider.sent().len(), rig.store.leased()), (State::Cancelled, 0, 0));
    });
}

/// A node that was frozen while it made a mail: others have taken it over, and hear that it was not sent.
#[test]
fn a_mail_that_others_took_over_while_it_was_made_is_told_not_to_have_been_sent() {
    run(async {
        let rig = Rig::at_rate(50.0).await;
        let (clock, fence, dispatch) = (rig.clock.clone(), rig.fence.clone(), rig.dispatch.clone());
        rig.provider.ahead(move || {
            clock.advance(Duration::from_secs(16));
            fence.lapse();
            dispatch.give_up(clock.wall());
        });
        let text = grows();
        let no = rig.store.post(Post { lane: Lane::Transactional, text: &text, ..Post::default() });
        quiet().await;
        assert!(rig.provider.sent().is_empty());
        assert_eq!(rig.store.row(no, 0).reason.map(|r| r.code).as_deref(), Some("node_taken_over"), "evidence that it was not sent");
        assert_eq!((rig.status().in_flight, rig.status().leased), (0, 0));
    });
}
