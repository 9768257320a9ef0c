//! `/v1/keys`: API keys, and what each allows.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Extension, State},
    http::StatusCode,
};
use jebi_domain::{
    id::KeyNo,
    port::store::{KeyInfo, KeyKind},
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::shape::Time;
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
        json,
        limit::JsonBytes,
        params::Id,
    },
    service::{Caller, grant::GrantChange},
};

/// A key to be made. What is left out restricts nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyRequest {
    /// What it is for: 1 to 100 characters.
    #[schema(example = "newsletter")]
    name: String,
    /// Any of `send`, `read` and `admin`, which includes the others; all by default.
    #[schema(example = json!(["send"]))]
    scopes: Option<Vec<String>>,
    /// From then on it is refused: RFC 3339, in the future.
    expires_at: Option<String>,
    /// Senders it may use: addresses, or whole domains as `@example.kr`.
    #[schema(example = json!(["@example.kr"]))]
    senders: Option<Vec<String>>,
    /// Networks it may be used from, in CIDR notation.
    #[schema(example = json!(["10.0.0.0/8"]))]
    networks: Option<Vec<String>>,
    /// Recipients a calendar day in the server's time zone, 1 to 1000000000.
    daily_limit: Option<i64>,
    /// The sender profile all its mail goes out as; a message that names another is refused.
    #[schema(example = "shop")]
    profile: Option<String>,
}

/// Parts of a key to be changed. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyPatch {
    name: Option<String>,
    scopes: Option<Vec<String>>,
    /// `null` takes the end away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    expires_at: Option<Option<String>>,
    /// An empty list allows all.
    senders: Option<Vec<String>>,
    /// An empty list allows all.
    networks: Option<Vec<String>>,
    /// `null` takes the limit away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    daily_limit: Option<Option<i64>>,
    /// `null` unties it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    profile: Option<Option<String>>,
}

/// Tells `null` from a field that is left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// All keys.
#[derive(Serialize, ToSchema)]
pub struct KeyList {
    keys: Vec<KeyBody>,
}

/// A key, without its text, which is not kept.
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyBody {
    id: i64,
    /// `key`, or `token` for the subject of signed tokens, which is listed from its first request on.
    kind: &'static str,
    /// What it is for; a token's subject.
    name: String,
    /// Its first characters, to tell keys apart; empty for a token.
    prefix: String,
    scopes: Vec<&'static str>,
    expires_at: Option<Time>,
    /// Senders it may use; empty for all.
    senders: Vec<String>,
    /// Networks it may be used from; empty for all.
    networks: Vec<String>,
    daily_limit: Option<i64>,
    /// The sender profile it is tied to.
    profile: Option<String>,
    created_at: Time,
    revoked_at: Option<Time>,
    /// Up to ten seconds behind, like `requests`.
    last_used_at: Option<Time>,
    requests: i64,
    /// Recipients accepted today, in the server's time zone.
    recipients_today: i64,
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub struct KeyCreated {
    #[serde(flatten)]
    info: KeyBody,
    /// The key itself. It is shown this once.
    key: String,
}

/// The name of a kind.
pub(super) fn kind(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Key => "key",
        KeyKind::Token => "token",
    }
}

impl KeyBody {
    fn of(k: KeyInfo, used: &HashMap<KeyNo, i64>) -> Self {
        Self {
            id: k.no.0,
            kind: kind(k.kind),
            name: k.name,
            prefix: k.prefix,
            scopes: k.grant.scopes.names(),
            expires_at: k.grant.expires_at.map(Time),
            senders: k.grant.senders.iter().map(ToString::to_string).collect(),
            networks: k.grant.networks.iter().map(ToString::to_string).collect(),
            daily_limit: k.grant.daily_limit,
            profile: k.grant.profile,
            created_at: Time(k.created_at),
            revoked_at: k.revoked_at.map(Time),
            last_used_at: k.last_used_at.map(Time),
            requests: k.requests,
            recipients_today: used.get(&k.no).copied().unwrap_or(0),
        }
    }

