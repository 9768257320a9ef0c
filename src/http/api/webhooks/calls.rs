//! `/v1/webhooks/{id}/calls`: what came of telling.

use axum::{Json, extract::State};
use jebi_domain::{
    hook::HookKind,
    port::hooks::{CallInfo, CallState, CallTry, EndpointNo, EventNo},
    refusal::{Fault, Refusal},
};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::super::shape::{self, Time};
use crate::{
    http::{
        AppState,
        error::Reply,
        params::{Id, Params, bad_cursor, cursor, read_text_cursor},
    },
    service::search::page_length,
};

/// Which calls.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `waiting`, `told`, `failed` or `dropped`.
    state: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Calls on a page: 1 to 500, 50 by default.
    limit: Option<u32>,
}

/// A page of calls: what was written down last comes first.
#[derive(Serialize, ToSchema)]
pub struct CallList {
    calls: Vec<CallBody>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// The states of calls.
fn state() -> RefOr<Schema> {
    shape::words(CallState::ALL.map(CallState::as_str))
}

/// The telling of one event.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookCall)]
struct CallBody {
    /// The event, as `webhook-id` has it.
    event: String,
    /// `null` for one of a newer version, which this one does not know.
    #[serde(rename = "type")]
    #[schema(example = "delivery.bounced")]
    kind: Option<&'static str>,
    /// When it happened.
    at: Time,
    #[schema(schema_with = state)]
    state: &'static str,
    attempts: u32,
    next_try_at: Option<Time>,
    tries: Vec<TryBody>,
}

/// One try.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookTry)]
struct TryBody {
    at: Time,
    duration_ms: u64,
    /// The HTTP status; `null` where there was no answer.
    status: Option<u16>,
    /// Why there was none.
    error: Option<String>,
    /// What the answer began with, up to 1 KiB.
    answer: String,
}

impl From<CallTry> for TryBody {
    fn from(one: CallTry) -> Self {
        let duration_ms = u64::try_from(one.took.as_millis()).unwrap_or(u64::MAX);
        let error = Some(one.error).filter(|error| !error.is_empty());
        Self { at: Time(one.at), duration_ms, status: one.status, error, answer: one.answer }
    }
}

impl From<CallInfo> for CallBody {
    fn from(call: CallInfo) -> Self {
        Self {
            event: call.event.to_string(),
            kind: call.kind.map(HookKind::as_str),
            at: Time(call.at),
            state: call.state.as_str(),
            attempts: call.attempts,
            next_try_at: call.due.map(Time),
            tries: call.tries.into_iter().map(TryBody::from).collect(),
        }
    }
}

/// List the calls of a webhook
///
/// What was written down last comes first, each with its tries.
#[utoipa::path(
    get, path = "/v1/webhooks/{id}/calls", tag = "webhooks",
    params(("id" = i64, Path, description = "The webhook's number."), Filter),
    responses(
        (status = 200, description = "A page of calls.", body = CallList),
        (status = 404, description = "No such webhook."),
        (status = 422, description = "A parameter is wrong."),
    ),
)]
pub async fn calls(State(app): State<AppState>, Id(no): Id<EndpointNo>, Params(filter): Params<Filter>) -> Reply<CallList> {
    let before = filter.cursor.as_deref().map(read_text_cursor).transpose()?;
    let before = before.map(|text| EventNo::parse(&text).ok_or_else(bad_cursor)).transpose()?;
    let state = filter.state.as_deref().map(read_state).transpose()?;
    let page = app.hooks.calls(no, state, before, page_length(filter.limit)?).await?;
    let next_cursor = page.next.map(|event| cursor(event.to_string().as_bytes()));
    Ok(Json(CallList { calls: page.calls.into_iter().map(CallBody::from).collect(), next_cursor }))
}

fn read_state(text: &str) -> Result<CallState, Refusal> {
    CallState::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
        let fault = format!("{text:?} is no state of a call");
        Refusal::invalid(Fault::new("state", "unknown_state", fault, "use waiting, told, failed or dropped"))
    })
}
