//! Which provider mail goes through, and why (requirement S-7).

use std::fmt;

use super::{key::Key, layers::Layers, parse::word, reader::Reader};

/// The kinds of provider this release has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// AWS SES.
    Ses,
    /// An SMTP server.
    Smtp,
    /// The local inbox: mail is kept and can be read, nothing leaves the machine.
    Local,
}

impl ProviderKind {
    /// As in configuration, API and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ses => "ses",
            Self::Smtp => "smtp",
            Self::Local => "local",
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The choice, and its reason in words.
pub(super) struct Choice {
    pub kind: ProviderKind,
    pub reason: String,
}

/// The provider that is named, else the one the other names speak of.
pub(super) fn choose(r: &mut Reader, key: &Key) -> Option<Choice> {
    let words = &[("ses", ProviderKind::Ses), ("smtp", ProviderKind::Smtp), ("local", ProviderKind::Local)];
    let named = r.may(key, word(words))?;
    let (kind, reason) = match named {
        Some(kind) => (kind, format!("{} says so", r.written(key))),
        None => guess(r.layers),
    };
    Some(Choice { kind, reason })
}

fn guess(layers: &Layers) -> (ProviderKind, String) {
    if layers.env("AWS_SES_FROM_EMAIL").is_some() {
        return (ProviderKind::Ses, "AWS_SES_FROM_EMAIL is set".to_owned());
    }
    if let Some((name, _)) = layers.env_names().find(|(name, _)| name.starts_with("AWS_SES_REGION_")) {
        return (ProviderKind::Ses, format!("{name} is set"));
    }
    if layers.env("EMAIL_BACKEND").is_some_and(|backend| backend.to_ascii_lowercase().contains("ses")) {
        return (ProviderKind::Ses, "EMAIL_BACKEND is one for SES".to_owned());
    }
    if let Some(entry) = layers.names_section("ses") {
        return (ProviderKind::Ses, format!("{} is set", entry.written));
    }
    if layers.env("SMTP_HOST").is_some() {
        return (ProviderKind::Smtp, "SMTP_HOST is set".to_owned());
    }
    if let Some(entry) = layers.names_section("smtp") {
        return (ProviderKind::Smtp, format!("{} is set", entry.written));
    }
    (ProviderKind::Local, "nothing names SES or an SMTP server".to_owned())
}
