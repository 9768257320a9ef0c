//! Deletes what is old enough, in slices.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use crate::service::retention::Retention;

/// Between two looks: ages are days.
const EVERY: Duration = Duration::from_secs(60);
/// Between two slices, so that they never take the writer for themselves: so long, and as many times as long as the slice took.
const BREATH: Duration = Duration::from_millis(20);
const REST: u32 = 4;

/// Runs until told to stop.
pub async fn run(retention: Arc<Retention>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut pause = BREATH;
    loop {
        tokio::select! {
            () = clock.sleep_until(clock.boot() + pause) => {}
            () = stop.cancelled() => return,
        }
        let begun = clock.boot();
        pause = match retention.slice().await {
            Ok(true) => BREATH.max(clock.boot().since(begun).saturating_mul(REST)),
            Ok(false) => EVERY,
            Err(err) => {
                tracing::warn!(%err, "old data could not be deleted; tried again in a minute");
                EVERY
            }
        };
    }
}
