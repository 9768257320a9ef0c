//! Moving a whole store from SQLite to PostgreSQL: every row with its number, in one transaction of the target.
//!
//! | file | owns |
//! |---|---|
//! | `tables` | which tables are copied, which are not, and why |
//! | `source` | reading SQLite in one snapshot; its mark that it has moved |
//! | `target` | whether PostgreSQL is free to be filled; filling it; its mark that it is not finished |
//! | `encode` | rows in the form of `COPY … (FORMAT binary)` |
//!
//! The target is marked as unfinished, with the id of the source, before the source is brought to rest: nothing starts on it from then on.
//! Every step after that looks for this mark under a lock, so that what somebody else has there is never emptied or opened.
//!
//! What a crash leaves: before the target's commit an empty target with that mark, since all of the copy is one transaction. Between that
//! commit and the source's mark the same with the copy, and a source that goes on as before; the copy is made anew. Between the source's mark and the end of
//! the target's, two stores that nothing starts on; repeating the transfer finishes it. At no time can both be used.

mod encode;
mod source;
mod tables;
mod target;

use std::path::Path;

pub use source::{identity, mark_moved, moved_to};
pub use tables::{LEFT_OUT, MADE_ANEW, TABLES};
pub use target::{Found, Place, finish, free, look, reserve};

use tokio_postgres::Client;

use source::Source;

/// Why a store could not be moved. Nothing is lost by any of them: the source is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("the database {file} cannot be read: {source}")]
    Read { file: String, source: rusqlite::Error },
    #[error("the target broke off: {}", database(.0))]
    Write(#[from] tokio_postgres::Error),
    #[error("{table}.{column} is in one of the two databases only: source and target must have the schema of this Jebi")]
    Schema { table: String, column: String },
    #[error("{table}.{column} of the row {row} cannot be written to PostgreSQL: {why}; correct it in the source, then transfer again")]
    Value { table: String, column: String, row: u64, why: &'static str },
    #[error("{table} has {left} rows although the store is at rest: start and stop the server once, then transfer again")]
    NotAtRest { table: &'static str, left: u64 },
    #[error("{table} has {source_rows} rows in the source and {target_rows} in the target: nothing was kept, transfer again")]
    Counts { table: &'static str, source_rows: u64, target_rows: u64 },
    #[error(
        "the target does not wait for this store any more: somebody else has begun to use it; nothing was written there, name an empty database"
    )]
    Taken,
    #[error("the sequence {0} belongs to no table this Jebi knows")]
    Sequence(String),
    #[error("the reading of the source ended early")]
    Reader,
}

/// What a server says, with its code; the client's own words hide it.
fn database(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |said| format!("{} ({})", said.message(), said.code().code()))
}

/// How far a copy is, in rows.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub table: &'static str,
    pub done: u64,
    pub all: u64,
}

/// Copies everything, verified by the counts of each table, into a target that is reserved for this store, and leaves it marked as
/// unfinished. The source must be at rest: locked, and without leases. `told` hears of the progress every few thousand rows.
///
/// # Errors
/// Whatever breaks off: then the target is as it was before.
pub async fn copy(file: &Path, target: &mut Client, told: &(dyn Fn(Progress) + Sync)) -> Result<Vec<(&'static str, u64)>, TransferError> {
    let source = Source::open(file)?;
    let transaction = target::begin(target, &identity(file)?).await?;
    let mut plan = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        plan.push(source.plan(table, &target::columns(&transaction, table).await?)?);
    }
    let counts = plan.iter().map(|table| Ok((table.name, source.count(table.name)?))).collect::<Result<Vec<_>, TransferError>>()?;
    let all = counts.iter().map(|(_, rows)| rows).sum();
    let started = source.last_incarnation()?;
    let pieces = source.read(plan.clone());
    target::fill(&transaction, &plan, pieces, &mut |table, done| told(Progress { table, done, all })).await?;
    target::derive(&transaction).await?;
    for (table, source_rows) in &counts {
        let target_rows = target::count(&transaction, table).await?;
        // Rows a schema begins with stay beside the source's.
        if target_rows < *source_rows || (target_rows > *source_rows && !tables::is_merged(table)) {
            return Err(TransferError::Counts { table, source_rows: *source_rows, target_rows });
        }
    }
    target::number_on(&transaction, started).await?;
    target::mark_unfinished(&transaction).await?;
    transaction.commit().await?;
    target::analyze(target).await?;
    Ok(counts)
}
