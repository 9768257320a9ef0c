//! Shows every two seconds that this node lives. When beats fail the fence runs out by itself. A node that another has ended because it
//! did not beat (its machine slept, or the process was stopped) gives up what it held and starts anew.

use std::time::Duration;

use jebi_domain::port::store::StoreError;

use super::Shared;

const EVERY: Duration = Duration::from_secs(2);

pub(super) async fn run(shared: Shared) {
    while shared.pause(EVERY).await {
        // The lease counts from before the call: the store may have taken its time.
        let submitted = shared.clock.boot();
        match shared.queue.beat(shared.fence.incarnation(), shared.clock.wall()).await {
            Ok(()) => shared.fence.renew(submitted),
            Err(StoreError::Ended) => begin_anew(&shared).await,
            Err(err) => tracing::warn!(%err, "the store did not take this node's beat; sending stops when its lease runs short"),
        }
        shared.look_at_guard();
    }
}

/// Gives up what was claimed, without a call, and goes on as a new incarnation. Calls that are out end as they end: their outcomes are
/// written, and are evidence to whoever has taken the mail over.
async fn begin_anew(shared: &Shared) {
    let ended = shared.fence.incarnation();
    shared.fence.lapse();
    let all = shared.dispatches.load();
    all.iter().for_each(|dispatch| dispatch.give_up(shared.clock.wall()));
    if all.iter().any(|dispatch| dispatch.is_stopping()) {
        return;
    }
    let submitted = shared.clock.boot();
    match shared.queue.start(&shared.node, shared.clock.wall()).await {
        Ok(begun) => {
            tracing::warn!(ended = ended.0, begun = begun.0, "another node had ended this one, because it did not beat: it starts anew");
            shared.fence.begin(begun);
            shared.fence.renew(submitted);
            // They subscribe for it.
            all.iter().for_each(|dispatch| dispatch.claimer.notify_one());
        }
        Err(err) => tracing::warn!(%err, ended = ended.0, "another node has ended this one; it starts anew when the store takes it"),
    }
}
