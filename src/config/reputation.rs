//! `[reputation]`: when bulk mail is slowed and paused because of bounces and complaints.

use jebi_domain::reputation::{Limits, SES_BOUNCES, SES_COMPLAINTS, Steps, TopicRule, WindowRule};

use super::{
    key::Key,
    parse::{shown, whole, word},
    reader::{Bad, Reader},
};

const ACTS: Key = Key::new("reputation.acts", &["JEBI_REPUTATION_ACTS"]);
const BOUNCES: Key = Key::new("reputation.bounce_percent", &["JEBI_BOUNCE_PERCENT"]);
const COMPLAINTS: Key = Key::new("reputation.complaint_percent", &["JEBI_COMPLAINT_PERCENT"]);
const VOLUME: Key = Key::new("reputation.window_recipients", &["JEBI_REPUTATION_RECIPIENTS"]);
const DAYS: Key = Key::new("reputation.window_days", &["JEBI_REPUTATION_DAYS"]);
const LEAST: Key = Key::new("reputation.min_recipients", &["JEBI_REPUTATION_MIN_RECIPIENTS"]);
const LEAST_BOUNCES: Key = Key::new("reputation.min_bounces", &["JEBI_REPUTATION_MIN_BOUNCES"]);
const LEAST_COMPLAINTS: Key = Key::new("reputation.min_complaints", &["JEBI_REPUTATION_MIN_COMPLAINTS"]);
const SLOW: Key = Key::new("reputation.slow_percent", &["JEBI_REPUTATION_SLOW_PERCENT"]);
const REVIEW: Key = Key::new("reputation.under_review", &["JEBI_REPUTATION_UNDER_REVIEW"]);
const FIRST: Key = Key::new("reputation.topic_results", &["JEBI_TOPIC_RESULTS"]);
const TOPIC: Key = Key::new("reputation.topic_bounce_percent", &["JEBI_TOPIC_BOUNCE_PERCENT"]);

pub(super) const KEYS: &[&Key] =
    &[&ACTS, &BOUNCES, &COMPLAINTS, &VOLUME, &DAYS, &LEAST, &LEAST_BOUNCES, &LEAST_COMPLAINTS, &SLOW, &REVIEW, &FIRST, &TOPIC];

/// The reputation guard.
#[derive(Clone, Debug)]
pub struct Reputation {
    pub limits: Limits,
    pub window: WindowRule,
    /// Share of an account's rate that slowed bulk mail has, 0 to 1.
    pub slow_share: f64,
    /// Whether bulk mail of an account under review is slowed.
    pub slows_under_review: bool,
    pub topics: TopicRule,
}

pub(super) fn read(r: &mut Reader) -> Option<Reputation> {
    let acts = r.must(&ACTS, word(&[("true", true), ("false", false)]));
    let bounces = r.must(&BOUNCES, |text| steps(text, SES_BOUNCES.1));
    let complaints = r.must(&COMPLAINTS, |text| steps(text, SES_COMPLAINTS.1));
    let volume = r.must(&VOLUME, whole(100..=10_000_000_u64));
    let days = r.must(&DAYS, whole(1..=90_u16));
    let least = r.must(&LEAST, whole(1..=1_000_000_u64));
    let least_bounces = r.must(&LEAST_BOUNCES, whole(1..=10_000_u64));
    let least_complaints = r.must(&LEAST_COMPLAINTS, whole(1..=10_000_u64));
    let slow = r.must(&SLOW, whole(1..=100_u8));
    let slows_under_review = r.must(&REVIEW, word(&[("slow", true), ("warn", false)]));
    let first = r.must(&FIRST, whole(0..=1_000_000_u64));
    let limit = r.must(&TOPIC, whole(1..=100_u8));
    Some(Reputation {
        limits: Limits {
            bounces: bounces?,
            complaints: complaints?,
            least_bounces: least_bounces?,
            least_complaints: least_complaints?,
            acts: acts?,
        },
        window: WindowRule { volume: volume?, days: days?, least: least? },
        slow_share: f64::from(slow?) / 100.0,
        slows_under_review: slows_under_review?,
        topics: TopicRule { first: first?, limit: f64::from(limit?) },
    })
}

/// Three percentages, rising, below the one SES stops an account at.
fn steps(text: &str, stop: f64) -> Result<Steps, Bad> {
    let remedy = format!("write where to warn, to slow and to pause, rising and below {stop}, with commas between");
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse::<f64>().ok().filter(|n| *n > 0.0)).collect();
    let Some([warn, slow, pause]) = numbers.as_deref().and_then(|all| <[f64; 3]>::try_from(all).ok()) else {
        return Err(Bad::new(format!("{} is not three percentages", shown(text)), remedy));
    };
    if warn > slow || slow > pause {
        return Err(Bad::new(format!("{} does not rise", shown(text)), remedy));
    }
    if pause >= stop {
        return Err(Bad::new(format!("{} pauses where SES stops the account", shown(text)), remedy));
    }
    Ok(Steps { warn, slow, pause })
}
