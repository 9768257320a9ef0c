//! The rate that several nodes share, on a connection of its own: never within a writer's turn, and without waiting for the disk.

use std::sync::Arc;

use jebi_domain::port::{
    Boxed,
    slots::{SharedSlots, SlotAsk, SlotGrant},
    store::{StoreError, StoreResult},
};
use tokio::sync::Mutex;
use tokio_postgres::Row as PgRow;

use super::{
    Connector,
    link::{Link, Outcome, Param},
    own,
    values::Owned,
};
use crate::store::steps::{Error, Row};

/// What a crash of the server may take back is safe to lose: the row is gone with it, and a row that is missing begins with a pause.
const LATER: &str = "synchronous_commit = off";

/// The slots of one database.
pub(super) struct Slots {
    connector: Arc<Connector>,
    /// Taken while it is used, so that a call that is dropped takes its half-done transaction with it.
    link: Arc<Mutex<Option<Link>>>,
    /// Held while one is opened.
    opening: Arc<Mutex<()>>,
}

impl Slots {
    pub fn new(connector: Arc<Connector>) -> Self {
        Self { connector, link: Arc::default(), opening: Arc::default() }
    }

    async fn open(&self) -> Result<Link, StoreError> {
        if let Some(link) = self.kept().await {
            return Ok(link);
        }
        // In a task of its own: who asks is less patient than opening may take, and whoever asks next finds it open.
        let (connector, kept, opening) = (Arc::clone(&self.connector), Arc::clone(&self.link), Arc::clone(&self.opening));
        let opened = tokio::spawn(async move {
            let _one = opening.lock().await;
            if kept.lock().await.as_ref().is_some_and(|link| !link.client.is_closed()) {
                return Ok(());
            }
            let link = open(&connector).await?;
            *kept.lock().await = Some(link);
            Ok(())
        });
        opened.await.map_err(|e| StoreError::Internal(e.to_string()))??;
        self.kept().await.ok_or(StoreError::Busy { retry_after_s: 1, why: "another call has the connection" })
    }

    async fn kept(&self) -> Option<Link> {
        self.link.lock().await.take().filter(|link| !link.client.is_closed())
    }

    async fn ask(&self, link: &Link, ask: &SlotAsk) -> Outcome<Option<PgRow>> {
        if let Some(row) = self.run(link, own::SLOT_RESERVE, || params(ask)).await? {
            return Ok(Some(row));
        }
        // There is none yet, or it is of the ten minutes before.
        let begin = || vec![text(&ask.provider), Box::new(Owned::Int(ask.window_us)) as Param];
        self.run(link, own::SLOT_BEGIN, begin).await?;
        self.run(link, own::SLOT_RESERVE, || params(ask)).await
    }

    /// Runs a statement in a transaction of its own.
    async fn run(&self, link: &Link, statement: &'static str, params: impl Fn() -> Vec<Param>) -> Outcome<Option<PgRow>> {
        let pooled = self.connector.session().pooled;
        if pooled {
            link.simple(format!("{}SET LOCAL {LATER}", self.connector.session().begin())).await?;
        }
        let rows = link.query(statement, params()).await?;
        if pooled {
            link.simple("COMMIT".to_owned()).await?;
        }
        Ok(rows.into_iter().next())
    }
}

async fn open(connector: &Connector) -> Result<Link, StoreError> {
    let connected = connector.open().await.map_err(|fault| fault.outward())?;
    let pooled = connector.session().pooled;
    if !pooled {
        let set = connected.client.batch_execute(&format!("SET {LATER}")).await;
        set.map_err(|e| connector.fault(&e).outward())?;
    }
    Ok(Link::new(connected.client, pooled))
}

fn text(value: &str) -> Param {
    Box::new(Owned::Text(value.to_owned()))
}

fn params(ask: &SlotAsk) -> Vec<Param> {
    let SlotAsk { provider, count, weight, rate_milli, window_us, lead_us, ahead_us, slow_us, afresh, unused, day_limit } = ask;
    let int = |n: i64| Box::new(Owned::Int(n)) as Param;
    let some = |n: Option<i64>| Box::new(n.map_or(Owned::Null, Owned::Int)) as Param;
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    vec![
        text(provider),
        int((*count).into()),
        int((*weight).into()),
        some(*rate_milli),
        int(*window_us),
        int(*lead_us),
        int(*ahead_us),
        int(*slow_us),
        Box::new(Owned::Bool(*afresh)),
        int(whole(*unused)),
        some(day_limit.map(whole)),
    ]
}

fn grant(row: &PgRow) -> Result<SlotGrant, Error> {
    let row = Row(row);
    let (granted, used): (i64, i64) = (row.get(1)?, row.get(6)?);
    let whole = |n: i64| u64::try_from(n).map_err(|e| Error::damaged("slots", e));
    Ok(SlotGrant {
        now_us: row.get(0)?,
        granted: u32::try_from(granted).map_err(|e| Error::damaged("slots", e))?,
        first_us: row.get(2)?,
        spacing_ns: row.get(3)?,
        rate_milli: row.get(4)?,
        slow_us: row.get(5)?,
        day_used: whole(used)?,
    })
}

impl SharedSlots for Slots {
    fn reserve(&self, ask: SlotAsk) -> Boxed<'_, StoreResult<SlotGrant>> {
        Box::pin(async move {
            let link = self.open().await?;
            let row = self.ask(&link, &ask).await.map_err(|e| self.connector.fault(&e).outward())?;
            *self.link.lock().await = Some(link);
            let row = row.ok_or_else(|| StoreError::Internal("no slots were given, nor refused".to_owned()))?;
            grant(&row).map_err(|e| e.outward())
        })
    }
}
