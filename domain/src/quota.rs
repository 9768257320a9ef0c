//! The planner of a 24-hour limit: how much is used, what bulk mail must leave for transactional mail, when some is free again.
//!
//! The window rolls: what was sent counts for 24 hours. What we sent is kept in slots of ten minutes, and a slot counts until its
//! last mail is 24 hours old, so the window is never left too early and at most ten minutes too late. What others send through the
//! same account shows in the account's own figure: the difference to ours is added.

use std::{collections::VecDeque, time::Duration};

use crate::{message::Lane, time::Wall};

/// The window of a daily limit (SES: manage-sending-quotas; Gmail: help article 22839).
pub const WINDOW: Duration = Duration::from_secs(24 * 3600);
/// The grain of what is counted.
pub const SLOT: Duration = Duration::from_secs(600);
const SLOT_MS: i64 = 600_000;
/// When to look again where what is used is others' and nobody knows when it leaves the window.
const LOOK_AGAIN: Duration = Duration::from_secs(600);
/// Estimates end there.
const HORIZON: Duration = Duration::from_secs(90 * 24 * 3600);

/// The slot a time lies in.
#[must_use]
pub fn slot_of(at: Wall) -> i64 {
    at.0.div_euclid(SLOT_MS)
}

/// When everything of a slot has left the window.
fn leaves(slot: i64) -> Wall {
    Wall((slot + 1) * SLOT_MS) + WINDOW
}

/// Recipients sent in the window, by slots.
#[derive(Clone, Debug, Default)]
struct Ledger {
    /// Oldest first.
    slots: VecDeque<(i64, u64)>,
    sum: u64,
}

impl Ledger {
    fn forget(&mut self, now: Wall) {
        while let Some((slot, n)) = self.slots.front().copied()
            && leaves(slot) <= now
        {
            self.slots.pop_front();
            self.sum -= n;
        }
    }

    fn add(&mut self, slot: i64, n: u64) {
        // A clock set back must not bring slots out of order.
        let slot = self.slots.back().map_or(slot, |(last, _)| slot.max(*last));
        match self.slots.back_mut().filter(|(last, _)| *last == slot) {
            Some((_, sum)) => *sum += n,
            None => self.slots.push_back((slot, n)),
        }
        self.sum += n;
    }

    /// Takes back what was counted and not sent, newest first.
    fn take_back(&mut self, mut n: u64) {
        for (_, sum) in self.slots.iter_mut().rev() {
            let part = n.min(*sum);
            *sum -= part;
            self.sum -= part;
            n -= part;
        }
    }
}

/// The 24-hour limit of one account.
#[derive(Clone, Debug)]
pub struct Quota {
    limit: Option<u64>,
    /// Share of the limit that bulk mail leaves, 0 to 1.
    reserve: f64,
    ledger: Ledger,
    /// Recipients others sent through the account, and when that was told.
    others: (u64, Wall),
}

impl Quota {
    /// `sent` is what was sent in slots before, in any order.
    #[must_use]
    pub fn new(limit: Option<u64>, reserve: f64, mut sent: Vec<(i64, u64)>) -> Self {
        sent.sort_unstable();
        let mut ledger = Ledger::default();
        sent.into_iter().for_each(|(slot, n)| ledger.add(slot, n));
        Self { limit, reserve, ledger, others: (0, Wall(0)) }
    }

    /// Recipients in 24 hours; `None` for no limit.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Takes effect at once.
    pub fn set(&mut self, limit: Option<u64>, reserve: f64) {
        (self.limit, self.reserve) = (limit, reserve);
    }

    /// The account says how many recipients it counted in the last 24 hours.
    pub fn told(&mut self, sent: u64, at: Wall) {
        self.ledger.forget(at);
        self.others = (sent.saturating_sub(self.ledger.sum), at);
    }

    /// Recipients counted now.
    #[must_use]
    pub fn used(&self, now: Wall) -> u64 {
        let gone: u64 = self.ledger.slots.iter().take_while(|(slot, _)| leaves(*slot) <= now).map(|(_, n)| n).sum();
        self.ledger.sum - gone + self.others(now)
    }

