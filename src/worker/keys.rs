//! Reads the API keys again, so that one made or revoked by another process holds here too, and writes how they were used.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use crate::service::keys::Keys;

const EVERY: Duration = Duration::from_secs(10);

/// Runs until told to stop.
pub async fn run(keys: Arc<Keys>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = clock.sleep_until(clock.boot() + EVERY) => {}
            () = stop.cancelled() => return,
        }
        if let Err(err) = keys.refresh().await {
            tracing::warn!(%err, "the API keys could not be read again; those known stay");
        }
        if let Err(err) = keys.flush().await {
            tracing::warn!(%err, "the use of the API keys could not be written; tried again in ten seconds");
        }
    }
}
