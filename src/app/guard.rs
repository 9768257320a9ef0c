//! The reputation guard and the alerts, as the configuration wants them.

use std::sync::Arc;

use jebi_domain::{
    port::{Boxed, Clock, Store},
    refusal::Fault,
};

use crate::{
    config::{Config, spoken_language},
    service::{
        alerts::{self, Alerts},
        providers::Providers,
        reload::{Change, Part},
        reputation::{self, Reputation},
    },
    words::Language,
};

/// Both of them.
#[derive(Clone)]
pub(super) struct Guard {
    pub reputation: Arc<Reputation>,
    pub alerts: Arc<Alerts>,
}

pub(super) fn reputation(config: &Config, store: &Arc<dyn Store>, clock: &Arc<dyn Clock>) -> Arc<Reputation> {
    Arc::new(Reputation::new(Arc::clone(store), Arc::clone(clock), reputation_settings(config)))
}

impl Guard {
    pub fn new(
        config: &Config,
        reputation: Arc<Reputation>,
        store: &Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
        providers: &Arc<dyn Providers>,
    ) -> Self {
        let alerts = Alerts::new(Arc::clone(store), Arc::clone(clock), Arc::clone(providers), alert_settings(config));
        Self { reputation, alerts: Arc::new(alerts) }
    }
}

fn reputation_settings(config: &Config) -> reputation::Settings {
    let guard = &config.reputation;
    reputation::Settings {
        window: guard.window,
        limits: guard.limits,
        slow_share: guard.slow_share,
        slows_under_review: guard.slows_under_review && guard.limits.acts,
        topics: guard.topics,
        plans: config.warmup.clone(),
        zone: config.sending.time_zone.clone(),
    }
}

fn alert_settings(config: &Config) -> alerts::Settings {
    let alerts = &config.alerts;
    alerts::Settings {
        failure_percent: alerts.failure_percent,
        queue_minutes: alerts.queue_minutes.map(|minutes| (minutes > 0).then_some(minutes)),
        quota_percent: alerts.quota_percent,
        unsettled: alerts.unsettled,
        disk_mib: alerts.disk_mib,
        silent_hours: alerts.silent_hours,
        repeat: alerts.repeat,
        korean: spoken_language() == Language::Korean,
        window: config.reputation.window,
    }
}

impl Part<Config> for Guard {
    fn prepare<'a>(&'a self, _: &'a Config, new: &'a Config) -> Boxed<'a, Result<Change, Vec<Fault>>> {
        let (guard, reputation, alerts) = (self.clone(), reputation_settings(new), alert_settings(new));
        let change: Change = Box::new(move || {
            Box::pin(async move {
                guard.reputation.set(reputation);
                guard.alerts.set(alerts);
                Ok(())
            })
        });
        Box::pin(std::future::ready(Ok(change)))
    }
}
