//! A dispatcher on one thread, with a store in memory, a scripted provider and a clock moved by hand: every run is the same.

mod files;
mod provider;
mod slots;
mod store;

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use jebi::{
    service::dispatch::{Dispatch, Fence, Settings, files::FileCache},
    service::providers::ProviderStatus,
    worker::{
        account::Current,
        dispatch::{DispatchDeps, Dispatcher, Observer},
        watch::Watch,
    },
};
use jebi_domain::{
    fake::{ManualClock, SeededRandom},
    id::Incarnation,
    link::{LinkKey, Links},
    port::{Clock, Provider},
    time::{Boot, Wall},
};

pub use files::*;
pub use provider::*;
pub use slots::*;
pub use store::*;

/// The parts a test looks at and turns.
pub struct Rig {
    pub clock: ManualClock,
    pub store: Arc<MemoryStore>,
    pub shelf: Arc<Shelf>,
    pub provider: Scripted,
    pub dispatch: Arc<Dispatch>,
    pub dispatcher: Option<Dispatcher>,
    pub fence: Arc<Fence>,
    /// What links are signed with: a key, and no address for the world.
    pub links: Arc<ArcSwap<Links>>,
    /// Every write: when, and to how many.
    pub log: Arc<Mutex<Vec<(u64, u32)>>>,
    /// Whether the fence is renewed as time passes.
    pub beats: bool,
}

/// Runs a test's future where local tasks can live.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(tokio::task::LocalSet::new().run_until(test))
}

/// The most recipients in any half-open second.
pub fn peak(log: &[(u64, u32)]) -> u64 {
    let (mut lo, mut sum, mut most) = (0, 0u64, 0);
    for (at, n) in log {
        sum += u64::from(*n);
        while at - log[lo].0 >= 1_000_000_000 {
            sum -= u64::from(log[lo].1);
            lo += 1;
        }
        most = most.max(sum);
    }
    most
}

pub fn settings(rate: Option<f64>) -> Settings {
    Settings { max_rate: rate, sender_threads: 1, ..Settings::default() }
}

pub fn started_clock() -> ManualClock {
    let clock = ManualClock::new(Wall(1_000_000));
    // Boot time is somewhere when a process starts.
    clock.advance(Duration::from_secs(100));
    clock
}

/// Lets everything run that can.
pub async fn quiet() {
    for _ in 0..60 {
        tokio::task::yield_now().await;
    }
}

impl Rig {
    /// Started, its account asked, without a rate.
    pub async fn new() -> Self {
        Self::with(settings(None), |_, _| {}).await
    }

    pub async fn at_rate(rate: f64) -> Self {
        Self::with(settings(Some(rate)), |_, _| {}).await
    }

    /// `prepare` runs before anything starts.
    pub async fn with(settings: Settings, prepare: impl FnOnce(&MemoryStore, &Scripted)) -> Self {
        Self::on(started_clock(), settings, prepare).await
    }

    /// The same on a clock that others run on, too.
    pub async fn on(clock: ManualClock, settings: Settings, prepare: impl FnOnce(&MemoryStore, &Scripted)) -> Self {
        let (store, provider) = (Arc::new(MemoryStore::default()), Scripted::new(clock.clone()));
        prepare(&store, &provider);
        let shelf = Arc::new(Shelf::default());
        let (fence, log) = (Arc::new(Fence::default()), Arc::<Mutex<Vec<(u64, u32)>>>::default());
        fence.begin(Incarnation(1));
        fence.renew(clock.boot());
        let written = log.clone();
        let observer: Observer = Arc::new(move |at: Boot, n| written.lock().unwrap_or_else(PoisonError::into_inner).push((at.0, n)));
        let links = Arc::new(ArcSwap::from_pointee(Links::new(vec![LinkKey::derive(b"secret", 1, b"salt", Wall(i64::MIN))])));
        let mut dispatcher = Dispatcher::new(DispatchDeps {
            links: links.clone(),
            store: store.clone(),
            files: Arc::new(FileCache::new(shelf.clone())),
            provider: Current::new(Arc::new(provider.clone())),
            clock: Arc::new(clock.clone()),
            random: Arc::new(SeededRandom::new(7)),
            settings,
            fence: fence.clone(),
            watch: Watch::new(fence.clone()),
            runtime: tokio::runtime::Handle::current(),
            observer: Some(observer),
        })
        .await
        .expect("the store answers");
        tokio::task::spawn_local(dispatcher.sender(0).run());
        dispatcher.run_without_threads().await.expect("the store answers");
        let dispatch = dispatcher.dispatch();
        dispatch.account_answered(provider.account().await, clock.boot());
        quiet().await;
        Self { clock, store, shelf, provider, dispatch, dispatcher: Some(dispatcher), fence, links, log, beats: true }
    }

    /// Moves the clock on in one step and lets everything run.
    pub async fn advance(&self, by: Duration) {
        self.clock.advance(by);
        if self.beats {
            self.fence.renew(self.clock.boot());
        }
        quiet().await;
    }

    /// Moves the clock on in steps of a millisecond.
    pub async fn advance_finely(&self, by: Duration) {
        for _ in 0..by.as_millis() {
            self.advance(Duration::from_millis(1)).await;
        }
    }

    /// Moves on by a second at a time until it is so; at most an hour.
    pub async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        for _ in 0..3600 {
            if is_so(self) {
                return;
            }
            self.advance(Duration::from_secs(1)).await;
        }
        panic!("not within an hour: {:?} {:?}", self.status(), self.store.rows());
    }

    pub fn clock_boot(&self) -> Boot {
        self.clock.boot()
    }

    pub fn clock_wall(&self) -> Wall {
        self.clock.wall()
    }

    pub fn clock_ns(&self) -> u64 {
        self.clock.boot().0
    }

    pub fn status(&self) -> ProviderStatus {
        self.dispatch.status(self.clock.boot(), self.clock.wall())
    }

    pub fn written(&self) -> Vec<(u64, u32)> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
