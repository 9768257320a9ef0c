//! What may be claimed of bulk mail where an account or a sender's domain is held back: by the reputation guard, by a person, or by the plan of
//! a warm-up. Transactional mail is never asked. It is held back where it is claimed: what waits stays in the store as it is.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use jebi_domain::{
    message::Lane,
    outcome::Reason,
    port::store::{Claimed, DomainRoom},
    time::{Boot, Wall},
};

use super::state::{Dispatch, Inner};

/// A copy that was claimed shows in the store's counts by then, as a rule at once; until then it is counted here.
const SETTLES: Duration = Duration::from_secs(30);
/// How long mail of a domain that nothing may be claimed of stays behind before it is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(120);
/// The rate of an account without one, for what is a share of it. Recipients a second.
const WITHOUT_RATE: f64 = 10.0;

/// What holds for bulk mail of one account. Nothing by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Orders {
    pub provider: Order,
    /// By sender's domain, in lower case.
    pub domains: BTreeMap<String, Order>,
}

/// What holds for bulk mail of an account or of a domain in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// Nothing goes, and why.
    pub held: Option<Reason>,
    /// The share of the account's rate that this node has for it, 0 to 1, and why not all.
    pub slowed: Option<(f64, Reason)>,
    /// What is left of a day's allowance.
    pub day: Option<Day>,
}

/// What this node may still send of a day's allowance.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// Recipients, as they were counted then.
    pub left: u64,
    pub as_of: Boot,
    /// When the next day begins.
    pub ends: Wall,
    pub reason: Reason,
}

impl Order {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Why mail of it waits, and until when where that is known: for a copy that waits now.
    #[must_use]
    pub fn why(&self) -> Option<(Reason, Option<Wall>)> {
        if let Some(reason) = &self.held {
            return Some((reason.clone(), None));
        }
        if let Some(day) = self.day.as_ref().filter(|day| day.left == 0) {
            return Some((day.reason.clone(), Some(day.ends)));
        }
        self.slowed.as_ref().map(|(_, reason)| (reason.clone(), None))
    }
}

/// How much of an order was used.
#[derive(Debug, Default)]
struct Gate {
    /// Recipients that may go now, of what is slowed.
    tokens: f64,
    filled_at: Option<Boot>,
    claimed: VecDeque<(Boot, u64)>,
}

impl Gate {
    /// Copies that may be claimed now, `rate` the account's.
    fn room(&mut self, order: &Order, rate: Option<f64>, now: Boot) -> u32 {
        if order.held.is_some() {
            return 0;
        }
        let mut room = u64::from(u32::MAX);
        if let Some((share, _)) = &order.slowed {
            let rate = share * rate.unwrap_or(WITHOUT_RATE);
            let passed = self.filled_at.map_or(Duration::from_secs(1), |at| now.since(at));
            // A second's worth at most, and one mail at least.
            self.tokens = (self.tokens + rate * passed.as_secs_f64()).min(rate.max(1.0));
            self.filled_at = self.filled_at.max(Some(now));
            room = self.tokens as u64;
        }
        if let Some(day) = &order.day {
            let since = day.as_of - SETTLES;
            while self.claimed.front().is_some_and(|(at, _)| *at < since) {
                self.claimed.pop_front();
            }
            let out: u64 = self.claimed.iter().map(|(_, n)| n).sum();
            room = room.min(day.left.saturating_sub(out));
        }
        u32::try_from(room).unwrap_or(u32::MAX)
    }

    fn took(&mut self, order: &Order, copies: u64, now: Boot) {
        if order.slowed.is_some() {
            self.tokens -= copies as f64;
        }
        if order.day.is_some() {
            self.claimed.push_back((now, copies));
        }
    }

    /// When one more may go, of what is slowed.
    fn next(&self, order: &Order, rate: Option<f64>, now: Boot) -> Option<Boot> {
        let (share, _) = order.slowed.as_ref()?;
        let lacks = (1.0 - self.tokens).max(0.0) / (share * rate.unwrap_or(WITHOUT_RATE)).max(0.001);
        Some(now + Duration::from_secs_f64(lacks.min(3_600.0)) + Duration::from_millis(1))
    }
}

