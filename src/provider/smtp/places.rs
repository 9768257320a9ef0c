//! How many connections the account may have at once, over all sender threads. Idle ones count: whoever finds no place left asks the
//! others to close one of theirs.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, futures::Notified};

pub(super) struct Places {
    free: Arc<Semaphore>,
    /// Calls that wait for a place.
    waiting: AtomicUsize,
    asked: Notify,
}

/// The right to one connection, for as long as that lives.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// Somebody waits, until this is dropped; also where the wait is given up.
struct Asking<'a>(&'a AtomicUsize);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))), waiting: AtomicUsize::new(0), asked: Notify::new() }
    }

    /// Waits for a place; those who asked first get theirs first. `None` never comes: nobody closes the semaphore.
    pub(super) async fn take(&self) -> Option<Place> {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Some(Place { _permit: permit });
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _asking = Asking(&self.waiting);
        self.asked.notify_waiters();
        Arc::clone(&self.free).acquire_owned().await.ok().map(|permit| Place { _permit: permit })
    }

    /// Whether a connection that is idle, or about to be, is to be closed.
    pub(super) fn is_asked(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    /// Ends when somebody asks from now on. It listens already: ask [`Self::is_asked`] after it was made.
    pub(super) fn asked(&self) -> Pin<Box<Notified<'_>>> {
        let mut asked = Box::pin(self.asked.notified());
        asked.as_mut().enable();
        asked
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn who_finds_no_place_asks_for_one_and_gets_the_first_that_is_left() {
        let places = Places::new(2);
        let (first, second) = (places.take().now_or_never(), places.take().now_or_never());
        assert!(first.is_some() && second.is_some() && !places.is_asked());
        let mut asked = places.asked();
        let mut third = Box::pin(places.take());
        assert!((&mut third).now_or_never().is_none());
        assert!(places.is_asked() && asked.as_mut().now_or_never().is_some());
        drop(first);
        assert!((&mut third).now_or_never().is_some() && !places.is_asked());
    }

    #[test]
    fn who_gives_up_asks_no_longer() {
        let places = Places::new(1);
        let held = places.take().now_or_never();
        let mut given_up = Box::pin(places.take());
        assert!((&mut given_up).now_or_never().is_none());
        drop(given_up);
        assert!(!places.is_asked());
        drop(held);
        assert!(places.take().now_or_never().is_some());
    }
}
