//! What the parts of one provider's dispatcher share, and the sender's side of it: permits, slots, outcomes.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
    time::Duration,
};

use jebi_domain::{
    backoff::Backoff,
    message::Lane,
    outcome::{Decision, Limit, Outcome, Reason},
    pace::Pacer,
    port::{AccountReport, store::Window},
    retry::RATE_PAUSE,
    time::{Boot, Wall},
};
use tokio::sync::Notify;

use super::{
    bulk::Bulk,
    concurrency::Concurrency,
    daily::Daily,
    fence::Fence,
    health::{Allow, Cause, Health, Ticket},
    metrics::Meters,
    ready::{Finished, MailCache, Ready, ReadyCopy},
    settings::Settings,
    shared::Shared,
    stop::Stop,
    supply::taken_over,
};

/// The soonest a sender thread asks again for slots.
const ASK_AGAIN: Duration = Duration::from_millis(1);
/// The most starts given under one lock.
const PULL: u32 = 64;
/// Permits only transactional mail may use, so that bulk waiting for slow answers never holds it up.
const KEPT_PERMITS: u32 = 4;
/// How soon a closed fence is looked at again.
const FENCE_POLL: Duration = Duration::from_millis(250);
/// One sender thread serves so many recipients a second; more threads only split the connections.
const PER_THREAD: f64 = 5000.0;

/// What a [`Dispatch`] starts with.
pub struct Setup {
    pub provider: String,
    pub kind: &'static str,
    pub settings: Settings,
    pub fence: Arc<Fence>,
    /// Whether the store gives out slots for several nodes; else this process paces itself.
    pub shares_slots: bool,
    /// When the recorded last slot was taken, and the time now in both clocks.
    pub last_slot: Option<Wall>,
    /// Recipients sent in the last 24 hours, by slot of `jebi_domain::quota`.
    pub sent: Vec<(i64, u64)>,
    pub wall: Wall,
    pub boot: Boot,
}

/// What is known of the account's limits.
#[derive(Debug, PartialEq)]
pub(super) enum Account {
    /// Not asked yet: nothing is sent, because its rate may be far below ours.
    Unasked,
    /// It has no such thing to ask.
    Mute,
    Told(AccountReport),
    /// It would not say.
    Refused(Reason),
}

#[derive(Debug)]
pub(super) struct Inner {
    pub ready: Ready,
    pub pacer: Pacer,
    /// The slots held, where several nodes share the rate.
    pub shared: Option<Shared>,
    pub settings: Settings,
    pub daily: Daily,
    /// What is held back of bulk mail.
    pub bulk: Bulk,
    pub health: Health,
    /// Receiving domains that get too much.
    pub backoff: Backoff,
    pub concurrency: Concurrency,
    /// Calls allowed at once.
    pub limit: u32,
    pub account: Account,
    /// Permits whose connection is being checked out.
    pub starting: u32,
    /// From when on those starts are counted against the slots.
    starting_since: Boot,
    pub in_flight: u32,
    /// Bytes of large mail in them.
    pub large: u64,
    /// Copies claimed whose outcome is not committed.
    pub leased: u32,
    /// What the store may lease at accept; places of it taken whose notice is not here yet; what was last offered.
    pub window: Arc<Window>,
    pub granted: [i64; 2],
    pub offered: [i64; 2],
    /// A count that did not move between two reloads is of mail whose commit failed.
    pub granted_before: [i64; 2],
    /// Copies asked for by a claim that is not back yet.
    pub claiming: u32,
    /// Lanes with due mail in the queue.
    pub due: [bool; 2],
    pub finished: Vec<Finished>,
    /// How often copies were taken back before their slots.
    pub withdrawals: u64,
    /// A provider without a known rate said we are too fast.
    paused_until: Boot,
    pub stop: Stop,
    /// Why the store may not send.
    pub guard: Option<Reason>,
    /// Why bulk alone may not be sent.
    pub bulk_held: Option<Reason>,
    /// A loop of this process has ended by an error of ours.
    pub failed: bool,
    /// Outcomes can't be written.
    pub unwritable: bool,
    /// How long a commit takes.
    pub store_time: Duration,
    /// Outcomes stored since the start.
    settled: u64,
    /// A sender waits for a permit.
    blocked: bool,
}

