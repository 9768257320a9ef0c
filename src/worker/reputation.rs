//! Judges how accounts and senders' domains stand, and hands the dispatchers what follows.

use std::{sync::Arc, time::Duration};

use super::Shared;
use crate::service::reputation::Reputation;

const EVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(shared: Shared, guard: Arc<Reputation>) {
    while shared.pause(EVERY).await {
        let (boot, wall) = (shared.clock.boot(), shared.clock.wall());
        let providers: Vec<_> = shared.dispatches.load().iter().map(|dispatch| dispatch.status(boot, wall)).collect();
        match guard.look(&providers).await {
            Ok(()) => shared.hand_out_orders(),
            Err(err) => tracing::warn!(%err, "how accounts stand could not be judged; what was decided stays"),
        }
    }
}

impl Shared {
    /// Tells the dispatchers what holds of bulk mail.
    pub(super) fn hand_out_orders(&self) {
        let Some(guard) = &self.reputation else { return };
        let wall = self.clock.wall();
        self.dispatches.load().iter().for_each(|dispatch| dispatch.set_bulk(&guard.orders_of(dispatch.provider()), wall));
    }
}
