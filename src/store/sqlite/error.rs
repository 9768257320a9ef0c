//! What can go wrong inside a transaction.

use jebi_domain::port::store::StoreError;
use rusqlite::{ErrorCode, ffi};

/// An error of one job or of the whole turn.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    #[error("the stored {what} cannot be read: {why}")]
    Damaged { what: &'static str, why: String },
    #[error("the incarnation has been ended")]
    Ended,
}

impl Error {
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers, texts and errors alike")]
    pub(super) fn damaged(what: &'static str, why: impl ToString) -> Self {
        Self::Damaged { what, why: why.to_string() }
    }

    /// Whether a stored value is not what it should be: the rest of the store is well.
    pub(super) fn is_damage(&self) -> bool {
        use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error};
        match self {
            Self::Damaged { .. } => true,
            Self::Sql(e) => {
                matches!(e, InvalidColumnType(..) | FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | Utf8Error(..))
            }
            Self::Ended => false,
        }
    }

    fn code(&self) -> Option<ffi::Error> {
        match self {
            Self::Sql(rusqlite::Error::SqliteFailure(e, _)) => Some(*e),
            _ => None,
        }
    }

    /// Whether the disk would not take a sync or a write: what is on it is unknown from here on.
    pub(super) fn is_fatal(&self) -> bool {
        let fatal = |e: ffi::Error| matches!(e.code, ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase);
        !self.is_full() && self.code().is_some_and(fatal)
    }

    /// Whether the disk is full: nothing was stored, and it may be again later. The log's index, which is no part of what is kept, is
    /// grown by a write too; SQLite calls its failure an I/O error.
    pub(super) fn is_full(&self) -> bool {
        self.code().is_some_and(|e| e.code == ErrorCode::DiskFull || e.extended_code == ffi::SQLITE_IOERR_SHMSIZE)
    }

    /// What the caller is told.
    pub(super) fn outward(&self) -> StoreError {
        match self {
            Self::Ended => StoreError::Ended,
            _ if self.is_full() => StoreError::Full,
            _ => StoreError::Internal(self.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i32) -> Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into()
    }

    #[test]
    fn a_full_disk_passes_and_a_failed_sync_does_not() {
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_SHMSIZE] {
            assert!(error(code).is_full() && !error(code).is_fatal());
            assert_eq!(error(code).outward(), StoreError::Full);
        }
        for code in [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_READ, ffi::SQLITE_CORRUPT] {
            assert!(error(code).is_fatal() && !error(code).is_full());
        }
        assert!(!error(ffi::SQLITE_BUSY).is_fatal() && !error(ffi::SQLITE_CONSTRAINT).is_fatal());
    }
}
