//! Opening: the server, the schema, the restore guard, the writers' threads, the ear for other nodes.

use std::{
    sync::{Arc, Mutex, atomic::AtomicBool},
    thread::{self, JoinHandle},
    time::Duration,
};

use jebi_domain::port::{
    Clock, Random,
    store::{StoreError, StoreResult},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    Connector, Fault, Pool, Postgres, PostgresStore, Reach, Rights, Session, Standing, Target,
    error::said,
    guard, migrate,
    reader::Readers,
    session::{InDoubt, Parts, WriterSession},
    slots::Slots,
    vacuum,
    wake::{self, Wake},
};
use crate::store::steps::{Alarm, Class, Classes, Common, Engine, Group, Memory, Shared, Writer};

/// Why a store could not be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0}")]
    Server(#[from] Fault),
    #[error("the schema has migration {no:04} ({name}) of a newer Jebi: start that version")]
    Newer { no: i64, name: String },
    #[error("migration {no:04} ({name}) in the database is not the one this Jebi knows: it was made by a changed build")]
    Changed { no: i64, name: String },
    #[error("the schema lacks migration {no:04} ({name}), and AUTO_MIGRATE is false: run jebi migrate")]
    Pending { no: i64, name: &'static str },
    #[error("this store was transferred to {to}: set DATABASE_URL to that one")]
    Moved { to: String },
    #[error("a store is being transferred into this database: run `jebi transfer` again until it is done, then start")]
    Unfinished,
    #[error("the database is damaged: {0}")]
    Damaged(String),
    #[error("the database does not do what opening needs: {}", said(.0))]
    Statement(#[from] tokio_postgres::Error),
    #[error("migration {no:04} ({name}) was not run, the database says: {}; correct that there, as a rule the tables' owner runs jebi migrate", said(.source))]
    Migration { no: i64, name: &'static str, source: tokio_postgres::Error },
    #[error("migration {no:04} ({name}) was not run, for its tables were never free: {holders}; end what holds them, then start again")]
    Blocked { no: i64, name: &'static str, holders: String },
    #[error("{0}")]
    Used(StoreError),
    #[error("a thread could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// How to open a store.
pub struct Options {
    pub target: Target,
    pub session: Session,
    /// Where notices of other nodes can be listened to, past a pooler; `None` where they cannot.
    pub listen: Option<(Target, Session)>,
    /// Connections for reading.
    pub readers: usize,
    /// How long an unreachable server is waited for.
    pub start_wait: Duration,
    /// Whether pending migrations are run.
    pub migrate: bool,
    /// Whether it may be opened while a store is being transferred into it: to be read only.
    pub unfinished: bool,
    /// Bytes of mail that may wait to be written.
    pub byte_budget: usize,
    /// Called when what was written cannot be trusted any more.
    pub on_fatal: Arc<dyn Fn(&str) + Send + Sync>,
}

/// Connects, once it can, for one purpose after another.
async fn first(
    options: &Options,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<(Arc<Connector>, super::Connected, Arc<Reach>), OpenError> {
    let reach = Arc::new(Reach::new(Arc::clone(clock)));
    let rights = if options.migrate { Rights::Migrate } else { Rights::Tables(&migrate::TABLES) };
    let connector =
        Connector::new(options.target.clone(), options.session.clone(), rights, Arc::clone(clock), Arc::clone(random), Arc::clone(&reach))?;
    let connector = Arc::new(connector);
    let connected = connector.open_at_start(options.start_wait).await?;
    Ok((connector, connected, reach))
}

/// Brings the schema up to date; the names of the migrations that were run.
///
/// # Errors
/// See [`OpenError`].
pub async fn migrate_schema(options: &Options, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Vec<String>, OpenError> {
    let (_, connected, _) = first(options, &clock, &random).await?;
    migrate::migrate(&connected.client, options.migrate, clock.as_ref()).await
}

impl PostgresStore {
    /// Opens the store, making its tables where there are none, and starts its writers.
    ///
    /// # Errors
    /// When the server, the schema or the installation does not allow it; see [`OpenError`].
    pub async fn open(options: Options, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self, OpenError> {
        let (connector, connected, reach) = first(&options, &clock, &random).await?;
        let starts = Arc::clone(&clock);
        migrate::migrate(&connected.client, options.migrate, clock.as_ref()).await?;
        let guard = guard::check(&connected.client, connected.identity, options.unfinished, (clock.wall(), random.as_ref())).await?;
        drop(connected);
        let common = Arc::new(Common::new(1, 1, &guard));
        let guard = Arc::new(watch::Sender::new(guard));
        let shared = Arc::new(Shared {
            group: Group::new(options.byte_budget),
            clock: Arc::clone(&clock),
            on_fatal: options.on_fatal,
            failing: AtomicBool::new(false),
            common: Arc::clone(&common),
        });
        let pooled = connector.session().pooled;
        let readers = Arc::new(Readers { pool: Pool::new(Arc::clone(&connector), options.readers)?, pooled });
        let stop = CancellationToken::new();
        let wake = Arc::new(Wake::new(random.as_ref()));
        let listen = match options.listen {
            None => None,
            Some((target, session)) => {
                let clock = Arc::clone(&clock);
                // To listen, no right on a table is needed; its user may be another one.
                Some(Arc::new(Connector::new(target, session, Rights::Tables(&[]), clock, random, Arc::clone(&reach))?))
            }
        };
        let in_doubt = InDoubt::default();
        let parts = |wake| Parts {
            connector: Arc::clone(&connector),
            clock: Arc::clone(&clock),
            common: Arc::clone(&common),
            guard: Arc::clone(&guard),
            wake,
            in_doubt: Arc::clone(&in_doubt),
        };
        let writers = vec![
            writer(&shared, parts(Some(Arc::clone(&wake))), "jebi-writer", Classes::ALL.without(Class::Claim))?,
            writer(&shared, parts(None), "jebi-claimer", Classes::only(Class::Claim))?,
        ];
        let ear = wake::Ear { wake, listen, readers: Arc::clone(&readers), common, clock, guard: Arc::clone(&guard) };
        tokio::spawn(ear.run(stop.clone()));
        tokio::spawn(vacuum::watch(Arc::clone(&readers), Arc::clone(&shared.clock), stop.clone()));
        let slots = Arc::new(Slots::new(Arc::clone(&connector)));
        let engine = Postgres { shared: Arc::clone(&shared), readers, slots, guard, writers: Mutex::new(writers), stop };
        let store = Self { shared, engine };
        // What is being filled is only read, and has no turn.
        if !options.unfinished {
            store.tried(options.start_wait, (&reach, starts.as_ref())).await?;
        }
        Ok(store)
    }

    /// Uses each kind of connection once, for as long as a start may wait: a limit of connections, or a server that goes away just now,
    /// shows here, with its own words, and not at the first mail.
    async fn tried(&self, wait: Duration, (reach, clock): (&Reach, &dyn Clock)) -> Result<(), OpenError> {
        let end = clock.boot() + wait;
        while let Err(error) = self.touched().await {
            let fault = match reach.standing() {
                Standing::Down { why, .. } => Some(why),
                // It is there again by now, or did not do what was asked.
                Standing::Up { .. } | Standing::Untried => None,
            };
            let now = clock.boot();
            let passes = matches!(error, StoreError::Unavailable { .. } | StoreError::Busy { .. });
            let given_up = !passes || wait.is_zero();
            if given_up || now >= end {
                let Some(fault) = fault else { return Err(OpenError::Used(error)) };
                return Err(if given_up { fault } else { fault.after(wait) }.into());
            }
            let (seconds, why) = (end.since(now).as_secs(), fault.as_ref().map_or_else(|| error.to_string(), ToString::to_string));
            tracing::warn!(error = why, "waiting for the database; the start gives up in {seconds} s");
            clock.sleep_until((now + AGAIN).min(end)).await;
        }
        Ok(())
    }

    async fn touched(&self) -> StoreResult<()> {
        self.shared.write(Class::Admin, |_| Ok(())).await?;
        self.shared.write(Class::Claim, |_| Ok(())).await?;
        self.engine.read(Box::new(|_| ())).await
    }
}

/// Between two tries of a start.
const AGAIN: Duration = Duration::from_millis(500);

/// Starts a writer's thread. Its connection is made by its first turn.
fn writer(shared: &Arc<Shared>, parts: Parts, name: &str, classes: Classes) -> Result<JoinHandle<()>, OpenError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let shared = Arc::clone(shared);
    let memory = Memory::new(Arc::clone(&parts.common));
    let thread = thread::Builder::new().name(name.into()).spawn(move || {
        let _alarm = Alarm(Arc::clone(&shared));
        Writer::new(shared, WriterSession::new(parts, runtime), memory, classes).run();
    })?;
    Ok(thread)
}
