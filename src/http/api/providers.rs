//! `/v1/providers`: how each provider stands, and what to do when it does not send.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::{ReasonBody, Time};
use crate::{
    http::{AppState, error::Reply},
    service::providers::ProviderStatus,
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
    /// `ses` or `local`.
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
    /// Mails being sent now.
    in_flight: u64,
    /// Mails about to be sent.
    ready: u64,
    /// Mails taken from the queue whose outcome is not stored yet.
    leased: u64,
    /// Calls allowed at once; it follows the answer time.
    concurrency: u64,
}

impl From<ProviderStatus> for ProviderBody {
    fn from(p: ProviderStatus) -> Self {
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
    Ok(Json(ProviderList { providers: state.providers.status().into_iter().map(ProviderBody::from).collect() }))
}
