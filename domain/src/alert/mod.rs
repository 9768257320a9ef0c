//! Alerts: what people are told when something is not as it should be, and when it is well again. A figure raises an alert at one value
//! and resolves it at another, and only where it stands there at several looks in a row: so none flaps. While it holds, people are
//! reminded at long intervals.

mod words;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Wall;

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertCode {
    /// Too much of an account's or a domain's mail bounces, or is complained of.
    Reputation,
    /// Bulk mail of an account or a domain is slowed because of it.
    BulkSlowed,
    /// Bulk mail of an account or a domain waits for a person because of it.
    BulkPaused,
    /// A topic was paused because its first mails bounced.
    TopicStopped,
    /// Too much mail is refused, in percent of an hour's ends.
    Failures,
    /// The oldest mail that is due waits for so many minutes.
    QueueAge,
    /// A provider sends nothing: it does not answer, or its account is refused or held.
    ProviderStopped,
    /// The provider watches the account.
    AccountReview,
    /// So many percent of a 24-hour limit are used.
    Quota,
    /// Of so many recipients nobody knows whether their mail was sent.
    Unsettled,
    /// MiB of room for new mail.
    Disk,
    /// Nothing is heard of what became of mail, for so many hours.
    FeedbackSilent,
    /// An endpoint is told nothing any more, because it did not answer.
    EndpointDisabled,
}

impl AlertCode {
    pub const ALL: [Self; 13] = [
        Self::Reputation,
        Self::BulkSlowed,
        Self::BulkPaused,
        Self::TopicStopped,
        Self::Failures,
        Self::QueueAge,
        Self::ProviderStopped,
        Self::AccountReview,
        Self::Quota,
        Self::Unsettled,
        Self::Disk,
        Self::FeedbackSilent,
        Self::EndpointDisabled,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reputation => "reputation",
            Self::BulkSlowed => "bulk_slowed",
            Self::BulkPaused => "bulk_paused",
            Self::TopicStopped => "topic_stopped",
            Self::Failures => "failures",
            Self::QueueAge => "queue_age",
            Self::ProviderStopped => "provider_stopped",
            Self::AccountReview => "account_review",
            Self::Quota => "quota",
            Self::Unsettled => "unsettled",
            Self::Disk => "disk",
            Self::FeedbackSilent => "feedback_silent",
            Self::EndpointDisabled => "endpoint_disabled",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// Looks in a row that raise it, and that resolve it. What was decided with a delay of its own is told at once.
    fn looks(self) -> (u32, u32) {
        match self {
            Self::Reputation | Self::BulkSlowed | Self::BulkPaused | Self::TopicStopped | Self::AccountReview | Self::EndpointDisabled => {
                (1, 1)
            }
            Self::Failures | Self::QueueAge | Self::ProviderStopped | Self::Quota | Self::Unsettled | Self::Disk | Self::FeedbackSilent => {
                (2, 3)
            }
        }
    }

    /// Whether less is worse.
    fn is_of_lack(self) -> bool {
        self == Self::Disk
    }

    /// The value it resolves at, for one it is raised at.
    fn clears(self, limit: f64) -> f64 {
        match self {
            Self::Disk => limit * 1.25,
            _ => limit * 0.8,
        }
    }

    fn stands(self, value: f64, limit: f64) -> Stands {
        let (over, under) =
            if self.is_of_lack() { (value < limit, value >= self.clears(limit)) } else { (value >= limit, value < self.clears(limit)) };
        match (over, under) {
            (true, _) => Stands::Over,
            (_, true) => Stands::Under,
            _ => Stands::Between,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Over,
    Between,
    Under,
}

/// What one look found.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub code: AlertCode,
    /// Of whom or what: a provider, a domain as `@example.kr`, a topic, a lane, an endpoint; empty for the whole installation.
    pub subject: String,
    pub value: f64,
    /// At which it is raised.
    pub limit: f64,
    /// What it says, and what to do, in words for people.
    pub what: String,
    pub remedy: String,
}

/// An alert as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    pub code: AlertCode,
    pub subject: String,
    pub value: f64,
    pub limit: f64,
    pub what: String,
    pub remedy: String,
    /// Looks in a row.
    over: u32,
    under: u32,
    /// `None` while it was never raised.
    pub raised_at: Option<Wall>,
    /// `None` while it holds.
    pub resolved_at: Option<Wall>,
    /// When people were last told that it holds.
    pub told_at: Option<Wall>,
    /// It was called off in a silence, and whoever was told of it was not told of that.
    #[serde(default)]
    owed: bool,
    pub silence: Option<Silence>,
}

/// Nobody is told for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    pub until: Wall,
    pub reason: String,
    pub by: String,
}

