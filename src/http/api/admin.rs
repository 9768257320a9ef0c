//! `/v1/verify` and `/v1/release`: the store as a whole.

use axum::{Json, extract::State};
use jebi_domain::port::store::{Released, VerifySlice, Violation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::{AppState, error::Reply, params::Params};

/// Where to go on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// `next` of the slice before; left out for the first.
    after: Option<i64>,
}

/// One slice of the check.
#[derive(Serialize, ToSchema)]
pub struct Checked {
    /// Deliveries looked at in this slice.
    checked: u64,
    /// What is not as it must be; at most 100 a rule and slice.
    violations: Vec<ViolationBody>,
    /// Pass it as `after` for the next slice; `null` on the last.
    next: Option<i64>,
}

/// A broken rule.
#[derive(Serialize, ToSchema)]
#[schema(as = Violation)]
struct ViolationBody {
    /// Which, as a snake_case word.
    rule: &'static str,
    detail: String,
}

/// What a release did.
#[derive(Serialize, ToSchema)]
pub struct ReleasedBody {
    /// Recipients whose mail was due before the store was copied or restored: the original may have sent it, so they are left
    /// unsettled for a person to look at.
    unsettled: i64,
    /// Recipients still waiting; their mail is sent when it is due.
    waiting: i64,
}

impl From<VerifySlice> for Checked {
    fn from(s: VerifySlice) -> Self {
        let body = |Violation { rule, detail }| ViolationBody { rule, detail };
        Self { checked: s.checked, violations: s.violations.into_iter().map(body).collect(), next: s.next }
    }
}

/// Check the store
///
/// Proves the delivery contract on what is stored, one slice a request: counts equal a recount, nothing is queued twice, every
/// lease has an owner, no idempotency key stands without its message.
#[utoipa::path(
    get, path = "/v1/verify", tag = "store", params(After),
    responses((status = 200, description = "The slice.", body = Checked), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn verify(State(state): State<AppState>, Params(from): Params<After>) -> Reply<Checked> {
    Ok(Json(state.admin.verify_slice(from.after).await?.into()))
}

/// Release a held store
///
/// A store that was copied or restored sends nothing until this is called. What was due before is then `unsettled` and not
/// sent by itself; what is due later or sent from now on goes out. Both figures are 0 where the store was not held.
#[utoipa::path(post, path = "/v1/release", tag = "store", responses((status = 200, description = "It sends.", body = ReleasedBody)))]
pub async fn release(State(state): State<AppState>) -> Reply<ReleasedBody> {
    let Released { unsettled, waiting } = state.admin.release().await?;
    Ok(Json(ReleasedBody { unsettled, waiting }))
}
