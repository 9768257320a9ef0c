//! The SQLite side: one snapshot, read table by table in the order of the primary keys.

use std::{path::Path, thread};

use bytes::Bytes;
use rusqlite::{Connection, OpenFlags, OptionalExtension, types::ValueRef};
use tokio::sync::mpsc;

use super::{
    TransferError,
    encode::{self, Kind},
    tables,
};

/// Bytes sent at a time, about.
const PIECE: usize = 256 << 10;
/// Pieces read ahead of the target.
const AHEAD: usize = 8;

/// A snapshot of the source.
pub(super) struct Source {
    db: Connection,
    file: String,
}

/// How one table is copied.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub name: &'static str,
    /// As the target has them.
    pub columns: Vec<(String, Kind)>,
    /// Of the primary key, in its order.
    key: Vec<String>,
}

/// What comes out of the source.
pub(super) enum Piece {
    /// So many rows, encoded.
    Rows(Bytes, u64),
    /// The table is done.
    End,
}

impl Plan {
    /// The columns' names with commas between.
    pub fn list(&self) -> String {
        list(self.columns.iter().map(|(name, _)| name))
    }

    /// The same of the primary key's.
    pub fn key(&self) -> String {
        list(self.key.iter())
    }
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn connect(file: &Path) -> rusqlite::Result<Connection> {
    // For reading too: the log beside the database is shared through a file that must be written.
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA busy_timeout = 5000;")?;
    Ok(db)
}

/// Where a store was moved to, of one that may be in use; `None` where it was not, or knows no such thing yet.
///
/// # Errors
/// A file that cannot be read.
pub fn moved_to(file: &Path) -> Result<Option<(Vec<u8>, String)>, TransferError> {
    let look = || {
        let db = connect(file)?;
        let knows: bool = db.query_row(include_str!("sql/source_knows.sql"), [], |r| r.get(0))?;
        if !knows {
            return Ok(None);
        }
        db.query_row(include_str!("sql/source_moved.sql"), [], |r| Ok((r.get(0)?, r.get(1)?))).optional()
    };
    look().map_err(|source| TransferError::Read { file: file.display().to_string(), source })
}

/// The id of a store that was opened at least once.
///
/// # Errors
/// A file that cannot be read.
pub fn identity(file: &Path) -> Result<Vec<u8>, TransferError> {
    let look = || connect(file)?.query_row(include_str!("sql/source_identity.sql"), [], |r| r.get(0));
    look().map_err(|source| TransferError::Read { file: file.display().to_string(), source })
}

/// Marks the store as moved: from then on nothing starts on it.
///
/// # Errors
/// A file that cannot be written.
pub fn mark_moved(file: &Path, to: &str) -> Result<(), TransferError> {
    let mark = || connect(file)?.execute(include_str!("sql/source_mark.sql"), [to]);
    mark().map(drop).map_err(|source| TransferError::Read { file: file.display().to_string(), source })
}

impl Source {
    /// Takes the snapshot of a store that is at rest.
    ///
    /// # Errors
    /// A file that cannot be read; leases, which only a server that runs, or has not been reclaimed after, leaves.
    pub fn open(file: &Path) -> Result<Self, TransferError> {
        let name = file.display().to_string();
        let open = || {
            let db = connect(file)?;
            db.execute_batch("PRAGMA query_only = ON; BEGIN;")?;
            Ok(db)
        };
        let db = open().map_err(|source| TransferError::Read { file: name.clone(), source })?;
        let source = Self { db, file: name };
        for table in ["lease", "lease_returned"] {
            let left = source.count(table)?;
            if left > 0 {
                return Err(TransferError::NotAtRest { table, left });
            }
        }
        Ok(source)
    }

    fn failed(&self) -> impl Fn(rusqlite::Error) -> TransferError + use<> {
        let file = self.file.clone();
        move |source| TransferError::Read { file: file.clone(), source }
    }

