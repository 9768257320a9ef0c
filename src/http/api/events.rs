//! `/v1/events`: what was sent.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::{AppState, error::Reply, params::Params};

/// Over which time.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Span {
    /// Hours looked back for `count`: 1 to 744, 24 by default.
    hours: Option<u32>,
}

/// The SES account's limits and what was sent. The figures of SES are `null` without SES, and until it has answered.
#[derive(Serialize, ToSchema)]
pub struct SentCounts {
    /// Recipients SES allows in 24 hours.
    max_24_hour_send: Option<f64>,
    /// Recipients a second SES allows.
    max_send_rate: Option<f64>,
    /// Recipients SES counted in the last 24 hours, also those of other programs.
    sent_last_24_hours: Option<f64>,
    /// What is left of the limit.
    remaining: Option<f64>,
    /// Recipients this server sent to in the hours asked for.
    count: i64,
}

/// Count what was sent
///
/// And what the SES account still allows.
#[utoipa::path(
    get, path = "/v1/events/counts/sent", tag = "events", params(Span),
    responses((status = 200, description = "The counts.", body = SentCounts), (status = 422, description = "The hours are out of range.")),
)]
pub async fn sent(State(state): State<AppState>, Params(span): Params<Span>) -> Reply<SentCounts> {
    let sent = state.figures.sent(span.hours.unwrap_or(24)).await?;
    Ok(Json(SentCounts {
        max_24_hour_send: sent.max_24_hour_send,
        max_send_rate: sent.max_send_rate,
        sent_last_24_hours: sent.sent_last_24_hours,
        remaining: sent.remaining,
        count: sent.count,
    }))
}
