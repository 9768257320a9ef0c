//! What the operator does to the store as a whole: checking it, and letting a held one send.

use std::sync::Arc;

use jebi_domain::{
    port::{
        Clock, Store,
        store::{Guard, Released, VerifySlice},
    },
    refusal::Refusal,
};

use super::trouble::refusal;

/// Checks and releases.
pub struct Admin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl Admin {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Checks one slice of the store against the delivery contract. Begin with `None`, pass `next` in until it is `None`.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn verify_slice(&self, after: Option<i64>) -> Result<VerifySlice, Refusal> {
        self.store.verify(after).await.map_err(refusal)
    }

    /// Lets a store send that was held for looking copied or restored: what was due before becomes unsettled. Does nothing to
    /// one that is not held.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn release(&self) -> Result<Released, Refusal> {
        if self.store.guard() == Guard::Open {
            return Ok(Released::default());
        }
        let released = self.store.release(self.clock.wall()).await.map_err(refusal)?;
        tracing::info!(unsettled = released.unsettled, waiting = released.waiting, "the store was released: it sends again");
        Ok(released)
    }
}
