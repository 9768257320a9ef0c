//! How an account and a sender's domain stand with those who get their mail: shares of mail that bounced or was complained of, and what
//! follows from them. SES reviews an account whose bounce rate reaches 5 % or whose complaint rate reaches 0.1 %, and may stop it at 10 %
//! and 0.5 % ("Reputation metrics messages" and "Sending review FAQs", SES guide). We act before, and on bulk mail alone.
//!
//! | file | owns |
//! |---|---|
//! | `window` | the mail rates are taken over |
//! | `guard` | limits, and what is done at them |
//! | `topic` | topics whose first mails bounce |
//! | `words` | what is said of bulk mail that is held back |

mod guard;
mod topic;
mod window;
pub mod words;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use guard::{Act, Judgement, Limits, SES_BOUNCES, SES_COMPLAINTS, Steps};
pub use topic::{FirstResults, TopicJudgement, TopicRule};
pub use window::{Slot, Standing, Tally, WindowRule, slot_of, standing, start_of};

use crate::{message::Message, time::Wall};

/// What has a reputation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// An account mail goes through, by its name in the configuration.
    Provider(String),
    /// A domain senders have, in lower case.
    Domain(String),
}

impl Scope {
    /// As it is stored.
    #[must_use]
    pub fn code(&self) -> i64 {
        match self {
            Self::Provider(_) => 0,
            Self::Domain(_) => 1,
        }
    }

    /// Reads [`Self::code`]; `None` for a number this version does not know.
    #[must_use]
    pub fn from_code(code: i64, name: String) -> Option<Self> {
        match code {
            0 => Some(Self::Provider(name)),
            1 => Some(Self::Domain(name)),
            _ => None,
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Provider(name) | Self::Domain(name) => name,
        }
    }
}

/// `ses` for an account, `@example.kr` for a domain: as senders are named in the configuration.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(name) => f.write_str(name),
            Self::Domain(name) => write!(f, "@{name}"),
        }
    }
}

impl FromStr for Scope {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.strip_prefix('@') {
            Some("") => Err(()),
            Some(domain) => Ok(Self::Domain(domain.to_ascii_lowercase())),
            None if text.is_empty() => Err(()),
            None => Ok(Self::Provider(text.to_owned())),
        }
    }
}

/// What a mail's reputation falls on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Via {
    pub provider: String,
    /// The sender's domain, in lower case.
    pub domain: String,
}

impl Via {
    #[must_use]
    pub fn of(message: &Message) -> Self {
        Self { provider: message.provider.clone(), domain: domain_of(&message.content.from.email) }
    }

    /// Both of it.
    #[must_use]
    pub fn scopes(&self) -> [Scope; 2] {
        [Scope::Provider(self.provider.clone()), Scope::Domain(self.domain.clone())]
    }

    /// Whether mail to this address counts. What goes to the provider's simulator does not, nor what goes to a domain the account has
    /// verified ("Reputation metrics messages", SES guide): the sender's own, and those below it, are.
    #[must_use]
    pub fn counts(&self, recipient: &str) -> bool {
        let domain = recipient.rsplit_once('@').map_or(recipient, |(_, domain)| domain);
        let below = || domain.len() > self.domain.len() && domain.as_bytes()[domain.len() - self.domain.len() - 1] == b'.';
        let own = ends_with(domain, &self.domain) && (domain.len() == self.domain.len() || below());
        !own && !domain.eq_ignore_ascii_case("simulator.amazonses.com")
    }
}

fn ends_with(text: &str, end: &str) -> bool {
    let at = text.len().checked_sub(end.len());
    at.and_then(|at| text.get(at..)).is_some_and(|tail| !end.is_empty() && tail.eq_ignore_ascii_case(end))
}

/// The domain of an address, in lower case.
#[must_use]
pub fn domain_of(email: &str) -> String {
    email.rsplit_once('@').map_or(email, |(_, domain)| domain).to_ascii_lowercase()
}

/// What was decided of a scope, and stands until it is decided anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub act: Act,
    pub since: Wall,
    /// Why, in words for people.
    pub why: String,
    /// Who decided it; `None` for the guard itself.
    pub by: Option<String>,
    /// Mail counts from here on: what was sent before a person let it go on is forgiven.
    pub fresh: Option<Fresh>,
}

/// Where a new count begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fresh {
    pub at: Wall,
    /// What the slot it lies in had counted by then.
    pub before: Tally,
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
