//! A message as it is shown.

use jebi_domain::{
    content::{Attachment, FileId},
    id::MessageId,
    message::{Lane, Mailbox},
    port::store::{MessageLine, MessageView},
    time::Wall,
    track::Track,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::shape::{self, CountsBody, Time};

/// A message in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageLine)]
pub struct MessageLineBody {
    #[schema(value_type = String)]
    id: MessageId,
    topic_id: Option<String>,
    #[schema(schema_with = shape::lane)]
    lane: Lane,
    /// The provider it goes through.
    provider: String,
    /// Why that one.
    route: String,
    from: MailboxBody,
    reply_to: Vec<MailboxBody>,
    subject: String,
    #[schema(schema_with = shape::on_unknown)]
    on_unknown: &'static str,
    created_at: Time,
    /// When it may be sent first.
    due_at: Time,
    /// Whether the caller gave that time.
    scheduled: bool,
    expires_at: Option<Time>,
    cancelled_at: Option<Time>,
    /// Deliveries: one for each recipient, or joint copies of at most 50 recipients.
    deliveries: u32,
    /// Files it carries.
    attachments: Vec<CarriedFile>,
    track: Followed,
}

/// What is followed of a message, as it was decided when it was accepted.
#[derive(Serialize, ToSchema)]
struct Followed {
    /// Whether a picture tells of opens.
    opens: bool,
    /// Whether links lead through this server.
    clicks: bool,
}

impl From<Option<&Track>> for Followed {
    fn from(track: Option<&Track>) -> Self {
        Self { opens: track.is_some_and(|t| t.opens), clicks: track.is_some_and(|t| t.clicks) }
    }
}

/// A file a message carries.
#[derive(Serialize, ToSchema)]
struct CarriedFile {
    #[schema(value_type = String)]
    file_id: FileId,
    name: String,
    /// Bytes.
    size: u64,
    content_type: String,
    /// What the HTML names it by; `null` for a file of its own.
    content_id: Option<String>,
}

impl From<&Attachment> for CarriedFile {
    fn from(a: &Attachment) -> Self {
        let Attachment { file, size, name, content_type, content_id } = a.clone();
        Self { file_id: file, name, size, content_type, content_id }
    }
}

/// A message, without its recipients and bodies. Its copies are listed by `/v1/deliveries?message_id=`.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageBody {
    #[serde(flatten)]
    line: MessageLineBody,
    /// When the rest of a bulk message will have been sent: an estimate from rate, 24-hour limit and the mail that shares them now.
    /// `null` for transactional mail, where nothing of it waits, while its topic is paused or its provider sends nothing.
    estimated_finish_at: Option<Time>,
    #[serde(flatten)]
    counts: CountsBody,
}

/// An address with its name.
#[derive(Serialize, ToSchema)]
#[schema(as = Mailbox)]
struct MailboxBody {
    email: String,
    name: Option<String>,
}

impl From<&Mailbox> for MailboxBody {
    fn from(m: &Mailbox) -> Self {
        Self { email: m.email.clone(), name: m.name.clone() }
    }
}

impl MessageBody {
    /// With the time its rest will have been sent, as far as it can be estimated.
    pub fn new(v: MessageView, finish: Option<Wall>) -> Self {
        let line = MessageLine { message: v.message, copies: v.copies, cancelled_at: v.cancelled_at };
        Self { line: line.into(), estimated_finish_at: finish.map(Time), counts: v.counts.into() }
    }
}

impl From<MessageLine> for MessageLineBody {
    fn from(v: MessageLine) -> Self {
        let m = &v.message;
        Self {
            id: m.id,
            topic_id: shape::topic(m.topic.clone()),
            lane: m.lane,
            provider: m.provider.clone(),
            route: m.route.clone(),
            from: (&m.content.from).into(),
            reply_to: m.content.reply_to.iter().map(MailboxBody::from).collect(),
            subject: m.content.subject.clone(),
            on_unknown: shape::on_unknown_word(m.on_unknown),
            created_at: Time(m.created_at),
            due_at: Time(m.due),
            scheduled: m.scheduled,
            expires_at: m.expires_at.map(Time),
            cancelled_at: v.cancelled_at.map(Time),
            deliveries: v.copies,
            attachments: m.content.attachments.iter().map(CarriedFile::from).collect(),
            track: m.content.track.as_deref().into(),
        }
    }
}
