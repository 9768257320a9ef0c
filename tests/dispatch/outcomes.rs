//! What becomes of a delivery after each outcome, and that no outcome is lost.

use std::{sync::Arc, time::Duration};

use jebi_domain::{delivery::State, message::Lane, outcome::Outcome, time::Wall};
use tokio::sync::Notify;

use super::rig::*;

#[test]
fn every_recipient_gets_its_mail_once() {
    run(async {
        let rig = Rig::new().await;
        rig.store.post(Post { copies: 3000, ..Post::default() });
        rig.until(|rig| rig.store.count(State::Sent) == 3000).await;
        let mut to = rig.provider.recipients();
        to.sort();
        to.dedup();
        assert_eq!((to.len(), rig.provider.sent().len()), (3000, 3000));
        let batches = rig.store.settle_batches();
        assert!(batches.len() < 1500, "outcomes are stored in batches: {}", batches.len());
    });
}

#[test]
fn a_transient_refusal_is_tried_again_later_and_a_permanent_one_is_not() {
    run(async {
        let rig = Rig::new().await;
        let mut tries = 0;
        rig.provider.answer(move |mail| {
            let permanent = mail.to[0].contains("bad");
            tries += u32::from(!permanent);
            Reply::Now(match (permanent, tries) {
                (true, _) => Outcome::Permanent { reason: reason("rejected") },
                (false, 1) => transient(),
                _ => accepted(),
            })
        });
        let good = rig.store.post(Post { topic: "good", ..Post::default() });
        let bad = rig.store.post(Post { topic: "bad", ..Post::default() });
        quiet().await;
        let row = rig.store.row(good, 0);
        assert_eq!((row.state, row.attempt), (State::Waiting, 1));
        assert!(row.due > Wall(1_100_000));
        assert_eq!((rig.store.row(bad, 0).state, rig.store.row(bad, 0).attempt), (State::Failed, 1));
        rig.until(|rig| rig.store.row(good, 0).state == State::Sent).await;
        assert_eq!((rig.store.row(good, 0).attempt, rig.provider.sent().len()), (2, 3));
    });
}

#[test]
fn an_unknown_outcome_is_unsettled_and_resent_once() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.always(unknown());
        let no = rig.store.post(Post::default());
        quiet().await;
        rig.advance(Duration::from_secs(1)).await;
        assert_eq!((rig.store.row(no, 0).state, rig.provider.sent().len()), (State::Unknown, 2));
        rig.advance(Duration::from_secs(3000)).await;
        assert_eq!(rig.provider.sent().len(), 2, "never a third time");
    });
}

#[test]
fn an_unknown_outcome_waits_for_evidence_where_feedback_reaches_us() {
    run(async {
        let rig = Rig::with(settings(None), |store, _| store.set_feedback()).await;
        rig.provider.always(unknown());
        let (bulk, single) = (rig.store.post(Post::default()), rig.store.post(Post { lane: Lane::Transactional, ..Post::default() }));
        quiet().await;
        assert_eq!((rig.store.row(bulk, 0).state, rig.store.row(single, 0).state), (State::Unsettled, State::Unsettled));
        assert_eq!((rig.store.row(bulk, 0).due, rig.store.row(single, 0).due), (Wall(1_700_000), Wall(1_160_000)));
    });
}

#[test]
fn a_panic_affects_only_its_own_mail() {
    run(async {
        let rig = Rig::new().await;
        rig.provider.answer(|mail| if mail.to[0].contains("-7@") { Reply::Panic } else { Reply::Now(accepted()) });
        rig.store.post(Post { copies: 20, ..Post::default() });
        quiet().await;
        assert_eq!(rig.store.count(State::Sent), 19);
        // Bytes may have been written before it: nobody knows, and the one resend ends the same way.
        rig.advance(Duration::from_secs(1)).await;
        let row = rig.store.rows().into_iter().find(|row| row.email.contains("-7@")).expect("there");
        assert_eq!((row.state, row.reason.map(|r| r.code)), (State::Unknown, Some("internal_error".into())));
        assert_eq!((rig.status().in_flight, rig.status().leased), (0, 0));
    });
}

#[test]
fn outcomes_the_store_does_not_take_are_kept_and_nothing_more_is_claimed_or_sent() {
    run(async {
        let rig = Rig::new().await;
        rig.store.faults(|f| f.settles = 1_000_000);
        rig.store.post(Post { copies: 2000, ..Post::default() });
        rig.advance(Duration::from_secs(1)).await;
        let (sent, leased) = (rig.provider.sent().len(), rig.store.leased());
        assert!(sent > 0 && sent <= leased && leased <= 512, "{sent} sent of {leased}");
        rig.advance(Duration::from_secs(30)).await;
        assert_eq!((rig.provider.sent().len(), rig.store.leased(), rig.store.count(State::Sent)), (sent, leased, 0));
        assert_eq!(rig.status().reason.map(|r| r.code), Some("store_unwritable".into()));
        rig.store.faults(|f| f.settles = 0);
        rig.until(|rig| rig.store.count(State::Sent) == 2000).await;
        assert_eq!(rig.provider.sent().len(), 2000);
        assert_eq!(rig.status().state.as_str(), "running");
    });
}

#[test]
fn mail_that_is_ready_is_not_started_while_outcomes_cannot_be_stored() {
    run(async {
        let rig = Rig::at_rate(10.0).await;
        rig.store.faults(|f| f.settles = 1_000_000);
        rig.store.post(Post { copies: 40, ..Post::default() });
        rig.advance(Duration::from_secs(2)).await;
        let sent = rig.provider.sent().len();
        assert!(sent > 0 && rig.status().ready > 0, "{sent} sent, {:?}", rig.status());
        for _ in 0..30 {
            rig.advance(Duration::from_secs(1)).await;
        }
        assert_eq!(rig.provider.sent().len(), sent);
        rig.store.faults(|f| f.settles = 0);
        rig.until(|rig| rig.store.count(State::Sent) == 40).await;
        assert_eq!(rig.provider.sent().len(), 40);
    });
}

#[test]
fn a_late_answer_counts_until_the_node_stops() {
    run(async {
        let rig = Rig::new().await;
        let gate = Arc::new(Notify::new());
        let held = gate.clone();
        rig.provider.answer(move |_| Reply::Gate(held.clone(), accepted()));
        let no = rig.store.post(Post::default());
        rig.advance(Duration::from_secs(3000)).await;
        assert_eq!(rig.store.row(no, 0).state, State::Sending);
        gate.notify_one();
        quiet().await;
        assert_eq!(rig.store.row(no, 0).state, State::Sent);
    });
}
