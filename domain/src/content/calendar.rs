//! An invitation, as a part of its own beside the bodies.

use serde::{Deserialize, Serialize};

/// What a mail asks of a calendar (RFC 6047, iMIP).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// The method in upper case, as the object itself has it: one of RFC 5546 section 1.4, such as `REQUEST`.
    pub method: String,
    /// The iCalendar object (RFC 5545), in UTF-8.
    pub ics: String,
}
