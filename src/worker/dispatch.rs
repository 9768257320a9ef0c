//! One provider's dispatcher: its claimer and settler on the shared runtime, its sender threads, and how they stop.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use arc_swap::ArcSwap;
use futures_util::FutureExt;
use jebi_domain::{
    link::Links,
    message::Lane,
    port::{
        Clock, Provider, Random,
        slots::SharedSlots,
        store::{QueueStore, StoreError, StoreResult},
    },
    quota,
    time::{Boot, Wall},
};
use tokio::{
    runtime::{Builder, Handle},
    task::{AbortHandle, LocalSet},
};

use super::{
    account::Current,
    claim::{Claimer, Inbox},
    load::Loader,
    make::Maker,
    sender::SenderLoop,
    settle::Settler,
    slots::Reserver,
    watch::Watch,
};
use crate::service::dispatch::{Dispatch, Fence, Left, Settings, Setup, files::FileCache, lateness::Lateness, turns::Turns};

/// Called right at every write to a connection, with the time and the number of recipients. Must be quick.
pub type Observer = Arc<dyn Fn(Boot, u32) + Send + Sync>;

/// How long the last outcomes may take to be stored after the grace for calls in flight.
const WRITE_GRACE: Duration = Duration::from_secs(5);
const RECORD: Duration = Duration::from_secs(1);

/// What a dispatcher needs.
pub struct DispatchDeps {
    pub store: Arc<dyn QueueStore>,
    pub files: Arc<FileCache>,
    pub provider: Current,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub settings: Settings,
    pub fence: Arc<Fence>,
    pub watch: Watch,
    /// The shared runtime, for everything but sending.
    pub runtime: Handle,
    pub observer: Option<Observer>,
    /// What links in mail are signed with.
    pub links: Arc<ArcSwap<Links>>,
}

/// One provider's dispatcher.
pub struct Dispatcher {
    deps: DispatchDeps,
    dispatch: Arc<Dispatch>,
    /// Where several nodes share the rate.
    shared: Option<Arc<dyn SharedSlots>>,
    tasks: Vec<AbortHandle>,
    threads: Vec<JoinHandle<()>>,
}

impl Dispatcher {
    /// Reads when a slot was last taken. Nothing runs yet, and nothing is sent before the account has been asked
    /// ([`Dispatch::account_answered`]) and a beat is known to the fence.
    ///
    /// # Errors
    /// What the store answers when it can't be read.
    pub async fn new(deps: DispatchDeps) -> StoreResult<Self> {
        let provider = deps.provider.get();
        let name = provider.name().to_owned();
        let shared = deps.store.shared_slots();
        let last_slot = if shared.is_none() { deps.store.last_slot(&name).await? } else { None };
        let sent = deps.store.sent_slots(&name, deps.clock.wall() - quota::WINDOW - quota::SLOT).await?;
        if shared.is_none() && last_slot.is_none() {
            // Slots are recorded about every second. An end before the first record must leave something that shows a start,
            // for the store to count as a slot taken at the next one.
            deps.store.record_slot(&name, Wall(0)).await?;
        }
        let watch = deps.watch.clone();
        let dispatch = Arc::new(Dispatch::new(Setup {
            provider: name,
            kind: provider.kind(),
            settings: deps.settings.clone(),
            fence: deps.fence.clone(),
            shares_slots: shared.is_some(),
            last_slot,
            sent,
            wall: deps.clock.wall(),
            boot: deps.clock.boot(),
        }));
        dispatch.note_max_size(provider.max_size());
        watch.add(dispatch.clone());
        Ok(Self { deps, dispatch, shared, tasks: Vec::new(), threads: Vec::new() })
    }

    #[must_use]
    pub fn dispatch(&self) -> Arc<Dispatch> {
        self.dispatch.clone()
    }

    /// What it sends through, now and later.
    #[must_use]
    pub fn provider(&self) -> Current {
        self.deps.provider.clone()
    }

