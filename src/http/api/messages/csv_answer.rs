//! What `POST /v1/messages/csv` answers: by lines of the file.

use std::sync::Arc;

use jebi_domain::{id::MessageId, message::Lane, refusal::Fault};
use serde::Serialize;
use utoipa::ToSchema;

use super::{super::shape, csv::field};
use crate::{service::accept::Receipt, table::Told};

/// Bad, doubled and suppressed lines told one by one, each; the counts tell of all.
const TOLD: usize = 1_000;

/// A line that cannot be used.
pub(super) struct BadLine {
    pub line: u32,
    pub email: String,
    pub fault: Fault,
}

/// What is known of a file's lines.
#[derive(Default)]
pub(super) struct Lines {
    /// Of the recipients, in order.
    numbers: Vec<u32>,
    pub bad: Vec<BadLine>,
    format: &'static str,
    columns: Vec<(String, String)>,
}

impl Lines {
    pub fn good(&mut self, number: u32) {
        self.numbers.push(number);
    }

    pub fn told(&mut self, told: Told) {
        (self.format, self.columns) = (told.format, told.columns);
    }

    /// The lines of the recipients, in order.
    pub fn numbers(&self) -> Arc<[u32]> {
        self.numbers.as_slice().into()
    }

    /// Puts the reasons of bad lines into other words.
    pub fn say(&mut self, say: impl Fn(Fault) -> Fault) {
        for one in self.bad.iter_mut().take(TOLD) {
            one.fault = say(one.fault.clone());
        }
    }
}

/// What was accepted of a file.
#[derive(Serialize, ToSchema)]
pub struct CsvAnswer {
    #[schema(value_type = Option<String>)]
    id: Option<MessageId>,
    topic_id: Option<String>,
    #[schema(schema_with = shape::lane)]
    lane: Lane,
    /// Lines with a recipient.
    total: usize,
    /// Recipients stored; those on the suppression list are among them and get nothing.
    success: usize,
    /// Lines refused. What is left of `total` was given twice.
    errors: usize,
    /// Milliseconds from the first check until it was written.
    duration_ms: u64,
    /// Whether it waits for the time given.
    scheduled: bool,
    /// `UTF-8`, `UTF-16`, `CP949` or `XLSX`: how the file was read.
    format: &'static str,
    /// What each column was taken for.
    columns: Vec<Column>,
    /// Lines refused, the first 1,000; `errors` counts all.
    rejected: Vec<RejectedLine>,
    /// Lines whose address was given before, the first 1,000; they get nothing more.
    duplicates: Vec<LineAddress>,
    /// Recipients on the suppression list, the first 1,000.
    suppressed: Vec<LineAddress>,
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
#[derive(Serialize, ToSchema)]
struct RejectedLine {
    /// In the file, from 1.
    line: u32,
    email: String,
    /// The line, and the column or field where it is one's.
    field: String,
    code: &'static str,
    fault: String,
    remedy: String,
}

/// A line by its address.
#[derive(Serialize, ToSchema)]
struct LineAddress {
    line: u32,
    email: String,
}

impl CsvAnswer {
    pub(super) fn new(receipt: Receipt, lines: &Lines) -> Self {
        let Receipt { duration_ms, scheduled, mut messages, .. } = receipt;
        // The submission had one message.
        let taken = messages.pop().expect("a receipt of one message");
        let number = |index: usize| lines.numbers.get(index).copied().unwrap_or(0);
        let mut rejected: Vec<RejectedLine> = taken
            .rejected
            .into_iter()
            .map(|one| (number(one.index), one.email, Fault { field: field(&one.fault.field, &lines.numbers), ..one.fault }))
            .chain(lines.bad.iter().map(|bad| (bad.line, bad.email.clone(), bad.fault.clone())))
            .map(|(line, email, Fault { field, code, fault, remedy })| RejectedLine { line, email, field, code, fault, remedy })
            .collect();
        rejected.sort_by_key(|one| one.line);
        rejected.truncate(TOLD);
        let column =
            |(column, taken): &(String, String)| Column { column: column.clone(), taken_as: Some(taken.clone()).filter(|t| !t.is_empty()) };
        Self {
            id: taken.id,
            topic_id: taken.topic,
            lane: taken.lane,
            total: taken.total + lines.bad.len(),
            success: taken.success,
            errors: taken.errors + lines.bad.len(),
            duration_ms,
            scheduled,
            format: lines.format,
            columns: lines.columns.iter().map(column).collect(),
            rejected,
            duplicates: taken
                .duplicates
                .into_iter()
                .take(TOLD)
                .map(|one| LineAddress { line: number(one.index), email: one.email })
                .collect(),
            suppressed: taken
                .suppressed
                .into_iter()
                .take(TOLD)
                .map(|one| LineAddress { line: number(one.index), email: one.email })
                .collect(),
        }
    }
}
