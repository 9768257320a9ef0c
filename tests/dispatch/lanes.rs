//! Lanes, fair topics, lateness of claims, cancelling and pausing.

use std::time::Duration;

use jebi_domain::{delivery::State, message::Lane, time::Wall};

use super::rig::*;

#[test]
fn transactional_mail_overtakes_claimed_bulk_within_two_slots() {
    run(async {
        let rig = Rig::at_rate(12.0).await;
        rig.store.post(Post { copies: 1000, ..Post::default() });
        rig.advance_finely(Duration::from_secs(2)).await;
        let at = rig.clock_ns();
        rig.store.post(Post { topic: "login", lane: Lane::Transactional, ..Post::default() });
        rig.advance_finely(Duration::from_millis(300)).await;
        let sent = rig.provider.recipients().iter().position(|to| to.contains("login")).expect("sent");
        let waited = Duration::from_nanos(rig.written()[sent].0 - at);
        assert!(waited <= Duration::from_millis(2 * 84 + 10), "{waited:?}");
    });
}

#[test]
fn bulk_that_hangs_in_flight_leaves_permits_for_transactional_mail() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.answer(|mail| if mail.to[0].contains("login") { Reply::Now(accepted()) } else { Reply::Hang });
        rig.store.post(Post { copies: 1000, ..Post::default() });
        quiet().await;
        let hanging = rig.provider.sent().len();
        assert!(hanging >= 16 && rig.status().in_flight as usize == hanging, "{hanging}");
        let no = rig.store.post(Post { topic: "login", lane: Lane::Transactional, ..Post::default() });
        quiet().await;
        assert_eq!(rig.store.row(no, 0).state, State::Sent);
    });
}

#[test]
fn topics_share_the_rate_evenly() {
    run(async {
        let rig = Rig::at_rate(50.0).await;
        rig.store.post(Post { topic: "large", copies: 5000, ..Post::default() });
        rig.advance_finely(Duration::from_secs(2)).await;
        rig.store.post(Post { topic: "small", copies: 40, ..Post::default() });
        let before = rig.provider.sent().len();
        rig.advance_finely(Duration::from_secs(2)).await;
        let since = rig.provider.recipients().split_off(before);
        let small = since.iter().filter(|to| to.contains("small")).count();
        assert!((30..=40).contains(&small), "{small} of {}", since.len());
    });
}

#[test]
fn little_is_claimed_at_a_low_rate() {
    run(async {
        let rig = Rig::at_rate(12.0).await;
        rig.provider.answer(|_| Reply::After(Duration::from_millis(100), accepted()));
        rig.store.post(Post { copies: 500, ..Post::default() });
        rig.advance_finely(Duration::from_secs(3)).await;
        // A quarter of a second's mail, and what is in flight.
        assert!(rig.store.leased_most() <= 8, "{}", rig.store.leased_most());
    });
}

#[test]
fn the_window_bounds_what_is_leased_whatever_the_provider_does() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.answer(|_| Reply::Hang);
        rig.store.post(Post { copies: 5000, ..Post::default() });
        for i in 0..200 {
            rig.store.post(Post { topic: "t", lane: if i % 2 == 0 { Lane::Bulk } else { Lane::Transactional }, ..Post::default() });
            quiet().await;
        }
        let limit = rig.status().concurrency * 3 / 2 + 64 + 32;
        assert!(rig.store.leased_most() <= limit as usize, "{} over {limit}", rig.store.leased_most());
        assert_eq!(rig.status().leased as usize, rig.store.leased());
    });
}

#[test]
fn idle_mail_is_born_leased_and_sent_without_a_claim() {
    run(async {
        let rig = Rig::new().await;
        let no = rig.store.post(Post { lane: Lane::Transactional, ..Post::default() });
        quiet().await;
        assert_eq!((rig.store.row(no, 0).state, rig.store.claims().len()), (State::Sent, 0));
    });
}

#[test]
fn while_due_mail_of_a_lane_waits_new_mail_queues_up_behind_it() {
    run(async {
        let rig = Rig::at_rate(5.0).await;
        rig.store.post(Post { copies: 50, ..Post::default() });
        quiet().await;
        let late = rig.store.post(Post { ..Post::default() });
        quiet().await;
        assert_eq!(rig.store.row(late, 0).state, State::Waiting);
    });
}

#[test]
fn scheduled_mail_leaves_on_time_and_when_the_wall_clock_is_set() {
    run(async {
        let rig = Rig::new().await;
        let soon = rig.store.post(Post { due: Wall(1_130_000), ..Post::default() });
        let far = rig.store.post(Post { due: Wall(90_000_000), ..Post::default() });
        for _ in 0..30 {
            assert_eq!(rig.store.row(soon, 0).state, State::Waiting);
            rig.advance(Duration::from_secs(1)).await;
        }
        assert_eq!(rig.store.row(soon, 0).state, State::Sent);
        rig.clock.set_wall(Wall(90_000_000));
        rig.advance(Duration::from_secs(1)).await;
        assert_eq!(rig.store.row(far, 0).state, State::Sent);
    });
}

#[test]
fn cancelling_drops_what_is_ready_at_once_and_lets_calls_finish() {
    run(async {
        let rig = Rig::at_rate(100.0).await;
        rig.provider.answer(|_| Reply::After(Duration::from_millis(50), accepted()));
        rig.store.post(Post { copies: 300, ..Post::default() });
        rig.advance_finely(Duration::from_millis(500)).await;
        assert!(rig.status().ready > 0);
        rig.store.cancel("news");
        let sent = rig.provider.sent().len();
        rig.advance_finely(Duration::from_secs(1)).await;
        assert_eq!(rig.provider.sent().len(), sent);
        assert_eq!((rig.store.count(State::Sent), rig.store.count(State::Cancelled)), (sent, 300 - sent));
        assert_eq!((rig.status().leased, rig.store.leased()), (0, 0));
    });
}

#[test]
fn pausing_returns_what_is_ready_and_resuming_sends_it() {
    run(async {
        let rig = Rig::at_rate(100.0).await;
        rig.store.post(Post { copies: 120, ..Post::default() });
        rig.advance_finely(Duration::from_millis(200)).await;
        rig.store.pause("news", true);
        let sent = rig.provider.sent().len();
        rig.advance_finely(Duration::from_secs(6)).await;
        assert_eq!(rig.provider.sent().len(), sent);
        assert_eq!((rig.store.count(State::Waiting), rig.store.leased()), (120 - sent, 0));
        rig.store.pause("news", false);
        rig.advance_finely(Duration::from_secs(2)).await;
        assert_eq!(rig.store.count(State::Sent), 120);
        assert!(rig.store.rows().iter().all(|row| row.attempt == 1), "nothing that was returned cost an attempt");
    });
}

#[test]
fn mail_that_expires_while_it_is_ready_is_not_sent() {
    run(async {
        let rig = Rig::at_rate(1.0).await;
        rig.store.post(Post { copies: 4, expires_at: Some(Wall(1_101_500)), ..Post::default() });
        rig.advance_finely(Duration::from_millis(2200)).await;
        assert_eq!((rig.store.count(State::Sent), rig.store.count(State::Expired)), (2, 2));
    });
}

#[test]
fn a_claim_that_fails_is_tried_again() {
    run(async {
        let rig = Rig::new().await;
        rig.store.faults(|f| f.claims = 3);
        rig.store.post(Post { copies: 100, ..Post::default() });
        rig.until(|rig| rig.store.count(State::Sent) == 100).await;
    });
}