/// The orders in force, and what was used of them.
#[derive(Debug, Default)]
pub(super) struct Bulk {
    orders: Orders,
    provider: Gate,
    domains: BTreeMap<String, Gate>,
    /// Domains that are or were held back since the start, and until when.
    held_until: BTreeMap<String, Wall>,
}

impl Bulk {
    /// Copies of the account's bulk mail that may be claimed now.
    pub fn room(&mut self, rate: Option<f64>, now: Boot) -> u32 {
        self.provider.room(&self.orders.provider, rate, now)
    }

    /// Whether anything is held back: then nothing is leased at accept.
    pub fn is_limited(&self) -> bool {
        !self.orders.provider.is_none() || !self.orders.domains.is_empty()
    }

    /// Whether that of the whole account is.
    pub fn is_provider_limited(&self) -> bool {
        !self.orders.provider.is_none()
    }

    /// Why the account's bulk mail waits.
    pub fn why(&self) -> Option<Reason> {
        self.orders.provider.why().map(|(reason, _)| reason)
    }

    /// When more of it may go although nobody says so.
    pub fn next(&self, rate: Option<f64>, now: Boot) -> Option<Boot> {
        if self.orders.provider.held.is_some() { None } else { self.provider.next(&self.orders.provider, rate, now) }
    }
}

impl Dispatch {
    /// Takes new orders. What is ready of bulk mail that is held now goes back to the store.
    pub fn set_bulk(&self, orders: &Orders, wall: Wall) {
        let inner = &mut *self.lock();
        let before = std::mem::replace(&mut inner.bulk.orders, orders.clone());
        for domain in before.domains.keys().chain(orders.domains.keys()) {
            inner.bulk.held_until.insert(domain.clone(), wall);
        }
        inner.bulk.domains.retain(|domain, _| orders.domains.contains_key(domain));
        if orders.provider.held.is_some() {
            self.return_bulk(inner);
        }
        let held = |domain: &str| orders.domains.get(domain).is_some_and(|order| order.held.is_some());
        if orders.domains.values().any(|order| order.held.is_some()) {
            let gone = inner.ready.remove(|copy| copy.lane() == Lane::Bulk && held(copy.mail.domain()));
            self.give_back(inner, &gone);
        }
        if before != *orders {
            self.offer_window(inner);
            self.claimer.notify_one();
        }
    }

    /// How much bulk mail of senders' domains that are held back may be claimed now. Those that were held back are named with when that ended.
    #[must_use]
    pub fn domain_rooms(&self, now: Boot, wall: Wall) -> Vec<DomainRoom> {
        let inner = &mut *self.lock();
        let rate = inner.rate_at(now);
        let Bulk { orders, domains, held_until, .. } = &mut inner.bulk;
        let mut rooms = Vec::with_capacity(held_until.len());
        for (domain, ended) in held_until.iter() {
            let Some(order) = orders.domains.get(domain) else {
                rooms.push(DomainRoom { domain: domain.clone(), room: u32::MAX, until: wall, late_from: *ended });
                continue;
            };
            let gate = domains.entry(domain.clone()).or_default();
            let room = gate.room(order, rate, now);
            let soon = gate.next(order, rate, now).filter(|_| order.held.is_none()).map_or(LOOK_AGAIN, |at| at.since(now));
            let until = wall + soon.clamp(Duration::from_secs(1), LOOK_AGAIN);
            rooms.push(DomainRoom { domain: domain.clone(), room, until, late_from: wall });
        }
        rooms
    }

    /// Whether bulk mail is held back for the whole account: its lateness does not go on meanwhile.
    #[must_use]
    pub fn is_bulk_limited(&self) -> bool {
        self.lock().bulk.is_provider_limited()
    }
}

impl Inner {
    /// Copies were claimed.
    pub(super) fn note_bulk(&mut self, claimed: &[Claimed], now: Boot) {
        if !self.bulk.is_limited() {
            return;
        }
        let Bulk { orders, provider, domains, .. } = &mut self.bulk;
        for one in claimed.iter().filter(|one| one.message.lane == Lane::Bulk) {
            let n: u64 = one.copies.iter().map(|copy| copy.open().count() as u64).sum();
            provider.took(&orders.provider, n, now);
            let domain = jebi_domain::reputation::domain_of(&one.message.content.from.email);
            if let (Some(order), Some(gate)) = (orders.domains.get(&domain), domains.get_mut(&domain)) {
                gate.took(order, n, now);
            }
        }
    }
}
