//! What a caller may ask, as any way in hands it over: read, not yet checked.

use bytes::Bytes;
use jebi_domain::{
    content::{Missing, Personal, Syntax, Variant},
    message::{Lane, OnUnknown},
    profile::Refusing,
    refusal::Fault,
};
use serde_json::{Map, Value};

/// An address as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `kim@example.kr` or `Kim <kim@example.kr>`.
    Text(String),
    /// Address and name apart.
    Parts { email: String, name: Option<String> },
}

/// What a mail is by law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Advertising (광고성 정보).
    Advertising,
}

/// What a message says of the list it is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewList {
    pub unsubscribe: Option<Refusing>,
    pub id: Option<String>,
    pub mailto: Option<String>,
}

/// A recipient of a copy of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRecipient {
    pub given: Given,
    /// What fills in their copy.
    pub own: Option<Box<Personal>>,
}

impl From<Given> for NewRecipient {
    fn from(given: Given) -> Self {
        Self { given, own: None }
    }
}

/// How a message is filled in for each recipient, as it was asked for. Without any of it, and without a recipient's variables, it is sent
/// as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewFill {
    /// Jinja where variables are given and nothing is said.
    pub syntax: Option<Syntax>,
    pub missing: Option<Missing>,
    /// Values for all recipients.
    pub variables: Option<Map<String, Value>>,
    /// Language of the subject and bodies, which those get who want none.
    pub language: Option<String>,
    /// Subject and bodies in other languages.
    pub variants: Vec<Variant>,
    /// The stored template it is made of, and of which version; the published one where that is not said.
    pub template: Option<(String, Option<u32>)>,
    /// The recipients' values are texts out of a table: numbers and truth values among them are known by the template's description.
    pub texts: bool,
}

impl NewFill {
    /// Whether anything asks for filling in. A language alone does not.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        self.template.is_some() || self.syntax.is_some() || self.missing.is_some() || self.variables.is_some() || !self.variants.is_empty()
    }
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

/// What a message says of following its opens and clicks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewTrack {
    pub opens: Option<bool>,
    pub clicks: Option<bool>,
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
    /// A copy each, with names and what is their own.
    pub recipients: Vec<NewRecipient>,
    /// One joint copy to these and to `cc` and `bcc`.
    pub to: Vec<Given>,
    pub cc: Vec<Given>,
    pub bcc: Vec<Given>,
    pub fill: NewFill,
    pub attachments: Vec<NewAttachment>,
    pub calendar: Option<NewCalendar>,
    pub headers: Vec<(String, String)>,
    pub tags: Vec<(String, String)>,
    pub lane: Option<Lane>,
    pub on_unknown: Option<OnUnknown>,
    /// Before the submission's.
    pub scheduled_at: Option<String>,
    pub expires_at: Option<String>,
    /// Name of the sender profile.
    pub profile: Option<String>,
    pub category: Option<Category>,
    pub list: NewList,
    pub track: NewTrack,
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
    /// Most addresses, where it is not the server's limit for requests.
    pub most: Option<usize>,
    /// It is one of several parts: no good address in it is no fault.
    pub is_part: bool,
}

impl Submission {
    /// Addresses given, of all messages.
    #[must_use]
    pub fn addresses(&self) -> usize {
        self.messages.iter().map(NewMessage::addresses).sum()
    }

    /// Bytes of HTML, of all messages: each is looked at.
    #[must_use]
    pub fn html_bytes(&self) -> usize {
        let of = |message: &NewMessage| message.html.as_ref().or(message.content.as_ref()).map_or(0, String::len);
        self.messages.iter().map(of).sum()
    }

    /// Bytes of the files that came along.
    #[must_use]
    pub fn file_bytes(&self) -> usize {
        let contents = self.messages.iter().flat_map(|message| &message.attachments).filter_map(|one| one.content.as_ref());
        contents.map(|content| content.as_ref().map_or(0, Bytes::len)).sum()
    }
}
