//! Reports that come as mail: delivery status notifications (DSN, RFC 3464) and feedback reports (ARF, RFC 5965). Both are
//! `multipart/report` (RFC 6522): words for people, fields for machines, and the mail itself or its headers. The mail is found by the
//! header every mail of ours carries, or by the `Message-ID` it was given.

mod arf;
mod dsn;
mod fields;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::{id::DeliveryId, mime::compose::DELIVERY_HEADER, refusal::Fault, time::Wall};

use super::{
    About, Report, Reported, Source,
    fault::{self, Unreadable, unreadable},
    ses::bounded,
};

/// Statements of one report that are read; a DSN has one for each recipient of a transaction.
const MAX_REPORTS: usize = 1_000;

/// Reads a mail. `now` stands in where it tells no time.
///
/// # Errors
/// A mail that is no report of these kinds, one that cannot be read, and one that names no mail of ours. None of them can ever succeed.
pub fn parse(raw: &[u8], now: Wall) -> Result<Reported, Fault> {
    let message = MessageParser::default().parse(raw).filter(|message| !message.headers().is_empty());
    let Some(message) = message else {
        return Err(unreadable(Unreadable::NoHeaders));
    };
    let parts = || message.parts.iter();
    let status = parts().find(|part| is(part, &[("message", "delivery-status"), ("message", "global-delivery-status")]));
    let feedback = parts().find(|part| is(part, &[("message", "feedback-report")]));
    let sent_at = message.date().map_or(now, |date| Wall(date.to_timestamp().saturating_mul(1_000)));
    let (source, mut reports) = match (status, feedback) {
        (Some(part), _) => (Source::Dsn, dsn::reports(&text(part)?, sent_at)?),
        (None, Some(part)) => (Source::Arf, arf::reports(&text(part)?, sent_at)?),
        (None, None) => return Err(other(&message)),
    };
    reports.truncate(MAX_REPORTS);
    let delivery = parts().find_map(own_id).ok_or_else(fault::nameless)?;
    Ok(Reported { about: About { delivery: Some(delivery), ..About::default() }, source, reports })
}

fn is(part: &MessagePart<'_>, kinds: &[(&str, &str)]) -> bool {
    let Some(kind) = part.content_type() else { return false };
    let sub = kind.subtype().unwrap_or_default();
    kinds.iter().any(|(main, wanted)| kind.ctype().eq_ignore_ascii_case(main) && sub.eq_ignore_ascii_case(wanted))
}

/// A part's own lines.
fn text(part: &MessagePart<'_>) -> Result<String, Fault> {
    let text = String::from_utf8_lossy(part.contents()).into_owned();
    if text.trim().is_empty() { Err(unreadable(Unreadable::EmptyPart)) } else { Ok(text) }
}

/// Our id in the mail that came back, or in its headers alone (`text/rfc822-headers`, RFC 6522 section 4).
fn own_id(part: &MessagePart<'_>) -> Option<DeliveryId> {
    if let PartType::Message(returned) = &part.body {
        return named_in(returned);
    }
    if is(part, &[("text", "rfc822-headers"), ("message", "global-headers")]) {
        return named_in(&MessageParser::default().parse_headers(part.contents())?);
    }
    None
}

fn named_in(returned: &Message<'_>) -> Option<DeliveryId> {
    let own = returned.header_raw(DELIVERY_HEADER).and_then(|value| DeliveryId::parse(value.trim()));
    // The left part of what we write there is the delivery's id, or that of the first copy of several with one mail.
    own.or_else(|| DeliveryId::parse(returned.message_id()?.split('@').next()?.trim()))
}

/// What a mail is that is no report.
fn other(message: &Message<'_>) -> Fault {
    let submitted = message.header_raw("Auto-Submitted").map(|value| value.trim().to_ascii_lowercase());
    if submitted.is_some_and(|value| value.starts_with("auto-replied")) {
        return fault::automatic();
    }
    match message.content_type().and_then(|kind| kind.attribute("report-type")) {
        Some(kind) => fault::other_report(&bounded(kind)),
        None => fault::no_report(),
    }
}

/// A time as mail has it (RFC 5322 section 3.3).
fn time(value: &str) -> Option<Wall> {
    let date = mail_parser::DateTime::parse_rfc822(value)?;
    date.is_valid().then(|| Wall(date.to_timestamp().saturating_mul(1_000)))
}

/// Gathers the statements; none at all is a fault.
fn some(reports: Vec<Report>) -> Result<Vec<Report>, Fault> {
    if reports.is_empty() { Err(unreadable(Unreadable::NoRecipient)) } else { Ok(reports) }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
