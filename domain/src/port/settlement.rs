//! What the store is told of the end of an attempt.

use std::sync::Arc;

use crate::{
    id::{DeliveryKey, LeaseNo, QueueNo},
    outcome::Decision,
    reputation::Via,
    time::Wall,
};

/// The end of one attempt.
#[derive(Clone, Debug)]
pub struct Settlement {
    pub key: DeliveryKey,
    pub lease: LeaseNo,
    pub queue: QueueNo,
    pub attempt: u16,
    pub at: Wall,
    /// Positions of the recipients the attempt went to, for a copy to several; empty for all it has.
    pub recipients: Vec<u32>,
    /// Whose reputation it falls on; `None` where nobody it went to counts for that.
    pub via: Option<Arc<Via>>,
    pub decision: Decision,
}

impl Settlement {
    /// The decision on the `index`th recipient of the attempt; `None` where a decision on each has none for it.
    #[must_use]
    pub fn decision_on(&self, index: usize) -> Option<&Decision> {
        match &self.decision {
            Decision::Each(all) => all.get(index).filter(|one| !matches!(one, Decision::Each(_))),
            one => Some(one),
        }
    }
}
