//! The embedded engine: SQLite in WAL mode, every commit synced, one writer thread, a few readers.

mod disk;
mod engine;
mod error;
mod guard;
mod migrate;
mod open;
mod readers;
mod session;

use std::{path::PathBuf, sync::Arc};

pub use disk::DiskFloor;
pub use engine::Sqlite;
pub use open::OpenError;

use crate::store::SqlStore;

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

/// An open store.
pub type SqliteStore = SqlStore<Sqlite>;
