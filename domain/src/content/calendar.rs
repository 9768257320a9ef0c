//! An invitation that goes with a mail (RFC 6047).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::Fault;

/// What an invitation wants of its readers (RFC 5546 section 1.4). Written in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Publish,
    Request,
    Reply,
    Add,
    Cancel,
    Refresh,
    Counter,
    DeclineCounter,
}

impl Method {
    pub const ALL: [Self; 8] =
        [Self::Publish, Self::Request, Self::Reply, Self::Add, Self::Cancel, Self::Refresh, Self::Counter, Self::DeclineCounter];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Reply => "REPLY",
            Self::Add => "ADD",
            Self::Cancel => "CANCEL",
            Self::Refresh => "REFRESH",
            Self::Counter => "COUNTER",
            Self::DeclineCounter => "DECLINECOUNTER",
        }
    }

    /// Reads it in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An invitation, a change of one, or an answer to one. Stands in the mail as a part that calendars act on, and as a file besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// The same as in the text: the two must agree (RFC 6047 section 2.4).
    pub method: Method,
    /// iCalendar text (RFC 5545), lines ended in any way.
    pub ics: String,
}

/// Longest invitation, in bytes.
pub const MAX_ICS: usize = 1 << 20;

impl Calendar {
    /// Checks an invitation as far as a mail needs it: its frame, its characters, and its method.
    ///
    /// # Errors
    /// A fault of `field`: it is too long, is no iCalendar text, holds control characters, or names no method that there is.
    pub fn read(field: &str, ics: String) -> Result<Self, Fault> {
        let fault = |code, fault: String, remedy: &str| Err(Fault::new(field, code, fault, remedy));
        if ics.len() > MAX_ICS {
            let text = format!("the invitation has {} bytes; at most {MAX_ICS} are possible", ics.len());
            return fault("calendar_too_long", text, "leave out what is not needed, such as attachments within it");
        }
        if let Some(c) = ics.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n')) {
            let text = format!("the invitation holds the control character U+{:04X}", u32::from(c));
            return fault("calendar_invalid", text, "remove it");
        }
        let lines: Vec<&str> = ics.split(['\r', '\n']).filter(|line| !line.is_empty()).collect();
        let is = |line: Option<&&str>, wanted: &str| line.is_some_and(|line| line.trim_end().eq_ignore_ascii_case(wanted));
        if !is(lines.first(), "BEGIN:VCALENDAR") || !is(lines.last(), "END:VCALENDAR") {
            let text = "the invitation does not begin with BEGIN:VCALENDAR and end with END:VCALENDAR".to_owned();
            return fault("calendar_invalid", text, "give the whole text of one calendar (RFC 5545)");
        }
        // The calendar's own properties stand before its first component.
        let own = lines[1..].iter().take_while(|line| !line.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:")));
        let mut methods = own.filter_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("METHOD")));
        let Some((_, method)) = methods.next() else {
            let text = "the invitation names no METHOD, so calendars do not act on it".to_owned();
            return fault("calendar_method", text, "add a line such as METHOD:REQUEST after BEGIN:VCALENDAR");
        };
        match Method::parse(method.trim()) {
            Some(method) if methods.next().is_none() => Ok(Self { method, ics }),
            Some(_) => fault("calendar_method", "the invitation names more than one METHOD".to_owned(), "leave one"),
            None => {
                let known = Method::ALL.map(Method::as_str).join(", ");
                fault("calendar_method", format!("{:?} is no METHOD of an invitation", method.trim()), &format!("use one of {known}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(ics: &str) -> Result<Method, &'static str> {
        Calendar::read("calendar", ics.to_owned()).map(|c| c.method).map_err(|f| f.code)
    }

    #[test]
    fn an_invitation_says_what_it_wants() {
        let of = |method: &str| format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{method}\r\nBEGIN:VEVENT\r\nSUMMARY:회의\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        assert_eq!(read(&of("METHOD:REQUEST")), Ok(Method::Request));
        assert_eq!(read(&of("method:cancel").replace("\r\n", "\n")), Ok(Method::Cancel));
        for method in Method::ALL {
            assert_eq!(read(&of(&format!("METHOD:{method}"))), Ok(method));
            assert_eq!(serde_json::to_value(method).unwrap(), method.as_str());
        }
        assert_eq!(read(&of("METHOD:INVITE")), Err("calendar_method"));
        assert_eq!(read(&of("METHOD:REQUEST\r\nMETHOD:CANCEL")), Err("calendar_method"));
        assert_eq!(read(&of("X-A:b")), Err("calendar_method"));
        // One of an event is not the calendar's.
        assert_eq!(read(&of("X-A:b").replace("SUMMARY", "METHOD:REQUEST\r\nSUMMARY")), Err("calendar_method"));
    }

    #[test]
    fn what_is_no_calendar_is_refused() {
        for bad in ["", "BEGIN:VCALENDAR", "hello", "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n", "BEGIN:VCALENDAR\nMETHOD:REQUEST\n\0\nEND:VCALENDAR"] {
            assert_eq!(read(bad), Err("calendar_invalid"), "{bad:?}");
        }
        assert_eq!(read(&"a".repeat(MAX_ICS + 1)), Err("calendar_too_long"));
        let fault = Calendar::read("messages[0].calendar", String::new()).unwrap_err();
        assert_eq!(fault.field, "messages[0].calendar");
    }
}
