//! Looking after the installation: the restore guard and the check of the store's invariants.

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

    /// Whether the store is held for looking copied or restored.
    #[must_use]
    pub fn guard(&self) -> Guard {
        self.store.guard()
    }

    /// Lets a held store send. What was due before becomes unsettled and is left for a person. Repeatable.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn release(&self) -> Result<Released, Refusal> {
        let released = self.store.release(self.clock.wall()).await.map_err(refusal)?;
        tracing::info!(unsettled = released.unsettled, waiting = released.waiting, "store released");
        Ok(released)
    }

    /// Checks a slice of the store from `after` on; pass what it gives as `next` until that is `None`.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn verify(&self, after: Option<i64>) -> Result<VerifySlice, Refusal> {
        self.store.verify(after).await.map_err(refusal)
    }
}
