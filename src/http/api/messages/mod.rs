//! `/v1/messages`: sending, looking at one message, cancelling it.

mod answer;
mod attachments;
pub mod csv;
mod csv_answer;
mod csv_form;
mod csv_lines;
mod fill;
mod form;
mod list;
mod request;
mod view;

use axum::{
    Extension, Json,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use jebi_domain::{
    id::{MessageId, MessageNo},
    port::store::MessageFilter,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::{
    again::{self, IdempotencyKey, RetryAnswer, RetryRequest, idempotency_key},
    shape::{Cancelled, Time},
};
use crate::{
    http::{
        AppState,
        error::{self, Problem, Reply},
        json,
        limit::{self, JsonBytes, MaybeJsonBytes},
        params::{Id, Params, number_cursor, read_number_cursor},
        upload::is_form,
    },
    service::{
        Caller,
        accept::{Rehearsal, Say, Submission, Voice},
        retry::{Scope, Sought},
        search::page_length,
    },
};
pub use answer::SubmitAnswer;
use form::SubmitForm;
pub use list::Unsubscribe;
use request::SubmitRequest;
pub use request::{Address, Addresses};
use view::{MessageBody, MessageLineBody};

/// Send mail
///
/// Takes mail to be sent now or at a given time. When this answers 202, everything the answer counts as `success` is on disk
/// and will be tried.
///
/// Each message goes to `emails` or `recipients` (a copy for each), or to `to`/`cc`/`bcc` (one joint copy, at most 50 addresses in each;
/// more than 50 in all go in several copies with the same headers and body). A bad address is reported under `rejected` and does not sink the others, unless `strict` is set. An address given
/// twice in a message gets one copy.
///
/// Files come in base64 within the JSON, by the id of an uploaded one, or beside the JSON in a form (`multipart/form-data`).
///
/// With `?dry_run=true` nothing is stored or sent: the answer is what it would be, with `dry_run`, why addresses are suppressed, and when
/// each message would have been sent. `warnings` say what is probably not meant; they stand in the way of nothing.
///
/// Send an `Idempotency-Key` to make repeating safe: within 24 hours the same key with the same body gets the same answer, byte
/// for byte, and nothing is sent twice.
#[utoipa::path(
    post, path = "/v1/messages", tag = "messages",
    request_body(content((SubmitRequest = "application/json"), (SubmitForm = "multipart/form-data"))),
    params(IdempotencyKey, SubmitParams),
    responses(
        (status = 200, description = "With `dry_run`: what would be accepted. Nothing is stored.", body = SubmitAnswer),
        (status = 202, description = "Accepted and on disk.", body = SubmitAnswer,
            headers(("Idempotency-Replayed" = String, description = "`true` when this is the answer to an earlier request with the same key."))),
        (status = 400, description = "The body is neither JSON nor a form, or the Idempotency-Key cannot be used."),
        (status = 403, description = "The key does not allow sending (`missing_scope`), not as this sender (`forbidden_sender`), or not as this profile (`forbidden_profile`)."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "The Idempotency-Key was used for another body."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is declared as neither JSON nor a form."),
        (status = 422, description = "A field or a file is wrong; no mail was stored."),
        (status = 429, description = "The key's daily limit is used up (`daily_limit`); try again after `Retry-After` seconds."),
        (status = 503, description = "Too much is waiting, or the store cannot write. Nothing was acknowledged: repeat it later with the same key."),
    ),
)]
pub async fn submit(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Params(params): Params<SubmitParams>,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let (submission, fingerprint) = if is_form(&headers) { form::read(request, &state).await? } else { plain(request, &state).await? };
    let idempotency = key.map(|key| (key, fingerprint));
    let language = error::language(&headers);
    let say: Say = Box::new(move |fault| error::said(fault, language));
    if params.dry_run {
        return Ok(Json(rehearse(&state, &caller, submission, say).await?).into_response());
    }
    let voice = Voice { say, render: Box::new(|receipt| (StatusCode::ACCEPTED.as_u16(), json::write(&SubmitAnswer::new(receipt)))) };
    let answer = state.accept.submit(caller, submission, idempotency, voice).await?;
    Ok(again::answer(answer))
}

/// How mail is taken.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubmitParams {
    /// Only try it out: everything is checked, and nothing is stored or sent. An `Idempotency-Key` has no effect then.
    #[serde(default)]
    dry_run: bool,
}

