//! `/v1/topics`: counts, what became of their mail, cancelling, pausing, sending again.

pub mod deliveries;
pub mod resend;
pub mod results;
pub mod tracking;

use axum::{
    Json,
    extract::{Extension, State},
};
use jebi_domain::port::store::TopicView;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::{Cancelled, CountsBody, Time};
use crate::{
    http::{
        AppState,
        error::Reply,
        params::{Id, Page, Params, cursor, read_text_cursor},
    },
    service::{Caller, search::page_length},
};

/// A page of topics.
#[derive(Serialize, ToSchema)]
pub struct TopicList {
    topics: Vec<TopicBody>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// A topic and how its recipients stand.
#[derive(Serialize, ToSchema)]
#[schema(as = Topic)]
pub struct TopicBody {
    topic_id: String,
    created_at: Time,
    paused: bool,
    /// Whether its bulk mail waits because too many of its first mails bounced, until the topic is resumed. Its transactional mail goes on.
    bulk_paused: bool,
    #[serde(flatten)]
    counts: CountsBody,
}

impl From<TopicView> for TopicBody {
    fn from(v: TopicView) -> Self {
        Self { topic_id: v.name, created_at: Time(v.created_at), paused: v.paused, bulk_paused: v.bulk_paused, counts: v.counts.into() }
    }
}

/// Whether a topic is paused.
#[derive(Serialize, ToSchema)]
pub struct TopicPaused {
    topic_id: String,
    paused: bool,
}

/// List topics
///
/// By name, with their counts. Rates, hours and an estimated end are shown of one topic: `/v1/topics/{id}`.
#[utoipa::path(
    get, path = "/v1/topics", tag = "topics", params(Page),
    responses((status = 200, description = "A page of topics.", body = TopicList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(page): Params<Page>) -> Reply<TopicList> {
    let after = page.cursor.as_deref().map(read_text_cursor).transpose()?;
    let found = state.search.topics(after, page_length(page.limit)?).await?;
    let next_cursor = found.next.map(|name| cursor(name.as_bytes()));
    Ok(Json(TopicList { topics: found.topics.into_iter().map(TopicBody::from).collect(), next_cursor }))
}

/// Cancel a topic
///
/// Cancels all its waiting mail. What is sent stays sent, and what is posted to the topic later is sent. Repeatable.
#[utoipa::path(
    delete, path = "/v1/topics/{id}", tag = "topics",
    params(("id" = String, Path, description = "The topic_id given when sending.")),
    responses((status = 200, description = "Cancelled.", body = Cancelled), (status = 404, description = "No such topic.")),
)]
pub async fn cancel(State(state): State<AppState>, Extension(caller): Extension<Caller>, Id(id): Id<String>) -> Reply<Cancelled> {
    let done = state.cancel.topic(&id).await;
    let cancelled = state.audit.ended(&caller, "topic.cancel", &id, |n| format!("recipients={n}"), done).await?;
    Ok(Json(Cancelled { cancelled }))
}

/// Pause a topic
///
/// Its mail waits, also what is posted to it from now on, until it is resumed. Repeatable.
#[utoipa::path(
    post, path = "/v1/topics/{id}/pause", tag = "topics",
    params(("id" = String, Path, description = "The topic_id given when sending.")),
    responses((status = 200, description = "Paused.", body = TopicPaused), (status = 404, description = "No such topic.")),
)]
pub async fn pause(State(state): State<AppState>, Extension(caller): Extension<Caller>, Id(id): Id<String>) -> Reply<TopicPaused> {
    set(&state, &caller, id, true).await
}

/// Resume a topic
///
/// Lets the mail of a paused topic go again, and its bulk mail where that was stopped because its first mails bounced. Repeatable.
#[utoipa::path(
    post, path = "/v1/topics/{id}/resume", tag = "topics",
    params(("id" = String, Path, description = "The topic_id given when sending.")),
    responses((status = 200, description = "Resumed.", body = TopicPaused), (status = 404, description = "No such topic.")),
)]
pub async fn resume(State(state): State<AppState>, Extension(caller): Extension<Caller>, Id(id): Id<String>) -> Reply<TopicPaused> {
    set(&state, &caller, id, false).await
}

async fn set(state: &AppState, caller: &Caller, topic_id: String, paused: bool) -> Reply<TopicPaused> {
    let done = state.cancel.pause(&topic_id, paused).await;
    let act = if paused { "topic.pause" } else { "topic.resume" };
    state.audit.ended(caller, act, &topic_id, |()| String::new(), done).await?;
    Ok(Json(TopicPaused { topic_id, paused }))
}
