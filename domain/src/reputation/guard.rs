//! Limits, and what is done at them: first people are told, then bulk mail is slowed, then it stops until a person lets it go on.

use serde::{Deserialize, Serialize};

use super::Standing;

/// SES's bounce rates in percent: where it reviews an account, and where it may stop it.
pub const SES_BOUNCES: (f64, f64) = (5.0, 10.0);
/// The same of complaints.
pub const SES_COMPLAINTS: (f64, f64) = (0.1, 0.5);

/// What holds for bulk mail of a scope. In the order of their weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    #[default]
    None,
    /// People are told; nothing is held.
    Warned,
    /// Bulk mail has a share of the rate.
    Slowed,
    /// Bulk mail waits for a person.
    Paused,
}

impl Act {
    pub const ALL: [Self; 4] = [Self::None, Self::Warned, Self::Slowed, Self::Paused];

    /// As it is stored.
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }

    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.code() == code)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Warned => "warned",
            Self::Slowed => "slowed",
            Self::Paused => "paused",
        }
    }
}

/// Rates in percent at which each act begins; rising.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    pub warn: f64,
    pub slow: f64,
    pub pause: f64,
}

impl Steps {
    fn at(&self, rate: f64) -> Act {
        match rate {
            rate if rate >= self.pause => Act::Paused,
            rate if rate >= self.slow => Act::Slowed,
            rate if rate >= self.warn => Act::Warned,
            _ => Act::None,
        }
    }

    /// The limit an act begins at.
    fn of(&self, act: Act) -> f64 {
        match act {
            Act::None | Act::Warned => self.warn,
            Act::Slowed => self.slow,
            Act::Paused => self.pause,
        }
    }
}

/// What is done, and at which rates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub bounces: Steps,
    pub complaints: Steps,
    /// So many must there be before their rate is judged: one complaint of a thousand mails is a rate of 0.1 %, and says nothing yet.
    pub least_bounces: u64,
    pub least_complaints: u64,
    /// Whether bulk mail is slowed and paused; else people are only told.
    pub acts: bool,
}

/// What follows from how a scope stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    pub act: Act,
    /// It is for complaints; else for bounces.
    pub complaints: bool,
    /// The rate it goes by, in percent, and the limit it has reached.
    pub rate: f64,
    pub limit: f64,
}

/// How far below a limit a rate must fall before what began there ends.
const BACK: f64 = 0.8;

impl Limits {
    /// What holds from now on where `now` does. What is paused stays so: a person lets it go on. What is slowed goes on so until the rate
    /// is well below the limit it is slowed at, and so with what people were told of.
    #[must_use]
    pub fn judge(&self, now: Act, standing: &Standing) -> Judgement {
        let bounces = (standing.bounce_percent(), self.bounces, standing.tally.bounced >= self.least_bounces, false);
        let complaints = (standing.complaint_percent(), self.complaints, standing.tally.complained >= self.least_complaints, true);
        let one = |(rate, steps, enough, complaints): (f64, Steps, bool, bool)| {
            let counts = standing.judged && enough;
            // Well below a limit is below it by a fifth.
            let act = if counts { steps.at(rate).max(steps.at(rate / BACK).min(now)) } else { Act::None };
            Judgement { act, complaints, rate, limit: steps.of(act) }
        };
        let (bounces, complaints) = (one(bounces), one(complaints));
        let worse = if complaints.act > bounces.act { complaints } else { bounces };
        let act = match worse.act {
            _ if now == Act::Paused => Act::Paused,
            act if self.acts => act,
            act => act.min(Act::Warned),
        };
        Judgement { act, ..worse }
    }
}
