//! Two stores on one database, as two nodes have it: what one writes the other goes by, and hears of.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jebi::store::postgres::{Options, PostgresStore};
use jebi_domain::{
    access::Grant,
    allow::AllowList,
    delivery::State,
    fake::{ManualClock, SeededRandom},
    id::{DeliveryKey, Incarnation, KeyNo, MessageId, QueueNo},
    link::Target,
    message::Lane,
    outcome::{Decision, Reason},
    port::{
        Boxed,
        nodes::NodeState,
        operator::{Again, NotAgain, Rescheduled, Rules, SendAgain},
        refusals::RefusedBy,
        store::{
            Claim, Claimed, DeliveryFilter, Guard, Housekept, KeyKind, NewKey, Notice, QueueInfo, Settlement, Store, StoreError,
            StoreResult, Subscription,
        },
    },
    route::{Routes, Way},
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};
use proptest::prelude::*;
use tokio::sync::mpsc;

use super::{
    postgres::{OnPostgres, options},
    refusals::refusal,
    support::{
        self, Engine, Fixture, HOUR, Mail, PROVIDER, address, copies, each, failed, joint, keys, node, retry, returned, sent, unknown,
        unsettled,
    },
};

/// The clock goes by this much where nothing is told for as long.
const TICK: Duration = Duration::from_millis(1);

/// A database that is opened several times, each time by another node.
#[derive(Clone)]
struct Shared {
    database: Arc<OnPostgres>,
    opened: Arc<AtomicU64>,
}

impl Shared {
    fn new() -> Self {
        Self { database: Arc::new(OnPostgres::new()), opened: Arc::default() }
    }
}

impl Engine for Shared {
    fn open<'a>(&'a self, clock: &'a ManualClock) -> Boxed<'a, Result<Arc<dyn Store>, String>> {
        Box::pin(async {
            let own = options(&self.database.database);
            let listen = Some((own.target.clone(), own.session.clone()));
            let random = SeededRandom::new(100 + self.opened.fetch_add(1, Ordering::Relaxed));
            let opened = PostgresStore::open(Options { listen, ..own }, Arc::new(clock.clone()), Arc::new(random)).await;
            opened.map(|s| Arc::new(s) as Arc<dyn Store>).map_err(|e| e.to_string())
        })
    }
    fn crashed(&self) -> Box<dyn FnOnce() -> Box<dyn Engine> + Send> {
        self.database.crashed()
    }
    fn pass(&self, ms: i64) {
        self.database.pass(ms);
    }
    fn tamper(&self, sql: &str) {
        self.database.tamper(sql);
    }
}

/// The other node.
pub struct Other {
    pub store: Arc<dyn Store>,
    incarnation: Incarnation,
    told: mpsc::UnboundedReceiver<Notice>,
}

impl Other {
    async fn begin(f: &Fixture) -> Self {
        let store = f.engine.open(&f.clock).await.expect("it opens");
        let incarnation = store.start(&node("둘"), f.now()).await.expect("start");
        let (tell, told) = mpsc::unbounded_channel();
        // The receiver goes with the test.
        let notify = Arc::new(move |notice| drop(tell.send(notice)));
        let subscription = Subscription { provider: PROVIDER.into(), incarnation, window: Arc::default(), notify };
        store.subscribe(subscription).await.expect("subscribe");
        Self { store, incarnation, told }
    }

    /// Waits until it is told so, sooner than it would look by itself.
    async fn hears(&mut self, f: &Fixture, what: &str, is_it: impl Fn(&Notice) -> bool) {
        for _ in 0..9_000 {
            match tokio::time::timeout(TICK, self.told.recv()).await {
                Ok(Some(notice)) if is_it(&notice) => return,
                Ok(Some(_)) => {}
                Ok(None) => panic!("the store is gone"),
                Err(_) => f.clock.advance(TICK),
            }
        }
        panic!("never told: {what}");
    }

    pub async fn claim(&self, f: &Fixture, n: u32) -> StoreResult<Vec<Claimed>> {
        claim(&self.store, self.incarnation, f.now(), n).await
    }
}

