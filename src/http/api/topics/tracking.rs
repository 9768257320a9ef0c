//! `/v1/topics/{id}/tracking`: whether opens and clicks of a topic's mail are followed.

use axum::{
    Json,
    extract::{Extension, State},
};
use jebi_domain::profile::Tracking;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{AppState, api::profiles::TrackingBody, error::Reply, json, limit::JsonBytes, params::Id},
    service::Caller,
};

/// What is followed of a topic's mail.
#[derive(Serialize, ToSchema)]
pub struct TopicTracking {
    topic_id: String,
    tracking: TrackingBody,
}

/// Show what is followed of a topic
///
/// As it was said of the topic; `null` is left to the sender's profile, and then to the server.
#[utoipa::path(
    get, path = "/v1/topics/{id}/tracking", tag = "topics",
    params(("id" = String, Path, description = "The topic_id given when sending; there may be no mail of it yet.")),
    responses((status = 200, description = "What is followed.", body = TopicTracking)),
)]
pub async fn tracking(State(state): State<AppState>, Id(topic_id): Id<String>) -> Reply<TopicTracking> {
    let tracking = state.accept.topics().of(&topic_id).await?;
    Ok(Json(TopicTracking { topic_id, tracking: tracking.into() }))
}

/// Say what is followed of a topic
///
/// For messages posted to it from the next request on, at other nodes within seconds. What a message says itself goes before it, and it
/// before the sender's profile. What is left out or `null` is left to those. Repeatable.
#[utoipa::path(
    put, path = "/v1/topics/{id}/tracking", tag = "topics", request_body = TrackingBody,
    params(("id" = String, Path, description = "The topic_id given when sending; there may be no mail of it yet.")),
    responses(
        (status = 200, description = "What is followed from now on.", body = TopicTracking),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong, or no topic can have this name."),
    ),
)]
pub async fn set_tracking(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(topic_id): Id<String>,
    JsonBytes(body): JsonBytes,
) -> Reply<TopicTracking> {
    let tracking = Tracking::from(json::read::<TrackingBody>(&body)?);
    let set = state.accept.topics().set(&topic_id, tracking).await;
    let told = |what: Option<bool>| what.map_or("left open", |on| if on { "on" } else { "off" });
    let (opens, clicks) = (told(tracking.opens), told(tracking.clicks));
    state.audit.ended(&caller, "topic.tracking", &topic_id, |()| format!("opens={opens} clicks={clicks}"), set).await?;
    Ok(Json(TopicTracking { topic_id, tracking: tracking.into() }))
}
