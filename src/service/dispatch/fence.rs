//! The fence: a call starts only while this node's own lease outlasts it (contract 4).

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jebi_domain::time::Boot;

/// A node that has not beaten for so long is dead to the others (design 6).
pub const LEASE: Duration = Duration::from_secs(15);
/// How much of the lease must be left when a call starts.
pub const MARGIN: Duration = Duration::from_secs(2);

/// Until when this node's leases hold, on the clock that runs through suspend. Shared by all providers of the node.
#[derive(Debug, Default)]
pub struct Fence {
    end: AtomicU64,
    generation: AtomicU64,
    /// The loop that ended by an error of ours: without it nothing may be sent any more.
    failed: OnceLock<&'static str>,
}

impl Fence {
    /// Notes a beat that has been stored; `submitted` is the time *before* it was handed to the store.
    ///
    /// A beat that comes after the lease had run out starts a new generation: others may have taken in between what was
    /// claimed before, so that must not be sent any more.
    pub fn renew(&self, submitted: Boot) {
        let old = Boot(self.end.load(Ordering::Acquire));
        if submitted >= old {
            self.generation.fetch_add(1, Ordering::AcqRel);
        }
        self.end.fetch_max((submitted + LEASE).0, Ordering::AcqRel);
    }

    /// Closes it for good: the loop named has ended by an error of ours, and what cannot be settled is not sent (contract 6). The first
    /// one named stays.
    pub fn close(&self, failed: &'static str) {
        self.failed.get_or_init(|| failed);
    }

    /// The loop that closed it for good.
    #[must_use]
    pub fn failed(&self) -> Option<&'static str> {
        self.failed.get().copied()
    }

    /// Whether a call may start now.
    #[must_use]
    pub fn is_open(&self, now: Boot) -> bool {
        self.failed.get().is_none() && (now + MARGIN).0 < self.end.load(Ordering::Acquire)
    }

    /// Copies claimed under another generation are not sent.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    #[test]
    fn is_closed_before_the_first_beat_and_two_seconds_before_the_lease_ends() {
        let fence = Fence::default();
        assert!(!fence.is_open(Boot(0)));
        fence.renew(Boot(100 * S));
        assert!(fence.is_open(Boot(113 * S - 1)));
        assert!(!fence.is_open(Boot(113 * S)));
    }

    #[test]
    fn closed_for_good_no_beat_opens_it() {
        let fence = Fence::default();
        fence.renew(Boot(10 * S));
        assert_eq!((fence.failed(), fence.is_open(Boot(10 * S))), (None, true));
        fence.close("settler");
        fence.close("claimer");
        fence.renew(Boot(11 * S));
        assert_eq!((fence.failed(), fence.is_open(Boot(11 * S))), (Some("settler"), false));
    }

    #[test]
    fn a_late_or_reordered_beat_never_shortens_the_lease() {
        let fence = Fence::default();
        fence.renew(Boot(10 * S));
        fence.renew(Boot(8 * S));
        assert!(fence.is_open(Boot(22 * S)));
    }

    #[test]
    fn a_beat_after_the_lease_ran_out_starts_a_new_generation() {
        let fence = Fence::default();
        fence.renew(Boot(10 * S));
        let first = fence.generation();
        fence.renew(Boot(12 * S));
        assert_eq!(fence.generation(), first);
        fence.renew(Boot(40 * S));
        assert_ne!(fence.generation(), first);
    }
}