async fn claim(store: &Arc<dyn Store>, incarnation: Incarnation, now: Wall, n: u32) -> StoreResult<Vec<Claimed>> {
    let turns = store.queues(PROVIDER).await?.into_iter().map(|q| (q.queue, n)).collect();
    let claim = Claim {
        incarnation,
        provider: PROVIDER.into(),
        turns,
        now,
        max_lateness_ms: 100 * HOUR,
        late_from: Wall(0),
        domains: vec![],
        recipients: u32::MAX,
    };
    store.claim(claim).await.map(|report| report.claimed)
}

pub fn run(test: impl AsyncFnOnce(&mut Fixture, &mut Other)) {
    support::run(Box::new(Shared::new()), async |f: &mut Fixture| {
        let mut other = Other::begin(f).await;
        test(f, &mut other).await;
        other.store.close().await;
    });
}

fn is_queue(notice: &Notice, queue: QueueNo, paused: bool) -> bool {
    matches!(notice, Notice::Queue(QueueInfo { queue: no, paused: p, .. }) if *no == queue && *p == paused)
}

#[test]
fn what_one_accepts_the_other_hears_of_and_claims() {
    run(async |f, other| {
        f.post_one(each("소식", 3)).await;
        let queue = f.queues().await[0];
        other.hears(f, "the queue", |n| is_queue(n, queue, false)).await;
        let (one, two) = (f.claim(2).await, other.claim(f, 9).await.expect("claim"));
        assert_eq!((copies(&one), copies(&two)), (2, 1));
        assert!(keys(&one).iter().all(|key| !keys(&two).contains(key)));
        // Either settles its own.
        f.settle_all(&one, sent()).await;
        let now = f.now();
        let told = two.iter().flat_map(|c| c.copies.iter().map(|one| support::settlement(c, one.ordinal, now, sent()))).collect();
        other.store.settle(told).await.expect("settle");
        assert_eq!(f.topic("소식").await.sent, 3);
    });
}

#[test]
fn pausing_and_resuming_by_one_holds_for_the_other() {
    run(async |f, other| {
        f.post_one(each("소식", 2)).await;
        let queue = f.queues().await[0];
        f.store.pause_topic("소식", true, f.now()).await.expect("pause");
        other.hears(f, "paused", |n| is_queue(n, queue, true)).await;
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 0);
        let later = f.draft(each("소식", 1));
        other.store.accept(f.batch(vec![later], None)).await.expect("accept");
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 0, "what is posted there waits too");
        f.store.pause_topic("소식", false, f.now()).await.expect("resume");
        other.hears(f, "resumed", |n| is_queue(n, queue, false)).await;
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 3);
    });
}

#[test]
fn what_one_cancels_the_other_gives_up() {
    run(async |f, other| {
        let first = f.post_one(each("하나", 4)).await;
        f.post_one(each("둘", 2)).await;
        let mine = other.claim(f, 1).await.expect("claim");
        let held = mine.iter().find(|c| c.message.id == first).expect("one of the first");
        f.store.cancel_message(first, f.now()).await.expect("cancel");
        let no = held.message_no;
        other.hears(f, "the message", |n| matches!(n, Notice::CancelledMessage(m) if *m == no)).await;
        f.store.cancel_topic("둘", f.now()).await.expect("cancel");
        let queue = mine.iter().find(|c| c.message.id != first).expect("one of the second").queue;
        other.hears(f, "the topic", |n| matches!(n, Notice::Cancelled(q) if *q == queue)).await;
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 0);
        // It gives back what it has not started: that is cancelled too.
        let back: Vec<Settlement> = mine.iter().map(|c| support::settlement(c, c.copies[0].ordinal, f.now(), returned(f.now()))).collect();
        other.store.settle(back).await.expect("settle");
        f.housekeep().await;
        assert_eq!((f.topic("하나").await.cancelled, f.topic("둘").await.cancelled), (4, 2));
        // Posted afterwards, by the other, it is sent.
        let again = f.draft(each("둘", 1));
        other.store.accept(f.batch(vec![again], None)).await.expect("accept");
        assert_eq!(copies(&f.claim(9).await), 1);
        assert_eq!(f.leased().await, 1);
    });
}

