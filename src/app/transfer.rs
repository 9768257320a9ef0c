//! `jebi transfer`: a store of SQLite goes on in PostgreSQL. What a crash leaves at each step is told in `store::transfer`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jebi_domain::port::{
    Clock, Random, Store,
    nodes::NodeStart,
    store::{AdminStore, Guard, Housekept, ReadStore, StoreError},
};

use super::{StartError, database, open_store};
use crate::{
    config::{Config, DatabaseUrl, Postgres},
    crash_point::crash_point,
    store::{
        postgres::{Connector, Fault, Options, PostgresStore, Reach, Rights},
        transfer::{self, Found, Progress, TransferError},
    },
    worker,
};

/// Why a store was not moved. The source is as it was, but where the fault says that it was moved before.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    #[error("a store moves from sqlite://... to postgres://... only; there is no way back, and a copy within one engine is a backup")]
    Direction,
    #[error("there is no database {}: name the one the server has in DATABASE_URL", .0.display())]
    NoSource(PathBuf),
    #[error("the store {} was transferred to {to} and neither takes nor sends mail any more: set DATABASE_URL to where it is now", .file.display())]
    Before { file: PathBuf, to: String },
    #[error("the store is held as a copy or restored: run `jebi release` on it, then transfer it")]
    Held,
    #[error("the target has no tables: run `jebi migrate` with DATABASE_URL set to it, then transfer")]
    NoSchema,
    #[error("the target is in use (its table {0} has rows): name an empty database")]
    Used(String),
    #[error("the target holds the unfinished transfer of another store: finish that, or name an empty database")]
    Foreign,
    #[error("the copy is not as it must be ({rule}: {detail}): look with `jebi verify` at the source, which is still in use")]
    Violation { rule: &'static str, detail: String },
    #[error("{0}")]
    Start(#[from] StartError),
    #[error("the store does not work: {0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Target(#[from] Fault),
    #[error("{0}")]
    Transfer(#[from] TransferError),
}

/// What a transfer did.
#[derive(Debug)]
pub enum Moved {
    /// Rows by table.
    Copied(Vec<(&'static str, u64)>),
    /// Everything had been copied by a run that was cut short: its last step is done now.
    Finished,
}

/// Moves the store one configuration names to the database the other names.
///
/// # Errors
/// The first thing that does not allow it.
pub async fn transfer(
    (source, target): (&Config, &Config),
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    told: &(dyn Fn(Progress) + Sync),
) -> Result<Moved, MoveError> {
    let (DatabaseUrl::Sqlite(file), DatabaseUrl::Postgres(postgres)) = (&source.database.url, &target.database.url) else {
        return Err(MoveError::Direction);
    };
    if !file.exists() {
        return Err(MoveError::NoSource(file.clone()));
    }
    // One transaction, past a pooler where there is a way.
    let url = postgres.direct.as_ref().unwrap_or(&postgres.url);
    let reach = Arc::new(Reach::new(Arc::clone(&clock)));
    let session = database::session(postgres, "transfer");
    let connector = Connector::new(database::target(url), session, Rights::Migrate, Arc::clone(&clock), Arc::clone(&random), reach)?;
    let mut connected = connector.open_at_start(postgres.start_wait).await?;
    let place = (connected.identity.system_id, connected.identity.database_oid, connected.identity.timeline);
    let found = transfer::look(&connected.client).await?;
    if let Some((id, to)) = transfer::moved_to(file)? {
        if found != Found::Unfinished(id.clone()) {
            return Err(MoveError::Before { file: file.clone(), to });
        }
        // The source was closed by the run that was cut short.
        transfer::finish(&mut connected.client, &id, place, || Ok(())).await?;
        return Ok(Moved::Finished);
    }
    if found == Found::NoSchema {
        return Err(MoveError::NoSchema);
    }
    // Its lock is held until the end: no server starts on it meanwhile.
    let store = open_store(source, Arc::clone(&clock), Arc::clone(&random)).await?;
    let mut done = filled(source, &*store, clock.as_ref(), (file, &mut connected.client), told).await;
    if done.is_ok() {
        crash_point("transfer_copied");
        let closed = async {
            verified(target, postgres, Arc::clone(&clock), Arc::clone(&random)).await?;
            let close = || {
                transfer::mark_moved(file, &postgres.url.to_string())?;
                crash_point("transfer_marked");
                Ok(())
            };
            transfer::finish(&mut connected.client, &transfer::identity(file)?, place, close).await?;
            Ok::<(), MoveError>(())
        };
        done = closed.await.and(done);
    }
    store.close().await;
    done
}

/// Holds the copy to the contract's invariants before anything depends on it.
async fn verified(config: &Config, at: &Postgres, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<(), MoveError> {
    let options = Options { unfinished: true, ..database::options(&config.database, at, "transfer") };
    let store = PostgresStore::open(options, clock, random).await.map_err(StartError::from)?;
    let mut after = None;
    let found = loop {
        match store.verify(after).await {
            Ok(slice) => match (slice.violations.into_iter().next(), slice.next) {
                (Some(one), _) => break Err(MoveError::Violation { rule: one.rule, detail: one.detail }),
                (None, None) => break Ok(()),
                (None, next) => after = next,
            },
            Err(error) => break Err(error.into()),
        }
    };
    store.close().await;
    found
}

/// Reserves the target, brings the source to rest and copies it.
async fn filled(
    source: &Config,
    store: &dyn Store,
    clock: &dyn Clock,
    (file, client): (&Path, &mut tokio_postgres::Client),
    told: &(dyn Fn(Progress) + Sync),
) -> Result<Moved, MoveError> {
    if store.guard() != Guard::Open {
        return Err(MoveError::Held);
    }
    let id = transfer::identity(file)?;
    // Bringing the source to rest and copying it takes its time: nobody begins to use the target meanwhile.
    match transfer::reserve(client, &id).await? {
        Found::Empty => {}
        Found::Unfinished(of) if of == id => {}
        Found::NoSchema => return Err(MoveError::NoSchema),
        Found::Used(table) => return Err(MoveError::Used(table)),
        Found::Unfinished(_) => return Err(MoveError::Foreign),
    }
    let copied = rested_and_copied(source, store, clock, (file, client), told).await;
    if copied.is_err()
        && let Err(error) = transfer::free(client, &id).await
    {
        // It is reserved for the next run, then, and for nothing else.
        tracing::warn!(%error, "the target could not be given free again; transfer again, or drop the database");
    }
    copied
}

async fn rested_and_copied(
    source: &Config,
    store: &dyn Store,
    clock: &dyn Clock,
    (file, client): (&Path, &mut tokio_postgres::Client),
    told: &(dyn Fn(Progress) + Sync),
) -> Result<Moved, MoveError> {
    // What a killed server left under way becomes unsettled, as at any start; no lease is left.
    let incarnation = store.start(&NodeStart { name: "transfer".into(), version: env!("CARGO_PKG_VERSION").into() }, clock.wall()).await?;
    let providers: Vec<String> = source.providers.iter().map(|provider| provider.name.clone()).collect();
    worker::reclaim(store, clock, incarnation, &providers).await?;
    while store.housekeep(incarnation, clock.wall()).await? == Housekept::More {}
    store.end(incarnation, clock.wall()).await?;
    Ok(Moved::Copied(transfer::copy(file, client, told).await?))
}
