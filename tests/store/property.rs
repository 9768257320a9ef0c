//! Any sequence of operations: the store and the model agree on every copy and every count, `verify` finds nothing, no copy is out
//! twice or lost, and in the end every copy has exactly one result.

use std::collections::{BTreeMap, BTreeSet};

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    id::DeliveryId,
    message::{Lane, OnUnknown},
    outcome::Decision,
    port::store::{Claimed, DeliveryFilter, DeliveryView, Notice},
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};
use proptest::prelude::*;

use super::{
    model::{Model, Place},
    postgres::OnPostgres,
    sqlite::Sqlite,
    support::{self, Engine, Fixture, Mail, address, each, joint, settlement},
};

#[derive(Clone, Debug)]
enum Op {
    Accept {
        topic: usize,
        joint: bool,
        n: usize,
        first: usize,
        later: i64,
        life: Option<i64>,
        hold: bool,
        bulk: bool,
        room: i64,
    },
    AcceptStaged {
        topic: usize,
    },
    Claim {
        n: u32,
    },
    Settle {
        pick: usize,
        n: usize,
        decision: usize,
    },
    /// Any answer for anything ever claimed: late ones, repeated ones.
    Answer {
        pick: usize,
        decision: usize,
    },
    CancelTopic {
        topic: usize,
    },
    CancelMessage {
        pick: usize,
    },
    Pause {
        topic: usize,
        paused: bool,
    },
    Suppress {
        who: usize,
    },
    Feedback {
        pick: usize,
        person: usize,
        kind: usize,
    },
    Pass {
        ms: i64,
    },
    Housekeep,
    Restart,
    /// Another incarnation takes over; the old one's answers still come.
    Handover,
}

const TOPICS: [&str; 3] = ["", "a", "b"];
/// Six of one, and mixtures of them for the recipients of a joint copy.
const DECISIONS: usize = 48;
const LATENESS: i64 = 4 * support::HOUR;

fn op() -> impl Strategy<Value = Op> {
    let accept = (0..3usize, any::<bool>(), 1..6usize, 0..8usize, prop_oneof![3 => Just(0i64), 1 => 1..100_000i64]);
    let more = (prop::option::weighted(0.3, 1..100_000i64), any::<bool>(), any::<bool>(), prop_oneof![Just(0i64), 1..8i64]);
    prop_oneof![
        6 => (accept, more).prop_map(|((topic, joint, n, first, later), (life, hold, bulk, room))| Op::Accept {
            topic, joint, n, first, later, life, hold, bulk, room
        }),
        1 => (0..3usize).prop_map(|topic| Op::AcceptStaged { topic }),
        10 => (1..6u32).prop_map(|n| Op::Claim { n }),
        10 => (any::<prop::sample::Index>(), 1..5usize, 0..DECISIONS)
            .prop_map(|(pick, n, decision)| Op::Settle { pick: pick.index(1 << 20), n, decision }),
        6 => (any::<prop::sample::Index>(), 0..DECISIONS).prop_map(|(pick, decision)| Op::Answer { pick: pick.index(1 << 20), decision }),
        1 => (0..3usize).prop_map(|topic| Op::CancelTopic { topic }),
        2 => any::<prop::sample::Index>().prop_map(|pick| Op::CancelMessage { pick: pick.index(1 << 20) }),
        2 => (1..3usize, any::<bool>()).prop_map(|(topic, paused)| Op::Pause { topic, paused }),
        1 => (0..12usize).prop_map(|who| Op::Suppress { who }),
        3 => (any::<prop::sample::Index>(), 0..6usize, 0..3usize)
            .prop_map(|(pick, person, kind)| Op::Feedback { pick: pick.index(1 << 20), person, kind }),
        4 => prop_oneof![4 => 1..100_000i64, 1 => Just(LATENESS + 1)].prop_map(|ms| Op::Pass { ms }),
        2 => Just(Op::Housekeep),
        1 => Just(Op::Restart),
        2 => Just(Op::Handover),
    ]
}

/// Something claimed once.
#[derive(Clone)]
struct Out {
    claimed: std::sync::Arc<Claimed>,
    ordinal: u32,
    returned: bool,
}

struct Run {
    f: Fixture,
    model: Model,
    history: Vec<Out>,
}

impl Run {
    async fn new(engine: Box<dyn Engine>) -> Self {
        let mut f = Fixture::open(engine, 11).await;
        f.lateness = LATENESS;
        Self { f, model: Model::default(), history: Vec::new() }
    }

    /// What is told of each of `n` recipients, and how.
    fn told(&self, which: usize, n: usize) -> (Vec<Decision>, Decision) {
        if which < 6 || n < 2 {
            let one = self.decision(which % 6);
            return (vec![one.clone(); n], one);
        }
        let each: Vec<_> = (0..n).map(|i| self.decision((which + i * (which / 6)) % 6)).collect();
        (each.clone(), Decision::Each(each))
    }

