//! The rules of the row that gives out shared slots, as every engine must follow them: see [`SharedSlots`](crate::port::slots).

use crate::port::slots::{SlotAsk, SlotGrant};

/// How long the lowest rate told holds, in microseconds.
pub const RATE_HOLDS_US: i64 = 10_000_000;
/// Database time may step back by so much without being taken for set anew.
pub const STEP_US: i64 = 1_000;
/// A recipient, in thousandths.
const ONE: i64 = 1_000;

/// One provider's row. `None` in its place is a row that is not there. Times are microseconds of database time.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotRow {
    pub next: i64,
    pub set_at: i64,
    /// Recipients of the largest mail lately given a slot, and until when that widens the spacing.
    pub wide: i64,
    pub wide_until: i64,
    /// In thousandths.
    pub rate: Option<i64>,
    pub rate_until: i64,
    pub slow_until: i64,
    /// Recipients given in the 24 hours; a double needs no days.
    pub taken: i64,
}

impl SlotRow {
    /// What a row that is not there begins as.
    #[must_use]
    pub fn fresh(now: i64, window: i64) -> Self {
        Self { next: now + window, set_at: now, wide: 1, wide_until: 0, rate: None, rate_until: 0, slow_until: 0, taken: 0 }
    }

    /// One call at database time `now`.
    pub fn reserve(&mut self, ask: &SlotAsk, now: i64) -> SlotGrant {
        if now < self.set_at - STEP_US {
            self.next = now + (self.next - self.set_at).max(0) + ask.window_us;
            (self.wide_until, self.rate_until, self.slow_until) = (
                if self.wide_until > self.set_at { now + (self.wide_until - self.set_at) + ask.window_us } else { 0 },
                if self.rate_until > self.set_at { now + (self.rate_until - self.set_at) } else { 0 },
                if self.slow_until > self.set_at { now + (self.slow_until - self.set_at) } else { 0 },
            );
        }
        self.set_at = now;
        if ask.slow_us > 0 {
            self.slow_until = self.slow_until.max(now + ask.slow_us);
        }
        let rate = self.lowest(ask, now);
        if ask.afresh {
            self.next = self.next.max(now + ask.window_us);
        }
        let mut first = self.next.max(now + ask.lead_us);
        let speed = rate.map(|rate| if self.slow_until > now { rate * 9 / 10 } else { rate });
        let (count, weight) = (i64::from(ask.count), i64::from(ask.weight));
        let alive = if self.wide_until > first { self.wide } else { 1 };
        let wide = if count > 1 { alive.max(weight) } else { alive };
        let spaced = |speed: i64| ceil(ask.window_us * 1_000 * ONE, (speed + ONE * (1 - wide)).max(speed.min(ONE)));
        let spacing_ns = speed.map_or(0, spaced);
        let mut granted = count;
        if spacing_ns > 0 {
            granted = granted.min(ceil((now + ask.ahead_us - first) * 1_000, weight * spacing_ns).max(0));
        } else {
            first = now;
        }
        self.taken = (self.taken - whole(ask.unused)).max(0);
        if let Some(limit) = ask.day_limit {
            let room = (whole(limit) - self.taken).max(0) / weight;
            granted = granted.min(room.max(i64::from(self.taken == 0)));
        }
        self.taken += granted * weight;
        if granted > 0 && spacing_ns > 0 {
            self.next = first + ceil(granted * weight * spacing_ns, 1_000);
            if weight >= alive && weight > 1 {
                (self.wide, self.wide_until) = (weight, self.next + ask.window_us);
            } else {
                // The larger one's time must not be drawn out by smaller ones: this one pays for itself.
                self.next += ceil((weight - 1) * spacing_ns, 1_000);
            }
        }
        SlotGrant {
            now_us: now,
            granted: u32::try_from(granted).unwrap_or(0),
            first_us: first,
            spacing_ns,
            rate_milli: rate,
            slow_us: (self.slow_until - now).max(0),
            day_used: u64::try_from(self.taken).unwrap_or(0),
        }
    }

    /// The lowest rate told lately, and a pause where this one is lower than that.
    fn lowest(&mut self, ask: &SlotAsk, now: i64) -> Option<i64> {
        let told = self.rate_until > now;
        let infinite = |rate: Option<i64>| rate.unwrap_or(i64::MAX);
        let is_lower = told && infinite(ask.rate_milli) < infinite(self.rate);
        if is_lower {
            self.next = self.next.max(now) + ask.window_us;
        }
        if !told || infinite(ask.rate_milli) <= infinite(self.rate) {
            (self.rate, self.rate_until) = (ask.rate_milli, now + RATE_HOLDS_US);
        }
        self.rate
    }
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// `a / b` rounded up, for `b` above 0.
fn ceil(a: i64, b: i64) -> i64 {
    a.div_euclid(b) + i64::from(a.rem_euclid(b) > 0)
}
