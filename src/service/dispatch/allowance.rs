//! What a node may still send of a day's recipients: one for all its dispatches and over their reloads, so that what one claims the
//! others see. What any node has claimed is in the store's own count at the next look; until then it is counted here.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jebi_domain::time::Boot;

/// One scope's allowance. Its lock is held for microseconds, and only where a plan holds.
#[derive(Debug, Default)]
pub struct Allowance(Mutex<Left>);

#[derive(Debug, Default)]
struct Left {
    /// Recipients, as the store counted them then.
    left: u64,
    as_of: Boot,
    /// Claimed since.
    claimed: VecDeque<(Boot, u64)>,
    /// Kept for claims under way.
    reserved: u64,
}

impl Left {
    fn room(&self) -> u64 {
        let claimed: u64 = self.claimed.iter().map(|(_, n)| n).sum();
        self.left.saturating_sub(claimed + self.reserved)
    }
}

impl Allowance {
    fn lock(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So much is left for this node as of a time: what was claimed before is in the count.
    pub fn told(&self, left: u64, as_of: Boot) {
        let inner = &mut *self.lock();
        (inner.left, inner.as_of) = (left, as_of);
        while inner.claimed.front().is_some_and(|(at, _)| *at < as_of) {
            inner.claimed.pop_front();
        }
    }

    /// Recipients that may be claimed now.
    #[must_use]
    pub fn room(&self) -> u64 {
        self.lock().room()
    }

    /// Keeps so many at most for a claim; how many.
    pub(super) fn reserve(&self, most: u64) -> u64 {
        let inner = &mut *self.lock();
        let kept = inner.room().min(most);
        inner.reserved += kept;
        kept
    }

    /// The claim has ended, and so many of what was kept for it were claimed.
    pub(super) fn end(&self, kept: u64, claimed: u64, now: Boot) {
        let inner = &mut *self.lock();
        inner.reserved = inner.reserved.saturating_sub(kept);
        if claimed > 0 {
            inner.claimed.push_back((now, claimed));
        }
    }
}

/// By what is left: the same allowance goes on over the looks.
impl PartialEq for Allowance {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_claim_has_kept_no_other_takes_and_what_it_did_not_bring_is_free_again() {
        let allowance = Allowance::default();
        allowance.told(50, Boot(10));
        assert_eq!((allowance.reserve(40), allowance.reserve(40)), (40, 10));
        assert_eq!(allowance.room(), 0);
        allowance.end(40, 25, Boot(20));
        allowance.end(10, 0, Boot(20));
        assert_eq!(allowance.room(), 25);
    }

    #[test]
    fn what_was_claimed_is_counted_until_a_count_of_later_has_it() {
        let allowance = Allowance::default();
        allowance.told(50, Boot(10));
        allowance.end(allowance.reserve(20), 20, Boot(20));
        allowance.told(50, Boot(15));
        assert_eq!(allowance.room(), 30, "the count is of before");
        allowance.told(30, Boot(21));
        assert_eq!(allowance.room(), 30);
        // A claim that is longer under way than a look takes.
        let kept = allowance.reserve(30);
        allowance.told(30, Boot(30));
        assert_eq!((kept, allowance.room()), (30, 0));
    }
}
