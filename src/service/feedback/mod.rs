//! What providers and receivers report of sent mail, from all ways in: read, judged, recorded. Answers come after the commit.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jebi_domain::{
    feedback::{
        Reported, mail,
        ses::{self, Parsed},
    },
    port::{
        Clock, Store,
        feedback::{Keep, Recorded},
    },
    refusal::Refusal,
    time::Wall,
};

use super::trouble::refusal;

/// Reports that show all headers of their mail and ours not among them are kept no longer than this: long enough for an outcome that is
/// still to be written.
const FOREIGN: Duration = Duration::from_secs(600);
/// Unknown types named in the log at most, each once.
const NAMED: usize = 50;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It speaks of our mail; so many of its statements were new.
    Recorded { new: u32 },
    /// No mail of ours has its id so far: it is kept for a while, and recorded as soon as one has.
    Kept,
    /// It names no mail of this installation.
    Unknown,
    /// It speaks of no mail: a topic was set up, or its type is not known.
    Nothing,
}

/// How long reports are kept that no mail is found for.
#[derive(Clone, Copy, Debug)]
pub struct FeedbackSettings {
    pub kept: Duration,
    pub kept_rows: u32,
}

/// Takes reports in. Whatever calls at the same time shares a commit (the store's group commit), so nobody waits on purpose.
pub struct FeedbackIntake {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: FeedbackSettings,
    /// Types of events this version does not know, as far as they were named in the log.
    unknown: Mutex<BTreeSet<String>>,
}

impl FeedbackIntake {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, settings: FeedbackSettings) -> Self {
        describe();
        Self { store, clock, settings, unknown: Mutex::default() }
    }

    /// Takes in the text of SES that an SNS notification or a message of SQS carries. `message_id` is its id there, for the log. Sending it
    /// again changes nothing.
    ///
    /// # Errors
    /// A text that is nothing of SES, which can never succeed; a store that cannot write, which can be tried again.
    pub async fn ses(&self, message_id: &str, text: &str) -> Result<Taken, Refusal> {
        let reported = match ses::parse(text, self.clock.wall()) {
            Ok(Parsed::Reported(reported)) => reported,
            Ok(Parsed::SetUp) => {
                tracing::info!(message_id, "SES has set up this topic");
                count("set_up");
                return Ok(Taken::Nothing);
            }
            Ok(Parsed::Unknown(kind)) => {
                self.name(message_id, kind);
                return Ok(Taken::Nothing);
            }
            Err(fault) => {
                count("unreadable");
                return Err(Refusal::invalid(fault));
            }
        };
        self.record(reported).await
    }

    /// Reads a mail that reports of a mail: a DSN (RFC 3464) or a feedback report (RFC 5965). Large ones take a while.
    ///
    /// # Errors
    /// A mail that is no such report, or names no mail of ours.
    pub fn read_mail(raw: &[u8], now: Wall) -> Result<Reported, Refusal> {
        mail::parse(raw, now).map_err(|fault| {
            count("unreadable");
            Refusal::invalid(fault)
        })
    }

    /// Records what was read.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn record(&self, reported: Reported) -> Result<Taken, Refusal> {
        let now = self.clock.wall();
        let until = now + self.settings.kept;
        let keep = Keep { until, foreign_until: until.min(now + FOREIGN), rows: self.settings.kept_rows };
        let recorded = self.store.record_reports(vec![reported], keep, now).await.map_err(refusal)?;
        let taken = match recorded.first() {
            Some(Recorded::Found { new }) => Taken::Recorded { new: *new },
            Some(Recorded::Kept) => Taken::Kept,
            Some(Recorded::Unknown) | None => Taken::Unknown,
        };
        count(match taken {
            Taken::Recorded { new: 0 } => "repeated",
            Taken::Recorded { .. } => "recorded",
            Taken::Kept => "kept",
            Taken::Unknown | Taken::Nothing => "unknown_mail",
        });
        Ok(taken)
    }

    fn name(&self, message_id: &str, kind: String) {
        count("unknown_type");
        let mut named = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        if named.len() < NAMED && !named.contains(&kind) {
            tracing::warn!(
                message_id,
                kind,
                "SES reports a type of event this version does not know; it is accepted and nothing follows from it"
            );
            named.insert(kind);
        }
    }
}

fn count(what: &'static str) {
    metrics::counter!("jebi_feedback_messages_total", "result" => what).increment(1);
}

fn describe() {
    metrics::describe_counter!("jebi_feedback_messages_total", "Messages with reports of sent mail, by what became of them");
    metrics::describe_counter!("jebi_feedback_dropped_total", "Reports kept for mail that was never found, by why they were dropped");
}
