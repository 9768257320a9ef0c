//! Nodes as the store knows them: each start of a Jebi process is an incarnation, a row that beats.

use std::time::Duration;

use super::{Boxed, store::StoreResult};
use crate::{id::Incarnation, time::Wall};

/// A node that has not beaten for so long is dead to the others (design 6): its leases are taken over.
pub const DEAD_AFTER: Duration = Duration::from_secs(15);

/// A node that has ended is shown for so long after its end, then housekeeping removes it. One that still has leases stays.
pub const NODE_KEPT: Duration = Duration::from_secs(24 * 3600);

/// Ended and living nodes shown at most, newest start first.
pub const NODES_SHOWN: u32 = 200;

/// What a node says of itself when it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeStart {
    /// Its name for people, the host's as a rule. Not unique: the incarnation is.
    pub name: String,
    /// The version of Jebi it runs.
    pub version: String,
}

/// How a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// It beats, and may send.
    Sending,
    /// It beats, starts nothing new and finishes what is under way.
    Stopping,
    /// No beat for [`DEAD_AFTER`], and nobody has taken it over yet.
    Gone,
    /// It ended, or was ended by another node after it was gone. Nothing is sent for it any more.
    Ended,
}

impl NodeState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Stopping => "stopping",
            Self::Gone => "gone",
            Self::Ended => "ended",
        }
    }

    /// From what is stored. `beat_age` is by the clock that wrote the beat.
    #[must_use]
    pub fn of(ended: bool, draining: bool, beat_age: Duration) -> Self {
        match (ended, draining) {
            (true, _) => Self::Ended,
            _ if beat_age >= DEAD_AFTER => Self::Gone,
            (_, true) => Self::Stopping,
            _ => Self::Sending,
        }
    }
}

/// A node as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    pub incarnation: Incarnation,
    pub name: String,
    pub version: String,
    pub started_at: Wall,
    /// When it ended.
    pub ended_at: Option<Wall>,
    /// How long ago it beat last, by the clock of beats (the database's on PostgreSQL).
    pub beat_age: Duration,
    pub state: NodeState,
    /// Copies leased to it that have no outcome yet.
    pub leased: i64,
    /// It does the housekeeping of the whole installation.
    pub upkeep: bool,
}

/// Looking at the nodes.
pub trait NodeStore: Send + Sync {
    /// Newest start first, at most [`NODES_SHOWN`]; those that have ended for [`NODE_KEPT`] are gone. `now` is for engines
    /// whose beats are by the caller's clock.
    fn nodes(&self, now: Wall) -> Boxed<'_, StoreResult<Vec<NodeInfo>>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_without_a_beat_for_fifteen_seconds_is_gone_whatever_it_was_doing() {
        let (fresh, old) = (Duration::from_millis(14_999), Duration::from_secs(15));
        assert_eq!(NodeState::of(false, false, fresh), NodeState::Sending);
        assert_eq!(NodeState::of(false, true, fresh), NodeState::Stopping);
        assert_eq!((NodeState::of(false, false, old), NodeState::of(false, true, old)), (NodeState::Gone, NodeState::Gone));
        assert_eq!(NodeState::of(true, true, fresh), NodeState::Ended);
    }
}
