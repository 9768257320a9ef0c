//! What the dispatchers of this node are told: made of what was decided, of the plans of warm-ups, and of what accounts say of themselves.

use std::{collections::BTreeMap, sync::Arc};

use jebi_domain::{
    port::{nodes::NodeState, reputation::ScopeState, store::StoreResult},
    reputation::{Act, Scope, words},
    time::{Boot, Wall},
    warmup::Plan,
};
use metrics::{describe_gauge, gauge};

use super::{Reputation, Settings};
use crate::service::{
    dispatch::bulk::{Day, Order, Orders},
    providers::ProviderStatus,
};

impl Reputation {
    /// Judges, and makes the orders anew. `providers` is how this node's accounts stand; empty before they are asked.
    ///
    /// # Errors
    /// A store that does not answer: the orders stay as they are.
    pub async fn look(&self, providers: &[ProviderStatus]) -> StoreResult<()> {
        let (settings, now, boot) = (self.settings.load_full(), self.clock.wall(), self.clock.boot());
        let states = self.judge(&settings, now).await?;
        self.judge_topics(&settings, now).await?;
        show(&states);
        let mut scopes: BTreeMap<Scope, Order> = BTreeMap::new();
        for state in &states {
            if let Some(mark) = &state.mark {
                let order = scopes.entry(state.scope.clone()).or_default();
                match mark.act {
                    Act::Paused => order.held = Some(words::paused(&state.scope, mark)),
                    Act::Slowed => order.slowed = Some((settings.slow_share, words::slowed(&state.scope, mark))),
                    Act::None | Act::Warned => {}
                }
            }
        }
        for status in providers.iter().filter(|status| status.under_review && settings.slows_under_review) {
            let scope = Scope::Provider(status.name.clone());
            let reason = words::under_review(&scope);
            scopes.entry(scope).or_default().slowed.get_or_insert((settings.slow_share, reason));
        }
        for plan in &settings.plans {
            if let Some(day) = self.day(plan, &settings, now, boot).await? {
                scopes.entry(plan.scope.clone()).or_default().day = Some(day);
            }
        }
        scopes.retain(|_, order| *order != Order::default());
        let nodes = if scopes.is_empty() { 1 } else { self.sending_nodes(now).await? };
        scopes.values_mut().for_each(|order| divide(order, nodes));
        self.orders.store(Arc::new(by_provider(scopes)));
        Ok(())
    }

    /// Nodes that share what is allowed.
    async fn sending_nodes(&self, now: Wall) -> StoreResult<u64> {
        let all = self.store.nodes(now).await?;
        Ok(all.iter().filter(|node| node.state == NodeState::Sending).count().max(1) as u64)
    }

    async fn day(&self, plan: &Plan, settings: &Settings, now: Wall, as_of: Boot) -> StoreResult<Option<Day>> {
        let Some(today) = plan.today(now, &settings.zone) else { return Ok(None) };
        let sent = self.store.sent_by(plan.scope.clone(), today.began).await?;
        let reason = words::warming_up(&plan.scope, &today, sent);
        Ok(Some(Day { left: today.allowed.saturating_sub(sent), as_of, ends: today.ends, reason }))
    }
}

/// Each node has its part; of the last few recipients each has one.
fn divide(order: &mut Order, nodes: u64) {
    if let Some(day) = &mut order.day {
        day.left = day.left.div_ceil(nodes);
    }
    if let Some((share, _)) = &mut order.slowed {
        *share /= nodes as f64;
    }
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

/// Shows how all stand.
fn show(states: &[ScopeState]) {
    describe_gauge!(
        "jebi_reputation_percent",
        "Recipients whose mail bounced or was complained of, in percent, by account and sender's domain."
    );
    describe_gauge!(
        "jebi_bulk_act",
        "What holds for bulk mail of an account or a sender's domain: 0 nothing, 1 warned, 2 slowed, 3 paused."
    );
    for state in states {
        let scope = || state.scope.to_string();
        gauge!("jebi_reputation_percent", "scope" => scope(), "of" => "bounces").set(state.standing.bounce_percent());
        gauge!("jebi_reputation_percent", "scope" => scope(), "of" => "complaints").set(state.standing.complaint_percent());
        gauge!("jebi_bulk_act", "scope" => scope()).set(super::act_of(state).code() as f64);
    }
}
