//! The loops together, with real sender threads.

use std::{sync::Arc, time::Duration};

use jebi::{
    service::{dispatch::Left, providers::ProviderState},
    worker::{self, WorkerDeps, Workers, dispatch::Observer},
};
use jebi_domain::{
    delivery::State,
    event::{Feedback, FeedbackKind},
    fake::{ManualClock, SeededRandom},
    id::{DeliveryId, MessageId},
    port::{AccountState, Clock, nodes::NodeStart, store::Guard},
    time::Wall,
};

use super::rig::*;

struct Node {
    clock: ManualClock,
    store: Arc<MemoryStore>,
    provider: Scripted,
    workers: Workers,
}

async fn node(rate: Option<f64>, threads: usize, prepare: impl FnOnce(&MemoryStore, &Scripted)) -> Node {
    observed(rate, threads, None, prepare).await
}

async fn observed(rate: Option<f64>, threads: usize, observer: Option<Observer>, prepare: impl FnOnce(&MemoryStore, &Scripted)) -> Node {
    let clock = ManualClock::new(Wall(1_000_000));
    clock.advance(Duration::from_secs(100));
    let (store, provider) = (Arc::new(MemoryStore::default()), Scripted::new(clock.clone()));
    prepare(&store, &provider);
    let (reports, feedback) = tokio::sync::mpsc::unbounded_channel();
    let delivery = DeliveryId { message: MessageId([1; 16]), ordinal: 0 };
    let one = Feedback { delivery, recipient: "a@example.com".into(), kind: FeedbackKind::Delivered, at: Wall(0), detail: String::new() };
    reports.send(one).expect("open");
    let workers = worker::start(WorkerDeps {
        queue: store.clone(),
        admin: store.clone(),
        files: Arc::new(Shelf::default()),
        clock: Arc::new(clock.clone()),
        random: Arc::new(SeededRandom::new(3)),
        node: NodeStart { name: "하나".into(), version: "0.0.0".into() },
        runtime: tokio::runtime::Handle::current(),

        links: Arc::default(),
        providers: vec![(Arc::new(provider.clone()), jebi::service::dispatch::Settings { sender_threads: threads, ..settings(rate) })],
        feedback: Some(feedback),
        reputation: None,
        observer,
    })
    .await
    .expect("the store answers");
    Node { clock, store, provider, workers }
}

