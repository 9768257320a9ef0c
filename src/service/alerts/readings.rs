//! What one look finds.

use std::time::Duration;

use jebi_domain::{
    alert::{AlertCode, Reading},
    message::Lane,
    port::{reputation::ScopeState, store::StoreResult},
    reputation::{Act, Scope, slot_of, start_of},
    time::Wall,
};

use super::{Alerts, Settings};
use crate::service::{hooks::BY_PERSON, providers::ProviderState, reputation::act_of};

/// Ends of an hour that say something of failures, and mail that ought to be heard of. Recipients.
const ENDS: u64 = 20;
const HEARD_OF: u64 = 100;
/// Mail younger than this may not have been reported yet; older mail, or an account of which so long nothing was told that arrived, is not
/// waited for any more.
const YOUNG: Duration = Duration::from_secs(3_600);
const OLD: Duration = Duration::from_secs(7 * 24 * 3_600);
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
    fn holds(&mut self, code: AlertCode, subject: impl Into<String>, holds: impl Into<Holds>, why: Option<&str>) {
        let subject = subject.into();
        let mut what = code.what(&subject, 1.0, 1.0, self.korean);
        if let Some(why) = why {
            what = [&what, " (", why, ")"].concat();
        }
        let value = match holds.into() {
            Holds::Yes => 1.0,
            Holds::AsBefore => 0.9,
            Holds::No => 0.0,
        };
        self.say(code, subject, (value, 1.0), what);
    }

    fn say(&mut self, code: AlertCode, subject: String, (value, limit): (f64, f64), what: String) {
        self.all.push(Reading { code, subject, value, limit, what, remedy: code.remedy(self.korean).to_owned() });
    }
}

/// Whether something holds.
enum Holds {
    Yes,
    /// It cannot be told: an alert goes on, and none begins.
    AsBefore,
    No,
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Alerts {
    /// Everything that is watched.
    pub(super) async fn readings(&self, settings: &Settings, now: Wall) -> StoreResult<Vec<Reading>> {
        let mut found = Found { korean: settings.korean, all: Vec::new() };
        self.store_readings(settings, now, &mut found).await?;
        self.reputation_readings(settings, now, &mut found).await?;
        self.endpoint_readings(&mut found).await?;
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
            // What grows worse is not called off: who is paused is slowed, too. Where a person has paused it, its rates are not judged.
            let by_person = state.mark.as_ref().is_some_and(|mark| mark.act == Act::Paused && mark.by.is_some());
            let at_least = |least: Act| if by_person { Holds::AsBefore } else { (act >= least).into() };
            found.holds(AlertCode::Reputation, &scope, at_least(Act::Warned), why);
            found.holds(AlertCode::BulkSlowed, &scope, at_least(Act::Slowed), why);
            found.holds(AlertCode::BulkPaused, &scope, act == Act::Paused, why);
            let Scope::Provider(name) = &state.scope else { continue };
            let ends = state.hour.sent + state.hour.failed;
            if ends >= ENDS {
                let percent = state.hour.failed as f64 * 100.0 / ends as f64;
                found.add(AlertCode::Failures, &scope, percent, settings.failure_percent);
            }
            self.silent(settings, now, (name, &state), found).await?;
        }
        for topic in self.store.stopped_topics().await? {
            found.holds(AlertCode::TopicStopped, topic.topic, true, Some(&topic.why));
        }
        Ok(())
    }

    /// Whether nothing is heard of an account that usually tells what arrived, though it has sent since.
    async fn silent(&self, settings: &Settings, now: Wall, (name, state): (&str, &ScopeState), found: &mut Found) -> StoreResult<()> {
        let Some(heard) = self.store.heard(name.to_owned()).await? else { return Ok(()) };
        if heard.delivered_at.is_none_or(|delivered| heard.at.since(delivered) > OLD) {
            return Ok(());
        }
        let hours = now.since(heard.at).as_secs() as f64 / 3_600.0;
        let limit = settings.silent_hours as f64;
        let from = start_of(slot_of(heard.at) + 1).max(now - OLD);
        // Asked only where it matters.
        let is_due = hours >= limit && self.store.sent_between(state.scope.clone(), from, now - YOUNG).await? >= HEARD_OF;
        found.add(AlertCode::FeedbackSilent, state.scope.to_string(), if is_due { hours } else { 0.0 }, limit);
        Ok(())
    }

    async fn endpoint_readings(&self, found: &mut Found) -> StoreResult<()> {
        for endpoint in self.store.endpoints().await? {
            let why = endpoint.health.disabled_why.as_deref().filter(|why| *why != BY_PERSON);
            found.holds(AlertCode::EndpointDisabled, endpoint.no.to_string(), endpoint.health.disabled_at.is_some() && why.is_some(), why);
        }
        Ok(())
    }
}
