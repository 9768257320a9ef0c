//! How one recipient's state moves when the end of an attempt is told. Pure; every engine's `settle`, `reclaim` and feedback use it.

use crate::{
    delivery::State,
    outcome::{Decision, Reason},
    time::Wall,
};

/// Where the end of the expected attempt takes a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move<'a> {
    /// It stays as it was before the attempt, which does not count; tried again then.
    Back { due: Wall, reason: Option<&'a Reason> },
    /// It takes this state; `due` is set while it is not a result.
    To { state: State, provider_id: Option<&'a str>, reason: Option<&'a Reason>, due: Option<Wall> },
}

impl<'a> Move<'a> {
    fn end(state: State, reason: Option<&'a Reason>) -> Self {
        Self::To { state, provider_id: None, reason, due: None }
    }
}

/// Moves a recipient who is waiting or unsettled. `reported`: feedback of this very mail is there, so the provider took it.
/// `None` for a decision that is no single recipient's.
#[must_use]
pub fn next(from: State, reported: bool, cancelled: bool, decision: &Decision) -> Option<Move<'_>> {
    let again = from == State::Unsettled;
    let to = match decision {
        // What may have been sent is not called cancelled.
        Decision::Return { reason, .. } if cancelled => Move::end(if again { State::Unknown } else { State::Cancelled }, reason.as_ref()),
        Decision::Return { due, reason } => Move::Back { due: *due, reason: reason.as_ref() },
        Decision::Sent { provider_id } => Move::To { state: State::Sent, provider_id: Some(provider_id), reason: None, due: None },
        Decision::Unsettled { .. } | Decision::Unknown { .. } if reported => Move::end(State::Sent, None),
        // The earlier attempt may have arrived: a refusal of the resend does not make it failed, and another try after it would be
        // a second resend.
        Decision::Failed { reason } | Decision::Retry { reason, .. } | Decision::Unsettled { reason, .. } if again => {
            Move::end(State::Unknown, Some(reason))
        }
        Decision::Failed { reason } => Move::end(State::Failed, Some(reason)),
        Decision::Unknown { reason } => Move::end(State::Unknown, Some(reason)),
        Decision::Retry { reason, .. } if cancelled => Move::end(State::Cancelled, Some(reason)),
        Decision::Retry { due, reason } => Move::To { state: State::Waiting, provider_id: None, reason: Some(reason), due: Some(*due) },
        // A cancelled copy is not resent, so nothing would review it; evidence may still settle it.
        Decision::Unsettled { reason, .. } if cancelled => Move::end(State::Unknown, Some(reason)),
        Decision::Unsettled { review_at, reason } => {
            Move::To { state: State::Unsettled, provider_id: None, reason: Some(reason), due: Some(*review_at) }
        }
        Decision::Each(_) => return None,
    };
    Some(to)
}

/// What becomes of a recipient whose node ended while the attempt was out.
#[must_use]
pub fn interrupted(from: State, reported: bool, cancelled: bool) -> State {
    match from {
        _ if reported => State::Sent,
        State::Waiting if !cancelled => State::Unsettled,
        // Cancelled: nothing would review it. Unsettled: the one resend was out.
        _ => State::Unknown,
    }
}

/// What is known of a recipient when the end of an attempt is told that is over for the store.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    pub state: State,
    /// It is the last attempt counted.
    pub of_last: bool,
    /// This attempt is on record as one of unknown end.
    pub was_unknown: bool,
    /// Another attempt may have been accepted.
    pub doubtful: bool,
    /// The next attempt is out.
    pub leased: bool,
    /// A review or a retry is due some time.
    pub pending: bool,
    pub cancelled: bool,
}

/// What an answer changes that comes late or again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Late {
    Nothing,
    /// One more attempt was accepted than the one known.
    Another,
    /// It was accepted.
    Sent,
    /// It was refused for good, and nothing else may have arrived.
    Failed,
    /// It was certainly not accepted: it waits for what would have reviewed it.
    Waits,
    /// The same, but it was cancelled meanwhile.
    Cancelled,
}

