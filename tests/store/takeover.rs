//! A node that others have taken for dead comes back to work by itself (S4-3): what it held is theirs, its late answers are evidence, it
//! starts no call for it, and goes on as a new incarnation.

use std::{sync::Arc, time::Duration};

use jebi::{
    service::dispatch::{Left, Settings},
    worker::{self, WorkerDeps, Workers},
};
use jebi_domain::{
    delivery::State,
    fake::SeededRandom,
    id::MessageId,
    port::nodes::{DEAD_AFTER, NodeState},
};
use tokio::sync::Notify;

use super::{
    sqlite::Sqlite,
    support::{Fixture, PROVIDER, each, node, run},
};
use crate::dispatch::rig::{Reply, Scripted, accepted};

async fn begin(f: &Fixture, provider: &Scripted) -> Workers {
    let workers = worker::start(WorkerDeps {
        queue: Arc::clone(&f.store) as _,
        admin: Arc::clone(&f.store) as _,
        files: Arc::clone(&f.store) as _,
        clock: Arc::new(f.clock.clone()),
        random: Arc::new(SeededRandom::new(3)),
        node: node("잠든 노드"),
        runtime: tokio::runtime::Handle::current(),

        links: Arc::default(),
        providers: vec![(Arc::new(provider.clone()), Settings { max_rate: Some(0.1), sender_threads: 1, ..Settings::default() })],
        feedback: None,
        reputation: None,
        observer: None,
    });
    workers.await.expect("the store answers")
}

/// Lets time pass until it is so.
async fn until(f: &Fixture, what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..50_000 {
        if is_so().await {
            return;
        }
        f.clock.advance(Duration::from_millis(5));
        tokio::task::yield_now().await;
    }
    panic!("never so: {what}");
}

async fn sent(f: &Fixture, id: MessageId) -> i64 {
    f.message(id).await.counts.sent
}

#[test]
fn a_node_that_was_taken_for_dead_gives_up_what_it_held_and_comes_back_as_a_new_one() {
    run(Box::new(Sqlite::new()), async |f: &mut Fixture| {
        let provider = Scripted::named(PROVIDER, f.clock.clone());
        let gate = Arc::new(Notify::new());
        let held = Arc::clone(&gate);
        // The first call hangs until the test says so; the others are answered.
        let mut calls = 0;
        provider.answer(move |_| {
            calls += 1;
            if calls == 1 { Reply::Gate(Arc::clone(&held), accepted()) } else { Reply::Now(accepted()) }
        });
        let workers = begin(f, &provider).await;
        let first = workers.fence().incarnation();
        let id = f.post_one(each("소식", 4)).await;
        until(f, "one is out, more is claimed", async || !provider.sent().is_empty() && f.leased().await >= 2).await;
        let claimed = f.leased().await;

        // The others: it did not beat, so its mail is theirs.
        let other = f.store.start(&node("다른 노드"), f.now()).await.expect("start");
        let taken = f.store.reclaim(other, DEAD_AFTER, f.now(), [600_000, 600_000]).await.expect("reclaim");
        assert!(taken >= u64::try_from(claimed).expect("positive"));
        assert!(f.message(id).await.counts.unsettled > 0);

        // It wakes: its lease has run out, and its senders look before its first beat does.
        f.clock.advance(Duration::from_secs(20));
        until(f, "it began anew", async || workers.fence().incarnation().0 > other.0).await;
        gate.notify_one();
        let open = async || f.message(id).await.counts.unsettled;
        until(f, "its late answers are evidence", async || sent(f, id).await >= 1 && open().await == 0).await;
        // What is waiting goes when it would have been looked at.
        f.clock.advance(Duration::from_secs(600));
        until(f, "all is sent", async || sent(f, id).await == 4).await;

        let mut told = Vec::new();
        for ordinal in 0..4 {
            let view = f.view(id, ordinal).await;
            let lines = f.store.delivery(view.id).await.expect("read").expect("there").1;
            told.push(
                lines
                    .iter()
                    .map(|l| format!("{} {} {} {}", l.at.0 - super::support::START.0, l.attempt, l.kind, l.detail))
                    .collect::<Vec<_>>(),
            );
        }
        let to: std::collections::BTreeSet<_> = provider.recipients().into_iter().collect();
        assert_eq!((to.len(), provider.sent().len()), (4, 4), "nothing twice: {told:#?}");
        // The answer that came late is what one shows; of the others the node said that it had not sent them.
        for ordinal in 0..4 {
            let view = f.view(id, ordinal).await;
            assert_eq!((view.state, view.maybe_twice), (State::Sent, false), "{told:#?}");
        }
        let nodes = f.store.nodes(f.now()).await.expect("nodes");
        let state = |no| nodes.iter().find(|n| n.incarnation == no).map(|n| (n.name.as_str(), n.state));
        assert_eq!(state(first), Some(("잠든 노드", NodeState::Ended)));
        assert_eq!(state(workers.fence().incarnation()), Some(("잠든 노드", NodeState::Sending)));
        // New mail is leased at accept again: the new one has subscribed.
        let next = f.post_one(each("다음", 1)).await;
        until(f, "new mail goes", async || sent(f, next).await == 1).await;
        assert_eq!(workers.stop(Duration::from_secs(30)).await, Left::default());
    });
}

#[test]
fn one_that_is_ended_while_it_stops_does_not_begin_anew() {
    run(Box::new(Sqlite::new()), async |f: &mut Fixture| {
        let provider = Scripted::named(PROVIDER, f.clock.clone());
        let gate = Arc::new(Notify::new());
        let held = Arc::clone(&gate);
        provider.answer(move |_| Reply::Gate(Arc::clone(&held), accepted()));
        let workers = begin(f, &provider).await;
        let first = workers.fence().incarnation();
        let fence = workers.fence();
        let id = f.post_one(each("소식", 1)).await;
        until(f, "it is out", async || provider.sent().len() == 1).await;
        let stop = tokio::spawn(workers.stop(Duration::from_secs(300)));
        let state = async || {
            let nodes = f.store.nodes(f.now()).await.expect("nodes");
            nodes.into_iter().find(|n| n.incarnation == first).map(|n| n.state)
        };
        until(f, "it says that it stops", async || state().await == Some(NodeState::Stopping)).await;
        let other = f.store.start(&node("다른 노드"), f.now()).await.expect("start");
        f.store.reclaim(other, DEAD_AFTER, f.now(), [600_000, 600_000]).await.expect("reclaim");
        until(f, "its lease is over", async || !fence.is_open(jebi_domain::port::Clock::boot(&f.clock))).await;
        assert_eq!(fence.incarnation(), first);
        gate.notify_one();
        until(f, "its answer is evidence", async || sent(f, id).await == 1).await;
        assert_eq!(stop.await.expect("it ends"), Left::default());
        assert_eq!(state().await, Some(NodeState::Ended));
    });
}
