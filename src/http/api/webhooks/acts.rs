//! What is done with a webhook: trying it, another secret, telling again.

use axum::{
    Json,
    extract::{Extension, State},
    http::StatusCode,
};
use jebi_domain::{
    port::hooks::{EndpointInfo, EndpointNo, EventNo, Replay, Replayed},
    refusal::{Fault, Refusal},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SecretBody, WebhookBody};
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        json,
        limit::JsonBytes,
        params::{Id, cursor, read_text_cursor},
    },
    service::{Caller, hooks::WithSecret},
};

/// An event was written down.
#[derive(Serialize, ToSchema)]
pub struct Tested {
    /// The event, as `webhook-id` has it.
    #[schema(example = "evt_19329c0f000_10000000005")]
    event: String,
}

/// Try a webhook
///
/// Tells it `endpoint.test`, whatever events it wants. What comes of that stands in its log.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/test", tag = "webhooks", params(("id" = i64, Path, description = "The webhook's number.")),
    responses(
        (status = 202, description = "It is told within a second or so.", body = Tested),
        (status = 404, description = "No such webhook."),
        (status = 409, description = "It is disabled."),
    ),
)]
pub async fn test(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(no): Id<EndpointNo>,
) -> Result<(StatusCode, Json<Tested>), Problem> {
    let told = state.hooks.test(no).await;
    let event = state.audit.ended(&caller, "webhook.test", no, ToString::to_string, told).await?;
    Ok((StatusCode::ACCEPTED, Json(Tested { event: event.to_string() })))
}

/// How a secret is rotated.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
struct RotateRequest {
    /// For how many hours the secret before signs beside the new one: 0 to 168, 24 by default.
    keep_old_hours: Option<u32>,
}

/// Give a webhook another secret
///
/// Calls carry a signature by each of the two for a while, so that the other end can take the new one up at its own time.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/rotate", tag = "webhooks", request_body = RotateRequest,
    params(("id" = i64, Path, description = "The webhook's number.")),
    responses(
        (status = 200, description = "The new secret, shown once.", body = SecretBody),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such webhook."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "Its calls are not signed, or there is no secret to seal with."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn rotate(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(no): Id<EndpointNo>,
    JsonBytes(body): JsonBytes,
) -> Reply<SecretBody> {
    let RotateRequest { keep_old_hours } = json::read(&body)?;
    let rotated = state.hooks.rotate(no, keep_old_hours).await;
    let told = |_: &WithSecret| keep_old_hours.map_or_else(String::new, |hours| format!("keep_old_hours={hours}"));
    Ok(Json(SecretBody::of(state.audit.ended(&caller, "webhook.rotate", no, told, rotated).await?)))
}

/// Enable a webhook
///
/// One that was disabled is told again, from now on, and what waited for it is told at once. What happened while it was disabled is not.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/enable", tag = "webhooks", params(("id" = i64, Path, description = "The webhook's number.")),
    responses((status = 200, description = "The webhook.", body = WebhookBody), (status = 404, description = "No such webhook.")),
)]
pub async fn enable(State(state): State<AppState>, Extension(caller): Extension<Caller>, Id(no): Id<EndpointNo>) -> Reply<WebhookBody> {
    turn(&state, &caller, no, true).await?;
    let (info, waiting) = state.hooks.show(no).await?;
    Ok(Json(WebhookBody::of(info, waiting)))
}

/// Turns a webhook on or off, and notes that.
pub(super) async fn turn(state: &AppState, caller: &Caller, no: EndpointNo, enabled: bool) -> Result<EndpointInfo, Refusal> {
    let turned = state.hooks.set_enabled(no, enabled).await;
    let act = if enabled { "webhook.enable" } else { "webhook.disable" };
    state.audit.ended(caller, act, no, |_| String::new(), turned).await
}

/// What is told again: one event, or all of a time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayRequest {
    /// One event, by its id.
    #[schema(example = "evt_19329c0f000_10000000005")]
    event: Option<String>,
    /// Events written down from then on.
    from: Option<String>,
    /// Up to then, not included; now by default.
    to: Option<String>,
    /// Only those that were not told.
    #[serde(default)]
    failed_only: bool,
    /// `next_cursor` of the answer before: at most 1000 calls are made due at once.
    cursor: Option<String>,
}

/// What is told again.
#[derive(Serialize, ToSchema)]
pub struct ReplayBody {
    /// Calls that are made again.
    calls: u64,
    /// There may be more: pass it as `cursor`, with the same `from` and `to`.
    next_cursor: Option<String>,
}

impl From<Replayed> for ReplayBody {
    fn from(replayed: Replayed) -> Self {
        Self { calls: replayed.calls, next_cursor: replayed.next.map(|event| cursor(event.to_string().as_bytes())) }
    }
}

fn what(state: &AppState, request: ReplayRequest) -> Result<Replay, Refusal> {
    let ReplayRequest { event, from, to, failed_only, cursor } = request;
    match (event, from) {
        (Some(id), None) => EventNo::parse(&id).map(Replay::Event).ok_or_else(|| Refusal::missing("event")),
        (None, Some(from)) => {
            let after = cursor.map(|text| read_text_cursor(&text)).transpose()?.and_then(|text| EventNo::parse(&text));
            let now = state.clock.wall();
            let to = to.map_or(Ok(now), |text| state.times.point("to", &text))?;
            Ok(Replay::Between { from: state.times.point("from", &from)?, to, after, failed_only })
        }
        _ => {
            let fault = "it names neither one event nor a time, or both";
            Err(Refusal::invalid(Fault::new("event", "missing_field", fault, "give event, or from and perhaps to")))
        }
    }
}

/// Tell again
///
/// What was told, or could not be, with the same `webhook-id`: whoever has it already knows it by that.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/replay", tag = "webhooks", request_body = ReplayRequest,
    params(("id" = i64, Path, description = "The webhook's number.")),
    responses(
        (status = 202, description = "Made due.", body = ReplayBody),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such webhook, or no such event in its log."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn replay(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(no): Id<EndpointNo>,
    JsonBytes(body): JsonBytes,
) -> Result<(StatusCode, Json<ReplayBody>), Problem> {
    let request: ReplayRequest = json::read(&body)?;
    let what = what(&state, request)?;
    let replayed = state.hooks.replay(no, what).await;
    let told = |replayed: &Replayed| format!("calls={}", replayed.calls);
    let replayed = state.audit.ended(&caller, "webhook.replay", no, told, replayed).await?;
    Ok((StatusCode::ACCEPTED, Json(replayed.into())))
}
