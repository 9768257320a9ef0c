//! Stores what a provider inside this process reports of sent mail.

use std::time::Duration;

use jebi_domain::event::Feedback;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Shared;

const BATCH: usize = 500;
const AGAIN: Duration = Duration::from_secs(1);

pub(super) async fn run(shared: Shared, mut reports: UnboundedReceiver<Feedback>) {
    let mut batch = Vec::new();
    loop {
        let received = tokio::select! {
            n = reports.recv_many(&mut batch, BATCH) => n,
            () = shared.stop.cancelled() => {
                // What was reported until now is still stored.
                while let Ok(report) = reports.try_recv() {
                    batch.push(report);
                }
                store(&shared, &mut batch).await;
                return;
            }
        };
        if received == 0 {
            return;
        }
        while !store(&shared, &mut batch).await && shared.pause(AGAIN).await {}
    }
}

/// Stores the batch and empties it; `false` when the store did not take it.
async fn store(shared: &Shared, batch: &mut Vec<Feedback>) -> bool {
    if batch.is_empty() {
        return true;
    }
    match shared.queue.record_feedback(batch.clone()).await {
        Ok(_) => {
            batch.clear();
            true
        }
        Err(err) => {
            tracing::warn!(%err, reports = batch.len(), "feedback could not be stored");
            false
        }
    }
}
