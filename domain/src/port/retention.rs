//! Deleting what is old enough.

use super::{Boxed, store::StoreResult};
use crate::{retention::DataKind, time::Wall};

/// What one slice has deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trimmed {
    /// Messages whose content went; reports; deliveries; inbox mails, acts or entries.
    pub deleted: u64,
    pub more: bool,
}

/// What of a slice is old enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// Counted as in [`Trimmed::deleted`].
    pub due: u64,
    /// Messages that were accepted long enough ago and are kept for now: something of them is open, or ended later.
    pub kept: u64,
    /// Where to go on; `None` at the end.
    pub next: Option<i64>,
}

/// What is deleted for its age. Of mail only what has ended wholly: nothing of it waits, is being sent or is unsettled.
pub trait RetentionStore: Send + Sync {
    /// Deletes a slice of what ended by `before`. Nothing where another node does the housekeeping, and while one of another version runs.
    fn trim(&self, kind: DataKind, before: Wall, now: Wall) -> Boxed<'_, StoreResult<Trimmed>>;
    /// Counts a slice of what would go, and changes nothing.
    fn overdue(&self, kind: DataKind, before: Wall, now: Wall, after: Option<i64>) -> Boxed<'_, StoreResult<Overdue>>;
}
