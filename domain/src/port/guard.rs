//! Whether a store may send: what it says of itself, and what a release does.

use crate::{message::Lane, time::Wall};

/// Whether the store may send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Guard {
    /// It is where it was left.
    #[default]
    Open,
    /// It may lack the last commits (another server of a PostgreSQL cluster took over): transactional mail goes on, bulk waits until
    /// released. Why, in words, and since when.
    BulkHeld { why: String, since: Wall },
    /// It looks copied or restored; nothing is sent until released. Why, in words, and since when.
    Held { why: String, since: Wall },
}

impl Guard {
    /// Whether mail of a lane must wait for a release.
    #[must_use]
    pub fn holds(&self, lane: Lane) -> bool {
        match self {
            Self::Open => false,
            Self::BulkHeld { .. } => lane == Lane::Bulk,
            Self::Held { .. } => true,
        }
    }
}

/// What a release did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Released {
    /// Recipients whose mail was due before and is now unsettled, to be looked at by a person.
    pub unsettled: i64,
    /// Recipients still waiting for a later time.
    pub waiting: i64,
}
