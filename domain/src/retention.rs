//! Kinds of data and how long each is kept. What is no kind here is never deleted for its age: the suppression list, what people refused,
//! the ledger of consents and the hashes of erased people are proofs, and whoever lost them would mail those people again.

use std::time::Duration;

use crate::time::Wall;

/// What is deleted once it is old enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataKind {
    /// What finished mail said: subject, bodies, files, values.
    Content,
    /// Reports of finished mail: deliveries, bounces, opens and clicks with their times and words.
    Events,
    /// All the rest of finished mail: message, deliveries, attempts. Counts stay.
    Records,
    /// Mail in the local inbox.
    Inbox,
    /// Administrative acts.
    Audit,
    /// What was taken off the suppression list, and why.
    SuppressionHistory,
}

impl DataKind {
    /// In the order they are looked at: content before records.
    pub const ALL: [Self; 6] = [Self::Content, Self::Events, Self::Records, Self::Inbox, Self::Audit, Self::SuppressionHistory];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Events => "events",
            Self::Records => "records",
            Self::Inbox => "inbox",
            Self::Audit => "audit",
            Self::SuppressionHistory => "suppression_history",
        }
    }

    /// As it is stored.
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }
}

/// How long each kind is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ages([Option<Duration>; DataKind::ALL.len()]);

impl Ages {
    /// Of each kind its age; `None` for as long as there is room.
    #[must_use]
    pub fn of(age: impl Fn(DataKind) -> Option<Duration>) -> Self {
        Self(DataKind::ALL.map(age))
    }

    #[must_use]
    pub fn get(&self, kind: DataKind) -> Option<Duration> {
        self.0[kind as usize]
    }

    /// What was over before then is old enough; `None` where the kind is kept.
    #[must_use]
    pub fn before(&self, kind: DataKind, now: Wall) -> Option<Wall> {
        self.get(kind).map(|age| now - age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_a_number_and_an_age_of_its_own() {
        let day = |n: u64| Duration::from_secs(n * 86_400);
        let ages = Ages::of(|kind| (kind != DataKind::Audit).then(|| day(1 + kind as u64)));
        for (i, kind) in DataKind::ALL.into_iter().enumerate() {
            assert_eq!(kind.code(), i as i64);
            assert_eq!(DataKind::ALL.into_iter().filter(|other| other.as_str() == kind.as_str()).count(), 1);
            let expected = (kind != DataKind::Audit).then(|| Wall(86_400_000 * (10 - 1 - i as i64)));
            assert_eq!(ages.before(kind, Wall(86_400_000 * 10)), expected);
        }
        assert_eq!(Ages::default().before(DataKind::Records, Wall(0)), None);
    }
}
