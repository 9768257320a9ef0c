//! What the copies of a message have in common.

mod attachment;
mod calendar;
mod fill;
pub mod list;
mod shown;

use serde::{Deserialize, Serialize};

pub use attachment::{Attachment, FileId};
pub use calendar::Calendar;
pub use fill::{Fill, MAX_PERSONAL, MAX_VARIABLES, Missing, Personal, Syntax, Variant};
pub use list::List;
pub use shown::Shown;

use crate::{message::Mailbox, track::Track};

/// Everything the copies of a message have in common. Stored once, however many recipients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub from: Mailbox,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reply_to: Vec<Mailbox>,
    /// The subject; with `fill`, its template.
    pub subject: String,
    /// Plain text; made from the HTML when missing. With `fill`, its template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// With `fill`, its template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The caller's own headers, in the order given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// Labels handed to the provider (SES message tags).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<(String, String)>,
    /// How subject and bodies are filled in for each recipient; `None`: they are sent as they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Box<Fill>>,
    /// Files that go with it, in the order given. Their bytes are in the store, once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// How its recipients refuse more of it, and whether it is advertising; `None` for mail that is neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Box<List>>,
    /// An invitation or an answer to one, which calendars read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
    /// Whom the headers of every copy name, where a joint message goes in several envelopes; `None`: each copy's own recipients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Box<Shown>>,
    /// Whether opens and clicks are followed; `None`: neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Box<Track>>,
}
