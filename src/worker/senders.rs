//! Reads sender profiles, what is followed of topics and the keys of links again, so that what another node has made holds here too within seconds.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::Clock;
use tokio_util::sync::CancellationToken;

use crate::service::{accept::Accept, links::LinkKeys};

const READ: Duration = Duration::from_secs(5);

/// Runs until told to stop.
pub async fn run(accept: Arc<Accept>, links: Option<Arc<LinkKeys>>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = clock.sleep_until(clock.boot() + READ) => {}
            () = stop.cancelled() => return,
        }
        if let Err(err) = accept.profiles().refresh().await {
            tracing::warn!(%err, "the sender profiles could not be read again; those known stay");
        }
        if let Err(err) = accept.topics().refresh().await {
            tracing::warn!(%err, "what is followed of topics could not be read again; what was known stays");
        }
        let Some(links) = &links else { continue };
        if let Err(err) = links.refresh().await {
            tracing::warn!(%err, "the keys of links in mail could not be read again; those known stay");
        }
    }
}
