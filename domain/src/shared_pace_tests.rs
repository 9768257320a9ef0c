//! Several nodes, each with a clock of its own, against the rules of the row, with delays, losses, deaths and joins.

use proptest::prelude::*;

use super::*;
use crate::fake::slots::SlotRow;

const J: Duration = Duration::from_millis(25);
const MS: u64 = 1_000_000;
const S: u64 = 1_000 * MS;
/// Database time when a run begins.
const BEGAN_US: i64 = 1_700_000_000_000_000;

/// The most recipients in any half-open second of a log.
fn peak(log: &[(u64, u32)]) -> u64 {
    let (mut lo, mut sum, mut most) = (0, 0u64, 0);
    for (at, n) in log {
        sum += u64::from(*n);
        while at - log[lo].0 >= S {
            sum -= u64::from(log[lo].1);
            lo += 1;
        }
        most = most.max(sum);
    }
    most
}

/// A call on its way.
struct Call {
    ask: SlotAsk,
    before: Boot,
    /// When it reaches the row and when its answer is back; `None` for an answer that is lost.
    there: u64,
    back: Option<u64>,
    grant: Option<SlotGrant>,
}

struct Node {
    hand: Hand,
    /// Its clock: so far from the truth at the start, and faster by so many millionths.
    from: u64,
    ppm: i64,
    call: Option<Call>,
    /// When it lives.
    lives: std::ops::Range<u64>,
    rate: f64,
    /// Recipients of its mails, in turn.
    sizes: Vec<u32>,
    sent: usize,
}

impl Node {
    fn new(from: u64, ppm: i64, lives: std::ops::Range<u64>, rate: f64, sizes: &[u32]) -> Self {
        Self { hand: Hand::new(J), from, ppm, call: None, lives, rate, sizes: sizes.to_vec(), sent: 0 }
    }

    fn boot(&self, truth: u64) -> Boot {
        Boot((self.from as i64 + truth as i64 + truth as i64 * self.ppm / 1_000_000) as u64)
    }

    fn size(&self) -> u32 {
        self.sizes[self.sent % self.sizes.len()]
    }
}

/// What goes wrong: delays in µs to the row and back, in turn; each how many-th answer is lost; when database time is set by how much.
struct World {
    delays: Vec<(u64, u64)>,
    lost: usize,
    set: Option<(u64, i64)>,
    /// How late timers are, in µs, in turn.
    late: Vec<u64>,
}

/// Runs for so long and returns when how many were written, in true time.
fn run(nodes: &mut [Node], world: &World, length: u64) -> Vec<(u64, u32)> {
    let mut row: Option<SlotRow> = None;
    let (mut log, mut calls, mut turn) = (Vec::new(), 0usize, 0usize);
    let mut next_look = vec![0u64; nodes.len()];
    let mut truth = 0;
    while truth < length {
        let set = world.set.filter(|(at, _)| truth >= *at).map_or(0, |(_, by)| by);
        let database = BEGAN_US + (truth / 1_000) as i64 + set;
        for (i, node) in nodes.iter_mut().enumerate().filter(|(_, node)| node.lives.contains(&truth)) {
            let now = node.boot(truth);
            if let Some(call) = &mut node.call {
                if call.grant.is_none() && truth >= call.there {
                    let row = row.get_or_insert_with(|| SlotRow::fresh(database, call.ask.window_us));
                    call.grant = Some(row.reserve(&call.ask, database));
                }
                let is_lost = call.back.is_none() && truth >= call.there + 300 * MS;
                if is_lost {
                    let call = node.call.take().expect("there");
                    node.hand.failed(&call.ask, now);
                } else if call.back.is_some_and(|back| truth >= back) {
                    let call = node.call.take().expect("there");
                    node.hand.answered(&call.ask, &call.grant.expect("it was there"), call.before, now);
                }
            }
            let run = Run { mails: 50, weight: node.size() };
            if node.call.is_none()
                && let Want::Now(count) = node.hand.want(now, run, Some(node.rate))
            {
                let ask = node.hand.ask(now, "test", count, run.weight, Some(node.rate), None);
                let (there, back) = world.delays[calls % world.delays.len()];
                calls += 1;
                let there = truth + there * 1_000;
                let is_lost = world.lost > 0 && calls.is_multiple_of(world.lost);
                node.call = Some(Call { ask, before: now, there, back: (!is_lost).then_some(there + back * 1_000), grant: None });
            }
            if truth < next_look[i] {
                continue;
            }
            let mut used = false;
            while node.hand.take(now, node.size()).is_ok() {
                log.push((truth, node.size()));
                node.sent += 1;
                used = true;
            }
            if used {
                turn += 1;
                next_look[i] = truth + world.late[turn % world.late.len()] * 1_000;
            }
        }
        truth += MS / 4;
    }
    log
}

