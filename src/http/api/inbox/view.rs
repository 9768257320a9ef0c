//! How mails of the inbox are shown.

use jebi_domain::{id::DeliveryId, port::InboxSummary};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::shape::Time;
use crate::service::{
    inbox::{Attachment, OpenedMail},
    providers::ProviderStatus,
};

/// A page of mails.
#[derive(Serialize, ToSchema)]
pub struct MailList {
    pub mails: Vec<MailLine>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    pub next_cursor: Option<String>,
    /// Where mail goes: what goes through a provider of the kind `local` is kept here.
    pub providers: Vec<ProviderLine>,
}

/// A provider mail goes through.
#[derive(Serialize, ToSchema)]
#[schema(as = MailProvider)]
pub struct ProviderLine {
    name: String,
    kind: &'static str,
}

impl From<ProviderStatus> for ProviderLine {
    fn from(p: ProviderStatus) -> Self {
        Self { name: p.name, kind: p.kind }
    }
}

/// A mail in the list.
#[derive(Serialize, ToSchema)]
pub struct MailLine {
    id: i64,
    #[schema(value_type = String)]
    delivery_id: DeliveryId,
    at: Time,
    from: String,
    /// Everybody it went to.
    to: Vec<String>,
    subject: String,
    /// Bytes of the source.
    size: u64,
}

impl From<InboxSummary> for MailLine {
    fn from(m: InboxSummary) -> Self {
        Self { id: m.no, delivery_id: m.delivery, at: Time(m.at), from: m.from, to: m.to, subject: m.subject, size: m.size }
    }
}

/// A mail with what is in it. Its source is what a provider would have got.
#[derive(Serialize, ToSchema)]
#[schema(as = Mail)]
pub struct MailBody {
    #[serde(flatten)]
    line: MailLine,
    /// The plain text part; `null` when there is none.
    text: Option<String>,
    /// The HTML part as it was sent; `null` when there is none.
    html: Option<String>,
    /// The header fields in order, unfolded, not decoded.
    headers: Vec<HeaderLine>,
    attachments: Vec<AttachmentLine>,
    /// How many things the HTML would load from other machines.
    remote_contents: usize,
    /// Web addresses the HTML links to, each once, 100 at most.
    links: Vec<String>,
    /// The mail's MIME source, read as UTF-8.
    source: String,
}

/// A header field.
#[derive(Serialize, ToSchema)]
#[schema(as = MailHeader)]
struct HeaderLine {
    name: String,
    value: String,
}

/// A part beside the text.
#[derive(Serialize, ToSchema)]
#[schema(as = MailAttachment)]
struct AttachmentLine {
    /// Its file name, without paths and invisible characters.
    name: String,
    /// The media type it came with.
    media_type: String,
    /// Bytes.
    size: usize,
    /// Whether it belongs into the HTML.
    inline: bool,
}

impl From<Attachment> for AttachmentLine {
    fn from(a: Attachment) -> Self {
        Self { name: a.name, media_type: a.media_type, size: a.size, inline: a.inline }
    }
}

impl MailBody {
    pub fn new(mail: InboxSummary, source: &[u8], opened: OpenedMail) -> Self {
        let mut line = MailLine::from(mail);
        // The parser reads charsets the list's subject may not have been read in.
        line.subject = opened.subject.unwrap_or(line.subject);
        Self {
            line,
            text: opened.text,
            html: opened.html,
            headers: opened.headers.into_iter().map(|(name, value)| HeaderLine { name, value }).collect(),
            attachments: opened.attachments.into_iter().map(AttachmentLine::from).collect(),
            remote_contents: opened.remote,
            links: opened.links,
            source: String::from_utf8_lossy(source).into_owned(),
        }
    }
}
