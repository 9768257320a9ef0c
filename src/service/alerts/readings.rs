//! What one look finds.

use std::time::Duration;

use jebi_domain::{
    alert::{AlertCode, Reading},
    message::Lane,
    port::store::StoreResult,
    reputation::{Act, Scope},
    time::Wall,
};

use super::{Alerts, Settings};
use crate::service::{providers::ProviderState, reputation::act_of};

/// Ends of an hour that say something of failures, and mail of a day that ought to be heard of. Recipients.
const ENDS: u64 = 20;
const HEARD_OF: u64 = 100;
const MIB: i64 = 1 << 20;

/// Collects readings with their words.
struct Found {
    korean: bool,
    all: Vec<Reading>,
}

impl Found {
    fn add(&mut self, code: AlertCode, subject: impl Into<String>, value: f64, limit: f64) {
        let subject = subject.into();
        let what = code.what(&subject, value, limit, self.korean);
        self.say(code, subject, (value, limit), what);
    }

    /// The same of what holds or does not.
    fn holds(&mut self, code: AlertCode, subject: impl Into<String>, holds: bool, why: Option<&str>) {
        let subject = subject.into();
        let mut what = code.what(&subject, 1.0, 1.0, self.korean);
        if let Some(why) = why {
            what = [&what, " (", why, ")"].concat();
        }
        self.say(code, subject, (f64::from(u8::from(holds)), 1.0), what);
    }

    fn say(&mut self, code: AlertCode, subject: String, (value, limit): (f64, f64), what: String) {
        self.all.push(Reading { code, subject, value, limit, what, remedy: code.remedy(self.korean).to_owned() });
    }
}

impl Alerts {
    /// Everything that is watched.
    pub(super) async fn readings(&self, settings: &Settings, now: Wall) -> StoreResult<Vec<Reading>> {
        let mut found = Found { korean: settings.korean, all: Vec::new() };
        self.store_readings(settings, now, &mut found).await?;
        self.reputation_readings(settings, now, &mut found).await?;
        for status in self.providers.status() {
            let stopped = matches!(status.state, ProviderState::Held | ProviderState::CircuitOpen);
            let why = status.reason.as_ref().map(|reason| reason.text.as_str());
            found.holds(AlertCode::ProviderStopped, &status.name, stopped, why.filter(|_| stopped));
            found.holds(AlertCode::AccountReview, &status.name, status.under_review, None);
            if let Some(quota) = status.quota.filter(|quota| quota.limit > 0) {
                let used = quota.used as f64 * 100.0 / quota.limit as f64;
                found.add(AlertCode::Quota, &status.name, used, settings.quota_percent);
            }
        }
        Ok(found.all)
    }

    async fn store_readings(&self, settings: &Settings, now: Wall, found: &mut Found) -> StoreResult<()> {
        let health = self.store.health().await?;
        for lane in Lane::ALL {
            let Some(limit) = settings.queue_minutes[lane as usize] else { continue };
            let age = health.oldest_due[lane as usize].map_or(Duration::ZERO, |due| now.since(due));
            found.add(AlertCode::QueueAge, lane.as_str(), (age.as_secs() / 60) as f64, limit as f64);
        }
        found.add(AlertCode::Unsettled, "", health.unsettled.max(0) as f64, settings.unsettled as f64);
        if let Some(free) = health.free_bytes {
            found.add(AlertCode::Disk, "", (free / MIB) as f64, settings.disk_mib as f64);
        }
        Ok(())
    }

    async fn reputation_readings(&self, settings: &Settings, now: Wall, found: &mut Found) -> StoreResult<()> {
        for state in self.store.reputations(settings.window, now).await? {
            let (act, scope) = (act_of(&state), state.scope.to_string());
            let why = state.mark.as_ref().map(|mark| mark.why.as_str());
            found.holds(AlertCode::Reputation, &scope, act == Act::Warned, why);
            found.holds(AlertCode::BulkSlowed, &scope, act == Act::Slowed, why);
            found.holds(AlertCode::BulkPaused, &scope, act == Act::Paused, why);
            let Scope::Provider(name) = &state.scope else { continue };
            let ends = state.hour.sent + state.hour.failed;
            if ends >= ENDS {
                let percent = state.hour.failed as f64 * 100.0 / ends as f64;
                found.add(AlertCode::Failures, &scope, percent, settings.failure_percent);
            }
            let silent = Duration::from_secs(settings.silent_hours * 3_600);
            if state.standing.tally.sent >= HEARD_OF && self.store.feedback_since(name, Wall(i64::MIN)).await? {
                // How long exactly is not kept: whether it is too long is.
                let heard = self.store.feedback_since(name, now - silent).await?;
                let hours = if heard { 0.0 } else { settings.silent_hours as f64 };
                found.add(AlertCode::FeedbackSilent, &scope, hours, settings.silent_hours as f64);
            }
        }
        for topic in self.store.stopped_topics().await? {
            found.holds(AlertCode::TopicStopped, topic.topic, true, Some(&topic.why));
        }
        Ok(())
    }
}
