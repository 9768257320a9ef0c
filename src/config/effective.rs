//! The configuration as it took effect, ready to be shown and compared.

use std::{collections::BTreeMap, fmt};

use super::{
    Secret, Sending, all_keys, database,
    key::Key,
    layers::{Entry, Layers, is_secret},
    recipients,
    secret::HIDDEN,
    sending::{ALLOWLIST_PATH, PROVIDER_PATH},
};

/// A key: what is shown of it, and what it is, to be compared only.
#[derive(Clone, Debug)]
struct Line {
    path: String,
    shown: String,
    value: Option<Secret>,
}

/// One line per key: path, value, origin. Secrets are never shown.
#[derive(Clone, Debug)]
pub(super) struct Effective(Vec<Line>);

impl Effective {
    pub fn of(layers: &Layers, sending: &Sending) -> Self {
        let line = |key: &Key| match layers.get(key) {
            Some(entry) => Line::of(key.path, entry),
            None => Line {
                path: key.path.to_owned(),
                shown: match key.path {
                    PROVIDER_PATH => format!("{} = {} (because {})", key.path, sending.provider, sending.provider_reason),
                    path => format!("{path} is not set"),
                },
                value: None,
            },
        };
        Self(all_keys().map(line).chain(layers.named().map(|(path, entry)| Line::of(path, entry))).collect())
    }

    /// The keys whose values differ, sorted.
    pub fn changes(&self, other: &Self) -> Vec<String> {
        let values =
            |all: &Self| -> BTreeMap<String, Option<Secret>> { all.0.iter().map(|line| (line.path.clone(), line.value.clone())).collect() };
        let (old, new) = (values(self), values(other));
        let mut paths: Vec<&String> = old.keys().chain(new.keys()).collect();
        paths.sort();
        paths.dedup();
        let value = |of: &BTreeMap<String, Option<Secret>>, path: &String| of.get(path).cloned().flatten();
        paths.into_iter().filter(|path| value(&old, path) != value(&new, path)).cloned().collect()
    }
}

impl Line {
    fn of(path: &str, entry: &Entry) -> Self {
        let value = shown(path, &entry.text);
        let shown = if entry.written == path {
            format!("{path} = {value} ({})", entry.origin)
        } else {
            format!("{path} = {value} ({} {})", entry.origin, entry.written)
        };
        Self { path: path.to_owned(), shown, value: Some(Secret::new(entry.text.clone())) }
    }
}

/// A section that is not used is not checked either: its values are shown with care.
fn shown(path: &str, text: &str) -> String {
    if let Some(address) = database::shown_address(path, text) {
        return address;
    }
    let holds_password = text.contains("://") && text.contains('@');
    if is_secret(path) || holds_password {
        return HIDDEN.to_owned();
    }
    if path == ALLOWLIST_PATH {
        return recipients::masked(text);
    }
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| writeln!(f, "{}", line.shown))
    }
}
