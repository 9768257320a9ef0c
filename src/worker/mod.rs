//! Loops, no rules: what runs beside the requests. The rules are in `crate::service::dispatch`; everything outside is a port.
//!
//! [`start`] sets all of it going for one incarnation and [`Workers::stop`] ends it in order: no new starts, calls in flight
//! finish, outcomes are written, slots are recorded, the incarnation ends (contract 6).

pub mod account;
pub mod alerts;
mod beat;
mod claim;
pub mod consents;
pub mod dispatch;
mod feedback;
pub mod files;
mod fleet;
pub mod hooks;
mod housekeep;
pub mod keys;
mod load;
mod make;
pub mod queue;
mod quota;
mod reclaim;
mod reputation;
mod sender;
pub mod senders;
mod settle;
mod slots;
pub mod sns;
pub mod suppression;
pub mod tracking;
pub mod upkeep;
pub mod watch;

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use jebi_domain::{
    event::Feedback,
    link::Links,
    message::Lane,
    port::{
        Clock, FileBytes, Provider, Random,
        nodes::NodeStart,
        store::{AdminStore, QueueStore, StoreResult},
    },
    time::Wall,
};
use tokio::{runtime::Handle, sync::mpsc::UnboundedReceiver};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{dispatch::Observer, watch::Watch};
pub use self::{
    fleet::{Fleet, Wanted},
    reclaim::once as reclaim,
};
use crate::service::{
    dispatch::{Dispatch, Fence, Left, Settings, files::FileCache},
    providers::{ProviderStatus, Providers},
    reputation::Reputation,
};

/// What the workers need.
pub struct WorkerDeps {
    pub queue: Arc<dyn QueueStore>,
    pub admin: Arc<dyn AdminStore>,
    /// Where the files of mails lie.
    pub files: Arc<dyn FileBytes>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// What this node says of itself.
    pub node: NodeStart,
    /// The shared runtime.
    pub runtime: Handle,
    /// What links in mail are signed with.
    pub links: Arc<ArcSwap<Links>>,
    /// Each configured account and how its mail is sent.
    pub providers: Vec<(Arc<dyn Provider>, Settings)>,
    /// Reports a provider makes inside this process (the local inbox).
    pub feedback: Option<UnboundedReceiver<Feedback>>,
    /// What holds bulk mail back.
    pub reputation: Option<Arc<Reputation>>,
    /// Called at every write to a provider's connection.
    pub observer: Option<Observer>,
}

/// What every loop has.
#[derive(Clone)]
pub(crate) struct Shared {
    pub queue: Arc<dyn QueueStore>,
    pub admin: Arc<dyn AdminStore>,
    /// Files of mails in memory, for all providers.
    pub files: Arc<FileCache>,
    pub clock: Arc<dyn Clock>,
    pub node: Arc<NodeStart>,
    pub fence: Arc<Fence>,
    pub dispatches: Arc<ArcSwap<Vec<Arc<Dispatch>>>>,
    pub reputation: Option<Arc<Reputation>>,
    pub stop: CancellationToken,
}

impl Shared {
    /// Sleeps; `false` when it is time to stop instead.
    pub async fn pause(&self, time: Duration) -> bool {
        let until = self.clock.boot() + time;
        tokio::select! {
            () = self.clock.sleep_until(until) => true,
            () = self.stop.cancelled() => false,
        }
    }
}

/// All that runs.
pub struct Workers {
    shared: Shared,
    watch: Watch,
    fleet: Arc<Fleet>,
    tasks: TaskTracker,
}

/// What the API asks for the providers.
struct Board {
    dispatches: Arc<ArcSwap<Vec<Arc<Dispatch>>>>,
    clock: Arc<dyn Clock>,
}

impl Board {
    fn find<T>(&self, provider: &str, ask: impl FnOnce(&Dispatch) -> T) -> Option<T> {
        self.dispatches.load().iter().find(|d| d.provider() == provider).map(|d| ask(d))
    }
}

impl Providers for Board {
    fn status(&self) -> Vec<ProviderStatus> {
        let (boot, wall) = (self.clock.boot(), self.clock.wall());
        self.dispatches.load().iter().map(|dispatch| dispatch.status(boot, wall)).collect()
    }

    fn is_sandbox(&self, provider: &str) -> bool {
        self.find(provider, Dispatch::is_sandbox).unwrap_or(false)
    }

    fn max_size(&self, provider: &str) -> Option<u64> {
        self.find(provider, Dispatch::max_size).flatten()
    }

    fn finish_at(&self, provider: &str, lane: Lane, recipients: u64, from: Wall) -> Option<Wall> {
        self.find(provider, |dispatch| dispatch.finish_at(lane, recipients, from, self.clock.boot())).flatten()
    }
}

/// Whether a node's leases hold.
pub struct Beating {
    fence: Arc<Fence>,
    clock: Arc<dyn Clock>,
}

impl Beating {
    /// The loop that ended by an error of ours: nothing is sent until the process is started anew.
    #[must_use]
    pub fn failed(&self) -> Option<&'static str> {
        self.fence.failed()
    }

    #[must_use]
    pub fn is_beating(&self) -> bool {
        self.fence.is_open(self.clock.boot())
    }
}