#[test]
fn an_address_suppressed_by_one_is_sent_nothing_by_the_other() {
    run(async |f, other| {
        let id = f.post_one(each("소식", 2)).await;
        // The other has looked before: what it remembers must not be in the way.
        other.store.accept(f.batch(vec![f.draft(each("앞", 1))], None)).await.expect("accept");
        f.store.suppress(vec![NewEntry::plain(address(0), SuppressionCause::Complaint, f.now())]).await.expect("suppress");
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 1);
        assert_eq!(f.state(id, 0).await, State::Suppressed);
        let draft = f.draft(each("뒤", 1));
        let late = draft.message.id;
        other.store.accept(f.batch(vec![draft], None)).await.expect("accept");
        assert_eq!(f.state(late, 0).await, State::Suppressed);
    });
}

#[test]
fn mail_refused_at_one_is_sent_by_neither() {
    run(async |f, other| {
        let bulk = |topic| f.draft(Mail { lane: Lane::Bulk, ..each(topic, 2) });
        let waiting = bulk("news/1");
        let id = waiting.message.id;
        f.store.accept(f.batch(vec![waiting], None)).await.expect("accept");
        // The other has looked before: what it remembers must not be in the way.
        other.store.accept(f.batch(vec![f.draft(each("앞", 1))], None)).await.expect("accept");
        let target = Target { profile: String::new(), topic: "news".into(), address: address(0), advertising: false, delivery: None };
        f.store.refuse(refusal(&target, RefusedBy::Page, false), f.now()).await.expect("refuse");
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 2, "the second of bulk, and the other topic's");
        assert_eq!(f.state(id, 0).await, State::Suppressed);
        let late = bulk("news/2");
        let id = late.message.id;
        other.store.accept(f.batch(vec![late], None)).await.expect("accept");
        assert_eq!(f.state(id, 0).await, State::Suppressed);
        // What was accepted since is not looked up at claim: both go without a look.
        assert_eq!(copies(&f.claim(9).await), 1);
    });
}

#[test]
fn a_time_moved_by_one_is_the_others_too() {
    run(async |f, other| {
        let later = Wall(f.now().0 + HOUR);
        let id = f.post_one(Mail { due: Some(later), ..each("소식", 2) }).await;
        let queue = f.queues().await[0];
        let moved = f.store.reschedule(id, f.now(), false).await.expect("reschedule");
        assert_eq!(moved, Rescheduled::Done(2));
        let now = f.now();
        other.hears(f, "due now", |n| matches!(n, Notice::Queue(q) if q.queue == queue && q.next_due == Some(now))).await;
        let claimed = other.claim(f, 1).await.expect("claim");
        assert_eq!(copies(&claimed), 1);
        // The other way round, after this store has met the message.
        let moved = other.store.reschedule(id, later, true).await.expect("reschedule");
        assert_eq!(moved, Rescheduled::Done(1));
        assert_eq!(copies(&f.claim(9).await), 0);
    });
}

#[test]
fn queues_moved_by_one_are_told_to_the_others_dispatchers() {
    run(async |f, other| {
        f.post_one(each("소식", 2)).await;
        let queue = f.queues().await[0];
        f.store.move_queues(PROVIDER, "smtp").await.expect("move");
        other.hears(f, "gone to another provider", |n| matches!(n, Notice::Cancelled(q) if *q == queue)).await;
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 0);
        f.store.move_queues("smtp", PROVIDER).await.expect("move back");
        other.hears(f, "back again", |n| is_queue(n, queue, false)).await;
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 2);
    });
}

/// Both are asked at once, many times: the mail goes once more, not twice.
#[test]
fn what_both_are_asked_to_send_again_goes_once() {
    run(async |f, other| {
        for n in 1..=20_u8 {
            let id = f.post_one(each("다시", 1)).await;
            let claimed = f.claim(1).await;
            let given_up = Decision::Failed { reason: Reason { transient: true, ..support::reason("451") } };
            f.settle_all(&claimed, given_up).await;
            let way = Way { provider: PROVIDER.into(), senders: Vec::new(), reason: "the only one".into() };
            let rules = Arc::new(Rules { routes: Routes(vec![way]), allow: AllowList::default() });
            let ask = |new: u8| SendAgain {
                message: claimed[0].message_no,
                whom: support::OPEN,
                ordinals: vec![0],
                id: MessageId([new; 16]),
                due: f.now(),
                scheduled: false,
                max_times: None,
                rules: Arc::clone(&rules),
                api_key: KeyNo(1),
                now: f.now(),
            };
            let (one, two) = tokio::join!(f.store.send_again(ask(n)), other.store.send_again(ask(100 + n)));
            let answers = [one.expect("asked")[0], two.expect("asked")[0]];
            let new = answers.iter().filter(|answer| matches!(answer, Again::New(_))).count();
            let already = answers.iter().filter(|answer| matches!(answer, Again::Refused(NotAgain::Already(_)))).count();
            assert_eq!((new, already), (1, 1), "{answers:?}");
            let again = f.claim(9).await;
            assert_eq!(copies(&again), 1);
            f.settle_all(&again, sent()).await;
            assert_eq!(f.state(id, 0).await, State::Failed);
        }
    });
}