/// What a submission would become.
async fn rehearse(state: &AppState, caller: &Caller, submission: Submission, say: Say) -> Result<SubmitAnswer, Problem> {
    let Rehearsal { receipt, queued } = state.accept.rehearse(caller, submission, say).await?;
    let mut finishes = Vec::with_capacity(queued.len());
    for one in &queued {
        finishes.push(match one {
            Some(queued) => state.forecast.would_finish_at(queued).await?,
            None => None,
        });
    }
    Ok(SubmitAnswer::rehearsed(receipt, finishes))
}

/// Reads a request in JSON: what it submits, and the SHA-256 of its body.
async fn plain(request: Request, state: &AppState) -> Result<(Submission, [u8; 32]), Problem> {
    let JsonBytes(body) = JsonBytes::from_request(request, state).await?;
    let size = body.len();
    let read = move || json::read::<SubmitRequest>(&body).map(|request| (request.into(), Sha256::digest(&body).into()));
    Ok(limit::work(size, read).await?)
}

/// Show a message
///
/// What was submitted, without recipients and bodies, and how its recipients stand. Its copies are listed by
/// `/v1/deliveries?message_id=`.
#[utoipa::path(
    get, path = "/v1/messages/{id}", tag = "messages",
    params(("id" = String, Path, description = "The message's id, from the answer to sending it.")),
    responses((status = 200, description = "The message.", body = MessageBody), (status = 404, description = "No such message.")),
)]
pub async fn show(State(state): State<AppState>, Id(id): Id<MessageId>) -> Reply<MessageBody> {
    let view = state.search.message(id).await?;
    let finish = state.forecast.finished_at(&view).await?;
    Ok(Json(MessageBody::new(view, finish)))
}

/// Cancel a message
///
/// Cancels what still waits of it. A copy being sent just now is finished; what is sent stays sent. Repeatable.
#[utoipa::path(
    post, path = "/v1/messages/{id}/cancel", tag = "messages",
    params(("id" = String, Path, description = "The message's id.")),
    responses((status = 200, description = "Cancelled.", body = Cancelled), (status = 404, description = "No such message.")),
)]
pub async fn cancel(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<MessageId>,
) -> Result<impl IntoResponse, Problem> {
    let done = state.cancel.message(id).await;
    let cancelled = state.audit.ended(&caller, "message.cancel", id, |n| format!("recipients={n}"), done).await?;
    Ok(Json(Cancelled { cancelled }))
}

/// Which messages to list; all conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Of this topic.
    topic_id: Option<String>,
    /// Accepted by this server at that time or later: RFC 3339, or `YYYY-MM-DD HH:MM:SS` in the server's time zone.
    since: Option<String>,
    /// Accepted by this server before that time.
    until: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Messages on a page: 1 to 500, 50 by default.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A page of messages.
