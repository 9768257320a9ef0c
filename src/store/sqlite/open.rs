//! Opening: the lock, the pragmas, the migrations, the restore guard, the writer thread.

use std::{
    cell::Cell,
    fs::{DirBuilder, File, TryLockError},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, atomic::AtomicBool},
    thread,
};

use jebi_domain::port::{Clock, Random, store::Guard};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};

use super::{
    Options, Sqlite, SqliteStore,
    disk::{self, Floor},
    guard, migrate,
    readers::Readers,
    session::WriterSession,
    sql,
};
use crate::store::{
    Migration,
    steps::{Alarm, Classes, Common, Error, Group, Memory, Shared, Turn, Writer, load_erased, load_refused, load_suppressed},
};

/// Why a store could not be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the folder or file {} cannot be used: {source}", .path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("another Jebi process has {} open: stop it first, or give this one another DATABASE_URL", .file.display())]
    Locked { file: PathBuf },
    #[error("{} is on a network file system ({kind}), where SQLite's locks and syncs cannot be trusted: put DATABASE_URL on a local disk", .file.display())]
    Network { file: PathBuf, kind: &'static str },
    #[error("the database has migration {no} ({name}) of a newer Jebi: start that version, or restore the backup made before it")]
    Newer { no: u32, name: String },
    #[error("migration {no} ({name}) in the database is not the one this Jebi knows: it was made by a changed build")]
    Changed { no: u32, name: String },
    #[error("the store {} was transferred to {to} and neither takes nor sends mail any more: set DATABASE_URL to where it is now", .file.display())]
    Moved { file: PathBuf, to: String },
    #[error("the database cannot be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the database cannot be read: {0}")]
    Engine(String),
    #[error("the database is damaged: {0}")]
    Damaged(String),
}

impl From<Error> for OpenError {
    fn from(e: Error) -> Self {
        match e {
            Error::Engine { text, .. } => Self::Engine(text),
            other @ (Error::Damaged { .. } | Error::Changed(_) | Error::Ended | Error::Held | Error::NoFile(_)) => {
                Self::Damaged(other.to_string())
            }
        }
    }
}

impl SqliteStore {
    /// Opens the store, making it if there is none, and starts its writer.
    ///
    /// # Errors
    /// When the folder, the lock, the schema or the file itself does not allow it; see [`OpenError`].
    pub fn open(options: Options, clock: Arc<dyn Clock>, random: &dyn Random) -> Result<Self, OpenError> {
        let file = options.file;
        let folder = folder(&file)?;
        let lock = lock(&file)?;
        let mut db = connect(&file)?;
        migrate::run(&mut db, &file)?;
        if let Some(to) = db.query_row(sql!("own/installation_moved"), [], |r| r.get(0)).optional()?.flatten() {
            return Err(OpenError::Moved { file, to });
        }
        let guard_file = guard::path(&file);
        let guard = guard::check(&db, &guard_file, clock.wall(), random)?;
        let (session, memory) = load(db, &guard)?;
        let shared = Arc::new(Shared {
            group: Group::new(options.byte_budget),
            clock,
            on_fatal: options.on_fatal,
            failing: AtomicBool::new(false),
            common: Arc::clone(memory.common()),
        });
        let writer = Writer::new(Arc::clone(&shared), session, memory, Classes::ALL);
        let thread = thread::Builder::new()
            .name("jebi-writer".into())
            .spawn(move || {
                let _alarm = Alarm(Arc::clone(&writer.shared));
                writer.run();
            })
            .map_err(|source| OpenError::Folder { path: file.clone(), source })?;
        let engine = Sqlite {
            shared: Arc::clone(&shared),
            readers: Arc::new(Readers::new(&file)),
            floor: Floor::new(options.disk_floor),
            folder,
            guard_file,
            guard: Mutex::new(guard),
            writer: Mutex::new(Some(thread)),
            lock: Mutex::new(Some(lock)),
        };
        Ok(Self { shared, engine })
    }

