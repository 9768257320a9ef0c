//! `/v1/admin`: the restore guard and the check of the store. `jebi release` and `jebi verify` use it on a running server.

use axum::{
    Json,
    extract::{Extension, State},
};
use jebi_domain::{
    message::Lane,
    port::store::{self, Guard, Violation},
    refusal::{Fault, Refusal, RefusalKind},
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
    service::{Caller, reload::Reloaded},
};

/// Whether the store is held.
#[derive(Serialize, ToSchema)]
#[schema(as = Guard)]
pub struct GuardBody {
    /// Nothing is sent while it is, or no bulk.
    held: bool,
    /// Of the lanes that wait for a release: `bulk` alone, or both.
    lanes: Vec<&'static str>,
    /// Why; `null` when it is not.
    why: Option<String>,
    since: Option<Time>,
}

/// What a release did.
#[derive(Serialize, ToSchema)]
pub struct Released {
    /// Recipients whose mail was due before and is now unsettled, to be looked at by a person.
    unsettled: i64,
    /// Recipients still waiting for a later time.
    waiting: i64,
}

/// What a reload did.
#[derive(Serialize, ToSchema)]
#[schema(as = Reloaded)]
pub struct ReloadedBody {
    /// Keys that changed and hold from now on.
    changed: Vec<String>,
    /// Keys that changed since the start and hold only from the next start on.
    restart: Vec<String>,
    /// What ought to be seen to.
    warnings: Vec<String>,
}

/// From where on to check.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Slice {
    /// `next_cursor` of the slice before.
    cursor: Option<String>,
}

/// A checked slice.
#[derive(Serialize, ToSchema)]
pub struct Verified {
    /// Deliveries looked at.
    checked: u64,
    violations: Vec<ViolationBody>,
    /// Pass it as `cursor` for the next slice; `null` when everything was checked.
    next_cursor: Option<String>,
}

/// An invariant that does not hold.
#[derive(Serialize, ToSchema)]
#[schema(as = Violation)]
struct ViolationBody {
    /// Which one, as a snake_case word.
    rule: &'static str,
    detail: String,
}

impl From<Violation> for ViolationBody {
    fn from(v: Violation) -> Self {
        Self { rule: v.rule, detail: v.detail }
    }
}

/// Show the restore guard
///
/// A store that looks copied or restored sends nothing until it is released; one that may lack the last commits sends no bulk.
#[utoipa::path(get, path = "/v1/admin/guard", tag = "admin", responses((status = 200, description = "The guard.", body = GuardBody)))]
pub async fn guard(State(state): State<AppState>) -> Json<GuardBody> {
    let guard = state.admin.guard();
    let lanes: Vec<_> = Lane::ALL.into_iter().filter(|lane| guard.holds(*lane)).map(Lane::as_str).collect();
    let (why, since) = match guard {
        Guard::Open => (None, None),
        Guard::BulkHeld { why, since } | Guard::Held { why, since } => (Some(why), Some(Time(since))),
    };
    Json(GuardBody { held: !lanes.is_empty(), lanes, why, since })
}

/// Release a held store
///
/// Lets it send. Where all was held, mail that was due before may have been sent from the other copy: it becomes unsettled and is not sent by itself.
#[utoipa::path(post, path = "/v1/admin/release", tag = "admin", responses((status = 200, description = "Released.", body = Released)))]
pub async fn release(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Reply<Released> {
    let done = state.admin.release().await;
    let told = |done: &store::Released| format!("unsettled={} waiting={}", done.unsettled, done.waiting);
    let done = state.audit.ended(&caller, "store.release", "store", told, done).await?;
    Ok(Json(Released { unsettled: done.unsettled, waiting: done.waiting }))
}

/// Read the configuration anew
///
/// Reads `jebi.toml` and `.env` again, checks everything, and then changes what can be changed while the server runs: providers and
/// their credentials, rates, limits, senders, keys, the log level. With one fault anywhere nothing changes. The environment of a
/// running process cannot change: values set there, and flags, stay as they are.
#[utoipa::path(
    post, path = "/v1/admin/reload", tag = "admin",
    responses(
        (status = 200, description = "Taken over.", body = ReloadedBody),
        (status = 409, description = "No server runs here."),
        (status = 422, description = "The configuration has faults. Nothing was changed."),
    ),
)]
pub async fn reload(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Reply<ReloadedBody> {
    let done = match &state.reload {
        Some(reload) => reload.reload().await,
        None => Err(not_running()),
    };
    let told = |done: &Reloaded| format!("changed={} restart={}", done.changed.join(","), done.restart.join(","));
    let done = state.audit.ended(&caller, "configuration.reload", "server", told, done).await?;
    Ok(Json(ReloadedBody { changed: done.changed, restart: done.restart, warnings: done.warnings }))
}

fn not_running() -> Refusal {
    let remedy = "nothing to do: the next start reads the configuration";
    let fault = Fault::new("", "not_running", "no server runs on this store, or it was started without sources to read", remedy);
    Refusal::new(RefusalKind::Conflict, fault)
}

/// Check the store
///
/// One slice of the deliveries against the invariants: counts equal a recount, never two accepted attempts without an unknown
/// between, every lease has a live owner, no idempotency key without its message.
#[utoipa::path(
    get, path = "/v1/admin/verify", tag = "admin", params(Slice),
    responses((status = 200, description = "A checked slice.", body = Verified), (status = 422, description = "The cursor is wrong.")),
)]
pub async fn verify(State(state): State<AppState>, Params(slice): Params<Slice>) -> Reply<Verified> {
    let after = slice.cursor.as_deref().map(read_number_cursor).transpose()?;
    let found = state.admin.verify(after).await?;
    Ok(Json(Verified {
        checked: found.checked,
        violations: found.violations.into_iter().map(ViolationBody::from).collect(),
        next_cursor: found.next.map(number_cursor),
    }))
}
