//! Which happenings an endpoint wants.

use serde::{Deserialize, Serialize};

use super::kind::{HookKind, Kinds};
use crate::message::Lane;

/// What an endpoint wants. An empty list is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Kinds by name (`delivery.bounced`), by group (`delivery.*`) or all (`*`). Empty: all.
    pub events: Vec<String>,
    /// Topics by name, or by how they begin (`2026-spring*`). Empty: all, and mail without a topic.
    pub topics: Vec<String>,
    /// Lanes. Empty: both.
    pub lanes: Vec<Lane>,
}

/// A pattern of kinds that no kind fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern {
    /// Its place among `events`.
    pub at: usize,
    pub pattern: String,
}

impl Filter {
    /// The first pattern that no kind fits.
    ///
    /// # Errors
    /// That pattern.
    pub fn check(&self) -> Result<(), BadPattern> {
        let unfit = |pattern: &String| !HookKind::ALL.iter().any(|kind| fits(pattern, kind.as_str()));
        match self.events.iter().position(unfit) {
            Some(at) => Err(BadPattern { at, pattern: self.events[at].clone() }),
            None => Ok(()),
        }
    }

    /// The kinds wanted.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        let wanted = |kind: &HookKind| self.events.is_empty() || self.events.iter().any(|pattern| fits(pattern, kind.as_str()));
        HookKind::ALL.iter().copied().filter(wanted).collect()
    }

    /// Whether topic or lane matter to it.
    #[must_use]
    pub fn asks_where(&self) -> bool {
        !self.topics.is_empty() || !self.lanes.is_empty()
    }

    /// Whether mail of this topic and lane is wanted.
    #[must_use]
    pub fn wants_mail(&self, topic: &str, lane: Lane) -> bool {
        self.wants_topic(topic) && (self.lanes.is_empty() || self.lanes.contains(&lane))
    }

    /// Whether a topic as a whole is wanted. Its mail may be of both lanes, so lanes do not matter.
    #[must_use]
    pub fn wants_topic(&self, topic: &str) -> bool {
        self.topics.is_empty() || self.topics.iter().any(|pattern| fits(pattern, topic))
    }
}

/// Whether a name is the pattern, or begins with what stands before the star at the pattern's end.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(events: &[&str], topics: &[&str], lanes: &[Lane]) -> Filter {
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        Filter { events: owned(events), topics: owned(topics), lanes: lanes.to_vec() }
    }

    #[test]
    fn kinds_by_name_by_group_and_all() {
        let some = filter(&["delivery.bounced", "alert.*"], &[], &[]).kinds();
        assert!(some.has(HookKind::Bounced) && some.has(HookKind::AlertRaised) && some.has(HookKind::AlertResolved));
        assert!(!some.has(HookKind::SoftBounced) && !some.has(HookKind::Sent));
        for all in [filter(&[], &[], &[]), filter(&["*"], &[], &[])] {
            assert!(HookKind::ALL.iter().all(|kind| all.kinds().has(*kind)));
        }
    }

    #[test]
    fn a_pattern_nothing_fits_is_named() {
        assert_eq!(filter(&["delivery.*", "topic.*", "*"], &[], &[]).check(), Ok(()));
        let bad = filter(&["delivery.sent", "delivery.bounce"], &[], &[]).check();
        assert_eq!(bad, Err(BadPattern { at: 1, pattern: "delivery.bounce".into() }));
    }

    #[test]
    fn topics_and_lanes() {
        assert!(!filter(&["*"], &[], &[]).asks_where());
        let one = filter(&[], &["봄 소식", "news-*"], &[Lane::Bulk]);
        assert!(one.asks_where() && one.wants_mail("봄 소식", Lane::Bulk) && one.wants_mail("news-2026", Lane::Bulk));
        assert!(!one.wants_mail("봄 소식", Lane::Transactional) && !one.wants_mail("봄", Lane::Bulk) && !one.wants_mail("", Lane::Bulk));
        assert!(one.wants_topic("news-") && !one.wants_topic("news"));
    }
}
