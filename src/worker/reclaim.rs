//! Takes over the leases of incarnations that have ended or died.

use std::time::Duration;

use jebi_domain::{
    id::Incarnation,
    message::Lane,
    port::{
        Clock,
        nodes::DEAD_AFTER,
        store::{QueueStore, StoreResult},
    },
};

use super::Shared;
use crate::service::dispatch::settle::unknown_wait;

const EVERY: Duration = Duration::from_secs(5);
/// Feedback in so many hours shows that it reaches us (contract 3).
pub(super) const EVIDENCE: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn run(shared: Shared) {
    while shared.pause(EVERY).await {
        let providers: Vec<String> = shared.dispatches.load().iter().map(|d| d.provider().to_owned()).collect();
        if let Err(err) = once(&*shared.queue, &*shared.clock, shared.fence.incarnation(), &providers).await {
            tracing::warn!(%err, "leases of dead nodes could not be taken over; tried again in five seconds");
        }
    }
}

/// Once. The wait for evidence is the longer one where any provider's feedback reaches us: a lease does not tell whose mail it is.
///
/// # Errors
/// A store that cannot be read or written.
pub async fn once(store: &(impl QueueStore + ?Sized), clock: &dyn Clock, own: Incarnation, providers: &[String]) -> StoreResult<()> {
    let now = clock.wall();
    let mut has_feedback = false;
    for provider in providers {
        has_feedback = has_feedback || store.feedback_since(provider, now - EVIDENCE).await?;
    }
    let waits = Lane::ALL.map(|lane| i64::try_from(unknown_wait(lane, has_feedback).as_millis()).unwrap_or(i64::MAX));
    let copies = store.reclaim(own, DEAD_AFTER, now, waits).await?;
    if copies > 0 {
        tracing::warn!(copies, "an earlier or dead node left mail that may or may not have been sent; it is unsettled");
    }
    Ok(())
}
