//! Reading times: `2024-01-01 09:00:00` in the configured zone, or RFC 3339. Unreadable is a fault, never "now".

use std::time::Duration;

use jebi_domain::{refusal::Fault, time::Wall};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

/// How long past still means now: clocks differ and requests take time.
const GRACE: Duration = Duration::from_secs(5 * 60);

/// When a message is due, and whether that is a time still to come.
pub(in crate::service) fn due(field: impl Fn() -> String, text: &str, zone: &TimeZone, now: Wall) -> Result<(Wall, bool), Fault> {
    let at = read(&field, text, zone)?;
    if at > now {
        return Ok((at, true));
    }
    if now.since(at) <= GRACE {
        return Ok((now, false));
    }
    let fault = format!("{at} is more than 5 minutes past; it is {now} now");
    Err(Fault::new(field(), "in_the_past", fault, "give a time to come, or leave the field out to send at once"))
}

/// A point in time, past or to come.
pub(in crate::service) fn point(field: impl Fn() -> String, text: &str, zone: &TimeZone) -> Result<Wall, Fault> {
    read(&field, text, zone)
}

/// When a message stops being sent.
pub(super) fn expiry(field: impl Fn() -> String, text: &str, zone: &TimeZone, due: Wall) -> Result<Wall, Fault> {
    let at = read(&field, text, zone)?;
    if at > due {
        return Ok(at);
    }
    let fault = format!("{at} is not after {due}, when the message is due");
    Err(Fault::new(field(), "expires_before_due", fault, "give a time after scheduled_at, or after now where that is not given"))
}

fn read(field: &impl Fn() -> String, text: &str, zone: &TimeZone) -> Result<Wall, Fault> {
    let unreadable = || {
        Fault::new(
            field(),
            "unreadable_time",
            format!("{:?} is no time this server can read", shortened(text)),
            "write YYYY-MM-DD HH:MM:SS in the server's time zone, or RFC 3339 such as 2024-01-01T09:00:00+09:00",
        )
    };
    if !has_shape(text) {
        return Err(unreadable());
    }
    if text.len() > SHAPE.len() {
        return text.parse::<Timestamp>().map(Wall::from).map_err(|_| unreadable());
    }
    let civil: DateTime = text.parse().map_err(|_| unreadable())?;
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        let fault = format!("{text} does not exist in the server's time zone: the clock is put forward over it");
        return Err(Fault::new(field(), "nonexistent_time", fault, "give another time, or RFC 3339 with an offset"));
    }
    // Where the clock is put back a time comes twice; the first is meant, so that mail is early rather than late.
    ambiguous.compatible().map(Wall::from).map_err(|_| unreadable())
}

/// Digits where there is a 0. What RFC 3339 adds after it is left to the parser.
const SHAPE: &[u8] = b"0000-00-00 00:00:00";

/// Whether it begins like a time of one of the two forms and goes on like it: `jiff` alone reads more than that, such as
/// week dates and bracketed zones.
fn has_shape(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < SHAPE.len() {
        return false;
    }
    let fits = |(at, (is, should)): (usize, (&u8, &u8))| match should {
        b'0' => is.is_ascii_digit(),
        b' ' => *is == b' ' || (matches!(is, b'T' | b't') && bytes.len() > SHAPE.len()),
        _ => is == should || at >= SHAPE.len(),
    };
    let rest = &bytes[SHAPE.len()..];
    bytes.iter().zip(SHAPE).enumerate().all(fits)
        && rest.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b':' | b'Z' | b'z'))
}

fn shortened(text: &str) -> &str {
    text.char_indices().nth(60).map_or(text, |(cut, _)| &text[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Wall {
        Wall::from(text.parse::<Timestamp>().unwrap())
    }
    fn seoul() -> TimeZone {
        TimeZone::get("Asia/Seoul").unwrap()
    }
    fn field() -> String {
        "scheduled_at".into()
    }

    #[test]
    fn the_documents_form_is_read_in_the_configured_zone() {
        let now = at("2023-12-31T00:00:00Z");
        assert_eq!(due(field, "2024-01-01 09:00:00", &seoul(), now), Ok((at("2024-01-01T00:00:00Z"), true)));
        assert_eq!(due(field, "2024-01-01 09:00:00", &TimeZone::UTC, now), Ok((at("2024-01-01T09:00:00Z"), true)));
    }

    #[test]
    fn rfc_3339_is_read_with_its_own_offset() {
        let now = at("2023-12-31T00:00:00Z");
        for same in ["2024-01-01T00:00:00Z", "2024-01-01T09:00:00+09:00", "2024-01-01t00:00:00.000z", "2023-12-31 19:00:00-05:00"] {
            assert_eq!(due(field, same, &seoul(), now), Ok((at("2024-01-01T00:00:00Z"), true)), "{same}");
        }
    }

    #[test]
    fn five_minutes_past_is_now_and_older_is_a_fault() {
        let now = at("2024-01-01T00:05:00Z");
        assert_eq!(due(field, "2024-01-01T00:00:00Z", &seoul(), now), Ok((now, false)));
        let fault = due(field, "2023-12-31T23:59:59.999Z", &seoul(), now).unwrap_err();
        assert_eq!((fault.field.as_str(), fault.code), ("scheduled_at", "in_the_past"));
    }

    #[test]
    fn what_cannot_be_read_is_never_now() {
        for bad in [
            "",
            "tomorrow",
            "now",
            "2024-01-01",
            "2024-01-01T09:00:00",
            "2024-1-1 9:00:00",
            "2024-13-01 09:00:00",
            "2024-02-30 09:00:00",
            "2024-01-01 25:00:00",
            "2024-01-01 09:00",
            "2024-01-01 09:00:00 ",
            " 2024-01-01 09:00:00",
            "2024-01-01 09:00:00.5",
            "1704067200",
            "2024-01-01T09:00:00+0900[Asia/Seoul]",
            "２０２４-01-01 09:00:00",
        ] {
            let fault = due(field, bad, &seoul(), Wall(0)).unwrap_err();
            assert_eq!((fault.field.as_str(), fault.code), ("scheduled_at", "unreadable_time"), "{bad}");
        }
    }

    #[test]
    fn a_time_the_clock_jumps_over_is_refused_and_one_that_comes_twice_is_the_first() {
        let new_york = TimeZone::get("America/New_York").unwrap();
        let fault = due(field, "2024-03-10 02:30:00", &new_york, Wall(0)).unwrap_err();
        assert_eq!(fault.code, "nonexistent_time");
        assert_eq!(due(field, "2024-11-03 01:30:00", &new_york, Wall(0)), Ok((at("2024-11-03T05:30:00Z"), true)));
    }

    #[test]
    fn expiry_lies_after_due() {
        let due = at("2024-01-01T00:00:00Z");
        assert_eq!(expiry(field, "2024-01-01T00:00:01Z", &seoul(), due), Ok(at("2024-01-01T00:00:01Z")));
        assert_eq!(expiry(field, "2024-01-01T00:00:00Z", &seoul(), due).unwrap_err().code, "expires_before_due");
    }
}