/// What a sender may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserve {
    /// So many calls, each with this ticket.
    Start(u32, Ticket),
    /// Nothing before then, or before it is woken.
    Until(Boot),
    /// Nothing before it is woken.
    Asleep,
    /// Nothing ever again.
    Exit,
}

/// What a started call is to do with its connection.
#[derive(Debug)]
pub enum Take {
    /// Write this mail now; so many recipients.
    Mail(ReadyCopy, u32, Ticket),
    /// No slot before then: give the connection back and come again.
    Wait(Boot),
    /// Give the connection back; the permit is gone.
    Nothing,
}

/// Whether a sender goes on with its permit.
pub type Again = Option<Ticket>;

/// The shared state of one provider's dispatcher.
#[derive(Debug)]
pub struct Dispatch {
    pub(super) provider: String,
    pub(super) kind: &'static str,
    pub(super) fence: Arc<Fence>,
    pub(super) window: Arc<Window>,
    inner: Mutex<Inner>,
    pub(super) mails: Mutex<MailCache>,
    pub(super) meters: Meters,
    /// Largest mail the provider takes, as it was last told; 0 for no limit.
    pub(super) max_size: AtomicU64,
    /// Wakes every sender thread.
    pub senders: Notify,
    /// Wakes the claimer.
    pub claimer: Notify,
    /// Wakes the settler.
    pub settler: Notify,
    /// Wakes who reads the files of mail, per lane.
    pub loaders: [Notify; 2],
    /// Wakes who makes large mail, per lane.
    pub makers: [Notify; 2],
    /// Wakes who waits for the health or a stop to change.
    pub changed: Notify,
    /// Wakes who asks the account: it is another one now.
    pub ask: Notify,
    /// Wakes who asks for slots.
    pub slots: Notify,
}

impl Dispatch {
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let Setup { provider, kind, settings, fence, shares_slots, last_slot, sent, wall, boot } = setup;
        // The first slot lies 1 s + J after the last one of an earlier incarnation. A clock set back must not stretch that.
        let gap = Duration::from_secs(1) + settings.jitter;
        let first = last_slot.map_or(boot, |last| boot + (last + gap).since(wall).min(gap));
        let window = Arc::<Window>::default();
        let inner = Inner {
            ready: Ready::default(),
            pacer: Pacer::new(settings.max_rate, settings.jitter, first),
            shared: shares_slots.then(|| Shared::new(settings.jitter)),
            health: Health::default(),
            backoff: Backoff::default(),
            concurrency: Concurrency::default(),
            limit: settings.calls(Concurrency::default().limit(settings.max_rate)),
            daily: Daily::new(&settings, sent, boot, wall),
            bulk: Bulk::default(),
            settings,
            account: Account::Unasked,
            starting: 0,
            starting_since: boot,
            in_flight: 0,
            large: 0,
            leased: 0,
            window: window.clone(),
            granted: [0; 2],
            offered: [0; 2],
            granted_before: [0; 2],
            claiming: 0,
            due: [false; 2],
            finished: Vec::new(),
            withdrawals: 0,
            paused_until: Boot(0),
            stop: Stop::No,
            guard: None,
            bulk_held: None,
            failed: false,
            unwritable: false,
            store_time: Duration::from_millis(2),
            settled: 0,
            blocked: false,
        };
        Self {
            meters: Meters::new(&provider),
            provider,
            kind,
            fence,
            window,
            inner: Mutex::new(inner),
            mails: Mutex::default(),
            max_size: AtomicU64::new(0),
            senders: Notify::new(),
            claimer: Notify::new(),
            settler: Notify::new(),
            loaders: Default::default(),
            makers: Default::default(),
            changed: Notify::new(),
            ask: Notify::new(),
            slots: Notify::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        // No code that can panic for a mail's sake runs under it; the state is whole whatever happened.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The name of its provider.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// `ses`, `smtp`, …
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// How its mail is sent now.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.lock().settings.clone()
    }

