//! Tells people of their consents, when the law wants it.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use crate::service::consents::Consents;

const EVERY: Duration = Duration::from_secs(60);
/// Between two slices while there is more.
const BREATH: Duration = Duration::from_millis(200);

/// Runs until told to stop.
pub async fn run(consents: Arc<Consents>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut pause = EVERY;
    loop {
        tokio::select! {
            () = clock.sleep_until(clock.boot() + pause) => {}
            () = stop.cancelled() => return,
        }
        pause = match consents.tell().await {
            Ok((_, true)) => BREATH,
            Ok(_) => EVERY,
            Err(err) => {
                tracing::warn!(%err, "notices of consents could not be sent; tried again in a minute");
                EVERY
            }
        };
    }
}