    fn decision(&self, which: usize) -> Decision {
        let soon = Wall(self.f.now().0 + 30_000);
        match which {
            0 => support::sent(),
            1 => support::failed(),
            2 => support::retry(soon),
            3 => support::returned(soon),
            4 => support::unsettled(soon),
            _ => support::unknown(),
        }
    }

    async fn run(&mut self, op: Op) {
        match op {
            Op::Accept { topic, joint: one, n, first, later, life, hold, bulk, room } => {
                let now = self.f.now();
                let people = (first..first + n).map(address);
                let plain = if one { joint(TOPICS[topic], n) } else { support::to(TOPICS[topic], people) };
                let mail = Mail {
                    due: (later > 0).then_some(Wall(now.0 + later)),
                    expires_at: life.map(|ms| Wall(now.0 + later + ms)),
                    on_unknown: if hold { OnUnknown::Hold } else { OnUnknown::Resend },
                    lane: if bulk { Lane::Bulk } else { Lane::Transactional },
                    ..plain
                };
                self.accept(mail, room).await;
            }
            Op::AcceptStaged { topic } => self.accept(Mail { lane: Lane::Bulk, ..each(TOPICS[topic], 300) }, 0).await,
            Op::Claim { n } => self.claim(n).await,
            Op::Settle { pick, n, decision } => {
                let out: BTreeSet<(i64, DeliveryId)> =
                    self.model.leases.iter().flat_map(|(no, l)| l.out.iter().map(|id| (*no, *id))).collect();
                let chosen: Vec<_> = out.into_iter().collect();
                let start = pick % chosen.len().max(1);
                let picks: Vec<usize> = chosen.iter().skip(start).take(n).map(|(no, id)| self.find(*no, *id)).collect();
                self.answer(picks, decision).await;
            }
            Op::Answer { pick, decision } if !self.history.is_empty() => self.answer(vec![pick % self.history.len()], decision).await,
            Op::Answer { .. } => {}
            Op::CancelTopic { topic } => {
                let got = self.f.store.cancel_topic(TOPICS[topic], self.f.now()).await.expect("cancel");
                if topic == 0 {
                    assert_eq!(got, None);
                } else if let Some(got) = got {
                    assert_eq!(got, self.model.cancel(|m| m.topic == TOPICS[topic], true), "recipients cancelled");
                }
            }
            Op::CancelMessage { pick } if !self.model.messages.is_empty() => {
                let id = self.model.messages[pick % self.model.messages.len()].id;
                let got = self.f.store.cancel_message(id, self.f.now()).await.expect("cancel");
                assert_eq!(got, Some(self.model.cancel(|m| m.id == id, false)), "recipients cancelled");
            }
            Op::CancelMessage { .. } => {}
            Op::Pause { topic, paused } => {
                if self.f.store.pause_topic(TOPICS[topic], paused, self.f.now()).await.expect("pause") {
                    let name = TOPICS[topic].to_owned();
                    if paused {
                        self.model.paused.insert(name)
                    } else {
                        self.model.paused.remove(&name)
                    };
                }
            }
            Op::Suppress { who } => {
                self.f.store.suppress(vec![NewEntry::plain(address(who), SuppressionCause::Manual, self.f.now())]).await.expect("suppress");
                self.model.suppressed.insert(address(who));
            }
            Op::Feedback { pick, person, kind } if !self.model.copies.is_empty() => {
                let (id, c) = self.model.copies.iter().nth(pick % self.model.copies.len()).expect("a copy");
                let (id, email) = (*id, c.people[person % c.people.len()].email.clone());
                let kind = FeedbackKind::ALL[kind];
                let new = self.f.report(id.message, id.ordinal, &email, kind).await;
                assert_eq!(new == 1, self.model.feedback(id, &email, kind), "feedback of {id}");
            }
            Op::Feedback { .. } => {}
            Op::Pass { ms } => self.f.pass(ms),
            Op::Housekeep => {
                self.f.housekeep().await;
                self.model.sweep();
            }
            Op::Restart => {
                let got = self.f.restart().await;
                assert_eq!(got, self.model.reclaim(self.f.now(), [1_000, 60_000]), "copies reclaimed");
            }
            Op::Handover => {
                let got = self.f.begin().await;
                assert_eq!(got, self.model.reclaim(self.f.now(), [1_000, 60_000]), "copies reclaimed");
            }
        }
    }

    fn find(&self, lease: i64, id: DeliveryId) -> usize {
        let is = |o: &Out| o.claimed.lease.0 == lease && o.claimed.message.id == id.message && o.ordinal == id.ordinal;
        self.history.iter().position(is).expect("what is out was claimed")
    }