/// Starts an incarnation of this node, takes over what earlier ones left, and starts every loop.
///
/// # Errors
/// What the store answers when it can't be used; nothing runs then.
pub async fn start(mut deps: WorkerDeps) -> StoreResult<Workers> {
    let fence = Arc::new(Fence::default());
    let submitted = deps.clock.boot();
    let incarnation = deps.queue.start(&deps.node, deps.clock.wall()).await?;
    fence.begin(incarnation);
    deps.queue.beat(incarnation, deps.clock.wall()).await?;
    fence.renew(submitted);
    let mut names = Vec::with_capacity(deps.providers.len());
    names.extend(deps.providers.iter().map(|(provider, _)| provider.name().to_owned()));
    reclaim::once(&*deps.queue, &*deps.clock, incarnation, &names).await?;
    let watch = Watch::new(fence.clone());
    let shared = Shared {
        queue: deps.queue.clone(),
        admin: deps.admin.clone(),
        files: Arc::new(FileCache::new(deps.files.clone())),
        clock: deps.clock.clone(),
        node: Arc::new(deps.node.clone()),
        fence,
        dispatches: Arc::default(),
        reputation: deps.reputation.clone(),
        stop: CancellationToken::new(),
    };
    // Before anything can be sent: what was paused stays so.
    if let Some(guard) = &shared.reputation {
        guard.look(&[]).await?;
    }
    let tasks = TaskTracker::new();
    let (providers, feedback) = (std::mem::take(&mut deps.providers), deps.feedback.take());
    let on = deps.runtime.clone();
    let fleet = Arc::new(Fleet::new(shared.clone(), deps, tasks.clone(), watch.clone()));
    let mut dispatchers = Vec::with_capacity(names.len());
    for (provider, settings) in providers {
        dispatchers.push(fleet.make(provider, settings).await?);
    }
    tasks.spawn_on(watch.clone().over("beat", beat::run(shared.clone())), &on);
    tasks.spawn_on(watch.clone().over("reclaim", reclaim::run(shared.clone())), &on);
    tasks.spawn_on(watch.clone().over("housekeeping", housekeep::run(shared.clone())), &on);
    fleet.run(dispatchers).await?;
    tasks.spawn_on(watch.clone().over("epoch", housekeep::raise_epoch(shared.clone())), &on);
    if let Some(reports) = feedback {
        tasks.spawn_on(watch.clone().over("feedback", feedback::run(shared.clone(), reports)), &on);
    }
    if let Some(guard) = shared.reputation.clone() {
        tasks.spawn_on(watch.clone().over("reputation", reputation::run(shared.clone(), guard)), &on);
    }
    tasks.close();
    Ok(Workers { shared, watch, fleet, tasks })
}

impl Shared {
    pub(crate) fn look_at_guard(&self) {
        let guard = self.admin.guard();
        self.dispatches.load().iter().for_each(|dispatch| dispatch.set_guard(&guard));
    }
}

impl Workers {
    /// How the providers stand.
    #[must_use]
    pub fn board(&self) -> Arc<dyn Providers> {
        Arc::new(Board { dispatches: self.shared.dispatches.clone(), clock: self.shared.clock.clone() })
    }

    /// The dispatchers, to be changed while they run.
    #[must_use]
    pub fn fleet(&self) -> Arc<Fleet> {
        self.fleet.clone()
    }

    /// Watches further loops of this node.
    #[must_use]
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }

    /// Tells for readiness whether this node's leases hold, so that mail can be sent.
    #[must_use]
    pub fn beating(&self) -> Beating {
        Beating { fence: self.shared.fence.clone(), clock: self.shared.clock.clone() }
    }

    /// Which incarnation this node is, and how long its leases hold.
    #[must_use]
    pub fn fence(&self) -> Arc<Fence> {
        self.shared.fence.clone()
    }

    /// Stops softly: starts nothing, lets calls in flight finish within `grace`, writes every outcome, and ends the incarnation.
    /// Returns what was left; it shows as unsettled at the next start. The store is still open afterwards.
    pub async fn stop(self, grace: Duration) -> Left {
        // All providers at once: the grace is for them together. What is ready goes back first, for other nodes to send.
        let left = async { tokio::join!(self.fleet.stop(grace), self.drain(grace)).0 }.await;
        // The beat goes on until here: calls in flight are ours.
        self.shared.stop.cancel();
        self.tasks.wait().await;
        if left != Left::default() {
            tracing::warn!(in_flight = left.in_flight, unwritten = left.unwritten, "stopped with mail that is unsettled at the next start");
            return left;
        }
        if let Err(err) = self.shared.queue.end(self.shared.fence.incarnation(), self.shared.clock.wall()).await {
            tracing::warn!(%err, "the incarnation could not be ended; the next start waits for its lease");
        }
        left
    }

    /// Shows the others that this node stops, within `grace`: it is stopping all the same where the store does not take that.
    async fn drain(&self, grace: Duration) {
        let Shared { queue, clock, fence, .. } = &self.shared;
        let until = clock.boot() + grace;
        tokio::select! {
            told = queue.drain(fence.incarnation(), clock.wall()) => {
                if let Err(err) = told {
                    tracing::warn!(%err, "the other nodes are not told that this one stops");
                }
            }
            () = clock.sleep_until(until) => tracing::warn!("the store takes too long to note that this node stops"),
        }
    }

    /// Stops hard: nothing is waited for and nothing written. What was in flight is unsettled at the next start.
    pub fn kill(self) {
        self.shared.stop.cancel();
        self.fleet.kill();
    }
}
