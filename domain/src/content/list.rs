//! How a message stands to lists: how its recipients refuse more of it, and what advertising mail has to tell them.

use serde::{Deserialize, Serialize};

use crate::{
    id::DeliveryId,
    link::{Links, Target},
    profile::Company,
    time::Wall,
};

/// What a message's headers and footer say of the list it is of. All of it was decided when it was accepted, so that a resend has the same
/// bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<Unsubscribe>,
    /// An address that takes refusals by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailto: Option<String>,
    /// `List-Id` (RFC 2919), without angle brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `Feedback-ID`, for receivers that report by it (Gmail).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback_id: Option<String>,
    /// The sender's profile; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub profile: String,
    /// It is advertising by Korean law: the subject is marked, and these are told in its footer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertising: Option<Company>,
}

/// Where `List-Unsubscribe` leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsubscribe {
    /// To this server: its address as the world knows it, without a slash at the end.
    Own(String),
    /// To the caller's own page: `https`, where `{email}` and `{delivery}` stand for the copy's.
    At(String),
}

/// What [`Unsubscribe::At`] may hold to tell copies apart.
pub const PLACES: [&str; 2] = ["{email}", "{delivery}"];

impl List {
    /// The address where the recipient of a copy refuses more mail of a topic, accepted then. `None` where there is none, or no key to sign
    /// it with.
    #[must_use]
    pub fn link(&self, links: &Links, of: (&str, Wall), email: &str, delivery: &str) -> Option<String> {
        let (topic, accepted) = of;
        match self.unsubscribe.as_ref()? {
            Unsubscribe::Own(base) => {
                let target = Target {
                    profile: self.profile.clone(),
                    topic: topic.to_owned(),
                    address: email.to_owned(),
                    advertising: self.advertising.is_some(),
                    delivery: DeliveryId::parse(delivery),
                };
                links.sign(&target, accepted).map(|token| format!("{}/u/{token}", links.base(base)))
            }
            Unsubscribe::At(page) => Some(page.replace(PLACES[0], &encoded(email)).replace(PLACES[1], &encoded(delivery))),
        }
    }

    /// The caller's own page, where it is the same for all copies.
    #[must_use]
    pub fn page(&self) -> Option<&str> {
        match self.unsubscribe.as_ref()? {
            Unsubscribe::At(page) if !PLACES.iter().any(|place| page.contains(place)) => Some(page),
            Unsubscribe::At(_) | Unsubscribe::Own(_) => None,
        }
    }

    /// Whether a link has to be signed for each copy.
    #[must_use]
    pub fn signs(&self) -> bool {
        matches!(self.unsubscribe, Some(Unsubscribe::Own(_)))
    }

    /// Whether its own links lead to a place that only this machine knows: mail that leaves it cannot have such.
    #[must_use]
    pub fn is_bound_here(&self, links: &Links) -> bool {
        matches!(&self.unsubscribe, Some(Unsubscribe::Own(base)) if !links.base(base).starts_with("https://"))
    }

    /// `mailto:` for refusing by mail.
    #[must_use]
    pub fn mailto(&self) -> Option<String> {
        self.mailto.as_deref().map(|address| format!("mailto:{}?subject=unsubscribe", encoded(address).replace("%40", "@")))
    }
}

/// Percent-encoded, but for what RFC 3986 section 2.3 leaves as it is.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