    async fn accept(&mut self, mail: Mail, room: i64) {
        let draft = self.f.draft(mail);
        self.f.take_notices();
        for lane in Lane::ALL {
            self.f.window.set(lane, room);
        }
        self.f.store.accept(self.f.batch(vec![draft.clone()], None)).await.expect("accept");
        self.model.accept(&draft);
        let now = self.f.now();
        let (mut wanted, m) = (0, &draft.message);
        for c in self.model.copies.iter().filter(|(id, _)| id.message == m.id).map(|(_, c)| c) {
            wanted += i64::from(c.state() == State::Waiting);
        }
        let fits = wanted > 0 && wanted <= room && m.due <= now && !self.model.paused.contains(&m.topic);
        let leased: Vec<_> =
            self.f.take_notices().into_iter().filter_map(|n| if let Notice::Leased(c) = n { Some(c) } else { None }).collect();
        assert_eq!(leased.len(), usize::from(fits), "born leased");
        for claimed in leased {
            assert_eq!(self.f.window.room(m.lane), room - wanted, "the window");
            self.take(claimed);
        }
    }

    fn take(&mut self, claimed: Claimed) {
        self.model.lease(&claimed, self.f.now(), LATENESS);
        let claimed = std::sync::Arc::new(claimed);
        for one in &claimed.copies {
            self.history.push(Out { claimed: claimed.clone(), ordinal: one.ordinal, returned: false });
        }
    }

    async fn claim(&mut self, n: u32) {
        let now = self.f.now();
        let claimed = self.f.claim(n).await;
        let mut by_queue: BTreeMap<(String, Lane), usize> = BTreeMap::new();
        for one in &claimed {
            *by_queue.entry((one.message.topic.clone(), one.message.lane)).or_default() += one.copies.len();
        }
        // What the claim settled on the way, before what it brought: lateness looks at leases.
        let brought: BTreeSet<_> =
            claimed.iter().flat_map(|c| c.copies.iter().map(|one| DeliveryId { message: c.message.id, ordinal: one.ordinal })).collect();
        let views = self.views().await;
        let mut passed = Vec::new();
        for (id, c) in self.model.copies.iter().filter(|(id, _)| !brought.contains(id)) {
            let view = &views[id];
            for (i, (p, seen)) in c.people.iter().zip(&view.recipients).enumerate() {
                if c.shown(p.state) == seen.state {
                    continue;
                }
                assert!(self.model.may_pass(c, p.state, seen.state, now, LATENESS), "{id}: a claim made {:?} {:?}", p.state, seen.state);
                assert!(seen.state != State::Suppressed || self.model.keeps_back(&p.email, Lane::Bulk), "{id} is on no list");
                passed.push((*id, i, seen.state));
            }
        }
        // A claim that had much to clear leaves the rest to the next. Copies that have their result already may still lie in an entry.
        let over = self.model.copies.values().filter(|c| self.model.messages[c.message].cancelled || c.state().is_result()).count();
        let cut = passed.len() + over >= 500;
        for (id, i, state) in passed {
            let c = self.model.copies.get_mut(&id).expect("a copy");
            c.people[i].state = state;
            if c.people.iter().all(|p| p.state.is_result()) {
                c.place = Place::Nowhere;
            }
        }
        claimed.into_iter().for_each(|one| self.take(one));
        // A queue that gave less than it was asked for has nothing more.
        for c in self.model.copies.values() {
            let m = &self.model.messages[c.message];
            let got = by_queue.get(&(m.topic.clone(), m.lane)).copied().unwrap_or(0);
            let due = matches!(c.place, Place::Queue(at) if at <= now);
            let held_back = self.model.paused.contains(&m.topic) || m.retired;
            assert!(got <= n as usize, "more than asked for");
            assert!(!due || held_back || cut || got == n as usize, "a due copy was not given: {c:?} of {m:?}");
        }
    }

    async fn answer(&mut self, picks: Vec<usize>, decision: usize) {
        let mut batch = Vec::new();
        for pick in picks {
            let out = &self.history[pick];
            let id = DeliveryId { message: out.claimed.message.id, ordinal: out.ordinal };
            let copy = out.claimed.copies.iter().find(|one| one.ordinal == out.ordinal).expect("what is out was claimed");
            let people: Vec<usize> = copy.addressees.iter().enumerate().filter(|(_, a)| a.open).map(|(i, _)| i).collect();
            // What was given back unsent is answered in no other way afterwards.
            let (each, decision) = self.told(if out.returned { 3 } else { decision }, people.len());
            batch.push(settlement(&out.claimed, out.ordinal, self.f.now(), decision));
            let told: Vec<_> = people.into_iter().zip(each).collect();
            let (lease, attempt) = (out.claimed.lease.0, out.claimed.attempt);
            self.history[pick].returned |= self.model.settle(id, lease, attempt, &told);
        }
        self.f.apply(batch).await;
    }

