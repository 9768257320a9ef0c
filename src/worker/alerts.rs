//! Looks at everything that is watched.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use crate::service::alerts::Alerts;

const EVERY: Duration = Duration::from_secs(10);

/// Runs until told to stop.
pub async fn run(alerts: Arc<Alerts>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = clock.sleep_until(clock.boot() + EVERY) => {}
            () = stop.cancelled() => return,
        }
        if let Err(err) = alerts.look().await {
            tracing::warn!(%err, "what alerts are raised by could not be looked at; tried again");
        }
    }
}
