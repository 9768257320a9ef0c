//! A mail's MIME source, taken apart (RFC 2045 to 2047, 2231) by mail-parser: it decodes Korean charsets too.

use std::collections::HashMap;

use bytes::Bytes;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::{html, name};

/// Image types that run nothing; only these are put into the shown HTML. SVG is a document of its own and stays out.
const PICTURES: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];

/// What is in a mail. A source that is no mail at all has nothing in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenedMail {
    /// Decoded; `None` when there is none.
    pub subject: Option<String>,
    /// The plain text parts.
    pub text: Option<String>,
    /// The HTML parts, as they were sent.
    pub html: Option<String>,
    /// Name and value as they stand in the source, unfolded, in order.
    pub headers: Vec<(String, String)>,
    pub attachments: Vec<Attachment>,
    /// How many things the HTML would load from other machines; nothing of it is loaded.
    pub remote: usize,
    /// Web addresses the HTML links to, in order, each once.
    pub links: Vec<String>,
}

/// A part that is neither text nor HTML body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Fit to be shown and saved under.
    pub name: String,
    /// The media type it came with, in lower case.
    pub media_type: String,
    /// Bytes, decoded.
    pub size: usize,
    /// Whether it belongs into the HTML instead of beside it.
    pub inline: bool,
}

impl OpenedMail {
    pub(super) fn read(source: &[u8]) -> Self {
        let Some(mail) = MessageParser::default().parse(source) else { return Self::default() };
        let html = html_of(&mail);
        let outside = html.as_deref().map(html::outside).unwrap_or_default();
        Self {
            subject: mail.subject().map(str::to_owned),
            text: joined(
                mail.text_bodies().filter_map(|part| if let PartType::Text(text) = &part.body { Some(text.as_ref()) } else { None }),
            ),
            html,
            headers: headers(&mail),
            attachments: mail.attachments().enumerate().map(|(place, part)| described(part, place)).collect(),
            remote: outside.remote,
            links: outside.links,
        }
    }
}

/// The HTML as a document for a sandboxed frame; `None` when there is none.
pub(super) fn document(source: &[u8]) -> Option<String> {
    let mail = MessageParser::default().parse(source)?;
    let html = html_of(&mail)?;
    let own: HashMap<&str, (&str, &[u8])> = mail.parts.iter().filter_map(picture).collect();
    Some(html::framed(&html, &own))
}

/// An attachment and its bytes.
pub(super) fn attachment(source: &[u8], place: usize) -> Option<(Attachment, Bytes)> {
    let mail = MessageParser::default().parse(source)?;
    let part = mail.attachment(u32::try_from(place).ok()?)?;
    Some((described(part, place), Bytes::copy_from_slice(part.contents())))
}

fn html_of(mail: &Message<'_>) -> Option<String> {
    joined(mail.html_bodies().filter_map(|part| if let PartType::Html(html) = &part.body { Some(html.as_ref()) } else { None }))
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> Option<String> {
    parts.map(str::to_owned).reduce(|all, next| all + "\n" + &next)
}

fn headers(mail: &Message<'_>) -> Vec<(String, String)> {
    let Some(root) = mail.parts.first() else { return Vec::new() };
    let raw = |from: u32, to: u32| mail.raw_message.get(from as usize..to as usize).unwrap_or_default();
    let unfolded = |raw: &[u8]| String::from_utf8_lossy(raw).replace("\r\n", "").replace('\n', "").trim().to_owned();
    root.headers.iter().map(|h| (h.name.as_str().to_owned(), unfolded(raw(h.offset_start, h.offset_end)))).collect()
}

fn media_type(part: &MessagePart<'_>) -> String {
    let kind = part.content_type().map(|c| format!("{}/{}", c.c_type, c.c_subtype.as_deref().unwrap_or("octet-stream")));
    kind.unwrap_or_else(|| "application/octet-stream".to_owned()).to_ascii_lowercase()
}

fn described(part: &MessagePart<'_>, place: usize) -> Attachment {
    // A mail in the mail names itself by its subject.
    let inner = part.message().and_then(|m| m.subject()).map(|subject| format!("{subject}.eml"));
    let given = part.attachment_name().map(str::to_owned).or(inner).unwrap_or_default();
    let inline = part.content_id().is_some() && matches!(part.body, PartType::InlineBinary(_));
    Attachment { name: name::safe(&given, place), media_type: media_type(part), size: part.contents().len(), inline }
}

/// A picture that HTML may name by its Content-ID (RFC 2392).
fn picture<'a>(part: &'a MessagePart<'a>) -> Option<(&'a str, (&'static str, &'a [u8]))> {
    let kind = media_type(part);
    let kind = PICTURES.iter().find(|known| **known == kind)?;
    Some((part.content_id()?.trim_matches(['<', '>']), (kind, part.contents())))
}

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
