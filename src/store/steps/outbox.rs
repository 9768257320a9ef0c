//! What a node's writers have in common for the outbox: numbers of events, and whom to wake for the calls.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use jebi_domain::id::Incarnation;

use super::turn::NUMBER_BITS;

/// Called when there are calls to be made.
type Wake = Arc<dyn Fn() + Send + Sync>;

/// The first number of an event that is an incarnation's.
pub(super) const FIRST_EVENT: i64 = 1 << NUMBER_BITS;

#[derive(Default)]
pub(super) struct Outbox {
    /// 0 before this node starts an incarnation.
    next: AtomicI64,
    wake: Mutex<Option<Wake>>,
}

impl Outbox {
    /// Begins an incarnation, with numbers of its own.
    pub fn begin(&self, own: Incarnation) {
        self.next.fetch_max(own.0 << NUMBER_BITS, Ordering::Relaxed);
    }

    /// A number for an event; `None` before this node starts an incarnation.
    pub fn number(&self) -> Option<i64> {
        (self.next.load(Ordering::Relaxed) > 0).then(|| self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Who is told that there are calls to be made.
    pub fn wake_by(&self, wake: Wake) {
        *self.wake.lock().unwrap_or_else(PoisonError::into_inner) = Some(wake);
    }

    /// Tells whoever makes calls.
    pub fn wake(&self) {
        if let Some(wake) = &*self.wake.lock().unwrap_or_else(PoisonError::into_inner) {
            wake();
        }
    }
}
