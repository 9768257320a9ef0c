//! Deliveries as a CSV file (RFC 4180), written page by page while it is read: a caller that goes away ends the work, and one page is
//! all that is in memory.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures_util::stream::try_unfold;
use jebi_domain::{
    delivery::State as DeliveryState,
    event::FeedbackKind,
    id::DeliveryKey,
    outcome::Reason,
    port::store::{DeliveryFilter, DeliveryPage, DeliveryView, RecipientView},
    refusal::{Fault, Refusal, RefusalKind},
};

use super::{super::shape, filter::FileFilter};
use crate::{
    http::{AppState, error::Problem, params::Params},
    service::search::MAX_PAGE,
};

/// Excel takes a file for UTF-8 only when it begins like this.
const BYTE_ORDER_MARK: &str = "\u{feff}";
const HEADER: [&str; 24] = [
    "delivery_id",
    "message_id",
    "topic_id",
    "lane",
    "provider",
    "role",
    "email",
    "name",
    "state",
    "feedback",
    "attempts",
    "maybe_twice",
    "reason_code",
    "reason_text",
    "provider_id",
    "created_at",
    "due_at",
    "changed_at",
    "all_feedback",
    "opened",
    "clicked",
    "opened_by_person",
    "clicked_by_person",
    "unsubscribed",
];

/// Deliveries as a CSV file
///
/// One row for each recipient, newest message first, in UTF-8 with a byte order mark, so that Excel reads it. A cell that a
/// spreadsheet would take for a formula begins with an apostrophe. `feedback` is the gravest word reported of a recipient, `all_feedback` all
/// of them; what people and programs did with the mail has columns of its own. The file is written while it is read: what changes meanwhile may
/// show in rows not yet written. When the store fails on the way, the connection is cut, so that half a file does not pass for a whole one.
#[utoipa::path(
    get, path = "/v1/deliveries.csv", tag = "deliveries", operation_id = "csv", params(FileFilter),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "text/csv",
            headers(("Content-Disposition" = String, description = "With the file's name."))),
        (status = 422, description = "A parameter is wrong."),
    ),
)]
pub async fn file(State(state): State<AppState>, Params(filter): Params<FileFilter>) -> Result<Response, Problem> {
    let filter = filter.conditions(&state.times)?;
    stream(state, filter).await
}

/// The answer that writes the deliveries of a filter.
///
/// # Errors
/// A store that does not answer.
pub async fn stream(state: AppState, filter: DeliveryFilter) -> Result<Response, Problem> {
    // The first page before the answer's head, so that a store that does not answer is a refusal.
    let first = state.search.deliveries(filter.clone(), None, MAX_PAGE).await?;
    let name = format!("jebi-deliveries-{}.csv", state.clock.wall().timestamp().strftime("%Y%m%d-%H%M%S"));
    let rest = Rest { state, filter, at: At::First(first) };
    let body = Body::from_stream(try_unfold(rest, Rest::next));
    let head = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((head, body).into_response())
}

/// What is still to be written.
struct Rest {
    state: AppState,
    filter: DeliveryFilter,
    at: At,
}

enum At {
    First(DeliveryPage),
    After(DeliveryKey),
    End,
}

impl Rest {
    /// The next page as text; `None` at the end.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Refusal> {
        let (page, begins) = loop {
            let (page, begins) = match std::mem::replace(&mut self.at, At::End) {
                At::End => return Ok(None),
                At::First(page) => (page, true),
                At::After(key) => (self.state.search.deliveries(self.filter.clone(), Some(key), MAX_PAGE).await?, false),
            };
            self.at = page.next.map_or(At::End, At::After);
            // A page that only looked through mail has nothing to be written.
            if begins || !page.deliveries.is_empty() {
                break (page, begins);
            }
        };
        let text = write(&page.deliveries, begins).map_err(|e| {
            tracing::error!(error = %e, "a CSV page could not be written");
            let remedy = "ask again; if it fails again, report it";
            Refusal::new(RefusalKind::Busy { retry_after_s: 1 }, Fault::new("", "store_failed", "the file could not be written", remedy))
        })?;
        Ok(Some((text, self)))
    }
}

fn write(deliveries: &[DeliveryView], begins: bool) -> Result<Bytes, ::csv::Error> {
    let mut out = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    if begins {
        out.write_record(HEADER)?;
    }
    for delivery in deliveries {
        for one in &delivery.recipients {
            out.write_record(row(delivery, one).map(harmless))?;
        }
    }
    let rows = out.into_inner().map_err(|e| ::csv::Error::from(e.into_error()))?;
    Ok(if begins { [BYTE_ORDER_MARK.as_bytes(), &rows].concat().into() } else { rows.into() })
}

fn row(d: &DeliveryView, one: &RecipientView) -> [String; HEADER.len()] {
    // What was said of the attempt before is over once the next is out.
    let reason = one.reason.as_ref().filter(|_| one.state != DeliveryState::Sending);
    let reason = |part: fn(&Reason) -> &String| reason.map(part).cloned().unwrap_or_default();
    let has = |kind: FeedbackKind| (one.feedback & kind.bit() != 0).to_string();
    let reported = FeedbackKind::of_bits(one.feedback).filter(|kind| kind.rank().is_some());
    [
        d.id.to_string(),
        d.id.message.to_string(),
        d.topic.clone(),
        d.lane.as_str().to_owned(),
        d.provider.clone(),
        shape::role_word(one.role).to_owned(),
        one.email.clone(),
        one.name.clone().unwrap_or_default(),
        one.state.as_str().to_owned(),
        FeedbackKind::worst(one.feedback).map_or("", FeedbackKind::as_str).to_owned(),
        one.attempts.to_string(),
        d.maybe_twice.to_string(),
        reason(|r| &r.code),
        reason(|r| &r.text),
        one.provider_id.clone().unwrap_or_default(),
        d.created_at.to_string(),
        d.due.to_string(),
        d.changed_at.to_string(),
        reported.map(FeedbackKind::as_str).collect::<Vec<_>>().join(" "),
        has(FeedbackKind::Opened),
        has(FeedbackKind::Clicked),
        has(FeedbackKind::OpenedByPerson),
        has(FeedbackKind::ClickedByPerson),
        has(FeedbackKind::Unsubscribed),
    ]
}

/// Spreadsheets run cells that begin like this (OWASP, CSV injection): an apostrophe makes them text.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_made_text() {
        for bad in ["=1+1", "+82", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(harmless(bad.to_owned()), format!("'{bad}"));
        }
        assert_eq!(harmless("홍길동".to_owned()), "홍길동");
    }
}
