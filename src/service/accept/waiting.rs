//! The limit on waiting mail (`MAX_WAITING`).

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jebi_domain::{
    port::{Clock, Store},
    refusal::Refusal,
    time::Boot,
};
use tokio::sync::Mutex;

use super::super::trouble::refusal;

/// How old a count may be.
const FRESH: Duration = Duration::from_secs(1);
/// Seconds to wait when the queue is full.
const RETRY_AFTER_S: u32 = 10;
/// No count was read yet.
const NEVER: u64 = u64::MAX;

/// Knows how many recipients wait: the store's count, at most a second old, and what was accepted since.
pub(super) struct Waiting {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    max: AtomicI64,
    count: AtomicI64,
    read_at: AtomicU64,
    reading: Mutex<()>,
}

impl Waiting {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, max: i64) -> Self {
        Self { store, clock, max: AtomicI64::new(max), count: AtomicI64::new(0), read_at: AtomicU64::new(NEVER), reading: Mutex::new(()) }
    }

    /// Takes another limit.
    pub(super) fn set_max(&self, max: i64) {
        self.max.store(max, Ordering::Relaxed);
    }

    /// Whether so many more may come.
    pub(super) async fn admit(&self, recipients: usize) -> Result<(), Refusal> {
        if !self.fresh() {
            self.read().await?;
        }
        let (waiting, max) = (self.count.load(Ordering::Relaxed), self.max.load(Ordering::Relaxed));
        if waiting.saturating_add(i64::try_from(recipients).unwrap_or(i64::MAX)) <= max {
            return Ok(());
        }
        let why = format!("{waiting} recipients wait already and at most {max} may (MAX_WAITING)");
        Err(Refusal::busy(RETRY_AFTER_S, "queue_full", why))
    }

    /// Counts what was just accepted, until the store's count has it.
    pub(super) fn add(&self, recipients: usize) {
        self.count.fetch_add(i64::try_from(recipients).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    fn fresh(&self) -> bool {
        let at = self.read_at.load(Ordering::Relaxed);
        at != NEVER && self.clock.boot().since(Boot(at)) <= FRESH
    }

    async fn read(&self) -> Result<(), Refusal> {
        let _one = match self.reading.try_lock() {
            Ok(one) => one,
            // Somebody reads already: an old count is good enough, none at all is not.
            Err(_) if self.read_at.load(Ordering::Relaxed) != NEVER => return Ok(()),
            Err(_) => self.reading.lock().await,
        };
        if self.fresh() {
            return Ok(());
        }
        let at = self.clock.boot();
        let health = self.store.health().await.map_err(refusal)?;
        self.count.store(health.waiting, Ordering::Relaxed);
        self.read_at.store(at.0, Ordering::Relaxed);
        Ok(())
    }
}
