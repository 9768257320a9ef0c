//! `[retention]`: how long each kind of data is kept.

use std::{ops::RangeInclusive, time::Duration};

use jebi_domain::retention::{Ages, DataKind};

use super::{
    key::Key,
    parse::whole,
    reader::{Bad, Reader},
};

const CONTENT: Key = Key::new("retention.content_days", &["RETENTION_CONTENT_DAYS"]);
const EVENTS: Key = Key::new("retention.events_days", &["RETENTION_EVENTS_DAYS"]);
const RECORDS: Key = Key::new("retention.records_days", &["RETENTION_RECORDS_DAYS"]);
const INBOX: Key = Key::new("retention.inbox_days", &["RETENTION_INBOX_DAYS"]);
const AUDIT: Key = Key::new("retention.audit_days", &["RETENTION_AUDIT_DAYS"]);
const HISTORY: Key = Key::new("retention.suppression_history_days", &["RETENTION_SUPPRESSION_HISTORY_DAYS"]);

pub(super) const KEYS: &[&Key] = &[&CONTENT, &EVENTS, &RECORDS, &INBOX, &AUDIT, &HISTORY];

/// A hundred years.
const MOST: u64 = 36_500;
const DAY: u64 = 86_400;

/// How long each kind of data is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub ages: Ages,
}

pub(super) fn read(r: &mut Reader) -> Option<Retention> {
    // Callers repeat requests and providers report for days: what that is about has to be there.
    let content = r.must(&CONTENT, days(1..=MOST));
    let events = r.must(&EVENTS, days(1..=MOST));
    let records = r.must(&RECORDS, days(7..=MOST));
    let inbox = r.must(&INBOX, days(1..=MOST));
    // Who keeps what people did with data of others has to keep it for a year at least, by Korean law.
    let audit = r.must(&AUDIT, days(365..=MOST));
    let history = r.must(&HISTORY, days(30..=MOST));
    let (content, events, records) = (content?, events?, records?);
    let within = within(r, &CONTENT, content, records) & within(r, &EVENTS, events, records);
    let (inbox, audit, history) = (inbox?, audit?, history?);
    let ages = Ages::of(|kind| match kind {
        DataKind::Content => content,
        DataKind::Events => events,
        DataKind::Records => records,
        DataKind::Inbox => inbox,
        DataKind::Audit => audit,
        DataKind::SuppressionHistory => history,
    });
    within.then_some(Retention { ages })
}

/// A number of days, or `never`.
fn days(range: RangeInclusive<u64>) -> impl FnOnce(&str) -> Result<Option<Duration>, Bad> {
    move |text| {
        let text = text.trim();
        if text.eq_ignore_ascii_case("never") {
            return Ok(None);
        }
        if text == "0" {
            let remedy = "write never to keep everything, or a number of days to delete what is older";
            return Err(Bad::new("is 0, which could mean at once or never", remedy));
        }
        let remedy = format!("write a whole number of days from {} to {}, or never", range.start(), range.end());
        let days = whole(range)(text).map_err(|bad| Bad { fault: bad.fault, remedy: remedy.clone() })?;
        Ok(Some(Duration::from_secs(days * DAY)))
    }
}

/// What belongs to a record goes with it at the latest.
fn within(r: &mut Reader, key: &Key, age: Option<Duration>, records: Option<Duration>) -> bool {
    let (Some(age), Some(records)) = (age, records) else { return true };
    if age <= records {
        return true;
    }
    let (days, record_days) = (age.as_secs() / DAY, records.as_secs() / DAY);
    let bad = Bad::new(
        format!("is {days}, and records are deleted after {record_days} days, with all that belongs to them"),
        "lower it, raise retention.records_days, or write never: then it goes with the record",
    );
    r.refuse(r.written(key), bad);
    false
}
