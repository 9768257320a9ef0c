//! What lags behind events of SNS: what other nodes have written, confirmations that failed, when the last event came.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use crate::service::sns::Sns;

const EVERY: Duration = Duration::from_secs(10);

/// Runs until told to stop.
pub async fn run(sns: Arc<Sns>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        if let Err(err) = sns.upkeep().await {
            tracing::warn!(%err, "what is known of SNS topics could not be read or written; tried again in ten seconds");
        }
        tokio::select! {
            () = clock.sleep_until(clock.boot() + EVERY) => {}
            () = stop.cancelled() => break,
        }
    }
    if let Err(err) = sns.flush().await {
        tracing::warn!(%err, "when the last events came could not be written");
    }
}
