//! The state machine of one delivery (drawn in `docs/STATES.md`).
//!
//! A delivery is waiting, sending or unsettled, or has one result. Only the result `unknown` may change later, by evidence
//! or by an operator. What the receiver reports afterwards is feedback, a field of its own ([`crate::event`]).

use serde::{Deserialize, Serialize};

/// Where a delivery is. `Waiting` to `Unsettled` are under way; the others are results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In the queue: due now or later, held, or between two attempts.
    Waiting,
    /// Claimed by a node that is about to send it or is sending it.
    Sending,
    /// An attempt was made and nobody knows yet whether the provider took it.
    Unsettled,
    /// The provider took it.
    Sent,
    /// Refused for good.
    Failed,
    /// The address is on the suppression list.
    Suppressed,
    /// Cancelled by the caller before it was sent.
    Cancelled,
    /// Its time ran out before it was sent.
    Expired,
    /// It may or may not have been sent, and nothing more is tried.
    Unknown,
}

impl State {
    pub const ALL: [Self; 9] = [
        Self::Waiting,
        Self::Sending,
        Self::Unsettled,
        Self::Sent,
        Self::Failed,
        Self::Suppressed,
        Self::Cancelled,
        Self::Expired,
        Self::Unknown,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Unsettled => "unsettled",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// The number the store keeps. `Sending` is never stored: it is derived from the lease.
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }

    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Whether it is one of the six results.
    #[must_use]
    pub fn is_result(self) -> bool {
        !matches!(self, Self::Waiting | Self::Sending | Self::Unsettled)
    }

    /// How bad it is, for the one word shown of a joint copy whose recipients differ.
    #[must_use]
    pub fn severity(self) -> u8 {
        match self {
            Self::Sent => 0,
            Self::Cancelled => 1,
            Self::Expired => 2,
            Self::Suppressed => 3,
            Self::Waiting => 4,
            Self::Sending => 5,
            Self::Unsettled => 6,
            Self::Unknown => 7,
            Self::Failed => 8,
        }
    }

    /// Whether a delivery may go from `self` to `to` in one step.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        use State::{Cancelled, Expired, Failed, Sending, Sent, Suppressed, Unknown, Unsettled, Waiting};
        match self {
            Waiting => matches!(to, Sending | Cancelled | Expired | Suppressed | Unsettled),
            Sending => matches!(to, Waiting | Unsettled | Sent | Failed | Cancelled | Expired | Unknown),
            // A claim for the one resend goes through Sending; evidence settles it from where it stands. A late answer that says
            // certainly not accepted makes it wait again, or lets a cancellation through.
            Unsettled => matches!(to, Sending | Sent | Failed | Unknown | Waiting | Cancelled),
            // Evidence, an operator's word, or an operator who sends it again: its outcome is open once more.
            Unknown => matches!(to, Sent | Failed | Unsettled),
            Sent | Failed | Suppressed | Cancelled | Expired => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_state() -> impl Strategy<Value = State> {
        prop::sample::select(State::ALL.as_slice())
    }

    proptest! {
        #[test]
        fn a_result_never_changes_unless_unknown(from in any_state(), to in any_state()) {
            if from.is_result() && from.may_become(to) {
                prop_assert_eq!(from, State::Unknown);
            }
        }

        #[test]
        fn nothing_is_sent_without_having_been_sending_or_unknown(from in any_state()) {
            if from.may_become(State::Sent) {
                prop_assert!(matches!(from, State::Sending | State::Unsettled | State::Unknown));
            }
        }

        #[test]
        fn any_walk_visits_at_most_one_result_besides_unknown(steps in prop::collection::vec(any_state(), 1..40)) {
            let (mut at, mut results) = (State::Waiting, Vec::new());
            for next in steps {
                if at.may_become(next) {
                    at = next;
                    if at.is_result() {
                        results.push(at);
                    }
                }
            }
            let certain = results.iter().filter(|r| **r != State::Unknown).count();
            prop_assert!(certain <= 1);
        }

        #[test]
        fn names_and_codes_read_back(s in any_state()) {
            prop_assert_eq!(State::parse(s.as_str()), Some(s));
            prop_assert_eq!(State::from_code(s.code()), Some(s));
        }
    }
}
