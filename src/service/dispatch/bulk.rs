//! What may be claimed of bulk mail where an account or a sender's domain is held back: by the reputation guard, by a person, or by the plan of
//! a warm-up. Transactional mail is never asked. It is held back where it is claimed: what waits stays in the store.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use jebi_domain::{
    id::LeaseNo,
    message::Lane,
    outcome::Reason,
    port::store::{Claimed, DomainRoom},
    reputation::domain_of,
    time::{Boot, Wall},
};

use super::{
    allowance::Allowance,
    state::{Dispatch, Inner},
};

/// When entries of a domain that wait for something else than its next token are looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// The rate of an account without one, for what is a share of it. Recipients a second.
const WITHOUT_RATE: f64 = 10.0;
/// Entries of a domain that stay where they are while others go first: their turn comes soon.
const KEPT: u32 = 100;
/// Recipients of a day kept for one claim at least, so that a copy to many fits: more than any mail may have.
const KEPT_FOR_CLAIM: u64 = 1_000;

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
    /// A day's allowance.
    pub day: Option<Day>,
}

/// A day of a warm-up.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// What this node may still send of it.
    pub allowance: Arc<Allowance>,
    /// Nothing is left of it on any node.
    pub is_used_up: bool,
    /// When the next day begins.
    pub ends: Wall,
    pub reason: Reason,
}

impl Order {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing goes until somebody, or the next day, lets it.
    fn is_shut(&self) -> bool {
        self.held.is_some() || self.day.as_ref().is_some_and(|day| day.is_used_up)
    }

    /// Why mail of it waits, and until when where that is known: for a copy that waits now.
    #[must_use]
    pub fn why(&self) -> Option<(Reason, Option<Wall>)> {
        if let Some(reason) = &self.held {
            return Some((reason.clone(), None));
        }
        if let Some(day) = self.day.as_ref().filter(|day| day.is_used_up) {
            return Some((day.reason.clone(), Some(day.ends)));
        }
        self.slowed.as_ref().map(|(_, reason)| (reason.clone(), None))
    }
}

/// How much of an order was used by this account's mail.
#[derive(Debug, Default)]
struct Gate {
    /// Recipients that may go now, of what is slowed.
    tokens: f64,
    filled_at: Option<Boot>,
    /// Recipients claimed since there is an order.
    claimed: u64,
}

impl Gate {
    /// Recipients that may be claimed now by the share of the account's rate.
    fn pace(&mut self, order: &Order, rate: Option<f64>, now: Boot) -> u32 {
        let Some((share, _)) = &order.slowed else { return u32::MAX };
        let rate = share * rate.unwrap_or(WITHOUT_RATE);
        let passed = self.filled_at.map_or(Duration::from_secs(1), |at| now.since(at));
        // A second's worth at most, and one mail at least.
        self.tokens = (self.tokens + rate * passed.as_secs_f64()).min(rate.max(1.0));
        self.filled_at = self.filled_at.max(Some(now));
        self.tokens as u32
    }

    /// The same by all of the order.
    fn room(&mut self, order: &Order, rate: Option<f64>, now: Boot) -> u32 {
        if order.is_shut() {
            return 0;
        }
        let pace = self.pace(order, rate, now);
        order.day.as_ref().map_or(pace, |day| pace.min(u32::try_from(day.allowance.room()).unwrap_or(u32::MAX)))
    }

    fn took(&mut self, order: &Order, recipients: u64) {
        self.claimed += recipients;
        if order.slowed.is_some() {
            self.tokens -= recipients as f64;
        }
    }

    /// When one more may go, of what is slowed.
    fn next(&self, order: &Order, rate: Option<f64>, now: Boot) -> Option<Boot> {
        let (share, _) = order.slowed.as_ref()?;
        let lacks = (1.0 - self.tokens).max(0.0) / (share * rate.unwrap_or(WITHOUT_RATE)).max(0.001);
        Some(now + Duration::from_secs_f64(lacks.min(3_600.0)) + Duration::from_millis(1))
    }
}

/// What is kept of an allowance for the claim under way.
#[derive(Debug)]
struct Kept {
    /// Whose; `None` for the account's.
    domain: Option<String>,
    allowance: Arc<Allowance>,
    recipients: u64,
}

