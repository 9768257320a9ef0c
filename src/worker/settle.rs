//! Stores outcomes: takes what has ended, decides, and hands it to the store, two batches at a time. While one is being
//! committed the next gathers, so batches are as large as the disk is slow. No outcome is ever dropped: a batch the store does not
//! take is offered again until it does, and its copies stay in the window, so that claiming stops by itself.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use jebi_domain::{
    port::{
        Clock, Random,
        store::{QueueStore, Settlement},
    },
    time::Boot,
};

use super::reclaim::EVIDENCE;
use crate::{
    crash_point::crash_point,
    service::dispatch::{Dispatch, ready::Finished, settle::settlement},
};

/// Outcomes in one batch at most: a window's worth.
const BATCH: usize = 512;
const BATCHES: usize = 2;
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How long what is known of feedback stays true.
const FEEDBACK_FOR: Duration = Duration::from_secs(60);

pub(super) struct Settler {
    pub dispatch: Arc<Dispatch>,
    pub store: Arc<dyn QueueStore>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Whether feedback reaches us, and when that was asked.
    pub has_feedback: Option<(bool, Boot)>,
}

impl Settler {
    /// Runs until it is dropped.
    pub async fn run(mut self) {
        let mut out = FuturesUnordered::new();
        loop {
            if out.len() < BATCHES {
                let ended = self.dispatch.finished(BATCH);
                if !ended.is_empty() {
                    let batch = self.decide(ended).await;
                    out.push(write(self.dispatch.clone(), self.store.clone(), self.clock.clone(), batch));
                    continue;
                }
            }
            tokio::select! {
                Some(()) = out.next() => {}
                () = self.dispatch.settler.notified(), if out.len() < BATCHES => {}
            }
        }
    }

    async fn decide(&mut self, ended: Vec<Finished>) -> Vec<Settlement> {
        let is_unknown = ended.iter().any(|e| e.outcome.is_unknown());
        let has_feedback = is_unknown && self.feedback_reaches_us().await;
        ended
            .into_iter()
            .map(|one| {
                let lane = one.lane;
                let made = settlement(one, has_feedback, &*self.random);
                self.dispatch.count_decision(lane, &made.decision);
                made
            })
            .collect()
    }

    async fn feedback_reaches_us(&mut self) -> bool {
        let now = self.clock.boot();
        if let Some((known, asked)) = self.has_feedback
            && now.since(asked) < FEEDBACK_FOR
        {
            return known;
        }
        match self.store.feedback_since(self.dispatch.provider(), self.clock.wall() - EVIDENCE).await {
            Ok(known) => {
                self.has_feedback = Some((known, now));
                known
            }
            // Waiting for evidence that never comes costs minutes; not waiting may cost a second mail.
            Err(err) => {
                tracing::warn!(%err, "whether feedback reaches us can't be read; evidence is waited for");
                true
            }
        }
    }
}

async fn write(dispatch: Arc<Dispatch>, store: Arc<dyn QueueStore>, clock: Arc<dyn Clock>, batch: Vec<Settlement>) {
    let (mut pause, mut failed) = (BACKOFF.0, false);
    loop {
        let from = clock.boot();
        match store.settle(batch.clone()).await {
            Ok(()) => {
                crash_point("settle_after_commit");
                if failed {
                    tracing::info!(outcomes = batch.len(), "outcomes can be stored again");
                }
                dispatch.settled(batch.len(), clock.boot().since(from));
                return;
            }
            Err(err) if !failed => {
                tracing::error!(%err, outcomes = batch.len(), "outcomes can't be stored; nothing new is claimed until they are");
                failed = true;
            }
            Err(err) => tracing::debug!(%err, "outcomes still can't be stored"),
        }
        dispatch.unwritable();
        clock.sleep_until(clock.boot() + pause).await;
        pause = (pause * 2).min(BACKOFF.1);
    }
}
