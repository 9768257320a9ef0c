//! What accounts and senders' domains are counted and held by, and the alerts.

use std::time::Duration;

use super::{Boxed, store::StoreResult};
use crate::{
    alert::{Alert, AlertCode, Reading, Silence, Tell},
    reputation::{FirstResults, Mark, Scope, Standing, Tally, WindowRule},
    time::Wall,
};

/// A scope as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopeState {
    pub scope: Scope,
    pub standing: Standing,
    /// What was counted in the last full hour and since.
    pub hour: Tally,
    /// What was decided of it last; `None` while nothing was.
    pub mark: Option<Mark>,
}

/// A topic whose first results are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicFirst {
    pub topic: String,
    pub known: FirstResults,
}

/// When an account was last heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    pub at: Wall,
    /// That mail arrived; `None` where that was never told.
    pub delivered_at: Option<Wall>,
}

/// A topic whose bulk mail was stopped by its first results and was not resumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedTopic {
    pub topic: String,
    pub why: String,
    pub at: Wall,
}

/// How much bulk mail of a sender's domain a claim may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainRoom {
    /// In lower case.
    pub domain: String,
    /// Recipients. A copy to more stays.
    pub room: u32,
    /// Recipients too, of what is slowed: the copy that comes to it may go beyond.
    pub pace: u32,
    /// Entries that may not go and stay where they are, because their turn comes soon. Those behind them are set aside.
    pub keep: u32,
    /// When those are looked at again.
    pub until: Wall,
    /// As [`super::store::Claim::late_from`], for its mail.
    pub late_from: Wall,
}

impl DomainRoom {
    /// One that all may go of, and that was held back until a time.
    #[must_use]
    pub fn open(domain: String, ended: Wall) -> Self {
        Self { domain, room: u32::MAX, pace: u32::MAX, keep: u32::MAX, until: ended, late_from: ended }
    }

    /// Whether anything may go.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.room > 0 && self.pace > 0
    }

    /// So many recipients were claimed.
    pub fn take(&mut self, recipients: u32) {
        for left in [&mut self.room, &mut self.pace] {
            if *left < u32::MAX {
                *left = left.saturating_sub(recipients);
            }
        }
    }
}

/// What of a scope's mail counts for a day, in recipients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// The provider took it or may have.
    pub sent: u64,
    /// It is under way, on any node: claimed, and its outcome is not known to the store.
    pub leased: u64,
}

/// What became of an alert at a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub tell: Tell,
    pub alert: Alert,
}

/// Counts, decisions and alerts.
pub trait ReputationStore: Send + Sync {
    /// Whether this node keeps house, and so judges for all.
    fn keeps_house(&self) -> Boxed<'_, StoreResult<bool>>;
    /// Every scope mail was sent of within the rule's days, or that something was decided of.
    fn reputations(&self, rule: WindowRule, now: Wall) -> Boxed<'_, StoreResult<Vec<ScopeState>>>;
    /// What was decided of scopes.
    fn marks(&self) -> Boxed<'_, StoreResult<Vec<(Scope, Mark)>>>;
    /// What was decided of one.
    fn mark_of(&self, scope: Scope) -> Boxed<'_, StoreResult<Option<Mark>>>;
    /// Recipients of a scope since a time, which is rounded down to a quarter of an hour.
    fn sent_by(&self, scope: Scope, since: Wall) -> Boxed<'_, StoreResult<u64>>;
    /// The same with what is under way, both as of one moment.
    fn used_by(&self, scope: Scope, since: Wall) -> Boxed<'_, StoreResult<Used>>;
    /// Senders' domains of which claims have set mail aside.
    fn domains_aside(&self) -> Boxed<'_, StoreResult<Vec<String>>>;
    /// Puts so many entries of a domain at most back where they were before they were set aside, the first first. How many.
    fn bring_back(&self, domain: String, most: u32) -> Boxed<'_, StoreResult<u32>>;
    /// Recipients of a scope from one time until before another, both rounded down to a quarter of an hour.
    fn sent_between(&self, scope: Scope, from: Wall, until: Wall) -> Boxed<'_, StoreResult<u64>>;
    /// When an account was last heard of; `None` where it never was.
    fn heard(&self, provider: String) -> Boxed<'_, StoreResult<Option<Heard>>>;
    /// Writes a decision in place of the one that is expected. `false` where another stands there: somebody was quicker.
    fn mark(&self, scope: Scope, expected: Option<Mark>, mark: Mark) -> Boxed<'_, StoreResult<bool>>;
    /// Forgets a decision that says nothing any more. `false` as for [`Self::mark`].
    fn unmark(&self, scope: Scope, expected: Mark) -> Boxed<'_, StoreResult<bool>>;
    /// Writes a decision after which mail counts anew. `false` as for [`Self::mark`].
    fn forgive(&self, scope: Scope, expected: Mark, mark: Mark, now: Wall) -> Boxed<'_, StoreResult<bool>>;
    /// Topics whose bulk mail has bounced and whose first results are not all in: those that bounced last, at most 500.
    fn first_results(&self) -> Boxed<'_, StoreResult<Vec<TopicFirst>>>;
    /// Ends the look at a topic's first results; with a reason its bulk mail is stopped until the topic is resumed. `false` where it had ended.
    fn judged(&self, topic: String, stop: Option<String>, now: Wall) -> Boxed<'_, StoreResult<bool>>;
    /// Topics that were stopped and have not been resumed.
    fn stopped_topics(&self) -> Boxed<'_, StoreResult<Vec<StoppedTopic>>>;
    /// Alerts that hold, and those that were resolved in the last 30 days; newest first. 500 at most, of which those that hold come before others.
    fn alerts(&self) -> Boxed<'_, StoreResult<Vec<Alert>>>;
    /// Takes in one look at everything that is watched, where this node is the one that keeps house; `None` where it is not. What people
    /// are to be told stands in the outbox by the same commit.
    fn look(&self, found: Vec<Reading>, repeat: Duration, now: Wall) -> Boxed<'_, StoreResult<Option<Vec<Told>>>>;
    /// Nobody is told of alerts of this code until a time, or of one subject of it; `None` ends that. How many alerts that is of.
    fn silence(&self, code: AlertCode, subject: Option<String>, silence: Option<Silence>, now: Wall) -> Boxed<'_, StoreResult<u64>>;
}
