//! One node's part of a rate that several nodes share: when it asks for slots, which it holds, when each may be used.
//!
//! Slots are reserved in the database's time ([`crate::port::slots`]) for mail that is ready, at most a tenth of a second ahead. One is used
//! when the database's clock has certainly come to it, and for as long afterwards as the rate allows: `L` as on one node
//! ([`crate::pace`]), and what is not needed of the [`CLOCKS`] that are tolerated besides. So `R + 1` recipients span at least
//! `1 s + J - CLOCKS` at the sockets of all nodes while the clock is known to [`CLOCKS`], and at least a second whenever a slot is used
//! at all. A slot missed is lost, never made up; what was reserved and not used is given back to the day's count.

use std::{collections::VecDeque, time::Duration};

use crate::{
    clock_offset::ClockOffset,
    port::slots::{SlotAsk, SlotGrant},
    time::Boot,
};

/// How far ahead slots are reserved, all nodes together.
pub const AHEAD: Duration = Duration::from_millis(100);
/// What J is longer by than on one node: the database's clock is known to that, as a rule far better.
pub const CLOCKS: Duration = Duration::from_millis(10);
/// How late a slot may be used.
pub const LATENESS: Duration = Duration::from_millis(8);
/// By how much in a second clocks may be bent beyond what they may drift, as by a time service that corrects them quickly, before they
/// are taken for set; never more than J.
const BENT: Duration = Duration::from_millis(5);
/// The time between two calls while slots are held.
const STEP: Duration = Duration::from_millis(25);
/// A node that holds slots lets others ask first.
const YIELD: Duration = Duration::from_millis(5);
/// Slots held at most.
const MOST: u32 = 1_000;
/// So much of the rate a call asks for at least: mail that comes in the next moment needs no call of its own. Nothing at usual rates.
const SPARE: Duration = Duration::from_micros(500);
/// Mails held at most for a limit of 24 hours alone, without a rate.
const MOST_UNPACED: u32 = 256;
/// Pauses after a call that failed.
const AFTER_ERROR: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));
/// What the answer is expected to take before any did.
const FIRST_TRIP: Duration = Duration::from_millis(4);

/// Whether to ask for slots now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// For so many mails.
    Now(u32),
    /// Not before then.
    At(Boot),
    /// Not before there is more mail.
    Nothing,
}

/// The mail that is ready and goes first: so many of one lane and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub mails: u32,
    /// Recipients of each.
    pub weight: u32,
}

/// What an answer brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought {
    /// So many slots.
    Slots(u32),
    /// One of the clocks was set: what was held is worth nothing, and the next call says so.
    ClockSet,
}

/// A slot for one mail.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Slot {
    /// Database time in nanoseconds; `None` for whenever, where there is no rate.
    at: Option<i64>,
    weight: u32,
}

/// The slots a node holds of one provider, and what it knows of the database's clock.
#[derive(Debug)]
pub struct Hand {
    jitter: Duration,
    offset: Option<ClockOffset>,
    slots: VecDeque<Slot>,
    /// Recipients of slots that were given and not used.
    unused: u64,
    /// Slots missed since one was used.
    missed: u32,
    /// When slots were asked for last, and before when it is no use to ask again.
    asked: Boot,
    not_before: Boot,
    pause: Duration,
    afresh: bool,
    /// Since when, and how much, the clocks were bent.
    bent: (Boot, Duration),
    slow: bool,
    trip: Duration,
}

impl Hand {
    /// `jitter` is J as on one node.
    #[must_use]
    pub fn new(jitter: Duration) -> Self {
        Self {
            jitter,
            offset: None,
            slots: VecDeque::new(),
            unused: 0,
            missed: 0,
            asked: Boot(0),
            not_before: Boot(0),
            pause: AFTER_ERROR.0,
            afresh: false,
            bent: (Boot(0), Duration::ZERO),
            slow: false,
            trip: FIRST_TRIP,
        }
    }

    /// Takes effect from the next slots on.
    pub fn set_jitter(&mut self, jitter: Duration) {
        self.jitter = jitter;
    }

    /// What `R + 1` slots span.
    #[must_use]
    pub fn window(&self) -> Duration {
        Duration::from_secs(1) + self.jitter + CLOCKS + LATENESS
    }

    /// The next call tells all nodes that the provider said we are too fast.
    pub fn slow_down(&mut self) {
        self.slow = true;
    }

