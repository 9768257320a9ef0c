//! How large a mail gets, with everything encoded: what a provider's limit counts (RFC 1870 section 3; SES, "Message quotas").

use crate::{
    content::{Content, list::Unsubscribe},
    message::{Copies, Mailbox, Message, Role},
    track::rewrite::grows,
};

use super::{base64::lines_len, compose::Prepared, file::encoded_len, filled::is_blank, text::MAX_MADE};

/// Headers and boundaries of every mail, and of each part.
const AROUND: u64 = 1024;
/// Headers of a list with a link of our own: a topic of 200 bytes and the longest address make a token of 830.
const LINKS: u64 = 4096;
/// A footer in both parts, encoded: details of 200 characters each, and two links twice.
const FOOTER: u64 = 32 << 10;
/// Most that a character of one byte may take in a header: an encoded word of its own would be more, but words are filled.
const HEADER: u64 = 4;

/// Octets that no copy of a message exceeds. Exact where a cheap bound does not tell that it is below `limit`: then the mail is made.
///
/// Content that is filled in is not known before: what is counted of it is all but subject and bodies.
#[must_use]
pub fn at_most(message: &Message, copies: &Copies, limit: u64) -> u64 {
    let content = &message.content;
    let head = head(content, copies) + listed(content);
    let files = content.attachments.iter().map(|file| encoded_len(file.size) + part(&file.name, &file.content_type)).sum::<u64>();
    // As a part and as a file.
    let calendar = content.calendar.as_ref().map_or(0, |c| 2 * (body(&c.ics) + AROUND));
    if content.fill.is_some() {
        return head + files + calendar;
    }
    let made = if is_blank(content.text.as_deref()) { MAX_MADE as u64 } else { 0 };
    let bodies = [&content.text, &content.html].into_iter().flatten().map(|text| body(text) + AROUND).sum::<u64>() + lines_len(made);
    let bodies = bodies + lines_len(followed(content));
    let bound = head + files + calendar + bodies;
    if bound <= limit { bound } else { head + Prepared::new(message).body_len() }
}

/// Headers of a list, and the footer of advertising, at most.
fn listed(content: &Content) -> u64 {
    let Some(list) = content.list.as_deref() else { return 0 };
    let page = if let Some(Unsubscribe::At(page)) = &list.unsubscribe { page.len() as u64 } else { 0 };
    LINKS + page + if list.advertising.is_some() { FOOTER } else { 0 }
}

/// What follows opens and clicks, at most.
fn followed(content: &Content) -> u64 {
    let (Some(track), Some(html)) = (content.track.as_deref(), content.html.as_deref()) else { return 0 };
    grows(html, &track.base, track.opens, track.clicks)
}

/// Headers, at most.
fn head(content: &Content, copies: &Copies) -> u64 {
    let mailbox = |m: &Mailbox| (m.email.len() + m.name.as_deref().map_or(0, str::len)) as u64 * HEADER + 16;
    let own = content.headers.iter().map(|(name, value)| name.len() as u64 + value.len() as u64 * HEADER + 16).sum::<u64>();
    let shown = match copies {
        Copies::Each(all) => all.iter().map(mailbox).max().unwrap_or(0),
        Copies::Joint(all) => all.iter().filter(|(role, _)| *role != Role::Bcc).map(|(_, m)| mailbox(m)).sum(),
    };
    AROUND
        + mailbox(&content.from)
        + content.reply_to.iter().map(mailbox).sum::<u64>()
        + content.subject.len() as u64 * HEADER
        + own
        + shown
}

/// Headers of a file's part, at most: its name stands in it twice.
fn part(name: &str, content_type: &str) -> u64 {
    512 + name.len() as u64 * 2 * HEADER + content_type.len() as u64
}

/// A text as base64, each line end two bytes: the builder writes quoted-printable only where that is shorter.
fn body(text: &str) -> u64 {
    let ends = text.bytes().filter(|b| matches!(b, b'\r' | b'\n')).count();
    lines_len((text.len() + ends) as u64)
}

#[cfg(test)]
#[path = "size_tests.rs"]
mod tests;
