//! A topic whose first mails bounce is stopped before the rest of it goes out: a bought or stale list shows at once.

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

/// What is known of a topic's mail. Recipients.
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
        // Not every provider tells what arrived: then what was sent and did not bounce has to do.
        let results = if known.delivered > 0 { known.delivered + known.bounced } else { known.sent.max(known.bounced) };
        let rate = if results == 0 { 0.0 } else { known.bounced as f64 * 100.0 / results as f64 };
        if known.bounced == 0 || (results < LEAST_RESULTS && known.bounced < LEAST_BOUNCES) {
            return TopicJudgement::Wait;
        }
        // More than the first may have been sent before their bounces came: they count all the same.
        if rate > self.limit && (known.bounced >= LEAST_BOUNCES || results <= self.first.max(LEAST_RESULTS)) {
            return TopicJudgement::Stop { rate, of: results };
        }
        if results >= self.first { TopicJudgement::Passed } else { TopicJudgement::Wait }
    }
}
