//! Which provider mail goes through, and why (requirement S-7).

use std::fmt;

use super::{
    key::Key,
    layers::Layers,
    parse::word,
    reader::{Bad, Reader},
};

/// The kinds of provider this release has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// AWS SES.
    Ses,
    /// The local inbox: mail is kept and can be read, nothing leaves the machine.
    Local,
}

impl ProviderKind {
    /// As in configuration, API and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ses => "ses",
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

/// What a configuration may ask for.
#[derive(Clone, Copy)]
enum Wish {
    Ses,
    Local,
    Smtp,
}

/// The provider that is named, else the one the other names speak of.
pub(super) fn choose(r: &mut Reader, key: &Key) -> Option<Choice> {
    let named = r.may(key, wish)?;
    let written = r.written(key);
    let (wish, reason) = match named {
        Some(wish) => (wish, format!("{written} says so")),
        None => guess(r.layers),
    };
    match wish {
        Wish::Ses => Some(Choice { kind: ProviderKind::Ses, reason }),
        Wish::Local => Some(Choice { kind: ProviderKind::Local, reason }),
        Wish::Smtp => {
            let name = if named.is_some() { written } else { "SMTP_HOST".to_owned() };
            let remedy = "set PROVIDER=ses to send through AWS SES, or PROVIDER=local to keep mail in the local inbox";
            r.refuse(name, Bad::new("asks for an SMTP provider, which comes with a later release", remedy));
            None
        }
    }
}

fn wish(text: &str) -> Result<Wish, Bad> {
    if text.eq_ignore_ascii_case("smtp") { Ok(Wish::Smtp) } else { word(&[("ses", Wish::Ses), ("local", Wish::Local)])(text) }
}

fn guess(layers: &Layers) -> (Wish, String) {
    if layers.env("AWS_SES_FROM_EMAIL").is_some() {
        return (Wish::Ses, "AWS_SES_FROM_EMAIL is set".to_owned());
    }
    if let Some((name, _)) = layers.env_names().find(|(name, _)| name.starts_with("AWS_SES_REGION_")) {
        return (Wish::Ses, format!("{name} is set"));
    }
    if layers.env("EMAIL_BACKEND").is_some_and(|backend| backend.to_ascii_lowercase().contains("ses")) {
        return (Wish::Ses, "EMAIL_BACKEND is one for SES".to_owned());
    }
    if let Some(entry) = layers.names_section("ses") {
        return (Wish::Ses, format!("{} is set", entry.written));
    }
    if layers.env("SMTP_HOST").is_some() {
        return (Wish::Smtp, "SMTP_HOST is set".to_owned());
    }
    (Wish::Local, "nothing names SES or an SMTP server".to_owned())
}
