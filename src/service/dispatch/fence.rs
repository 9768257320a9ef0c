//! The fence: a call starts only while this node's own lease outlasts it (contract 4).

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use jebi_domain::{id::Incarnation, port::nodes::DEAD_AFTER, time::Boot};

/// How much of the lease must be left when a call starts.
pub const MARGIN: Duration = Duration::from_secs(2);

/// A generation before the first.
const LAPSED: u64 = 0;

/// Until when this node's leases hold, on the clock that runs through suspend, and whose they are. Shared by all providers of the node.
#[derive(Debug, Default)]
pub struct Fence {
    incarnation: AtomicI64,
    end: AtomicU64,
    generation: AtomicU64,
    /// Generations before this one belong to incarnations that others have ended.
    ended_before: AtomicU64,
    /// The loop that ended by an error of ours: without it nothing may be sent any more.
    failed: OnceLock<&'static str>,
}

impl Fence {
    /// Claims are made for this incarnation from now on. Nothing starts before a beat of it is noted.
    pub fn begin(&self, incarnation: Incarnation) {
        self.incarnation.store(incarnation.0, Ordering::Release);
    }

    /// The start of this node that claims are made for.
    #[must_use]
    pub fn incarnation(&self) -> Incarnation {
        Incarnation(self.incarnation.load(Ordering::Acquire))
    }

    /// Another node has ended this incarnation and may send what was claimed for it: nothing of that is sent here any more, and
    /// nothing starts before a beat of the next one is noted.
    pub fn lapse(&self) {
        self.end.store(0, Ordering::Release);
        let generation = self.generation.fetch_add(1, Ordering::AcqRel) + 1;
        self.ended_before.fetch_max(generation, Ordering::AcqRel);
    }

    /// Whether what was claimed under a generation has been, or will be, taken over by others.
    #[must_use]
    pub fn is_taken_over(&self, generation: u64) -> bool {
        generation < self.ended_before.load(Ordering::Acquire)
    }

    /// The generation of what is leased to an incarnation just now; one that no copy to be sent belongs to, where it is not the
    /// current one.
    #[must_use]
    pub fn generation_of(&self, incarnation: Incarnation) -> u64 {
        // In this order: one that lapses in between gets the generation of before.
        let generation = self.generation();
        if self.incarnation() == incarnation { generation } else { LAPSED }
    }

    /// Notes a beat that has been stored; `submitted` is the time *before* it was handed to the store.
    ///
    /// A beat that comes after the lease had run out starts a new generation: others may have taken in between what was
    /// claimed before, so that must not be sent any more.
    pub fn renew(&self, submitted: Boot) {
        let old = Boot(self.end.load(Ordering::Acquire));
        if submitted >= old {
            self.generation.fetch_add(1, Ordering::AcqRel);
        }
        self.end.fetch_max((submitted + DEAD_AFTER).0, Ordering::AcqRel);
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
    fn what_an_ended_incarnation_held_is_never_sent_by_the_next() {
        let fence = Fence::default();
        fence.begin(Incarnation(1));
        fence.renew(Boot(10 * S));
        let before = fence.generation_of(Incarnation(1));
        assert_eq!((before, fence.generation_of(Incarnation(2))), (fence.generation(), LAPSED));
        fence.lapse();
        assert!(!fence.is_open(Boot(10 * S)));
        fence.begin(Incarnation(2));
        fence.renew(Boot(11 * S));
        assert!(fence.is_open(Boot(11 * S)));
        assert_ne!(fence.generation(), before);
        assert!(fence.is_taken_over(before) && fence.is_taken_over(LAPSED) && !fence.is_taken_over(fence.generation()));
        assert_eq!((fence.generation_of(Incarnation(1)), fence.generation_of(Incarnation(2))), (LAPSED, fence.generation()));
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
        assert!(!fence.is_taken_over(first), "nobody has ended it: what it holds is its own to give back");
    }
}