fn key(n: u8) -> NewKey {
    NewKey { kind: KeyKind::Key, name: "첫 키".into(), prefix: "jebi_".into(), hash: [n; 32], grant: Grant::FULL }
}

#[test]
fn of_two_first_starts_one_makes_the_key() {
    run(async |f, other| {
        let (one, two) = tokio::join!(f.store.add_first_key(key(1), f.now()), other.store.add_first_key(key(2), f.now()));
        let made = [one.expect("asked"), two.expect("asked")];
        assert_eq!(made.iter().flatten().count(), 1);
        let known = other.store.keys().await.expect("keys");
        assert_eq!(known.len(), 1);
        // Revoked by one it holds for neither: the next start makes another.
        assert!(f.store.revoke_key(known[0].no, f.now()).await.expect("revoke"));
        assert!(other.store.keys().await.expect("keys")[0].revoked_at.is_some());
        assert!(other.store.add_first_key(key(3), f.now()).await.expect("asked").is_some());
        assert!(f.store.add_first_key(key(4), f.now()).await.expect("asked").is_none());
    });
}

/// Nobody claims: the beat alone tells of the hold, and its end.
#[test]
fn a_hold_set_or_lifted_elsewhere_is_heard_by_the_next_beat() {
    run(async |f, other| {
        f.post_one(Mail { lane: Lane::Bulk, ..each("광고", 2) }).await;
        let queue = f.queues().await[0];
        other.hears(f, "the queue", |n| is_queue(n, queue, false)).await;
        f.engine.tamper("UPDATE installation SET bulk_held_since = 1700000000000, bulk_held_why = 'another server took over'");
        other.store.beat(other.incarnation, f.now()).await.expect("beat");
        assert!(matches!(other.store.guard(), Guard::BulkHeld { .. }));
        other.hears(f, "held", |n| is_queue(n, queue, true)).await;
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 0);
        f.store.release(f.now()).await.expect("release");
        other.store.beat(other.incarnation, f.now()).await.expect("beat");
        assert_eq!(other.store.guard(), Guard::Open);
        other.hears(f, "let go", |n| is_queue(n, queue, false)).await;
        assert_eq!(copies(&other.claim(f, 9).await.expect("claim")), 2);
    });
}

#[test]
fn a_node_that_stops_leaves_the_housekeeping_to_the_other_at_once() {
    run(async |f, other| {
        f.housekeep().await;
        assert_eq!(other.store.housekeep(other.incarnation, f.now()).await, Ok(Housekept::Elsewhere));
        f.store.drain(f.incarnation, f.now()).await.expect("drain");
        assert_ne!(other.store.housekeep(other.incarnation, f.now()).await, Ok(Housekept::Elsewhere));
        let nodes = f.store.nodes(f.now()).await.expect("nodes");
        let upkeep: Vec<_> = nodes.iter().filter(|n| n.upkeep).map(|n| (n.incarnation, n.state)).collect();
        assert_eq!(upkeep, [(other.incarnation, NodeState::Sending)]);
        f.pass(16_000);
        assert_eq!(f.store.housekeep(f.incarnation, f.now()).await, Ok(Housekept::Elsewhere), "it does not take it back");
    });
}

#[derive(Clone, Debug)]
enum Op {
    Post { topic: usize, n: usize, joint: bool, bulk: bool },
    Claim { n: u32 },
    Settle { n: usize, decision: usize },
    CancelTopic { topic: usize },
    CancelMessage { pick: usize },
    Pause { topic: usize, paused: bool },
    Suppress { who: usize },
    Reschedule { pick: usize, later: bool },
    Housekeep,
}