    /// What it allows, for the audit log.
    fn allowed(&self) -> String {
        let list = |words: &[String]| if words.is_empty() { "all".to_owned() } else { words.join(",") };
        let end = self.expires_at.as_ref().map_or("never".to_owned(), |at| at.0.to_string());
        let limit = self.daily_limit.map_or("none".to_owned(), |limit| limit.to_string());
        let (name, scopes) = (&self.name, self.scopes.join(","));
        let (senders, networks) = (list(&self.senders), list(&self.networks));
        let profile = self.profile.as_deref().unwrap_or("any");
        format!("name={name:?} scopes={scopes} expires={end} senders={senders} networks={networks} daily_limit={limit} profile={profile}")
    }
}

/// List API keys
///
/// Revoked ones too, and subjects of signed tokens.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", responses((status = 200, description = "All keys.", body = KeyList)))]
pub async fn list(State(state): State<AppState>) -> Reply<KeyList> {
    let (keys, used) = (state.keys.list().await?, state.usage.used_today().await?);
    Ok(Json(KeyList { keys: keys.into_iter().map(|key| KeyBody::of(key, &used)).collect() }))
}

/// Make an API key
///
/// The answer is the only place its text is ever shown.
#[utoipa::path(
    post, path = "/v1/keys", tag = "keys", request_body = KeyRequest,
    responses(
        (status = 201, description = "Made.", body = KeyCreated),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    JsonBytes(body): JsonBytes,
) -> Result<(StatusCode, Json<KeyCreated>), Problem> {
    let KeyRequest { name, scopes, expires_at, senders, networks, daily_limit, profile } = json::read(&body)?;
    let (expires_at, daily_limit, profile) = (expires_at.map(Some), daily_limit.map(Some), profile.map(Some));
    let allowed = GrantChange { scopes, expires_at, senders, networks, daily_limit, profile };
    let created = state.keys.create(&name, allowed).await;
    let created = created.map(|made| KeyCreated { info: KeyBody::of(made.info, &HashMap::new()), key: made.secret });
    let target = created.as_ref().map_or_else(|_| String::new(), |made| made.info.id.to_string());
    let created = state.audit.ended(&caller, "key.create", target, |made| made.info.allowed(), created).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Change an API key
///
/// Its name or what it allows, from the next request on. For the subject of signed tokens too: what is set here narrows them.
#[utoipa::path(
    patch, path = "/v1/keys/{id}", tag = "keys", request_body = KeyPatch,
    params(("id" = i64, Path, description = "The key's number.")),
    responses(
        (status = 200, description = "Changed.", body = KeyBody),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such key."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn change(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(id): Id<KeyNo>,
    JsonBytes(body): JsonBytes,
) -> Reply<KeyBody> {
    let KeyPatch { name, scopes, expires_at, senders, networks, daily_limit, profile } = json::read(&body)?;
    let change = GrantChange { scopes, expires_at, senders, networks, daily_limit, profile };
    let changed = state.keys.change(id, name, change).await.map(|info| KeyBody::of(info, &HashMap::new()));
    let mut changed = state.audit.ended(&caller, "key.change", id.0, KeyBody::allowed, changed).await?;
    changed.recipients_today = state.usage.used_today().await?.get(&id).copied().unwrap_or(0);
    Ok(Json(changed))
}

/// Revoke an API key
///
/// It is refused from now on; of a token's subject, all its tokens are.
#[utoipa::path(
    delete, path = "/v1/keys/{id}", tag = "keys",
    params(("id" = i64, Path, description = "The key's number.")),
    responses((status = 204, description = "Revoked."), (status = 404, description = "No such key, or revoked before.")),
)]
pub async fn revoke(State(state): State<AppState>, Extension(caller): Extension<Caller>, Id(id): Id<KeyNo>) -> Result<StatusCode, Problem> {
    let revoked = state.keys.revoke(id).await;
    state.audit.ended(&caller, "key.revoke", id.0, |()| String::new(), revoked).await?;
    Ok(StatusCode::NO_CONTENT)
}
