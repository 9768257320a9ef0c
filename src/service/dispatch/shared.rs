//! The rate where several nodes share it: slots are asked for while mail is ready, and a call starts for a slot that is held
//! (`jebi_domain::shared_pace`). What is counted for the day is what all nodes together were given.

use std::time::Duration;

use jebi_domain::{
    outcome::Outcome,
    port::{
        AccountReport,
        slots::{SlotAsk, SlotGrant},
        store::StoreError,
    },
    shared_pace::{Brought, CLOCKS, Hand, Run, Want},
    time::Boot,
};

use super::state::{Dispatch, Inner};

/// The most mails slots are asked for at once.
const MOST: u32 = 1_000;
/// Unused slots of a day with a limit are given back when no mail has come for so long.
const GIVE_BACK: Duration = Duration::from_secs(1);
/// A node without mail asks this often what the others have used of a day's limit, for what it shows.
const REFRESH: Duration = Duration::from_secs(10);
/// How often it is said that the database's clock is known badly, and for how long it has to be so: a busy moment is no news as long as
/// calls start.
const WARN_EVERY: Duration = Duration::from_secs(60);
const WARN_AFTER: Duration = Duration::from_secs(5);

/// Whether to tell that the database's clock is known badly. What is sent does not depend on it.
#[derive(Debug, Default)]
struct BadClock {
    /// Since when it has been so.
    since: Option<Boot>,
    told: Option<Boot>,
}

impl BadClock {
    fn tell(&mut self, is_bad: bool, starts: bool, now: Boot) -> bool {
        if !is_bad {
            self.since = None;
            return false;
        }
        let since = *self.since.get_or_insert(now);
        if (starts && now.since(since) < WARN_AFTER) || self.told.is_some_and(|at| now.since(at) < WARN_EVERY) {
            return false;
        }
        self.told = Some(now);
        true
    }
}

/// What a dispatcher knows of the slots it shares with other nodes.
#[derive(Debug)]
pub(super) struct Shared {
    hand: Hand,
    /// Slots for mail are not looked for before a wake-up.
    idle: bool,
    /// The lowest rate any node told lately.
    rate: Option<f64>,
    /// What the account counted, until the other nodes' count is as new.
    told: Option<f64>,
    failing: bool,
    clock: BadClock,
}

impl Shared {
    pub fn new(jitter: Duration) -> Self {
        Self { hand: Hand::new(jitter), idle: false, rate: None, told: None, failing: false, clock: BadClock::default() }
    }
}

/// What is to be done about slots.
#[derive(Debug)]
pub enum Ask {
    /// Make this call.
    Call(SlotAsk),
    /// Look again then, or when woken.
    At(Boot),
    /// Look again when woken.
    Idle,
}

impl Inner {
    /// Whether slots come from the store: it is shared, and there is something to share.
    pub(super) fn shares(&self) -> bool {
        self.shared.is_some() && (self.pacer.rate().is_some() || self.daily.is_limited())
    }

    /// As [`Inner::slots`], for slots that are held.
    pub(super) fn shared_slots(&mut self, now: Boot) -> Result<u32, Option<Boot>> {
        let Some(shared) = &mut self.shared else { return Err(None) };
        match shared.hand.startable(now, self.starting) {
            0 => Err(shared.hand.next(now)),
            n => Ok(n),
        }
    }

    /// Takes a slot: its own, or one that is held.
    ///
    /// # Errors
    /// When to come again; `None` when one has to be asked for first.
    pub(super) fn take_slot(&mut self, now: Boot, recipients: u32) -> Result<(), Option<Boot>> {
        let shares = self.shares();
        match &mut self.shared {
            Some(shared) if shares => shared.hand.take(now, recipients),
            _ => self.pacer.take(now, recipients).map_err(Some),
        }
    }

    /// Counts the end of a call for the day.
    pub(super) fn count_end(&mut self, outcome: &Outcome, recipients: u32) {
        let refused = self.daily.ended(outcome, recipients);
        let shares = self.shares();
        if let Some(shared) = self.shared.as_mut().filter(|_| shares) {
            shared.hand.give_back(refused);
        }
    }

