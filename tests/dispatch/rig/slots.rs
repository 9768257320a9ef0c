//! A database that gives out slots for several nodes, on the tests' clock: late, lossy or away as a test says.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jebi_domain::{
    fake::slots::SlotRow,
    port::{
        Boxed, Clock,
        slots::{SharedSlots, SlotAsk, SlotGrant},
        store::{StoreError, StoreResult},
    },
};

struct Inner {
    row: Option<SlotRow>,
    asked: Vec<SlotAsk>,
    /// To the row and back, for each call in turn.
    delays: Vec<(Duration, Duration)>,
    /// Database time less boot time.
    offset_us: i64,
    away: bool,
    /// Answers that never come.
    silent: bool,
}

/// The double. Nodes share one.
pub struct FakeSlots {
    inner: Mutex<Inner>,
    clock: Arc<dyn Clock>,
}

impl FakeSlots {
    pub fn new(clock: impl Clock + 'static) -> Arc<Self> {
        let delays = vec![(Duration::from_millis(1), Duration::from_millis(1)), (Duration::ZERO, Duration::from_millis(3))];
        let inner = Inner { row: None, asked: Vec::new(), delays, offset_us: 1_700_000_000_000_000, away: false, silent: false };
        Arc::new(Self { inner: Mutex::new(inner), clock: Arc::new(clock) })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every call fails, or none does.
    pub fn set_away(&self, away: bool) {
        self.lock().away = away;
    }
    /// No call is answered, though each is carried out.
    pub fn set_silent(&self, silent: bool) {
        self.lock().silent = silent;
    }
    /// Sets the database's clock.
    pub fn step(&self, by_us: i64) {
        self.lock().offset_us += by_us;
    }
    /// It crashed: its row is gone.
    pub fn crash(&self) {
        self.lock().row = None;
    }
    /// Counts recipients that were sent to before.
    pub fn set_taken(&self, taken: u64) {
        let row = SlotRow { taken: i64::try_from(taken).expect("small"), ..SlotRow::fresh(0, 0) };
        self.lock().row = Some(row);
    }
    pub fn taken(&self) -> u64 {
        self.lock().row.as_ref().map_or(0, |row| row.taken.unsigned_abs())
    }
    pub fn asked(&self) -> Vec<SlotAsk> {
        self.lock().asked.clone()
    }

    fn carry_out(&self, ask: &SlotAsk) -> SlotGrant {
        let inner = &mut *self.lock();
        let now = i64::try_from(self.clock.boot().0 / 1_000).expect("a time") + inner.offset_us;
        inner.row.get_or_insert_with(|| SlotRow::fresh(now, ask.window_us)).reserve(ask, now)
    }
}

impl SharedSlots for FakeSlots {
    fn reserve(&self, ask: SlotAsk) -> Boxed<'_, StoreResult<SlotGrant>> {
        let ((there, back), away, silent) = {
            let inner = &mut *self.lock();
            inner.asked.push(ask.clone());
            (inner.delays[inner.asked.len() % inner.delays.len()], inner.away, inner.silent)
        };
        Box::pin(async move {
            self.clock.sleep_until(self.clock.boot() + there).await;
            if away {
                return Err(StoreError::Internal("a fault on demand".into()));
            }
            let grant = self.carry_out(&ask);
            if silent {
                std::future::pending::<()>().await;
            }
            self.clock.sleep_until(self.clock.boot() + back).await;
            Ok(grant)
        })
    }
}