    /// What sender thread `index` may start now. Register for [`Self::senders`] before asking.
    pub fn reserve(&self, index: usize, now: Boot) -> Reserve {
        let inner = &mut *self.lock();
        if inner.stop == Stop::Threads {
            return Reserve::Exit;
        }
        if !inner.needs_thread(index) {
            return Reserve::Asleep;
        }
        // What is ready stays until a beat says whether it is still ours: if others have it, they are told that it was not sent.
        if inner.ready.total() > 0 && !self.fence.is_open(now) {
            return Reserve::Until(now + FENCE_POLL);
        }
        match inner.startable(now, PULL) {
            Ok(n) => Reserve::Start(n, inner.start(now, n)),
            Err(at) => {
                self.ask_for_slots(inner);
                at.map_or(Reserve::Asleep, Reserve::Until)
            }
        }
    }

    /// Takes a slot and the mail that is first now. Write it at once.
    pub fn take(&self, ticket: Ticket, now: Boot, wall: Wall) -> Take {
        let inner = &mut *self.lock();
        let Some(ticket) = inner.health.renewed(ticket).filter(|_| inner.may_start()) else {
            return self.released(inner, ticket);
        };
        if !self.fence.is_open(now) {
            return self.released(inner, ticket);
        }
        while let Some(first) = inner.ready.first() {
            let lapsed = first.generation != self.fence.generation();
            let expired = first.mail.message.expires_at.is_some_and(|at| at <= wall);
            if lapsed || expired {
                // Another node may have it by now, or the next claim lets it expire.
                let outcome = if self.fence.is_taken_over(first.generation) { taken_over() } else { Outcome::NotStarted };
                let ended = self.pop(inner).map(|copy| copy.ended(outcome, wall));
                inner.finished.extend(ended);
                self.settler.notify_one();
                continue;
            }
            let recipients = first.recipients();
            if let Some(slowed) = inner.slowed(now) {
                self.hold_back(inner, slowed, now, wall);
                continue;
            }
            if now < inner.paused_until {
                return Take::Wait(inner.paused_until);
            }
            let lane = first.lane();
            if !inner.daily.admits(now, lane, recipients) {
                self.close_lanes(inner, lane);
                continue;
            }
            match inner.take_slot(now, recipients) {
                Ok(()) => {}
                Err(Some(at)) => return Take::Wait(at),
                Err(None) => {
                    self.ask_for_slots(inner);
                    break;
                }
            }
            let Some(mut copy) = self.pop(inner) else { break };
            copy.withdrawals = inner.withdrawals;
            inner.note_trials(&copy, now);
            inner.starting = inner.starting.saturating_sub(1);
            inner.in_flight += 1;
            inner.large += copy.large;
            inner.daily.add(now, recipients);
            self.ask_for_more(inner, now);
            return Take::Mail(copy, recipients, ticket);
        }
        self.released(inner, ticket)
    }

    /// A connection could not be had. No mail was bound to it, so none pays for it.
    pub fn checkout_failed(&self, ticket: Ticket, outcome: &Outcome, now: Boot) {
        let inner = &mut *self.lock();
        inner.starting = inner.starting.saturating_sub(1);
        match outcome {
            // A provider that says this of a connection is at fault: nothing was accepted or refused.
            Outcome::Accepted { .. } | Outcome::Permanent { .. } | Outcome::Each(_) => {
                let reason = Reason::new("connect", "no connection, without a reason that makes sense", "see the log");
                self.learn(inner, ticket, &Outcome::Transient { reason }, now);
            }
            // Without a connection there is no mail, and so no receiver: it is the provider that wants none for now.
            Outcome::Deferred { reason, .. } | Outcome::Throttled { limit: Limit::Receiver, reason } => {
                self.learn(inner, ticket, &Outcome::Transient { reason: reason.clone() }, now);
            }
            outcome => self.learn(inner, ticket, outcome, now),
        }
        self.senders.notify_waiters();
    }

    /// The call for a copy ended so, after `answer` (`None` when it was never made). Says whether to go on with another mail at once.
    pub fn finish(&self, ticket: Ticket, (copy, outcome): (&ReadyCopy, Outcome), answer: Option<Duration>, now: Boot, wall: Wall) -> Again {
        let inner = &mut *self.lock();
        if let Some(answer) = answer
            && inner.concurrency.answered(now, answer, inner.in_flight)
        {
            inner.limit = inner.settings.calls(inner.concurrency.limit(inner.pacer.rate()));
        }
        self.call_over(inner, copy, &outcome, now);
        self.learn(inner, ticket, &outcome, now);
        inner.finished.push(copy.ended(outcome, wall));
        self.settler.notify_one();
        self.go_on(inner, now)
    }

