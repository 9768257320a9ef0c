//! A stop loses nothing.

use std::{sync::Arc, time::Duration};

use jebi::service::dispatch::Left;
use jebi_domain::{delivery::State, port::Clock};
use tokio::sync::Notify;

use super::rig::*;

#[test]
fn a_stop_returns_what_is_ready_and_lets_calls_finish() {
    run(async {
        let mut rig = Rig::at_rate(50.0).await;
        let gate = Arc::new(Notify::new());
        let held = gate.clone();
        rig.provider.answer(move |_| Reply::Gate(held.clone(), accepted()));
        rig.store.post(Post { copies: 500, ..Post::default() });
        rig.advance_finely(Duration::from_millis(200)).await;
        let (sent, dispatcher) = (rig.provider.sent().len(), rig.dispatcher.take().expect("running"));
        assert!(sent > 1 && rig.status().ready > 0);
        let stopping = tokio::task::spawn_local(dispatcher.stop(Duration::from_secs(20)));
        quiet().await;
        assert_eq!(rig.store.leased(), sent, "what was ready is back in the store");
        rig.advance_finely(Duration::from_secs(2)).await;
        assert_eq!(rig.provider.sent().len(), sent, "nothing new starts");
        assert_eq!(rig.status().state.as_str(), "stopped");
        (0..sent).for_each(|_| gate.notify_waiters());
        assert_eq!(stopping.await.expect("ends"), Left::default());
        assert_eq!((rig.store.count(State::Sent), rig.store.count(State::Waiting), rig.store.leased()), (sent, 500 - sent, 0));
        assert!(!rig.store.slots().is_empty());
    });
}

#[test]
fn a_claim_under_way_when_the_stop_comes_is_given_back() {
    run(async {
        let mut rig = Rig::new().await;
        let gate = Arc::new(Notify::new());
        rig.store.faults(|f| f.claim_gate = Some(gate.clone()));
        rig.store.post(Post { copies: 100, ..Post::default() });
        quiet().await;
        assert!(rig.store.leased() > 0 && rig.status().leased == 0, "claimed in the store, not yet told of");
        let stopping = tokio::task::spawn_local(rig.dispatcher.take().expect("running").stop(Duration::from_secs(20)));
        quiet().await;
        assert!(!stopping.is_finished());
        gate.notify_one();
        assert_eq!(stopping.await.expect("ends"), Left::default());
        assert_eq!((rig.store.leased(), rig.store.count(State::Waiting), rig.provider.sent().len()), (0, 100, 0));
    });
}

#[test]
fn calls_without_an_answer_are_abandoned_after_the_grace_and_stay_leased() {
    run(async {
        let mut rig = Rig::new().await;
        rig.provider.answer(|_| Reply::Hang);
        rig.store.post(Post { copies: 3, ..Post::default() });
        quiet().await;
        let stopping = tokio::task::spawn_local(rig.dispatcher.take().expect("running").stop(Duration::from_secs(10)));
        quiet().await;
        rig.advance(Duration::from_secs(9)).await;
        assert!(!stopping.is_finished());
        rig.advance(Duration::from_secs(1)).await;
        rig.advance(Duration::from_secs(5)).await;
        assert_eq!(stopping.await.expect("ends").in_flight, 3);
        assert_eq!((rig.store.leased(), rig.store.count(State::Sending)), (3, 3));
    });
}

#[test]
fn outcomes_that_can_not_be_stored_are_told_of() {
    run(async {
        let mut rig = Rig::new().await;
        rig.store.faults(|f| f.settles = 1_000_000);
        rig.store.post(Post { copies: 3, ..Post::default() });
        quiet().await;
        let stopping = tokio::task::spawn_local(rig.dispatcher.take().expect("running").stop(Duration::from_secs(1)));
        while !stopping.is_finished() {
            rig.advance(Duration::from_millis(500)).await;
            // Joining threads takes the runtime's own time.
            tokio::task::yield_now().await;
        }
        assert_eq!(stopping.await.expect("ends"), Left { in_flight: 0, unwritten: 3 });
        assert!(rig.clock.boot().0 < 3_600_000_000_000);
    });
}
