//! Shows every two seconds that this node lives. When beats fail the fence runs out by itself.

use std::time::Duration;

use super::Shared;

const EVERY: Duration = Duration::from_secs(2);

pub(super) async fn run(shared: Shared) {
    while shared.pause(EVERY).await {
        // The lease counts from before the call: the store may have taken its time.
        let submitted = shared.clock.boot();
        match shared.queue.beat(shared.incarnation, shared.clock.wall()).await {
            Ok(()) => shared.fence.renew(submitted),
            Err(err) => tracing::warn!(%err, "the store did not take this node's beat; sending stops when its lease runs short"),
        }
        shared.look_at_guard();
    }
}
