//! The rules of the row that gives out shared slots, as every engine must follow them: see [`SharedSlots`](crate::port::slots).

use crate::port::slots::{SlotAsk, SlotGrant};

/// How long the lowest rate told holds, in microseconds.
pub const RATE_HOLDS_US: i64 = 10_000_000;
/// Database time may step back by so much without being taken for set anew.
pub const STEP_US: i64 = 1_000;
/// How much slower it goes after the provider said we are too fast.
const SLOWED: f64 = 0.9;

/// One provider's row. `None` in its place is a row that is not there. Times are microseconds of database time.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotRow {
    pub next: i64,
    pub set_at: i64,
    /// Recipients of the largest mail lately given a slot, and until when that widens the spacing.
    pub wide: u32,
    pub wide_until: i64,
    pub rate: Option<f64>,
    pub rate_until: i64,
    pub slow_until: i64,
    /// Recipients given in the 24 hours; a double needs no days.
    pub taken: u64,
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
        let speed = rate.map(|rate| if self.slow_until > now { rate * SLOWED } else { rate });
        let wide = if self.wide_until > first { self.wide } else { 1 };
        let within = if ask.count > 1 { ask.weight } else { 1 };
        let window = ask.window_us as f64;
        let spaced = |wide: u32, speed: f64| window / (speed + 1.0 - f64::from(wide)).max(speed.min(1.0));
        let spacing_us = speed.map_or(0.0, |speed| spaced(wide.max(within), speed));
        let weight = f64::from(ask.weight);
        let mut granted = ask.count;
        if spacing_us > 0.0 {
            granted = granted.min((((now + ask.ahead_us - first) as f64) / (weight * spacing_us)).ceil().max(0.0) as u32);
        } else {
            first = now;
        }
        self.taken = self.taken.saturating_sub(ask.unused);
        if let Some(limit) = ask.day_limit {
            let room = limit.saturating_sub(self.taken) / u64::from(ask.weight);
            granted = granted.min(u32::try_from(room).unwrap_or(u32::MAX).max(u32::from(self.taken == 0)));
        }
        if granted > 0 {
            self.taken += u64::from(granted) * u64::from(ask.weight);
        }
        if granted > 0 && spacing_us > 0.0 {
            self.next = first + (f64::from(granted) * weight * spacing_us).ceil() as i64;
            if ask.weight > 1 {
                let alive = if self.wide_until > first { self.wide } else { 1 };
                if ask.weight >= alive {
                    (self.wide, self.wide_until) = (ask.weight, self.next + ask.window_us);
                } else {
                    // The larger one's time must not be drawn out by smaller ones: this one pays for itself.
                    self.next += ((weight - 1.0) * spacing_us).ceil() as i64;
                }
            }
        }
        let slow_us = (self.slow_until - now).max(0);
        SlotGrant { now_us: now, granted, first_us: first, spacing_us, rate, slow_us, day_used: self.taken }
    }

    /// The lowest rate told lately, and a pause where this one is lower than that.
    fn lowest(&mut self, ask: &SlotAsk, now: i64) -> Option<f64> {
        let told = self.rate_until > now;
        let infinite = |rate: Option<f64>| rate.unwrap_or(f64::INFINITY);
        let is_lower = told && infinite(ask.rate) < infinite(self.rate);
        if is_lower {
            self.next = self.next.max(now) + ask.window_us;
        }
        if !told || infinite(ask.rate) <= infinite(self.rate) {
            (self.rate, self.rate_until) = (ask.rate, now + RATE_HOLDS_US);
        }
        self.rate
    }
}
