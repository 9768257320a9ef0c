//! The steps' statements on a SQLite connection, and the writer's transactions: `BEGIN IMMEDIATE`, a savepoint around each job.

use std::{cell::Cell, cmp::Ordering};

use rusqlite::{
    Connection, ToSql, params_from_iter,
    types::{ToSqlOutput, ValueRef},
};

use crate::store::steps::{Columns, Error, Query, Reads, Row, Session, Statements, Value, Visit};

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(n),
            Value::Bool(b) => ValueRef::Integer(b.into()),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Columns for rusqlite::Row<'_> {
    fn column(&self, index: usize) -> Result<Value<'_>, Error> {
        match self.get_ref(index)? {
            ValueRef::Null => Ok(Value::Null),
            ValueRef::Integer(n) => Ok(Value::Int(n)),
            ValueRef::Text(text) => std::str::from_utf8(text).map(Value::Text).map_err(|e| Error::damaged("text", e)),
            ValueRef::Blob(bytes) => Ok(Value::Blob(bytes)),
            ValueRef::Real(n) => Err(Error::damaged("row", format!("column {index} holds {n}, which no column of ours does"))),
        }
    }
}

impl Statements for Connection {
    fn execute(&self, query: &'static Query, params: &[Value<'_>]) -> Result<u64, Error> {
        Ok(self.prepare_cached(query.sqlite)?.execute(params_from_iter(params))? as u64)
    }

    fn each(&self, query: &'static Query, rows: &[&[Value<'_>]]) -> Result<Vec<bool>, Error> {
        let mut statement = self.prepare_cached(query.sqlite)?;
        let finds = statement.column_count().cmp(&0) == Ordering::Greater;
        let one = |row: &&[Value<'_>]| {
            let params = params_from_iter(row.iter());
            Ok(if finds { statement.exists(params)? } else { statement.execute(params)? > 0 })
        };
        rows.iter().map(one).collect()
    }
}

impl Reads for Connection {
    fn visit(&self, query: &'static Query, params: &[Value<'_>], each: Visit<'_>) -> Result<(), Error> {
        let mut statement = self.prepare_cached(query.sqlite)?;
        let mut rows = statement.query(params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            if !each(&Row(row))? {
                break;
            }
        }
        Ok(())
    }
}

/// The writer's connection.
pub(super) struct WriterSession {
    pub db: Connection,
    /// The number of the next message.
    pub next_message: Cell<i64>,
}

impl WriterSession {
    fn batch(&self, text: &'static str) -> Result<(), Error> {
        Ok(self.db.prepare_cached(text)?.execute([]).map(drop)?)
    }
}

impl Statements for WriterSession {
    fn execute(&self, query: &'static Query, params: &[Value<'_>]) -> Result<u64, Error> {
        Statements::execute(&self.db, query, params)
    }
    fn each(&self, query: &'static Query, rows: &[&[Value<'_>]]) -> Result<Vec<bool>, Error> {
        Statements::each(&self.db, query, rows)
    }
}

impl Reads for WriterSession {
    fn visit(&self, query: &'static Query, params: &[Value<'_>], each: Visit<'_>) -> Result<(), Error> {
        Reads::visit(&self.db, query, params, each)
    }
}

impl Session for WriterSession {
    fn begin(&self) -> Result<(), Error> {
        self.batch("BEGIN IMMEDIATE")
    }

    fn commit(&self) -> Result<(), Error> {
        self.batch("COMMIT")
    }

    fn rollback(&self) {
        if !self.db.is_autocommit()
            && let Err(error) = self.db.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "could not roll a failed turn back");
        }
    }

    fn set_apart(&self) -> Result<(), Error> {
        self.batch("SAVEPOINT job")
    }

    fn keep(&self) -> Result<(), Error> {
        self.batch("RELEASE job")
    }

    fn undo(&self) -> Result<(), Error> {
        if self.db.is_autocommit() {
            // A full disk does that.
            return Err(Error::damaged("transaction", "the engine has rolled it back as a whole"));
        }
        // Where that fails its rows may still be there: nothing of this turn can be kept.
        self.batch("ROLLBACK TO job").and_then(|()| self.batch("RELEASE job"))
    }

    fn message_no(&self) -> Result<i64, Error> {
        let no = self.next_message.get();
        self.next_message.set(no + 1);
        Ok(no)
    }

    fn next_message(&self) -> Result<i64, Error> {
        Ok(self.next_message.get())
    }
}
