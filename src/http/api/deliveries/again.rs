//! Sending deliveries again, and settling what nobody knows by hand.

use std::time::Duration;

use axum::{Extension, Json, extract::State, http::HeaderMap, response::Response};
use jebi_domain::{
    delivery::State as DeliveryState,
    id::DeliveryId,
    refusal::{Fault, Refusal},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{
    again::{self, RetryAnswer, RetryRequest},
    shape::{self, Time},
};
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        json,
        limit::{JsonBytes, MaybeJsonBytes},
        params::Id,
    },
    service::{
        Caller,
        retry::{Scope, Sought},
    },
};

/// Hours looked back when the caller does not say (requirement S0-10).
const HOURS: u32 = 24;
/// Hours looked back at most: a year.
const MAX_HOURS: u32 = 8_784;
/// How often a mail may have been sent again before, when the caller does not say (requirement S0-10).
const RETRIES: u32 = 3;

/// A delivery sent again.
#[derive(Serialize, ToSchema)]
pub struct DeliveryRetried {
    #[schema(value_type = String)]
    delivery_id: DeliveryId,
    /// The new delivery; `null` where it goes once more as the same one, because nobody knows whether it arrived.
    #[schema(value_type = Option<String>)]
    retried_as: Option<DeliveryId>,
    due_at: Time,
    /// Whether it waits for the time given.
    scheduled: bool,
}

/// Which mail to send again.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryMany {
    /// Mail accepted in the last so many hours: 1 to 8784, 24 by default.
    #[schema(minimum = 1, maximum = 8784)]
    since_hours: Option<u32>,
    /// Not what was sent again so often before: 0 to 100, 3 by default.
    #[schema(minimum = 0, maximum = 100)]
    max_retries: Option<u32>,
    /// Only of this topic.
    topic_id: Option<String>,
    /// `failed` and `expired` by default; `unknown` and `unsettled` may be added, and may then arrive twice.
    states: Option<Vec<String>>,
    /// When to send it; at once where it is not given.
    scheduled_at: Option<String>,
}

/// What became of a delivery, by a person's word.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleRequest {
    /// `sent` or `failed`.
    state: String,
    /// How it is known, for the timeline; 1,000 characters at most.
    note: Option<String>,
}

/// A delivery settled by hand.
#[derive(Serialize, ToSchema)]
pub struct DeliverySettled {
    #[schema(value_type = String)]
    delivery_id: DeliveryId,
    #[schema(schema_with = shape::state)]
    state: DeliveryState,
}

/// Send a delivery again
///
/// A delivery that is `unknown`, or `unsettled` with nothing to review it, goes once more as the same delivery: it may then have
/// arrived twice, and shows that. One that `failed` after its last attempt, or `expired`, goes as a new delivery with the same content
/// and lane, linked both ways; so does one that soft-bounced and did not arrive after all. What the provider refused for good, what was cancelled, and addresses on the suppression list are
/// refused. A new delivery keeps to the rules of new mail: today's provider of its sender, the list of recipients, the limit on waiting mail.
#[utoipa::path(
    post, path = "/v1/deliveries/{id}/retry", tag = "deliveries", operation_id = "retry",
    params(("id" = String, Path, description = "The delivery's id."), again::IdempotencyKey),
    request_body = Option<RetryRequest>,
    responses(
        (status = 202, description = "It is on disk and will be tried.", body = DeliveryRetried,
            headers(("Idempotency-Replayed" = String, description = "`true` when this is the answer to an earlier request with the same key."))),
        (status = 400, description = "The body is not JSON, or the Idempotency-Key cannot be used."),
        (status = 404, description = "No such delivery."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "It may not be sent again, with the reason; or the key was used for another body."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong; or no provider carries its sender's mail any more, or its recipient may not be mailed."),
        (status = 503, description = "Too much is waiting, or the store cannot write."),
    ),
)]
pub async fn retry(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<DeliveryId>,
    headers: HeaderMap,
    MaybeJsonBytes(body): MaybeJsonBytes,
) -> Result<Response, Problem> {
    let request: RetryRequest = json::read_or_default(&body)?;
    let work = async {
        let when = request.when(&state)?;
        let retried_as = state.retry.delivery(&caller, id, when).await;
        let told = |new: &Option<DeliveryId>| new.map_or_else(|| "as itself".to_owned(), |new| format!("as={new}"));
        let retried_as = state.audit.ended(&caller, "delivery.retry", id, told, retried_as).await?;
        Ok(DeliveryRetried { delivery_id: id, retried_as, due_at: Time(when.due), scheduled: when.scheduled })
    };
    again::once(&state, &caller, &headers, &format!("retry {id}"), &body, work).await
}

