//! Outcome, attempt, policy and now → the next move. Pure arithmetic.

use std::time::Duration;

use crate::{
    message::Lane,
    outcome::{Decision, Limit, Outcome, Reason},
    port::Random,
    time::Wall,
};

/// How often and how far apart a refused mail is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Upper end of the first pause; doubles with each attempt.
    pub base: Duration,
    /// Upper end of any pause.
    pub cap: Duration,
    /// Attempts in all, the first included.
    pub attempts: u16,
}

impl RetryPolicy {
    /// Transactional mail is tried about every few minutes at first and given up after some hours; bulk can wait longer.
    #[must_use]
    pub const fn of(lane: Lane) -> Self {
        match lane {
            Lane::Transactional => Self { base: Duration::from_secs(20), cap: Duration::from_secs(3600), attempts: 14 },
            Lane::Bulk => Self { base: Duration::from_secs(60), cap: Duration::from_secs(4 * 3600), attempts: 14 },
        }
    }

    /// The pause after the given failed attempt (from 1): full jitter over an exponentially growing span, at least a second.
    /// Full jitter spreads a burst of failures evenly instead of sending it back as a burst.
    #[must_use]
    pub fn pause(&self, attempt: u16, random: &dyn Random) -> Duration {
        let doublings = u32::from(attempt.saturating_sub(1)).min(20);
        let span = self.base.saturating_mul(1 << doublings).min(self.cap);
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(random.below(millis).max(1000))
    }
}

/// What a decision depends on besides the outcome.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub lane: Lane,
    /// Number of the attempt that had this outcome, from 1.
    pub attempt: u16,
    /// Whether an earlier attempt is already unsettled: it is resent at most once.
    pub was_unsettled: bool,
    /// How long evidence is waited for before an unknown outcome is reviewed.
    pub unknown_wait: Duration,
}

/// Waits after a daily limit; SES asks for "up to 10 minutes" (manage-sending-quotas-errors).
pub const DAILY_PAUSE: Duration = Duration::from_secs(600);
/// Waits after a rate limit was met although we paced ourselves.
pub const RATE_PAUSE: Duration = Duration::from_secs(1);
/// The soonest another mail is tried at a receiver that said it gets too much from us; grows with the attempts.
pub const RECEIVER_PAUSE: Duration = Duration::from_secs(300);
/// Waits after the account was refused; the provider is held besides.
pub const ACCOUNT_PAUSE: Duration = Duration::from_secs(5);

/// The next move. For [`Outcome::Each`] a move for each of its recipients, all of the same standing.
#[must_use]
pub fn decide(outcome: Outcome, at: Wall, standing: Standing, policy: &RetryPolicy, random: &dyn Random) -> Decision {
    match outcome {
        Outcome::Accepted { provider_id } => Decision::Sent { provider_id },
        Outcome::NotStarted => Decision::Return { due: at, reason: None },
        Outcome::Throttled { limit: Limit::Rate, reason } => Decision::Return { due: at + RATE_PAUSE, reason: Some(reason) },
        Outcome::Throttled { limit: Limit::Daily, reason } => Decision::Return { due: at + DAILY_PAUSE, reason: Some(reason) },
        Outcome::RejectedAccount { reason } => Decision::Return { due: at + ACCOUNT_PAUSE, reason: Some(reason) },
        Outcome::Unknown { reason } if standing.was_unsettled => Decision::Unknown { reason },
        Outcome::Unknown { reason } => Decision::Unsettled { review_at: at + standing.unknown_wait, reason },
        Outcome::Permanent { reason } if standing.was_unsettled => Decision::Unknown { reason },
        Outcome::Permanent { reason } => Decision::Failed { reason },
        Outcome::Transient { reason } => again(reason, at, Duration::ZERO, standing, policy, random),
        Outcome::Deferred { after, reason } => again(reason, at, after, standing, policy, random),
        Outcome::Throttled { limit: Limit::Receiver, reason } => {
            let least = RECEIVER_PAUSE.saturating_mul(u32::from(standing.attempt)).min(policy.cap);
            again(reason, at, least, standing, policy, random)
        }
        Outcome::Each(all) => Decision::Each(all.into_iter().map(|one| decide(one, at, standing, policy, random)).collect()),
    }
}

