//! Why a store did not do what it was asked.

use std::fmt;

use crate::content::FileId;

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Too much is waiting to be written; nothing was stored. Try again after so many seconds.
    Busy { retry_after_s: u32, why: &'static str },
    /// The disk is full or nearly so; nothing was stored.
    Full,
    /// It is closing down; nothing was stored.
    Closed,
    /// The database cannot be reached or does not take writes just now. Nothing is acknowledged; it may have been stored where the
    /// connection was lost during the commit. Try again after so many seconds.
    Unavailable { retry_after_s: u32, why: &'static str },
    /// The incarnation that asks was ended by another node: it holds no lease any more, and must start anew.
    Ended,
    /// A file the mail carries is not there any more; nothing was stored.
    NoFile(FileId),
    /// Anything else. The text is for the log, never for a caller.
    Internal(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { why, .. } => write!(f, "the store is busy: {why}"),
            Self::Unavailable { why, .. } => write!(f, "the database cannot be used just now: {why}"),
            Self::Full => f.write_str("the disk is full or nearly so"),
            Self::Closed => f.write_str("the store is closing"),
            Self::Ended => f.write_str("another node has ended this one, because it did not beat"),
            Self::NoFile(id) => write!(f, "there is no file {id}"),
            Self::Internal(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for StoreError {}
