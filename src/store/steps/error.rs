//! What can go wrong inside a transaction.

use jebi_domain::{content::FileId, port::store::StoreError};

/// What an engine's failure means for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing in particular: the statement did not work.
    Other,
    /// Another transaction wrote what this one needs: nothing was stored, and it works when run again.
    Crossed,
    /// The database cannot be reached or takes no writes: asked again after so many seconds it may.
    Away { retry_after_s: u32, why: &'static str },
    /// It takes too long just now, likewise.
    Busy { retry_after_s: u32, why: &'static str },
    /// The disk is full: nothing was stored, and it may be again later.
    Full,
    /// The disk would not take a sync or a write: what is on it is unknown from here on.
    Fatal,
}

/// An error of one job or of the whole turn.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{text}")]
    Engine { kind: Kind, text: String },
    #[error("the stored {what} cannot be read: {why}")]
    Damaged { what: &'static str, why: String },
    /// What was read has changed since: see [`Turn::changed`](super::Turn::changed).
    #[error("{0}")]
    Changed(String),
    #[error("the incarnation has been ended")]
    Ended,
    /// Another node holds what the job begins with. Nothing of it was done: it is run first in a turn of its own, and may wait there.
    #[error("another node holds what is to be written")]
    Held,
    /// A file the mail carries was removed meanwhile.
    #[error("there is no file {0}")]
    NoFile(FileId),
}

impl Error {
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers, texts and errors alike")]
    pub(in crate::store) fn damaged(what: &'static str, why: impl ToString) -> Self {
        Self::Damaged { what, why: why.to_string() }
    }

    fn kind(&self) -> Option<Kind> {
        match self {
            Self::Engine { kind, .. } => Some(*kind),
            Self::Changed(_) => Some(Kind::Crossed),
            Self::Damaged { .. } | Self::Ended | Self::Held | Self::NoFile(_) => None,
        }
    }

    /// Whether a stored value is not what it should be: the rest of the store is well.
    pub(super) fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }

    /// Whether the database was not to be had; it may be by now.
    pub(super) fn is_away(&self) -> bool {
        matches!(self.kind(), Some(Kind::Away { .. }))
    }

    pub(in crate::store) fn is_fatal(&self) -> bool {
        self.kind() == Some(Kind::Fatal)
    }

    pub(in crate::store) fn is_crossed(&self) -> bool {
        self.kind() == Some(Kind::Crossed)
    }

    pub(in crate::store) fn is_full(&self) -> bool {
        self.kind() == Some(Kind::Full)
    }

    /// What the caller is told.
    pub(in crate::store) fn outward(&self) -> StoreError {
        match self {
            Self::Ended => StoreError::Ended,
            Self::NoFile(id) => StoreError::NoFile(*id),
            Self::Held => StoreError::Busy { retry_after_s: 1, why: "others write the same" },
            Self::Engine { kind: Kind::Full, .. } => StoreError::Full,
            Self::Engine { kind: Kind::Crossed, .. } => StoreError::Busy { retry_after_s: 1, why: "others write the same" },
            Self::Engine { kind: Kind::Away { retry_after_s, why }, .. } => StoreError::Unavailable { retry_after_s: *retry_after_s, why },
            Self::Engine { kind: Kind::Busy { retry_after_s, why }, .. } => StoreError::Busy { retry_after_s: *retry_after_s, why },
            Self::Engine { .. } | Self::Damaged { .. } | Self::Changed(_) => StoreError::Internal(self.to_string()),
        }
    }
}
