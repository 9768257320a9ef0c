//! What the dispatchers of this node are told: made of what was decided, of the plans of warm-ups, and of what accounts say of themselves.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use jebi_domain::{
    id::Incarnation,
    port::{
        nodes::{NodeInfo, NodeState},
        reputation::ScopeState,
        store::StoreResult,
    },
    reputation::{Act, Mark, Scope, Standing, words},
    time::Wall,
    warmup::Plan,
};
use metrics::{describe_gauge, gauge};

use super::{Reputation, Settings};
use crate::service::{
    dispatch::{
        allowance::Allowance,
        bulk::{Day, Order, Orders},
    },
    providers::ProviderStatus,
};

/// This node among those that send.
#[derive(Clone, Copy)]
struct Among {
    nodes: usize,
    /// It sends what plans of warm-ups allow. One node does, the first of them: several with a part each would have to agree at each mail, or
    /// send too much together.
    warms_up: bool,
}

impl Reputation {
    /// Judges where this node keeps house, and makes the orders anew. `providers` is how this node's accounts stand; empty before they are asked.
    ///
    /// # Errors
    /// A store that does not answer: the orders stay as they are.
    pub async fn look(&self, providers: &[ProviderStatus]) -> StoreResult<()> {
        let (settings, now) = (self.settings.load_full(), self.clock.wall());
        let marks = self.decided(&settings, now).await?;
        let mut scopes: BTreeMap<Scope, Order> = BTreeMap::new();
        for (scope, mark) in marks {
            let order = scopes.entry(scope.clone()).or_default();
            match mark.act {
                Act::Paused => order.held = Some(words::paused(&scope, &mark)),
                Act::Slowed => order.slowed = Some((settings.slow_share, words::slowed(&scope, &mark))),
                Act::None | Act::Warned => {}
            }
        }
        for status in providers.iter().filter(|status| status.under_review && settings.slows_under_review) {
            let scope = Scope::Provider(status.name.clone());
            let reason = words::under_review(&scope);
            scopes.entry(scope).or_default().slowed.get_or_insert((settings.slow_share, reason));
        }
        scopes.retain(|_, order| *order != Order::default());
        if !scopes.is_empty() || !settings.plans.is_empty() {
            let among = among(&self.store.nodes(now).await?, self.own());
            for order in scopes.values_mut() {
                if let Some((share, _)) = &mut order.slowed {
                    *share /= among.nodes as f64;
                }
            }
            for plan in &settings.plans {
                if let Some(day) = self.day(plan, &settings, now, among).await? {
                    scopes.entry(plan.scope.clone()).or_default().day = Some(day);
                }
            }
        }
        self.orders.store(Arc::new(by_provider(scopes)));
        Ok(())
    }

    /// What holds by decision, once this node has judged, where that is its task.
    async fn decided(&self, settings: &Settings, now: Wall) -> StoreResult<Vec<(Scope, Mark)>> {
        if !self.store.keeps_house().await? {
            self.show(&[]);
            return self.store.marks().await;
        }
        let states = self.judge(settings, now).await?;
        self.judge_topics(settings, now).await?;
        self.show(&states);
        Ok(states.into_iter().filter_map(|state| Some((state.scope, state.mark?))).collect())
    }