    /// The rows of a table.
    pub(super) fn count(&self, table: &str) -> Result<u64, TransferError> {
        let rows: i64 = self.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0)).map_err(self.failed())?;
        Ok(rows.unsigned_abs())
    }

    /// The highest number of an incarnation there ever was.
    pub(super) fn last_incarnation(&self) -> Result<i64, TransferError> {
        self.db.query_row(include_str!("sql/source_started.sql"), [], |r| r.get(0)).map_err(self.failed())
    }

    /// How a table is copied into one with these columns. Both must have the same, but for those made anew.
    pub(super) fn plan(&self, name: &'static str, target: &[(String, Kind)]) -> Result<Plan, TransferError> {
        let own = self.columns(name).map_err(self.failed())?;
        let mut columns = Vec::with_capacity(own.len());
        for (column, kind) in target {
            if own.iter().any(|(found, _)| found == column) {
                columns.push((column.clone(), *kind));
            } else if !tables::is_made_anew(name, column) {
                return Err(TransferError::Schema { table: name.to_owned(), column: column.clone() });
            }
        }
        if let Some((column, _)) = own.iter().find(|(column, _)| !columns.iter().any(|(found, _)| found == column)) {
            return Err(TransferError::Schema { table: name.to_owned(), column: column.clone() });
        }
        let mut key: Vec<(i64, String)> = own.into_iter().filter(|(_, place)| *place > 0).map(|(column, place)| (place, column)).collect();
        key.sort_unstable();
        Ok(Plan { name, columns, key: key.into_iter().map(|(_, column)| column).collect() })
    }

    /// Columns, and their places in the primary key, from 1; 0 outside of it.
    fn columns(&self, table: &str) -> rusqlite::Result<Vec<(String, i64)>> {
        let mut read = self.db.prepare(include_str!("sql/source_columns.sql"))?;
        read.query_map([table], |r| Ok((r.get(0)?, r.get(1)?)))?.collect()
    }

    /// Reads the tables one after the other, on a thread of its own. Ends early when nobody listens any more.
    pub(super) fn read(self, plan: Vec<Plan>) -> mpsc::Receiver<Result<Piece, TransferError>> {
        let (to, from) = mpsc::channel(AHEAD);
        thread::spawn(move || {
            for table in &plan {
                let done = self.read_table(table, &to);
                match done {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => {
                        // Whoever hears nothing any more has given up by itself.
                        let _ = to.blocking_send(Err(error));
                        return;
                    }
                }
            }
        });
        from
    }

    /// Whether somebody still listens.
    fn read_table(&self, table: &Plan, to: &mpsc::Sender<Result<Piece, TransferError>>) -> Result<bool, TransferError> {
        let failed = self.failed();
        let query = format!("SELECT {} FROM {} ORDER BY {}", table.list(), table.name, table.key());
        let mut read = self.db.prepare(&query).map_err(&failed)?;
        let mut found = read.query([]).map_err(&failed)?;
        let (mut out, mut rows, mut all) = (Vec::with_capacity(PIECE * 2), 0, 0);
        while let Some(row) = found.next().map_err(&failed)? {
            all += 1;
            encode::begin_row(&mut out, table.columns.len());
            for (at, (column, kind)) in table.columns.iter().enumerate() {
                let value: ValueRef<'_> = row.get_ref(at).map_err(&failed)?;
                encode::put(&mut out, *kind, value).map_err(|why| TransferError::Value {
                    table: table.name.to_owned(),
                    column: column.clone(),
                    row: all,
                    why,
                })?;
            }
            rows += 1;
            if out.len() >= PIECE {
                let piece = std::mem::replace(&mut out, Vec::with_capacity(PIECE * 2));
                if to.blocking_send(Ok(Piece::Rows(piece.into(), std::mem::take(&mut rows)))).is_err() {
                    return Ok(false);
                }
            }
        }
        let last = rows == 0 || to.blocking_send(Ok(Piece::Rows(out.into(), rows))).is_ok();
        Ok(last && to.blocking_send(Ok(Piece::End)).is_ok())
    }
}
