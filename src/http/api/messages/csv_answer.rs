//! What `POST /v1/messages/csv` answers: by lines of the file.

use axum::body::Bytes;
use jebi_domain::{
    id::MessageId,
    message::Lane,
    refusal::{Fault, Refusal},
    time::Wall,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    super::shape::{self, Time},
    answer::WarningAnswer,
    csv_lines::Known,
};
use crate::service::accept::{Cause, Taken};

/// Bad, doubled and suppressed lines told one by one, each; the counts tell of all.
pub(super) const TOLD: usize = 1_000;

/// A line that cannot be used.
pub(super) struct BadLine {
    pub line: u32,
    pub email: String,
    pub fault: Fault,
}

/// What became of the recipients of one part or several. With each part it is stored, for when the file comes again.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Tally {
    ids: Vec<MessageId>,
    topic_id: Option<String>,
    lane: Option<Lane>,
    scheduled: bool,
    pub success: usize,
    errors: usize,
    rejected: Vec<RejectedLine>,
    suppressed: Vec<LineAddress>,
    warnings: Vec<WarningAnswer>,
}

impl Tally {
    /// Of what was taken of one part.
    pub fn of(taken: Taken, scheduled: bool, lines: &[u32]) -> Self {
        let number = |index: usize| lines.get(index).copied().unwrap_or(0);
        let rejected = taken.rejected.into_iter().take(TOLD).map(|one| {
            let fault = Fault { field: field(&one.fault.field, lines), ..one.fault };
            RejectedLine::new(number(one.index), one.email, fault)
        });
        let suppressed = taken.suppressed.into_iter().take(TOLD);
        let placed =
            |warning: jebi_domain::preflight::Warning| jebi_domain::preflight::Warning { field: field(&warning.field, lines), ..warning };
        Self {
            ids: taken.id.into_iter().collect(),
            topic_id: taken.topic,
            lane: Some(taken.lane),
            scheduled,
            success: taken.success,
            errors: taken.errors,
            rejected: rejected.collect(),
            suppressed: suppressed.map(|one| LineAddress { line: number(one.index), email: one.email, cause: one.cause }).collect(),
            warnings: taken.warnings.into_iter().map(|warning| WarningAnswer::new(placed(warning))).collect(),
        }
    }

    /// As it was stored.
    ///
    /// # Errors
    /// It is damaged.
    pub fn read(body: &Bytes) -> Result<Self, Refusal> {
        serde_json::from_slice(body).map_err(|error| {
            tracing::error!(%error, "the stored answer to a part of a file cannot be read");
            Refusal::busy(60, "store_unavailable", "what was taken of this file before cannot be read")
        })
    }

    /// Adds what became of the next part.
    pub fn add(&mut self, next: Self) {
        let Self { ids, topic_id, lane, scheduled, success, errors, rejected, suppressed, warnings } = next;
        self.ids.extend(ids);
        (self.topic_id, self.lane) = (topic_id, lane);
        self.scheduled |= scheduled;
        (self.success, self.errors) = (self.success + success, self.errors + errors);
        self.rejected.extend(rejected);
        self.rejected.truncate(TOLD);
        self.suppressed.extend(suppressed);
        self.suppressed.truncate(TOLD);
        let is_new = |warning: &WarningAnswer| !self.warnings.iter().any(|known| known.is_like(warning));
        let new: Vec<_> = warnings.into_iter().filter(is_new).collect();
        self.warnings.extend(new);
    }
}

/// What was accepted of a file.
#[derive(Serialize, ToSchema)]
pub struct CsvAnswer {
    /// The messages it became, one for each 10,000 lines, fewer where lines are long.
    #[schema(value_type = Vec<String>)]
    ids: Vec<MessageId>,
    topic_id: Option<String>,
    #[schema(schema_with = shape::lane)]
    lane: Lane,
    /// Lines with a recipient.
    total: usize,
    /// Recipients stored; those who are suppressed are among them and get nothing.
    success: usize,
    /// Lines refused. What is left of `total` was given twice.
    errors: usize,
    /// Milliseconds from the file's arrival until it was written.
    duration_ms: u64,
    /// Whether it waits for the time given.
    scheduled: bool,
    /// `true` where it was only tried out: nothing is stored.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    /// `UTF-8`, `UTF-16`, `CP949` or `XLSX`: how the file was read.
    format: &'static str,
    /// What each column was taken for.
    columns: Vec<Column>,
    /// Lines refused, the first 1,000; `errors` counts all.
    rejected: Vec<RejectedLine>,
    /// Lines whose address was given before, the first 1,000; they get nothing more.
    duplicates: Vec<LineAddress>,
    /// Recipients on the suppression list, or unsubscribed, the first 1,000.
    suppressed: Vec<LineAddress>,
    /// What is probably not meant. It stands in the way of nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<WarningAnswer>>)]
    warnings: Vec<WarningAnswer>,
    /// When the last of it would have been sent at the rate of now: an estimate. Only where it was tried out; `null` while its provider or
    /// its topic sends nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    finish_estimate: Option<Option<Time>>,
}

