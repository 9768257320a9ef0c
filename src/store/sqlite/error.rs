//! What can go wrong inside a transaction.

use jebi_domain::port::store::StoreError;
use rusqlite::ErrorCode;

/// An error of one job or of the whole turn.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error("the stored {what} cannot be read: {why}")]
    Damaged { what: &'static str, why: String },
}

impl Error {
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers, texts and errors alike")]
    pub(super) fn damaged(what: &'static str, why: impl ToString) -> Self {
        Self::Damaged { what, why: why.to_string() }
    }

    fn code(&self) -> Option<rusqlite::ffi::Error> {
        match self {
            Self::Sql(rusqlite::Error::SqliteFailure(e, _)) => Some(*e),
            _ => None,
        }
    }

    /// Whether the disk would not take a sync or a write: what is on it is unknown from here on.
    pub(super) fn is_fatal(&self) -> bool {
        self.code().is_some_and(|e| matches!(e.code, ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }

    /// Whether the disk is full: nothing was stored, and it may be again later.
    pub(super) fn is_full(&self) -> bool {
        self.code().is_some_and(|e| e.code == ErrorCode::DiskFull)
    }

    /// What the caller is told.
    pub(super) fn outward(&self) -> StoreError {
        if self.is_full() { StoreError::Full } else { StoreError::Internal(self.to_string()) }
    }
}
