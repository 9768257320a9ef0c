//! `[sending]`: which way mail goes, how fast, and what a message may ask for.

use std::time::Duration;

use jebi_domain::{address::parse_mailbox, message::Mailbox};
use jiff::tz::TimeZone;

use super::{
    AllowList, ProviderKind,
    key::Key,
    parse::{rate, shown, whole},
    provider::Choice,
    reader::{Bad, Reader},
    recipients,
};

pub(super) const PROVIDER_PATH: &str = "sending.provider";
pub(super) const PROVIDER: Key = Key::new(PROVIDER_PATH, &["PROVIDER"]);
// Requirement S-5: the first that is set.
const FROM: Key = Key::new("sending.from", &["AWS_SES_FROM_EMAIL", "DEFAULT_FROM_EMAIL", "SMTP_USER"]);
const RATE: Key = Key::new("sending.max_send_per_second", &["MAX_SEND_PER_SECOND"]);
const RESERVE: Key = Key::new("sending.quota_reserve_percent", &["JEBI_QUOTA_RESERVE_PERCENT"]);
const JITTER: Key = Key::new("sending.jitter_ms", &["JEBI_JITTER_MS"]);
const LATENESS: Key = Key::new("sending.max_lateness_hours", &["JEBI_MAX_LATENESS_HOURS"]);
const RECIPIENTS: Key = Key::new("sending.max_recipients", &["JEBI_MAX_RECIPIENTS"]);
const CSV_ROWS: Key = Key::new("sending.max_csv_rows", &["JEBI_MAX_CSV_ROWS"]);
const SCHEDULE: Key = Key::new("sending.max_schedule_days", &["JEBI_MAX_SCHEDULE_DAYS"]);
pub(super) const ALLOWLIST_PATH: &str = "sending.recipient_allowlist";
pub(super) const ALLOWLIST: Key = Key::new(ALLOWLIST_PATH, &["RECIPIENT_ALLOWLIST"]);
const ZONE: Key = Key::new("sending.time_zone", &["TIME_ZONE"]);

pub(super) const KEYS: &[&Key] =
    &[&PROVIDER, &FROM, &RATE, &RESERVE, &JITTER, &LATENESS, &RECIPIENTS, &CSV_ROWS, &SCHEDULE, &ALLOWLIST, &ZONE];

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct Sending {
    /// The kind of the first provider.
    pub provider: ProviderKind,
    /// Why that one, in words: `AWS_SES_FROM_EMAIL is set`.
    pub provider_reason: String,
    /// Sender of messages that name none.
    pub from: Option<Mailbox>,
    /// Recipients a second at most through each provider without a rate of its own, above 0; `None` leaves it to the account.
    pub max_send_per_second: Option<f64>,
    /// Share of a provider's 24-hour limit that bulk mail leaves for transactional mail, 0 to 1.
    pub quota_reserve: f64,
    /// Delay variation tolerated between our socket and the provider (see `jebi_domain::pace`).
    pub jitter: Duration,
    /// Mail later than this, counted from when it was due, expires unsent.
    pub max_lateness: Duration,
    /// Recipients one request may have.
    pub max_recipients: usize,
    /// Lines a file of recipients may have.
    pub max_csv_rows: usize,
    /// How far ahead mail may be scheduled.
    pub max_schedule: Duration,
    /// Who may be mailed; `None` for everybody.
    pub recipient_allowlist: Option<AllowList>,
    /// The zone of times given without one.
    pub time_zone: TimeZone,
}

/// What is still to be filled in is which provider mail goes through.
pub(super) fn read(r: &mut Reader) -> Option<impl FnOnce(Choice) -> Sending + use<>> {
    let from = r.may(&FROM, mailbox);
    let max_send_per_second = r.may(&RATE, rate);
    let quota_reserve = r.must(&RESERVE, whole(0..=90_u8));
    let jitter = r.must(&JITTER, whole(0..=1_000_u64));
    let lateness = r.must(&LATENESS, whole(1..=8_760_u64));
    let max_recipients = r.must(&RECIPIENTS, whole(1..=100_000));
    let max_csv_rows = r.must(&CSV_ROWS, whole(1..=1_000_000));
    let schedule = r.must(&SCHEDULE, whole(1..=3_660_u64));
    let recipient_allowlist = r.may(&ALLOWLIST, recipients::read);
    let time_zone = r.must(&ZONE, zone);
    let (from, max_send_per_second, quota_reserve, jitter) = (from?, max_send_per_second?, quota_reserve?, jitter?);
    let (lateness, max_recipients, time_zone) = (lateness?, max_recipients?, time_zone?);
    let (max_csv_rows, schedule, recipient_allowlist) = (max_csv_rows?, schedule?, recipient_allowlist?);
    Some(move |choice: Choice| Sending {
        provider: choice.kind,
        provider_reason: choice.reason,
        from,
        max_send_per_second,
        quota_reserve: f64::from(quota_reserve) / 100.0,
        jitter: Duration::from_millis(jitter),
        max_lateness: Duration::from_secs(lateness * 3_600),
        max_recipients,
        max_csv_rows,
        max_schedule: Duration::from_secs(schedule * 86_400),
        recipient_allowlist,
        time_zone,
    })
}

fn zone(text: &str) -> Result<TimeZone, Bad> {
    let remedy = "write a name of the IANA time zone database, such as Asia/Seoul or UTC";
    TimeZone::get(text).map_err(|_| Bad::new(format!("{} is not a time zone", shown(text)), remedy))
}

/// `a@b.kr` or `Name <a@b.kr>`. Whether the provider takes it is for the provider to say.
fn mailbox(text: &str) -> Result<Mailbox, Bad> {
    let remedy = "write noreply@example.com or Example <noreply@example.com>";
    parse_mailbox(text).map_err(|e| Bad::new(format!("{} is not a sender ({})", shown(text), e.fault), remedy))
}
