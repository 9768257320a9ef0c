//! `/v1/deliveries`: what became of each copy, as pages and as a file; sending again, settling by hand.

pub mod again;
pub mod csv;
pub mod filter;

use axum::{Json, extract::State};
use jebi_domain::{
    delivery::State as DeliveryState,
    event::FeedbackKind,
    feedback::Source,
    id::{DeliveryId, MessageId},
    message::Lane,
    port::{
        operator::Links,
        store::{DeliveryView, RecipientView, TimelineEntry},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use self::filter::ListFilter;
use super::shape::{self, ReasonBody, Time};
use crate::{
    http::{
        AppState,
        error::Reply,
        params::{Id, Params, number_cursor},
    },
    service::reputation::Reputation,
};

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
    /// Why bulk mail of its account or sender waits, where it waits for that.
    held: Option<ReasonBody>,
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
    /// The delivery this one sends again.
    #[schema(value_type = Option<String>)]
    retry_of: Option<DeliveryId>,
    /// The delivery that sends this one again.
    #[schema(value_type = Option<String>)]
    retried_as: Option<DeliveryId>,
    /// Oldest first.
    timeline: Vec<TimelineBody>,
}

/// One thing that happened.
#[derive(Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
struct TimelineBody {
    at: Time,
    /// `accepted`, what an attempt brought, a result, a kind of feedback, `note` (reported, and nothing follows from it), or an
    /// operator's decision (`operator_resend`, `operator_sent`, `operator_failed`).
    event: String,
    /// The attempt it belongs to; `null` for none.
    attempt: Option<u16>,
    /// The recipient of a joint copy it speaks of; `null` for all.
    recipient: Option<String>,
    detail: String,
    /// Where a report came from: `ses`, `dsn`, `arf`, `local`; `null` for what this server did itself.
    #[schema(value_type = Option<String>)]
    source: Option<Source>,
}

/// A delivery as one of its recipients may see it.
#[derive(Serialize, ToSchema)]
pub struct PersonDelivery {
    #[serde(flatten)]
    delivery: DeliveryBody,
    /// Oldest first.
    timeline: Vec<TimelineBody>,
}

impl PersonDelivery {
    pub(in crate::http::api) fn of(delivery: DeliveryView, timeline: Vec<TimelineEntry>, guard: &Reputation) -> Self {
        Self { delivery: DeliveryBody::of(delivery, guard), timeline: timeline.into_iter().map(TimelineBody::from).collect() }
    }
}

impl DeliveryBody {
    fn of(v: DeliveryView, guard: &Reputation) -> Self {
        let waits = v.lane == Lane::Bulk && v.state == DeliveryState::Waiting;
        let held = if waits { guard.why_waits(&v.provider, &v.sender) } else { None };
        let (held, until) = held.map_or((None, None), |(reason, until)| (Some(ReasonBody::from(reason)), until));
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
            next_try_at: v.next_try.max(until).map(Time),
            changed_at: Time(v.changed_at),
            paused: v.paused,
            held,
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
        Self { at: Time(t.at), event: t.kind, attempt: Some(t.attempt).filter(|n| *n > 0), recipient, detail: t.detail, source: t.source }
    }
}

/// List deliveries
///
/// Newest message first, its copies in order. A page that had to look through much mail may be short, even empty: it has a
/// `next_cursor` as long as there is more to look through.
#[utoipa::path(
    get, path = "/v1/deliveries", tag = "deliveries", params(ListFilter),
    responses((status = 200, description = "A page of deliveries.", body = DeliveryList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(filter): Params<ListFilter>) -> Reply<DeliveryList> {
    let (after, limit) = filter.page()?;
    let page = state.search.deliveries(filter.conditions(&state.times)?, after, limit).await?;
    let next_cursor = page.next.map(|key| number_cursor(key.0));
    Ok(Json(DeliveryList {
        deliveries: page.deliveries.into_iter().map(|one| DeliveryBody::of(one, &state.reputation)).collect(),
        next_cursor,
    }))
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
    let Links { retry_of, retried_as } = state.retry.links(id).await?;
    Ok(Json(DeliveryDetail {
        delivery: DeliveryBody::of(delivery, &state.reputation),
        retry_of,
        retried_as,
        timeline: timeline.into_iter().map(TimelineBody::from).collect(),
    }))
}
