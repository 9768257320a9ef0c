//! What SQLite's failures mean.

use rusqlite::{ErrorCode, ffi};

use crate::store::steps::{Error, Kind};

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error};
        match &e {
            InvalidColumnType(..) | FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | Utf8Error(..) => Self::damaged("row", e),
            _ => Self::Engine { kind: kind(&e), text: e.to_string() },
        }
    }
}

fn kind(e: &rusqlite::Error) -> Kind {
    let rusqlite::Error::SqliteFailure(e, _) = e else { return Kind::Other };
    // The log's index, which is no part of what is kept, is grown by a write too; SQLite calls its failure an I/O error.
    if e.code == ErrorCode::DiskFull || e.extended_code == ffi::SQLITE_IOERR_SHMSIZE {
        return Kind::Full;
    }
    match e.code {
        ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Kind::Fatal,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use jebi_domain::port::store::StoreError;

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
