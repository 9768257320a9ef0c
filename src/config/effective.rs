//! The configuration as it took effect, ready to be shown.

use std::fmt;

use super::{
    Sending, all_keys,
    key::Key,
    layers::Layers,
    recipients,
    secret::HIDDEN,
    sending::{ALLOWLIST_PATH, PROVIDER_PATH},
};

/// One line per key: path, value, origin. Secrets are left out when it is made, so nothing can show them later.
#[derive(Clone, Debug)]
pub(super) struct Effective(Vec<String>);

impl Effective {
    pub fn of(layers: &Layers, sending: &Sending) -> Self {
        let line = |key: &Key| {
            let path = key.path;
            let Some(entry) = layers.get(key) else {
                return match path {
                    PROVIDER_PATH => format!("{path} = {} (because {})", sending.provider, sending.provider_reason),
                    _ => format!("{path} is not set"),
                };
            };
            let value = shown(key, &entry.text);
            if entry.written == path {
                format!("{path} = {value} ({})", entry.origin)
            } else {
                format!("{path} = {value} ({} {})", entry.origin, entry.written)
            }
        };
        Self(all_keys().map(line).collect())
    }
}

/// A section that is not used is not checked either: its values are shown with care.
fn shown(key: &Key, text: &str) -> String {
    let holds_password = text.contains("://") && text.contains('@');
    if key.secret || holds_password {
        return HIDDEN.to_owned();
    }
    if key.path == ALLOWLIST_PATH {
        return recipients::masked(text);
    }
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
