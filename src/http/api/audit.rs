//! `/v1/audit`: who did what to the installation.

use axum::{Json, extract::State};
use jebi_domain::{
    port::store::{AuditEntry, AuditFilter},
    refusal::{Fault, Refusal},
    time::Wall,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::shape::Time;
use crate::{
    http::{
        AppState,
        error::Reply,
        params::{Params, number_cursor, read_number_cursor},
    },
    service::search::page_length,
};

/// Which acts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Not before this time, RFC 3339.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Before this time, RFC 3339.
    #[param(format = DateTime)]
    until: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Acts on a page: 1 to 500, 50 by default.
    limit: Option<u32>,
}

/// A page of acts, newest first.
#[derive(Serialize, ToSchema)]
pub struct AuditList {
    acts: Vec<ActBody>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// One act.
#[derive(Serialize, ToSchema)]
#[schema(as = Act)]
struct ActBody {
    id: i64,
    at: Time,
    /// Who, in words: a key with its number and name, a token's subject, or the local administrator.
    actor: String,
    /// The number of the key that was shown.
    key: Option<i64>,
    /// Where the request came from; `null` over the control socket, which is no network.
    address: Option<String>,
    /// What was done, as `noun.verb`.
    #[schema(example = "key.create")]
    act: String,
    /// What it was done to.
    target: String,
    detail: String,
    /// `done`, or the code of the refusal.
    result: String,
}

impl From<AuditEntry> for ActBody {
    fn from(e: AuditEntry) -> Self {
        let AuditEntry { no, at, actor, key, address, act, target, detail, result } = e;
        Self { id: no, at: Time(at), actor, key: key.map(|key| key.0), address, act, target, detail, result }
    }
}

/// List administrative acts
///
/// Newest first. Nothing here is ever changed or removed.
#[utoipa::path(
    get, path = "/v1/audit", tag = "audit", params(Filter),
    responses((status = 200, description = "A page of acts.", body = AuditList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(filter): Params<Filter>) -> Reply<AuditList> {
    let before = filter.cursor.as_deref().map(read_number_cursor).transpose()?;
    let times = AuditFilter { since: time("since", filter.since)?, until: time("until", filter.until)? };
    let page = state.audit.list(times, before, page_length(filter.limit)?).await?;
    let next_cursor = page.next.map(number_cursor);
    Ok(Json(AuditList { acts: page.entries.into_iter().map(ActBody::from).collect(), next_cursor }))
}

fn time(field: &str, text: Option<String>) -> Result<Option<Wall>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    // A plus sign that was not escaped arrives as a space (the form encoding of HTML).
    let at = text.parse::<jiff::Timestamp>().or_else(|_| text.replace(' ', "+").parse());
    at.map(|at| Some(at.into())).map_err(|_| {
        let fault = format!("{text:?} is no time in the form of RFC 3339");
        Refusal::invalid(Fault::new(field, "invalid_time", fault, "give it like 2026-11-21T00:00:00Z"))
    })
}
