//! Deleting what is old enough, by the ages of the configuration; and what would go.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwap;
use jebi_domain::{
    port::{Clock, Store, retention::Overdue},
    refusal::Refusal,
    retention::{Ages, DataKind},
};

use super::trouble::refusal;

/// What of one kind is old enough, as far as a slice was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub kind: DataKind,
    /// Days it is kept; `None` for always.
    pub days: Option<u64>,
    pub found: Overdue,
}

/// Deletes and counts.
pub struct Retention {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ages: ArcSwap<Ages>,
    /// Of each kind, what was deleted since it was last said.
    unsaid: [AtomicU64; DataKind::ALL.len()],
}

impl Retention {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ages: Ages) -> Self {
        Self { store, clock, ages: ArcSwap::from_pointee(ages), unsaid: Default::default() }
    }

    /// Keeps to other ages from now on.
    pub fn set(&self, ages: Ages) {
        self.ages.store(Arc::new(ages));
    }

    /// Deletes a slice of each kind. `true` when there is more.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn slice(&self) -> Result<bool, Refusal> {
        let (ages, now) = (self.ages.load_full(), self.clock.wall());
        let mut more = false;
        for kind in DataKind::ALL {
            let Some(before) = ages.before(kind, now) else { continue };
            let trimmed = self.store.trim(kind, before, now).await.map_err(refusal)?;
            more |= trimmed.more;
            if trimmed.deleted > 0 {
                metrics::counter!("jebi_retention_deleted_total", "data" => kind.as_str()).increment(trimmed.deleted);
            }
            let unsaid = &self.unsaid[kind as usize];
            unsaid.fetch_add(trimmed.deleted, Ordering::Relaxed);
            if !trimmed.more {
                let deleted = unsaid.swap(0, Ordering::Relaxed);
                if deleted > 0 {
                    tracing::info!(data = kind.as_str(), deleted, "old data was deleted");
                }
            }
        }
        Ok(more)
    }

    /// Counts a slice of what of a kind is old enough; pass what it gives as `next` until that is `None`.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn count(&self, kind: DataKind, after: Option<i64>) -> Result<Counted, Refusal> {
        let (ages, now) = (self.ages.load_full(), self.clock.wall());
        let days = ages.get(kind).map(|age| age.as_secs() / 86_400);
        let found = match ages.before(kind, now) {
            None => Overdue::default(),
            Some(before) => self.store.overdue(kind, before, now, after).await.map_err(refusal)?,
        };
        Ok(Counted { kind, days, found })
    }
}
