//! A file of suppressed addresses that comes in: it lies on the disk while it is worked on, and part after part of its lines is written.

use axum::{
    Json,
    extract::{Extension, Request, State},
    http::HeaderMap,
};
use jebi_domain::{
    refusal::{Fault, Refusal},
    suppression::{NewEntry, Source},
};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use super::{
    lines::{Line, Reading},
    told,
};
use crate::{
    http::{
        AppState,
        error::{self, Problem},
        limit::check_encoding,
        params::Params,
        upload::{Flow, Spool, unwritten},
    },
    service::{
        Caller,
        suppression::{self, NewSuppression, PART},
    },
    table,
};

/// Bad lines told one by one; the counts tell of all.
const TOLD: usize = 1_000;

/// What lines have that do not say it.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileOptions {
    /// The scope of lines that name none.
    scope: Option<String>,
    /// The cause of lines that name none.
    cause: Option<String>,
    /// The reason of lines that name none.
    reason: Option<String>,
}

/// How a file was taken.
#[derive(Serialize, ToSchema)]
pub struct SuppressionsImported {
    /// Lines with an address, good or bad.
    total: u64,
    /// Not there before in that scope.
    added: u64,
    /// There already: the first cause stays, and they count once more.
    known: u64,
    /// Left out: addresses of the SES simulator, which stays usable for tests.
    left_out: u64,
    /// Bad lines.
    errors: u64,
    /// Bad lines, the first 1,000.
    rejected: Vec<RejectedSuppression>,
}

/// A line that was not taken.
#[derive(Serialize, ToSchema)]
struct RejectedSuppression {
    line: u32,
    field: String,
    code: &'static str,
    fault: String,
    remedy: String,
}

/// Lines read together, or why the file cannot be read on.
type Batch = Result<Vec<Line>, Fault>;

/// Suppress the addresses of a file
///
/// A CSV text (RFC 4180) in UTF-8, UTF-16 or CP949 (EUC-KR), with commas, semicolons or tabs; the first line names the columns: `email`, and
/// where they are wanted `scope`, `cause`, `reason` and `created_at`. Those of `GET /v1/suppressions.csv` besides are passed over. A file of
/// addresses alone needs no first line. 5,000,000 lines at most. The whole file is read before anything is written; then a bad line is told
/// with its number and does not sink the others. Repeating is safe.
#[utoipa::path(
    post, path = "/v1/suppressions/csv", tag = "suppressions", params(FileOptions),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "Written.", body = SuppressionsImported),
        (status = 400, description = "The body broke off."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is compressed."),
        (status = 422, description = "The file cannot be read; nothing was written."),
    ),
)]
pub async fn import(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Params(options): Params<FileOptions>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<SuppressionsImported>, Problem> {
    check_encoding(&headers)?;
    suppression::filter(None, None, options.cause.as_deref(), options.scope.as_deref())?;
    let spool = Flow::of(&headers, request.into_body(), &state)?.spooled(&state).await?;
    // Once to see that it can be read to its end, once to write what it says.
    let mut lines = read(&spool)?;
    while let Some(batch) = lines.recv().await {
        batch.map_err(of_body)?;
    }
    let language = error::language(&headers);
    let work = write(&state, &caller, &options, read(&spool)?);
    let mut imported = state.audit.ended(&caller, "suppression.import", "a file", |one: &Imported| told(&one.listed), work.await).await?;
    let rejected = imported.rejected.drain(..).map(|(line, fault)| {
        let Fault { field, code, fault, remedy } = error::said(fault, language);
        RejectedSuppression { line, field, code, fault, remedy }
    });
    let rejected = rejected.collect();
    let Imported { total, errors, listed, .. } = imported;
    Ok(Json(SuppressionsImported { total, added: listed.new, known: listed.known, left_out: listed.left, errors, rejected }))
}

/// How it goes.
#[derive(Default)]
struct Imported {
    total: u64,
    errors: u64,
    listed: jebi_domain::port::suppressions::Listed,
    rejected: Vec<(u32, Fault)>,
}

/// Writes what the lines say, part after part.
async fn write(state: &AppState, caller: &Caller, options: &FileOptions, mut lines: mpsc::Receiver<Batch>) -> Result<Imported, Refusal> {
    let mut done = Imported::default();
    while let Some(batch) = lines.recv().await {
        let mut entries: Vec<NewEntry> = Vec::with_capacity(PART);
        for Line { number, read } in batch.map_err(of_body)? {
            done.total += 1;
            let place = |field: &str| format!("line {number}.{field}");
            let checked = read.map_err(|fault| vec![fault]).and_then(|given| {
                let FileOptions { scope, cause, reason } = options.clone();
                let given =
                    NewSuppression { scope: given.scope.or(scope), cause: given.cause.or(cause), reason: given.reason.or(reason), ..given };
                state.suppressions.checked_one(caller, given, Source::Import, place)
            });
            match checked {
                Ok(entry) => entries.push(entry),
                Err(faults) => {
                    done.errors += 1;
                    let room = TOLD.saturating_sub(done.rejected.len());
                    done.rejected.extend(faults.into_iter().take(room).map(|fault| (number, fault)));
                }
            }
        }
        let listed = state.suppressions.put(entries).await?;
        done.listed.new += listed.new;
        done.listed.known += listed.known;
        done.listed.left += listed.left;
    }
    Ok(done)
}

/// Reads the file on a thread of its own, some lines at a time.
fn read(spool: &Spool) -> Result<mpsc::Receiver<Batch>, Refusal> {
    let (give, lines) = mpsc::channel(2);
    let file = spool.read().map_err(|e| unwritten(&e))?;
    tokio::task::spawn_blocking(move || {
        let (mut reading, mut batch) = (Reading::default(), Vec::with_capacity(PART));
        let read = table::read_text(std::io::BufReader::new(file), &mut |number, cells| {
            batch.extend(reading.row(number, cells)?);
            // Whoever asked has gone where nobody takes it: the fault only ends the reading.
            if batch.len() >= PART && give.blocking_send(Ok(std::mem::replace(&mut batch, Vec::with_capacity(PART)))).is_err() {
                return Err(empty());
            }
            Ok(())
        });
        let read = read.and_then(|()| if reading.has_begun() { Ok(()) } else { Err(empty()) });
        // The same.
        let _ = give.blocking_send(read.map(|()| batch));
    });
    Ok(lines)
}

fn empty() -> Fault {
    Fault::new("body", "empty_file", "the file has no lines", "name the columns in the first line, and give an address in each below")
}

/// The file is the body here, and a text.
fn of_body(mut fault: Fault) -> Refusal {
    if fault.field == "file" {
        fault.field = "body".to_owned();
    }
    if fault.code == "unsupported_file" {
        fault.remedy = "save the file as CSV UTF-8 (comma delimited)".to_owned();
    }
    Refusal::invalid(fault)
}
