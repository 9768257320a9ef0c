//! What is wrong with a message that cannot be read, and what to do about it.

use crate::{mime::compose::DELIVERY_HEADER, refusal::Fault};

const TOPICS: &str = "subscribe this server only to topics that SES publishes to, as docs/SES.md shows";
const REPORTS: &str = "post only delivery status notifications (RFC 3464) and feedback reports (RFC 5965)";

/// Not even JSON. The error itself repeats what stands there, which may be somebody's address: only the place is told.
pub(super) fn no_event(error: &serde_json::Error) -> Fault {
    let why = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early for JSON",
        serde_json::error::Category::Data => "its fields are not those of an event",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
    };
    let (line, column) = (error.line(), error.column());
    Fault::new("Message", "not_an_event", format!("the message is no event of SES: {why} (line {line}, column {column})"), TOPICS)
}

/// JSON that is nothing of SES.
pub(super) fn no_type() -> Fault {
    let fault = "the message has neither eventType nor notificationType, so it is nothing SES publishes";
    Fault::new("Message", "not_an_event", fault, TOPICS)
}

/// Why a report cannot be read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unreadable {
    NoHeaders,
    EmptyPart,
    NoRecipient,
    NoFields,
    NoFeedbackType,
}

pub(super) fn unreadable(why: Unreadable) -> Fault {
    let why = match why {
        Unreadable::NoHeaders => "it has no headers, so it is no mail (RFC 5322)",
        Unreadable::EmptyPart => "its part for machines is empty",
        Unreadable::NoRecipient => "it names no recipient and no action for one",
        Unreadable::NoFields => "its part for machines holds no fields",
        Unreadable::NoFeedbackType => "it has no Feedback-Type",
    };
    let remedy = "post the report as it arrived: the whole mail with all its headers, unchanged";
    Fault::new("", "report_unreadable", format!("the mail cannot be read as a report: {why}"), remedy)
}

pub(super) fn nameless() -> Fault {
    let fault = format!("the report does not give back a mail of this server: it holds no {DELIVERY_HEADER} and no Message-ID of one");
    let remedy = "nothing to do for mail of another program; for our own have the relay return at least the headers (RFC 3461, RET=HDRS)";
    Fault::new("", "delivery_not_named", fault, remedy)
}

pub(super) fn automatic() -> Fault {
    let fault = "the mail is an automatic answer (RFC 3834), which says nothing of whether mail arrives";
    Fault::new("", "auto_reply", fault, REPORTS)
}

/// A report of another kind.
pub(super) fn other_report(kind: &str) -> Fault {
    Fault::new("", "not_a_report", format!("the mail is a report of the type {kind}, which is not read here"), REPORTS)
}

/// No report at all.
pub(super) fn no_report() -> Fault {
    let fault = "the mail is no report: it holds no part message/delivery-status or message/feedback-report";
    Fault::new("", "not_a_report", fault, REPORTS)
}
