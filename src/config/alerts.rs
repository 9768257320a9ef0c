//! `[alerts]`: at which values people are told.

use std::time::Duration;

use super::{key::Key, parse::whole, reader::Reader};

const FAILURES: Key = Key::new("alerts.failure_percent", &["JEBI_ALERT_FAILURE_PERCENT"]);
const TRANSACTIONAL: Key = Key::new("alerts.transactional_minutes", &["JEBI_ALERT_TRANSACTIONAL_MINUTES"]);
const BULK: Key = Key::new("alerts.bulk_minutes", &["JEBI_ALERT_BULK_MINUTES"]);
const QUOTA: Key = Key::new("alerts.quota_percent", &["JEBI_ALERT_QUOTA_PERCENT"]);
const UNSETTLED: Key = Key::new("alerts.unsettled", &["JEBI_ALERT_UNSETTLED"]);
const DISK: Key = Key::new("alerts.disk_mib", &["JEBI_ALERT_DISK_MIB"]);
const SILENT: Key = Key::new("alerts.feedback_silent_hours", &["JEBI_ALERT_FEEDBACK_SILENT_HOURS"]);
const REPEAT: Key = Key::new("alerts.repeat_hours", &["JEBI_ALERT_REPEAT_HOURS"]);

pub(super) const KEYS: &[&Key] = &[&FAILURES, &TRANSACTIONAL, &BULK, &QUOTA, &UNSETTLED, &DISK, &SILENT, &REPEAT];

/// Limits of alerts.
#[derive(Clone, Debug)]
pub struct Alerts {
    /// Percent of an hour's ends that are failures.
    pub failure_percent: f64,
    /// Minutes due mail may wait, by lane; 0 for any time.
    pub queue_minutes: [u64; 2],
    /// Percent of a 24-hour limit.
    pub quota_percent: f64,
    /// Recipients nobody knows of.
    pub unsettled: u64,
    /// MiB of room for new mail.
    pub disk_mib: u64,
    /// Hours without feedback.
    pub silent_hours: u64,
    /// While an alert holds people are told again after so long.
    pub repeat: Duration,
}

pub(super) fn read(r: &mut Reader) -> Option<Alerts> {
    let failures = r.must(&FAILURES, whole(1..=100_u8));
    let transactional = r.must(&TRANSACTIONAL, whole(0..=100_000_u64));
    let bulk = r.must(&BULK, whole(0..=100_000_u64));
    let quota = r.must(&QUOTA, whole(1..=100_u8));
    let unsettled = r.must(&UNSETTLED, whole(1..=1_000_000_000_u64));
    let disk = r.must(&DISK, whole(0..=1_000_000_000_u64));
    let silent = r.must(&SILENT, whole(1..=720_u64));
    let repeat = r.must(&REPEAT, whole(1..=720_u64));
    Some(Alerts {
        failure_percent: f64::from(failures?),
        queue_minutes: [transactional?, bulk?],
        quota_percent: f64::from(quota?),
        unsettled: unsettled?,
        disk_mib: disk?,
        silent_hours: silent?,
        repeat: Duration::from_secs(repeat? * 3_600),
    })
}