    /// Sends through another one of the same name and kind from now on: calls under way finish on their connections, the next
    /// begin on new ones. Rate, limits and leases go on as they are.
    pub fn replace(&self, provider: Arc<dyn Provider>) {
        self.dispatch.note_max_size(provider.max_size());
        self.deps.provider.replace(provider);
        self.dispatch.replaced();
    }

    /// Starts claiming, settling and the sender threads.
    ///
    /// # Errors
    /// What the store answers when it does not take the subscription; a thread that can't be started.
    pub async fn run(&mut self) -> StoreResult<()> {
        for index in 0..self.deps.settings.sender_threads.max(1) {
            let sender = self.sender(index);
            let thread = std::thread::Builder::new().name(format!("jebi-send-{index}"));
            let watch = self.deps.watch.clone();
            let run = move || match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(LocalSet::new().run_until(sender.run())),
                Err(err) => watch.failed("sender", &format!("a sender thread has no runtime: {err}")),
            };
            let watch = self.deps.watch.clone();
            let spawned = thread.spawn(move || watch.over_thread("sender", run));
            self.threads.push(spawned.map_err(|err| StoreError::Internal(format!("a sender thread could not be started: {err}")))?);
        }
        self.run_without_threads().await
    }

    /// Everything but the threads: whoever calls this runs the loops of [`Self::sender`] itself.
    ///
    /// # Errors
    /// What the store answers when it does not take the subscription.
    pub async fn run_without_threads(&mut self) -> StoreResult<()> {
        let inbox = Inbox::default();
        let settler = Settler {
            dispatch: self.dispatch.clone(),
            store: self.deps.store.clone(),
            clock: self.deps.clock.clone(),
            random: self.deps.random.clone(),
            has_feedback: None,
        };
        let runtime = self.deps.runtime.clone();
        let over = |name, run| self.deps.watch.clone().over(name, run);
        self.tasks.push(runtime.spawn(over("settler", settler.run().boxed())).abort_handle());
        let mut claimer = Claimer::new(&self.dispatch, &self.deps, inbox);
        claimer.subscribe().await?;
        self.tasks.push(runtime.spawn(over("claimer", claimer.run().boxed())).abort_handle());
        for lane in Lane::ALL {
            let (dispatch, files, clock) = (self.dispatch.clone(), self.deps.files.clone(), self.deps.clock.clone());
            self.tasks.push(runtime.spawn(over("loader", Loader { dispatch, files, clock, lane }.run().boxed())).abort_handle());
        }
        for lane in Lane::ALL.into_iter().cycle().take(2 * self.deps.settings.sender_threads.max(1)) {
            self.tasks.push(runtime.spawn(over("maker", self.maker(lane).run().boxed())).abort_handle());
        }
        if let Some(reserver) = self.reserver() {
            self.tasks.push(runtime.spawn(over("slots", reserver.run().boxed())).abort_handle());
        }
        let record = record(self.dispatch.clone(), self.deps.provider.clone(), self.deps.store.clone(), self.deps.clock.clone());
        self.tasks.push(runtime.spawn(over("slot_recorder", record.boxed())).abort_handle());
        Ok(())
    }

    fn maker(&self, lane: Lane) -> Maker {
        Maker {
            dispatch: self.dispatch.clone(),
            provider: self.deps.provider.clone(),
            links: self.deps.links.clone(),
            clock: self.deps.clock.clone(),
            lane,
        }
    }

    fn reserver(&self) -> Option<Reserver> {
        let slots = self.shared.clone()?;
        Some(Reserver { dispatch: self.dispatch.clone(), slots, clock: self.deps.clock.clone() })
    }

    /// The loop of one sender thread, for a `LocalSet`.
    #[must_use]
    pub fn sender(&self, index: usize) -> SenderLoop {
        SenderLoop {
            index,
            dispatch: self.dispatch.clone(),
            provider: self.deps.provider.clone(),
            clock: self.deps.clock.clone(),
            observer: self.deps.observer.clone(),
            links: self.deps.links.clone(),
            watch: self.deps.watch.clone(),
        }
    }

    /// Stops softly: starts nothing, gives back what is ready, lets calls in flight finish within `grace`, stores every outcome
    /// and the last slot. Calls without an answer by then are abandoned: nothing is written for them.
    pub async fn stop(mut self, grace: Duration) -> Left {
        let clock = self.deps.clock.clone();
        self.dispatch.stop_starting();
        let deadline = clock.boot() + grace;
        self.wait(deadline, |left| left.in_flight == 0).await;
        let left = self.dispatch.left();
        if left.in_flight > 0 {
            tracing::warn!(in_flight = left.in_flight, provider = self.dispatch.provider(), "calls without an answer are abandoned");
        }
        self.dispatch.stop_threads();
        // They end at once: what they still do is dropped with their runtime. Joining must not block the shared one.
        let threads = std::mem::take(&mut self.threads);
        let joined = tokio::task::spawn_blocking(move || threads.into_iter().filter_map(|thread| thread.join().err()).count());
        if !matches!(joined.await, Ok(0)) {
            tracing::error!(provider = self.dispatch.provider(), "a sender thread ended by a panic");
        }
        self.wait(clock.boot() + WRITE_GRACE, |left| left.unwritten == 0).await;
        record_slot(&self.dispatch, &*self.deps.store, &*clock).await;
        self.tasks.iter().for_each(AbortHandle::abort);
        if let Some(reserver) = self.reserver() {
            reserver.last_words().await;
        }
        self.dispatch.left()
    }

    /// Stops hard: nothing more is sent or written.
    pub fn kill(&self) {
        self.dispatch.stop_threads();
        self.tasks.iter().for_each(AbortHandle::abort);
    }

    async fn wait(&self, deadline: Boot, done: impl Fn(Left) -> bool) {
        loop {
            let changed = self.dispatch.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if done(self.dispatch.left()) {
                return;
            }
            tokio::select! {
                () = changed => {}
                () = self.deps.clock.sleep_until(deadline) => return,
            }
        }
    }
}

