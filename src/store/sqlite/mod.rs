//! The embedded engine: SQLite in WAL mode, every commit synced, one writer thread, a few readers.

mod accept;
mod audit;
mod cancel;
mod claim;
mod damage;
mod disk;
mod error;
mod feedback;
mod guard;
mod housekeep;
mod inbox;
mod joint;
mod keys;
mod list;
mod migrate;
mod moving;
mod open;
mod operator;
mod port;
mod readers;
mod reclaim;
mod record;
mod refs;
mod reschedule;
mod retry;
mod row;
mod settle;
mod settle_joint;
mod turn;
mod verify;
mod view;
mod writer;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    thread::{self, JoinHandle},
};

use jebi_domain::port::{Clock, store::Guard};

use self::{disk::Floor, error::Error, readers::Readers, writer::Job};
use crate::store::group::Group;
pub use disk::DiskFloor;
use open::Lock;
pub use open::OpenError;

/// The text of a query, by its file's name.
macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/sqlite/sql/", $name, ".sql"))
    };
}
use sql;

/// How to open a store.
pub struct Options {
    /// The database file; made when missing, its folder too.
    pub file: PathBuf,
    /// Bytes of mail that may wait to be written.
    pub byte_budget: usize,
    pub disk_floor: DiskFloor,
    /// Called when a write or sync failed for good: what is on the disk is unknown, the process must end.
    pub on_fatal: Arc<dyn Fn(&str) + Send + Sync>,
}

/// What the writer thread and the callers share.
struct Shared {
    group: Group<Box<dyn Job>>,
    clock: Arc<dyn Clock>,
    on_fatal: Arc<dyn Fn(&str) + Send + Sync>,
    /// The last turn could not be committed.
    failing: AtomicBool,
}

/// An open store.
pub struct SqliteStore {
    shared: Arc<Shared>,
    readers: Arc<Readers>,
    floor: Floor,
    folder: PathBuf,
    guard_file: PathBuf,
    guard: Mutex<Guard>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Held while open: one process a database.
    lock: Mutex<Option<Lock>>,
}

impl SqliteStore {
    /// Tells the writer to end after what is submitted. Its thread, unless that was taken before.
    fn end_writer(&self) -> Option<JoinHandle<()>> {
        self.shared.group.close();
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Dropped without `close`: the lock must outlast the writer's connection.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        if let Some(thread) = self.end_writer().filter(|t| t.thread().id() != thread::current().id())
            && thread.join().is_err()
        {
            tracing::error!("the store's writer ended by a panic");
        }
    }
}
