//! Reads the API keys again, so that one made or revoked by another process holds here too.

use std::{sync::Arc, time::Duration};

use super::Shared;
use crate::service::keys::Keys;

const EVERY: Duration = Duration::from_secs(10);

pub(super) async fn run(shared: Shared, keys: Arc<Keys>) {
    while shared.pause(EVERY).await {
        if let Err(err) = keys.refresh().await {
            tracing::warn!(%err, "the API keys could not be read again; those known stay");
        }
    }
}
