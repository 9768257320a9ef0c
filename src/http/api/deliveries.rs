//! `/v1/deliveries`: what became of each copy.

use axum::{Json, extract::State};
use jebi_domain::{
    address,
    delivery::State as DeliveryState,
    event::FeedbackKind,
    id::{DeliveryId, DeliveryKey, MessageId},
    message::Lane,
    port::store::{DeliveryFilter, DeliveryView, RecipientView, TimelineEntry},
    refusal::{Fault, Refusal},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shape::{self, ReasonBody, Time};
use crate::{
    http::{
        AppState,
        error::Reply,
        params::{Id, Params, number_cursor, read_number_cursor},
    },
    service::search::page_length,
};

/// Which deliveries to list; all conditions hold together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Of this topic.
    topic_id: Option<String>,
    /// Of this message.
    message_id: Option<String>,
    /// In this state.
    #[param(schema_with = shape::state)]
    state: Option<String>,
    /// To this address, in any case.
    email: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Deliveries on a page: 1 to 500, 50 by default.
    limit: Option<u32>,
}

impl Filter {
    fn read(self) -> Result<(DeliveryFilter, Option<DeliveryKey>, u32), Refusal> {
        let state = self.state.as_deref().map(read_state).transpose()?;
        let message = self.message_id.as_deref().map(read_message).transpose()?;
        let after = self.cursor.as_deref().map(read_number_cursor).transpose()?.map(DeliveryKey);
        let email = self.email.as_deref().map(|e| address::key(e).into_owned());
        Ok((DeliveryFilter { topic: self.topic_id, message, state, email }, after, page_length(self.limit)?))
    }
}

fn read_state(text: &str) -> Result<DeliveryState, Refusal> {
    DeliveryState::parse(text).ok_or_else(|| {
        let known = DeliveryState::ALL.map(DeliveryState::as_str).join(", ");
        Refusal::invalid(Fault::new("state", "unknown_state", format!("{text:?} is no state"), format!("use one of {known}")))
    })
}

fn read_message(text: &str) -> Result<MessageId, Refusal> {
    MessageId::parse(text).ok_or_else(|| {
        let remedy = "pass the 26 characters the answer to sending it gave";
        Refusal::invalid(Fault::new("message_id", "invalid_id", format!("{text:?} is no message id"), remedy))
    })
}