    /// The account told its limits. What it counted is compared with what all nodes sent as soon as that is known.
    pub(super) fn limits_told(&mut self, report: &AccountReport, now: Boot) {
        let Some(shared) = &mut self.shared else { return self.daily.set(&self.settings, Some(report), now) };
        shared.told = report.sent_last_24_hours;
        self.daily.set(&self.settings, Some(&AccountReport { sent_last_24_hours: None, ..report.clone() }), now);
    }

    pub(super) fn slow_down(&mut self, now: Boot) {
        self.pacer.slow_down(now);
        if let Some(shared) = &mut self.shared {
            shared.hand.slow_down();
        }
    }

    pub(super) fn set_jitter(&mut self, jitter: Duration) {
        self.pacer.set_jitter(jitter);
        if let Some(shared) = &mut self.shared {
            shared.hand.set_jitter(jitter);
        }
    }

    /// Recipients a second in force: the lowest told by any node, and less while slowed.
    pub(super) fn rate_at(&self, now: Boot) -> Option<f64> {
        let (full, now) = (self.pacer.rate(), self.pacer.rate_at(now));
        match (full.zip(now), self.shared.as_ref().and_then(|shared| shared.rate)) {
            (Some((full, now)), Some(lowest)) if lowest < full => Some(now * lowest / full),
            (None, Some(lowest)) => Some(lowest),
            _ => now,
        }
    }

    /// Mail that slots are wanted for now.
    fn run(&mut self, now: Boot) -> Run {
        let more = self.permits(now, MOST).unwrap_or(0);
        let starting = if self.may_start() { self.starting } else { 0 };
        self.ready.run((more + starting).min(MOST))
    }
}

impl Dispatch {
    /// Wakes who asks for slots, where nobody looks by himself, or only at the next step although there is mail and no slot is left.
    pub(super) fn ask_for_slots(&self, inner: &mut Inner) {
        let is_waiting = inner.ready.total() > inner.starting;
        if let Some(shared) = &mut inner.shared
            && (std::mem::take(&mut shared.idle) || (is_waiting && shared.hand.is_empty()))
        {
            self.slots.notify_one();
        }
    }

    /// Whether to ask the store for slots now. Only for mail that is ready, may be sent and fits into the day.
    pub fn slots_wanted(&self, now: Boot) -> Ask {
        let inner = &mut *self.lock();
        if let Some(shared) = &mut inner.shared {
            shared.idle = false;
        }
        self.look_for_slots(inner, now)
    }

    fn look_for_slots(&self, inner: &mut Inner, now: Boot) -> Ask {
        if !inner.shares() {
            if let Some(shared) = &mut inner.shared {
                shared.idle = true;
                shared.hand.drop_all();
                if let Some(sent) = shared.told.take() {
                    inner.daily.told(sent, now);
                }
            }
            return Ask::Idle;
        }
        let mut run = Run { mails: 0, weight: 1 };
        if self.fence.is_open(now) {
            while let Some(first) = inner.ready.first() {
                let (lane, recipients) = (first.lane(), first.recipients());
                if inner.daily.admits(now, lane, recipients) {
                    run = inner.run(now);
                    break;
                }
                self.close_lanes(inner, lane);
            }
        }
        let lane = inner.ready.first().map(super::ready::ReadyCopy::lane);
        let limit = lane.and_then(|lane| inner.daily.allowed(now, lane));
        let (rate, is_limited) = (inner.pacer.rate(), inner.daily.is_limited());
        let Some(shared) = &mut inner.shared else { return Ask::Idle };
        let hand = &mut shared.hand;
        match hand.want(now, run, rate) {
            Want::Now(count) => return Ask::Call(hand.ask(now, &self.provider, count, run.weight, rate, limit)),
            Want::At(at) => return Ask::At(at),
            Want::Nothing => shared.idle = true,
        }
        if rate.is_none() {
            // Without a rate they would be held for ever.
            hand.drop_all();
        }
        let at_once = hand.is_to_slow() || shared.told.is_some();
        let pause = match (at_once, is_limited) {
            (true, _) => Duration::ZERO,
            (false, false) => return Ask::Idle,
            (false, true) if hand.unused() > 0 => GIVE_BACK,
            (false, true) => REFRESH,
        };
        let at = (hand.asked() + pause).max(hand.not_before());
        if now < at { Ask::At(at) } else { Ask::Call(hand.ask(now, &self.provider, 0, 1, rate, None)) }
    }