fn steady() -> World {
    World { delays: vec![(300, 300), (900, 400), (2_000, 5_000)], lost: 0, set: None, late: vec![100, 1_500, 900] }
}

/// What was used of a rate between two times.
fn used(log: &[(u64, u32)], rate: f64, from: u64, to: u64) -> f64 {
    let sent: u32 = log.iter().filter(|(at, _)| (from..to).contains(at)).map(|(_, n)| n).sum();
    f64::from(sent) / ((to - from) as f64 / S as f64) / rate
}

#[test]
fn three_nodes_keep_the_rate_together_and_use_95_percent_also_while_one_dies_and_one_joins() {
    for rate in [12.0, 100.0, 400.0, 2_000.0] {
        let mut nodes = [
            Node::new(7 * S, 40, 0..40 * S, rate, &[1]),
            Node::new(900 * S, -200, 0..9 * S, rate, &[1]),
            Node::new(31 * S, 0, 5 * S..40 * S, rate, &[1]),
            Node::new(40_000 * S, 450, 12 * S..40 * S, rate, &[1]),
        ];
        let log = run(&mut nodes, &steady(), 22 * S);
        assert!(peak(&log) as f64 <= rate, "{} in a second at {rate}", peak(&log));
        let used = used(&log, rate, 2 * S, 22 * S);
        assert!(used >= 0.95, "{used} of {rate}");
        let sent: Vec<usize> = nodes.iter().map(|node| node.sent).collect();
        assert!(sent.iter().all(|n| *n as f64 >= rate / 2.0), "everyone gets some: {sent:?} at {rate}");
    }
}

#[test]
fn a_dead_node_costs_a_tenth_of_a_second() {
    let alone = || Node::new(0, 0, 0..30 * S, 100.0, &[1]);
    let mut nodes = [alone(), Node::new(5 * S, 0, 0..5 * S, 100.0, &[1])];
    let log = run(&mut nodes, &steady(), 10 * S);
    let gap = log.windows(2).filter(|w| w[0].0 > 2 * S).map(|w| w[1].0 - w[0].0).max().expect("some");
    assert!(gap <= 110 * MS, "{gap}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn no_second_holds_more_than_the_rate_whatever_happens_to_the_answers(
        rate in prop_oneof![2.0..20.0, 20.0..150.0, 150.0..900.0f64],
        delays in prop::collection::vec((0u64..60_000, 0u64..60_000), 1..40),
        quick in any::<bool>(),
        lost in 0usize..12,
        clocks in prop::collection::vec((0u64..1_000_000_000_000, -450i64..450), 3),
        lives in prop::collection::vec((0u64..4_000, 1_000u64..8_000), 3),
        late in prop::collection::vec(0u64..40_000, 1..20),
    ) {
        let delays = if quick { delays.iter().map(|(a, b)| (a / 20, b / 20)).collect() } else { delays };
        let mut nodes: Vec<Node> = clocks.iter().zip(&lives)
            .map(|((from, ppm), (born, age))| Node::new(*from, *ppm, born * MS..(born + age) * MS, rate, &[1])).collect();
        let log = run(&mut nodes, &World { delays, lost, set: None, late }, 8 * S);
        prop_assert!(peak(&log) as f64 <= rate.ceil(), "{} in a second at {rate}", peak(&log));
    }

    #[test]
    fn copies_to_several_count_each_recipient(
        rate in 5.0..200.0f64,
        sizes in prop::collection::vec(prop::collection::vec(1u32..12, 1..6), 3),
        delays in prop::collection::vec((0u64..3_000, 0u64..3_000), 1..20),
    ) {
        let mut nodes: Vec<Node> =
            sizes.iter().enumerate().map(|(i, sizes)| Node::new(i as u64 * S, i as i64 * 100, 0..9 * S, rate, sizes)).collect();
        let log = run(&mut nodes, &World { delays, lost: 0, set: None, late: vec![500] }, 9 * S);
        let largest = f64::from(*sizes.iter().flatten().max().expect("some"));
        prop_assert!(peak(&log) as f64 <= rate.ceil().max(largest), "{} in a second at {rate}", peak(&log));
        prop_assert!(!log.is_empty());
    }

    #[test]
    fn a_database_whose_clock_is_set_sends_no_burst(
        by_ms in prop_oneof![-3_600_000i64..-20, 20i64..3_600_000],
        at_ms in 3_000u64..4_000,
        delays in prop::collection::vec((0u64..3_000, 0u64..3_000), 1..20),
    ) {
        let rate = 100.0;
        let mut nodes: Vec<Node> = (0..3).map(|i| Node::new(i * S, 0, 0..9 * S, rate, &[1])).collect();
        let world = World { delays, lost: 0, set: Some((at_ms * MS, by_ms * 1_000)), late: vec![500] };
        let log = run(&mut nodes, &world, 9 * S);
        prop_assert!(peak(&log) as f64 <= rate, "{} in a second", peak(&log));
        let resumed = used(&log, rate, 6_500 * MS, 9 * S);
        prop_assert!(resumed >= 0.94, "{resumed}");
    }
}

