//! What an engine brings: the writer's connection with its transactions, readers, and the place it lies in.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::{
    Boxed,
    slots::SharedSlots,
    store::{Guard, Notice, StoreResult},
};

use super::{Error, Params, Query, Reads, Row, Statements, Value, turn::Memory};

/// The connection of a writer.
pub trait Session: Statements {
    /// Opens a turn's transaction.
    fn begin(&self) -> Result<(), Error>;

    /// Sends a statement whose rows are asked for later in the transaction, by the same statement with the same values. Nothing that is
    /// done in between may change them.
    fn ahead(&self, _query: &'static Query, _values: &[Value<'_>]) -> Result<(), Error> {
        Ok(())
    }

    /// Brings what is remembered up to what other nodes have written since. Inside the transaction.
    fn refresh(&self, _memory: &mut Memory) -> Result<(), Error> {
        Ok(())
    }

    /// Ends the transaction, synced to disk.
    fn commit(&self) -> Result<(), Error>;

    /// Tells other nodes what was committed.
    fn told(&self, _notices: &[(String, Notice)]) {}

    /// Drops the transaction, if there is one.
    fn rollback(&self);

    /// Opens a place the job about to run can be undone to.
    fn set_apart(&self) -> Result<(), Error>;

    /// Keeps what was done since.
    fn keep(&self) -> Result<(), Error>;

    /// Undoes what was done since. An error when the whole transaction is lost with it: a crossed one when the others may run again.
    fn undo(&self) -> Result<(), Error>;

    /// A number for a new message: later ones of this node are higher.
    fn message_no(&self) -> Result<i64, Error>;

    /// The first number that no message of this moment has.
    fn next_message(&self) -> Result<i64, Error>;

    /// Up to which number, itself not, no message can come any more, nor a copy of one: what follows numbers stops before it.
    fn complete_before(&self) -> Result<i64, Error> {
        Ok(i64::MAX)
    }

    /// Whether nobody else writes: what was read stays as it is. Then none of the locks below is needed.
    fn is_alone(&self) -> bool {
        true
    }

    /// Keeps others from changing these queues: what waits in them, whether they are retired.
    fn lock_queues(&self, _queues: &[i64]) -> Result<(), Error> {
        Ok(())
    }

    /// Keeps others from changing the copies of these keys, the last included.
    fn lock_copies(&self, _first: i64, _last: i64) -> Result<(), Error> {
        Ok(())
    }

    /// Keeps others from cancelling a message before this transaction ends.
    fn share_message(&self, _no: i64) -> Result<(), Error> {
        Ok(())
    }

    /// Whether the housekeeping of the whole installation is this node's, for so long. Another one's cannot run beside this turn.
    fn keeps_house(&self, _hold: Duration) -> Result<bool, Error> {
        Ok(true)
    }

    /// Leaves it to whoever asks next.
    fn leaves_house(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Leases of this node that nobody was told of: their commit was lost on its way, and came through.
    fn unheld(&self) -> Result<Vec<Unheld>, Error> {
        Ok(Vec::new())
    }

    /// What others may have changed of a message in memory, by the queue it is in; `None` when nothing has.
    fn moved(&self, _no: i64) -> Result<Option<Moved>, Error> {
        Ok(None)
    }
}

/// What of a message changes after it is accepted.
pub struct Moved {
    pub queue: i64,
    pub due: i64,
    pub scheduled: bool,
    pub cancelled: bool,
    pub lapsed: bool,
    /// The provider of its queue.
    pub provider: String,
}

/// A lease nobody holds.
pub struct Unheld {
    pub no: i64,
    pub queue: i64,
    pub message: i64,
    pub first: u32,
    pub count: u32,
    pub attempt: u16,
}

