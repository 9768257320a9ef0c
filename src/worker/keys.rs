//! Reads the API keys again, so that one made, changed or revoked by another process holds here too within seconds, and writes how they
//! were used.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use crate::service::keys::Keys;

const READ: Duration = Duration::from_secs(2);
/// Reading takes this part of the time at most, however many keys there are.
const PART: u32 = 20;
const WRITE: Duration = Duration::from_secs(10);

/// Runs until told to stop.
pub async fn run(keys: Arc<Keys>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let (mut pause, mut write_at) = (READ, clock.boot() + WRITE);
    loop {
        tokio::select! {
            () = clock.sleep_until(clock.boot() + pause) => {}
            () = stop.cancelled() => return,
        }
        let from = clock.boot();
        if let Err(err) = keys.refresh().await {
            tracing::warn!(%err, "the API keys could not be read again; those known stay");
        }
        pause = READ.max(clock.boot().since(from) * PART);
        if clock.boot() < write_at {
            continue;
        }
        write_at = clock.boot() + WRITE;
        if let Err(err) = keys.flush().await {
            tracing::warn!(%err, "the use of the API keys could not be written; tried again in ten seconds");
        }
    }
}