    /// Counts the end of a call, and learns from it what its receivers said.
    pub(super) fn call_over(&self, inner: &mut Inner, copy: &ReadyCopy, outcome: &Outcome, now: Boot) {
        inner.count_end(outcome, copy.recipients());
        inner.in_flight = inner.in_flight.saturating_sub(1);
        self.large_over(inner, copy);
        self.learn_receivers(inner, copy, outcome, now);
    }

    pub(super) fn go_on(&self, inner: &mut Inner, now: Boot) -> Again {
        if inner.stop != Stop::No {
            self.changed.notify_waiters();
            return None;
        }
        if inner.startable(now, 1).is_ok() {
            return Some(inner.start(now, 1));
        }
        if std::mem::take(&mut inner.blocked) {
            self.senders.notify_waiters();
        }
        None
    }

    fn learn(&self, inner: &mut Inner, ticket: Ticket, outcome: &Outcome, now: Boot) {
        if outcome.is_too_fast() {
            inner.slow_down(now);
            self.ask_for_slots(inner);
            if inner.pacer.rate().is_none() {
                inner.paused_until = now + RATE_PAUSE;
            }
        }
        if !inner.health.outcome(ticket, outcome, now) {
            return;
        }
        match inner.health.cause() {
            None => tracing::info!(provider = %self.provider, "the provider takes mail again"),
            Some(cause) => {
                let reason = inner.health.reason().map_or("", |r| r.text.as_str());
                tracing::warn!(provider = %self.provider, ?cause, reason, "the provider does not take mail for now; mail waits");
                self.return_ready(inner);
            }
        }
        self.health_changed();
    }

    pub(super) fn health_changed(&self) {
        self.senders.notify_waiters();
        self.claimer.notify_one();
        self.changed.notify_waiters();
    }

    /// A permit was not used.
    fn released(&self, inner: &mut Inner, ticket: Ticket) -> Take {
        inner.starting = inner.starting.saturating_sub(1);
        inner.health.give_back(ticket);
        if inner.ready.total() > 0 {
            self.senders.notify_waiters();
        }
        self.claimer.notify_one();
        Take::Nothing
    }

    /// Outcomes to be stored, oldest first.
    pub fn finished(&self, most: usize) -> Vec<Finished> {
        let inner = &mut *self.lock();
        if inner.finished.len() <= most {
            // What is drained together will be about as much next time.
            let room = inner.finished.len();
            return std::mem::replace(&mut inner.finished, Vec::with_capacity(room));
        }
        inner.finished.drain(..most).collect()
    }

    /// Counts what became of a delivery.
    pub fn count_decision(&self, lane: Lane, decision: &Decision) {
        self.meters.decided(lane, decision);
    }
    /// Counts recipients put on the wire.
    pub fn count_slots(&self, recipients: u32) {
        self.meters.slots.increment(u64::from(recipients));
    }

    /// So many outcomes are on disk: their copies leave the window.
    pub fn settled(&self, n: usize, took: Duration) {
        let inner = &mut *self.lock();
        inner.leased = inner.leased.saturating_sub(u32::try_from(n).unwrap_or(u32::MAX));
        inner.settled += n as u64;
        if std::mem::take(&mut inner.unwritable) {
            self.senders.notify_waiters();
        }
        inner.note_store_time(took);
        self.meters.settle_batch.record(n as f64);
        if inner.stop != Stop::No {
            self.changed.notify_waiters();
        }
        self.offer_window(inner);
        self.claimer.notify_one();
    }

    /// Outcomes stored since the start.
    #[must_use]
    pub fn settled_so_far(&self) -> u64 {
        self.lock().settled
    }

    /// Outcomes can't be written for now: nothing is claimed or started until one is ([`Self::settled`]).
    pub fn unwritable(&self) {
        let inner = &mut *self.lock();
        inner.unwritable = true;
        self.offer_window(inner);
    }