#[derive(Serialize, ToSchema)]
pub struct MessageList {
    messages: Vec<MessageLineBody>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// List messages
///
/// Newest first, without counts: those are in each message. A page that had to look through much mail may be short, even empty: it
/// has a `next_cursor` as long as there is more to look through.
#[utoipa::path(
    get, path = "/v1/messages", tag = "messages", params(Filter),
    responses((status = 200, description = "A page of messages.", body = MessageList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(filter): Params<Filter>) -> Reply<MessageList> {
    let limit = page_length(filter.limit)?;
    let before = filter.cursor.as_deref().map(read_number_cursor).transpose()?.map(MessageNo);
    let point = |field, text: Option<String>| text.map(|text| state.times.point(field, &text)).transpose();
    let (since, until) = (point("since", filter.since)?, point("until", filter.until)?);
    let page = state.search.messages(MessageFilter { topic: filter.topic_id, since, until }, before, limit).await?;
    let next_cursor = page.next.map(|no| number_cursor(no.0));
    Ok(Json(MessageList { messages: page.messages.into_iter().map(MessageLineBody::from).collect(), next_cursor }))
}

/// Send a message's copies again
///
/// Every copy that failed after its last attempt, expired, or is of unknown outcome; those that are waiting, sent, refused for good,
/// suppressed or cancelled are left. What was sent again before is passed over.
#[utoipa::path(
    post, path = "/v1/messages/{id}/retry", tag = "messages",
    params(("id" = String, Path, description = "The message's id."), IdempotencyKey),
    request_body = Option<RetryRequest>,
    responses(
        (status = 202, description = "What `success` counts is on disk and will be tried.", body = RetryAnswer,
            headers(("Idempotency-Replayed" = String, description = "`true` when this is the answer to an earlier request with the same key."))),
        (status = 400, description = "The body is not JSON, or the Idempotency-Key cannot be used."),
        (status = 404, description = "No such message."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "The Idempotency-Key was used for another request."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong, or no provider carries the sender's mail any more (`no_provider_for_sender`)."),
        (status = 503, description = "Too much is waiting, or the store cannot write. What was sent again stays so; repeat it later to go on."),
    ),
)]
pub async fn retry(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<MessageId>,
    headers: HeaderMap,
    MaybeJsonBytes(body): MaybeJsonBytes,
) -> Result<Response, Problem> {
    let request: RetryRequest = json::read_or_default(&body)?;
    let work = async {
        let when = request.when(&state)?;
        let scope = Scope {
            message: Some(id),
            topic: None,
            within: None,
            sought: again::STATES.map(Sought::State).to_vec(),
            part: None,
            max_retries: None,
        };
        let done = state.retry.scope(&caller, scope, when).await;
        Ok(RetryAnswer::new(state.audit.ended(&caller, "message.retry", id, again::told, done).await?, when))
    };
    again::once(&state, &caller, &headers, &format!("retry {id}"), &body, work).await
}

/// To which time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RescheduleRequest {
    /// RFC 3339, `YYYY-MM-DD HH:MM:SS` in the server's time zone, or `now`.
    scheduled_at: String,
}

/// A message moved to another time.
#[derive(Serialize, ToSchema)]
pub struct Rescheduled {
    /// Recipients that wait for the new time; 0 when nothing of it was still untried.
    rescheduled: i64,
    due_at: Time,
    /// Whether that time is still to come.
    scheduled: bool,
}

/// Reschedule a message
///
/// Moves what still waits of it and was never tried to another time. A copy being sent just now is finished; one between two attempts
/// keeps its own time. Repeatable.
#[utoipa::path(
    post, path = "/v1/messages/{id}/reschedule", tag = "messages",
    params(("id" = String, Path, description = "The message's id.")),
    request_body = RescheduleRequest,
    responses(
        (status = 200, description = "Moved.", body = Rescheduled),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such message."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "The message was cancelled."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The time is unreadable, past, too far ahead, or after the message's expiry."),
    ),
)]
pub async fn reschedule(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<MessageId>,
    JsonBytes(body): JsonBytes,
) -> Reply<Rescheduled> {
    let RescheduleRequest { scheduled_at } = json::read(&body)?;
    let when = again::when(&state, Some(&scheduled_at))?;
    let done = state.reschedule.message(id, when).await;
    let told = |recipients: &i64| format!("due={} recipients={recipients}", when.due);
    let rescheduled = state.audit.ended(&caller, "message.reschedule", id, told, done).await?;
    Ok(Json(Rescheduled { rescheduled, due_at: Time(when.due), scheduled: when.scheduled }))
}
