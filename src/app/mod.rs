//! The composition root: the only place that names concrete stores and providers.
//!
//! | file | owns |
//! |---|---|
//! | `accepting` | from the configuration to what mail has to keep to |
//! | `at_rest` | the API over a store that no server has open |
//! | `database` | from the configuration to what a PostgreSQL store is told |
//! | `guard` | the reputation guard and the alerts |
//! | `hooks` | from the configuration to calls of endpoints |
//! | `links` | from the configuration to what is decided on lists and tracking, and where links in mail lead |
//! | `migrate` | the schema of the store |
//! | `node_ready` | whether this node sends |
//! | `providers` | from the configuration to providers, their settings and ways |
//! | `reload` | the parts that take a changed configuration while the server runs |
//! | `suppression` | the suppression list, checks of addresses, and the exchange with accounts |
//! | `secret` | what keys of links in mail are made of |
//! | `settings` | from the configuration to what its parts are told |
//! | `sns` | from the configuration to what takes events of SNS and SQS |
//! | `transfer` | moving a store to PostgreSQL |

mod accepting;
mod at_rest;
pub mod database;
mod dkim;
mod guard;
mod hooks;
mod links;
mod migrate;
mod node_ready;
mod providers;
mod reload;
mod secret;
mod settings;
mod sns;
mod suppression;
mod transfer;

use std::{collections::BTreeMap, io, net::SocketAddr, os::unix::net::UnixStream, path::Path, process, sync::Arc, time::Duration};