/// The orders in force, and what was used of them.
#[derive(Debug, Default)]
pub(super) struct Bulk {
    orders: Orders,
    provider: Gate,
    domains: BTreeMap<String, Gate>,
    /// Domains that are or were held back since the start, and until when.
    held_until: BTreeMap<String, Wall>,
    kept: Vec<Kept>,
}

impl Bulk {
    /// Recipients of the account's bulk mail that may be claimed now.
    pub fn room(&mut self, rate: Option<f64>, now: Boot) -> u32 {
        self.provider.room(&self.orders.provider, rate, now)
    }

    /// Whether bulk mail of the whole account is held back.
    pub fn is_limited(&self) -> bool {
        !self.orders.provider.is_none()
    }

    /// Whether mail that was just claimed, or leased at accept, must go back: it was asked for before the order was given.
    pub fn refuses(&self, domain: &str, born_leased: bool) -> bool {
        let of_domain = self.orders.domains.get(domain);
        let is_held = |order: &Order| order.held.is_some() || (born_leased && !order.is_none());
        is_held(&self.orders.provider) || of_domain.is_some_and(is_held)
    }

    /// Why the account's bulk mail waits.
    pub fn why(&self) -> Option<Reason> {
        self.orders.provider.why().map(|(reason, _)| reason)
    }

    /// When more of it may go although nobody says so.
    pub fn next(&self, rate: Option<f64>, now: Boot) -> Option<Boot> {
        if self.orders.provider.held.is_some() { None } else { self.provider.next(&self.orders.provider, rate, now) }
    }

    /// Keeps what a claim may take of an allowance; recipients, and no limit where there is no plan.
    fn keep(&mut self, domain: Option<&str>, most: u64) -> u32 {
        let order = domain.map_or(Some(&self.orders.provider), |domain| self.orders.domains.get(domain));
        let Some(day) = order.and_then(|order| order.day.as_ref()) else { return u32::MAX };
        let (allowance, domain) = (day.allowance.clone(), domain.map(str::to_owned));
        let recipients = if day.is_used_up { 0 } else { allowance.reserve(most) };
        self.kept.push(Kept { domain, allowance, recipients });
        u32::try_from(recipients).unwrap_or(u32::MAX)
    }

    /// What may be claimed of a domain.
    fn place(&mut self, domain: &str, ended: Wall, rate: Option<f64>, (most, now, wall): (u64, Boot, Wall)) -> DomainRoom {
        let Some(order) = self.orders.domains.get(domain) else { return DomainRoom::open(domain.to_owned(), ended) };
        let gate = self.domains.entry(domain.to_owned()).or_default();
        let pace = gate.pace(order, rate, now);
        let soon = gate.next(order, rate, now).map_or(LOOK_AGAIN, |at| at.since(now).min(LOOK_AGAIN));
        let (is_shut, is_held) = (order.is_shut(), order.held.is_some());
        let room = if is_held { 0 } else { self.keep(Some(domain), most) };
        let keep = if is_shut { 0 } else { KEPT };
        DomainRoom { domain: domain.to_owned(), room, pace, keep, until: wall + soon, late_from: wall }
    }
}

