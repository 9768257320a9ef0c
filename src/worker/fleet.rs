//! The dispatchers of all providers, which may come, change and go while others run.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::{Provider, store::StoreResult};
use tokio::sync::Mutex;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Shared, WorkerDeps,
    account::Current,
    dispatch::{DispatchDeps, Dispatcher},
    quota,
    watch::Watch,
};
use crate::service::dispatch::{Left, Settings};

/// What a provider is to be from now on.
pub struct Wanted {
    pub name: String,
    pub settings: Settings,
    /// Another way to reach it; `None` leaves the connections as they are. One that is new needs one.
    pub provider: Option<Arc<dyn Provider>>,
}

/// One that runs, and what ends its questions to the account.
struct One {
    dispatcher: Dispatcher,
    stop: CancellationToken,
}

/// All of them.
pub struct Fleet {
    shared: Shared,
    /// What a new one is made of; its providers are those of the start.
    deps: WorkerDeps,
    tasks: TaskTracker,
    watch: Watch,
    all: Mutex<Vec<One>>,
}

impl Fleet {
    pub(super) fn new(shared: Shared, deps: WorkerDeps, tasks: TaskTracker, watch: Watch) -> Self {
        Self { shared, deps, tasks, watch, all: Mutex::default() }
    }

    /// Makes a dispatcher that does nothing yet.
    ///
    /// # Errors
    /// What the store answers when it can't be read.
    pub(super) async fn make(&self, provider: Arc<dyn Provider>, settings: Settings) -> StoreResult<Dispatcher> {
        let deps = DispatchDeps {
            store: self.deps.queue.clone(),
            files: self.shared.files.clone(),
            provider: Current::new(provider),
            clock: self.deps.clock.clone(),
            random: self.deps.random.clone(),
            settings,
            fence: self.shared.fence.clone(),
            watch: self.watch.clone(),
            runtime: self.deps.runtime.clone(),
            observer: self.deps.observer.clone(),
            links: self.deps.links.clone(),
        };
        Dispatcher::new(deps).await
    }

    /// Lets dispatchers run beside those there are.
    ///
    /// # Errors
    /// What the store answers when it does not take the subscription.
    pub(super) async fn run(&self, made: Vec<Dispatcher>) -> StoreResult<()> {
        let mut all = self.all.lock().await;
        let known = self.shared.dispatches.load();
        let dispatches = known.iter().cloned().chain(made.iter().map(Dispatcher::dispatch)).collect();
        self.shared.dispatches.store(Arc::new(dispatches));
        // Before anything can be sent: a store that looks copied sends nothing.
        self.shared.look_at_guard();
        self.shared.hand_out_orders();
        for mut dispatcher in made {
            let stop = self.shared.stop.child_token();
            let shared = Shared { stop: stop.clone(), ..self.shared.clone() };
            let asking = quota::run(shared, dispatcher.provider(), dispatcher.dispatch());
            self.tasks.spawn_on(self.watch.clone().over("account", asking), &self.deps.runtime);
            dispatcher.run().await?;
            all.push(One { dispatcher, stop });
        }
        Ok(())
    }

    /// Changes those that are named and adds those that are new. Those not named go on.
    ///
    /// # Errors
    /// What the store answers when a new one can't be added; what was changed by then stays.
    pub async fn put(&self, wanted: Vec<Wanted>) -> StoreResult<()> {
        for one in wanted {
            let all = self.all.lock().await;
            let running = all.iter().find(|running| running.dispatcher.dispatch().provider() == one.name);
            if let Some(running) = running {
                running.dispatcher.dispatch().apply(one.settings, self.shared.clock.boot());
                if let Some(provider) = one.provider {
                    running.dispatcher.replace(provider);
                    tracing::info!(provider = one.name, "sends on new connections from now on");
                }
                continue;
            }
            drop(all);
            if let Some(provider) = one.provider {
                let made = self.make(provider, one.settings).await?;
                self.run(vec![made]).await?;
                tracing::info!(provider = one.name, "provider added");
            }
        }
        Ok(())
    }

    /// Ends those that are not named, softly, within the grace, and puts the others in this order. What waits for the ended ones
    /// stays in the store.
    pub async fn keep(&self, names: &[String], grace: Duration) {
        let mut all = self.all.lock().await;
        let place = |one: &One| names.iter().position(|name| name == one.dispatcher.dispatch().provider());
        let (mut kept, gone): (Vec<One>, Vec<One>) = std::mem::take(&mut *all).into_iter().partition(|one| place(one).is_some());
        kept.sort_by_key(place);
        *all = kept;
        self.shared.dispatches.store(Arc::new(all.iter().map(|one| one.dispatcher.dispatch()).collect()));
        for one in gone {
            let name = one.dispatcher.dispatch().provider().to_owned();
            one.stop.cancel();
            let left = one.dispatcher.stop(grace).await;
            tracing::info!(provider = name, "provider removed");
            if left != Left::default() {
                let Left { in_flight, unwritten } = left;
                tracing::warn!(
                    provider = name,
                    in_flight,
                    unwritten,
                    "a removed provider left mail without an outcome: the next start settles it"
                );
            }
        }
    }

    /// Stops all within the same grace; says what was left.
    pub(super) async fn stop(&self, grace: Duration) -> Left {
        // First no new claims anywhere: one that is being removed may hold the others up for its grace.
        self.shared.dispatches.load().iter().for_each(|dispatch| dispatch.stop_starting());
        let all = std::mem::take(&mut *self.all.lock().await);
        let stops = all.into_iter().map(|one| one.dispatcher.stop(grace));
        let left = futures_util::future::join_all(stops).await;
        left.into_iter()
            .fold(Left::default(), |sum, one| Left { in_flight: sum.in_flight + one.in_flight, unwritten: sum.unwritten + one.unwritten })
    }

    /// Stops all hard.
    pub(super) fn kill(&self) {
        self.shared.dispatches.load().iter().for_each(|dispatch| dispatch.stop_threads());
        if let Ok(all) = self.all.try_lock() {
            all.iter().for_each(|one| one.dispatcher.kill());
        }
    }
}
