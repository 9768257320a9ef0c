//! Going on around stored values that cannot be read: what they are of stays as it is and is named, everything else goes its way.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use jebi_domain::port::store::{Settlement, StoreResult};

use super::group::Class;
use super::{Engine, Error, SqlStore, settle, turn::Turn};

impl<E: Engine> SqlStore<E> {
    /// Settles a batch without those of its outcomes that meet damage. These copies stay under their lease; the next start takes
    /// them over.
    pub(super) async fn settle_around_damage(&self, batch: Vec<Settlement>) -> StoreResult<()> {
        let mut batch = Arc::new(batch);
        loop {
            let culprit = Arc::new(Mutex::new(None));
            let (found, written) = (Arc::clone(&culprit), Arc::clone(&batch));
            let job = move |t: &mut Turn<'_>| {
                // Where the turn is run again, what it met before may be over.
                let mut met = None;
                let settled = settle::settle(t, &written).map_err(|(e, at)| {
                    met = at.map(|at| (at, e.to_string()));
                    e
                });
                *found.lock().unwrap_or_else(PoisonError::into_inner) = met;
                settled
            };
            let Err(e) = self.shared.write(Class::Settle, job).await else { return Ok(()) };
            let Some((at, error)) = culprit.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Err(e) };
            self.name(&batch[at], &error).await;
            let mut rest = Arc::unwrap_or_clone(batch);
            rest.remove(at);
            batch = Arc::new(rest);
        }
    }

    /// Tells whose outcome cannot be written.
    async fn name(&self, s: &Settlement, error: &str) {
        let key = s.key;
        let id = self.look(move |s| settle::named(s, key)).await.ok().flatten();
        let delivery = id.map_or_else(|| format!("key {}", key.0), |id| id.to_string());
        tracing::error!(
            error,
            %delivery,
            attempt = s.attempt,
            "the outcome of this mail cannot be stored, because what is stored of it cannot be read; the others are"
        );
    }

    /// Runs a job that takes over leases; `None` when it met one that cannot be read for the first time: it is to be run again, and
    /// passes that one over.
    pub(super) async fn around_damage<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&mut Turn<'_>) -> Result<T, Error> + Send + 'static,
    ) -> StoreResult<Option<T>> {
        let met = Arc::new(AtomicBool::new(false));
        let found = Arc::clone(&met);
        let job = move |t: &mut Turn<'_>| {
            let before = t.memory.damaged.len();
            let out = work(t);
            found.store(out.is_err() && t.memory.damaged.len() > before, Ordering::Relaxed);
            out
        };
        match self.shared.write(Class::Admin, job).await {
            Err(_) if met.load(Ordering::Relaxed) => Ok(None),
            out => out.map(Some),
        }
    }
}
