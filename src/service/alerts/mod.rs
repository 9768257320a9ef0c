//! Alerts: what is watched, and what people are told. One node looks for all (the one that keeps house); how alerts stand lies in the store,
//! so that a restart neither repeats nor forgets one.

mod readings;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use jebi_domain::{
    alert::{Alert, AlertCode, Silence},
    port::{Clock, Store, reputation::Told, store::StoreResult},
    refusal::{Fault, Refusal},
    reputation::WindowRule,
    time::Wall,
};
use metrics::{counter, describe_counter, describe_gauge, gauge};

use super::{providers::Providers, reputation::checked_reason, trouble::refusal};

/// At which values alerts are raised.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Percent of an hour's ends that are failures.
    pub failure_percent: f64,
    /// Minutes the oldest due mail waits, by lane; `None` for never.
    pub queue_minutes: [Option<u64>; 2],
    /// Percent of a 24-hour limit.
    pub quota_percent: f64,
    /// Recipients nobody knows of.
    pub unsettled: u64,
    /// MiB of room.
    pub disk_mib: u64,
    /// Hours without feedback, where there was any and mail is sent.
    pub silent_hours: u64,
    /// While an alert holds, people are told again after so long.
    pub repeat: Duration,
    /// Whether people read Korean.
    pub korean: bool,
    pub window: WindowRule,
}

/// Looks, and tells.
pub struct Alerts {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    providers: Arc<dyn Providers>,
    settings: ArcSwap<Settings>,
}

impl Alerts {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, providers: Arc<dyn Providers>, settings: Settings) -> Self {
        describe_counter!(
            "jebi_alerts_total",
            "Times people were told of an alert, by code and whether it was raised, reminded of or resolved."
        );
        describe_gauge!("jebi_alert_active", "Whether an alert holds, by code and subject.");
        Self { store, clock, providers, settings: ArcSwap::from_pointee(settings) }
    }

    /// Takes other settings, from the next look on.
    pub fn set(&self, settings: Settings) {
        self.settings.store(Arc::new(settings));
    }

    /// One look. What people are to be told is in the outbox by the commit that changes how alerts stand; it is in the log besides.
    ///
    /// # Errors
    /// A store that does not answer; the next look finds the same.
    pub async fn look(&self) -> StoreResult<()> {
        let (settings, now) = (self.settings.load_full(), self.clock.wall());
        let found = self.readings(&settings, now).await?;
        let Some(told) = self.store.look(found, settings.repeat, now).await? else { return Ok(()) };
        for Told { tell, alert } in told {
            let (code, subject) = (alert.code.as_str(), alert.subject.clone());
            tracing::warn!(
                code,
                subject,
                value = alert.value,
                limit = alert.limit,
                what = alert.what,
                "alert {}",
                tell.word(settings.korean)
            );
            counter!("jebi_alerts_total", "code" => code, "tell" => tell.as_str()).increment(1);
            gauge!("jebi_alert_active", "code" => code, "subject" => subject).set(if alert.is_active() { 1.0 } else { 0.0 });
        }
        Ok(())
    }

    /// Those that hold and those of the last 30 days; newest first.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self) -> Result<Vec<Alert>, Refusal> {
        self.store.alerts().await.map_err(refusal)
    }

    /// Nobody is told of alerts of a code, or of one subject of it, until then. How many of them hold now.
    ///
    /// # Errors
    /// No such code; a time that has passed; no reason; a store that cannot write.
    pub async fn silence(&self, code: &str, subject: Option<String>, until: Wall, reason: &str, by: &str) -> Result<u64, Refusal> {
        let code = AlertCode::from_name(code).ok_or_else(|| Refusal::missing("alert"))?;
        let now = self.clock.wall();
        if until <= now {
            let fault = format!("{until} has passed");
            return Err(Refusal::invalid(Fault::new("until", "past", fault, "give a time to come")));
        }
        let silence = Silence { until, reason: checked_reason(reason)?, by: by.to_owned() };
        self.store.silence(code, subject.filter(|subject| !subject.is_empty()), Some(silence), now).await.map_err(refusal)
    }
}
