//! The PostgreSQL side: one transaction that empties, fills and counts.

use std::pin::pin;

use bytes::Bytes;
use futures_util::SinkExt;
use tokio::sync::mpsc;
use tokio_postgres::{Client, GenericClient, Transaction};

use super::{
    TransferError, database,
    encode::{HEAD, Kind, TAIL},
    source::{Piece, Plan},
    tables::{TABLES, is_merged},
};
use crate::store::UNFINISHED;

/// What a transfer finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No tables of ours.
    NoSchema,
    /// Nothing but what the schema begins with.
    Empty,
    /// Reserved for the store with this id, or a copy of it that was not finished. Nothing can have been added to it.
    Unfinished(Vec<u8>),
    /// A store of its own: the table that shows it.
    Used(String),
}

/// Looks at the target.
///
/// # Errors
/// A connection that breaks.
pub async fn look(target: &Client) -> Result<Found, TransferError> {
    looked(target).await
}

async fn looked(target: &impl GenericClient) -> Result<Found, TransferError> {
    if !target.query_one(include_str!("sql/target_known.sql"), &[]).await?.get::<_, bool>(0) {
        return Ok(Found::NoSchema);
    }
    if let Some(row) = target.query_opt(include_str!("sql/target_moved.sql"), &[]).await?
        && row.get::<_, Option<&str>>(1) == Some(UNFINISHED)
    {
        return Ok(Found::Unfinished(row.get(0)));
    }
    let used: Option<String> = target.query_one(include_str!("sql/target_used.sql"), &[]).await?.get(0);
    Ok(used.map_or(Found::Empty, Found::Used))
}

/// Which server and database the target is, for its restore guard: system identifier, number of the database, timeline.
pub type Place = (Option<i64>, i64, Option<i64>);

/// Reserves an empty target for the store with this id, so that nothing starts on it from here on. What was found there: it is reserved
/// where that is [`Found::Empty`] or [`Found::Unfinished`] of the same id, and as it was where not.
///
/// # Errors
/// A connection that breaks; somebody who uses the target for longer than 10 s.
pub async fn reserve(target: &mut Client, id: &[u8]) -> Result<Found, TransferError> {
    let transaction = locked(target).await?;
    let found = looked(&transaction).await?;
    if found == Found::Empty {
        transaction.execute(include_str!("sql/target_reserve.sql"), &[&id, &UNFINISHED]).await?;
    }
    transaction.commit().await?;
    Ok(found)
}

/// Gives a target free again that was reserved, and that nothing was copied to.
///
/// # Errors
/// A connection that breaks.
pub async fn free(target: &Client, id: &[u8]) -> Result<(), TransferError> {
    target.execute(include_str!("sql/target_free.sql"), &[&id, &UNFINISHED]).await?;
    Ok(())
}

/// Closes the source, by `close`, and lets servers start on the target, which is where it is. It must hold the finished copy of the store
/// with this id: else neither happens.
///
/// # Errors
/// Another store is there, or none that waits for this; a connection that breaks; what `close` says.
pub async fn finish(
    target: &mut Client,
    id: &[u8],
    (system_id, database_oid, timeline): Place,
    close: impl FnOnce() -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let transaction = target.transaction().await?;
    transaction.batch_execute(include_str!("sql/target_session.sql")).await?;
    let statement = include_str!("sql/target_finish.sql");
    if transaction.execute(statement, &[&UNFINISHED, &id, &system_id, &database_oid, &timeline]).await? != 1 {
        return Err(TransferError::Taken);
    }
    close()?;
    transaction.commit().await?;
    Ok(())
}

/// Begins a transaction in which nobody else begins to use the target.
async fn locked(target: &mut Client) -> Result<Transaction<'_>, TransferError> {
    let transaction = target.transaction().await?;
    transaction.batch_execute(include_str!("sql/target_session.sql")).await?;
    transaction.batch_execute(include_str!("sql/target_lock.sql")).await?;
    Ok(transaction)
}

/// Begins the transaction, with every table that is filled emptied, of a target that is reserved for the store with this id. Nobody else
/// gets at them until it ends.
pub(super) async fn begin<'a>(target: &'a mut Client, id: &[u8]) -> Result<Transaction<'a>, TransferError> {
    let transaction = locked(target).await?;
    // What is emptied here must not be somebody's mail, whatever was seen before.
    if !matches!(looked(&transaction).await?, Found::Unfinished(of) if of == id) {
        return Err(TransferError::Taken);
    }
    for table in TABLES {
        // The audit log refuses to be emptied, and the suppression list counts its changes: not here. What topics' triggers keep up is
        // filled by `derive`.
        transaction.batch_execute(&format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await?;
        if !is_merged(table) {
            transaction.batch_execute(&format!("TRUNCATE {table}")).await?;
        }
    }
    Ok(transaction)
}

