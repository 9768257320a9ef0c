//! `/v1/limits`: what a key may still send today, and how often an address may still show a wrong key.

use std::{collections::HashMap, net::IpAddr};

use axum::{
    Json,
    extract::{Extension, State},
    http::StatusCode,
};
use jebi_domain::{access::Scope, id::KeyNo, port::store::KeyInfo, refusal::Refusal};
use serde::Serialize;
use utoipa::ToSchema;

use super::{keys::kind, shape::Time};
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        params::{Id, Named},
    },
    service::{Caller, attempts::ATTEMPTS, usage::Day},
};

/// Whose limits.
#[derive(Clone, Copy)]
pub enum Which {
    Key(KeyNo),
    Address(IpAddr),
}

impl Named for Which {
    const WHAT: &'static str = "client";
    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(|no| Self::Key(KeyNo(no))).or_else(|| text.parse().ok().map(Self::Address))
    }
}

/// The limits of keys.
#[derive(Serialize, ToSchema)]
pub struct LimitList {
    limits: Vec<LimitBody>,
}

/// What a client may, has used, and has left.
#[derive(Serialize, ToSchema)]
#[schema(as = Limit)]
pub struct LimitBody {
    /// The number of the key, or the address.
    client: String,
    /// `key`, `token` or `address`.
    kind: &'static str,
    /// Of what: `recipients` a day of a key, `wrong_keys` of an address.
    unit: &'static str,
    name: Option<String>,
    scopes: Vec<&'static str>,
    senders: Vec<String>,
    /// `null` for no limit.
    limit: Option<i64>,
    /// Today, in the server's time zone.
    used: i64,
    /// `null` for no limit.
    remaining: Option<i64>,
    /// When the day is over; `null` for an address, which gets one attempt back every six seconds.
    resets_at: Option<Time>,
}

impl LimitBody {
    fn of_key(k: KeyInfo, used: &HashMap<KeyNo, i64>, day: Day) -> Self {
        let (limit, used) = (k.grant.daily_limit, used.get(&k.no).copied().unwrap_or(0));
        Self {
            client: k.no.0.to_string(),
            kind: kind(k.kind),
            unit: "recipients",
            name: Some(k.name),
            scopes: k.grant.scopes.names(),
            senders: k.grant.senders.iter().map(ToString::to_string).collect(),
            limit,
            used,
            remaining: limit.map(|limit| (limit - used).max(0)),
            resets_at: Some(Time(day.ends)),
        }
    }

    fn of_address(address: IpAddr, left: u32) -> Self {
        Self {
            client: address.to_string(),
            kind: "address",
            unit: "wrong_keys",
            name: None,
            scopes: Vec::new(),
            senders: Vec::new(),
            limit: Some(ATTEMPTS.into()),
            used: (ATTEMPTS - left).into(),
            remaining: Some(left.into()),
            resets_at: None,
        }
    }
}

/// List limits
///
/// Of the own key; an administrator sees those of all keys that were not revoked.
#[utoipa::path(get, path = "/v1/limits", tag = "limits", responses((status = 200, description = "The limits.", body = LimitList)))]
pub async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Reply<LimitList> {
    let (used, day) = (state.usage.used_today().await?, state.usage.today());
    let seen = |k: &KeyInfo| k.revoked_at.is_none() && (caller.has(Scope::Admin) || k.no == caller.key);
    let keys = state.keys.list().await?.into_iter().filter(seen);
    let mut limits: Vec<LimitBody> = keys.map(|key| LimitBody::of_key(key, &used, day)).collect();
    if !caller.has(Scope::Admin) {
        // A token may hold less than its subject.
        limits.iter_mut().for_each(|own| own.scopes = caller.scopes().names());
    }
    Ok(Json(LimitList { limits }))
}

/// Show a client's limit
///
/// The own key's; an administrator may ask for every key, and for an address: how many wrong keys it may still show.
#[utoipa::path(
    get, path = "/v1/limits/{client}", tag = "limits",
    params(("client" = String, Path, description = "A key's number, or an IP address.")),
    responses((status = 200, description = "The limit.", body = LimitBody), (status = 404, description = "No such key.")),
)]
pub async fn show(State(state): State<AppState>, Extension(caller): Extension<Caller>, Id(client): Id<Which>) -> Reply<LimitBody> {
    let own = matches!(client, Which::Key(no) if no == caller.key);
    if !own {
        caller.must_have(Scope::Admin)?;
    }
    limit(&state, client).await.map(Json).map_err(Problem::from)
}

async fn limit(state: &AppState, client: Which) -> Result<LimitBody, Refusal> {
    match client {
        Which::Address(address) => Ok(LimitBody::of_address(address, state.attempts.left(address))),
        Which::Key(no) => {
            let (info, used) = (state.keys.find(no).await?, state.usage.used_today().await?);
            Ok(LimitBody::of_key(info, &used, state.usage.today()))
        }
    }
}

/// Reset a client's limit
///
/// What the key has sent today no longer counts; an address may show wrong keys anew.
#[utoipa::path(
    delete, path = "/v1/limits/{client}", tag = "limits",
    params(("client" = String, Path, description = "A key's number, or an IP address.")),
    responses((status = 204, description = "Reset."), (status = 404, description = "No such key.")),
)]
pub async fn reset(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(client): Id<Which>,
) -> Result<StatusCode, Problem> {
    let before = limit(&state, client).await?;
    let (target, used) = (before.client, format!("used={}", before.used));
    let done = match client {
        Which::Key(no) => state.usage.reset(no).await,
        Which::Address(address) => {
            state.attempts.reset(address);
            Ok(())
        }
    };
    state.audit.ended(&caller, "limit.reset", target, |()| used, done).await?;
    Ok(StatusCode::NO_CONTENT)
}
