//! The 24-hour limit as one dispatcher keeps it: what it holds up, and until when.
//!
//! A lane that has met its limit is closed until some of it is free again; what is ready of it goes back to the store, unsent and
//! uncounted. Whoever waits for transactional room closes bulk too, for bulk would take it away.

use jebi_domain::{
    message::Lane,
    outcome::{Outcome, Reason},
    port::AccountReport,
    quota::Quota,
    time::{Boot, Wall},
};

use super::{
    settings::Settings,
    state::{Dispatch, Inner},
};
use crate::service::providers::QuotaStatus;

/// The limit of one provider, on a clock that does not jump: wall time as it was at the start, carried on by boot time.
#[derive(Debug)]
pub(super) struct Daily {
    quota: Quota,
    /// Boot time and wall time when it began.
    began: (Boot, Wall),
    /// Until when each lane is closed.
    closed: [Option<Boot>; 2],
}

impl Daily {
    pub fn new(settings: &Settings, sent: Vec<(i64, u64)>, boot: Boot, wall: Wall) -> Self {
        let quota = Quota::new(settings.daily_limit, settings.quota_reserve, sent);
        Self { quota, began: (boot, wall), closed: [None; 2] }
    }

    fn wall(&self, now: Boot) -> Wall {
        self.began.1 + now.since(self.began.0)
    }

    /// Takes new limits; what was closed is looked at anew.
    pub fn set(&mut self, settings: &Settings, told: Option<&AccountReport>, now: Boot) {
        let account = told.and_then(|r| r.max_24_hour_send).map(|limit| limit.max(0.0) as u64);
        let limit = [settings.daily_limit, account].into_iter().flatten().min();
        self.quota.set(limit, settings.quota_reserve);
        if let Some(sent) = told.and_then(|r| r.sent_last_24_hours) {
            self.told(sent, now);
        }
        self.closed = [None; 2];
    }

    /// The account counted so many in the last 24 hours.
    pub fn told(&mut self, sent: f64, now: Boot) {
        self.quota.told(sent.max(0.0) as u64, self.wall(now));
    }

    /// All nodes together sent to so many.
    pub fn counted(&mut self, now: Boot, all: u64) {
        self.quota.counted(self.wall(now), all);
    }

    pub fn is_limited(&self) -> bool {
        self.quota.limit().is_some()
    }

    /// What a lane may fill the count of all nodes up to; `None` for no limit.
    pub fn allowed(&self, now: Boot, lane: Lane) -> Option<u64> {
        self.quota.allowed(self.wall(now), lane)
    }

    /// Whether a copy to so many may go now; else its lane is closed.
    pub fn admits(&mut self, now: Boot, lane: Lane, recipients: u32) -> bool {
        let Err(at) = self.quota.check(self.wall(now), lane, recipients.into()) else { return true };
        let until = now + at.since(self.wall(now));
        for closed in &mut self.closed[lane as usize..] {
            *closed = Some(closed.map_or(until, |before| before.max(until)));
        }
        false
    }

    pub fn add(&mut self, now: Boot, recipients: u32) {
        self.quota.add(self.wall(now), recipients.into());
    }

    /// The end of a call: recipients that were certainly not accepted were not sent to. Returns how many.
    pub fn ended(&mut self, outcome: &Outcome, recipients: u32) -> u64 {
        let refused = match outcome {
            Outcome::Accepted { .. } | Outcome::Unknown { .. } => 0,
            Outcome::Each(all) => all.iter().filter(|one| is_refusal(one)).count() as u64,
            _ => recipients.into(),
        };
        self.quota.take_back(refused);
        refused
    }

    /// Opens what has waited long enough.
    pub fn open(&mut self, now: Boot) {
        for closed in &mut self.closed {
            *closed = closed.filter(|until| now < *until);
        }
    }

    pub fn is_closed(&self, lane: Lane) -> bool {
        self.closed[lane as usize].is_some()
    }

    /// When a lane opens next.
    pub fn opens_at(&self) -> Option<Boot> {
        self.closed.iter().flatten().min().copied()
    }

    fn status(&self, now: Boot) -> Option<QuotaStatus> {
        let at = self.wall(now);
        let (limit, used) = (self.quota.limit()?, self.quota.used(at));
        let opens = self.closed.map(|until| until.filter(|until| now < *until).map(|until| self.wall(until)));
        Some(QuotaStatus { limit, used, remaining: limit.saturating_sub(used), reserve: self.quota.reserve(), opens })
    }

    /// Why a lane waits.
    pub fn reason(&self) -> Option<(Lane, Reason)> {
        let lane = Lane::ALL.into_iter().find(|lane| self.is_closed(*lane))?;
        let goes_on = "nothing to do: it goes on by itself as the 24 hours roll on; a higher limit is asked of the provider";
        let reason = match lane {
            Lane::Transactional => Reason::new("daily_limit", "the limit of recipients in 24 hours is used up", goes_on),
            Lane::Bulk => {
                let text = "bulk mail waits: what is left of the limit in 24 hours is kept for transactional mail";
                Reason::new("quota_reserve", text, goes_on)
            }
        };
        Some((lane, reason))
    }
}

/// Certainly not accepted.
fn is_refusal(outcome: &Outcome) -> bool {
    !matches!(outcome, Outcome::Accepted { .. } | Outcome::Unknown { .. })
}

impl Dispatch {
    /// Gives what is ready of closed lanes back to the store.
    pub(super) fn return_closed(&self, inner: &mut Inner) {
        let (daily, ready) = (&inner.daily, &mut inner.ready);
        let gone = ready.remove(|copy| daily.is_closed(copy.lane()));
        self.give_back(inner, &gone);
        self.offer_window(inner);
    }

    /// How the limit stands; `None` without one.
    pub(super) fn quota_status(inner: &Inner, now: Boot) -> Option<QuotaStatus> {
        inner.daily.status(now)
    }

    /// When `recipients` more of a lane will have been sent to from `from` on, at the speed and limit of now: an estimate. `None`
    /// while nothing is sent or bulk mail is held back, where neither is limited, or beyond 90 days.
    #[must_use]
    pub fn finish_at(&self, lane: Lane, recipients: u64, from: Wall, now: Boot) -> Option<Wall> {
        let inner = self.lock();
        // What a person or the next day lets go on has no end that can be told.
        let waits = lane == Lane::Bulk && inner.bulk.is_provider_limited();
        let runs = inner.may_start() && inner.health.cause().is_none() && !waits;
        let rate = inner.rate_at(now);
        if !runs || (rate.is_none() && inner.daily.quota.limit().is_none()) {
            return None;
        }
        inner.daily.quota.finish(inner.daily.wall(now).max(from), lane, recipients, rate)
    }
}