/// Send many deliveries again
///
/// Everything that failed for now or expired of the mail accepted in the last hours (requirement S0-10), slice by slice. What was sent
/// again before is passed over, so that repeating the request goes on where it ended.
#[utoipa::path(
    post, path = "/v1/deliveries/retry", tag = "deliveries", operation_id = "retry_many",
    params(again::IdempotencyKey), request_body = Option<RetryMany>,
    responses(
        (status = 202, description = "What `success` counts is on disk and will be tried.", body = RetryAnswer,
            headers(("Idempotency-Replayed" = String, description = "`true` when this is the answer to an earlier request with the same key."))),
        (status = 400, description = "The body is not JSON, or the Idempotency-Key cannot be used."),
        (status = 404, description = "No such topic."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "The Idempotency-Key was used for another body."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
        (status = 503, description = "Too much is waiting, or the store cannot write. What was sent again stays so; repeat it later to go on."),
    ),
)]
pub async fn retry_many(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    MaybeJsonBytes(body): MaybeJsonBytes,
) -> Result<Response, Problem> {
    let request: RetryMany = json::read_or_default(&body)?;
    let target = request.topic_id.clone().unwrap_or_else(|| "all".to_owned());
    let work = async {
        let (scope, scheduled_at) = request.read()?;
        let when = again::when(&state, scheduled_at.as_deref())?;
        let done = state.retry.scope(&caller, scope, when).await;
        let done = state.audit.ended(&caller, "deliveries.retry", target, again::told, done).await?;
        Ok(RetryAnswer::new(done, when))
    };
    again::once(&state, &caller, &headers, "retry", &body, work).await
}

impl RetryMany {
    fn read(self) -> Result<(Scope, Option<String>), Refusal> {
        let hours = again::within("since_hours", self.since_hours.unwrap_or(HOURS), 1, MAX_HOURS)?;
        let max_retries = again::max_retries(self.max_retries.unwrap_or(RETRIES))?;
        let states = match self.states {
            None => again::STATES[..2].to_vec(),
            Some(words) => words.iter().map(|word| again::retried(word)).collect::<Result<_, _>>()?,
        };
        let scope = Scope {
            message: None,
            topic: self.topic_id,
            within: Some(Duration::from_secs(u64::from(hours) * 3_600)),
            sought: states.into_iter().map(Sought::State).collect(),
            part: None,
            max_retries: Some(max_retries),
        };
        Ok((scope, self.scheduled_at))
    }
}

/// Settle a delivery by hand
///
/// For a delivery that is `unknown` or `unsettled`, by somebody who knows what became of it. Evidence that comes later does not change
/// it. What was settled as `failed` may be sent again.
#[utoipa::path(
    post, path = "/v1/deliveries/{id}/settle", tag = "deliveries", operation_id = "settle",
    params(("id" = String, Path, description = "The delivery's id.")),
    request_body = SettleRequest,
    responses(
        (status = 200, description = "Settled.", body = DeliverySettled),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such delivery."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "Its outcome is not open."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn settle(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<DeliveryId>,
    JsonBytes(body): JsonBytes,
) -> Reply<DeliverySettled> {
    let SettleRequest { state: to, note } = json::read(&body)?;
    let sent = match to.as_str() {
        "sent" => true,
        "failed" => false,
        other => {
            let fault = format!("{other:?} is no result a person can give");
            return Err(Refusal::invalid(Fault::new("state", "unknown_result", fault, "use sent or failed")).into());
        }
    };
    let done = state.retry.settle(id, sent, note.as_deref().unwrap_or_default()).await;
    let told = |to: &DeliveryState| format!("as={}", to.as_str());
    let state = state.audit.ended(&caller, "delivery.settle", id, told, done).await?;
    Ok(Json(DeliverySettled { delivery_id: id, state }))
}
