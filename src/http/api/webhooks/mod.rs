//! `/v1/webhooks`: where happenings are told to.

pub mod acts;
pub mod calls;

use axum::{
    Json,
    extract::{Extension, State},
    http::StatusCode,
};
use jebi_domain::{
    hook::{EndpointKind, EndpointSpec},
    message::Lane,
    port::hooks::{EndpointHealth, EndpointInfo, EndpointNo},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shape::{self, Time};
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        json,
        limit::JsonBytes,
        params::{Id, Named},
    },
    service::{
        Caller,
        hooks::{EndpointRequest, WithSecret},
    },
};

impl Named for EndpointNo {
    const WHAT: &'static str = "webhook";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// The kinds of webhook.
fn kind() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    shape::words(EndpointKind::ALL.map(EndpointKind::as_str))
}

/// What a webhook is to be; in a change, only what is given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookRequest {
    /// `webhook` by default: a POST by Standard Webhooks, signed. It cannot be changed.
    #[serde(default)]
    #[schema(schema_with = kind)]
    kind: Option<String>,
    /// Where a `webhook`, `slack` or `discord` is called: https, on the public internet.
    #[schema(example = "https://shop.example.kr/hooks/jebi")]
    url: Option<String>,
    /// The topic an `sns` publishes to.
    #[schema(example = "arn:aws:sns:ap-northeast-2:123456789012:alerts")]
    topic_arn: Option<String>,
    /// Whom a `mail` goes to: 1 to 10 addresses.
    to: Option<Vec<String>>,
    /// What it is for, up to 200 characters.
    description: Option<String>,
    /// Of messages for people (Slack, Discord, mail): `ko` or `en`; the server's own by default.
    #[schema(example = "ko")]
    language: Option<String>,
    /// Events by name, by group (`delivery.*`), or `*`. Of a `webhook` all by default, else `alert.*`, `endpoint.*` and `topic.*`.
    #[schema(example = json!(["delivery.bounced", "delivery.complained", "topic.finished"]))]
    events: Option<Vec<String>>,
    /// Topics by name, or by how they begin (`2026-spring*`); empty for all.
    topics: Option<Vec<String>>,
    /// `transactional`, `bulk`; empty for both.
    #[schema(value_type = Option<Vec<String>>)]
    lanes: Option<Vec<Lane>>,
    /// In a change: `false` stops telling it, `true` begins again.
    enabled: Option<bool>,
}

impl WebhookRequest {
    fn parts(self) -> (EndpointRequest, Option<bool>) {
        let Self { kind, url, topic_arn, to, description, language, events, topics, lanes, enabled } = self;
        (EndpointRequest { kind, url, topic_arn, to, description, language, events, topics, lanes }, enabled)
    }
}

/// A webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookBody {
    id: i64,
    #[schema(schema_with = kind)]
    kind: &'static str,
    /// Of a chat only its host: whoever knows all of it writes into the channel.
    url: Option<String>,
    topic_arn: Option<String>,
    to: Vec<String>,
    description: String,
    language: &'static str,
    events: Vec<String>,
    topics: Vec<String>,
    lanes: Vec<&'static str>,
    /// Whether it is told.
    enabled: bool,
    /// Since when it is not, and why.
    disabled_at: Option<Time>,
    disabled_reason: Option<String>,
    /// It said that it gets too much: no call before.
    held_until: Option<Time>,
    /// The first call that failed since the last one that was answered well.
    failing_since: Option<Time>,
    /// Calls that wait, counted up to 10000.
    waiting: u32,
    /// Calls dropped because too many waited, or for too long.
    dropped: i64,
    /// It is what `SNS_ALERT_TOPIC_ARN` says, and is changed there.
    from_configuration: bool,
    created_at: Time,
    changed_at: Time,
}

impl WebhookBody {
    fn of(info: EndpointInfo, waiting: u32) -> Self {
        let EndpointSpec { kind, target, to, description, language, filter } = info.spec;
        let EndpointHealth { disabled_at, disabled_why, held_until, failing_since, dropped } = info.health;
        Self {
            id: info.no.0,
            kind: kind.as_str(),
            url: kind.has_url().then(|| target.clone()),
            topic_arn: (kind == EndpointKind::Sns).then_some(target),
            to,
            description,
            language: language.as_str(),
            events: filter.events,
            topics: filter.topics,
            lanes: filter.lanes.into_iter().map(Lane::as_str).collect(),
            enabled: disabled_at.is_none(),
            disabled_at: disabled_at.map(Time),
            disabled_reason: disabled_why,
            held_until: held_until.map(Time),
            failing_since: failing_since.map(Time),
            waiting,
            dropped,
            from_configuration: info.from_config,
            created_at: Time(info.created_at),
            changed_at: Time(info.changed_at),
        }
    }
}