    /// Whether to ask for slots, for the mail that goes first; `rate` in recipients a second.
    pub fn want(&mut self, now: Boot, run: Run, rate: Option<f64>) -> Want {
        self.drop_missed(now);
        if run.mails == 0 {
            return Want::Nothing;
        }
        let mails_in = |time: Duration| rate.map(|rate| rate * time.as_secs_f64() / f64::from(run.weight));
        let block = mails_in(AHEAD).map_or(MOST_UNPACED, |mails| (mails.ceil() as u32).clamp(1, MOST));
        // What may be held is used up before the next step: then the next block is asked for while one is being used, for the mail that
        // is claimed meanwhile. Without a rate there is only a day to share: what is taken of it too early lacks elsewhere.
        let fast = mails_in(AHEAD).is_some_and(|mails| mails > f64::from(MOST));
        let spare = mails_in(SPARE).map_or(0, |mails| mails as u32);
        let wanted = if fast { run.mails.saturating_mul(2) } else { run.mails };
        let held = self.slots.iter().filter(|slot| slot.weight >= run.weight).count();
        let missing = wanted.max(spare).min(block).saturating_sub(u32::try_from(held).unwrap_or(u32::MAX));
        let at = if held == 0 || fast { self.not_before } else { (self.not_before + YIELD).max(self.asked + STEP) };
        match missing {
            _ if now < at => Want::At(at),
            0 => Want::At(now + if fast { YIELD } else { STEP }),
            missing => Want::Now(missing),
        }
    }

    /// Makes the call for `count` mails of `weight` recipients; 0 tells and learns only. What it says is said once: whether a call
    /// that failed was heard, nobody knows, and what was to be given back then stays counted.
    pub fn ask(&mut self, now: Boot, provider: &str, count: u32, weight: u32, rate: Option<f64>, day_limit: Option<u64>) -> SlotAsk {
        self.asked = now;
        let slow = std::mem::take(&mut self.slow);
        SlotAsk {
            provider: provider.to_owned(),
            count,
            weight,
            // Rounded down: never above what was told.
            rate_milli: rate.map(|rate| ((rate * 1e3) as i64).max(1)),
            window_us: micros(self.window()),
            // An answer may be as late as a slot may be used: mail that comes to an idle node does not wait for its slot.
            lead_us: micros(self.trip.saturating_sub(LATENESS / 2)),
            ahead_us: micros(AHEAD),
            slow_us: if slow { micros(crate::pace::SLOWED_FOR) } else { 0 },
            afresh: self.afresh,
            unused: std::mem::take(&mut self.unused),
            day_limit,
        }
    }

    /// Takes the answer to a call made between `before` and `after`.
    pub fn answered(&mut self, ask: &SlotAsk, grant: &SlotGrant, before: Boot, after: Boot) -> Brought {
        self.pause = AFTER_ERROR.0;
        self.trip = (self.trip * 3 + after.since(before).min(AHEAD / 2)) / 4;
        let sample = ClockOffset::sample(before, after, grant.now_us);
        let gap = match &mut self.offset {
            Some(known) => known.refine(sample),
            none => {
                *none = Some(sample);
                Duration::ZERO
            }
        };
        if after.since(self.bent.0) >= Duration::from_secs(1) {
            self.bent = (after, Duration::ZERO);
        }
        self.bent.1 += gap;
        if self.bent.1 > BENT.min(self.jitter) && !gap.is_zero() && !ask.afresh {
            self.unused += u64::from(grant.granted) * u64::from(ask.weight);
            self.drop_all();
            self.afresh = true;
            self.not_before = after;
            return Brought::ClockSet;
        }
        self.afresh = false;
        for i in 1..=i64::from(grant.granted) {
            let last = (i * i64::from(ask.weight) - 1).saturating_mul(grant.spacing_ns);
            let at = (grant.spacing_ns > 0).then(|| grant.first_us.saturating_mul(1_000).saturating_add(last));
            self.slots.push_back(Slot { at, weight: ask.weight });
        }
        self.not_before = after + Duration::from_millis(1);
        if grant.granted == 0 && ask.count > 0 {
            // Where the horizon is full it moves on until a slot lies within; else it is the day that is used up.
            let free = u64::try_from(grant.first_us - ask.ahead_us - grant.now_us).unwrap_or(0);
            self.not_before = self.not_before.max(after + Duration::from_micros(free));
        }
        Brought::Slots(grant.granted)
    }

