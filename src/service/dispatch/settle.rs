//! From the end of an attempt to what the store is told.

use std::time::Duration;

use jebi_domain::{
    message::Lane,
    outcome::{Decision, Outcome, Reason},
    port::{Random, store::Settlement},
    retry::{RetryPolicy, Standing, decide},
};

use super::ready::{Finished, Place};

/// How long evidence is waited for where feedback for our own mail reaches us (contract 3).
#[must_use]
pub fn unknown_wait(lane: Lane, has_feedback: bool) -> Duration {
    match (has_feedback, lane) {
        (false, _) => Duration::ZERO,
        (true, Lane::Transactional) => Duration::from_secs(60),
        (true, Lane::Bulk) => Duration::from_secs(600),
    }
}

/// Decides what becomes of a delivery after an attempt, recipient by recipient where they fared or stand differently.
#[must_use]
pub fn settlement(ended: Finished, has_feedback: bool, random: &dyn Random) -> Settlement {
    let Finished { key, lease, queue, lane, attempt, was_unsettled, recipients, via, outcome, later, at } = ended;
    let policy = RetryPolicy::of(lane);
    let unknown_wait = unknown_wait(lane, has_feedback);
    let go = |outcome, was_unsettled| decide(outcome, at, Standing { lane, attempt, was_unsettled, unknown_wait }, &policy, random);
    let decision = match split(outcome, &recipients) {
        Ok(Outcome::NotStarted) if let Some(later) = later => Decision::Return { due: later.0, reason: Some(later.1) },
        Ok(one) => go(one, recipients.first().map_or(was_unsettled, |place| place.was_unsettled)),
        Err(each) => Decision::Each(recipients.iter().zip(each).map(|(place, one)| go(one, place.was_unsettled)).collect()),
    };
    let recipients = recipients.into_iter().map(|place| place.position).collect();
    Settlement { key, lease, queue, attempt, at, recipients, via, decision }
}

/// One outcome for all, or one for each of the recipients.
fn split(outcome: Outcome, recipients: &[Place]) -> Result<Outcome, Vec<Outcome>> {
    let one = match outcome {
        Outcome::Each(all) if fits(&all, recipients) && !recipients.is_empty() => return Err(all),
        Outcome::Each(mut all) if fits(&all, recipients) => all.swap_remove(0),
        Outcome::Each(all) => {
            // Nothing can be told from it, and some of it may have been accepted.
            tracing::error!(outcomes = all.len(), recipients = recipients.len(), "a provider told outcomes that are not its recipients'");
            let text = "the provider's answer does not fit the recipients of this mail";
            Outcome::Unknown { reason: Reason::new("internal_error", text, "report it with the log of this time") }
        }
        one => one,
    };
    let alike = recipients.iter().all(|place| place.was_unsettled == recipients[0].was_unsettled);
    if alike { Ok(one) } else { Err(vec![one; recipients.len()]) }
}

/// Whether there is one plain outcome for each recipient.
fn fits(all: &[Outcome], recipients: &[Place]) -> bool {
    all.len() == recipients.len().max(1) && !all.iter().any(|one| matches!(one, Outcome::Each(_)))
}

#[cfg(test)]
mod tests {
    use jebi_domain::{
        fake::SeededRandom,
        id::{DeliveryKey, LeaseNo, QueueNo},
        time::Wall,
    };

    use super::*;

    fn joint(places: &[bool], outcome: Outcome) -> Decision {
        let place = |(i, was_unsettled): (usize, &bool)| Place { position: i as u32 * 2, was_unsettled: *was_unsettled };
        let ended = Finished {
            key: DeliveryKey(1),
            lease: LeaseNo(2),
            queue: QueueNo(3),
            lane: Lane::Bulk,
            attempt: 2,
            was_unsettled: false,
            recipients: places.iter().enumerate().map(place).collect(),
            via: None,
            outcome,
            later: None,
            at: Wall(5),
        };
        let made = settlement(ended, false, &SeededRandom::new(1));
        assert_eq!(made.recipients, (0..places.len() as u32).map(|i| i * 2).collect::<Vec<_>>());
        made.decision
    }

    fn said(code: &str) -> Reason {
        Reason::new(code, "text", "")
    }

    #[test]
    fn each_recipient_of_a_joint_copy_is_decided_on_as_it_stands() {
        let outcomes = vec![Outcome::Accepted { provider_id: "id".into() }, Outcome::Transient { reason: said("451") }];
        let Decision::Each(all) = joint(&[false, true], Outcome::Each(outcomes)) else { panic!("each") };
        assert!(matches!(all.as_slice(), [Decision::Sent { .. }, Decision::Unknown { .. }]), "{all:?}");
        // One outcome for all, but not all stand alike: the resend is over only for whom it was one.
        let Decision::Each(all) = joint(&[false, true], Outcome::Transient { reason: said("451") }) else { panic!("each") };
        assert!(matches!(all.as_slice(), [Decision::Retry { .. }, Decision::Unknown { .. }]), "{all:?}");
        assert!(matches!(joint(&[true, true], Outcome::Transient { reason: said("451") }), Decision::Unknown { .. }));
    }

    #[test]
    fn outcomes_that_are_not_the_recipients_say_nothing() {
        let one = || Outcome::Accepted { provider_id: "id".into() };
        for outcomes in [vec![], vec![one()], vec![one(), one(), one()], vec![one(), Outcome::Each(vec![one()])]] {
            let decision = joint(&[false, false], Outcome::Each(outcomes));
            assert!(matches!(decision, Decision::Unsettled { ref reason, .. } if reason.code == "internal_error"), "{decision:?}");
        }
    }

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
                was_unsettled: false,
                recipients: vec![],
                via: None,
                outcome: Outcome::Unknown { reason: Reason::new("timeout", "no answer", "") },
                later: None,
                at: Wall(5),
            };
            let made = settlement(ended, has_feedback, &SeededRandom::new(1));
            assert_eq!((made.key, made.lease, made.queue, made.attempt), (DeliveryKey(1), LeaseNo(2), QueueNo(3), 1));
            assert!(matches!(made.decision, Decision::Unsettled { review_at, .. } if review_at == Wall(5 + wait_ms)));
        }
    }
}