/// Judges an answer for an attempt that is over: repeated, or late because its lease was lost. A late one is evidence.
#[must_use]
pub fn late(past: Past, decision: &Decision) -> Late {
    let accepted = matches!(decision, Decision::Sent { .. });
    if !matches!(past.state, State::Unsettled | State::Unknown) {
        let another = accepted && !past.of_last && past.state == State::Sent && past.was_unknown;
        return if another { Late::Another } else { Late::Nothing };
    }
    match decision {
        Decision::Sent { .. } => Late::Sent,
        _ if !past.of_last => Late::Nothing,
        Decision::Failed { .. } if past.state == State::Unknown => {
            if past.doubtful {
                Late::Nothing
            } else {
                Late::Failed
            }
        }
        Decision::Failed { .. } if !past.leased => Late::Failed,
        Decision::Failed { .. } | Decision::Retry { .. } => match past {
            // Without an entry or a lease a person was asked for, and stays asked.
            Past { state: State::Unknown, .. } | Past { leased: false, pending: false, .. } => Late::Nothing,
            Past { cancelled: true, leased: false, .. } => Late::Cancelled,
            _ => Late::Waits,
        },
        // What was returned unsent leaves its attempt's number to the next claim: this may be the repeated return of an earlier one.
        Decision::Return { .. } | Decision::Unsettled { .. } | Decision::Unknown { .. } | Decision::Each(_) => Late::Nothing,
    }
}

/// The state a joint copy's own row has: what a claim would do with it while anybody is open, else the worst of its recipients'.
#[must_use]
pub fn summed_up(states: impl Iterator<Item = State> + Clone) -> State {
    [State::Waiting, State::Unsettled]
        .into_iter()
        .find(|open| states.clone().any(|one| one == *open))
        .unwrap_or_else(|| states.max_by_key(|one| one.severity()).unwrap_or(State::Waiting))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason() -> Reason {
        Reason::new("451", "later", "")
    }

    fn decisions() -> [Decision; 6] {
        [
            Decision::Sent { provider_id: "id".into() },
            Decision::Failed { reason: reason() },
            Decision::Retry { due: Wall(5), reason: reason() },
            Decision::Return { due: Wall(5), reason: None },
            Decision::Unsettled { review_at: Wall(5), reason: reason() },
            Decision::Unknown { reason: reason() },
        ]
    }

    #[test]
    fn every_move_is_one_the_states_allow_and_a_cancelled_one_never_goes_back() {
        for from in [State::Waiting, State::Unsettled] {
            for (reported, cancelled) in [(false, false), (false, true), (true, false), (true, true)] {
                for decision in decisions() {
                    let moved = next(from, reported, cancelled, &decision);
                    match moved.expect("a decision of one") {
                        Move::Back { .. } => assert!(!cancelled),
                        Move::To { state, due, .. } => {
                            assert!(State::Sending.may_become(state), "{decision:?}");
                            assert_eq!(due.is_some(), !state.is_result(), "{decision:?}");
                            assert!(!(cancelled && due.is_some()), "{decision:?}");
                            assert!(from == State::Waiting || state.is_result(), "the resend ends it: {decision:?}");
                            assert!(from == State::Waiting || state != State::Failed, "{decision:?}");
                        }
                    }
                }
            }
        }
        assert_eq!(next(State::Waiting, false, false, &Decision::Each(vec![])), None);
    }

    #[test]
    fn a_late_answer_moves_only_what_is_open_and_only_as_the_states_allow() {
        for state in State::ALL {
            for bits in 0..64u8 {
                let bit = |n: u8| bits & (1 << n) != 0;
                let past = Past {
                    state,
                    of_last: bit(0),
                    was_unknown: bit(1),
                    doubtful: bit(2),
                    leased: bit(3),
                    pending: bit(4),
                    cancelled: bit(5),
                };
                for decision in decisions() {
                    let to = match late(past, &decision) {
                        Late::Nothing | Late::Another => continue,
                        Late::Sent => State::Sent,
                        Late::Failed => State::Failed,
                        Late::Waits => State::Waiting,
                        Late::Cancelled => State::Cancelled,
                    };
                    assert!(state.may_become(to), "{state:?} to {to:?} by {decision:?}");
                }
            }
        }
    }

    #[test]
    fn a_joint_copy_is_summed_up_by_what_is_still_to_be_done_then_by_the_worst() {
        let table: [(&[State], State); 5] = [
            (&[State::Sent, State::Unsettled, State::Waiting], State::Waiting),
            (&[State::Failed, State::Unsettled, State::Unknown], State::Unsettled),
            (&[State::Sent, State::Suppressed], State::Suppressed),
            (&[State::Sent, State::Failed, State::Unknown], State::Failed),
            (&[State::Sent], State::Sent),
        ];
        for (states, want) in table {
            assert_eq!(summed_up(states.iter().copied()), want);
        }
    }
}
