//! Removes files nobody needs, in slices.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use crate::service::files::Files;

/// Between two looks: what is removed was kept for days, and nobody waits for its room.
const EVERY: Duration = Duration::from_secs(60);
/// Between two slices, so that they never take the writer for themselves.
const BREATH: Duration = Duration::from_millis(20);

/// Runs until told to stop.
pub async fn run(files: Arc<Files>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut pause = EVERY;
    loop {
        tokio::select! {
            () = clock.sleep_until(clock.boot() + pause) => {}
            () = stop.cancelled() => return,
        }
        pause = match files.purge().await {
            Ok(true) => BREATH,
            Ok(false) => EVERY,
            Err(err) => {
                tracing::warn!(%err, "files nobody needs could not be removed; tried again in a minute");
                EVERY
            }
        };
    }
}
