//! A few read-only connections, used on blocking threads.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jebi_domain::port::{
    Boxed,
    store::{StoreError, StoreResult},
};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use tokio::sync::Semaphore;

use super::Error;

/// Readers at a time. SQLite readers do not block the writer; more would only compete for two cores.
const READERS: usize = 3;

pub(super) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
}

/// A read transaction: everything in it is of one moment.
pub(super) struct Snapshot<'a>(pub &'a Connection);

impl Snapshot<'_> {
    pub fn row<T>(
        &self,
        text: &'static str,
        params: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        Ok(self.0.prepare_cached(text)?.query_row(params, read).optional()?)
    }

    pub fn rows<T>(
        &self,
        text: &'static str,
        params: impl rusqlite::Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        Ok(self.0.prepare_cached(text)?.query_map(params, read)?.collect::<Result<_, _>>()?)
    }
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
    pub fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Snapshot<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Boxed<'static, StoreResult<T>> {
        let me = Arc::clone(self);
        Box::pin(async move {
            let _place = Arc::clone(&me.places).acquire_owned().await.map_err(|_| StoreError::Closed)?;
            let run = move || -> Result<T, Error> {
                let db = me.connection()?;
                db.execute_batch("BEGIN")?;
                let out = work(&Snapshot(&db));
                db.execute_batch("COMMIT")?;
                me.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
                out
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