const TOPICS: [&str; 3] = ["", "소식", "광고"];

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..3usize, 1..6usize, any::<bool>(), any::<bool>()).prop_map(|(topic, n, joint, bulk)| Op::Post { topic, n, joint, bulk }),
        9 => (1..6u32).prop_map(|n| Op::Claim { n }),
        9 => (1..5usize, 0..6usize).prop_map(|(n, decision)| Op::Settle { n, decision }),
        2 => (0..3usize).prop_map(|topic| Op::CancelTopic { topic }),
        3 => (0..64usize).prop_map(|pick| Op::CancelMessage { pick }),
        2 => (1..3usize, any::<bool>()).prop_map(|(topic, paused)| Op::Pause { topic, paused }),
        1 => (0..8usize).prop_map(|who| Op::Suppress { who }),
        2 => (0..64usize, any::<bool>()).prop_map(|(pick, later)| Op::Reschedule { pick, later }),
        2 => Just(Op::Housekeep),
    ]
}

/// One node's part: what it holds, and what both have met.
struct Hand<'a> {
    f: &'a Fixture,
    store: Arc<dyn Store>,
    incarnation: Incarnation,
    held: Mutex<Vec<(Arc<Claimed>, u32)>>,
    seen: &'a Seen,
}

#[derive(Default)]
struct Seen {
    posted: Mutex<Vec<MessageId>>,
    /// Every attempt that was given out: by key and number.
    attempts: Mutex<BTreeSet<(DeliveryKey, u16)>>,
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hand<'_> {
    fn take(&self, claimed: Vec<Claimed>) -> usize {
        let n = copies(&claimed);
        for one in claimed.into_iter().map(Arc::new) {
            for copy in &one.copies {
                let key = DeliveryKey::new(one.message_no, copy.ordinal);
                assert!(lock(&self.seen.attempts).insert((key, one.attempt)), "{key:?} was given out twice");
                lock(&self.held).push((Arc::clone(&one), copy.ordinal));
            }
        }
        n
    }

    fn pick(&self, pick: usize) -> Option<MessageId> {
        let all = lock(&self.seen.posted);
        if all.is_empty() { None } else { Some(all[pick % all.len()]) }
    }

    async fn settle(&self, n: usize, decision: usize) {
        let now = self.f.now();
        let batch: Vec<Settlement> = {
            let mut held = lock(&self.held);
            let at = held.len().saturating_sub(n);
            let made = |(c, ordinal): (Arc<Claimed>, u32)| {
                let decision: Decision = match decision {
                    0 | 1 => sent(),
                    2 => failed(),
                    3 => retry(now),
                    4 => unsettled(now),
                    _ => unknown(),
                };
                support::settlement(&c, ordinal, now, decision)
            };
            held.split_off(at).into_iter().map(made).collect()
        };
        self.store.settle(batch).await.expect("settle");
    }

    async fn act(&self, op: &Op) {
        let (f, now) = (self.f, self.f.now());
        match *op {
            Op::Post { topic, n, joint: is_joint, bulk } => {
                let mail = if is_joint { joint(TOPICS[topic], n) } else { each(TOPICS[topic], n) };
                let draft = f.draft(Mail { lane: if bulk { Lane::Bulk } else { Lane::Transactional }, ..mail });
                let id = draft.message.id;
                self.store.accept(f.batch(vec![draft], None)).await.expect("accept");
                lock(&self.seen.posted).push(id);
            }
            Op::Claim { n } => drop(self.take(claim(&self.store, self.incarnation, now, n).await.expect("claim"))),
            Op::Settle { n, decision } => self.settle(n, decision).await,
            Op::CancelTopic { topic } => drop(self.store.cancel_topic(TOPICS[topic], now).await.expect("cancel")),
            Op::CancelMessage { pick } => {
                let Some(id) = self.pick(pick) else { return };
                self.store.cancel_message(id, now).await.expect("cancel");
            }
            Op::Pause { topic, paused } => drop(self.store.pause_topic(TOPICS[topic], paused, now).await.expect("pause")),
            Op::Suppress { who } => {
                self.store.suppress(vec![NewEntry::plain(address(who), SuppressionCause::Bounce, now)]).await.expect("suppress");
            }
            Op::Reschedule { pick, later } => {
                let Some(id) = self.pick(pick) else { return };
                let due = if later { Wall(now.0 + HOUR) } else { now };
                self.store.reschedule(id, due, later).await.expect("reschedule");
            }
            Op::Housekeep => drop(self.store.housekeep(self.incarnation, now).await.expect("housekeep")),
        }
    }