/// A webhook with its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookWithSecret)]
pub struct SecretBody {
    #[serde(flatten)]
    webhook: WebhookBody,
    /// What its calls are signed with (`whsec_…`), shown here and never again; `null` where they are not signed.
    secret: Option<String>,
}

impl SecretBody {
    fn of(made: WithSecret) -> Self {
        Self { secret: made.secret.map(|secret| secret.reveal()), webhook: WebhookBody::of(made.endpoint, 0) }
    }
}

/// All webhooks.
#[derive(Serialize, ToSchema)]
pub struct WebhookList {
    webhooks: Vec<WebhookBody>,
}

/// List the webhooks
///
/// By number, with how each does.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks", responses((status = 200, description = "All webhooks.", body = WebhookList)))]
pub async fn list(State(state): State<AppState>) -> Reply<WebhookList> {
    let all = state.hooks.list().await?;
    Ok(Json(WebhookList { webhooks: all.into_iter().map(|(info, waiting)| WebhookBody::of(info, waiting)).collect() }))
}

/// Show a webhook
///
/// With how it does. Its secret is never shown again.
#[utoipa::path(
    get, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = i64, Path, description = "The webhook's number.")),
    responses((status = 200, description = "The webhook.", body = WebhookBody), (status = 404, description = "No such webhook.")),
)]
pub async fn show(State(state): State<AppState>, Id(no): Id<EndpointNo>) -> Reply<WebhookBody> {
    let (info, waiting) = state.hooks.show(no).await?;
    Ok(Json(WebhookBody::of(info, waiting)))
}

/// Make a webhook
///
/// It is told of what happens from now on. Its URL is looked at: it leads to the public internet, now and at each call.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "webhooks", request_body = WebhookRequest,
    responses(
        (status = 201, description = "Made; the secret is shown once.", body = SecretBody),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "This node has no secret to seal the webhook's with, or there are too many."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong, or the URL leads where nothing is called."),
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    JsonBytes(body): JsonBytes,
) -> Result<(StatusCode, Json<SecretBody>), Problem> {
    let request: WebhookRequest = json::read(&body)?;
    let (request, enabled) = request.parts();
    let made = state.hooks.create(request).await;
    let target = made.as_ref().map_or_else(|_| String::new(), |made| made.endpoint.no.to_string());
    let told = |made: &WithSecret| format!("kind={} target={}", made.endpoint.spec.kind.as_str(), made.endpoint.spec.target);
    let mut made = state.audit.ended(&caller, "webhook.create", target, told, made).await?;
    if enabled == Some(false) {
        made.endpoint = state.hooks.set_enabled(made.endpoint.no, false).await?;
    }
    Ok((StatusCode::CREATED, Json(SecretBody::of(made))))
}

/// Change a webhook
///
/// What is left out stays. Calls that wait are made as it is then.
#[utoipa::path(
    patch, path = "/v1/webhooks/{id}", tag = "webhooks", request_body = WebhookRequest,
    params(("id" = i64, Path, description = "The webhook's number.")),
    responses(
        (status = 200, description = "The webhook as it is now.", body = WebhookBody),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such webhook."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "Somebody else changed it just now, the configuration makes it, or there is no secret."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong, or the URL leads where nothing is called."),
    ),
)]
pub async fn change(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(no): Id<EndpointNo>,
    JsonBytes(body): JsonBytes,
) -> Reply<WebhookBody> {
    let request: WebhookRequest = json::read(&body)?;
    let (request, enabled) = request.parts();
    let changed = state.hooks.change(no, request).await;
    let told = |info: &EndpointInfo| format!("target={} events={}", info.spec.target, info.spec.filter.events.join(","));
    state.audit.ended(&caller, "webhook.change", no, told, changed).await?;
    if let Some(enabled) = enabled {
        acts::turn(&state, &caller, no, enabled).await?;
    }
    let (info, waiting) = state.hooks.show(no).await?;
    Ok(Json(WebhookBody::of(info, waiting)))
}

/// Remove a webhook
///
/// What waits for it is not told any more, and its log goes.
#[utoipa::path(
    delete, path = "/v1/webhooks/{id}", tag = "webhooks", params(("id" = i64, Path, description = "The webhook's number.")),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, description = "No such webhook."),
        (status = 409, description = "The configuration makes it."),
    ),
)]
pub async fn remove(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(no): Id<EndpointNo>,
) -> Result<StatusCode, Problem> {
    let removed = state.hooks.remove(no).await;
    state.audit.ended(&caller, "webhook.remove", no, |()| String::new(), removed).await?;
    Ok(StatusCode::NO_CONTENT)
}
