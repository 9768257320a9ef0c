//! `/v1/sns`: topics and queues that events of SES come from. `results` takes the events.

pub mod results;

use axum::{
    Json,
    extract::{Extension, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shape::Time;
use crate::{
    http::{AppState, error::Reply, json, limit::JsonBytes, params::Params},
    service::{
        Caller,
        sns::{Source, Standing},
    },
};

/// A topic of SNS.
#[derive(Serialize, ToSchema)]
#[schema(as = SnsTopic)]
pub struct TopicBody {
    arn: String,
    /// `listed` (in `SNS_TOPIC_ARNS`), `allowed` (by a person), `own_account`, `confirmed` (it was of our own account when its subscription
    /// was confirmed), `waiting` (nobody allowed it: its messages are refused) or `removed`.
    standing: &'static str,
    /// When its subscription was last confirmed here.
    confirmed_at: Option<Time>,
    /// When SNS asked to confirm a subscription that is not confirmed yet.
    asked_at: Option<Time>,
    /// When confirming it is tried next.
    next_try_at: Option<Time>,
    /// Why it could not be confirmed, last.
    fault: Option<String>,
    /// When SNS told that the subscription has ended.
    unsubscribed_at: Option<Time>,
    /// When the last event came; up to ten seconds behind for other nodes.
    last_event_at: Option<Time>,
    /// Events taken.
    events: i64,
}

/// A queue of SQS.
#[derive(Serialize, ToSchema)]
#[schema(as = SqsQueue)]
pub struct QueueBody {
    url: String,
    /// When the last event came; up to ten seconds behind for other nodes.
    last_event_at: Option<Time>,
    /// Events taken.
    events: i64,
}

/// Where events come from.
#[derive(Serialize, ToSchema)]
pub struct SnsSources {
    topics: Vec<TopicBody>,
    queues: Vec<QueueBody>,
}

/// The topic to be allowed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TopicRequest {
    /// Its ARN, from the SNS console or from the list.
    arn: String,
}

/// Which topic.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The topic's ARN.
    arn: String,
}

impl TopicBody {
    fn of(Source { standing, info }: Source) -> Self {
        let (asked_at, next_try_at, fault) = match info.asked {
            Some(asked) => (Some(Time(asked.at)), asked.next.map(Time), asked.fault),
            None => (None, None, None),
        };
        Self {
            arn: info.name,
            standing: standing.unwrap_or(Standing::Waiting).as_str(),
            confirmed_at: info.confirmed_at.map(Time),
            asked_at,
            next_try_at,
            fault,
            unsubscribed_at: info.unsubscribed_at.map(Time),
            last_event_at: info.last_event_at.map(Time),
            events: info.events,
        }
    }
}

/// List where events come from
///
/// Topics of Amazon SNS and queues of SQS, known or configured, and when the last event came. A way from SES to here that is wrong
/// shows here first: nothing comes.
#[utoipa::path(get, path = "/v1/sns/topics", tag = "sns", responses((status = 200, description = "All of them.", body = SnsSources)))]
pub async fn list(State(state): State<AppState>) -> Reply<SnsSources> {
    let (topics, queues): (Vec<Source>, Vec<Source>) = state.sns.list().await?.into_iter().partition(|source| source.standing.is_some());
    let queue =
        |Source { info, .. }: Source| QueueBody { url: info.name, last_event_at: info.last_event_at.map(Time), events: info.events };
    Ok(Json(SnsSources { topics: topics.into_iter().map(TopicBody::of).collect(), queues: queues.into_iter().map(queue).collect() }))
}

/// Allow a topic
///
/// Its messages are taken from now on, known or not. A subscription of it that waits is confirmed.
#[utoipa::path(
    post, path = "/v1/sns/topics", tag = "sns", request_body = TopicRequest,
    responses(
        (status = 200, description = "Allowed.", body = TopicBody),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "It is not the ARN of a topic."),
    ),
)]
pub async fn allow(State(state): State<AppState>, Extension(caller): Extension<Caller>, JsonBytes(body): JsonBytes) -> Reply<TopicBody> {
    let TopicRequest { arn } = json::read(&body)?;
    let allowed = state.sns.allow(&arn).await;
    let allowed = state.audit.ended(&caller, "sns_topic.allow", arn, |_| String::new(), allowed).await?;
    Ok(Json(TopicBody::of(allowed)))
}

/// Take a topic out
///
/// Its messages are refused until it is allowed again. End its subscription in AWS too, else SNS goes on delivering.
#[utoipa::path(
    delete, path = "/v1/sns/topics", tag = "sns", params(Which),
    responses(
        (status = 200, description = "Taken out.", body = TopicBody),
        (status = 404, description = "No such topic."),
        (status = 409, description = "The configuration names it."),
        (status = 422, description = "It is not the ARN of a topic."),
    ),
)]
pub async fn remove(State(state): State<AppState>, Extension(caller): Extension<Caller>, Params(which): Params<Which>) -> Reply<TopicBody> {
    let removed = state.sns.remove(&which.arn).await;
    let removed = state.audit.ended(&caller, "sns_topic.remove", which.arn, |_| String::new(), removed).await?;
    Ok(Json(TopicBody::of(removed)))
}