use jebi_domain::{
    port::{Clock, Random, Store, sns::Web, store::StoreError},
    refusal::Refusal,
    time::Wall,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{
    net::TcpListener,
    runtime::Handle,
    sync::{Mutex, mpsc},
    task::JoinHandle,
};

use self::{
    accepting::accept_settings,
    guard::Guard,
    node_ready::NodeReady,
    providers::Maker,
    reload::{AccessPart, KeysPart, LogPart, ProvidersPart, RetentionPart, SnsPart, Warnings},
    secret::Secret,
    settings::{access_settings, listening, node_start, times, tls},
    suppression::{Lists, SuppressionPart},
};
pub use self::{
    at_rest::AtRest,
    dkim::make_dkim_key,
    migrate::{migrate, pending},
    reload::ReadAgain,
    transfer::{MoveError, Moved, transfer},
};
pub use crate::store::transfer::Progress;

use crate::{
    config::{Config, DatabaseUrl},
    http::{self, AppState, HttpSettings, Load, Services},
    lifecycle::Lifecycle,
    server::{self, tls::TlsFault},
    service::{
        accept::{self, Accept, Follow},
        access::Access,
        admin::Admin,
        attempts::Attempts,
        audit::Audit,
        cancel::Cancel,
        consents::Consents,
        dispatch::{self, Fence},
        feedback::FeedbackIntake,
        figures::Figures,
        forecast::Forecast,
        identities::Identities,
        inbox::InboxReader,
        keys::{Created, Keys},
        links::LinkKeys,
        nodes::Nodes,
        privacy::Privacy,
        providers::Providers,
        ready::{Readiness, Ready},
        refusals::Refusals,
        reload::{Part, Reload},
        repeat::Repeats,
        reschedule::Reschedule,
        results::Results,
        retention::Retention,
        retry::Retry,
        search::Search,
        sns::Sns,
        stray::{self, Strays},
        suppression::Exchange,
        tokens::{self, Tokens},
        tracking::Tracking,
    },
    store::{
        Migration, postgres,
        sqlite::{DiskFloor, OpenError, Options, SqliteStore},
    },
    worker::{self, WorkerDeps, Workers, dispatch::Observer},
};

/// Why it did not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Store(#[from] OpenError),
    #[error("{0}")]
    Postgres(#[from] postgres::OpenError),
    #[error("the schema lacks migration {:04} ({}), and AUTO_MIGRATE is false: run jebi migrate", .0.no, .0.name)]
    Pending(Migration),
    #[error("the store does not work: {0}")]
    StoreUse(#[from] StoreError),
    #[error("cannot listen on {address}: {source}; free it or set SERVER_HOST and SERVER_PORT")]
    Listen { address: String, source: io::Error },
    #[error("{field}: {fault}; {remedy}")]
    Provider { field: String, fault: String, remedy: String },
    #[error("{0}")]
    Keys(String),
    /// Mail would go to people who were erased.
    #[error("people were erased here, and without JEBI_SECRET their mail cannot be kept from them; set the JEBI_SECRET of that time")]
    NoPersonKey,
    #[error("the secret of links in mail cannot be kept in {file}: {source}; correct the folder's rights, or set JEBI_SECRET")]
    Secret { file: String, source: io::Error },
    #[error("{0}")]
    Tls(#[from] TlsFault),
}

/// What comes from outside besides the configuration.
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub metrics: PrometheusHandle,
    /// Called at every write to a provider's connection.
    pub observer: Option<Observer>,
    /// Reads the configuration again; without it the server cannot reload.
    pub reload: Option<ReadAgain>,
    /// Visits addresses of SNS; without it the real ones are.
    pub web: Option<Arc<dyn Web>>,
}

/// A running server.
pub struct App {
    /// Where it listens; the port is the real one.
    pub address: SocketAddr,
    pub keys: Arc<Keys>,
    pub store: Arc<dyn Store>,
    /// Takes over a changed configuration.
    pub reload: Option<Arc<dyn Reload>>,
    lifecycle: Lifecycle,
    workers: Workers,
    servers: Vec<JoinHandle<()>>,
    clock: Arc<dyn Clock>,
    drain_wait: Duration,
    grace: Duration,
}

/// Opens the store a configuration names.
///
/// # Errors
/// When it cannot be opened.
pub async fn open_store(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Arc<dyn Store>, StartError> {
    let file = match &config.database.url {
        DatabaseUrl::Sqlite(file) => file,
        DatabaseUrl::Postgres(at) => {
            let options = database::options(&config.database, at, &node_start(config).name);
            return Ok(Arc::new(postgres::PostgresStore::open(options, clock, random).await?));
        }
    };
    if !config.database.auto_migrate
        && let Some(lacking) = SqliteStore::pending(file)?.first()
    {
        return Err(StartError::Pending(*lacking));
    }
    let options = Options {
        file: file.clone(),
        byte_budget: config.database.writer_queue_bytes,
        disk_floor: DiskFloor { bytes: config.database.disk_floor_bytes, percent: config.database.disk_floor_percent },
        on_fatal: Arc::new(|why| {
            tracing::error!(why, "the store cannot be trusted any more: ending, so that nothing is acknowledged that is not on disk");
            process::exit(70);
        }),
    };
    Ok(Arc::new(SqliteStore::open(options, clock, random.as_ref())?))
}

/// Whether there is a store. One of PostgreSQL's is there; whether it can be reached shows when it is opened.
#[must_use]
pub fn has_store(config: &Config) -> bool {
    match &config.database.url {
        DatabaseUrl::Sqlite(file) => file.exists(),
        DatabaseUrl::Postgres(_) => true,
    }
}

/// Whether another process of this machine has the store open: the server that a command has to talk to.
///
/// # Errors
/// When its lock cannot be looked at.
pub fn is_running(config: &Config) -> Result<bool, OpenError> {
    match &config.database.url {
        DatabaseUrl::Sqlite(file) => SqliteStore::is_open_elsewhere(file),
        // Nobody locks it, as several nodes share it. A socket nobody listens on was left by a kill.
        DatabaseUrl::Postgres(_) => Ok(UnixStream::connect(control_socket(config)).is_ok()),
    }
}

/// The socket through which the administrator of this machine talks to the server.
#[must_use]
pub fn control_socket(config: &Config) -> std::path::PathBuf {
    match &config.database.url {
        DatabaseUrl::Sqlite(file) => file.with_extension("sock"),
        DatabaseUrl::Postgres(_) => config.database.data_dir.join("jebi.sock"),
    }
}

impl App {
    /// Starts everything: store, workers, API.
    ///
    /// # Errors
    /// The first thing that did not work; nothing runs then.
    pub async fn start(config: &Config, warnings: Vec<String>, around: Surroundings, lifecycle: Lifecycle) -> Result<Self, StartError> {
        let Surroundings { clock, random, metrics, observer, reload, web } = around;
        // The store first: of two servers on one store, the second is to hear of the store, not of the port.
        let store = open_store(config, Arc::clone(&clock), Arc::clone(&random)).await?;
        let tls = tls(config)?;
        let listener = listen(config.server.listen()).await?;
        let keys = Arc::new(Keys::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&random)));
        keys.refresh().await.map_err(|e| StartError::Keys(e.to_string()))?;
        // Before anybody is answered: who sees the server up may use its key.
        given_key(config, &keys).await.map_err(|e| StartError::Keys(e.to_string()))?;
        let links = link_keys(config, &store, &clock, &random).await?;
        if let Some(links) = &links {
            links.reach(config.server.public_url());
            links.start().await.map_err(|e| StartError::Keys(told(&e)))?;
        }
        let (feedback_to, feedback) = mpsc::unbounded_channel();
        let maker = Arc::new(Maker { inbox: Arc::clone(&store) as _, clock: Arc::clone(&clock), feedback: feedback_to });
        let mut running = BTreeMap::new();
        let mut accounts = Vec::with_capacity(config.providers.len());
        for provider in &config.providers {
            let made = maker.make(provider).await.map_err(|f| {
                let field = if config.providers.len() > 1 { format!("{}.{}", provider.name, f.field) } else { f.field };
                StartError::Provider { field, fault: f.fault, remedy: f.remedy }
            })?;
            running.insert(provider.name.clone(), Arc::clone(&made));
            accounts.push((made, providers::settings(config, provider)));
        }
        let reputation = guard::reputation(config, &store, &clock);
        let workers = worker::start(WorkerDeps {
            queue: Arc::clone(&store) as _,
            admin: Arc::clone(&store) as _,
            files: Arc::clone(&store) as _,
            clock: Arc::clone(&clock),
            random: Arc::clone(&random),
            node: node_start(config),
            runtime: Handle::current(),
            links: links.as_ref().map(|links| links.live()).unwrap_or_default(),
            providers: accounts,
            feedback: Some(feedback),
            reputation: Some(Arc::clone(&reputation)),
            observer,
        })
        .await?;
        let board = workers.board();
        let guard = Guard::new(config, reputation, &store, &clock, &board);
        let identities = Identities::new(providers::accounts(running.values()), Arc::clone(&board), Arc::clone(&clock));
        let strays = Arc::new(Strays::new(Arc::clone(&store), Arc::clone(&board)));
        for (provider, waiting) in strays.waiting().await? {
            tracing::warn!("{}", stray::warning(&provider, waiting));
        }
        let leaves = config.providers.iter().any(|one| providers::kind(one) != accept::ProviderKind::Local);
        if leaves && config.server.public_url().is_none() {
            tracing::info!("bulk mail has no unsubscribe link of this server: SERVER_URL is not the https address the world reaches it by");
        }
        let track = links::track_settings(config);
        if leaves && track.base.is_none() && (track.opens, track.clicks) != (Follow::None, Follow::None) {
            tracing::warn!(
                "opens and clicks of mail are not followed: neither TRACKING_HOST nor SERVER_URL is an address readers can reach"
            );
        }
        let (tracking, taken) = Tracking::new(Arc::clone(&store), Arc::clone(&clock), links.clone(), config.tracking.ip);
        let tracking = Arc::new(tracking);
        let visits = worker::tracking::run(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&random), taken, lifecycle.soft.clone());
        let warnings = Warnings::new(warnings);
        let accept = Accept::new(
            Arc::clone(&store),
            Arc::clone(&clock),
            Arc::clone(&random),
            Arc::clone(&identities),
            accept_settings(config, links.clone()),
        );
        let accept = Arc::new(accept);
        accept.profiles().refresh().await.map_err(|e| StartError::Keys(e.to_string()))?;
        accept.topics().refresh().await.map_err(|e| StartError::Keys(e.to_string()))?;
        let files = accept.files();
        let access = Arc::new(Access::new(access_settings(config)));
        let (feedback, sns) = sns::make(config, &store, &clock, web).await?;
        let queues = sns::queues(config).await?;
        let node: Vec<Arc<dyn Readiness>> = vec![
            Arc::new(NodeReady(workers.beating(), lifecycle.leave.clone())),
            strays,
            Arc::clone(&sns) as _,
            Arc::clone(&warnings) as _,
            Arc::clone(&guard.reputation) as _,
        ];
        let lists = Lists::new(config, &store, &clock);
        let exchange = Arc::new(Exchange::new(Arc::clone(&store), Arc::clone(&clock), lifecycle.soft.clone()));
        exchange.set(suppression::accounts(config, &running));
        let running = Arc::new(Mutex::new(running));
        let retention = Arc::new(Retention::new(Arc::clone(&store), Arc::clone(&clock), config.retention.ages));
        let suppression = SuppressionPart { lists: lists.clone(), exchange: Arc::clone(&exchange), running: Arc::clone(&running) };
        let reload = reload.map(|read| {
            let part = ProvidersPart {
                maker,
                fleet: workers.fleet(),
                accept: Arc::clone(&accept),
                links: links.clone(),
                tracking: Arc::clone(&tracking),
                identities,
                running,
                grace: config.server.stop_grace,
            };
            let access = AccessPart { access: Arc::clone(&access), tls: tls.clone() };
            let parts: Vec<Arc<dyn Part<Config>>> = vec![
                Arc::new(LogPart),
                Arc::new(KeysPart(Arc::clone(&keys))),
                Arc::new(access),
                Arc::new(guard.clone()),
                Arc::new(part),
                Arc::new(suppression),
                Arc::new(SnsPart(Arc::clone(&sns), Arc::clone(&clock))),
                Arc::new(RetentionPart(Arc::clone(&retention))),
            ];
            // What the sources warn of now is what `/ready` shows.
            let read = move || read().inspect(|loaded| warnings.set(loaded.warnings.clone()));
            Arc::new(reload::reloader(Arc::new(read), config, parts)) as Arc<dyn Reload>
        });
        let senders = worker::senders::run(Arc::clone(&accept), links.clone(), Arc::clone(&clock), lifecycle.soft.clone());
        let hooks = hooks::configured(config, &store, &clock, &random, &accept).await?;
        let calls = worker::hooks::run(Arc::clone(&hooks), workers.fence(), Arc::clone(&clock), lifecycle.soft.clone());
        let around = Around {
            clock: Arc::clone(&clock),
            random,
            metrics: metrics.clone(),
            own: Some(workers.fence()),
            links,
            guard,
            hooks,
            lists,
            retention: Arc::clone(&retention),
            feedback,
            sns: Arc::clone(&sns),
            tracking,
        };
        let state = services(config, &store, Arc::clone(&keys), board, accept, access, node, reload.clone(), around);
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: config.server.listen().to_string(), source })?;
        let consents = worker::consents::run(Arc::clone(&state.consents), Arc::clone(&clock), lifecycle.soft.clone());
        let exchanging = worker::suppression::run(exchange, Arc::clone(&clock), lifecycle.soft.clone());
        let alerts = worker::alerts::run(Arc::clone(&state.alerts), Arc::clone(&clock), lifecycle.soft.clone());
        let router = http::router(state);
        let mut servers = vec![
            tokio::spawn(workers.watch().over("suppression", exchanging)),
            tokio::spawn(workers.watch().over("consents", consents)),
            tokio::spawn(workers.watch().over("tracking", visits)),
            tokio::spawn(workers.watch().over("alerts", alerts)),
            tokio::spawn(server::tcp(listener, router.clone(), listening(config, tls.clone()), lifecycle.clone())),
            tokio::spawn(workers.watch().over("keys", worker::keys::run(Arc::clone(&keys), Arc::clone(&clock), lifecycle.soft.clone()))),
            tokio::spawn(workers.watch().over("senders", senders)),
            tokio::spawn(workers.watch().over("webhooks", calls)),
            tokio::spawn(workers.watch().over("files", worker::files::run(files, Arc::clone(&clock), lifecycle.soft.clone()))),
            tokio::spawn(workers.watch().over("retention", worker::retention::run(retention, Arc::clone(&clock), lifecycle.soft.clone()))),
            tokio::spawn(workers.watch().over("upkeep", worker::upkeep::run(metrics, Arc::clone(&clock), lifecycle.soft.clone()))),
        ];
        servers.extend(sns::run(&sns, queues, &clock, &lifecycle.soft, &workers.watch()));
        if let Some(tls) = tls {
            servers.push(tokio::spawn(workers.watch().over("certificate", tls.watch(Arc::clone(&clock), lifecycle.soft.clone()))));
        }
        let socket = control_socket(config);
        match server::control_listener(&socket) {
            Ok(control) => servers.push(tokio::spawn(server::control(control, socket, router, lifecycle.clone()))),
            Err(error) => {
                tracing::warn!(%error, socket = %socket.display(), "no control socket: commands on this machine need JEBI_API_KEY");
            }
        }
        let (drain_wait, grace) = (config.server.drain_wait, config.server.stop_grace);
        Ok(Self { address, keys, store, reload, lifecycle, workers, servers, clock, drain_wait, grace })
    }

    /// Makes a key that allows everything, where none holds; `None` where there is one: of several nodes that start at once, one makes it.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn first_key(&self) -> Result<Option<Created>, Refusal> {
        self.keys.create_first("first key").await
    }

    /// Stops softly: no new sends from now on, requests answered for `server.drain_wait` more, then no new ones; within the grace
    /// what is under way finishes and is written, the store closes. Returns whether nothing was left behind.
    pub async fn stop(self) -> bool {
        self.lifecycle.leave.cancel();
        let Lifecycle { soft, hard, .. } = self.lifecycle.clone();
        let servers = async {
            tokio::select! {
                () = self.clock.sleep_until(self.clock.boot() + self.drain_wait) => {}
                () = hard.cancelled() => {}
            }
            soft.cancel();
            let drain = futures_util::future::join_all(self.servers);
            if tokio::time::timeout(self.grace, drain).await.is_err() {
                tracing::warn!("some requests did not end in time and were dropped");
                hard.cancel();
            }
        };
        let (left, ()) = tokio::join!(self.workers.stop(self.grace), servers);
        if let Err(error) = self.keys.flush().await {
            tracing::warn!(%error, "the last requests of each key could not be counted");
        }
        // A backup taken before this moment shows as older than the store.
        if let Err(error) = self.store.raise_epoch().await {
            tracing::warn!(%error, "the epoch could not be raised: a backup of the last seconds restored here would not be noticed");
        }
        self.store.close().await;
        left == dispatch::Left::default()
    }
}

