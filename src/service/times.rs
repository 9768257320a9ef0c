//! Times callers give, read in the operator's zone.

use std::time::Duration;

use jebi_domain::{
    refusal::{Fault, Refusal},
    time::Wall,
};
use jiff::tz::TimeZone;

use super::accept::when;

/// How far ahead of ours a caller's clock may be.
const AHEAD: Duration = Duration::from_secs(5 * 60);

/// How times are read.
#[derive(Clone, Debug)]
pub struct Times {
    /// The zone of times given without one.
    pub zone: TimeZone,
    /// How far ahead mail may be scheduled.
    pub max_ahead: Duration,
}

impl Times {
    /// A point in time, as a filter has it.
    ///
    /// # Errors
    /// A refusal naming `field`.
    pub fn point(&self, field: &str, text: &str) -> Result<Wall, Refusal> {
        when::point(|| field.to_owned(), text, &self.zone).map_err(Refusal::invalid)
    }

    /// A time at which something happened. A caller's clock may be some minutes ahead of ours.
    ///
    /// # Errors
    /// A fault of the field: unreadable, or still to come.
    pub fn past(&self, field: impl Fn() -> String, text: &str, now: Wall) -> Result<Wall, Fault> {
        let at = when::point(&field, text, &self.zone)?;
        if at <= now + AHEAD {
            return Ok(at.min(now));
        }
        let fault = format!("{at} is still to come; it is {now} now");
        Err(Fault::new(field(), "in_the_future", fault, "give the time it happened, or leave the field out for now"))
    }

    /// A time as people read it, in the operator's zone.
    #[must_use]
    pub fn shown(&self, at: Wall) -> String {
        format!("{:.16}", self.zone.to_datetime(at.timestamp()).to_string().replace('T', " "))
    }

    /// When mail is to be sent, and whether that is a time still to come. Nothing given, and `now`, mean at once.
    ///
    /// # Errors
    /// A refusal naming `field`: unreadable, past, or too far ahead.
    pub fn due(&self, field: &str, text: Option<&str>, now: Wall) -> Result<(Wall, bool), Refusal> {
        match text {
            None | Some("now") => Ok((now, false)),
            Some(text) => self.at(|| field.to_owned(), text, now).map_err(Refusal::invalid),
        }
    }

    /// The same, for a field named by a path.
    ///
    /// # Errors
    /// A fault of the field.
    pub fn at(&self, field: impl Fn() -> String, text: &str, now: Wall) -> Result<(Wall, bool), Fault> {
        let (due, scheduled) = when::due(&field, text, &self.zone, now)?;
        if due <= now + self.max_ahead {
            return Ok((due, scheduled));
        }
        let days = self.max_ahead.as_secs() / 86_400;
        let fault = format!("{due} is more than {days} days ahead; it is {now} now");
        Err(Fault::new(field(), "too_far_ahead", fault, "give an earlier time; JEBI_MAX_SCHEDULE_DAYS on the server is the bound"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_the_operators_zone() {
        let times = Times { zone: TimeZone::get("Asia/Seoul").unwrap(), max_ahead: Duration::ZERO };
        assert_eq!(times.shown(Wall::from("2026-11-20T15:04:05.678Z".parse::<jiff::Timestamp>().unwrap())), "2026-11-21 00:04");
    }

    #[test]
    fn a_time_too_far_ahead_is_a_fault_and_the_last_moment_is_not() {
        let times = Times { zone: TimeZone::UTC, max_ahead: Duration::from_secs(366 * 86_400) };
        let now = Wall::from("2024-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap());
        assert!(times.due("scheduled_at", Some("2025-01-01T00:00:00Z"), now).unwrap().1);
        let refused = times.due("scheduled_at", Some("2025-01-01T00:00:01Z"), now).unwrap_err();
        assert_eq!((refused.faults[0].field.as_str(), refused.faults[0].code), ("scheduled_at", "too_far_ahead"));
        assert_eq!(times.due("scheduled_at", Some("now"), now), Ok((now, false)));
        assert_eq!(times.due("scheduled_at", None, now), Ok((now, false)));
    }
}