/// A page of deliveries.
#[derive(Serialize, ToSchema)]
pub struct DeliveryList {
    deliveries: Vec<DeliveryBody>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// One copy: to one recipient, or a joint one.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
struct DeliveryBody {
    #[schema(value_type = String)]
    id: DeliveryId,
    #[schema(value_type = String)]
    message_id: MessageId,
    topic_id: Option<String>,
    #[schema(schema_with = shape::lane)]
    lane: Lane,
    provider: String,
    /// The worst of its recipients'.
    #[schema(schema_with = shape::state)]
    state: DeliveryState,
    /// The worst reported of it after it was sent; `null` when nothing was.
    #[schema(schema_with = shape::feedback)]
    feedback: Option<FeedbackKind>,
    /// Whether an attempt of unknown outcome came before the accepted one, so that it may have arrived twice.
    maybe_twice: bool,
    /// Attempts made. Being throttled is none.
    attempts: u16,
    /// The provider's own id of it.
    provider_id: Option<String>,
    /// The last refusal, or why it waits.
    reason: Option<ReasonBody>,
    created_at: Time,
    due_at: Time,
    /// When it is tried again.
    next_try_at: Option<Time>,
    changed_at: Time,
    /// Whether its topic is paused.
    paused: bool,
    recipients: Vec<RecipientBody>,
}

/// One recipient.
#[derive(Serialize, ToSchema)]
#[schema(as = Recipient)]
struct RecipientBody {
    #[schema(schema_with = shape::role)]
    role: &'static str,
    email: String,
    name: Option<String>,
    #[schema(schema_with = shape::state)]
    state: DeliveryState,
    /// Everything reported of it after it was sent.
    #[schema(value_type = Vec<String>)]
    feedback: Vec<FeedbackKind>,
    /// Attempts made for this recipient.
    attempts: u16,
    /// The provider's own id of the mail it accepted for this recipient.
    provider_id: Option<String>,
    /// The last refusal, or why it waits.
    reason: Option<ReasonBody>,
}

/// A delivery and what happened to it.
#[derive(Serialize, ToSchema)]
pub struct DeliveryDetail {
    #[serde(flatten)]
    delivery: DeliveryBody,
    /// Oldest first.
    timeline: Vec<TimelineBody>,
}

/// One thing that happened.
#[derive(Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
struct TimelineBody {
    at: Time,
    /// `accepted`, `attempt`, a result, or a kind of feedback.
    event: String,
    /// The attempt it belongs to; `null` for none.
    attempt: Option<u16>,
    /// The recipient of a joint copy it speaks of; `null` for all.
    recipient: Option<String>,
    detail: String,
}

impl From<DeliveryView> for DeliveryBody {
    fn from(v: DeliveryView) -> Self {
        Self {
            id: v.id,
            message_id: v.id.message,
            topic_id: shape::topic(v.topic),
            lane: v.lane,
            provider: v.provider,
            state: v.state,
            feedback: FeedbackKind::worst(v.recipients.iter().fold(0, |bits, r| bits | r.feedback)),
            maybe_twice: v.maybe_twice,
            attempts: v.attempts,
            provider_id: v.provider_id,
            reason: v.reason.map(ReasonBody::from),
            created_at: Time(v.created_at),
            due_at: Time(v.due),
            next_try_at: v.next_try.map(Time),
            changed_at: Time(v.changed_at),
            paused: v.paused,
            recipients: v.recipients.into_iter().map(RecipientBody::from).collect(),
        }
    }
}

impl From<RecipientView> for RecipientBody {
    fn from(r: RecipientView) -> Self {
        let feedback = FeedbackKind::of_bits(r.feedback).collect();
        Self {
            role: shape::role_word(r.role),
            email: r.email,
            name: r.name,
            state: r.state,
            feedback,
            attempts: r.attempts,
            provider_id: r.provider_id,
            reason: r.reason.map(ReasonBody::from),
        }
    }
}

impl From<TimelineEntry> for TimelineBody {
    fn from(t: TimelineEntry) -> Self {
        let recipient = Some(t.recipient).filter(|r| !r.is_empty());
        Self { at: Time(t.at), event: t.kind, attempt: Some(t.attempt).filter(|n| *n > 0), recipient, detail: t.detail }
    }
}

/// List deliveries
///
/// Newest message first, its copies in order.
#[utoipa::path(
    get, path = "/v1/deliveries", tag = "deliveries", params(Filter),
    responses((status = 200, description = "A page of deliveries.", body = DeliveryList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(filter): Params<Filter>) -> Reply<DeliveryList> {
    let (filter, after, limit) = filter.read()?;
    let page = state.search.deliveries(filter, after, limit).await?;
    let next_cursor = page.next.map(|key| number_cursor(key.0));
    Ok(Json(DeliveryList { deliveries: page.deliveries.into_iter().map(DeliveryBody::from).collect(), next_cursor }))
}

/// Show a delivery
///
/// Where it stands, and its timeline: accepted, every attempt with what the provider said, the result, and what was reported later.
#[utoipa::path(
    get, path = "/v1/deliveries/{id}", tag = "deliveries",
    params(("id" = String, Path, description = "The delivery's id.")),
    responses((status = 200, description = "The delivery.", body = DeliveryDetail), (status = 404, description = "No such delivery.")),
)]
pub async fn show(State(state): State<AppState>, Id(id): Id<DeliveryId>) -> Reply<DeliveryDetail> {
    let (delivery, timeline) = state.search.delivery(id).await?;
    Ok(Json(DeliveryDetail { delivery: delivery.into(), timeline: timeline.into_iter().map(TimelineBody::from).collect() }))
}
