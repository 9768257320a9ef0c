//! Receivers that say they get too much: mail to their domain waits, everything else goes on.

use std::time::Duration;

use jebi_domain::{
    delivery::State,
    outcome::{Limit, Outcome},
    port::store::Guard,
    time::Wall,
};

use super::rig::*;

/// Naver takes nothing, everybody else everything.
fn naver_is_full(rig: &Rig) {
    rig.provider.answer(|mail| Reply::Now(if mail.to[0].ends_with("@naver.com") { throttled(Limit::Receiver) } else { accepted() }));
}

fn to_naver(rig: &Rig) -> usize {
    rig.provider.recipients().iter().filter(|to| to.ends_with("@naver.com")).count()
}

#[test]
fn a_receiver_that_gets_too_much_is_left_alone_then_tried_with_one_and_nobody_else_waits() {
    run(async {
        let rig = Rig::at_rate(200.0).await;
        naver_is_full(&rig);
        rig.store.post(Post { topic: "naver", copies: 500, domain: "naver.com", ..Post::default() });
        rig.store.post(Post { topic: "daum", copies: 100, domain: "daum.net", ..Post::default() });
        rig.advance_finely(Duration::from_secs(3)).await;
        assert_eq!((to_naver(&rig), rig.store.count(State::Sent)), (1, 100));
        assert_eq!(rig.status().state.as_str(), "running", "it is not the provider's fault");
        let rows: Vec<_> = rig.store.rows().into_iter().filter(|row| row.state == State::Waiting).collect();
        assert_eq!((rows.len(), rig.store.leased()), (500, 0));
        assert_eq!(rows.iter().filter(|row| row.attempt == 0).count(), 499, "waiting for a receiver is no attempt");
        let slowed = rows.iter().filter(|row| row.reason.as_ref().is_some_and(|r| r.code == "receiver_slowed")).count();
        assert_eq!(slowed, 499);
        // Until the time is over nothing of it is touched again.
        let (claims, settles) = (rig.store.claims().len(), rig.store.settle_batches().len());
        for _ in 0..280 {
            rig.advance(Duration::from_secs(1)).await;
        }
        assert_eq!((rig.store.claims().len(), rig.store.settle_batches().len(), to_naver(&rig)), (claims, settles, 1));
        // Then one goes, and the others are sent back once more, for twice as long.
        for _ in 0..60 {
            rig.advance(Duration::from_secs(1)).await;
        }
        assert_eq!(to_naver(&rig), 2, "one trial");
        let settled: usize = rig.store.settle_batches()[settles..].iter().sum();
        assert!(settled <= 501, "each copy at most once: {settled}");
        rig.provider.always(accepted());
        rig.until(|rig| rig.store.count(State::Sent) == 600).await;
    });
}

#[test]
fn a_trial_that_is_taken_lets_the_others_follow_over_a_time() {
    run(async {
        let rig = Rig::at_rate(200.0).await;
        naver_is_full(&rig);
        rig.store.post(Post { copies: 300, domain: "naver.com", ..Post::default() });
        rig.advance_finely(Duration::from_secs(2)).await;
        rig.provider.always(accepted());
        for _ in 0..305 {
            rig.advance(Duration::from_secs(1)).await;
        }
        let trials = rig.store.count(State::Sent);
        assert!((1..=2).contains(&trials), "{trials}");
        let mut sent = trials;
        rig.until(|rig| rig.store.count(State::Sent) > 2).await;
        while sent < 299 {
            rig.advance(Duration::from_secs(1)).await;
            let now = rig.store.count(State::Sent);
            assert!(now - sent <= 70, "they come spread: {}", now - sent);
            if now == sent {
                break;
            }
            sent = now;
        }
        rig.until(|rig| rig.store.count(State::Sent) == 300).await;
        assert!(rig.store.rows().iter().all(|row| row.attempt <= 2));
    });
}

#[test]
fn greylisting_makes_its_own_mail_wait_as_long_as_asked_and_slows_nobody() {
    run(async {
        let rig = Rig::at_rate(100.0).await;
        let later = || Outcome::Deferred { after: Duration::from_secs(900), reason: reason("450 4.7.1") };
        rig.provider.answer(move |mail| Reply::Now(if mail.attempt == 1 { later() } else { accepted() }));
        rig.store.post(Post { copies: 20, ..Post::default() });
        rig.advance_finely(Duration::from_secs(1)).await;
        let now = rig.clock_wall();
        assert_eq!((rig.provider.sent().len(), rig.status().state.as_str()), (20, "running"));
        for row in rig.store.rows() {
            assert_eq!((row.attempt, row.state), (1, State::Waiting));
            assert!(row.due >= Wall(now.0 + 899_000) && row.due <= Wall(now.0 + 900_000), "{:?}", row.due);
        }
        rig.until(|rig| rig.store.count(State::Sent) == 20).await;
    });
}

#[test]
fn lateness_counts_from_the_end_of_a_hold() {
    run(async {
        let rig = Rig::new().await;
        rig.store.post(Post { due: Wall(1), ..Post::default() });
        quiet().await;
        let first = rig.store.late_from().expect("claimed");
        rig.dispatch.set_guard(&held("copied"));
        rig.advance(Duration::from_secs(3600)).await;
        rig.advance(Duration::from_secs(6)).await;
        rig.dispatch.set_guard(&Guard::Open);
        rig.store.post(Post { due: Wall(1), ..Post::default() });
        rig.advance(Duration::from_secs(6)).await;
        let second = rig.store.late_from().expect("claimed");
        assert!(second.0 - first.0 >= 3_600_000, "{first} {second}");
        assert_eq!(rig.store.count(State::Sent), 2);
    });
}
