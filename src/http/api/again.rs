//! What sending deliveries and messages again has in common, and what requests that may be repeated have.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use jebi_domain::{
    delivery::State,
    id::MessageId,
    refusal::{Fault, Refusal},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::{deliveries::filter::read_state, shape::Time};
use crate::{
    http::{AppState, error::Problem, json},
    service::{
        Caller,
        accept::Answer,
        retry::{Report, When},
    },
};

/// What may be sent again; the first two without being asked for by name.
pub const STATES: [State; 4] = [State::Failed, State::Expired, State::Unknown, State::Unsettled];

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The header that makes repeating safe.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header")]
pub struct IdempotencyKey {
    /// 1 to 255 visible ASCII characters, fresh for each new request.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: Option<String>,
}

/// When to send it again.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryRequest {
    /// RFC 3339, or `YYYY-MM-DD HH:MM:SS` in the server's time zone; at once where it is not given.
    scheduled_at: Option<String>,
}

impl RetryRequest {
    /// The time, checked.
    ///
    /// # Errors
    /// A refusal naming it.
    pub fn when(&self, state: &AppState) -> Result<When, Refusal> {
        when(state, self.scheduled_at.as_deref())
    }
}

/// What `max_retries` may be at most.
const MAX_RETRIES: u32 = 100;

/// How often a mail may have been sent again before, checked.
///
/// # Errors
/// A refusal naming `max_retries`.
pub fn max_retries(given: u32) -> Result<u32, Refusal> {
    within("max_retries", given, 0, MAX_RETRIES)
}

/// A number within its range.
///
/// # Errors
/// A refusal naming the field.
pub fn within(field: &str, given: u32, least: u32, most: u32) -> Result<u32, Refusal> {
    if (least..=most).contains(&given) {
        return Ok(given);
    }
    let fault = format!("{given} is not between {least} and {most}");
    Err(Refusal::invalid(Fault::new(field, "out_of_range", fault, "give a number in that range")))
}

/// A state that may be asked for by name.
///
/// # Errors
/// A refusal naming `states`, and why what is in this state is never sent again.
pub fn retried(word: &str) -> Result<State, Refusal> {
    let fault = match read_state("states", word)? {
        state @ (State::Failed | State::Expired | State::Unknown | State::Unsettled) => return Ok(state),
        State::Waiting | State::Sending => format!("what is {word} is never sent again: it goes by itself"),
        State::Sent => format!("what is {word} is never sent again: the provider took it"),
        State::Suppressed => format!("what is {word} is never sent again: the address is on the suppression list"),
        State::Cancelled => format!("what is {word} is never sent again: somebody stopped it"),
    };
    Err(Refusal::invalid(Fault::new("states", "state_not_retried", fault, "use failed, expired, unknown or unsettled")))
}

/// A time of sending, checked.
///
/// # Errors
/// A refusal naming `scheduled_at`.
pub fn when(state: &AppState, text: Option<&str>) -> Result<When, Refusal> {
    let (due, scheduled) = state.times.due("scheduled_at", text, state.clock.wall())?;
    Ok(When { due, scheduled })
}

/// What was sent again. Copies that went before, or go by themselves, are not counted.
#[derive(Serialize, ToSchema)]
pub struct RetryAnswer {
    /// Copies looked at.
    total: u64,
    /// Copies sent again.
    success: u64,
    /// Copies that may not be sent again.
    failed: u64,
    /// Of `success`, those that go once more as the same delivery.
    same: u64,
    /// Why copies may not be sent again.
    refused: Vec<RefusedAgain>,
    /// The new messages, the first 1,000; list their deliveries with `/v1/deliveries?message_id=`.
    #[schema(value_type = Vec<String>)]
    message_ids: Vec<MessageId>,
    /// New messages besides those.
    more_messages: u64,
    due_at: Time,
    /// Whether it waits for the time given.
    scheduled: bool,
}

/// Copies refused for one reason.
#[derive(Serialize, ToSchema)]
struct RefusedAgain {
    /// The reason, as one of the codes of refusals.
    code: &'static str,
    count: u64,
}

/// What the audit log says of it.
pub fn told(report: &Report) -> String {
    format!("total={} success={}", report.total, report.success)
}

impl RetryAnswer {
    pub fn new(report: Report, when: When) -> Self {
        Self {
            total: report.total,
            success: report.success,
            failed: report.total - report.success,
            same: report.same,
            refused: report.refused.into_iter().map(|(code, count)| RefusedAgain { code, count }).collect(),
            message_ids: report.messages,
            more_messages: report.more_messages,
            due_at: Time(when.due),
            scheduled: when.scheduled,
        }
    }
}

/// Does the work once under the request's idempotency key, where it has one. `what` tells requests with the same body apart.
///
/// # Errors
/// The work's own, a bad key, or one used for another request.
pub async fn once<T: Serialize>(
    state: &AppState,
    caller: &Caller,
    headers: &HeaderMap,
    what: &str,
    body: &[u8],
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<Response, Problem> {
    once_as(StatusCode::ACCEPTED, state, caller, headers, what, body, work).await
}

/// The same for work that is answered with another status.
///
/// # Errors
/// The work's own, a bad key, or one used for another request.
pub async fn once_as<T: Serialize>(
    status: StatusCode,
    state: &AppState,
    caller: &Caller,
    headers: &HeaderMap,
    what: &str,
    body: &[u8],
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<Response, Problem> {
    let fingerprint = || Sha256::new().chain_update(what).chain_update([0]).chain_update(body).finalize().into();
    let idempotency = idempotency_key(headers)?.map(|key| (key, fingerprint()));
    let work = async { work.await.map(|answer| (status.as_u16(), json::write(&answer))) };
    Ok(answer(state.repeats.once(caller, idempotency, work).await?))
}

/// An answer that may have been given before.
pub fn answer(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    // What is stored was made by this version or an earlier one.
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::ACCEPTED);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if answer.replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// The request's idempotency key.
///
/// # Errors
/// One that is given twice or is not ASCII.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(first) = given.next() else { return Ok(None) };
    let refused = |fault: &str| {
        let remedy = "send it once, as 1 to 255 visible ASCII characters";
        Refusal::malformed(Fault::new("Idempotency-Key", "invalid_idempotency_key", fault, remedy))
    };
    if given.next().is_some() {
        return Err(refused("the header is given more than once"));
    }
    first.to_str().map(|key| Some(key.to_owned())).map_err(|_| refused("the key is not ASCII"))
}
