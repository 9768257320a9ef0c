//! The reputation guard and the alerts as they are without a configuration.

use jebi::{
    config::{Config, Sources},
    service::{alerts, reputation},
};

/// What the guard goes by.
pub fn guarded() -> reputation::Settings {
    let config = Config::load(&Sources::default()).expect("the defaults are good").config;
    reputation::Settings {
        window: config.reputation.window,
        limits: config.reputation.limits,
        slow_share: config.reputation.slow_share,
        slows_under_review: config.reputation.slows_under_review,
        topics: config.reputation.topics,
        plans: config.warmup,
        zone: config.sending.time_zone,
    }
}

/// What alerts are raised at.
pub fn watched() -> alerts::Settings {
    let config = Config::load(&Sources::default()).expect("the defaults are good").config;
    alerts::Settings {
        failure_percent: config.alerts.failure_percent,
        queue_minutes: config.alerts.queue_minutes.map(Some),
        quota_percent: config.alerts.quota_percent,
        unsettled: config.alerts.unsettled,
        disk_mib: 0,
        silent_hours: config.alerts.silent_hours,
        repeat: config.alerts.repeat,
        korean: false,
        window: config.reputation.window,
    }
}
