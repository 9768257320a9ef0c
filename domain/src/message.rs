//! What a mail is: a message, its content, and the copies made of it.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

pub use crate::content::Content;
use crate::{content::Shown, erasure::is_erased, id::MessageId, time::Wall};

/// Recipients one joint copy may have: what SES takes in one call (quotas page).
pub const MAX_JOINT: usize = 50;
/// Addresses each of to, cc and bcc may have (requirement S0-1). What is more than [`MAX_JOINT`] in all goes in several joint copies.
pub const MAX_ROLE: usize = 50;
/// Longest topic name, in bytes.
pub const MAX_TOPIC: usize = 200;
/// Longest subject, in characters.
pub const MAX_SUBJECT: usize = 998;

/// Which queue a message waits in. Bulk never delays transactional mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    Transactional,
    Bulk,
}

impl Lane {
    pub const ALL: [Self; 2] = [Self::Transactional, Self::Bulk];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transactional => "transactional",
            Self::Bulk => "bulk",
        }
    }
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.code() == code)
    }
}

/// What to do with a mail when nobody knows whether the provider took it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Send it again, once: the recipient may get it twice, and the delivery shows that.
    #[default]
    Resend,
    /// Leave it: the recipient may not get it at all, and the delivery shows that.
    Hold,
}

/// An address with the name shown beside it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mailbox {
    pub email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Masked: recipients do not go to logs.
impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::address::masked(&self.email))
    }
}

/// A message: what was submitted, without its recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    /// The caller's label; empty for none.
    pub topic: String,
    pub lane: Lane,
    /// Name of the provider it goes through.
    pub provider: String,
    /// Why that provider, in words.
    pub route: String,
    pub content: Content,
    pub on_unknown: OnUnknown,
    /// When it was accepted.
    pub created_at: Wall,
    /// When it may be sent.
    pub due: Wall,
    /// Whether the caller gave that time.
    pub scheduled: bool,
    /// After this it is not sent any more.
    pub expires_at: Option<Wall>,
    /// Values for all its recipients, where its content is filled in: a JSON object.
    pub variables: Option<Arc<str>>,
}

/// Where a recipient of a joint copy stands. `Bcc` is never written into the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    To,
    Cc,
    Bcc,
}

impl Role {
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::To, Self::Cc, Self::Bcc].into_iter().find(|r| r.code() == code)
    }
}

/// The copies a message is sent as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copies {
    /// One copy for each, ordinals in this order.
    Each(Vec<Mailbox>),
    /// One copy to all of them; of more than [`MAX_JOINT`] one copy for every so many, as if they were envelopes of one mail. Ordinals
    /// in this order.
    Joint(Vec<(Role, Mailbox)>),
}

impl Copies {
    /// Deliveries.
    #[must_use]
    pub fn count(&self) -> u32 {
        match self {
            Self::Each(all) => u32::try_from(all.len()).unwrap_or(u32::MAX),
            Self::Joint(all) => u32::try_from(all.len().div_ceil(MAX_JOINT)).unwrap_or(u32::MAX),
        }
    }
    /// Recipients, which is what rates and counts go by.
    #[must_use]
    pub fn recipients(&self) -> usize {
        match self {
            Self::Each(all) => all.len(),
            Self::Joint(all) => all.len(),
        }
    }
    /// Whom the headers have to name because no copy has all of them.
    #[must_use]
    pub fn shown(&self) -> Option<Box<Shown>> {
        match self {
            Self::Joint(all) if all.len() > MAX_JOINT => Some(Box::new(Shown::of(all))),
            Self::Each(_) | Self::Joint(_) => None,
        }
    }
}

/// A message with its recipients, checked and ready to be accepted.
#[derive(Clone, Debug)]
pub struct Draft {
    pub message: Arc<Message>,
    pub copies: Copies,
    /// What is each recipient's own, by ordinal: [`crate::content::Personal`] as JSON. Empty when nobody has any, and for a joint copy.
    pub personal: Vec<Option<Box<str>>>,
}

/// One recipient of a claimed copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub role: Role,
    pub mailbox: Mailbox,
    /// Whether it still needs the mail: a retry goes only to recipients without a result. The others are still shown in
    /// the headers of a joint copy.
    pub open: bool,
    /// Whether an earlier attempt to it is unsettled: then this one is the only resend.
    pub unsettled: bool,
}

/// One copy about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    pub ordinal: u32,
    pub addressees: Vec<Addressee>,
    /// What is the recipient's own: [`crate::content::Personal`] as JSON.
    pub personal: Option<Box<str>>,
}

impl Copy {
    /// Who is named where it names its recipients: all but those whose data was erased.
    pub fn named(&self) -> impl Iterator<Item = &Addressee> + Clone {
        self.addressees.iter().filter(|a| !is_erased(&a.mailbox.email))
    }

    /// Recipients this attempt goes to.
    pub fn open(&self) -> impl Iterator<Item = &Mailbox> {
        self.addressees.iter().filter(|a| a.open).map(|a| &a.mailbox)
    }
}
