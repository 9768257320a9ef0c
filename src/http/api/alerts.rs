//! `/v1/alerts`: what is not as it should be.

use axum::{
    Json,
    extract::{Extension, State},
};
use jebi_domain::alert::Alert;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shape::Time;
use crate::{
    http::{
        AppState,
        error::Reply,
        json,
        limit::JsonBytes,
        params::{Id, Named},
    },
    service::Caller,
};

/// Alerts.
#[derive(Serialize, ToSchema)]
pub struct AlertList {
    /// Those that hold and those of the last 30 days; newest first, 500 at most.
    alerts: Vec<AlertBody>,
}

/// One alert.
#[derive(Serialize, ToSchema)]
#[schema(as = Alert)]
struct AlertBody {
    /// `reputation`, `bulk_slowed`, `bulk_paused`, `topic_stopped`, `failures`, `queue_age`, `provider_stopped`, `account_review`, `quota`,
    /// `unsettled`, `disk` or `feedback_silent`.
    code: &'static str,
    /// Of whom or what: a provider, a domain as `@example.kr`, a topic, a lane; empty for the whole installation.
    subject: String,
    /// Whether it holds.
    active: bool,
    since: Option<Time>,
    resolved_at: Option<Time>,
    /// When people were last told that it holds.
    told_at: Option<Time>,
    /// The last value that was looked at, and the one it is raised at.
    value: f64,
    limit: f64,
    /// What it says, in the server's language.
    what: String,
    /// What to do.
    remedy: String,
    /// Nobody is told before.
    silent_until: Option<Time>,
}

impl From<Alert> for AlertBody {
    fn from(alert: Alert) -> Self {
        Self {
            code: alert.code.as_str(),
            active: alert.is_active(),
            subject: alert.subject,
            since: alert.raised_at.map(Time),
            resolved_at: alert.resolved_at.map(Time),
            told_at: alert.told_at.map(Time),
            value: alert.value,
            limit: alert.limit,
            what: alert.what,
            remedy: alert.remedy,
            silent_until: alert.silence.map(|silence| Time(silence.until)),
        }
    }
}

/// For how long nobody is told, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceRequest {
    /// RFC 3339; without an offset in the server's time zone.
    #[schema(example = "2026-12-01T09:00:00+09:00")]
    until: String,
    /// A sentence for whoever looks at it next, 1 to 500 characters.
    reason: String,
    /// Only of this one; without it of every one.
    subject: Option<String>,
}

/// What is silent.
#[derive(Serialize, ToSchema)]
pub struct Silenced {
    code: String,
    subject: Option<String>,
    until: Time,
    /// Alerts that hold and that nobody is told of meanwhile.
    alerts: u64,
}

/// List alerts
///
/// What holds, and what was resolved lately.
#[utoipa::path(get, path = "/v1/alerts", tag = "alerts", responses((status = 200, description = "The alerts.", body = AlertList)))]
pub async fn list(State(state): State<AppState>) -> Reply<AlertList> {
    let all = state.alerts.list().await?;
    Ok(Json(AlertList { alerts: all.into_iter().map(AlertBody::from).collect() }))
}

/// Silence alerts
///
/// Nobody is told of alerts of a code, or of one subject of it, until a time. What still holds then is told.
#[utoipa::path(
    post, path = "/v1/alerts/{code}/silence", tag = "alerts", request_body = SilenceRequest,
    params(("code" = String, Path, description = "The code, such as `quota`.")),
    responses(
        (status = 200, description = "Silent.", body = Silenced),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such code."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The time or the reason is wrong."),
    ),
)]
pub async fn silence(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(AlertName(code)): Id<AlertName>,
    JsonBytes(body): JsonBytes,
) -> Reply<Silenced> {
    let SilenceRequest { until, reason, subject } = json::read(&body)?;
    let until = state.times.point("until", &until)?;
    let done = state.alerts.silence(&code, subject.clone(), until, &reason, &caller.who()).await;
    let target = subject.as_ref().map_or_else(|| code.clone(), |subject| format!("{code}/{subject}"));
    let alerts = state.audit.ended(&caller, "alert.silence", target, |_| format!("until={until},reason={reason}"), done).await?;
    Ok(Json(Silenced { code, subject, until: Time(until), alerts }))
}

/// A code in a path; whether there is one is for the service to say.
pub struct AlertName(String);

impl Named for AlertName {
    const WHAT: &'static str = "alert";
    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }
}
