//! Has it judged how accounts and senders' domains stand, hands the dispatchers what follows, and lets mail that was set aside come back as it
//! may go.

use std::{sync::Arc, time::Duration};

use super::Shared;
use crate::service::reputation::{Brought, Reputation};

const EVERY: Duration = Duration::from_secs(5);
/// A slowed domain's mail comes back as often.
const BRING_BACK: Duration = Duration::from_secs(1);

pub(super) async fn run(shared: Shared, guard: Arc<Reputation>) {
    let mut brought = Brought::default();
    let mut look_at = shared.clock.boot() + EVERY;
    while shared.pause(BRING_BACK).await {
        let (boot, wall) = (shared.clock.boot(), shared.clock.wall());
        if boot >= look_at {
            look_at = boot + EVERY;
            guard.runs_as(shared.fence.incarnation());
            let providers: Vec<_> = shared.dispatches.load().iter().map(|dispatch| dispatch.status(boot, wall)).collect();
            match guard.look(&providers).await {
                Ok(()) => shared.hand_out_orders(),
                Err(err) => tracing::warn!(%err, "how accounts stand could not be judged; what was decided stays"),
            }
        }
        let dispatches = shared.dispatches.load_full();
        if let Err(err) = guard.bring_back(&mut brought, &dispatches).await {
            tracing::warn!(%err, "mail of senders' domains that was set aside could not be brought back; tried again");
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