/// A column of the file.
#[derive(Serialize, ToSchema)]
struct Column {
    /// As the first line names it.
    column: String,
    /// `email`, `name`, `language`, the name of a variable; `null` where nothing is taken from it.
    taken_as: Option<String>,
}

/// A line that was refused.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct RejectedLine {
    /// In the file, from 1.
    line: u32,
    email: String,
    /// The line, and the column or field where it is one's.
    field: String,
    code: String,
    fault: String,
    remedy: String,
}

impl RejectedLine {
    fn new(line: u32, email: String, Fault { field, code, fault, remedy }: Fault) -> Self {
        Self { line, email, field, code: code.to_owned(), fault, remedy }
    }
}

/// A line by its address.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct LineAddress {
    line: u32,
    email: String,
    /// Why: `bounce`, `complaint`, `manual`, `soft_bounce` or `unsubscribe` on the suppression list, or `unsubscribed`. Only where the
    /// file was tried out.
    #[serde(skip_serializing_if = "Option::is_none", skip_deserializing)]
    #[schema(value_type = Option<String>)]
    cause: Option<Cause>,
}

impl LineAddress {
    pub fn new(line: u32, email: String) -> Self {
        Self { line, email, cause: None }
    }
}

impl CsvAnswer {
    pub(super) fn new(tally: Tally, known: &Known, duration_ms: u64) -> Self {
        let bad = known.bad.iter().map(|bad| RejectedLine::new(bad.line, bad.email.clone(), bad.fault.clone()));
        let mut rejected: Vec<RejectedLine> = tally.rejected.into_iter().chain(bad).collect();
        rejected.sort_by_key(|one| one.line);
        rejected.truncate(TOLD);
        let column =
            |(column, taken): &(String, String)| Column { column: column.clone(), taken_as: Some(taken.clone()).filter(|t| !t.is_empty()) };
        let doubled = |one: &LineAddress| LineAddress::new(one.line, one.email.clone());
        Self {
            ids: tally.ids,
            topic_id: tally.topic_id,
            lane: tally.lane.unwrap_or(Lane::Bulk),
            total: tally.success + tally.errors + known.bad_lines + known.doubled_lines,
            success: tally.success,
            errors: tally.errors + known.bad_lines,
            duration_ms,
            scheduled: tally.scheduled,
            dry_run: false,
            format: known.format,
            columns: known.columns.iter().map(column).collect(),
            rejected,
            duplicates: known.doubled.iter().map(doubled).collect(),
            suppressed: tally.suppressed,
            warnings: tally.warnings,
            finish_estimate: None,
        }
    }

    /// The same of a file that was only tried out, with when the last of it would have been sent.
    pub(super) fn rehearsed(self, finish: Option<Wall>) -> Self {
        Self { dry_run: true, finish_estimate: Some(finish.map(Time)), ..self }
    }
}

/// `messages[0].recipients[3].name` is `line 5.name`, `messages[0].subject` is `message.subject`.
pub(super) fn field(path: &str, lines: &[u32]) -> String {
    if path == "messages[0]" {
        return "message".to_owned();
    }
    let Some(rest) = path.strip_prefix("messages[0].") else {
        return if path.starts_with("messages") { "file".to_owned() } else { path.to_owned() };
    };
    let line = rest.strip_prefix("recipients[").and_then(|rest| {
        let (place, rest) = rest.split_once(']')?;
        Some((lines.get(place.parse::<usize>().ok()?)?, rest))
    });
    line.map_or_else(|| format!("message.{rest}"), |(number, rest)| format!("line {number}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_by_what_the_caller_knows() {
        let of = |path| field(path, &[2, 3, 7]);
        assert_eq!(of("messages[0].recipients[2]"), "line 7");
        assert_eq!(of("messages[0].recipients[0].variables"), "line 2.variables");
        assert_eq!(of("messages[0].subject"), "message.subject");
        assert_eq!(of("messages[0]"), "message");
        assert_eq!(of("messages"), "file");
        assert_eq!(of("Idempotency-Key"), "Idempotency-Key");
    }
}
