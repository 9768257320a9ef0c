//! Facts about a delivery that arrive after it was sent.

use serde::{Deserialize, Serialize};

use crate::{id::DeliveryId, time::Wall};

/// What is reported of a recipient after the mail was handed over. Several may hold at once: they are kept as a set, so neither their
/// order nor repetition matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackKind {
    /// The receiver's server took it. Handed over and delivered are different words.
    Delivered,
    /// The receiver's server refused it for good, or gave it back later: a hard bounce.
    Bounced,
    /// The recipient reported it as spam.
    Complained,
    /// The receiver's server refused it for now until the provider gave up, or an automatic answer came back: a soft bounce.
    SoftBounced,
    /// The provider goes on trying.
    Delayed,
    /// The provider took it and did not send it: a virus, or a template it could not fill in.
    Rejected,
    /// Somebody or something loaded its picture.
    Opened,
    /// Somebody or something followed a link of it.
    Clicked,
    /// The same, as far as can be told by a person.
    OpenedByPerson,
    ClickedByPerson,
    /// The recipient refused more mail by the link in it.
    Unsubscribed,
}

impl FeedbackKind {
    /// In the order of their codes.
    pub const ALL: [Self; 11] = [
        Self::Delivered,
        Self::Bounced,
        Self::Complained,
        Self::SoftBounced,
        Self::Delayed,
        Self::Rejected,
        Self::Opened,
        Self::Clicked,
        Self::OpenedByPerson,
        Self::ClickedByPerson,
        Self::Unsubscribed,
    ];

    /// The bit this kind takes in a stored set of kinds.
    #[must_use]
    pub fn bit(self) -> i64 {
        1 << self as i64
    }

    /// The kinds of a stored set.
    pub fn of_bits(bits: i64) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |k| bits & k.bit() != 0)
    }

    /// Its place among what may be said of a mail's arrival, the gravest highest; `None` for what people did with it. What was delivered
    /// outranks a soft bounce, which may be an automatic answer, and is outranked by a hard one, which may come after it.
    #[must_use]
    pub fn rank(self) -> Option<u8> {
        match self {
            Self::Delayed => Some(1),
            Self::SoftBounced => Some(2),
            Self::Delivered => Some(3),
            Self::Rejected => Some(4),
            Self::Bounced => Some(5),
            Self::Complained => Some(6),
            Self::Opened | Self::Clicked | Self::OpenedByPerson | Self::ClickedByPerson | Self::Unsubscribed => None,
        }
    }

    /// The bits of kinds that are of a copy and not of a recipient: a joint copy has one picture and one set of links for all who get it.
    pub const OF_COPY: i64 =
        1 << Self::Opened as i64 | 1 << Self::Clicked as i64 | 1 << Self::OpenedByPerson as i64 | 1 << Self::ClickedByPerson as i64;

    /// The one word shown where only one is wanted: the gravest.
    #[must_use]
    pub fn worst(bits: i64) -> Option<Self> {
        Self::of_bits(bits).filter(|k| k.rank().is_some()).max_by_key(|k| k.rank())
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::SoftBounced => "soft_bounced",
            Self::Delayed => "delayed",
            Self::Rejected => "rejected",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::OpenedByPerson => "opened_by_person",
            Self::ClickedByPerson => "clicked_by_person",
            Self::Unsubscribed => "unsubscribed",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_bit_of_its_own_and_the_first_three_are_those_of_the_first_release() {
        let all = FeedbackKind::ALL.iter().fold(0, |bits, kind| bits | kind.bit());
        assert_eq!(all.count_ones() as usize, FeedbackKind::ALL.len());
        let bits = [FeedbackKind::Delivered, FeedbackKind::Bounced, FeedbackKind::Complained].map(FeedbackKind::bit);
        assert_eq!(bits, [1, 2, 4]);
        assert!(FeedbackKind::ALL.iter().enumerate().all(|(i, kind)| *kind as usize == i));
    }

    #[test]
    fn the_gravest_is_shown_and_what_people_did_never_is() {
        let shown = |kinds: &[FeedbackKind]| FeedbackKind::worst(kinds.iter().fold(0, |bits, kind| bits | kind.bit()));
        use FeedbackKind::*;
        assert_eq!(shown(&[Delivered, Bounced]), Some(Bounced));
        assert_eq!(shown(&[Delivered, SoftBounced, Delayed]), Some(Delivered));
        assert_eq!(shown(&[Delayed, SoftBounced]), Some(SoftBounced));
        assert_eq!(shown(&[Bounced, Complained, Opened]), Some(Complained));
        assert_eq!(shown(&[Opened, Clicked, Unsubscribed]), None);
    }
}
