//! `/v1/reputation`: how accounts and senders' domains stand, and what is done about it.

use axum::{
    Json,
    extract::{Extension, State},
};
use jebi_domain::{
    refusal::Refusal,
    reputation::{Act, Scope},
};
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
    service::{Caller, reputation::ScopeView},
};

/// How all stand.
#[derive(Serialize, ToSchema)]
pub struct ReputationList {
    /// Accounts first, each by name.
    scopes: Vec<ScopeBody>,
}

/// An account or a sender's domain.
#[derive(Serialize, ToSchema)]
#[schema(as = Reputation)]
struct ScopeBody {
    /// The provider's name, or the domain as `@example.kr`.
    scope: String,
    /// Recipients in the window: the last 24 hours, and before them as much as it takes to come to a representative volume.
    sent: u64,
    /// Hard bounces among them that count.
    bounced: u64,
    complained: u64,
    bounce_percent: f64,
    complaint_percent: f64,
    /// Where the window begins.
    since: Time,
    /// Whether enough was sent for the rates to say something.
    judged: bool,
    /// `none`, `warned`, `slowed` (bulk mail has a share of the rate) or `paused` (bulk mail waits for a person).
    act: &'static str,
    /// Since when.
    act_since: Option<Time>,
    /// Why, in words.
    reason: Option<String>,
    /// Who decided it; `null` for the guard.
    by: Option<String>,
    /// Its warm-up, while that lasts.
    warmup: Option<WarmupBody>,
}

/// Today of a warm-up.
#[derive(Serialize, ToSchema)]
#[schema(as = Warmup)]
struct WarmupBody {
    /// Which day of the plan it is, from 1; 0 before it begins.
    day: u32,
    /// Recipients today. Transactional mail counts, and is never held.
    allowed: u64,
    sent: u64,
    /// When the next day begins.
    ends_at: Time,
}

impl From<ScopeView> for ScopeBody {
    fn from(view: ScopeView) -> Self {
        let (standing, mark) = (view.state.standing, view.state.mark);
        let warmup =
            view.warmup.map(|(today, sent)| WarmupBody { day: today.day, allowed: today.allowed, sent, ends_at: Time(today.ends) });
        Self {
            scope: view.state.scope.to_string(),
            sent: standing.tally.sent,
            bounced: standing.tally.bounced,
            complained: standing.tally.complained,
            bounce_percent: standing.bounce_percent(),
            complaint_percent: standing.complaint_percent(),
            since: Time(standing.since),
            judged: standing.judged,
            act: mark.as_ref().map_or(Act::None, |mark| mark.act).as_str(),
            act_since: mark.as_ref().map(|mark| Time(mark.since)),
            by: mark.as_ref().and_then(|mark| mark.by.clone()),
            reason: mark.map(|mark| mark.why),
            warmup,
        }
    }
}

/// Why somebody decides so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// A sentence for whoever looks at it next, 1 to 500 characters.
    reason: String,
}

/// What holds now.
#[derive(Serialize, ToSchema)]
pub struct Decided {
    scope: String,
    /// `none` or `paused`.
    act: &'static str,
}

/// Show reputations
///
/// Bounce and complaint rates of accounts and senders' domains as SES counts them, what is done about them, and warm-ups.
#[utoipa::path(
    get, path = "/v1/reputation", tag = "reputation",
    responses((status = 200, description = "How all stand.", body = ReputationList)),
)]
pub async fn list(State(state): State<AppState>) -> Reply<ReputationList> {
    let all = state.reputation.list().await?;
    Ok(Json(ReputationList { scopes: all.into_iter().map(ScopeBody::from).collect() }))
}

/// Pause bulk mail
///
/// Bulk mail of the account or domain waits until it is resumed. Transactional mail goes on.
#[utoipa::path(
    post, path = "/v1/reputation/{scope}/pause", tag = "reputation", request_body = Decision,
    params(("scope" = String, Path, description = "A provider's name, or a domain as `@example.kr`.")),
    responses(
        (status = 200, description = "Paused.", body = Decided),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such provider."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "Something else was decided at the same time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The reason is empty or too long."),
    ),
)]
pub async fn pause(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(name): Id<ScopeName>,
    JsonBytes(body): JsonBytes,
) -> Reply<Decided> {
    let Decision { reason } = json::read(&body)?;
    let scope = known(&state, name)?;
    let done = state.reputation.pause(&scope, &caller.who(), &reason).await;
    state.audit.ended(&caller, "reputation.pause", &scope, |()| reason.clone(), done).await?;
    Ok(Json(Decided { scope: scope.to_string(), act: Act::Paused.as_str() }))
}

/// Resume bulk mail
///
/// Lets paused or slowed bulk mail go on. Bounces and complaints are counted anew from here on: those of mail sent before are forgiven.
#[utoipa::path(
    post, path = "/v1/reputation/{scope}/resume", tag = "reputation", request_body = Decision,
    params(("scope" = String, Path, description = "A provider's name, or a domain as `@example.kr`.")),
    responses(
        (status = 200, description = "It goes on.", body = Decided),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such provider."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "It is neither paused nor slowed, or something else was decided at the same time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The reason is empty or too long."),
    ),
)]
pub async fn resume(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(name): Id<ScopeName>,
    JsonBytes(body): JsonBytes,
) -> Reply<Decided> {
    let Decision { reason } = json::read(&body)?;
    let scope = known(&state, name)?;
    let done = state.reputation.resume(&scope, &caller.who(), &reason).await;
    state.audit.ended(&caller, "reputation.resume", &scope, |()| reason.clone(), done).await?;
    Ok(Json(Decided { scope: scope.to_string(), act: Act::None.as_str() }))
}

/// A domain may be decided of before it sends; a provider has to be there.
fn known(state: &AppState, ScopeName(scope): ScopeName) -> Result<Scope, Refusal> {
    let there = match &scope {
        Scope::Domain(_) => true,
        Scope::Provider(name) => state.providers.status().iter().any(|status| status.name == *name),
    };
    if there { Ok(scope) } else { Err(Refusal::missing("provider")) }
}

/// An account or a domain in a path.
pub struct ScopeName(Scope);

impl Named for ScopeName {
    const WHAT: &'static str = "provider";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}
