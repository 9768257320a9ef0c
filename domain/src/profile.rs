//! Sender profiles: who a mail is from, and the company behind it, written down once and named by messages and keys.

use serde::{Deserialize, Serialize};

use crate::message::Mailbox;

/// Longest name of a profile, in bytes.
pub const MAX_NAME: usize = 64;

/// Whether it can name a profile: 1 to [`MAX_NAME`] lower-case letters, digits, `-` and `_`, which stand in paths as they are.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(fits)
}

/// Who sends. What a message says itself goes before it, and it goes before the server's defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// See [`is_name`].
    pub name: String,
    pub from: Mailbox,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reply_to: Vec<Mailbox>,
    #[serde(default)]
    pub company: Company,
    /// Language of what Jebi itself says to recipients, and of those who want none where a message has several; a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default)]
    pub tracking: Tracking,
    /// How recipients refuse bulk mail; `None` leaves it to the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<Refusing>,
    /// `List-Id` of bulk mail (RFC 2919), without the angle brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_id: Option<String>,
    /// Whether the notices the law asks for on consents are sent in its name (Korean Network Act, article 50 paragraphs 7 and 8).
    pub consent_notices: bool,
}

/// How recipients of bulk mail refuse more of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusing {
    /// By this server's own link.
    Own,
    /// No link is written.
    Nothing,
    /// By the sender's own page.
    At(String),
}

/// The company behind a sender, as the law wants it told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub representative: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_number: Option<String>,
}

impl Company {
    /// What advertising mail must tell of its sender and is not there: names of fields (decree 61 paragraph 3, annex 6).
    #[must_use]
    pub fn lacks(&self) -> Vec<&'static str> {
        let told = [("name", &self.name), ("postal_address", &self.postal_address), ("phone", &self.phone), ("email", &self.email)];
        told.into_iter().filter(|(_, value)| value.as_deref().is_none_or(|v| v.trim().is_empty())).map(|(name, _)| name).collect()
    }
}

/// Whether opens and clicks are followed of mail that does not say; `None` leaves it to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicks: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_a_path_as_they_are() {
        for good in ["shop", "shop-2", "a_b", &"x".repeat(64)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "Shop", "제비", "a b", "a/b", ".", "..", "a\n", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn what_the_law_wants_and_is_missing_or_blank_is_named() {
        let mut company = Company { name: Some("제비상점".into()), phone: Some("  ".into()), ..Company::default() };
        assert_eq!(company.lacks(), ["postal_address", "phone", "email"]);
        company.postal_address = Some("서울특별시 중구 세종대로 110".into());
        company.phone = Some("02-120".into());
        company.email = Some("help@jebi.example".into());
        assert_eq!(company.lacks(), [""; 0]);
    }
}
