//! A topic whose first mails bounce is stopped before the rest of it goes out: a bought or stale list shows at once.

use std::time::Duration;

/// When a topic is stopped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicRule {
    /// Its first results that are looked at. Recipients; 0 for none.
    pub first: u64,
    /// Percent of them that may bounce.
    pub limit: f64,
}

/// Results that say something, and bounces that do.
const LEAST_RESULTS: u64 = 100;
const LEAST_BOUNCES: u64 = 20;

/// How long a topic is under watch after the last of its bounces.
pub const UNDER_WATCH: Duration = Duration::from_secs(7 * 24 * 3600);

/// What is known of a topic's mail. Recipients; what it has of transactional mail is among what was sent and delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstResults {
    pub sent: u64,
    pub delivered: u64,
    pub bounced: u64,
}

/// What follows for a topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TopicJudgement {
    /// Too little is known yet, or it is well so far.
    Wait,
    /// Its first results are in, and are well: it is not looked at any more.
    Passed,
    /// This share bounced, in percent.
    Stop { rate: f64, of: u64 },
}

impl TopicRule {
    #[must_use]
    pub fn judge(&self, known: FirstResults) -> TopicJudgement {
        // Bounces are told before arrivals are, and not every provider tells of those: until half of what was sent has a result, all of it has
        // to do. So a rate is at most twice what it comes to in the end.
        let sent = known.sent.max(known.bounced);
        let told = (known.delivered + known.bounced).min(sent);
        let are_in = told * 2 >= sent;
        let results = if are_in { told } else { sent };
        let rate = if results == 0 { 0.0 } else { known.bounced as f64 * 100.0 / results as f64 };
        if known.bounced == 0 || (results < LEAST_RESULTS && known.bounced < LEAST_BOUNCES) {
            return TopicJudgement::Wait;
        }
        // More than the first may have been sent before their bounces came: they count all the same.
        if rate > self.limit && (known.bounced >= LEAST_BOUNCES || results <= self.first.max(LEAST_RESULTS)) {
            return TopicJudgement::Stop { rate, of: results };
        }
        if are_in && results >= self.first { TopicJudgement::Passed } else { TopicJudgement::Wait }
    }
}