#[test]
fn copies_of_one_size_use_the_rate_as_far_as_whole_copies_can() {
    let mut nodes: Vec<Node> = (0..3).map(|i| Node::new(i * S, 0, 0..30 * S, 14.0, &[2])).collect();
    let log = run(&mut nodes, &steady(), 22 * S);
    assert!(peak(&log) <= 14);
    let used = used(&log, 14.0, 2 * S, 22 * S);
    assert!(used >= 0.85, "{used}");
}

#[test]
fn the_lowest_rate_told_holds_for_all_and_no_second_mixes_them() {
    let mut nodes = [Node::new(0, 0, 0..40 * S, 100.0, &[1]), Node::new(S, 0, 5 * S..10 * S, 40.0, &[1])];
    let log = run(&mut nodes, &steady(), 30 * S);
    let between = |from: u64, to: u64| log.iter().copied().filter(|(at, _)| (from * S..to * S).contains(at)).collect::<Vec<_>>();
    assert!(peak(&between(0, 5)) <= 100 && peak(&between(6, 19)) <= 40 && peak(&log) <= 100);
    assert!(used(&log, 40.0, 7 * S, 15 * S) >= 0.95, "the lower one is used");
    assert!(used(&log, 100.0, 22 * S, 30 * S) >= 0.95, "and forgotten ten seconds after its last teller");
}

#[test]
fn too_fast_slows_every_node_for_ten_seconds() {
    let mut nodes: Vec<Node> = (0..3).map(|i| Node::new(i * S, 0, 0..40 * S, 100.0, &[1])).collect();
    nodes[1].hand.slow_down();
    let log = run(&mut nodes, &steady(), 30 * S);
    let (slow, full) = (used(&log, 100.0, 2 * S, 9 * S), used(&log, 100.0, 15 * S, 30 * S));
    assert!((0.84..0.87).contains(&slow) && full >= 0.95, "{slow} and {full}");
}

#[test]
fn the_day_is_counted_when_slots_are_given_and_never_passed() {
    let (mut row, mut hand) = (SlotRow::fresh(0, 0), Hand::new(J));
    let mut now = Boot(S);
    let mut used = 0;
    for _ in 0..20 {
        let ask = hand.ask(now, "test", 10, 1, Some(100.0), Some(45));
        let grant = row.reserve(&ask, (now.0 / 1_000) as i64);
        hand.answered(&ask, &grant, now, now + Duration::from_millis(1));
        now = now + Duration::from_millis(100);
        while hand.take(now, 1).is_ok() {
            used += 1;
        }
        // The others are missed and given back.
        assert!(grant.day_used <= 45);
    }
    now = now + Duration::from_secs(1);
    let _ = hand.want(now, Run { mails: 1, weight: 1 }, Some(100.0));
    let ask = hand.ask(now, "test", 0, 1, Some(100.0), Some(45));
    assert_eq!(row.reserve(&ask, (now.0 / 1_000) as i64).day_used, used, "only what was used stays counted");
}

#[test]
fn without_a_rate_slots_wait_for_their_mail_and_without_an_answer_nothing_goes() {
    let (mut row, mut hand) = (SlotRow::fresh(0, 0), Hand::new(J));
    let now = Boot(S);
    assert_eq!(hand.take(now, 1), Err(None));
    assert_eq!(hand.want(now, Run { mails: 400, weight: 2 }, None), Want::Now(256));
    let ask = hand.ask(now, "test", 256, 2, None, Some(9));
    let grant = row.reserve(&ask, 1_000_000);
    assert_eq!((grant.granted, grant.day_used), (4, 8));
    hand.answered(&ask, &grant, now, now);
    let later = now + Duration::from_secs(3_600);
    assert_eq!((hand.startable(later, 0), hand.uncounted()), (4, 8));
    assert!(hand.take(later, 2).is_ok());
    hand.drop_all();
    assert_eq!((hand.take(later, 2), hand.uncounted()), (Err(None), 6));
}

#[test]
fn a_clock_known_too_badly_starts_nothing() {
    let (mut row, mut hand) = (SlotRow::fresh(0, 0), Hand::new(J));
    let ask = hand.ask(Boot(S), "test", 5, 1, Some(100.0), None);
    let grant = row.reserve(&ask, 1_000_000);
    let after = Boot(S) + Duration::from_millis(40);
    hand.answered(&ask, &grant, Boot(S), after);
    assert!(hand.is_vague(after));
    for ms in 0..100 {
        assert!(hand.take(after + Duration::from_millis(ms), 1).is_err());
    }
}
