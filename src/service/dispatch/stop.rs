//! Ending: softly, when a stop is asked for, and for good, when a loop of this process has failed.

use super::state::Dispatch;

/// How far a stop has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    No,
    /// Nothing new starts.
    Starts,
    /// The sender threads end.
    Threads,
}

/// What a stop left behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Calls without an answer. Their copies are unsettled at the next start.
    pub in_flight: u32,
    /// Copies leased whose outcome, or return, could not be stored. They are unsettled at the next start as well.
    pub unwritten: u32,
}

impl Dispatch {
    /// Starts nothing new from now on, and gives back what is ready.
    pub fn stop_starting(&self) {
        let inner = &mut *self.lock();
        inner.stop = Stop::Starts;
        self.offer_window(inner);
        self.return_ready(inner);
        self.health_changed();
    }

    /// Sends nothing more, because a loop of this process has ended by an error of ours. What is ready goes back as far as it can.
    pub fn fail(&self) {
        let inner = &mut *self.lock();
        inner.failed = true;
        self.offer_window(inner);
        self.return_ready(inner);
        self.health_changed();
    }

    /// Lets the sender threads end; what is in flight is abandoned.
    pub fn stop_threads(&self) {
        self.lock().stop = Stop::Threads;
        self.health_changed();
    }

    /// What a stop still waits for: calls, and whatever else is leased: a claim that is not back, mail the store leased at accept
    /// and is about to tell of, outcomes not stored.
    #[must_use]
    pub fn left(&self) -> Left {
        let inner = self.lock();
        let coming = u32::try_from(inner.on_the_way()).unwrap_or(0);
        Left { in_flight: inner.in_flight, unwritten: (inner.leased + coming).saturating_sub(inner.in_flight) }
    }

    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.lock().stop != Stop::No
    }
}