/// The columns that are filled.
pub(super) async fn columns(target: &Transaction<'_>, table: &str) -> Result<Vec<(String, Kind)>, TransferError> {
    let found = target.query(include_str!("sql/target_columns.sql"), &[&table]).await?;
    let column = |row: &tokio_postgres::Row| {
        let (name, kind): (String, &str) = (row.get(0), row.get(1));
        match Kind::named(kind) {
            Some(kind) => Ok((name, kind)),
            // A type SQLite has nothing for.
            None => Err(TransferError::Schema { table: table.to_owned(), column: name }),
        }
    };
    found.iter().map(column).collect()
}

/// Writes what comes, table by table.
pub(super) async fn fill(
    target: &Transaction<'_>,
    plan: &[Plan],
    mut pieces: mpsc::Receiver<Result<Piece, TransferError>>,
    told: &mut (dyn FnMut(&'static str, u64) + Send),
) -> Result<(), TransferError> {
    let mut done = 0;
    for table in plan {
        let (into, freeze) = if is_merged(table.name) { ("laid_over", "") } else { (table.name, ", FREEZE") };
        if is_merged(table.name) {
            target.batch_execute(&format!("CREATE TEMPORARY TABLE {into} (LIKE {} INCLUDING ALL) ON COMMIT DROP", table.name)).await?;
        }
        let list = table.list();
        let mut sink = pin!(target.copy_in::<_, Bytes>(&format!("COPY {into} ({list}) FROM STDIN (FORMAT binary{freeze})")).await?);
        sink.feed(Bytes::from_static(HEAD)).await?;
        while let Piece::Rows(bytes, rows) = pieces.recv().await.ok_or(TransferError::Reader)?? {
            sink.send(bytes).await?;
            done += rows;
            told(table.name, done);
        }
        sink.send(Bytes::from_static(TAIL)).await?;
        sink.as_mut().finish().await?;
        if is_merged(table.name) {
            lay_over(target, table).await?;
        }
        target.batch_execute(&format!("ALTER TABLE {} ENABLE TRIGGER USER", table.name)).await?;
    }
    Ok(())
}

/// Fills what PostgreSQL keeps a second time from what was copied.
pub(super) async fn derive(target: &Transaction<'_>) -> Result<(), TransferError> {
    target.batch_execute(include_str!("sql/target_paused.sql")).await?;
    Ok(())
}

/// The source's rows win, the schema's others stay.
async fn lay_over(target: &Transaction<'_>, table: &Plan) -> Result<(), TransferError> {
    let (name, list) = (table.name, table.list());
    let key = table.key();
    let values: Vec<String> = table.columns.iter().map(|(column, _)| format!("\"{column}\" = excluded.\"{column}\"")).collect();
    let set = values.join(", ");
    let sql = format!("INSERT INTO {name} ({list}) SELECT {list} FROM laid_over ON CONFLICT ({key}) DO UPDATE SET {set}");
    target.batch_execute(&sql).await?;
    Ok(())
}

/// The rows of a table.
pub(super) async fn count(target: &Transaction<'_>, table: &str) -> Result<u64, TransferError> {
    let rows: i64 = target.query_one(&format!("SELECT count(*) FROM {table}"), &[]).await?.get(0);
    Ok(rows.unsigned_abs())
}

/// Every sequence goes on after what was copied; incarnations after the source's, so that no number of theirs comes twice.
pub(super) async fn number_on(target: &Transaction<'_>, started: i64) -> Result<(), TransferError> {
    for row in target.query(include_str!("sql/target_sequences.sql"), &[]).await? {
        let (sequence, table, column): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let (table, column) = match (sequence.as_str(), table.as_str()) {
            ("message_no", "") => ("message", "no"),
            (_, "") => return Err(TransferError::Sequence(sequence)),
            (_, table) => (table, column.as_str()),
        };
        let last = if table == "incarnation" { started.to_string() } else { format!("(SELECT coalesce(max({column}), 0) FROM {table})") };
        // One that has given no number yet stays so.
        let sql = format!("SELECT setval('{sequence}', greatest(n, 1), n > 0) FROM (SELECT {last} AS n) AS last");
        target.batch_execute(&sql).await?;
    }
    Ok(())
}

pub(super) async fn mark_unfinished(target: &Transaction<'_>) -> Result<(), TransferError> {
    target.execute(include_str!("sql/target_mark.sql"), &[&UNFINISHED]).await?;
    Ok(())
}

/// Tells the planner what is there, before the first server asks it.
pub(super) async fn analyze(target: &Client) -> Result<(), TransferError> {
    for table in TABLES {
        if let Err(error) = target.batch_execute(&format!("ANALYZE {table}")).await {
            // Autovacuum does it in a minute.
            tracing::warn!(table, error = database(&error), "the target could not be analysed");
        }
    }
    Ok(())
}
