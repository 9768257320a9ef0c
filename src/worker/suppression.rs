//! Exchanges the suppression list with accounts of providers.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use crate::service::suppression::{Exchange, Exchanged};

/// What people take off is to leave the account soon.
const EVERY: Duration = Duration::from_secs(5);

/// Runs until told to stop.
pub async fn run(exchange: Arc<Exchange>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        let more = match exchange.round().await {
            Ok(Exchanged { told, listed, more }) => {
                if told > 0 || listed.new > 0 {
                    tracing::info!(
                        told,
                        new = listed.new,
                        known = listed.known,
                        left = listed.left,
                        "suppression lists of accounts exchanged"
                    );
                }
                more
            }
            Err(err) => {
                tracing::warn!(%err, "suppression lists of accounts could not be exchanged; tried again in five seconds");
                false
            }
        };
        let pause = if more { Duration::ZERO } else { EVERY };
        tokio::select! {
            () = clock.sleep_until(clock.boot() + pause) => {}
            () = stop.cancelled() => return,
        }
    }
}