    async fn views(&self) -> BTreeMap<DeliveryId, DeliveryView> {
        self.f.all(DeliveryFilter::default()).await.into_iter().map(|v| (v.id, v)).collect()
    }

    async fn check(&self) {
        let views = self.views().await;
        assert_eq!(views.len(), self.model.copies.len(), "copies");
        for (id, c) in &self.model.copies {
            let view = &views[id];
            let shown: Vec<_> = c.people.iter().map(|p| (p.email.as_str(), c.shown(p.state), p.feedback)).collect();
            let seen: Vec<_> = view.recipients.iter().map(|r| (r.email.as_str(), r.state, r.feedback)).collect();
            assert_eq!(seen, shown, "{id}: {c:?}");
            assert_eq!(view.attempts, c.attempt, "{id}: attempts");
            for (p, seen) in c.people.iter().zip(&view.recipients) {
                assert_eq!(seen.attempts, p.attempt, "{id}: attempts for {}", p.email);
                assert!(p.accepted.is_empty() || p.state == State::Sent, "{id} was accepted: {c:?}");
                assert!(p.accepted.len() < 2 || view.maybe_twice, "{id} was accepted twice and does not show it: {c:?}");
            }
            let doubtful = c.people.iter().any(|p| p.doubtful);
            assert!(doubtful || !view.maybe_twice, "{id} shows a doubt nobody had");
        }
        for name in &TOPICS[1..] {
            let Some(topic) = self.f.store.topic(name).await.expect("look-up") else { continue };
            let (mut kept, mut counted) = (topic.counts, self.model.counts(|m| m.topic == *name));
            for c in [&mut kept, &mut counted] {
                c.waiting += c.sending + c.unsettled;
                (c.sending, c.unsettled) = (0, 0);
            }
            assert_eq!(kept, counted, "counts of {name}");
        }
        let (all, health) = (self.model.counts(|_| true), self.f.store.health().await.expect("health"));
        let out = self.model.leases.values().map(|l| l.out.len() as i64).sum::<i64>();
        assert_eq!((health.waiting, health.unsettled, health.leased), (all.waiting, all.unsettled, out), "health");
        assert_eq!(self.f.store.sent_since(Wall(0)).await, Ok(all.sent), "sent by minute");
        assert_eq!(self.f.violations().await, [], "verify");
    }

    /// Lets everything go its way: afterwards every copy has a result.
    async fn drain(&mut self) {
        for topic in &TOPICS[1..] {
            self.f.store.pause_topic(topic, false, self.f.now()).await.expect("resume");
            self.model.paused.remove(*topic);
        }
        self.run(Op::Handover).await;
        for _ in 0..200 {
            if self.model.copies.values().all(|c| c.state().is_result()) {
                break;
            }
            self.f.pass(40_000);
            self.claim(100).await;
            let out: Vec<_> = self.model.leases.iter().flat_map(|(no, l)| l.out.iter().map(|id| (*no, *id))).collect();
            let picks = out.into_iter().map(|(no, id)| self.find(no, id)).collect();
            self.answer(picks, 0).await;
            self.run(Op::Housekeep).await;
        }
        self.check().await;
        for (id, c) in &self.model.copies {
            assert!(c.people.iter().all(|p| p.state.is_result()), "{id} never ended: {c:?}");
        }
        assert!(self.model.leases.is_empty());
        assert_eq!(self.f.store.health().await.expect("health").leased, 0);
    }
}

fn config() -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, max_shrink_iters: 2_000, ..ProptestConfig::default() };
    // The crate's default is too many for every run; PROPTEST_CASES asks for more or fewer.
    if config.cases == 256 {
        config.cases = 100;
    }
    config
}

fn sequence(engine: Box<dyn Engine>, ops: Vec<Op>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let mut run = Run::new(engine).await;
        for op in ops {
            run.run(op).await;
            run.check().await;
        }
        run.drain().await;
        run.f.store.close().await;
    });
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_sequence_on_sqlite(ops in prop::collection::vec(op(), 1..50)) {
        sequence(Box::new(Sqlite::new()), ops);
    }
}

proptest! {
    // Each step is a round trip or more.
    #![proptest_config(ProptestConfig { cases: config().cases / 4, ..config() })]

    #[test]
    fn any_sequence_on_postgres(ops in prop::collection::vec(op(), 1..50)) {
        sequence(Box::new(OnPostgres::new()), ops);
    }

    #[test]
    fn any_sequence_while_others_cross_it(ops in prop::collection::vec(op(), 1..50)) {
        sequence(Box::new(OnPostgres::crossed()), ops);
    }
}