    /// What is left to give back to the day, at a stop.
    pub fn last_words(&self, now: Boot) -> Option<SlotAsk> {
        let inner = &mut *self.lock();
        let (shares, rate) = (inner.shares(), inner.pacer.rate());
        let hand = &mut inner.shared.as_mut().filter(|_| shares)?.hand;
        hand.drop_all();
        (hand.unused() > 0).then(|| hand.ask(now, &self.provider, 0, 1, rate, None))
    }

    /// Takes the store's answer to a call made at `before`.
    pub fn slots_answered(&self, ask: &SlotAsk, answer: Result<SlotGrant, StoreError>, before: Boot, now: Boot) {
        let inner = &mut *self.lock();
        let Some(shared) = &mut inner.shared else { return };
        let grant = match answer {
            Ok(grant) => grant,
            Err(err) => {
                if !std::mem::replace(&mut shared.failing, true) {
                    tracing::warn!(%err, provider = %self.provider, "no slots could be reserved: nothing is sent until the database answers");
                }
                return shared.hand.failed(ask, now);
            }
        };
        if std::mem::take(&mut shared.failing) {
            tracing::info!(provider = %self.provider, "slots can be reserved again");
        }
        if shared.hand.answered(ask, &grant, before, now) == Brought::ClockSet {
            tracing::warn!(provider = %self.provider, "the clock of the database, or of this machine, was set: sending pauses for a second");
        }
        self.warn_of_clock(shared, now);
        shared.rate = grant.rate_milli.map(|rate| rate as f64 / 1e3);
        inner.daily.counted(now, grant.day_used.saturating_sub(shared.hand.uncounted()));
        if let Some(sent) = shared.told.take() {
            inner.daily.told(sent, now);
        }
        if grant.slow_us > 0 {
            inner.pacer.slowed_until(now + Duration::from_micros(grant.slow_us.unsigned_abs()));
        }
        self.senders.notify_waiters();
    }

    fn warn_of_clock(&self, shared: &mut Shared, now: Boot) {
        let Some(spread) = shared.hand.spread(now) else { return };
        let starts = !shared.hand.is_vague(now);
        if !shared.clock.tell(spread > CLOCKS, starts, now) {
            return;
        }
        let spread_ms = spread.as_millis();
        let remedy = "bring PostgreSQL nearer or relieve it; JEBI_JITTER_MS, set higher by as much, keeps the rate at the provider exact";
        tracing::warn!(provider = %self.provider, spread_ms, starts, remedy, "the database answers slowly, so its clock is known badly");
    }

    /// A lane has met its limit of 24 hours.
    pub(super) fn close_lanes(&self, inner: &mut Inner, lane: jebi_domain::message::Lane) {
        tracing::info!(provider = %self.provider, lane = lane.as_str(), "the limit of 24 hours is met; the lane waits");
        self.return_closed(inner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_moment_is_no_news_and_a_clock_known_badly_for_long_is_told_of_each_minute() {
        let at = |s: u64| Boot(0) + Duration::from_secs(s);
        let mut clock = BadClock::default();
        assert!(!clock.tell(true, true, at(10)));
        assert!(!clock.tell(true, true, at(14)));
        assert!(!clock.tell(false, true, at(15)), "it is known well again");
        assert!(!clock.tell(true, true, at(16)), "that counts anew");
        assert!(clock.tell(true, true, at(21)));
        assert!(!clock.tell(true, true, at(80)));
        assert!(clock.tell(true, true, at(81)));
        // Where nothing can start it is told at once.
        assert!(BadClock::default().tell(true, false, at(0)));
    }
}
