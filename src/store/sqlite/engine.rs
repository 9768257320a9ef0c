//! SQLite beside its writer: readers, the lock, the disk, the restore guard.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use jebi_domain::port::{
    Boxed,
    store::{Guard, StoreError, StoreResult},
};

use super::{disk::Floor, guard, open::Lock, readers::Readers};
use crate::{
    crash_point::crash_point,
    store::steps::{CLOSE_WAIT, Class, Engine, Look, Shared},
};

/// The engine of an open store.
pub struct Sqlite {
    pub(super) shared: Arc<Shared>,
    pub(super) readers: Arc<Readers>,
    pub(super) floor: Floor,
    pub(super) folder: PathBuf,
    pub(super) guard_file: PathBuf,
    pub(super) guard: Mutex<Guard>,
    pub(super) writer: Mutex<Option<JoinHandle<()>>>,
    /// Held while open: one process a database.
    pub(super) lock: Mutex<Option<Lock>>,
}

impl Sqlite {
    /// Tells the writer to end after what is submitted. Its thread, unless that was taken before.
    fn end_writer(&self) -> Option<JoinHandle<()>> {
        self.shared.group.close();
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Engine for Sqlite {
    fn read(&self, look: Look) -> Boxed<'static, StoreResult<()>> {
        self.readers.read(look)
    }

    fn room(&self) -> Option<i64> {
        Some(self.floor.free(&self.folder, self.shared.clock.boot()))
    }

    fn guard(&self) -> Guard {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lifted(&self) {
        *self.guard.lock().unwrap_or_else(PoisonError::into_inner) = Guard::Open;
    }

    fn raise_epoch(&self) -> Boxed<'_, StoreResult<()>> {
        Box::pin(async move {
            let (id, epoch) = self.shared.write(Class::Admin, guard::raise_in).await?;
            crash_point("epoch_raised");
            let file = self.guard_file.clone();
            let write = tokio::task::spawn_blocking(move || guard::write(&file, &id, epoch));
            match write.await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(e)) => Err(StoreError::Internal(format!("the installation file cannot be written: {e}"))),
                Err(e) => Err(StoreError::Internal(e.to_string())),
            }
        })
    }

    fn close(&self) -> Boxed<'_, ()> {
        Box::pin(async move {
            let Some(thread) = self.end_writer() else { return };
            // First, so that the writer's connection is the last one: closing it moves the log into the database file.
            self.readers.close();
            let joined = tokio::time::timeout(CLOSE_WAIT, tokio::task::spawn_blocking(move || thread.join())).await;
            match joined {
                Ok(Ok(Ok(()))) => drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take()),
                Ok(_) => tracing::error!("the store's writer ended by a panic"),
                Err(_) => tracing::error!("the store's writer did not end in time; what it had committed is safe"),
            }
        })
    }
}

/// Dropped without `close`: the lock must outlast the writer's connection.
impl Drop for Sqlite {
    fn drop(&mut self) {
        if let Some(thread) = self.end_writer().filter(|t| t.thread().id() != thread::current().id())
            && thread.join().is_err()
        {
            tracing::error!("the store's writer ended by a panic");
        }
    }
}
