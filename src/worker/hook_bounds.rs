//! Keeps the bounds of what waits to be told to endpoints, and of what is kept of it.

use std::time::Duration;

use jebi_domain::port::{Clock, hooks::Trimmed};
use tokio_util::sync::CancellationToken;

use crate::service::hooks::Hooks;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(60);
/// The same while too much comes.
const OFTEN: Duration = Duration::from_secs(1);
/// Between two slices of what is old.
const BREATH: Duration = Duration::from_millis(50);

/// Runs until told to stop.
pub(super) async fn run(hooks: &Hooks, clock: &dyn Clock, stop: &CancellationToken) {
    loop {
        let wait = tokio::select! {
            wait = keep(hooks) => wait,
            () = stop.cancelled() => return,
        };
        tokio::select! {
            () = clock.sleep_until(clock.boot() + wait) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn keep(hooks: &Hooks) -> Duration {
    match hooks.trim().await {
        Ok(Trimmed { more: true, .. }) => BREATH,
        Ok(Trimmed { dropped, .. }) if !dropped.is_empty() => OFTEN,
        Ok(_) => EVERY,
        Err(err) => {
            tracing::warn!(%err, "old calls to webhooks could not be removed; tried again in a minute");
            EVERY
        }
    }
}