    /// Whether it could send now if there was mail.
    #[must_use]
    pub fn is_able(&self, now: Boot) -> bool {
        let inner = self.lock();
        inner.may_start() && inner.health.cause().is_none() && self.fence.is_open(now)
    }

    /// When a slot was last taken, where there is a rate to keep.
    #[must_use]
    pub fn last_slot(&self) -> Option<Boot> {
        let inner = self.lock();
        // Slots of several nodes are recorded where they are given out.
        if inner.shared.is_some() {
            return None;
        }
        inner.pacer.rate().and(inner.pacer.last())
    }
}

impl Inner {
    pub(super) fn may_send(&self) -> bool {
        self.stop == Stop::No && !self.failed && self.guard.is_none() && self.account != Account::Unasked
    }

    /// What cannot be settled is not sent (contract 6). What is claimed already stays ready meanwhile: it could not be given back either.
    pub(super) fn may_start(&self) -> bool {
        self.may_send() && !self.unwritable
    }

    fn needs_thread(&self, index: usize) -> bool {
        self.pacer.rate().is_none_or(|rate| index as f64 * PER_THREAD < rate)
    }

    /// How many calls may start now, up to `most` and at least one; or when to look again.
    fn startable(&mut self, now: Boot, most: u32) -> Result<u32, Option<Boot>> {
        let permits = self.permits(now, most)?;
        Ok(self.slots(now)?.min(permits))
    }

    /// The same, whether there are slots or not.
    pub(super) fn permits(&mut self, now: Boot, most: u32) -> Result<u32, Option<Boot>> {
        let waiting = self.ready.total().saturating_sub(self.starting);
        if waiting == 0 || !self.may_start() {
            return Err(None);
        }
        let (most, trial) = match self.health.allow(now) {
            Allow::All => (most, false),
            Allow::One => (1, true),
            Allow::Nothing => return Err(self.health.next_try().filter(|_| self.health.cause() != Some(Cause::Account))),
        };
        let kept = if self.ready.len(Lane::Transactional) > 0 { 0 } else { KEPT_PERMITS.min(self.limit / 4) };
        let free = self.limit.saturating_sub(self.starting + self.in_flight + kept);
        // A trial may go although calls from before are still hanging.
        if free == 0 && !trial {
            self.blocked = true;
            return Err(None);
        }
        if now < self.paused_until {
            return Err(Some(self.paused_until));
        }
        Ok(waiting.min(free.max(1)).min(most))
    }

    /// How many starts the slots that come free now will serve. A start that waits for its connection counts until it has used
    /// its slot, so that slow connections are opened side by side and fast ones one by one.
    fn slots(&mut self, now: Boot) -> Result<u32, Option<Boot>> {
        if self.shares() {
            return self.shared_slots(now);
        }
        let Some(spacing) = self.pacer.spacing(now) else { return Ok(PULL) };
        let next = self.pacer.next_slot();
        if now < next {
            return Err(Some(next));
        }
        let base = self.slot_base(now);
        let passed = now.since(base).as_secs_f64() / spacing.as_secs_f64();
        let slots = (passed.min(f64::from(PULL)) as u32 + 1).saturating_sub(self.starting);
        // Where more than a pull is starting already the sum lies in the past; asking again at once would keep those that
        // start from ever running.
        if slots == 0 { Err(Some((base + spacing * self.starting).max(now + ASK_AGAIN))) } else { Ok(slots) }
    }

    fn slot_base(&self, now: Boot) -> Boot {
        let from = if self.starting == 0 { now - self.pacer.lateness() } else { self.starting_since };
        self.pacer.next_slot().max(from)
    }

    fn start(&mut self, now: Boot, n: u32) -> Ticket {
        if self.starting == 0 {
            self.starting_since = self.slot_base(now);
        }
        self.starting += n;
        self.health.ticket()
    }

    pub(super) fn note_store_time(&mut self, took: Duration) {
        self.store_time = (self.store_time * 7 + took.min(Duration::from_secs(1))) / 8;
    }

    pub(super) fn set_rate(&mut self, rate: Option<f64>) {
        self.pacer.set_rate(rate);
        self.limit = self.settings.calls(self.concurrency.limit(rate));
    }
}