/// Certainly refused for now: tried again after the policy's pause, and not within `least`.
fn again(reason: Reason, at: Wall, least: Duration, standing: Standing, policy: &RetryPolicy, random: &dyn Random) -> Decision {
    // The earlier attempt may have arrived: a refusal of the resend does not make it failed, and another try after it would be a
    // second resend.
    if standing.was_unsettled {
        return Decision::Unknown { reason };
    }
    if standing.attempt >= policy.attempts {
        let remedy = format!("given up after {} attempts; send it again when the cause is gone", standing.attempt);
        return Decision::Failed { reason: Reason { remedy, transient: true, ..reason } };
    }
    Decision::Retry { due: at + least.max(policy.pause(standing.attempt, random)), reason }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Always the given share of the span, so tests see both ends of the jitter.
    struct Share(u64);
    impl Random for Share {
        fn fill(&self, out: &mut [u8]) {
            out.fill(0);
        }
        fn below(&self, bound: u64) -> u64 {
            (u128::from(bound.saturating_sub(1)) * u128::from(self.0) / 100) as u64
        }
    }

    fn reason() -> Reason {
        Reason::new("x", "y", "")
    }

    fn outcomes() -> impl Strategy<Value = Outcome> {
        prop_oneof![
            Just(Outcome::Accepted { provider_id: "id".into() }),
            Just(Outcome::Throttled { limit: Limit::Rate, reason: reason() }),
            Just(Outcome::Throttled { limit: Limit::Daily, reason: reason() }),
            Just(Outcome::Transient { reason: reason() }),
            Just(Outcome::Deferred { after: Duration::from_secs(600), reason: reason() }),
            Just(Outcome::Throttled { limit: Limit::Receiver, reason: reason() }),
            Just(Outcome::Permanent { reason: reason() }),
            Just(Outcome::RejectedAccount { reason: reason() }),
            Just(Outcome::Unknown { reason: reason() }),
            Just(Outcome::NotStarted),
        ]
    }

    proptest! {
        #[test]
        fn pauses_grow_to_the_cap_and_never_pass_it(attempt in 1u16..200, share in 0u64..=100, lane in prop::sample::select(Lane::ALL.as_slice())) {
            let policy = RetryPolicy::of(lane);
            let pause = policy.pause(attempt, &Share(share));
            prop_assert!(pause >= Duration::from_secs(1) && pause <= policy.cap);
            prop_assert!(policy.pause(attempt, &Share(100)) <= policy.pause(attempt + 1, &Share(100)));
        }

        #[test]
        fn an_unknown_outcome_is_never_called_sent_failed_or_simply_retried(attempt in 1u16..30, again: bool) {
            let standing = Standing { lane: Lane::Bulk, attempt, was_unsettled: again, unknown_wait: Duration::ZERO };
            let d = decide(Outcome::Unknown { reason: reason() }, Wall(0), standing, &RetryPolicy::of(Lane::Bulk), &Share(50));
            let right = if again { matches!(d, Decision::Unknown { .. }) } else { matches!(d, Decision::Unsettled { .. }) };
            prop_assert!(right);
        }

        #[test]
        fn throttling_and_account_faults_cost_no_attempt_and_never_fail(attempt in 1u16..100, outcome in outcomes()) {
            let standing = Standing { lane: Lane::Transactional, attempt, was_unsettled: false, unknown_wait: Duration::ZERO };
            let waits = matches!(outcome, Outcome::Throttled { limit: Limit::Rate | Limit::Daily, .. } | Outcome::RejectedAccount { .. } | Outcome::NotStarted);
            let d = decide(outcome, Wall(7), standing, &RetryPolicy::of(Lane::Transactional), &Share(10));
            let returned = matches!(d, Decision::Return { due, .. } if due >= Wall(7));
            prop_assert_eq!(waits, returned);
        }

        #[test]
        fn after_an_unknown_nothing_is_put_on_the_wire_a_third_time(outcome in outcomes(), attempt in 2u16..30) {
            let standing = Standing { lane: Lane::Bulk, attempt, was_unsettled: true, unknown_wait: Duration::ZERO };
            let d = decide(outcome, Wall(0), standing, &RetryPolicy::of(Lane::Bulk), &Share(0));
            // Only a return, which put nothing on the wire, keeps the one resend; nothing becomes failed.
            let right = matches!(d, Decision::Sent { .. } | Decision::Unknown { .. } | Decision::Return { .. });
            prop_assert!(right);
        }
    }

    #[test]
    fn what_a_receiver_puts_off_is_not_tried_before_it_asked_and_later_each_time_it_gets_too_much() {
        let policy = RetryPolicy::of(Lane::Transactional);
        let due = |outcome, attempt, share| {
            let standing = Standing { lane: Lane::Transactional, attempt, was_unsettled: false, unknown_wait: Duration::ZERO };
            match decide(outcome, Wall(0), standing, &policy, &Share(share)) {
                Decision::Retry { due, .. } => due.0 / 1000,
                other => panic!("{other:?}"),
            }
        };
        let greylisted = |attempt, share| due(Outcome::Deferred { after: Duration::from_secs(900), reason: reason() }, attempt, share);
        assert_eq!((greylisted(1, 0), greylisted(1, 100), greylisted(13, 100)), (900, 900, 3599), "the longer of both");
        let slowed = |attempt| due(Outcome::Throttled { limit: Limit::Receiver, reason: reason() }, attempt, 0);
        assert_eq!([1, 2, 3, 13].map(slowed), [300, 600, 900, 3600]);
        let last = Standing { lane: Lane::Bulk, attempt: 14, was_unsettled: false, unknown_wait: Duration::ZERO };
        let outcome = Outcome::Deferred { after: Duration::from_secs(900), reason: reason() };
        assert!(matches!(decide(outcome, Wall(0), last, &RetryPolicy::of(Lane::Bulk), &Share(0)), Decision::Failed { .. }), "it counts");
    }

    #[test]
    fn gives_up_after_the_last_attempt() {
        let policy = RetryPolicy { attempts: 3, ..RetryPolicy::of(Lane::Bulk) };
        let at = |attempt| Standing { lane: Lane::Bulk, attempt, was_unsettled: false, unknown_wait: Duration::ZERO };
        let go = |attempt| decide(Outcome::Transient { reason: reason() }, Wall(0), at(attempt), &policy, &Share(0));
        assert!(matches!(go(2), Decision::Retry { .. }));
        assert!(matches!(go(3), Decision::Failed { reason } if reason.transient));
    }
}
