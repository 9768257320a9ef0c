//! The kinds of happening. A code is stored; a name is what callers see, and is never changed.

use crate::{delivery::State, event::FeedbackKind};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal, $name:literal;)+) => {
        /// A kind of happening.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum HookKind {
            $($(#[$doc])* $kind = $code,)+
        }

        impl HookKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// As callers see it: `[a-z_.]` (Standard Webhooks 1.0.0, "Event types").
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// The provider took the mail.
    Sent = 1, "delivery.sent";
    /// It could not be sent, for good.
    Failed = 2, "delivery.failed";
    /// It was too late to be sent.
    Expired = 3, "delivery.expired";
    /// It was cancelled before it was sent.
    Cancelled = 4, "delivery.cancelled";
    /// The recipient is on the suppression list.
    Suppressed = 5, "delivery.suppressed";
    /// Nobody knows whether the provider took it, and it is not sent again.
    Unknown = 6, "delivery.unknown";
    /// The receiver's server took it.
    Delivered = 10, "delivery.delivered";
    /// The receiver's server refused it for good, or gave it back.
    Bounced = 11, "delivery.bounced";
    /// The receiver's server refused it for now.
    SoftBounced = 12, "delivery.soft_bounced";
    /// The recipient reported it as spam.
    Complained = 13, "delivery.complained";
    /// The receiver's server takes its time.
    Delayed = 14, "delivery.delayed";
    /// The provider took it and then would not send it.
    Rejected = 15, "delivery.rejected";
    /// The mail was opened, by whoever or whatever.
    Opened = 20, "delivery.opened";
    /// A link in it was followed, by whoever or whatever.
    Clicked = 21, "delivery.clicked";
    /// Opened, and not by a machine as far as can be told.
    OpenedByPerson = 22, "delivery.opened_by_person";
    /// A link was followed, and not by a machine as far as can be told.
    ClickedByPerson = 23, "delivery.clicked_by_person";
    /// The recipient refused further mail by the link in it.
    Unsubscribed = 24, "delivery.unsubscribed";
    /// Nothing of a topic waits or is open any more.
    TopicFinished = 30, "topic.finished";
    /// A rule of the alerts began to hold.
    AlertRaised = 40, "alert.raised";
    /// It holds no more.
    AlertResolved = 41, "alert.resolved";
    /// An endpoint was disabled; the others are told.
    EndpointDisabled = 50, "endpoint.disabled";
    /// Asked for by a person, to try an endpoint.
    EndpointTest = 51, "endpoint.test";
}

impl HookKind {
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }

    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// The kind that tells of this result; `None` for a state that is none.
    #[must_use]
    pub fn of_result(state: State) -> Option<Self> {
        match state {
            State::Sent => Some(Self::Sent),
            State::Failed => Some(Self::Failed),
            State::Expired => Some(Self::Expired),
            State::Cancelled => Some(Self::Cancelled),
            State::Suppressed => Some(Self::Suppressed),
            State::Unknown => Some(Self::Unknown),
            State::Waiting | State::Sending | State::Unsettled => None,
        }
    }

    /// The kind that tells of this report.
    #[must_use]
    pub fn of_feedback(kind: FeedbackKind) -> Self {
        match kind {
            FeedbackKind::Delivered => Self::Delivered,
            FeedbackKind::Bounced => Self::Bounced,
            FeedbackKind::Complained => Self::Complained,
            FeedbackKind::SoftBounced => Self::SoftBounced,
            FeedbackKind::Delayed => Self::Delayed,
            FeedbackKind::Rejected => Self::Rejected,
            FeedbackKind::Opened => Self::Opened,
            FeedbackKind::Clicked => Self::Clicked,
            FeedbackKind::OpenedByPerson => Self::OpenedByPerson,
            FeedbackKind::ClickedByPerson => Self::ClickedByPerson,
            FeedbackKind::Unsubscribed => Self::Unsubscribed,
        }
    }

    /// Whether it tells of one recipient of one delivery.
    #[must_use]
    pub fn is_of_delivery(self) -> bool {
        self.as_str().starts_with("delivery.")
    }

    fn bit(self) -> u64 {
        1 << self.code()
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u64);

impl Kinds {
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub fn has(self, kind: HookKind) -> bool {
        self.0 & kind.bit() != 0
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<HookKind> for Kinds {
    fn from_iter<I: IntoIterator<Item = HookKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |all, kind| all | kind.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_and_names_are_those_of_the_standard() {
        for kind in HookKind::ALL {
            assert_eq!(HookKind::from_code(kind.code()), Some(*kind));
            assert!(kind.as_str().bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'_')), "{}", kind.as_str());
            assert!((1..64).contains(&kind.code()), "it has a bit");
            assert_eq!(HookKind::ALL.iter().filter(|other| other.as_str() == kind.as_str()).count(), 1);
        }
        assert_eq!(HookKind::from_code(0), None);
    }

    #[test]
    fn every_result_has_a_kind_and_nothing_else_has() {
        for state in State::ALL {
            assert_eq!(HookKind::of_result(state).is_some(), state.is_result(), "{state:?}");
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: Kinds = [HookKind::Sent, HookKind::EndpointTest].into_iter().collect();
        assert!(set.has(HookKind::Sent) && set.has(HookKind::EndpointTest) && !set.has(HookKind::Failed));
        assert!(Kinds::default().is_empty() && Kinds::default().with(set) == set);
    }
}
