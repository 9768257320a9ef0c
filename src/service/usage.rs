//! How much a key may still send today.
//!
//! A day is a calendar day in the server's zone (`TIME_ZONE`). What was accepted is counted in the commit that accepts it, so it
//! survives a restart; here it is held in memory beside what is on its way to the store, so that concurrent requests cannot pass
//! the limit together. Only keys with a limit are held. What other nodes took is read again when it is a second old: requests to
//! several nodes within that second can pass the limit together, by what they bring in it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jebi_domain::{
    id::KeyNo,
    port::{Clock, Store},
    refusal::{Fault, Refusal, RefusalKind},
    time::{Boot, Wall},
};
use jiff::tz::TimeZone;

use super::{Caller, trouble::refusal};

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub begins: Wall,
    pub ends: Wall,
}

/// How old the store's count may be.
const FRESH: Duration = Duration::from_secs(1);
/// While requests are on their way the store's count may have them or not, so it is read again later.
const FRESH_ENOUGH: Duration = Duration::from_secs(5);

/// A key's day.
#[derive(Clone, Copy, Debug)]
struct Held {
    begins: Wall,
    /// Recipients accepted.
    used: i64,
    /// Recipients of requests on their way to the store.
    reserved: i64,
    /// When the store's count was read.
    read_at: Boot,
    /// Requests that have ended since the day began.
    ended: u64,
    /// Requests were taken without asking, while the key had no limit: `used` has to be read again.
    stale: bool,
}

impl Held {
    /// Whether it may be counted with.
    fn is_known(&self, now: Boot) -> bool {
        let age = if self.reserved == 0 { FRESH } else { FRESH_ENOUGH };
        !self.stale && now.since(self.read_at) <= age
    }
}

/// Recipients a request has been promised. Dropped without a word (its caller hung up, nobody knows whether it was stored) it
/// counts as used.
pub(super) struct Reservation {
    usage: Arc<Usage>,
    key: KeyNo,
    begins: Wall,
    recipients: i64,
    stored: bool,
}

impl Reservation {
    /// Nothing was stored.
    pub(super) fn give_back(mut self) {
        self.stored = false;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut days = self.usage.lock();
        if let Some(held) = days.get_mut(&self.key).filter(|held| held.begins == self.begins) {
            held.reserved -= self.recipients;
            held.ended += 1;
            held.used += if self.stored { self.recipients } else { 0 };
        }
    }
}

/// Keeps the daily limits.
pub struct Usage {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
    days: Mutex<HashMap<KeyNo, Held>>,
    loading: tokio::sync::Mutex<()>,
}