/// What the services take besides the configuration and the store.
struct Around {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    metrics: PrometheusHandle,
    /// Which node this is, where it is one.
    own: Option<Arc<Fence>>,
    /// What links in mail are signed with, where there is a secret.
    links: Option<Arc<LinkKeys>>,
    guard: Guard,
    hooks: Arc<crate::service::hooks::Hooks>,
    lists: Lists,
    /// How long data is kept.
    retention: Arc<Retention>,
    /// Takes reports of sent mail.
    feedback: Arc<FeedbackIntake>,
    /// Takes events of SNS.
    sns: Arc<Sns>,
    tracking: Arc<Tracking>,
}

/// The services the API uses. `node` says how this node does, where it sends.
#[expect(clippy::too_many_arguments, reason = "the composition root: each is made elsewhere, and all are needed here")]
fn services(
    config: &Config,
    store: &Arc<dyn Store>,
    keys: Arc<Keys>,
    providers: Arc<dyn Providers>,
    accept: Arc<Accept>,
    access: Arc<Access>,
    node: Vec<Arc<dyn Readiness>>,
    reload: Option<Arc<dyn Reload>>,
    around: Around,
) -> AppState {
    let Around { clock, random, metrics, own, links, guard, hooks, lists, retention, feedback, sns, tracking } = around;
    let parts = [Arc::clone(&accept) as Arc<dyn Readiness>].into_iter().chain(node).collect();
    let notices = config.lists.korean_advertising;
    Arc::new(Services {
        privacy: Privacy::new(Arc::clone(store), Arc::clone(&clock), links.is_some()),
        refusals: Refusals::new(Arc::clone(store), Arc::clone(&clock), links.clone(), accept.profiles(), notices),
        consents: Arc::new(Consents::new(Arc::clone(store), Arc::clone(&clock), Arc::clone(&accept), times(config), notices)),
        suppressions: lists.suppressions,
        addresses: lists.addresses,
        profiles: accept.profiles(),
        links,
        hooks,
        tracking,
        usage: accept.usage(),
        files: accept.files(),
        tokens: Tokens::new(Arc::clone(&keys), Arc::clone(&access), Arc::clone(&clock)),
        attempts: Attempts::new(Arc::clone(&clock)),
        audit: Audit::new(Arc::clone(store), Arc::clone(&clock)),
        load: Load::new(config.server.max_concurrent_requests, config.server.max_bodies_bytes),
        search: Search::new(Arc::clone(store)),
        cancel: Cancel::new(Arc::clone(store), Arc::clone(&clock)),
        results: Results::new(Arc::clone(store), times(config).zone),
        retention,
        retry: Retry::new(Arc::clone(store), Arc::clone(&clock), Arc::clone(&random), Arc::clone(&accept)),
        templates: accept.templates(),
        accept,
        reschedule: Reschedule::new(Arc::clone(store)),
        repeats: Repeats::new(Arc::clone(store), Arc::clone(&clock)),
        times: times(config),
        admin: Admin::new(Arc::clone(store), Arc::clone(&clock)),
        inbox: InboxReader::new(Arc::clone(store), Arc::clone(&clock), random.as_ref(), Arc::clone(&keys), Arc::clone(&access)),
        nodes: Nodes::new(Arc::clone(store), Arc::clone(&clock), own),
        feedback,
        reputation: guard.reputation,
        alerts: guard.alerts,
        figures: Figures::new(Arc::clone(store), Arc::clone(&clock), Arc::clone(&providers)),
        forecast: Forecast::new(Arc::clone(store), Arc::clone(&providers), Arc::clone(&clock)),
        strays: Strays::new(Arc::clone(store), Arc::clone(&providers)),
        providers,
        sns,
        reload,
        ready: Ready::new(Arc::clone(store), parts, Vec::new()),
        metrics,
        clock,
        random,
        access,
        keys,
        settings: HttpSettings {
            body_limit: config.server.max_body_bytes,
            body_time: config.server.request_timeout,
            upload_limit: config.attachments.max_upload_bytes,
            scratch: data_folder(config).to_owned(),
            keyless_inbox: config.inbox.keyless,
        },
    })
}