impl Node {
    /// Waits for the store to be so, moving the clock while nothing else does.
    async fn until(&self, is_so: impl Fn(&MemoryStore) -> bool) {
        for _ in 0..1_000_000 {
            let changed = self.store.changed.notified();
            if is_so(&self.store) {
                return;
            }
            let moving = async {
                for _ in 0..200 {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                () = changed => {}
                () = moving => self.clock.advance(Duration::from_millis(1)),
            }
        }
        panic!("never so: {:?}", self.store.rows().iter().filter(|row| row.state != State::Sent).count());
    }
}

fn on_threads<T>(test: impl std::future::Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime").block_on(test)
}

#[test]
fn two_sender_threads_send_everything_once_and_a_stop_under_load_loses_nothing() {
    on_threads(async {
        let node = node(None, 2, |_, _| {}).await;
        for topic in ["a", "b", "c"] {
            node.store.post(Post { topic, copies: 4000, ..Post::default() });
        }
        node.until(|store| store.count(State::Sent) >= 3000).await;
        let store = node.store.clone();
        assert_eq!(node.workers.stop(Duration::from_secs(30)).await, Left::default());
        let sent = store.count(State::Sent);
        assert_eq!((sent + store.count(State::Waiting), store.leased()), (12_000, 0));
        let mut to = node.provider.recipients();
        assert_eq!(to.len(), sent);
        to.sort();
        to.dedup();
        assert_eq!(to.len(), sent, "nothing twice");
        let (_, reclaims, _, _, reports, ended) = store.chores();
        assert!(reclaims >= 1 && ended && store.was_drained());
        assert_eq!(reports, 1, "a report made before the stop is stored");
    });
}

#[test]
fn the_chores_are_done_while_it_runs() {
    on_threads(async {
        let node = node(Some(100.0), 1, |_, p| p.accounts([report(Some(50.0), AccountState::Healthy)])).await;
        node.store.post(Post { copies: 10, ..Post::default() });
        node.until(|store| {
            let (beats, reclaims, housekeeping, epochs, reports, _) = store.chores();
            beats >= 8 && reclaims >= 3 && housekeeping >= 10 && epochs >= 1 && reports == 1 && store.count(State::Sent) == 10
        })
        .await;
        assert!(node.workers.beating().is_beating());
        let board = node.workers.board().status();
        assert_eq!((board.len(), board[0].name.as_str(), board[0].kind, board[0].rate), (1, "test", "scripted", Some(50.0)));
        node.until(|_| node.provider.asked() >= 2).await;
        node.workers.kill();
    });
}

#[test]
fn a_held_account_is_asked_again_and_goes_on_by_itself() {
    on_threads(async {
        let stopped = report(None, AccountState::Stopped(reason("PAUSED")));
        let node = node(None, 1, |_, p| p.accounts([stopped.clone(), stopped.clone(), report(None, AccountState::Healthy)])).await;
        node.store.post(Post { copies: 5, ..Post::default() });
        node.until(|store| store.count(State::Sent) == 5).await;
        assert!(node.provider.asked() >= 3);
        node.workers.kill();
    });
}

#[test]
fn a_store_that_looks_copied_sends_nothing_and_a_release_is_noticed() {
    on_threads(async {
        let node = node(None, 1, |store, _| store.set_guard(held("the epoch is behind"))).await;
        node.store.post(Post { copies: 5, ..Post::default() });
        node.until(|store| store.chores().0 >= 3).await;
        assert!(node.provider.sent().is_empty());
        node.store.set_guard(Guard::Open);
        node.until(|store| store.count(State::Sent) == 5).await;
        node.workers.kill();
    });
}

#[test]
fn a_database_that_is_away_for_minutes_stops_sending_and_costs_no_mail() {
    on_threads(async {
        let node = node(Some(50.0), 1, |_, p| {
            p.accounts([report(Some(50.0), AccountState::Healthy)]);
            p.answer(|_| Reply::After(Duration::from_millis(400), accepted()));
        })
        .await;
        for _ in 0..300 {
            node.store.post(Post::default());
        }
        node.until(|store| store.count(State::Sent) >= 20).await;
        node.store.faults(|f| f.down = true);
        let pass = async |time| {
            let end = node.clock.boot() + time;
            node.until(|_| node.clock.boot() >= end).await;
        };
        // What was claimed goes or is given back; its outcomes wait to be written.
        pass(Duration::from_secs(20)).await;
        assert!(!node.workers.beating().is_beating());
        let status = &node.workers.board().status()[0];
        assert_eq!((status.in_flight, status.reason.as_ref().map(|r| r.code.as_str())), (0, Some("store_unwritable")));
        let (out, stored) = (node.provider.sent().len(), node.store.count(State::Sent));
        assert!(out > stored && out - stored <= 128, "{out} {stored}");
        pass(Duration::from_secs(180)).await;
        assert_eq!((node.provider.sent().len(), node.store.count(State::Sent)), (out, stored), "nothing more leaves meanwhile");
        node.store.faults(|f| f.down = false);
        node.until(|store| store.count(State::Sent) == 300).await;
        assert!(node.workers.beating().is_beating());
        let mut to = node.provider.recipients();
        assert_eq!(to.len(), 300);
        to.sort();
        to.dedup();
        assert_eq!(to.len(), 300, "nothing twice");
        assert_eq!(node.workers.stop(Duration::from_secs(30)).await, Left::default());
    });
}

/// Nothing more leaves the node, whatever is posted.
async fn sends_nothing_more(node: &Node, part: &str) {
    node.until(|_| node.workers.beating().failed().is_some()).await;
    assert_eq!((node.workers.beating().failed(), node.workers.beating().is_beating()), (Some(part), false));
    // The fence closes first; the board shows it a moment later.
    node.until(|_| node.workers.board().status()[0].state == ProviderState::Stopped).await;
    let status = &node.workers.board().status()[0];
    assert_eq!((status.state.as_str(), status.reason.as_ref().map(|r| r.code.as_str())), ("stopped", Some("internal_error")));
    let sent = node.provider.sent().len();
    node.store.faults(|f| f.panics = "");
    node.store.post(Post { topic: "later", copies: 5, ..Post::default() });
    // Six beats at least: nothing opens it again.
    let end = node.clock.boot() + Duration::from_secs(12);
    node.until(|_| node.clock.boot() >= end).await;
    assert_eq!(node.provider.sent().len(), sent, "{part}");
}

#[test]
fn a_loop_that_panics_stops_all_sending_for_good_and_is_named() {
    for (call, part) in
        [("claim", "claimer"), ("settle", "settler"), ("beat", "beat"), ("reclaim", "reclaim"), ("housekeep", "housekeeping")]
    {
        on_threads(async {
            let node = node(Some(50.0), 1, |_, p| p.accounts([report(Some(50.0), AccountState::Healthy)])).await;
            node.until(|store| store.chores().0 >= 1).await;
            node.store.faults(|f| f.panics = call);
            node.store.post(Post { copies: 1000, ..Post::default() });
            sends_nothing_more(&node, part).await;
            node.workers.kill();
        });
    }
}

#[test]
fn a_sender_that_panics_outside_of_a_mail_stops_all_sending_for_good() {
    on_threads(async {
        let observer: Observer = Arc::new(|_, _| panic!("as the test says"));
        let node = observed(Some(50.0), 1, Some(observer), |_, p| p.accounts([report(Some(50.0), AccountState::Healthy)])).await;
        node.store.post(Post { copies: 10, ..Post::default() });
        sends_nothing_more(&node, "sender").await;
        assert!(node.provider.sent().is_empty());
        node.workers.kill();
    });
}
