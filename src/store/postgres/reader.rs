//! Look-ups, each in a snapshot of its own, on a borrowed connection and a blocking thread.

use std::sync::Arc;

use deadpool_postgres::Client;
use jebi_domain::port::{
    Boxed,
    store::{StoreError, StoreResult},
};
use tokio::runtime::Handle;
use tokio_postgres::{
    Row as PgRow,
    types::{ToSql, Type},
};

use super::{
    Pool,
    values::{Owned, types},
};
use crate::store::steps::{Error, Look, Query, Reads, Row, Snapshot, Value, Visit};

/// Readers of one server.
pub(super) struct Readers {
    pub pool: Pool,
    pub pooled: bool,
}

/// A connection inside its transaction.
struct Reader {
    client: Client,
    runtime: Handle,
    readers: Arc<Readers>,
}

impl Readers {
    /// Runs a look-up in one snapshot.
    pub fn read(self: &Arc<Self>, look: Look) -> Boxed<'static, StoreResult<()>> {
        let readers = Arc::clone(self);
        Box::pin(async move {
            let client = readers.pool.get().await.map_err(|fault| told(&fault.into()))?;
            let reader = Reader { client, runtime: Handle::current(), readers };
            let run = tokio::task::spawn_blocking(move || {
                reader.simple(&reader.readers.pool.session().begin_snapshot())?;
                look(&Snapshot(&reader));
                // It has read: what it found stands, whatever becomes of the connection.
                reader.simple("COMMIT")
            });
            run.await.map_err(|e| StoreError::Internal(e.to_string()))?.map_err(|e| told(&e))
        })
    }

    pub fn close(&self) {
        self.pool.close();
    }
}

fn told(e: &Error) -> StoreError {
    tracing::warn!(error = %e, "a store look-up failed");
    e.outward()
}

impl Reader {
    fn simple(&self, text: &str) -> Result<(), Error> {
        self.runtime.block_on(self.client.batch_execute(text)).map_err(|e| self.failed(&e))
    }

    fn failed(&self, e: &tokio_postgres::Error) -> Error {
        self.readers.pool.fault_of(e).into()
    }

    fn rows(&self, query: &'static Query, values: &[Value<'_>]) -> Result<Vec<PgRow>, Error> {
        let owned: Vec<Owned> = values.iter().map(Owned::from).collect();
        let types = types(query.postgres);
        let found = self.runtime.block_on(async {
            if self.readers.pooled {
                let typed: Vec<(&(dyn ToSql + Sync), Type)> = owned.iter().map(|one| one as &(dyn ToSql + Sync)).zip(types).collect();
                return self.client.query_typed(query.postgres, &typed).await;
            }
            let statement = self.client.prepare_typed_cached(query.postgres, &types).await?;
            let refs: Vec<&(dyn ToSql + Sync)> = owned.iter().map(|one| one as &(dyn ToSql + Sync)).collect();
            self.client.query(&statement, &refs).await
        });
        found.map_err(|e| self.failed(&e))
    }
}

impl Reads for Reader {
    fn visit(&self, query: &'static Query, values: &[Value<'_>], each: Visit<'_>) -> Result<(), Error> {
        for row in self.rows(query, values)? {
            if !each(&Row(&row))? {
                break;
            }
        }
        Ok(())
    }
}