    /// A call failed, or its answer took too long. What it may have given is lost.
    pub fn failed(&mut self, ask: &SlotAsk, now: Boot) {
        self.slow |= ask.slow_us > 0;
        self.not_before = now + self.pause;
        self.pause = (self.pause * 2).min(AFTER_ERROR.1);
    }

    /// Uses a slot for a mail to `n` recipients, at once. One too small for it is lost.
    ///
    /// # Errors
    /// When the next one may be used; `None` when none is held.
    pub fn take(&mut self, now: Boot, n: u32) -> Result<(), Option<Boot>> {
        self.drop_missed(now);
        while let Some(slot) = self.slots.front().copied() {
            if slot.weight < n {
                self.drop_first();
                continue;
            }
            if let Some(at) = self.opens(slot, now)
                && now < at
            {
                return Err(Some(at));
            }
            self.slots.pop_front();
            self.missed = 0;
            self.unused += u64::from(slot.weight - n);
            return Ok(());
        }
        // A start that is ready for its slot finds none: no further one is needed beside it.
        self.missed = 0;
        Err(None)
    }

    /// How many calls may start for slots that are open now, beside those whose connection is being made. While there are any, slots
    /// missed since the last one was used count as well: a connection is opened for each, side by side.
    pub fn startable(&mut self, now: Boot, starting: u32) -> u32 {
        self.drop_missed(now);
        if starting == 0 {
            self.missed = 0;
        }
        let open = self.slots.iter().take_while(|slot| self.opens(**slot, now).is_none_or(|at| at <= now)).count();
        self.missed.saturating_add(u32::try_from(open).unwrap_or(u32::MAX)).saturating_sub(starting)
    }

    /// When the first slot after `now` may be used.
    #[must_use]
    pub fn next(&self, now: Boot) -> Option<Boot> {
        self.slots.iter().filter_map(|slot| self.opens(*slot, now)).find(|at| *at > now)
    }

    /// Recipients of the slots held, and of those given and not used.
    #[must_use]
    pub fn uncounted(&self) -> u64 {
        self.slots.iter().map(|slot| u64::from(slot.weight)).sum::<u64>() + self.unused
    }

    /// Recipients that were counted and certainly not accepted.
    pub fn give_back(&mut self, n: u64) {
        self.unused += n;
    }

    /// Whether other nodes have yet to hear that we were too fast.
    #[must_use]
    pub fn is_to_slow(&self) -> bool {
        self.slow
    }

    /// Recipients that were counted, not sent to, and not given back yet.
    #[must_use]
    pub fn unused(&self) -> u64 {
        self.unused
    }

    /// Whether no slot is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Gives up what is held.
    pub fn drop_all(&mut self) {
        while !self.slots.is_empty() {
            self.drop_first();
        }
    }

    /// When slots were asked for last.
    #[must_use]
    pub fn asked(&self) -> Boot {
        self.asked
    }

    /// Before when no call is worth making.
    #[must_use]
    pub fn not_before(&self) -> Boot {
        self.not_before
    }

    /// How far off the database's clock may be; `None` before it was heard.
    #[must_use]
    pub fn spread(&self, now: Boot) -> Option<Duration> {
        self.offset.map(|offset| offset.spread(now))
    }

    /// Whether the database's clock is known too badly for any slot to be used.
    #[must_use]
    pub fn is_vague(&self, now: Boot) -> bool {
        self.spread(now).is_some_and(|spread| spread > self.jitter + CLOCKS)
    }

    /// When a slot may be used from; `None` for at any time.
    fn opens(&self, slot: Slot, now: Boot) -> Option<Boot> {
        Some(self.offset?.latest(slot.at?, now))
    }

    fn drop_missed(&mut self, now: Boot) {
        let Some(offset) = self.offset else { return };
        let spread = offset.spread(now);
        let vague = spread > self.jitter + CLOCKS;
        // Counted from the latest the slot may begin: what the clocks leave of their part is for lateness.
        let late = LATENESS + CLOCKS.saturating_sub(spread);
        while let Some(at) = self.slots.front().and_then(|slot| slot.at) {
            let opens = offset.latest(at, now);
            if now <= opens + late && !(vague && opens <= now) {
                return;
            }
            self.missed = self.missed.saturating_add(1);
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        self.unused += self.slots.pop_front().map_or(0, |slot| u64::from(slot.weight));
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "shared_pace_tests.rs"]
mod tests;
