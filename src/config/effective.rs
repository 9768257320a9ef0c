//! The configuration as it took effect, ready to be shown.

use std::fmt;

use super::{Sending, all_keys, layers::Layers, secret::HIDDEN};

/// One line per key: path, value, origin. Secrets are left out when it is made, so nothing can show them later.
#[derive(Clone, Debug)]
pub(super) struct Effective(Vec<String>);

impl Effective {
    pub fn of(layers: &Layers, sending: &Sending) -> Self {
        let line = |key: &super::Key| {
            let path = key.path;
            let Some(entry) = layers.get(key) else {
                return match path {
                    super::sending::PROVIDER_PATH => format!("{path} = {} (because {})", sending.provider, sending.provider_reason),
                    _ => format!("{path} is not set"),
                };
            };
            let value = if key.secret { HIDDEN } else { &entry.text };
            if entry.written == path {
                format!("{path} = {value} ({})", entry.origin)
            } else {
                format!("{path} = {value} ({} {})", entry.origin, entry.written)
            }
        };
        Self(all_keys().map(line).collect())
    }
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
