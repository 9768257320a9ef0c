//! What dispatch measures, with its help text.

use jebi_domain::{message::Lane, outcome::Decision};
use metrics::{Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

const OUTCOMES: [&str; 6] = ["sent", "failed", "retry", "returned", "unsettled", "unknown"];

/// One provider's measures. Handles are made once: looking a name up for each mail would cost more than the rest of its dispatch.
pub(super) struct Meters {
    outcomes: [[Counter; 6]; 2],
    pub slots: Counter,
    pub ready: Gauge,
    pub in_flight: Gauge,
    pub leased: Gauge,
    pub concurrency: Gauge,
    pub slowed: Gauge,
    pub settle_batch: Histogram,
    pub claim: Histogram,
    pub answer_time: Histogram,
}

impl std::fmt::Debug for Meters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meters")
    }
}

impl Meters {
    pub fn new(provider: &str) -> Self {
        describe_counter!("jebi_attempts_total", "Ends of attempts, by what became of the delivery, or of each recipient of a joint copy.");
        describe_counter!("jebi_slots_total", "Recipients put on the wire.");
        describe_gauge!("jebi_ready", "Copies claimed and not started.");
        describe_gauge!("jebi_in_flight", "Calls without an answer yet.");
        describe_gauge!("jebi_leased", "Copies claimed whose outcome is not stored yet.");
        describe_gauge!("jebi_concurrency", "Calls allowed at once.");
        describe_gauge!("jebi_slowed_domains", "Receiving domains that get too much; mail to them waits.");
        describe_histogram!("jebi_settle_batch_size", "Outcomes stored in one call.");
        describe_histogram!("jebi_claim_size", "Copies brought by one claim.");
        describe_histogram!("jebi_answer_time_seconds", Unit::Seconds, "The provider's median answer time, once a second.");
        let name = || provider.to_owned();
        Self {
            outcomes: Lane::ALL.map(|lane| {
                OUTCOMES.map(|outcome| counter!("jebi_attempts_total", "provider" => name(), "lane" => lane.as_str(), "outcome" => outcome))
            }),
            slots: counter!("jebi_slots_total", "provider" => name()),
            ready: gauge!("jebi_ready", "provider" => name()),
            in_flight: gauge!("jebi_in_flight", "provider" => name()),
            leased: gauge!("jebi_leased", "provider" => name()),
            concurrency: gauge!("jebi_concurrency", "provider" => name()),
            slowed: gauge!("jebi_slowed_domains", "provider" => name()),
            settle_batch: histogram!("jebi_settle_batch_size", "provider" => name()),
            claim: histogram!("jebi_claim_size", "provider" => name()),
            answer_time: histogram!("jebi_answer_time_seconds", "provider" => name()),
        }
    }

    /// Counts one decision.
    pub fn decided(&self, lane: Lane, decision: &Decision) {
        let outcome = match decision {
            Decision::Each(all) => return all.iter().for_each(|one| self.decided(lane, one)),
            Decision::Sent { .. } => 0,
            Decision::Failed { .. } => 1,
            Decision::Retry { .. } => 2,
            Decision::Return { .. } => 3,
            Decision::Unsettled { .. } => 4,
            Decision::Unknown { .. } => 5,
        };
        self.outcomes[lane as usize][outcome].increment(1);
    }
}
