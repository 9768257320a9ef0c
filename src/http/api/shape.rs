//! What several answers have in common.

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    message::{Lane, OnUnknown, Role},
    outcome::Reason,
    port::store::Counts,
    time::Wall,
};
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, SchemaFormat, Type, schema::Schema},
};

/// A time in an answer: RFC 3339 in UTC with milliseconds.
pub struct Time(pub Wall);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        let format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
        ObjectBuilder::new().schema_type(Type::String).format(format).build().into()
    }
}

impl ToSchema for Time {}

/// Words one of which a field holds.
pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build().into()
}

/// The lanes.
pub fn lane() -> RefOr<Schema> {
    words(Lane::ALL.map(Lane::as_str))
}
/// The states.
pub fn state() -> RefOr<Schema> {
    words(State::ALL.map(State::as_str))
}
/// The kinds of feedback.
pub fn feedback() -> RefOr<Schema> {
    words(FeedbackKind::ALL.map(FeedbackKind::as_str))
}
/// How fields are written.
pub fn syntax() -> RefOr<Schema> {
    words(["jinja", "braces"])
}
/// What printing an undefined variable does.
pub fn missing() -> RefOr<Schema> {
    words(["error", "empty"])
}
/// What to do with unknown outcomes.
pub fn on_unknown() -> RefOr<Schema> {
    words(["resend", "hold"])
}
/// The roles of a recipient.
pub fn role() -> RefOr<Schema> {
    words(["to", "cc", "bcc"])
}

/// Unknown outcomes' policy as a word.
pub fn on_unknown_word(policy: OnUnknown) -> &'static str {
    match policy {
        OnUnknown::Resend => "resend",
        OnUnknown::Hold => "hold",
    }
}
/// A role as a word.
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::To => "to",
        Role::Cc => "cc",
        Role::Bcc => "bcc",
    }
}

/// Why, in the provider's words, and what to do.
#[derive(Serialize, ToSchema)]
#[schema(as = Reason)]
pub struct ReasonBody {
    /// The provider's code where it has one, such as `MessageRejected` or `550 5.1.1`.
    code: String,
    /// The provider's own words.
    text: String,
    /// What a person can do about it; empty when nothing helps.
    remedy: String,
}

impl From<Reason> for ReasonBody {
    fn from(r: Reason) -> Self {
        Self { code: r.code, text: r.text, remedy: r.remedy }
    }
}

/// Recipients by where they stand. The states add up to `total`, but for `sent`, which counts every recipient the provider took:
/// `delivered`, `bounced` and `complained` are among them.
#[derive(Serialize, ToSchema)]
#[schema(as = Counts)]
pub struct CountsBody {
    total: i64,
    /// In the queue: due now or later, held, or between two attempts.
    waiting: i64,
    /// Being sent just now.
    sending: i64,
    /// Tried, and not yet known whether the provider took it.
    unsettled: i64,
    /// Handed over to the provider.
    sent: i64,
    /// Refused for good.
    failed: i64,
    /// Not sent: the address is on the suppression list.
    suppressed: i64,
    cancelled: i64,
    /// Not sent in time.
    expired: i64,
    /// It may or may not have been sent, and nothing more is tried.
    unknown: i64,
    /// Taken by the receiver's server.
    delivered: i64,
    /// Refused for good by the receiver, or given back.
    bounced: i64,
    complained: i64,
    /// Refused for now until the provider gave up, or answered automatically.
    soft_bounced: i64,
    /// The provider reported that it goes on trying; what came of it is counted too.
    delayed: i64,
    /// Taken by the provider, and not sent by it.
    rejected: i64,
    /// Recipients whose mail was opened, by programs too.
    opened: i64,
    /// Recipients of whose mail a link was followed, by programs too.
    clicked: i64,
    /// Recipients who opened it themselves, as far as can be told.
    opened_by_person: i64,
    clicked_by_person: i64,
    unsubscribed: i64,
}

impl From<Counts> for CountsBody {
    fn from(c: Counts) -> Self {
        Self {
            total: c.total,
            waiting: c.waiting,
            sending: c.sending,
            unsettled: c.unsettled,
            sent: c.sent,
            failed: c.failed,
            suppressed: c.suppressed,
            cancelled: c.cancelled,
            expired: c.expired,
            unknown: c.unknown,
            delivered: c.delivered,
            bounced: c.bounced,
            complained: c.complained,
            soft_bounced: c.soft_bounced,
            delayed: c.delayed,
            rejected: c.rejected,
            opened: c.opened,
            clicked: c.clicked,
            opened_by_person: c.opened_by_person,
            clicked_by_person: c.clicked_by_person,
            unsubscribed: c.unsubscribed,
        }
    }
}

/// How many recipients were cancelled.
#[derive(Serialize, ToSchema)]
pub struct Cancelled {
    /// Recipients cancelled by this request; 0 when nothing waited.
    pub cancelled: i64,
}

/// A topic's name in an answer: `null` for none.
pub fn topic(name: String) -> Option<String> {
    Some(name).filter(|n| !n.is_empty())
}