/// What people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    Raised,
    /// It still holds.
    Reminded,
    Resolved,
}

impl Tell {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Reminded => "reminded",
            Self::Resolved => "resolved",
        }
    }
}

impl Alert {
    /// Before the first look.
    #[must_use]
    pub fn new(code: AlertCode, subject: &str) -> Self {
        Self {
            code,
            subject: subject.to_owned(),
            value: 0.0,
            limit: 0.0,
            what: String::new(),
            remedy: String::new(),
            over: 0,
            under: 0,
            raised_at: None,
            resolved_at: None,
            told_at: None,
            owed: false,
            silence: None,
        }
    }

    #[must_use]
    pub fn is_active(&self) -> bool {
        self.raised_at.is_some() && self.resolved_at.is_none()
    }

    /// Whether nothing is left to remember of it.
    #[must_use]
    pub fn is_idle(&self, now: Wall) -> bool {
        self.raised_at.is_none() && self.over == 0 && !self.is_silent(now)
    }

    fn is_silent(&self, now: Wall) -> bool {
        self.silence.as_ref().is_some_and(|silence| now < silence.until)
    }

    /// Takes in what a look found, `None` where what it is of is not there any more. Says what people are to be told.
    pub fn look(&mut self, found: Option<&Reading>, repeat: Duration, now: Wall) -> Option<Tell> {
        let stands = found.map_or(Stands::Under, |one| self.code.stands(one.value, one.limit));
        if let Some(one) = found.filter(|_| stands != Stands::Under || self.is_active()) {
            (self.value, self.limit) = (one.value, one.limit);
            // What was said when it began to hold stays until it is well again.
            if stands == Stands::Over {
                (self.what, self.remedy) = (one.what.clone(), one.remedy.clone());
            }
        }
        let (raise, resolve) = self.code.looks();
        // More looks than count are not told apart: what stands still is not written again.
        match stands {
            Stands::Over => (self.over, self.under) = ((self.over + 1).min(raise), 0),
            Stands::Under => (self.over, self.under) = (0, (self.under + 1).min(resolve)),
            // Neither raises nor resolves.
            Stands::Between => (self.over, self.under) = (0, 0),
        }
        if !self.is_active() {
            if self.over < raise {
                return self.resolved(now);
            }
            (self.raised_at, self.resolved_at, self.told_at, self.owed) = (Some(now), None, None, false);
        } else if self.under >= resolve {
            (self.resolved_at, self.owed) = (Some(now), self.told_at.is_some());
            return self.resolved(now);
        }
        if self.is_silent(now) {
            return None;
        }
        let tell = match self.told_at {
            None => Tell::Raised,
            Some(at) if now.since(at) >= repeat => Tell::Reminded,
            Some(_) => return None,
        };
        self.told_at = Some(now);
        Some(tell)
    }

    /// Whoever was told that it holds is told once that it does not: after a silence, where it ended in one.
    fn resolved(&mut self, now: Wall) -> Option<Tell> {
        if !self.owed || self.is_silent(now) {
            return None;
        }
        self.owed = false;
        Some(Tell::Resolved)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