impl Claimer {
    fn new(dispatch: &Arc<Dispatch>, deps: &DispatchDeps, inbox: Inbox) -> Self {
        Self {
            dispatch: dispatch.clone(),
            store: deps.store.clone(),
            clock: deps.clock.clone(),
            subscribed: None,
            inbox,
            turns: Turns::default(),
            reload_at: Boot(0),
            offset: None,
            lateness: Lateness::new(deps.clock.boot(), deps.clock.wall()),
            bulk_lateness: Lateness::new(deps.clock.boot(), deps.clock.wall()),
            pause: super::claim::AFTER_ERROR.0,
        }
    }
}

/// Records about every second when a slot was last taken, notes what a server has said of sizes, and shows the gauges.
async fn record(dispatch: Arc<Dispatch>, provider: Current, store: Arc<dyn QueueStore>, clock: Arc<dyn Clock>) {
    let mut recorded = None;
    loop {
        clock.sleep_until(clock.boot() + RECORD).await;
        dispatch.show();
        dispatch.note_max_size(provider.get().max_size());
        let last = dispatch.last_slot();
        if last != recorded && record_slot(&dispatch, &*store, &*clock).await {
            recorded = last;
        }
    }
}

/// `false` when the store did not take it.
async fn record_slot(dispatch: &Dispatch, store: &dyn QueueStore, clock: &dyn Clock) -> bool {
    let Some(last) = dispatch.last_slot() else { return true };
    let at = clock.wall() - clock.boot().since(last);
    match store.record_slot(dispatch.provider(), at).await {
        Ok(()) => true,
        Err(err) => {
            tracing::warn!(%err, provider = dispatch.provider(), "the last slot could not be recorded");
            false
        }
    }
}
