//! Administrative acts, as they are written down and listed.

use crate::{id::KeyNo, time::Wall};

/// An administrative act, as it is written down for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Given by the store, ascending; 0 before.
    pub no: i64,
    pub at: Wall,
    /// Who, in words: `key 3 (newsletter)`, `token kim`, `local administrator`.
    pub actor: String,
    /// The key it showed; `None` for the local administrator.
    pub key: Option<KeyNo>,
    /// Where the request came from, where it came over a network.
    pub address: Option<String>,
    /// What was done, such as `key.create`.
    pub act: String,
    /// What it was done to.
    pub target: String,
    pub detail: String,
    /// `done`, or the code of the refusal.
    pub result: String,
}

/// Which acts to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Not before.
    pub since: Option<Wall>,
    /// Before.
    pub until: Option<Wall>,
}

/// A page of acts, newest first.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    pub entries: Vec<AuditEntry>,
    /// Pass as `before` for the next page; `None` at the end.
    pub next: Option<i64>,
}
