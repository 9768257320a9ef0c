//! `[suppression]`: what enters the suppression list by itself.

use jebi_domain::suppression::{Scope, SoftRule};

use super::{
    key::Key,
    parse::{whole, word},
    reader::Reader,
};

const COMPLAINTS: Key = Key::new("suppression.complaints", &["JEBI_SUPPRESSION_COMPLAINTS"]);
const SOFT_BOUNCES: Key = Key::new("suppression.soft_bounces", &["JEBI_SUPPRESSION_SOFT_BOUNCES"]);
const SOFT_DAYS: Key = Key::new("suppression.soft_bounce_days", &["JEBI_SUPPRESSION_SOFT_BOUNCE_DAYS"]);

pub(super) const KEYS: &[&Key] = &[&COMPLAINTS, &SOFT_BOUNCES, &SOFT_DAYS];

/// What enters the list by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// What a complaint keeps back.
    pub complaints: Scope,
    /// `None`: soft bounces never put an address on the list.
    pub soft: Option<SoftRule>,
}

pub(super) fn read(r: &mut Reader) -> Option<Suppression> {
    let complaints = r.must(&COMPLAINTS, word(&[("bulk", false), ("all", true)]));
    let times = r.must(&SOFT_BOUNCES, whole(0..=100_u32));
    let days = r.must(&SOFT_DAYS, whole(1..=365_u32));
    let complaints = if complaints? { Scope::All } else { Scope::Bulk };
    let (times, days) = (times?, days?);
    if times > days {
        let bad = super::reader::Bad::new(
            format!("is {times}, and only {days} days count, of which each counts once: it would never be reached"),
            "lower it, or raise suppression.soft_bounce_days",
        );
        r.refuse(r.written(&SOFT_BOUNCES), bad);
        return None;
    }
    Some(Suppression { complaints, soft: (times > 0).then_some(SoftRule { times, days }) })
}
