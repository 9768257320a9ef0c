//! Whose attempts are on record: those of a copy to one, or those of one recipient of a joint copy.

use jebi_domain::delivery::State;

use super::{Error, q, turn::Turn};

/// Somebody a delivery goes to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose {
    pub key: i64,
    /// The place in a joint copy; `None` for a copy to one.
    pub position: Option<i64>,
}

/// The end of an attempt that is not, or no longer, what the row itself says.
pub(super) struct Ended<'a> {
    pub attempt: u16,
    pub at: Option<i64>,
    pub outcome: &'static str,
    pub provider_id: Option<&'a str>,
    pub reason: Option<&'a str>,
}

impl<'a> Ended<'a> {
    /// An attempt whose words are about to be overwritten by the next one's.
    pub fn before(attempt: u16, state: State, at: Option<i64>, (provider_id, reason): (Option<&'a str>, Option<&'a str>)) -> Self {
        let outcome = if state == State::Unsettled { "unknown" } else { "transient" };
        Self { attempt, at, outcome, provider_id, reason }
    }
}

impl Whose {
    /// Puts an attempt on record, once.
    pub fn note(self, turn: &Turn<'_>, e: &Ended<'_>) -> Result<(), Error> {
        match self.position {
            None => turn.append(q!("attempt_insert"), (self.key, e.attempt, e.at, e.outcome, e.provider_id, e.reason)),
            Some(position) => {
                turn.append(q!("joint_attempt_insert"), (self.key, position, e.attempt, e.at, e.outcome, e.provider_id, e.reason))
            }
        }
    }

    /// Whether another attempt than this may have been accepted.
    pub fn may_have_another(self, turn: &Turn<'_>, attempt: u16) -> Result<bool, Error> {
        let found = match self.position {
            None => turn.row(q!("attempt_maybe"), (self.key, attempt), |_| Ok(()))?,
            Some(position) => turn.row(q!("joint_attempt_maybe"), (self.key, position, attempt), |_| Ok(()))?,
        };
        Ok(found.is_some())
    }

    /// Whether another attempt than the accepted one may have been accepted too: the recipient may have it twice. `was` is the state
    /// before and the last attempt counted.
    pub fn may_be_twice(self, turn: &Turn<'_>, accepted: u16, was: (State, u16)) -> Result<bool, Error> {
        let later_unknown = accepted < was.1 && matches!(was.0, State::Unsettled | State::Unknown);
        Ok(later_unknown || self.may_have_another(turn, accepted)?)
    }

    /// Whether this attempt is on record as one of unknown end.
    pub fn was_unknown(self, turn: &Turn<'_>, attempt: u16) -> Result<bool, Error> {
        let found = match self.position {
            None => turn.row(q!("attempt_unknown"), (self.key, attempt), |_| Ok(()))?,
            Some(position) => turn.row(q!("joint_attempt_unknown"), (self.key, position, attempt), |_| Ok(()))?,
        };
        Ok(found.is_some())
    }
}
