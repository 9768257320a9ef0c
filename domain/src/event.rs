//! Facts about a delivery that arrive after it was sent.

use serde::{Deserialize, Serialize};

use crate::{id::DeliveryId, time::Wall};

/// What became of a sent mail, as the provider or the receiver reports it. Several may hold at once, in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackKind {
    /// The receiver's server took it. Handed over and delivered are different words.
    Delivered,
    /// The receiver's server refused it, or gave it back later.
    Bounced,
    /// The recipient reported it as spam.
    Complained,
}

impl FeedbackKind {
    pub const ALL: [Self; 3] = [Self::Delivered, Self::Bounced, Self::Complained];

    /// The bit this kind takes in a stored set of kinds.
    #[must_use]
    pub fn bit(self) -> i64 {
        match self {
            Self::Delivered => 1,
            Self::Bounced => 2,
            Self::Complained => 4,
        }
    }

    /// The kinds of a stored set.
    pub fn of_bits(bits: i64) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |k| bits & k.bit() != 0)
    }

    /// The one word shown where only one is wanted: the worst.
    #[must_use]
    pub fn worst(bits: i64) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|k| bits & k.bit() != 0)
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
        }
    }
}

/// One report about one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    pub delivery: DeliveryId,
    /// The address it speaks of; needed to find the recipient of a joint copy.
    pub recipient: String,
    pub kind: FeedbackKind,
    pub at: Wall,
    /// The reporter's own words, for example `smtp; 550 5.1.1 user unknown`.
    pub detail: String,
}