/// Makes a signed token with the configured secret.
///
/// # Errors
/// No secret is set; a bad subject, scope or end.
pub fn make_token(config: &Config, subject: &str, scopes: &[String], expires_at: Wall, now: Wall) -> Result<String, String> {
    let Some(secret) = &config.access.jwt_secret else {
        return Err("JWT_SECRET: is not set, so no token could be checked; set it as the server has it".to_owned());
    };
    tokens::make(secret.reveal(), subject, scopes, expires_at, now).map_err(|refusal| told(&refusal))
}

/// A line for each fault.
fn told(refusal: &Refusal) -> String {
    let lines: Vec<String> = refusal.faults.iter().map(|f| format!("{}: {}; {}", f.field, f.fault, f.remedy)).collect();
    lines.join("\n")
}

/// What links in mail are signed with; `None` where there is no secret.
async fn link_keys(
    config: &Config,
    store: &Arc<dyn Store>,
    clock: &Arc<dyn Clock>,
    random: &Arc<dyn Random>,
) -> Result<Option<Arc<LinkKeys>>, StartError> {
    let (secret, own) = match secret::secret(config, random.as_ref())? {
        None if store.keeps_hashes().await.map_err(|e| StartError::Keys(e.to_string()))? => return Err(StartError::NoPersonKey),
        None => return Ok(None),
        Some(Secret::Given(secret)) => (secret, false),
        Some(Secret::Own(secret)) => (secret, true),
    };
    let keys = LinkKeys::new(Arc::clone(store), Arc::clone(clock), Arc::clone(random), secret);
    // A store that was restored without the file beside it: nobody else has the secret, so there is nothing to wait for.
    let all = keys.list().await.map_err(|e| StartError::Keys(e.to_string()))?;
    if own && all.iter().max_by_key(|key| key.since).is_some_and(|newest| !newest.usable) {
        tracing::warn!("the secret of links in mail is another one than before: links in mail that was sent until now stop working");
        if store.keeps_hashes().await.map_err(|e| StartError::Keys(e.to_string()))? {
            tracing::error!("people who were erased under the former secret are not known any more: erase them again, or bring it back");
        }
        keys.rotate().await.map_err(|e| StartError::Keys(e.to_string()))?;
    }
    Ok(Some(Arc::new(keys)))
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address: address.to_string(), source })
}

/// Takes the key of the configuration in. One that holds already needs no write: a full disk must not be in the way of a start.
async fn given_key(config: &Config, keys: &Keys) -> Result<(), Refusal> {
    let Some(given) = &config.access.api_key else { return Ok(()) };
    if keys.authenticate(given.reveal()).is_none() && keys.ensure("JEBI_API_KEY", given.reveal()).await?.revoked_at.is_some() {
        tracing::warn!("JEBI_API_KEY holds a key that was revoked, and stays refused: set another");
    }
    Ok(())
}

/// The folder this node keeps its own things in: with SQLite the whole store.
#[must_use]
pub fn data_folder(config: &Config) -> &Path {
    &config.database.data_dir
}
