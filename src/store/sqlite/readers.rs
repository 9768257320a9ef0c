//! A few read-only connections, used on blocking threads.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jebi_domain::port::{
    Boxed,
    store::{StoreError, StoreResult},
};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use crate::store::steps::{Error, Look, Snapshot};

/// Readers at a time. SQLite readers do not block the writer; more would only compete for two cores.
const READERS: usize = 3;

pub(super) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
}

impl Readers {
    pub fn new(file: &Path) -> Self {
        Self { file: file.into(), idle: Mutex::new(Vec::new()), places: Arc::new(Semaphore::new(READERS)) }
    }

    fn connection(&self) -> Result<Connection, Error> {
        if let Some(db) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(db);
        }
        let db = Connection::open_with_flags(&self.file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        db.set_prepared_statement_cache_capacity(64);
        db.execute_batch("PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -4096; PRAGMA busy_timeout = 5000;")?;
        Ok(db)
    }

    /// Runs a look-up in one snapshot.
    pub fn read(self: &Arc<Self>, look: Look) -> Boxed<'static, StoreResult<()>> {
        let me = Arc::clone(self);
        Box::pin(async move {
            let _place = Arc::clone(&me.places).acquire_owned().await.map_err(|_| StoreError::Closed)?;
            let run = move || -> Result<(), Error> {
                let db = me.connection()?;
                db.execute_batch("BEGIN")?;
                look(&Snapshot(&db));
                db.execute_batch("COMMIT")?;
                me.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
                Ok(())
            };
            match tokio::task::spawn_blocking(run).await {
                Ok(out) => out.map_err(|e| {
                    tracing::error!(error = %e, "a store look-up failed");
                    e.outward()
                }),
                Err(e) => Err(StoreError::Internal(e.to_string())),
            }
        })
    }

    pub fn close(&self) {
        self.places.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