    fn others(&self, now: Wall) -> u64 {
        if now.since(self.others.1) < WINDOW { self.others.0 } else { 0 }
    }

    /// Recipients bulk mail leaves for transactional mail.
    #[must_use]
    pub fn reserve(&self) -> u64 {
        self.limit.map_or(0, |limit| (limit as f64 * self.reserve).ceil() as u64)
    }

    /// Recipients a lane may still send to now; `None` for no limit.
    #[must_use]
    pub fn room(&self, now: Wall, lane: Lane) -> Option<u64> {
        let kept = if lane == Lane::Bulk { self.reserve() } else { 0 };
        Some(self.limit?.saturating_sub(kept).saturating_sub(self.used(now)))
    }

    /// Whether a copy to `n` recipients may go now.
    ///
    /// # Errors
    /// When to ask again.
    pub fn check(&self, now: Wall, lane: Lane, n: u64) -> Result<(), Wall> {
        let (Some(room), used) = (self.room(now, lane), self.used(now)) else { return Ok(()) };
        // A copy larger than the whole limit goes alone, for the provider to judge.
        if room >= n || used == 0 {
            return Ok(());
        }
        // More than the limit may have been sent, where it was lowered since.
        let kept = if lane == Lane::Bulk { self.reserve() } else { 0 };
        let allowed = self.limit.unwrap_or(u64::MAX).saturating_sub(kept);
        let mut missing = (used + n).saturating_sub(allowed).min(used);
        for (slot, sent) in self.ledger.slots.iter().filter(|(slot, _)| leaves(*slot) > now) {
            if *sent >= missing {
                return Err(leaves(*slot));
            }
            missing -= sent;
        }
        Err(now + LOOK_AGAIN)
    }

    /// Counts recipients put on the wire.
    pub fn add(&mut self, now: Wall, n: u64) {
        self.ledger.forget(now);
        self.ledger.add(slot_of(now), n);
    }

    /// Recipients counted were certainly not accepted.
    pub fn take_back(&mut self, n: u64) {
        self.ledger.take_back(n);
    }

    /// So many were counted by all nodes together, others through the same account left out. The difference to what is known here was
    /// just counted, or taken back.
    pub fn counted(&mut self, now: Wall, all: u64) {
        self.ledger.forget(now);
        if all >= self.ledger.sum {
            self.ledger.add(slot_of(now), all - self.ledger.sum);
        } else {
            self.ledger.take_back(self.ledger.sum - all);
        }
    }

    /// What a lane may fill our own count up to; `None` for no limit.
    #[must_use]
    pub fn allowed(&self, now: Wall, lane: Lane) -> Option<u64> {
        let kept = if lane == Lane::Bulk { self.reserve() } else { 0 };
        Some(self.limit?.saturating_sub(kept).saturating_sub(self.others(now)))
    }

    /// When `n` more recipients will have been sent to, at `rate` a second (`None` for as fast as can be): an estimate, for what
    /// others send stays counted for a day, and mail that comes later is not known. `None` beyond 90 days.
    #[must_use]
    pub fn finish(&self, now: Wall, lane: Lane, n: u64, rate: Option<f64>) -> Option<Wall> {
        let mut plan = self.clone();
        let (mut at, mut left) = (now, n);
        while left > 0 {
            if at.since(now) >= HORIZON {
                return None;
            }
            let by_rate = rate.map_or(u64::MAX, |rate| (rate * SLOT.as_secs_f64()) as u64).max(1);
            let sent = plan.room(at, lane).unwrap_or(u64::MAX).min(by_rate).min(left);
            left -= sent;
            plan.add(at, sent);
            if left == 0 {
                let took = rate.map_or(0.0, |rate| (sent as f64 / rate).min(SLOT.as_secs_f64()));
                return Some(at + Duration::from_secs_f64(took));
            }
            at = at + SLOT;
        }
        Some(at)
    }
}

#[cfg(test)]
#[path = "quota_tests.rs"]
mod tests;