/// A look-up, to be called with a snapshot.
pub type Look = Box<dyn FnOnce(&Snapshot<'_>) + Send>;

/// An open engine, beside its writers.
pub trait Engine: Send + Sync {
    /// Runs a look-up in one snapshot. The error, when there was none to look at.
    fn read(&self, look: Look) -> Boxed<'static, StoreResult<()>>;

    /// Bytes free for new mail; negative when there is no room. `None` where the disk is a server's own, which alone knows.
    fn room(&self) -> Option<i64>;

    /// The rate that several nodes share; `None` where one process has the store alone.
    fn slots(&self) -> Option<Arc<dyn SharedSlots>> {
        None
    }

    /// Whether the store is held.
    fn guard(&self) -> Guard;

    /// The hold was lifted.
    fn lifted(&self);

    /// Marks the store as younger than every backup taken before.
    fn raise_epoch(&self) -> Boxed<'_, StoreResult<()>>;

    /// Ends the readers, then the writers, then gives the place free.
    fn close(&self) -> Boxed<'_, ()>;
}

/// A read transaction: everything in it is of one moment.
pub struct Snapshot<'a>(pub &'a dyn Reads);

/// Reads the first row, if there is one.
fn first<T>(
    db: &dyn Reads,
    query: &'static Query,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let (mut read, mut found) = (Some(read), None);
    params.bound(|values| {
        db.visit(query, values, &mut |row| {
            if let Some(read) = read.take() {
                found = Some(read(row)?);
            }
            Ok(false)
        })
    })?;
    Ok(found)
}

/// Reads all rows.
fn all<T>(
    db: &dyn Reads,
    query: &'static Query,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut found = Vec::new();
    params.bound(|values| {
        db.visit(query, values, &mut |row| {
            found.push(read(row)?);
            Ok(true)
        })
    })?;
    Ok(found)
}

impl Snapshot<'_> {
    pub(super) fn row<T>(
        &self,
        query: &'static Query,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        first(self.0, query, params, read)
    }

    pub(super) fn rows<T>(
        &self,
        query: &'static Query,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        all(self.0, query, params, read)
    }

    /// Calls `each` with row after row, until it says `false`.
    pub(super) fn visit(
        &self,
        query: &'static Query,
        params: impl Params,
        mut each: impl FnMut(&Row<'_>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        params.bound(|values| self.0.visit(query, values, &mut each))
    }
}

impl super::turn::Turn<'_> {
    /// Runs a statement; the number of rows it changed.
    pub(in crate::store) fn execute(&self, query: &'static Query, params: impl Params) -> Result<u64, Error> {
        params.bound(|values| self.db.execute(query, values))
    }

    /// Runs a statement that must change exactly one row, as it was read before.
    pub(in crate::store) fn change(&self, query: &'static Query, params: impl Params) -> Result<(), Error> {
        match self.execute(query, params)? {
            1 => Ok(()),
            n => Err(self.changed(format!("{} changed {n} rows where there was one", query.name))),
        }
    }

    /// What was read is not there any more. Where others write too they were quicker, and it works when run again.
    pub(in crate::store) fn changed(&self, text: impl Into<String>) -> Error {
        if self.db.is_alone() { Error::damaged("row", text.into()) } else { Error::Changed(text.into()) }
    }

    /// Runs a statement whose result nobody looks at.
    pub(in crate::store) fn run(&self, query: &'static Query, params: impl Params) -> Result<(), Error> {
        params.bound(|values| self.db.run(query, values))
    }

    /// Sends a statement whose rows are asked for in a moment.
    pub(in crate::store) fn ahead(&self, query: &'static Query, params: impl Params) -> Result<(), Error> {
        params.bound(|values| self.db.ahead(query, values))
    }

    /// Adds a row, perhaps later in the transaction together with others.
    pub(in crate::store) fn append(&self, query: &'static Query, row: impl Params) -> Result<(), Error> {
        row.bound(|values| self.db.append(query, values))
    }

    /// Runs a statement for each of many rows; which of them it changed or found.
    pub(in crate::store) fn each<const N: usize>(&self, query: &'static Query, rows: &[[Value<'_>; N]]) -> Result<Vec<bool>, Error> {
        let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; N]>::as_slice).collect();
        if rows.is_empty() { Ok(Vec::new()) } else { self.db.each(query, &rows) }
    }

    /// Looks at what the transaction sees.
    pub(in crate::store) fn look(&self) -> Snapshot<'_> {
        Snapshot(self.db)
    }

    pub(in crate::store) fn row<T>(
        &self,
        query: &'static Query,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        first(self.db, query, params, read)
    }

    pub(in crate::store) fn rows_of<T>(
        &self,
        query: &'static Query,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        all(self.db, query, params, read)
    }
}