/// What a claim of bulk mail may bring.
#[derive(Debug)]
pub struct BulkRooms {
    /// Of senders' domains that are or were held back.
    pub domains: Vec<DomainRoom>,
    /// Recipients together.
    pub recipients: u32,
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
        inner.window.hold(orders.domains.keys().cloned().collect::<BTreeSet<_>>());
        // What was claimed without a plan is claimed anew under it.
        let shuts = |before: Option<&Order>, now: &Order| {
            now.held.is_some() || (now.day.is_some() && before.is_none_or(|before| before.day.is_none()))
        };
        if shuts(Some(&before.provider), &orders.provider) {
            self.return_bulk(inner);
        }
        let shut: BTreeSet<&String> =
            orders.domains.iter().filter(|(domain, now)| shuts(before.domains.get(*domain), now)).map(|(domain, _)| domain).collect();
        if !shut.is_empty() {
            let gone = inner.ready.remove(|copy| copy.lane() == Lane::Bulk && shut.iter().any(|domain| *domain == copy.mail.domain()));
            self.give_back(inner, &gone);
        }
        let has_day = orders.provider.day.is_some() || orders.domains.values().any(|order| order.day.is_some());
        if before != *orders || has_day {
            self.offer_window(inner);
            self.claimer.notify_one();
        }
    }

    /// What a claim of so many copies of bulk mail may bring. Those domains that were held back are named with when that ended. What it takes
    /// of an allowance is kept for it until [`Self::offer`] or [`Self::claim_failed`].
    #[must_use]
    pub fn bulk_rooms(&self, copies: u32, now: Boot, wall: Wall) -> BulkRooms {
        let inner = &mut *self.lock();
        let (rate, lateness) = (inner.rate_at(now), inner.settings.max_lateness);
        let bulk = &mut inner.bulk;
        // Later its mail is late all the same.
        bulk.held_until.retain(|domain, ended| bulk.orders.domains.contains_key(domain) || *ended + lateness > wall);
        let most = u64::from(copies).max(KEPT_FOR_CLAIM);
        let recipients = bulk.keep(None, most);
        let held = bulk.held_until.clone();
        let domains = held.iter().map(|(domain, ended)| bulk.place(domain, *ended, rate, (most, now, wall))).collect();
        BulkRooms { domains, recipients }
    }

    /// Recipients of a domain that may be claimed now, and how many were since it is held back. `None` where nothing holds it back.
    #[must_use]
    pub fn domain_room(&self, domain: &str, now: Boot) -> Option<(u32, u64)> {
        let inner = &mut *self.lock();
        let rate = inner.rate_at(now);
        let Bulk { orders, domains, .. } = &mut inner.bulk;
        let order = orders.domains.get(domain)?;
        let gate = domains.entry(domain.to_owned()).or_default();
        Some((gate.room(order, rate, now), gate.claimed))
    }

    /// Whether bulk mail is held back for the whole account: its lateness does not go on meanwhile.
    #[must_use]
    pub fn is_bulk_limited(&self) -> bool {
        self.lock().bulk.is_limited()
    }

    /// A claim has failed. What it would have brought may have been claimed all the same.
    pub fn claim_failed(&self, now: Boot) {
        let inner = &mut *self.lock();
        for kept in std::mem::take(&mut inner.bulk.kept) {
            kept.allowance.end(kept.recipients, kept.recipients, now);
        }
    }

    /// Gives back what a lease brought.
    pub(super) fn return_lease(&self, inner: &mut Inner, lease: LeaseNo) {
        let gone = inner.ready.remove(|copy| copy.lease == lease);
        self.give_back(inner, &gone);
    }
}

impl Inner {
    /// Copies were claimed.
    pub(super) fn note_bulk(&mut self, claimed: &[Claimed], now: Boot) {
        if self.bulk.kept.is_empty() && self.bulk.orders == Orders::default() {
            return;
        }
        let Bulk { orders, provider, domains, kept, .. } = &mut self.bulk;
        let (mut all, mut of): (u64, BTreeMap<String, u64>) = (0, BTreeMap::new());
        for one in claimed.iter().filter(|one| one.message.lane == Lane::Bulk) {
            let n = u64::from(one.recipients());
            all += n;
            *of.entry(domain_of(&one.message.content.from.email)).or_default() += n;
        }
        provider.took(&orders.provider, all);
        for (domain, n) in &of {
            if let (Some(order), Some(gate)) = (orders.domains.get(domain), domains.get_mut(domain)) {
                gate.took(order, *n);
            }
        }
        let kept = std::mem::take(kept);
        for one in &kept {
            let n = one.domain.as_ref().map_or(all, |domain| of.get(domain).copied().unwrap_or(0));
            one.allowance.end(one.recipients, n, now);
        }
        // A plan that came while the claim was under way.
        let is_new = |domain: Option<&String>| !kept.iter().any(|one| one.domain.as_ref() == domain);
        if let Some(day) = orders.provider.day.as_ref().filter(|_| is_new(None)) {
            day.allowance.end(0, all, now);
        }
        for (domain, n) in of.iter().filter(|(domain, _)| is_new(Some(domain))) {
            if let Some(day) = orders.domains.get(domain).and_then(|order| order.day.as_ref()) {
                day.allowance.end(0, *n, now);
            }
        }
    }
}
