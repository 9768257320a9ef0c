//! The store's deferred work, in slices, and the epoch that tells a restored copy from the live store.

use std::time::Duration;

use jebi_domain::port::store::Housekept;

use super::Shared;

const EVERY: Duration = Duration::from_secs(1);
const AFTER_ERROR: Duration = Duration::from_secs(10);
/// Between two slices, so that they never take the writer for themselves.
const BREATH: Duration = Duration::from_millis(5);
const EPOCH: Duration = Duration::from_secs(10);

pub(super) async fn run(shared: Shared) {
    let mut pause = EVERY;
    while shared.pause(pause).await {
        pause = match shared.queue.housekeep(shared.fence.incarnation(), shared.clock.wall()).await {
            Ok(Housekept::More) => BREATH,
            Ok(Housekept::Done | Housekept::Elsewhere) => EVERY,
            Err(err) => {
                tracing::warn!(%err, "housekeeping failed; tried again in ten seconds");
                AFTER_ERROR
            }
        };
    }
}

/// Raises the epoch while mail is being settled, so that a backup taken before shows as one.
pub(super) async fn raise_epoch(shared: Shared) {
    let settled = |shared: &Shared| shared.dispatches.load().iter().map(|d| d.settled_so_far()).sum::<u64>();
    let mut seen = settled(&shared);
    while shared.pause(EPOCH).await {
        let now = settled(&shared);
        if now == seen {
            continue;
        }
        match shared.admin.raise_epoch().await {
            Ok(()) => seen = now,
            Err(err) => tracing::warn!(%err, "the epoch could not be raised; tried again in ten seconds"),
        }
    }
}
