//! Addresses that are not to be mailed: why, which mail is meant, and who says so.
//!
//! | file | owns |
//! |---|---|
//! | `scope` | which mail an entry keeps back |
//! | `rules` | what enters the list by itself |
//!
//! An address has at most one entry for each scope.

mod rules;
mod scope;

use serde::{Deserialize, Serialize};

pub use rules::{Bounced, Rules, SoftRule, soft_day};
pub use scope::{MAX_FAMILY, Scope, ScopeFault, Wanted};

use crate::{outcome::Reason, time::Wall};

/// Longest reason or words of a provider that are kept, in characters.
pub const MAX_DETAIL: usize = 500;

/// Why an address is on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionCause {
    /// The provider reported a permanent bounce.
    Bounce,
    /// The recipient reported the mail as spam.
    Complaint,
    /// An operator put it there.
    Manual,
    /// It bounced for now again and again, and nothing was delivered between.
    SoftBounce,
    /// The person wants no more of it. Keeps no transactional mail back, whatever its scope.
    Unsubscribe,
}

impl SuppressionCause {
    pub const ALL: [Self; 5] = [Self::Bounce, Self::Complaint, Self::Manual, Self::SoftBounce, Self::Unsubscribe];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
            Self::Manual => "manual",
            Self::SoftBounce => "soft_bounce",
            Self::Unsubscribe => "unsubscribe",
        }
    }
    /// Reads [`Self::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Bounce => 1,
            Self::Complaint => 2,
            Self::Manual => 3,
            Self::SoftBounce => 4,
            Self::Unsubscribe => 5,
        }
    }
    /// Reads [`Self::code`]; `None` for a number this version does not know.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }
}

/// Where an entry came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// What was reported of a mail of ours.
    Event,
    /// Somebody, by the API or a command.
    Operator,
    /// A file.
    Import,
    /// The list of the account of this provider.
    Account(String),
}

impl Source {
    /// `event`, `operator`, `import` or `account:NAME`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Event => "event".to_owned(),
            Self::Operator => "operator".to_owned(),
            Self::Import => "import".to_owned(),
            Self::Account(provider) => format!("account:{provider}"),
        }
    }
    /// Reads [`Self::text`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "event" => Some(Self::Event),
            "operator" => Some(Self::Operator),
            "import" => Some(Self::Import),
            _ => text.strip_prefix("account:").map(|provider| Self::Account(provider.to_owned())),
        }
    }
}

/// An entry as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// As [`crate::address::key`] has it.
    pub address: String,
    pub scope: Scope,
    pub cause: SuppressionCause,
    /// Why, in somebody's words: the receiver's server's, or those of who added it. At most [`MAX_DETAIL`] characters.
    pub detail: String,
    pub source: Source,
    /// Who added it; empty where nobody did.
    pub actor: String,
    /// When it was first there, and when it was last told again.
    pub since: Wall,
    pub last_at: Wall,
    /// How often it was told.
    pub times: i64,
}

impl Entry {
    /// Why mail is kept back by it, as a delivery shows it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let said = if self.detail.is_empty() { String::new() } else { format!(": {}", self.detail) };
        let (cause, scope, since) = (self.cause.as_str(), self.scope.text(), self.since);
        let text = format!("the address is on the suppression list since {since} ({cause}, scope {scope}){said}");
        Reason::new(format!("suppressed_{cause}"), text, "take it off the list (DELETE /v1/suppressions/{address}) if its owner wants mail")
    }
}

/// An entry to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// In any case; it is compared and kept as [`crate::address::key`] has it.
    pub address: String,
    pub scope: Scope,
    pub cause: SuppressionCause,
    pub detail: String,
    pub source: Source,
    pub actor: String,
    /// When it was told.
    pub at: Wall,
}

impl NewEntry {
    /// An operator's entry for all mail, without words.
    #[must_use]
    pub fn plain(address: impl Into<String>, cause: SuppressionCause, at: Wall) -> Self {
        let address = address.into();
        Self { address, scope: Scope::All, cause, detail: String::new(), source: Source::Operator, actor: String::new(), at }
    }
}

/// An entry that was taken off the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Counts up; names it in lists.
    pub no: i64,
    pub entry: Entry,
    pub at: Wall,
    /// Who took it off, and why.
    pub actor: String,
    pub reason: String,
}

/// Words cut to [`MAX_DETAIL`] characters.
#[must_use]
pub fn cut(text: &str) -> &str {
    text.char_indices().nth(MAX_DETAIL).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_and_sources_read_back() {
        for cause in SuppressionCause::ALL {
            assert_eq!(SuppressionCause::from_code(cause.code()), Some(cause));
            assert_eq!(SuppressionCause::parse(cause.as_str()), Some(cause));
        }
        assert_eq!(SuppressionCause::from_code(0), None);
        for source in [Source::Event, Source::Operator, Source::Import, Source::Account("ses-seoul".to_owned())] {
            assert_eq!(Source::parse(&source.text()), Some(source));
        }
        assert_eq!(Source::parse("elsewhere"), None);
    }

    #[test]
    fn a_delivery_is_told_the_cause_and_since_when() {
        let entry = Entry {
            address: "hong@example.kr".to_owned(),
            scope: Scope::Family("news".to_owned()),
            cause: SuppressionCause::Bounce,
            detail: "550 5.1.1 없는 사용자".to_owned(),
            source: Source::Event,
            actor: String::new(),
            since: Wall(1_700_000_000_000),
            last_at: Wall(1_700_000_000_000),
            times: 1,
        };
        let reason = entry.reason();
        assert_eq!(reason.code, "suppressed_bounce");
        assert!(reason.text.contains("2023-11-14T22:13:20") && reason.text.contains("topic:news"), "{}", reason.text);
        assert!(reason.text.ends_with("550 5.1.1 없는 사용자"));
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        assert_eq!(cut("짧다"), "짧다");
        assert_eq!(cut(&"가".repeat(MAX_DETAIL + 3)).chars().count(), MAX_DETAIL);
    }
}
