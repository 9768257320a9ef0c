//! Several nodes that share one rate and one day (S0-17, S4-3): dispatchers side by side against a store that gives out slots.

use std::{sync::Arc, time::Duration};

use jebi::service::dispatch::{Left, Settings};
use jebi_domain::{
    delivery::State,
    fake::ManualClock,
    message::Lane,
    outcome::Limit,
    port::{AccountReport, AccountState},
};

use super::rig::*;

/// Nodes on one clock and one database.
struct Nodes {
    clock: ManualClock,
    slots: Arc<FakeSlots>,
    all: Vec<Rig>,
    settings: Settings,
}

impl Nodes {
    async fn start(count: usize, settings: Settings) -> Self {
        let clock = started_clock();
        let slots = FakeSlots::new(clock.clone());
        let mut nodes = Self { clock, slots, all: Vec::new(), settings };
        for _ in 0..count {
            nodes.join().await;
        }
        nodes
    }

    async fn at_rate(count: usize, rate: f64) -> Self {
        Self::start(count, settings(Some(rate))).await
    }

    async fn join(&mut self) {
        let slots = self.slots.clone();
        let rig = Rig::on(self.clock.clone(), self.settings.clone(), |store, _| store.share(slots)).await;
        self.all.push(rig);
    }

    /// Each gets so many bulk mails of its own.
    fn post(&self, copies: u32) {
        for rig in &self.all {
            rig.store.post(Post { copies, ..Post::default() });
        }
    }

    /// Moves the clock on in steps of a millisecond.
    async fn advance(&self, by: Duration) {
        for _ in 0..by.as_millis() {
            self.clock.advance(Duration::from_millis(1));
            self.all.iter().filter(|rig| rig.beats).for_each(|rig| rig.fence.renew(rig.clock_boot()));
            quiet().await;
        }
    }

    /// The same in steps of a second, where no rate has to be used.
    async fn advance_roughly(&self, seconds: u64) {
        for _ in 0..seconds {
            self.clock.advance(Duration::from_secs(1));
            self.all.iter().for_each(|rig| rig.fence.renew(rig.clock_boot()));
            quiet().await;
        }
    }

    /// What all of them wrote, in order.
    fn written(&self) -> Vec<(u64, u32)> {
        let mut log: Vec<(u64, u32)> = self.all.iter().flat_map(Rig::written).collect();
        log.sort_unstable();
        log
    }

    fn sent(&self) -> usize {
        self.all.iter().map(|rig| rig.store.count(State::Sent)).sum()
    }

    fn now(&self) -> u64 {
        self.all[0].clock_ns()
    }
}

const S: u64 = 1_000_000_000;

fn used(log: &[(u64, u32)], rate: f64, from: u64, to: u64) -> f64 {
    log.iter().filter(|(at, _)| (from..to).contains(at)).count() as f64 / ((to - from) as f64 / S as f64) / rate
}

#[test]
fn three_nodes_keep_the_rate_together_and_use_it_while_one_dies_and_one_joins() {
    run(async {
        let mut nodes = Nodes::at_rate(3, 100.0).await;
        nodes.all.iter().for_each(|rig| rig.provider.answer(|_| Reply::After(Duration::from_millis(80), accepted())));
        nodes.post(5000);
        nodes.advance(Duration::from_secs(2)).await;
        let from = nodes.now();
        nodes.advance(Duration::from_secs(3)).await;
        nodes.all[1].dispatcher.take().expect("it runs").kill();
        nodes.advance(Duration::from_secs(3)).await;
        nodes.join().await;
        nodes.all[3].store.post(Post { copies: 5000, ..Post::default() });
        nodes.advance(Duration::from_secs(4)).await;
        let log = nodes.written();
        assert!(peak(&log) <= 100, "{} in a second", peak(&log));
        let used = used(&log, 100.0, from, nodes.now());
        assert!(used >= 0.95, "{used} used");
        assert!(nodes.all.iter().all(|rig| rig.written().len() > 50), "each of them sends");
    });
}

#[test]
fn a_node_without_mail_asks_for_nothing_and_the_first_mail_goes_at_once() {
    run(async {
        let nodes = Nodes::at_rate(2, 50.0).await;
        nodes.all[0].store.post(Post::default());
        nodes.advance(Duration::from_secs(3)).await;
        assert_eq!((nodes.sent(), nodes.slots.asked().len() < 8), (1, true), "{:?}", nodes.slots.asked().len());
        let before = nodes.slots.asked().len();
        nodes.advance(Duration::from_secs(5)).await;
        assert_eq!(nodes.slots.asked().len(), before);
        let posted = nodes.now();
        nodes.all[1].store.post(Post { lane: Lane::Transactional, ..Post::default() });
        nodes.advance(Duration::from_millis(50)).await;
        let log = nodes.written();
        assert!(log.len() == 2 && log[1].0 - posted < 20_000_000, "{log:?} from {posted}");
    });
}

