//! Invitations: iCalendar objects that calendars act on (RFC 5545, RFC 5546, RFC 6047).

use super::fault;
use crate::{content::Calendar, refusal::Fault};

/// Longest iCalendar object, in bytes.
pub const MAX_CALENDAR: usize = 256 << 10;

/// Methods (RFC 5546 section 1.4).
const METHODS: [&str; 8] = ["PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"];

/// Checks an invitation.
///
/// # Errors
/// A method nobody knows; what is no iCalendar object, too long, or has another method than the one given: calendars ignore such mail
/// (RFC 6047 section 2.4).
pub fn check_calendar(method: &str, content: &str) -> Result<Calendar, Fault> {
    let method = method.to_ascii_uppercase();
    if !METHODS.contains(&method.as_str()) {
        let told = format!("{:?} is no method of a calendar", method.chars().take(40).collect::<String>());
        return Err(fault("invalid_calendar", told, format!("use one of {}", METHODS.join(", "))));
    }
    if content.len() > MAX_CALENDAR {
        let told = format!("the calendar object is larger than {MAX_CALENDAR} bytes");
        return Err(fault("invalid_calendar", told, "send fewer events in one mail"));
    }
    let is_control = |c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t');
    let text = content.strip_prefix('\u{feff}').unwrap_or(content).trim();
    let mut lines = text.lines().map(str::trim_end);
    let begins = lines.next().is_some_and(|line| line.eq_ignore_ascii_case("BEGIN:VCALENDAR"));
    let ends = lines.next_back().is_some_and(|line| line.eq_ignore_ascii_case("END:VCALENDAR"));
    if !begins || !ends || content.contains(is_control) {
        let told = "it is no calendar object: it must begin with BEGIN:VCALENDAR and end with END:VCALENDAR";
        return Err(fault("invalid_calendar", told, "give the text of an .ics file (RFC 5545)"));
    }
    let own = text.lines().find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("METHOD")));
    let own = own.map(|(_, value)| value.trim().to_ascii_uppercase());
    if own.as_deref() != Some(&method) {
        let told = match own {
            Some(own) => format!("the method is {method}, but the calendar object says METHOD:{own}"),
            None => format!("the method is {method}, but the calendar object has no line METHOD:{method}"),
        };
        return Err(fault("invalid_calendar", told, "give both the same method: calendars ignore a mail where they differ"));
    }
    Ok(Calendar { method, ics: text.to_owned() })
}