    /// What a start would change in the schema. Of a store that another process has open, too.
    ///
    /// # Errors
    /// A file that is no database, or one of a newer Jebi.
    pub fn pending(file: &Path) -> Result<Vec<Migration>, OpenError> {
        if !file.exists() {
            return Ok(migrate::all());
        }
        migrate::pending(&Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?)
    }

    /// Brings a store that nobody has open to the newest schema, making it if there is none. Returns what was applied.
    ///
    /// # Errors
    /// Like [`Self::open`].
    pub fn migrate(file: &Path) -> Result<Vec<Migration>, OpenError> {
        folder(file)?;
        let _lock = lock(file)?;
        migrate::run(&mut connect(file)?, file)
    }

    /// Whether another process has the store open.
    ///
    /// # Errors
    /// When the lock file cannot be looked at.
    pub fn is_open_elsewhere(file: &Path) -> Result<bool, OpenError> {
        if !lock_path(file).exists() {
            return Ok(false);
        }
        match lock(file) {
            Ok(_released_at_once) => Ok(false),
            Err(OpenError::Locked { .. }) => Ok(true),
            Err(e) => Err(e),
        }
    }
}

/// The folder of the database, made where there is none.
fn folder(file: &Path) -> Result<PathBuf, OpenError> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
    let at = |source| OpenError::Folder { path: folder.clone(), source };
    // Mail is nobody else's business on this machine.
    DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(at)?;
    match disk::network(&folder).map_err(at)? {
        Some(kind) => Err(OpenError::Network { file: file.into(), kind }),
        None => Ok(folder),
    }
}

fn lock_path(file: &Path) -> PathBuf {
    file.with_extension("lock")
}

/// The right to use a database, until this is dropped.
pub(super) struct Lock(File);

/// Closing the file would do, but for a child process that is being started just now: until it runs its own program it has every file of
/// ours, and would hold the lock for that moment.
impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::debug!(%error, "the lock ends with its file");
        }
    }
}

fn lock(file: &Path) -> Result<Lock, OpenError> {
    let path = lock_path(file);
    let at = |source| OpenError::Folder { path: path.clone(), source };
    let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(at)?;
    match lock.try_lock() {
        Ok(()) => Ok(Lock(lock)),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { file: file.into() }),
        Err(TryLockError::Error(e)) => Err(at(e)),
    }
}

fn connect(file: &Path) -> Result<Connection, OpenError> {
    let mut db = Connection::open(file)?;
    db.set_prepared_statement_cache_capacity(160);
    db.set_transaction_behavior(TransactionBehavior::Immediate);
    // FULL: a commit is on the disk when it returns, also after a power cut. mmap off: an I/O error must be an error, not a
    // signal. The checkpoint bound trades the size of the log for fewer, larger checkpoints.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA cache_size = -32768;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;",
    )?;
    Ok(db)
}

fn load(db: Connection, guard: &Guard) -> Result<(WriterSession, Memory), OpenError> {
    let (message, entry, lease): (i64, i64, i64) = db.query_row(sql!("own/numbers"), [], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    // The leases' numbers hold until the first incarnation starts and brings its own.
    let common = Common::new(entry + 1, lease + 1, guard);
    let session = WriterSession { db, next_message: Cell::new(message + 1) };
    let mut memory = Memory::new(Arc::new(common));
    load_suppressed(&mut Turn::new(&session, &mut memory))?;
    load_refused(&mut Turn::new(&session, &mut memory))?;
    load_erased(&mut Turn::new(&session, &mut memory))?;
    Ok((session, memory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_ends_though_a_child_process_still_has_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jebi.db");
        let held = lock(&file).unwrap();
        // What a fork has until it runs another program.
        let child = held.0.try_clone().unwrap();
        assert!(matches!(lock(&file), Err(OpenError::Locked { .. })));
        drop(held);
        assert!(lock(&file).is_ok());
        drop(child);
    }
}
