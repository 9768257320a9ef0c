//! Who refuses bulk mail of a sender, and what they chose on the page of their preferences.

use super::{Boxed, store::StoreResult};
use crate::{link::Target, time::Wall};

/// How somebody refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedBy {
    /// By the button of the mail program (RFC 8058).
    OneClick,
    /// On the page the link leads to.
    Page,
    /// On the page of their preferences.
    Preferences,
    /// Otherwise: whoever has a key wrote it down.
    Caller,
}

impl RefusedBy {
    pub const ALL: [Self; 4] = [Self::OneClick, Self::Page, Self::Preferences, Self::Caller];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneClick => "one_click",
            Self::Page => "page",
            Self::Preferences => "preferences",
            Self::Caller => "caller",
        }
    }
}

/// A refusal to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRefusal {
    /// Of whom and what: the family of its topic, or everything of that sender where it has none.
    pub target: Target,
    /// Everything of that sender, whatever the topic.
    pub all: bool,
    pub by: RefusedBy,
    /// Whether the person is told of what it writes into the ledger of consents, which is once.
    pub notice: bool,
}

impl NewRefusal {
    /// What is refused: a family of topics, or everything where it is empty.
    #[must_use]
    pub fn family(&self) -> &str {
        if self.all { "" } else { crate::family::of(&self.target.topic) }
    }
}

/// A refusal as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalInfo {
    pub no: i64,
    /// As it was given first.
    pub email: String,
    /// Empty for mail without a profile.
    pub profile: String,
    /// Empty for everything of that sender.
    pub family: String,
    /// A word of [`RefusedBy`].
    pub how: String,
    pub at: Wall,
    /// Since when it counts no more, and why.
    pub lifted: Option<(Wall, String)>,
}

/// A page of refusals, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusalPage {
    pub refusals: Vec<RefusalInfo>,
    /// Pass as `before` for the next page; `None` at the end.
    pub next: Option<i64>,
}

/// Mail that may have been refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub profile: String,
    pub topic: String,
    /// Of advertising the list it is of, empty for none, as consents name it; `None` for other mail.
    pub scope: Option<String>,
    /// As they are compared.
    pub addresses: Vec<String>,
}

/// What becomes of one family, or of everything of a sender where it is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub profile: String,
    pub family: String,
    pub wanted: bool,
}

/// Refusals.
pub trait RefusalStore: Send + Sync {
    /// Writes a refusal down, and with it that of everything consented to with the profile; of advertising it stands in the ledger also where
    /// nothing was consented to. Where the link was of a delivery, it is told in its timeline, once.
    /// Whoever has consented since, or has taken a refusal back, refuses anew: what holds ends, and the refusal is that of now. `false` where
    /// it stands there already and ends nothing.
    fn refuse(&self, new: NewRefusal, now: Wall) -> Boxed<'_, StoreResult<bool>>;
    /// Since when somebody refuses mail of a profile and of the topic's family, or all of it. `None` also where they refused and refusing
    /// again would change something: a consent with the profile holds since then, or it is advertising and the ledger has no end of everything.
    fn refused_at(&self, target: &Target) -> Boxed<'_, StoreResult<Option<Wall>>>;
    /// Which of these addresses, by place, bulk mail of this kind is not sent to because they refused it.
    fn refused_among(&self, asked: Asked) -> Boxed<'_, StoreResult<Vec<u32>>>;
    /// Refusals by number, newest first, of an address as it is compared or of all; those that were lifted too.
    fn refusals(&self, address: Option<String>, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<RefusalPage>>;
    /// Takes a refusal back. `None` where there is none of this number; unchanged where it was lifted before.
    fn lift(&self, no: i64, why: &str, now: Wall) -> Boxed<'_, StoreResult<Option<RefusalInfo>>>;
    /// Profile and family of the newest bulk mails to an address, at most so many mails looked at.
    fn kinds_of(&self, email: &str, limit: u32) -> Boxed<'_, StoreResult<Vec<(String, String)>>>;
    /// What somebody chose, in one commit: refuses what they do not want and takes back what they want again. `email` is their address.
    fn choose(&self, email: &str, choices: Vec<Choice>, now: Wall) -> Boxed<'_, StoreResult<()>>;
}