    /// Shows how all stand; what is not there any more, or is another node's to tell, stands at nothing.
    fn show(&self, states: &[ScopeState]) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = std::mem::replace(&mut *shown, states.iter().map(|state| state.scope.clone()).collect());
        for scope in gone.difference(&shown) {
            gauges(scope, &Standing::default(), Act::None);
        }
        for state in states {
            gauges(&state.scope, &state.standing, super::act_of(state));
        }
    }

    async fn day(&self, plan: &Plan, settings: &Settings, now: Wall, among: Among) -> StoreResult<Option<Day>> {
        let Some(today) = plan.today(now, &settings.zone) else { return Ok(None) };
        // Before it is counted: what is claimed meanwhile counts twice, never not at all.
        let as_of = self.clock.boot();
        let used = self.store.used_by(plan.scope.clone(), today.began).await?;
        let left = if among.warms_up { today.allowed.saturating_sub(used.sent + used.leased) } else { 0 };
        let allowance = self.allowance(&plan.scope);
        allowance.told(left, as_of);
        let reason = words::warming_up(&plan.scope, &today, used.sent);
        Ok(Some(Day { allowance, is_used_up: used.sent >= today.allowed, ends: today.ends, reason }))
    }

    /// A scope's allowance: the same for all dispatches and at all looks.
    fn allowance(&self, scope: &Scope) -> Arc<Allowance> {
        self.allowances.lock().unwrap_or_else(PoisonError::into_inner).entry(scope.clone()).or_default().clone()
    }
}

/// Where this node stands among all. One that is not known is alone.
fn among(all: &[NodeInfo], own: Option<Incarnation>) -> Among {
    let sending = || all.iter().filter(|node| node.state == NodeState::Sending).map(|node| node.incarnation);
    let first = sending().min();
    Among { nodes: sending().count().max(1), warms_up: own.is_none() || first.is_none() || first == own }
}

fn by_provider(scopes: BTreeMap<Scope, Order>) -> BTreeMap<String, Orders> {
    let (mut domains, mut providers) = (BTreeMap::new(), BTreeMap::new());
    for (scope, order) in scopes {
        match scope {
            Scope::Domain(name) => domains.insert(name, order),
            Scope::Provider(name) => providers.insert(name, order),
        };
    }
    let mut all = BTreeMap::from([(String::new(), Orders { domains: domains.clone(), ..Orders::default() })]);
    all.extend(providers.into_iter().map(|(name, provider)| (name, Orders { provider, domains: domains.clone() })));
    all
}

/// Says what the gauges are of.
pub(super) fn describe() {
    describe_gauge!(
        "jebi_reputation_percent",
        "Recipients whose mail bounced or was complained of, in percent, by account and sender's domain; of the node that does the housekeeping."
    );
    describe_gauge!(
        "jebi_bulk_act",
        "What holds for bulk mail of an account or a sender's domain: 0 nothing, 1 warned, 2 slowed, 3 paused; of the node that does the housekeeping."
    );
}

fn gauges(scope: &Scope, standing: &Standing, act: Act) {
    let name = || scope.to_string();
    gauge!("jebi_reputation_percent", "scope" => name(), "of" => "bounces").set(standing.bounce_percent());
    gauge!("jebi_reputation_percent", "scope" => name(), "of" => "complaints").set(standing.complaint_percent());
    gauge!("jebi_bulk_act", "scope" => name()).set(act.code() as f64);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn node(no: i64, state: NodeState) -> NodeInfo {
        NodeInfo {
            incarnation: Incarnation(no),
            name: "하나".into(),
            version: "1".into(),
            started_at: Wall(0),
            ended_at: None,
            beat_age: Duration::ZERO,
            state,
            leased: 0,
            upkeep: false,
        }
    }

    fn stands(all: &[NodeInfo], own: i64) -> (usize, bool) {
        let among = among(all, Some(Incarnation(own)));
        (among.nodes, among.warms_up)
    }

    #[test]
    fn of_several_nodes_one_sends_what_a_plan_allows_and_the_next_takes_over() {
        let all = [node(3, NodeState::Sending), node(2, NodeState::Sending), node(1, NodeState::Ended)];
        assert_eq!([1, 2, 3].map(|own| stands(&all, own)), [(2, false), (2, true), (2, false)]);
        for state in [NodeState::Stopping, NodeState::Gone, NodeState::Ended] {
            assert_eq!(stands(&[node(2, state), node(3, NodeState::Sending)], 3), (1, true), "{state:?}");
        }
        assert_eq!(stands(&[], 7), (1, true));
        assert!(among(&all, None).warms_up, "a process without workers only shows");
    }
}