#[test]
fn transactional_mail_overtakes_bulk_in_the_slots_a_node_holds() {
    run(async {
        let nodes = Nodes::at_rate(2, 20.0).await;
        nodes.post(500);
        nodes.advance(Duration::from_secs(3)).await;
        let posted = nodes.now();
        nodes.all[0].store.post(Post { lane: Lane::Transactional, topic: "codes", ..Post::default() });
        nodes.advance(Duration::from_millis(400)).await;
        let at = nodes.all[0].provider.recipients().iter().position(|to| to.contains("codes")).expect("it went");
        let went = nodes.all[0].written()[at].0;
        assert!(went - posted <= 210_000_000, "{}", went - posted);
    });
}

#[test]
fn without_the_database_nothing_starts_and_afterwards_nothing_is_made_up() {
    run(async {
        let nodes = Nodes::at_rate(3, 100.0).await;
        nodes.post(3000);
        nodes.advance(Duration::from_secs(3)).await;
        nodes.slots.set_away(true);
        nodes.advance(Duration::from_millis(150)).await;
        let before = nodes.written().len();
        nodes.advance(Duration::from_secs(3)).await;
        assert_eq!(nodes.written().len(), before, "what was held is used or missed");
        nodes.slots.set_away(false);
        nodes.slots.set_silent(true);
        nodes.advance(Duration::from_secs(3)).await;
        assert_eq!(nodes.written().len(), before, "an answer that is lost is none");
        nodes.slots.set_silent(false);
        nodes.slots.crash();
        nodes.advance(Duration::from_secs(3)).await;
        let from = nodes.now();
        nodes.advance(Duration::from_secs(4)).await;
        let log = nodes.written();
        assert!(peak(&log) <= 100, "{} in a second", peak(&log));
        assert!(used(&log, 100.0, from, nodes.now()) >= 0.95, "{}", used(&log, 100.0, from, nodes.now()));
    });
}

#[test]
fn a_database_that_crashed_or_whose_clock_was_set_gives_a_pause_and_no_burst() {
    for trouble in
        [|slots: &FakeSlots| slots.crash(), |slots: &FakeSlots| slots.step(5_000_000), |slots: &FakeSlots| slots.step(-7_200_000_000)]
    {
        run(async {
            let nodes = Nodes::at_rate(3, 100.0).await;
            nodes.post(3000);
            nodes.advance(Duration::from_millis(3_500)).await;
            trouble(&nodes.slots);
            nodes.advance(Duration::from_millis(2_500)).await;
            let from = nodes.now();
            nodes.advance(Duration::from_secs(3)).await;
            let log = nodes.written();
            assert!(peak(&log) <= 100, "{} in a second", peak(&log));
            assert!(used(&log, 100.0, from, nodes.now()) >= 0.95, "{}", used(&log, 100.0, from, nodes.now()));
        });
    }
}

#[test]
fn a_closed_fence_and_a_held_provider_reserve_nothing() {
    run(async {
        let mut nodes = Nodes::at_rate(1, 50.0).await;
        nodes.all[0].provider.always(refused());
        nodes.post(200);
        nodes.advance(Duration::from_secs(2)).await;
        let before = nodes.slots.asked().len();
        nodes.advance(Duration::from_secs(5)).await;
        assert_eq!(nodes.slots.asked().len(), before, "its account is refused");
        nodes.all[0].provider.always(accepted());
        nodes.all[0].dispatch.account_answered(None, nodes.all[0].clock_boot());
        nodes.advance(Duration::from_secs(1)).await;
        assert!(nodes.sent() > 10);
        nodes.all[0].beats = false;
        nodes.advance(Duration::from_secs(14)).await;
        let (before, sent) = (nodes.slots.asked().len(), nodes.sent());
        nodes.advance(Duration::from_secs(2)).await;
        assert_eq!((nodes.slots.asked().len(), nodes.sent()), (before, sent), "its lease has run short");
    });
}

#[test]
fn too_fast_said_to_one_slows_all_and_a_lower_rate_of_one_holds_for_all() {
    run(async {
        let nodes = Nodes::at_rate(3, 100.0).await;
        nodes.post(5000);
        let mut first = true;
        nodes.all[1].provider.answer(move |_| Reply::Now(if std::mem::take(&mut first) { throttled(Limit::Rate) } else { accepted() }));
        nodes.advance(Duration::from_secs(3)).await;
        assert!(nodes.all.iter().all(|rig| rig.status().state.as_str() == "slowed" && rig.status().rate == Some(90.0)));
        let from = nodes.now();
        nodes.advance(Duration::from_secs(3)).await;
        let slowed = used(&nodes.written(), 100.0, from, nodes.now());
        assert!(slowed < 0.88, "{slowed}");
        let now = nodes.all[2].clock_boot();
        nodes.all[2].dispatch.apply(settings(Some(40.0)), now);
        nodes.advance(Duration::from_secs(9)).await;
        assert_eq!(nodes.all[0].status().rate, Some(40.0));
        let from = nodes.now();
        nodes.advance(Duration::from_secs(3)).await;
        let late: Vec<(u64, u32)> = nodes.written().into_iter().filter(|(at, _)| *at >= from).collect();
        assert!(peak(&late) <= 40 && peak(&nodes.written()) <= 100, "{}", peak(&late));
    });
}

