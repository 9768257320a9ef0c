//! A connection's statements: prepared once each, or unnamed behind a pooler that lends a connection for one transaction only.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use tokio_postgres::{
    Client, Row, Statement,
    types::{ToSql, Type},
};

use super::values::types;

/// A parameter, or a column of many.
pub(super) type Param = Box<dyn ToSql + Sync + Send>;
/// What a statement gave.
pub(super) type Outcome<T> = Result<T, tokio_postgres::Error>;
/// An answer that may not have come yet.
pub(super) type Pending<T> = Pin<Box<dyn Future<Output = Outcome<T>> + Send>>;

/// A connection as the steps use it.
#[derive(Clone)]
pub(super) struct Link {
    pub client: Arc<Client>,
    pooled: bool,
    prepared: Arc<Mutex<HashMap<&'static str, Statement>>>,
}

impl Link {
    pub fn new(client: Client, pooled: bool) -> Self {
        Self { client: Arc::new(client), pooled, prepared: Arc::default() }
    }

    /// Prepares a statement where that was not done yet. Behind a pooler nothing is kept: its types are told each time.
    pub async fn prepare(&self, text: &'static str) -> Outcome<Ready> {
        if self.pooled {
            return Ok(Ready::Unnamed(text, types(text)));
        }
        let known = self.prepared.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        if let Some(statement) = known {
            return Ok(Ready::Prepared(statement));
        }
        let statement = self.client.prepare_typed(text, &types(text)).await?;
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).insert(text, statement.clone());
        Ok(Ready::Prepared(statement))
    }

    /// Whether it can be sent without a round trip before.
    pub fn knows(&self, text: &'static str) -> bool {
        self.pooled || self.prepared.lock().unwrap_or_else(PoisonError::into_inner).contains_key(text)
    }

    /// Runs a statement; the rows it gave.
    pub fn query(&self, text: &'static str, params: Vec<Param>) -> Pending<Vec<Row>> {
        let link = self.clone();
        Box::pin(async move {
            let of = refs(&params);
            match link.prepare(text).await? {
                Ready::Prepared(statement) => link.client.query(&statement, &of).await,
                Ready::Unnamed(text, types) => link.client.query_typed(text, &typed(&of, &types)).await,
            }
        })
    }

    /// Runs a statement; the number of rows it changed.
    pub fn execute(&self, text: &'static str, params: Vec<Param>) -> Pending<u64> {
        let link = self.clone();
        Box::pin(async move {
            let of = refs(&params);
            match link.prepare(text).await? {
                Ready::Prepared(statement) => link.client.execute(&statement, &of).await,
                Ready::Unnamed(text, types) => link.client.execute_typed(text, &typed(&of, &types)).await,
            }
        })
    }

    /// Runs a text without parameters or rows.
    pub fn simple(&self, text: String) -> Pending<u64> {
        let client = Arc::clone(&self.client);
        Box::pin(async move { client.batch_execute(&text).await.map(|()| 0) })
    }
}

/// A statement that can be sent.
pub(super) enum Ready {
    Prepared(Statement),
    Unnamed(&'static str, Vec<Type>),
}

fn refs(params: &[Param]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|one| &**one as &(dyn ToSql + Sync)).collect()
}

fn typed<'a>(params: &[&'a (dyn ToSql + Sync)], types: &[Type]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params.iter().copied().zip(types.iter().cloned()).collect()
}