    async fn go(&self, ops: &[Op]) {
        for op in ops {
            self.act(op).await;
        }
    }

    /// Sends what there is, until there is nothing more.
    async fn finish(&self) {
        loop {
            self.settle(usize::MAX, 0).await;
            if self.take(claim(&self.store, self.incarnation, self.f.now(), 50).await.expect("claim")) == 0 && lock(&self.held).is_empty() {
                return;
            }
        }
    }
}

/// Whatever two nodes do at the same time: no attempt is given out twice, what is kept agrees with itself, and everything has one result
/// in the end.
async fn both(f: &mut Fixture, other: &Other, ops: &[Vec<Op>; 3]) {
    let seen = Seen::default();
    let hand = |store: &Arc<dyn Store>, incarnation| Hand { f, store: Arc::clone(store), incarnation, held: Mutex::default(), seen: &seen };
    let (one, two) = (hand(&f.store, f.incarnation), hand(&other.store, other.incarnation));
    // A third one acts on the first's store, so that turns have several jobs.
    let third = hand(&f.store, f.incarnation);
    tokio::join!(one.go(&ops[0]), two.go(&ops[1]), third.go(&ops[2]));
    for topic in &TOPICS[1..] {
        f.store.pause_topic(topic, false, f.now()).await.expect("resume");
    }
    f.pass(2 * HOUR);
    tokio::join!(one.finish(), two.finish(), third.finish());
    // What one of them put back last may be the other's.
    one.finish().await;
    f.housekeep().await;
    assert_eq!(f.violations().await, []);
    let mut states: HashMap<State, usize> = HashMap::new();
    for view in f.all(DeliveryFilter::default()).await {
        *states.entry(view.state).or_default() += 1;
    }
    assert!(states.keys().all(|state| state.is_result()), "{states:?}");
    let health = f.store.health().await.expect("health");
    assert_eq!((health.waiting, health.unsettled, health.leased), (0, 0, 0));
}

proptest! {
    // The order in which two nodes meet is never the same twice: a smaller case proves nothing.
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn two_nodes_at_once_agree_and_send_everything_once(ops in prop::array::uniform3(prop::collection::vec(op(), 5..60))) {
        run(async |f, other| both(f, other, &ops).await);
    }
}

/// Many short meetings of the two that matter most.
#[test]
fn cancelling_while_the_other_claims_leaves_each_copy_with_one_of_them() {
    run(async |f, other| {
        for round in 0..60_usize {
            let id = f.post_one(each("소식", 5)).await;
            let cancel = async {
                if round % 2 == 0 {
                    f.store.cancel_message(id, f.now()).await.expect("cancel").expect("known")
                } else {
                    f.store.cancel_topic("소식", f.now()).await.expect("cancel").expect("known")
                }
            };
            let (cancelled, claimed) = tokio::join!(cancel, other.claim(f, 3));
            let claimed = claimed.expect("claim");
            assert_eq!(usize::try_from(cancelled).expect("a count") + copies(&claimed), 5, "round {round}");
            let now = f.now();
            let ends: Vec<Settlement> =
                claimed.iter().flat_map(|c| c.copies.iter().map(|one| support::settlement(c, one.ordinal, now, sent()))).collect();
            other.store.settle(ends).await.expect("settle");
            f.housekeep().await;
            assert_eq!(f.violations().await, [], "round {round}");
            let counts = f.message(id).await.counts;
            assert_eq!((counts.sent + counts.cancelled, counts.sent), (5, copies(&claimed) as i64), "round {round}");
        }
    });
}

#[test]
fn one_that_was_ended_takes_nothing_while_the_other_goes_on() {
    run(async |f, other| {
        f.post_one(each("소식", 3)).await;
        assert_eq!(copies(&other.claim(f, 2).await.expect("claim")), 2);
        f.pass(16_000);
        f.store.beat(f.incarnation, f.now()).await.expect("beat");
        assert_eq!(f.reclaim().await, 2);
        assert_eq!(other.claim(f, 9).await.map(|_| ()), Err(StoreError::Ended));
        assert_eq!(copies(&f.claim(9).await), 1);
    });
}
