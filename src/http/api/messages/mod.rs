//! `/v1/messages`: sending, looking at one message, cancelling it.

mod answer;
mod request;
mod view;

use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use jebi_domain::{
    id::MessageId,
    refusal::{Fault, Refusal},
};
use sha2::{Digest, Sha256};

use super::shape::Cancelled;
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        json,
        limit::{self, JsonBytes},
        params::Id,
    },
    service::Caller,
};
use answer::SubmitAnswer;
use request::SubmitRequest;
use view::MessageBody;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Send mail
///
/// Takes mail to be sent now or at a given time. When this answers 202, everything the answer counts as `success` is on disk
/// and will be tried.
///
/// Each message goes to `emails` or `recipients` (a copy for each), or to `to`/`cc`/`bcc` (one joint copy, 50 addresses at
/// most). A bad address is reported under `rejected` and does not sink the others, unless `strict` is set. An address given
/// twice in a message gets one copy.
///
/// Send an `Idempotency-Key` to make repeating safe: within 24 hours the same key with the same body gets the same answer, byte
/// for byte, and nothing is sent twice.
#[utoipa::path(
    post, path = "/v1/messages", tag = "messages",
    request_body = SubmitRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters, fresh for each new request.")),
    responses(
        (status = 202, description = "Accepted and on disk.", body = SubmitAnswer,
            headers(("Idempotency-Replayed" = String, description = "`true` when this is the answer to an earlier request with the same key."))),
        (status = 400, description = "The body is not JSON, or the Idempotency-Key cannot be used."),
        (status = 403, description = "The key does not allow sending (`missing_scope`), or not as this sender (`forbidden_sender`)."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "The Idempotency-Key was used for another body."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong; nothing was stored."),
        (status = 429, description = "The key's daily limit is used up (`daily_limit`); try again after `Retry-After` seconds."),
        (status = 503, description = "Too much is waiting, or the store cannot write. Nothing was acknowledged: repeat it later with the same key."),
    ),
)]
pub async fn submit(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let (key, size) = (idempotency_key(&headers)?, body.len());
    let read = move || {
        let fingerprint = key.map(|key| (key, Sha256::digest(&body).into()));
        json::read::<SubmitRequest>(&body).map(|request| (request, fingerprint))
    };
    let (request, idempotency) = limit::work(size, read).await?;
    let render = Box::new(|receipt| (StatusCode::ACCEPTED.as_u16(), json::write(&SubmitAnswer::from(receipt))));
    let answer = state.accept.submit(caller, request.into(), idempotency, render).await?;
    let mut response = Response::new(Body::from(answer.body));
    // What is stored was made by the line above, in this version or an earlier one.
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::ACCEPTED);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if answer.replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(first) = given.next() else { return Ok(None) };
    let refused = |fault: &str| {
        Refusal::malformed(Fault::new(
            "Idempotency-Key",
            "invalid_idempotency_key",
            fault,
            "send it once, as 1 to 255 visible ASCII characters",
        ))
    };
    if given.next().is_some() {
        return Err(refused("the header is given more than once"));
    }
    first.to_str().map(|key| Some(key.to_owned())).map_err(|_| refused("the key is not ASCII"))
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
    Ok(Json(MessageBody::new(&view, finish)))
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
