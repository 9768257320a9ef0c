//! What became of a topic's mail: its counts, hour by hour, and when the rest of it goes.

use super::{
    Boxed,
    store::{StoreResult, TopicView},
};
use crate::{event::FeedbackKind, message::Lane, time::Wall};

/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// What happened in an hour. Recipients, each counted in the hour it happened to them first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourCounts {
    pub sent: i64,
    pub delivered: i64,
    pub bounced: i64,
    pub complained: i64,
    pub opened: i64,
    pub clicked: i64,
    pub opened_by_person: i64,
    pub clicked_by_person: i64,
    pub unsubscribed: i64,
}

impl HourCounts {
    /// The count of a kind of feedback; `None` for those that are not kept by the hour.
    pub fn feedback_mut(&mut self, kind: FeedbackKind) -> Option<&mut i64> {
        match kind {
            FeedbackKind::Delivered => Some(&mut self.delivered),
            FeedbackKind::Bounced => Some(&mut self.bounced),
            FeedbackKind::Complained => Some(&mut self.complained),
            FeedbackKind::Opened => Some(&mut self.opened),
            FeedbackKind::Clicked => Some(&mut self.clicked),
            FeedbackKind::OpenedByPerson => Some(&mut self.opened_by_person),
            FeedbackKind::ClickedByPerson => Some(&mut self.clicked_by_person),
            FeedbackKind::Unsubscribed => Some(&mut self.unsubscribed),
            FeedbackKind::SoftBounced | FeedbackKind::Delayed | FeedbackKind::Rejected => None,
        }
    }

    /// All of them, in the order they are kept in.
    #[must_use]
    pub fn all(&self) -> [i64; 9] {
        let Self { sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed } = *self;
        [sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed]
    }

    /// The counts in that order.
    #[must_use]
    pub fn of(all: [i64; 9]) -> Self {
        let [sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed] = all;
        Self { sent, delivered, bounced, complained, opened, clicked, opened_by_person, clicked_by_person, unsubscribed }
    }

    pub fn add(&mut self, other: &Self) {
        let (mut sum, more) = (self.all(), other.all());
        sum.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        *self = Self::of(sum);
    }
}

/// An hour, in whole hours since 1970 (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hour(pub i64);

impl Hour {
    /// The hour a point in time lies in.
    #[must_use]
    pub fn of(at: Wall) -> Self {
        Self(at.0.div_euclid(HOUR_MS))
    }

    /// The first hour that begins at that time or later.
    #[must_use]
    pub fn not_before(at: Wall) -> Self {
        Self(at.0.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS))
    }

    /// When it begins.
    #[must_use]
    pub fn begins(self) -> Wall {
        Wall(self.0.saturating_mul(HOUR_MS))
    }
}

/// Which hours are asked for: those in which something happened, newest first, from `from` up to and without `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub from: Hour,
    pub until: Hour,
    pub limit: u32,
}

/// What waits of a topic in one provider's lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub provider: String,
    pub lane: Lane,
    /// Recipients.
    pub waiting: i64,
    /// When the first and the last of it may go.
    pub first_due: Wall,
    pub last_due: Wall,
}

/// A topic and what became of it, in one snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicResults {
    pub view: TopicView,
    /// Newest first.
    pub hours: Vec<(Hour, HourCounts)>,
    pub waiting: Vec<Waiting>,
}

/// What became of topics. What is read grows with hours and providers, never with deliveries.
pub trait ResultsStore: Send + Sync {
    /// `None` for an unknown topic.
    fn topic_results(&self, topic: &str, hours: Hours) -> Boxed<'_, StoreResult<Option<TopicResults>>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_begins_where_it_says_and_a_bound_within_it_means_the_next() {
        let begins = Hour(5).begins();
        assert_eq!((Hour::of(begins), Hour::not_before(begins)), (Hour(5), Hour(5)));
        let later = Wall(begins.0 + 1);
        assert_eq!((Hour::of(later), Hour::not_before(later)), (Hour(5), Hour(6)));
        assert_eq!(Hour::of(Wall(-1)), Hour(-1));
        assert_eq!(Hour::not_before(Wall(i64::MAX)).begins().0 / HOUR_MS, i64::MAX / HOUR_MS);
    }

    #[test]
    fn counts_keep_their_order_and_add_up() {
        let mut counts = HourCounts::of([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!((counts.sent, counts.clicked, counts.unsubscribed), (1, 6, 9));
        counts.add(&HourCounts { sent: 10, ..HourCounts::default() });
        assert_eq!(counts.all(), [11, 2, 3, 4, 5, 6, 7, 8, 9]);
        for kind in FeedbackKind::ALL {
            let mut one = HourCounts::default();
            if let Some(count) = one.feedback_mut(kind) {
                *count = 1;
            }
            let kept = !matches!(kind, FeedbackKind::SoftBounced | FeedbackKind::Delayed | FeedbackKind::Rejected);
            assert_eq!(one.all().iter().sum::<i64>(), i64::from(kept), "{kind:?}");
            assert_eq!(one.sent, 0);
        }
    }
}
