//! PostgreSQL beside its writers: readers, the guard as it was last read, what wakes other nodes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use jebi_domain::port::{
    Boxed,
    slots::SharedSlots,
    store::{Guard, StoreResult},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{reader::Readers, slots::Slots};
use crate::store::steps::{CLOSE_WAIT, Engine, Look, Shared};

/// The engine of an open store.
pub struct Postgres {
    pub(super) shared: Arc<Shared>,
    pub(super) readers: Arc<Readers>,
    pub(super) slots: Arc<Slots>,
    pub(super) guard: Arc<watch::Sender<Guard>>,
    pub(super) writers: Mutex<Vec<JoinHandle<()>>>,
    /// Ends what listens to other nodes.
    pub(super) stop: CancellationToken,
}

impl Postgres {
    fn end_writers(&self) -> Vec<JoinHandle<()>> {
        self.shared.group.close();
        std::mem::take(&mut *self.writers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Engine for Postgres {
    fn read(&self, look: Look) -> Boxed<'static, StoreResult<()>> {
        self.readers.read(look)
    }

    fn room(&self) -> Option<i64> {
        None
    }

    fn slots(&self) -> Option<Arc<dyn SharedSlots>> {
        Some(Arc::clone(&self.slots) as _)
    }

    fn guard(&self) -> Guard {
        self.guard.borrow().clone()
    }

    fn lifted(&self) {
        self.guard.send_replace(Guard::Open);
    }

    /// A copy shows by the server it is on and by its number there: nothing has to be raised.
    fn raise_epoch(&self) -> Boxed<'_, StoreResult<()>> {
        Box::pin(async { Ok(()) })
    }

    fn close(&self) -> Boxed<'_, ()> {
        Box::pin(async move {
            let writers = self.end_writers();
            let ended = tokio::task::spawn_blocking(move || writers.into_iter().all(|writer| writer.join().is_ok()));
            match tokio::time::timeout(CLOSE_WAIT, ended).await {
                Ok(Ok(true)) => {}
                Ok(_) => tracing::error!("a writer of the store ended by a panic"),
                Err(_) => tracing::error!("the store's writers did not end in time; what they had committed is safe"),
            }
            self.stop.cancel();
            self.readers.close();
        })
    }
}

/// Dropped without `close`: its threads must not outlive it.
impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop.cancel();
        for writer in self.end_writers().into_iter().filter(|w| w.thread().id() != thread::current().id()) {
            if writer.join().is_err() {
                tracing::error!("a writer of the store ended by a panic");
            }
        }
    }
}
