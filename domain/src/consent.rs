//! Consents to advertising mail, and what the law wants people told of them (Network Act, article 50).

use jiff::{ToSpan, civil::Date, tz::TimeZone};

use crate::{id::MessageId, port::consents::ConsentKey, time::Wall};

/// Years after which a consent is confirmed again (article 50 paragraph 8, decree article 62-3).
const CONFIRM_YEARS: i32 = 2;
/// How many days before the last possible day a confirmation goes out: so many may be lost to a stop, and it is still in time.
pub const CONFIRM_LEAD_DAYS: i32 = 14;
/// Days within which the result of a consent or its end is told (article 50 paragraph 7, decree article 62-2). What lies back further was
/// told by somebody else, or is too late to be told.
pub const RESULT_DAYS: i64 = 14;

/// A consent as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub no: i64,
    pub key: ConsentKey,
    /// The address as it was given.
    pub email: String,
    pub language: Option<String>,
    /// When it was given last; `None` where it never was.
    pub given_at: Option<Wall>,
    /// When it was withdrawn or refused; `None` while it holds.
    pub ended_at: Option<Wall>,
    /// When the person is reminded next.
    pub confirm_at: Option<Wall>,
}

impl Consent {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.given_at.is_some() && self.ended_at.is_none()
    }
}

/// What can happen to a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// It was given.
    Given,
    /// It was taken back.
    Withdrawn,
    /// The person refused, with or without a consent before.
    Refused,
    /// Two years are nearly over: the person is asked whether it is to go on. Silence keeps it.
    Confirmation,
}

impl EventKind {
    pub const ALL: [Self; 4] = [Self::Given, Self::Withdrawn, Self::Refused, Self::Confirmation];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Withdrawn => "withdrawn",
            Self::Refused => "refused",
            Self::Confirmation => "confirmation",
        }
    }
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How it stands with telling the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Nothing is told.
    None,
    /// To be told.
    Due,
    /// Being handed over.
    Taken,
    /// A mail was accepted.
    Told,
    /// It could not be told, and is not tried again: the log says why.
    Failed,
    /// Nobody knows whether a mail was accepted, and it is not tried again: never twice.
    Unknown,
}

impl Notice {
    pub const ALL: [Self; 6] = [Self::None, Self::Due, Self::Taken, Self::Told, Self::Failed, Self::Unknown];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Due => "due",
            Self::Taken => "taken",
            Self::Told => "told",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.code() == code)
    }
}

/// Something that happened to a consent; never changed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentEvent {
    pub no: i64,
    pub kind: EventKind,
    /// When it happened; of a confirmation the day it is due.
    pub at: Wall,
    pub how: String,
    pub wording: String,
    pub source: String,
    pub actor: String,
    pub recorded_at: Wall,
    pub notice: Notice,
    /// The mail that told it.
    pub message: Option<MessageId>,
}

/// When the person is reminded for the first time after `after`: [`CONFIRM_LEAD_DAYS`] before the calendar day, in that zone, every two
/// years after the consent. The 29th of February becomes the 28th.
#[must_use]
pub fn confirm_at(given_at: Wall, after: Wall, zone: &TimeZone) -> Wall {
    let day = given_at.day(zone);
    let mut years = CONFIRM_YEARS;
    loop {
        let at = reminder(day, years, zone);
        // A year beyond what a calendar holds is never reached.
        match at {
            Some(at) if at <= after => years += CONFIRM_YEARS,
            Some(at) => return at,
            None => return Wall(i64::MAX),
        }
    }
}

/// The last day of a confirmation that is reminded of at `at`.
#[must_use]
pub fn last_day(at: Wall, zone: &TimeZone) -> Date {
    at.day(zone).saturating_add(CONFIRM_LEAD_DAYS.days())
}

fn reminder(day: Date, years: i32, zone: &TimeZone) -> Option<Wall> {
    let day = day.checked_add(years.years()).ok()?.checked_sub(CONFIRM_LEAD_DAYS.days()).ok()?;
    day.to_zoned(zone.clone()).ok().map(|at| Wall::from(at.timestamp()))
}
