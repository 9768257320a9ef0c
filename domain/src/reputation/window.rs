//! The mail a rate is taken over: a representative volume, not a fixed time. Whoever sends much is judged by the last 24 hours; whoever
//! sends little by as many days as it takes to come to that volume.

use std::{ops, time::Duration};

use serde::{Deserialize, Serialize};

use super::Fresh;
use crate::time::Wall;

/// A quarter of an hour: days of every time zone begin with one.
const SLOT_MS: i64 = 900_000;
/// What is sent within it always counts.
const LEAST: i64 = 24 * 3_600_000 / SLOT_MS;
const DAY: i64 = LEAST;
const KEPT: Duration = Duration::from_secs(91 * 24 * 3600);

/// The slot a time lies in.
#[must_use]
pub fn slot_of(at: Wall) -> i64 {
    at.0.div_euclid(SLOT_MS)
}

/// When a slot begins.
#[must_use]
pub fn start_of(slot: i64) -> Wall {
    Wall(slot.saturating_mul(SLOT_MS))
}

/// Recipients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The provider took the mail or may have.
    pub sent: u64,
    /// Hard bounces that count against the account.
    pub bounced: u64,
    pub complained: u64,
    /// Refused for good, or given up, without the provider taking it.
    pub failed: u64,
}

impl ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.bounced += other.bounced;
        self.complained += other.complained;
        self.failed += other.failed;
    }
}

impl Tally {
    /// What came on top of `before`.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            sent: self.sent.saturating_sub(before.sent),
            bounced: self.bounced.saturating_sub(before.bounced),
            complained: self.complained.saturating_sub(before.complained),
            failed: self.failed.saturating_sub(before.failed),
        }
    }
}

/// What was counted in one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    pub slot: i64,
    pub tally: Tally,
}

/// Which mail counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowRule {
    /// Recipients that are representative.
    pub volume: u64,
    /// Nothing older counts, in days.
    pub days: u16,
    /// Below so many recipients no rate is judged.
    pub least: u64,
}

impl WindowRule {
    /// The first slot that may count.
    #[must_use]
    pub fn oldest(&self, now: Wall) -> i64 {
        slot_of(now) - i64::from(self.days) * DAY
    }

    /// Slots before are needed by nobody: the longest window is 90 days.
    #[must_use]
    pub fn kept(now: Wall) -> i64 {
        slot_of(now - KEPT)
    }
}

/// How a scope stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub tally: Tally,
    /// When what is counted begins.
    pub since: Wall,
    /// Enough was sent for its rates to say something.
    pub judged: bool,
}

impl Standing {
    /// Percent of recipients whose mail bounced for good.
    #[must_use]
    pub fn bounce_percent(&self) -> f64 {
        percent(self.tally.bounced, self.tally.sent)
    }

    /// Percent of recipients who complained.
    #[must_use]
    pub fn complaint_percent(&self) -> f64 {
        percent(self.tally.complained, self.tally.sent)
    }

    /// Percent of ends that were failures.
    #[must_use]
    pub fn failure_percent(&self) -> f64 {
        percent(self.tally.failed, self.tally.sent + self.tally.failed)
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// Sums up, newest slot first: the last 24 hours, and before them as much as it takes to come to the volume.
#[must_use]
pub fn standing(newest_first: &[Slot], rule: &WindowRule, fresh: Option<Fresh>, now: Wall) -> Standing {
    let first = fresh.map_or(i64::MIN, |fresh| slot_of(fresh.at)).max(rule.oldest(now));
    let certain = slot_of(now) - LEAST;
    let mut sum = Standing { since: now, ..Standing::default() };
    for one in newest_first.iter().filter(|one| one.slot >= first) {
        if one.slot < certain && sum.tally.sent >= rule.volume {
            break;
        }
        let forgiven = fresh.filter(|fresh| slot_of(fresh.at) == one.slot);
        sum.tally += forgiven.map_or(one.tally, |fresh| one.tally.since(fresh.before));
        sum.since = forgiven.map_or(start_of(one.slot), |fresh| fresh.at);
    }
    sum.judged = sum.tally.sent >= rule.least.max(1);
    sum
}
