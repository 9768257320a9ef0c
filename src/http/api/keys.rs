//! `/v1/keys`: API keys.

use axum::{Json, extract::State, http::StatusCode};
use jebi_domain::{id::KeyNo, port::store::KeyInfo};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shape::Time;
use crate::http::{
    AppState,
    error::{Problem, Reply},
    json,
    limit::JsonBytes,
    params::Id,
};

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyRequest {
    /// What it is for: 1 to 100 characters.
    #[schema(example = "newsletter")]
    name: String,
}

/// All keys.
#[derive(Serialize, ToSchema)]
pub struct KeyList {
    keys: Vec<KeyBody>,
}

/// A key, without its text, which is not kept.
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
struct KeyBody {
    id: i64,
    name: String,
    /// Its first characters, to tell keys apart.
    prefix: String,
    created_at: Time,
    revoked_at: Option<Time>,
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub struct KeyCreated {
    #[serde(flatten)]
    info: KeyBody,
    /// The key itself. It is shown this once.
    key: String,
}

impl From<KeyInfo> for KeyBody {
    fn from(k: KeyInfo) -> Self {
        let (created_at, revoked_at) = (Time(k.created_at), k.revoked_at.map(Time));
        Self { id: k.no.0, name: k.name, prefix: k.prefix, created_at, revoked_at }
    }
}

/// List API keys
///
/// Revoked ones too.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", responses((status = 200, description = "All keys.", body = KeyList)))]
pub async fn list(State(state): State<AppState>) -> Reply<KeyList> {
    Ok(Json(KeyList { keys: state.keys.list().await?.into_iter().map(KeyBody::from).collect() }))
}

/// Make an API key
///
/// The answer is the only place its text is ever shown.
#[utoipa::path(
    post, path = "/v1/keys", tag = "keys", request_body = KeyRequest,
    responses(
        (status = 201, description = "Made.", body = KeyCreated),
        (status = 400, description = "The body is not JSON."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The name is wrong."),
    ),
)]
pub async fn create(State(state): State<AppState>, JsonBytes(body): JsonBytes) -> Result<(StatusCode, Json<KeyCreated>), Problem> {
    let KeyRequest { name } = json::read(&body)?;
    let created = state.keys.create(&name).await?;
    Ok((StatusCode::CREATED, Json(KeyCreated { info: created.info.into(), key: created.secret })))
}

/// Revoke an API key
///
/// It is refused from now on.
#[utoipa::path(
    delete, path = "/v1/keys/{id}", tag = "keys",
    params(("id" = i64, Path, description = "The key's number.")),
    responses((status = 204, description = "Revoked."), (status = 404, description = "No such key, or revoked before.")),
)]
pub async fn revoke(State(state): State<AppState>, Id(id): Id<KeyNo>) -> Result<StatusCode, Problem> {
    state.keys.revoke(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
