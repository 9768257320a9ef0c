//! From the end of an attempt to what the store is told.

use std::time::Duration;

use jebi_domain::{
    message::Lane,
    port::{Random, store::Settlement},
    retry::{RetryPolicy, Standing, decide},
};

use super::ready::Finished;

/// How long evidence is waited for where feedback for our own mail reaches us (contract 3).
#[must_use]
pub fn unknown_wait(lane: Lane, has_feedback: bool) -> Duration {
    match (has_feedback, lane) {
        (false, _) => Duration::ZERO,
        (true, Lane::Transactional) => Duration::from_secs(60),
        (true, Lane::Bulk) => Duration::from_secs(600),
    }
}

/// Decides what becomes of a delivery after an attempt.
#[must_use]
pub fn settlement(ended: Finished, has_feedback: bool, random: &dyn Random) -> Settlement {
    let standing = Standing {
        lane: ended.lane,
        attempt: ended.attempt,
        was_unsettled: ended.was_unsettled,
        unknown_wait: unknown_wait(ended.lane, has_feedback),
    };
    let decision = decide(ended.outcome, ended.at, standing, &RetryPolicy::of(ended.lane), random);
    Settlement { key: ended.key, lease: ended.lease, queue: ended.queue, attempt: ended.attempt, at: ended.at, decision }
}

#[cfg(test)]
mod tests {
    use jebi_domain::{
        fake::SeededRandom,
        id::{DeliveryKey, LeaseNo, QueueNo},
        outcome::{Decision, Outcome, Reason},
        time::Wall,
    };

    use super::*;

    #[test]
    fn an_unknown_outcome_waits_for_evidence_only_where_feedback_comes() {
        for (lane, has_feedback, wait_ms) in
            [(Lane::Bulk, true, 600_000), (Lane::Transactional, true, 60_000), (Lane::Bulk, false, 0), (Lane::Transactional, false, 0)]
        {
            let ended = Finished {
                key: DeliveryKey(1),
                lease: LeaseNo(2),
                queue: QueueNo(3),
                lane,
                attempt: 1,
                recipients: 1,
                was_unsettled: false,
                outcome: Outcome::Unknown { reason: Reason::new("timeout", "no answer", "") },
                at: Wall(5),
            };
            let made = settlement(ended, has_feedback, &SeededRandom::new(1));
            assert_eq!((made.key, made.lease, made.queue, made.attempt), (DeliveryKey(1), LeaseNo(2), QueueNo(3), 1));
            assert!(matches!(made.decision, Decision::Unsettled { review_at, .. } if review_at == Wall(5 + wait_ms)));
        }
    }
}