impl Usage {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, zone: TimeZone) -> Self {
        Self { store, clock, zone, days: Mutex::default(), loading: tokio::sync::Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<KeyNo, Held>> {
        self.days.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The day it is.
    #[must_use]
    pub fn today(&self) -> Day {
        self.day(self.clock.wall())
    }

    fn day(&self, at: Wall) -> Day {
        let local = at.timestamp().to_zoned(self.zone.clone());
        let begins = local.start_of_day().map_or(at, |day| day.timestamp().into());
        let ends = local.tomorrow().and_then(|next| next.start_of_day()).map_or(at, |day| day.timestamp().into());
        Day { begins, ends }
    }

    /// Sets recipients aside for a request that is about to be stored; `None` for a caller without a limit.
    ///
    /// # Errors
    /// Too many where the limit does not have them any more; a store that does not answer.
    pub(super) async fn reserve(self: &Arc<Self>, caller: &Caller, recipients: usize, at: Wall) -> Result<Option<Reservation>, Refusal> {
        let key = caller.key;
        let Some(limit) = caller.grant().daily_limit else {
            self.lock().entry(key).and_modify(|held| held.stale = true);
            return Ok(None);
        };
        let (day, recipients) = (self.day(at), i64::try_from(recipients).unwrap_or(i64::MAX));
        let known = || self.lock().get(&key).is_some_and(|held| held.begins == day.begins && held.is_known(self.clock.boot()));
        if !known() {
            let _one = self.loading.lock().await;
            if !known() {
                self.load(key, day).await?;
            }
        }
        let mut days = self.lock();
        let Some(held) = days.get_mut(&key) else { return Ok(None) };
        let taken = held.used + held.reserved;
        if taken.saturating_add(recipients) > limit {
            return Err(too_many(limit, taken, recipients, day.ends.since(at).as_secs() + 1));
        }
        held.reserved += recipients;
        // Its own day: another request may have begun the next one meanwhile.
        Ok(Some(Reservation { usage: Arc::clone(self), key, begins: held.begins, recipients, stored: true }))
    }

    /// Whether so many would be taken now.
    ///
    /// # Errors
    /// They would not; a store that does not answer.
    pub(super) async fn check(self: &Arc<Self>, caller: &Caller, recipients: usize, at: Wall) -> Result<(), Refusal> {
        // Without a limit there is nothing to ask, and nothing was taken.
        if caller.grant().daily_limit.is_some()
            && let Some(reserved) = self.reserve(caller, recipients, at).await?
        {
            reserved.give_back();
        }
        Ok(())
    }

    /// Reads the store's count.
    async fn load(&self, key: KeyNo, day: Day) -> Result<(), Refusal> {
        let ended = |days: &HashMap<KeyNo, Held>| days.get(&key).filter(|held| held.begins == day.begins).map_or(0, |held| held.ended);
        let before = ended(&self.lock());
        let read_at = self.clock.boot();
        let used = self.used_since(key, day).await?;
        let days = &mut *self.lock();
        let unchanged = ended(days) == before;
        let fresh = Held { begins: day.begins, used, reserved: 0, read_at, ended: 0, stale: false };
        let held = days.entry(key).or_insert(fresh);
        if held.begins != day.begins {
            *held = fresh;
        }
        // What ended meanwhile may not be in the count that was read.
        held.used = if unchanged { used } else { used.max(held.used) };
        (held.read_at, held.stale) = (read_at, false);
        Ok(())
    }

    async fn used_since(&self, key: KeyNo, day: Day) -> Result<i64, Refusal> {
        let all = self.store.key_usage(day.begins).await.map_err(refusal)?;
        Ok(all.into_iter().find(|(no, _)| *no == key).map_or(0, |(_, used)| used))
    }

    /// Recipients accepted today, by key; with those on their way where a key has a limit.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn used_today(&self) -> Result<HashMap<KeyNo, i64>, Refusal> {
        let day = self.today();
        let mut used: HashMap<KeyNo, i64> = self.store.key_usage(day.begins).await.map_err(refusal)?.into_iter().collect();
        let now = self.clock.boot();
        let fresh = |held: &Held| held.begins == day.begins && held.is_known(now);
        used.extend(self.lock().iter().filter(|(_, held)| fresh(held)).map(|(key, held)| (*key, held.used + held.reserved)));
        Ok(used)
    }

    /// Forgets what a key has used today.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn reset(&self, key: KeyNo) -> Result<(), Refusal> {
        self.store.forgive_key(key, self.today().begins, self.clock.wall()).await.map_err(refusal)?;
        if let Some(held) = self.lock().get_mut(&key) {
            held.used = 0;
        }
        Ok(())
    }
}

fn too_many(limit: i64, taken: i64, recipients: i64, seconds: u64) -> Refusal {
    let fault = format!("this key may send to {limit} recipients a day and {taken} are used; the request has {recipients}");
    let remedy = "nothing was stored: send it again when the day is over (Retry-After), or let an administrator raise daily_limit";
    let retry_after_s = u32::try_from(seconds).unwrap_or(u32::MAX);
    Refusal::new(RefusalKind::TooMany { retry_after_s }, Fault::new("", "daily_limit", fault, remedy))
}
