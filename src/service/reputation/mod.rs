//! The reputation guard: how accounts and senders' domains stand, what follows from it for their bulk mail, and warm-ups. What is decided
//! lies in the store, so that it holds for every node and over restarts.
//!
//! | file | owns |
//! |---|---|
//! | `judge` | what follows from how they stand |
//! | `orders` | what the dispatchers are told |
//! | `aside` | mail that was set aside, and when it comes back |
//! | `decide` | what people decide |

mod aside;
mod decide;
mod judge;
mod orders;

pub use aside::Brought;
pub use decide::checked as checked_reason;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwap;
use jebi_domain::{
    id::Incarnation,
    outcome::Reason,
    port::{Boxed, Clock, Store, reputation::ScopeState},
    refusal::Refusal,
    reputation::{Act, Limits, Scope, TopicRule, WindowRule},
    time::Wall,
    warmup::{Plan, Today},
};
use jiff::tz::TimeZone;

use super::{
    dispatch::{allowance::Allowance, bulk::Orders},
    ready::{Check, Readiness},
    trouble::refusal,
};

/// What the operator decided.
#[derive(Clone, Debug)]
pub struct Settings {
    pub window: WindowRule,
    pub limits: Limits,
    /// The share of an account's rate that bulk mail has while it is slowed, 0 to 1.
    pub slow_share: f64,
    /// Whether bulk mail of an account under review is slowed.
    pub slows_under_review: bool,
    pub topics: TopicRule,
    pub plans: Vec<Plan>,
    /// Whose days the plans count.
    pub zone: TimeZone,
}

/// A scope as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopeView {
    pub state: ScopeState,
    /// Today's allowance of its warm-up, and what of it was sent.
    pub warmup: Option<(Today, u64)>,
}

/// Judges, and knows what holds.
pub struct Reputation {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: ArcSwap<Settings>,
    /// By provider, as this node goes by them now; under the empty name what holds for every other.
    orders: ArcSwap<BTreeMap<String, Orders>>,
    /// What this node may still send of each plan's day.
    allowances: Mutex<BTreeMap<Scope, Arc<Allowance>>>,
    /// Which incarnation this node is; 0 before it starts one.
    own: AtomicI64,
    /// Whose gauges this node shows.
    shown: Mutex<BTreeSet<Scope>>,
}

impl Reputation {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        orders::describe();
        let (settings, orders) = (ArcSwap::from_pointee(settings), ArcSwap::default());
        Self { store, clock, settings, orders, allowances: Mutex::default(), own: AtomicI64::new(0), shown: Mutex::default() }
    }

    /// The node is this incarnation from now on.
    pub fn runs_as(&self, own: Incarnation) {
        self.own.store(own.0, Ordering::Relaxed);
    }

    fn own(&self) -> Option<Incarnation> {
        Some(Incarnation(self.own.load(Ordering::Relaxed))).filter(|own| own.0 > 0)
    }

    /// Takes other settings, from the next look on.
    pub fn set(&self, settings: Settings) {
        self.settings.store(Arc::new(settings));
    }

    /// What a provider's dispatcher goes by.
    #[must_use]
    pub fn orders_of(&self, provider: &str) -> Orders {
        let all = self.orders.load();
        all.get(provider).or_else(|| all.get("")).cloned().unwrap_or_default()
    }

    /// Why bulk mail of a sender waits, and until when as far as that is known.
    #[must_use]
    pub fn why_waits(&self, provider: &str, sender: &str) -> Option<(Reason, Option<Wall>)> {
        let orders = self.orders_of(provider);
        let domain = orders.domains.get(&jebi_domain::reputation::domain_of(sender));
        orders.provider.why().or_else(|| domain.and_then(super::dispatch::bulk::Order::why))
    }

    /// All that sent in the last day, were decided of, or warm up.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self) -> Result<Vec<ScopeView>, Refusal> {
        let (settings, now) = (self.settings.load_full(), self.clock.wall());
        let mut states = self.store.reputations(settings.window, now).await.map_err(refusal)?;
        for plan in &settings.plans {
            if !states.iter().any(|state| state.scope == plan.scope) {
                let (standing, hour) = Default::default();
                states.push(ScopeState { scope: plan.scope.clone(), standing, hour, mark: None });
            }
        }
        states.sort_by(|a, b| a.scope.cmp(&b.scope));
        let mut all = Vec::with_capacity(states.len());
        for state in states {
            let plan = settings.plans.iter().find(|plan| plan.scope == state.scope);
            let warmup = match plan.and_then(|plan| plan.today(now, &settings.zone)) {
                Some(today) => Some((today, self.store.sent_by(state.scope.clone(), today.began).await.map_err(refusal)?)),
                None => None,
            };
            all.push(ScopeView { state, warmup });
        }
        Ok(all)
    }
}

/// What holds of a scope.
#[must_use]
pub fn act_of(state: &ScopeState) -> Act {
    state.mark.as_ref().map_or(Act::None, |mark| mark.act)
}

impl Readiness for Reputation {
    fn checks(&self) -> Vec<Check> {
        Vec::new()
    }

    fn warnings(&self) -> Boxed<'_, Vec<String>> {
        let all = self.orders.load();
        let mut said: Vec<String> = Vec::new();
        for orders in all.values() {
            let held = std::iter::once(&orders.provider).chain(orders.domains.values()).filter_map(|order| {
                let slowed = order.slowed.as_ref().map(|(_, reason)| reason);
                order.held.as_ref().or(slowed).map(|reason| format!("{}; {}", reason.text, reason.remedy))
            });
            for one in held {
                if !said.contains(&one) {
                    said.push(one);
                }
            }
        }
        Box::pin(std::future::ready(said))
    }
}
