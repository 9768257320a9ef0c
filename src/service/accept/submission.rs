//! What a caller may ask, as any way in hands it over: read, not yet checked.

use bytes::Bytes;
use jebi_domain::{
    message::{Lane, OnUnknown},
    refusal::Fault,
};

/// An address as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `kim@example.kr` or `Kim <kim@example.kr>`.
    Text(String),
    /// Address and name apart.
    Parts { email: String, name: Option<String> },
}

/// A file as it was given: by its id, or with its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAttachment {
    pub file_id: Option<String>,
    /// Its bytes; or why they could not be read, without a field.
    pub content: Option<Result<Bytes, Fault>>,
    pub name: Option<String>,
    pub content_type: Option<String>,
    pub content_id: Option<String>,
}

/// An invitation as it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCalendar {
    pub method: String,
    pub content: String,
}

/// One message to be sent. Lists that were not given are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewMessage {
    pub topic_id: Option<String>,
    pub from: Option<Given>,
    pub reply_to: Vec<Given>,
    pub subject: Option<String>,
    /// HTML, by the name the first document has for it; the same as `html`.
    pub content: Option<String>,
    pub html: Option<String>,
    pub text: Option<String>,
    /// A copy each, bare addresses.
    pub emails: Vec<String>,
    /// A copy each, with names.
    pub recipients: Vec<Given>,
    /// One joint copy to these and to `cc` and `bcc`.
    pub to: Vec<Given>,
    pub cc: Vec<Given>,
    pub bcc: Vec<Given>,
    pub attachments: Vec<NewAttachment>,
    pub calendar: Option<NewCalendar>,
    pub headers: Vec<(String, String)>,
    pub tags: Vec<(String, String)>,
    pub lane: Option<Lane>,
    pub on_unknown: Option<OnUnknown>,
    /// Before the submission's.
    pub scheduled_at: Option<String>,
    pub expires_at: Option<String>,
}

impl NewMessage {
    /// Addresses given, of all lists.
    #[must_use]
    pub fn addresses(&self) -> usize {
        self.emails.len() + self.recipients.len() + self.to.len() + self.cc.len() + self.bcc.len()
    }
}

/// One request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Submission {
    pub messages: Vec<NewMessage>,
    /// For all messages that do not say.
    pub scheduled_at: Option<String>,
    pub expires_at: Option<String>,
    /// Refuse everything when one address is bad.
    pub strict: bool,
}

impl Submission {
    /// Addresses given, of all messages.
    #[must_use]
    pub fn addresses(&self) -> usize {
        self.messages.iter().map(NewMessage::addresses).sum()
    }

    /// Bytes of the files that came along.
    #[must_use]
    pub fn file_bytes(&self) -> usize {
        let contents = self.messages.iter().flat_map(|message| &message.attachments).filter_map(|one| one.content.as_ref());
        contents.map(|content| content.as_ref().map_or(0, Bytes::len)).sum()
    }
}