fn limited(daily: u64) -> Settings {
    Settings { daily_limit: Some(daily), ..settings(Some(20.0)) }
}

#[test]
fn the_limit_of_24_hours_is_for_all_nodes_together_with_its_reserve() {
    run(async {
        let nodes = Nodes::start(3, limited(100)).await;
        nodes.post(60);
        nodes.advance(Duration::from_secs(12)).await;
        assert_eq!(nodes.sent(), 90, "a tenth is kept");
        nodes.all[2].store.post(Post { lane: Lane::Transactional, copies: 15, topic: "codes", ..Post::default() });
        nodes.advance(Duration::from_secs(5)).await;
        assert_eq!((nodes.sent(), nodes.slots.taken()), (100, 100), "transactional mail goes to the limit");
        let used: Vec<u64> = nodes.all.iter().map(|rig| rig.status().quota.expect("a limit").used).collect();
        assert_eq!(used[2], 100);
        nodes.advance(Duration::from_secs(11)).await;
        let used: Vec<u64> = nodes.all.iter().map(|rig| rig.status().quota.expect("a limit").used).collect();
        assert_eq!(used, [100; 3], "those that send nothing learn it, too");
    });
}

#[test]
fn a_limit_without_a_rate_is_shared_as_well() {
    run(async {
        let nodes = Nodes::start(3, Settings { daily_limit: Some(50), ..settings(None) }).await;
        nodes.post(40);
        nodes.advance(Duration::from_secs(3)).await;
        assert_eq!((nodes.sent(), nodes.slots.taken()), (45, 45));
    });
}

#[test]
fn what_was_refused_or_not_used_does_not_count() {
    run(async {
        let mut nodes = Nodes::start(2, limited(40)).await;
        nodes.all[0].provider.always(throttled(Limit::Rate));
        nodes.post(30);
        nodes.advance(Duration::from_secs(6)).await;
        assert_eq!((nodes.all[0].store.count(State::Sent), nodes.all[1].store.count(State::Sent)), (0, 30));
        assert!(nodes.all[0].provider.sent().len() > 15, "refused again and again");
        nodes.all[0].provider.always(accepted());
        nodes.advance(Duration::from_secs(4)).await;
        assert_eq!(nodes.sent(), 36, "nine tenths");
        let stopping = nodes.all[0].dispatcher.take().expect("it runs").stop(Duration::from_secs(1));
        let moving = async { nodes.advance(Duration::from_secs(2)).await };
        assert_eq!(tokio::join!(stopping, moving).0, Left::default());
        nodes.advance_roughly(3).await;
        assert_eq!(nodes.slots.taken(), 36);
    });
}

#[test]
fn what_other_programs_send_is_what_the_account_counts_beyond_all_nodes() {
    run(async {
        let clock = started_clock();
        let slots = FakeSlots::new(clock.clone());
        slots.set_taken(60);
        let told = |sent: f64| {
            let report = report(Some(20.0), AccountState::Healthy);
            report.map(|r| r.map(|r| AccountReport { max_24_hour_send: Some(200.0), sent_last_24_hours: Some(sent), ..r }))
        };
        let shared = slots.clone();
        let rig = Rig::on(clock.clone(), settings(None), move |store, provider| {
            store.share(shared);
            provider.accounts([told(100.0)]);
        })
        .await;
        let nodes = Nodes { clock, slots, all: vec![rig], settings: settings(None) };
        nodes.advance(Duration::from_secs(1)).await;
        assert_eq!(nodes.all[0].status().quota.expect("a limit").used, 100, "60 of ours, 40 of others");
        nodes.post(300);
        nodes.advance(Duration::from_secs(10)).await;
        assert_eq!(nodes.sent(), 80, "180 less 100: {:?} {:?}", nodes.all[0].status(), nodes.slots.asked().last());
    });
}

#[test]
fn joint_copies_take_their_slots_together() {
    run(async {
        let nodes = Nodes::at_rate(3, 30.0).await;
        nodes.all[0].store.post(Post { copies: 60, joint: 7, ..Post::default() });
        nodes.all[1].store.post(Post { copies: 400, ..Post::default() });
        nodes.all[2].store.post(Post { copies: 100, joint: 2, ..Post::default() });
        nodes.advance(Duration::from_secs(12)).await;
        let log = nodes.written();
        assert!(peak(&log) <= 30, "{}", peak(&log));
        assert!([1, 2, 7].iter().all(|n| log.iter().filter(|(_, m)| m == n).count() > 3), "{log:?}");
    });
}
