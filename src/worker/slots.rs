//! Asks the store for slots where several nodes share a provider's rate: one call at a time, while mail is ready.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::{
    Clock,
    slots::{SharedSlots, SlotAsk},
    store::{StoreError, StoreResult},
};

use crate::service::dispatch::{Ask, Dispatch};

/// An answer that takes longer is not waited for: its slots would be missed, and another call may be quicker.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) struct Reserver {
    pub dispatch: Arc<Dispatch>,
    pub slots: Arc<dyn SharedSlots>,
    pub clock: Arc<dyn Clock>,
}

impl Reserver {
    /// Runs until it is dropped.
    pub async fn run(self) {
        loop {
            // A wake-up after this point is kept: nobody else waits here, and a notification stores a permit.
            match self.dispatch.slots_wanted(self.clock.boot()) {
                Ask::Call(ask) => self.call(ask).await,
                Ask::At(at) => {
                    tokio::select! {
                        () = self.dispatch.slots.notified() => {}
                        () = self.clock.sleep_until(at) => {}
                    }
                }
                Ask::Idle => self.dispatch.slots.notified().await,
            }
        }
    }

    /// Gives back what was counted for the day and not sent.
    pub async fn last_words(&self) {
        if let Some(ask) = self.dispatch.last_words(self.clock.boot()) {
            self.call(ask).await;
        }
    }

    async fn call(&self, ask: SlotAsk) {
        let before = self.clock.boot();
        let answer: StoreResult<_> = tokio::select! {
            answer = self.slots.reserve(ask.clone()) => answer,
            () = self.clock.sleep_until(before + PATIENCE) => Err(StoreError::Internal("no answer within half a second".into())),
        };
        self.dispatch.slots_answered(&ask, answer, before, self.clock.boot());
    }
}
