//! What a provider said of one attempt.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Wall;

/// The words of a refusal: a short machine code (the provider's own where it has one), what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// For example `MessageRejected`, `550 5.1.1`, `connect`.
    pub code: String,
    /// The provider's own words, cut at 1,000 characters; never holds secrets.
    pub text: String,
    /// What a person can do about it; empty when nothing helps.
    pub remedy: String,
    /// It was refused for now each time, until nothing more was tried: sending it again may work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub transient: bool,
}

impl Reason {
    #[must_use]
    pub fn new(code: impl Into<String>, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        let mut text: String = text.into();
        if let Some((cut, _)) = text.char_indices().nth(1000) {
            text.truncate(cut);
        }
        Self { code: code.into(), text, remedy: remedy.into(), transient: false }
    }
}

/// Which limit of the provider was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Recipients per second.
    Rate,
    /// Recipients per day.
    Daily,
    /// The receiving domain's own limit (SMTP 4.7.x, 450 4.2.1, 421 4.7.28). The provider itself is well: the attempt counts as one
    /// that was refused for now, and mail to that domain is slowed.
    Receiver,
}

/// The outcome of one attempt (design, contract 3). Only [`Outcome::Unknown`] may have been accepted without our knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider took responsibility for every recipient of the copy; its own id for the mail.
    Accepted { provider_id: String },
    /// A limit was met; the mail waits. A limit of the provider costs no attempt, one of the receiver ([`Limit::Receiver`]) does.
    Throttled { limit: Limit, reason: Reason },
    /// Certainly not accepted, and worth trying again.
    Transient { reason: Reason },
    /// Certainly not accepted, and not worth trying again before `after` is over: greylisting (RFC 6647; 5 to 30 minutes). Counts as
    /// an attempt.
    Deferred { after: Duration, reason: Reason },
    /// Certainly not accepted, and never will be: the fault is the message's.
    Permanent { reason: Reason },
    /// Certainly not accepted, and the fault is the account's or the configuration's: the provider is held, the mail waits.
    RejectedAccount { reason: Reason },
    /// Bytes of the request reached the wire and no answer settled what became of it.
    Unknown { reason: Reason },
    /// Nothing of the mail was written and it is not at fault: the lease ran short, the node is stopping, or a connection that had
    /// carried mail ended where this one began (at most its envelope was written, and the server answered none of it). Costs no
    /// attempt.
    NotStarted,
    /// The recipients of a joint copy fared differently: one outcome for each recipient the attempt went to, in the order of
    /// `Outgoing::to`. Never nested; as many as there are in `Outgoing::to`.
    Each(Vec<Outcome>),
}

impl Outcome {
    /// Whether any recipient may have been accepted without our knowing.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown { .. } => true,
            Self::Each(all) => all.iter().any(Self::is_unknown),
            _ => false,
        }
    }

    /// Whether the provider said that mail comes faster than it permits.
    #[must_use]
    pub fn is_too_fast(&self) -> bool {
        match self {
            Self::Throttled { limit: Limit::Rate, .. } => true,
            Self::Each(all) => all.iter().any(Self::is_too_fast),
            _ => false,
        }
    }
}

/// What the store is told of one attempt: the state the delivery takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Result `sent`.
    Sent { provider_id: String },
    /// Result `failed`.
    Failed { reason: Reason },
    /// Waits for another attempt, due then. This attempt counts.
    Retry { due: Wall, reason: Reason },
    /// Waits as if it had never been claimed, due then. No attempt is counted.
    Return { due: Wall, reason: Option<Reason> },
    /// Not known whether it was accepted. `review_at` is when the claim looks at it again and resends or gives up by the
    /// message's policy; until then evidence may settle it.
    Unsettled { review_at: Wall, reason: Reason },
    /// Result `unknown`: it was unsettled before and is again, or may not be resent.
    Unknown { reason: Reason },
    /// One decision for each recipient of the attempt, in the order of `Settlement::recipients`. Never nested.
    Each(Vec<Decision>),
}
