//! `/v1/providers`: how each provider stands, and what to do when it does not send.

use axum::{
    Json,
    extract::{Extension, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shape::{ReasonBody, Time};
use crate::{
    http::{
        AppState,
        error::Reply,
        json,
        limit::JsonBytes,
        params::{Id, Named},
    },
    service::{Caller, forecast::Outlook, providers::QuotaStatus},
};

/// All providers.
#[derive(Serialize, ToSchema)]
pub struct ProviderList {
    providers: Vec<ProviderBody>,
}

/// One provider as it stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Provider)]
struct ProviderBody {
    name: String,
    /// `ses`, `smtp` or `local`.
    kind: &'static str,
    /// `running`, `slowed` (it said we are too fast), `held` (nothing is sent: daily limit, refused account, restore guard),
    /// `circuit_open` (it does not answer; one mail at a time tries whether it is back) or `stopped`. Mail waits meanwhile.
    state: &'static str,
    /// Why, and what to do.
    reason: Option<ReasonBody>,
    /// When it is tried again, where nothing is sent now.
    next_try_at: Option<Time>,
    /// Recipients a second now in force; `null` for no limit.
    rate: Option<f64>,
    /// Recipients a second the account allows.
    max_send_rate: Option<f64>,
    /// Recipients in 24 hours the account allows.
    max_24_hour_send: Option<f64>,
    /// Recipients the account counted in the last 24 hours.
    sent_last_24_hours: Option<f64>,
    /// When the account gave these figures.
    account_at: Option<Time>,
    /// SES sandbox: only verified recipients.
    sandbox: bool,
    /// The limit of 24 hours; `null` without one.
    quota: Option<QuotaBody>,
    /// Recipients waiting, mail for later and of paused topics included.
    waiting: WaitingBody,
    /// When all bulk mail waiting now will have been sent, paused topics left out: an estimate from rate and limit of now; `null` where
    /// none waits, nothing is sent, or neither rate nor limit is known.
    bulk_finished_at: Option<Time>,
    /// Mails being sent now.
    in_flight: u64,
    /// Mails about to be sent.
    ready: u64,
    /// Mails taken from the queue whose outcome is not stored yet.
    leased: u64,
    /// Calls allowed at once; it follows the answer time.
    concurrency: u64,
}

/// A limit of 24 hours. Recipients.
#[derive(Serialize, ToSchema)]
#[schema(as = Quota)]
struct QuotaBody {
    limit: u64,
    /// Counted in the last 24 hours, in steps of ten minutes; what others send through the account is in it where the account tells.
    used: u64,
    remaining: u64,
    /// What bulk mail leaves for transactional mail.
    reserve: u64,
    /// Until when transactional mail waits for the limit.
    transactional_waits_until: Option<Time>,
    /// Until when bulk mail waits for the limit.
    bulk_waits_until: Option<Time>,
}

impl From<QuotaStatus> for QuotaBody {
    fn from(q: QuotaStatus) -> Self {
        let [transactional, bulk] = q.opens.map(|at| at.map(Time));
        Self {
            limit: q.limit,
            used: q.used,
            remaining: q.remaining,
            reserve: q.reserve,
            transactional_waits_until: transactional,
            bulk_waits_until: bulk,
        }
    }
}

/// Recipients waiting, by lane.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingByLane)]
struct WaitingBody {
    transactional: i64,
    bulk: i64,
}

/// Where to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveRequest {
    /// A configured provider's name.
    #[schema(example = "naver")]
    to: String,
}

/// What was moved.
#[derive(Serialize, ToSchema)]
pub struct Moved {
    /// Recipients that waited.
    moved: i64,
}

impl From<Outlook> for ProviderBody {
    fn from(outlook: Outlook) -> Self {
        let Outlook { status: p, waiting: [transactional, bulk], bulk_finished_at } = outlook;
        Self {
            name: p.name,
            kind: p.kind,
            state: p.state.as_str(),
            reason: p.reason.map(ReasonBody::from),
            next_try_at: p.next_try_at.map(Time),
            rate: p.rate,
            max_send_rate: p.max_send_rate,
            max_24_hour_send: p.max_24_hour_send,
            sent_last_24_hours: p.sent_last_24_hours,
            account_at: p.account_at.map(Time),
            sandbox: p.sandbox,
            quota: p.quota.map(QuotaBody::from),
            waiting: WaitingBody { transactional, bulk },
            bulk_finished_at: bulk_finished_at.map(Time),
            in_flight: p.in_flight,
            ready: p.ready,
            leased: p.leased,
            concurrency: p.concurrency,
        }
    }
}

/// List providers
///
/// How each stands, why it does not send where it does not, and what to do about it.
#[utoipa::path(get, path = "/v1/providers", tag = "providers", responses((status = 200, description = "All providers.", body = ProviderList)))]
pub async fn list(State(state): State<AppState>) -> Reply<ProviderList> {
    Ok(Json(ProviderList { providers: state.forecast.outlooks().await?.into_iter().map(ProviderBody::from).collect() }))
}

/// Move waiting mail to another provider
///
/// All that waits for a provider, configured or not any more, waits for the other one from now on: attempts, states and times stay.
/// What is being sent finishes where it is, and goes to the other one where it has to be tried again; so do unsettled deliveries that
/// are to be sent again. Repeatable.
#[utoipa::path(
    post, path = "/v1/providers/{name}/move", tag = "providers", request_body = MoveRequest,
    params(("name" = String, Path, description = "The provider the mail waits for.")),
    responses(
        (status = 200, description = "Moved.", body = Moved),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such provider, and nothing waits for one of that name."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The other provider is not configured."),
    ),
)]
pub async fn move_waiting(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(ProviderName(from)): Id<ProviderName>,
    JsonBytes(body): JsonBytes,
) -> Reply<Moved> {
    let MoveRequest { to } = json::read(&body)?;
    let done = state.strays.move_to(&from, &to).await;
    let moved = state.audit.ended(&caller, "provider.move", &from, |n| format!("to={to} recipients={n}"), done).await?;
    Ok(Json(Moved { moved }))
}

/// A provider's name in a path; whether there is one is for the service to say.
pub struct ProviderName(String);

impl Named for ProviderName {
    const WHAT: &'static str = "provider";
    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }
}
