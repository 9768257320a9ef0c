//! The list as a CSV file (RFC 4180), written page by page while it is read.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::IntoResponse,
};
use futures_util::stream;
use jebi_domain::{
    port::suppressions::{SuppressionCursor, SuppressionFilter, SuppressionPage},
    refusal::{Fault, Refusal, RefusalKind},
    suppression::Entry,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::deliveries::csv::{BYTE_ORDER_MARK, harmless};
use crate::{
    http::{AppState, error::Problem, params::Params},
    service::{search::MAX_PAGE, suppression},
};

/// What a line holds. The first five are what `POST /v1/suppressions/csv` takes in; it passes over the others.
pub(super) const HEADER: [&str; 9] = ["email", "scope", "cause", "reason", "created_at", "source", "created_by", "last_at", "times"];

/// Which entries to write; all conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileFilter {
    /// The address, or its beginning.
    email: Option<String>,
    /// The domain, whole.
    domain: Option<String>,
    /// `bounce`, `complaint`, `manual`, `soft_bounce` or `unsubscribe`.
    cause: Option<String>,
    /// `all`, `bulk` or `topic:NAME`.
    scope: Option<String>,
}

/// Suppressed addresses as a CSV file
///
/// One line for each entry, by address and scope, in UTF-8 with a byte order mark, so that Excel reads it. `POST /v1/suppressions/csv` of
/// another server takes it in. A cell that a spreadsheet would take for a formula begins with an apostrophe. When the store fails on the
/// way, the connection is cut, so that half a file does not pass for a whole one.
#[utoipa::path(
    get, path = "/v1/suppressions.csv", tag = "suppressions", operation_id = "csv", params(FileFilter),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/csv",
            headers(("Content-Disposition" = String, description = "With the file's name."))),
        (status = 422, description = "A parameter is wrong."),
    ),
)]
pub async fn file(State(state): State<AppState>, Params(filter): Params<FileFilter>) -> Result<impl IntoResponse, Problem> {
    let FileFilter { email, domain, cause, scope } = filter;
    let filter = suppression::filter(email.as_deref(), domain.as_deref(), cause.as_deref(), scope.as_deref())?;
    // The first page before the answer's head, so that a store that does not answer is a refusal.
    let first = state.suppressions.list(filter.clone(), None, MAX_PAGE).await?;
    let name = format!("jebi-suppressions-{}.csv", state.clock.wall().timestamp().strftime("%Y%m%d-%H%M%S"));
    let rest = Rest { state, filter, at: At::First(first) };
    let body = Body::from_stream(stream::try_unfold(rest, Rest::next));
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))], body))
}

/// What is still to be written.
struct Rest {
    state: AppState,
    filter: SuppressionFilter,
    at: At,
}

enum At {
    First(SuppressionPage),
    After(SuppressionCursor),
    End,
}

impl Rest {
    /// The next page as text; `None` at the end.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Refusal> {
        let (page, begins) = loop {
            let (page, begins) = match std::mem::replace(&mut self.at, At::End) {
                At::End => return Ok(None),
                At::First(page) => (page, true),
                At::After(cursor) => (self.state.suppressions.list(self.filter.clone(), Some(cursor), MAX_PAGE).await?, false),
            };
            self.at = page.next.clone().map_or(At::End, At::After);
            // A page that only looked through the list has nothing to be written.
            if begins || !page.entries.is_empty() {
                break (page, begins);
            }
        };
        let text = write(page.entries, begins).map_err(|e| {
            tracing::error!(error = %e, "a CSV page could not be written");
            let remedy = "ask again; if it fails again, report it";
            Refusal::new(RefusalKind::Busy { retry_after_s: 1 }, Fault::new("", "store_failed", "the file could not be written", remedy))
        })?;
        Ok(Some((text, self)))
    }
}

fn write(entries: Vec<Entry>, begins: bool) -> Result<Bytes, ::csv::Error> {
    let mut out = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    if begins {
        out.write_record(HEADER)?;
    }
    for e in entries {
        let row: [String; HEADER.len()] = [
            e.address,
            e.scope.text(),
            e.cause.as_str().to_owned(),
            e.detail,
            e.since.to_string(),
            e.source.text(),
            e.actor,
            e.last_at.to_string(),
            e.times.to_string(),
        ];
        out.write_record(row.map(harmless))?;
    }
    let rows = out.into_inner().map_err(|e| ::csv::Error::from(e.into_error()))?;
    Ok(if begins { [BYTE_ORDER_MARK.as_bytes(), &rows].concat().into() } else { rows.into() })
}
