//! `/v1/link-keys`: what links in mail are signed with. The keys themselves are shown nowhere.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Extension, State},
    http::StatusCode,
};
use jebi_domain::refusal::{Fault, Refusal, RefusalKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::Time;
use crate::{
    http::{
        AppState,
        error::{Problem, Reply},
    },
    service::{
        Caller,
        links::{LinkKeyInfo, LinkKeys},
    },
};

/// A key of links.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkKey)]
pub struct LinkKeyBody {
    id: u16,
    /// Mail accepted from then on is signed with it; `null` for the first one.
    since: Option<Time>,
    /// Whether this node's secret is the one it was made with.
    usable: bool,
}

/// All keys of links.
#[derive(Serialize, ToSchema)]
pub struct LinkKeyList {
    link_keys: Vec<LinkKeyBody>,
}

impl From<LinkKeyInfo> for LinkKeyBody {
    fn from(key: LinkKeyInfo) -> Self {
        Self { id: key.no, since: Some(key.since).filter(|at| at.0 > 0).map(Time), usable: key.usable }
    }
}

fn keys(state: &AppState) -> Result<&Arc<LinkKeys>, Refusal> {
    state.links.as_ref().ok_or_else(|| {
        let fault = "this node has no secret to make keys of";
        Refusal::new(
            RefusalKind::Conflict,
            Fault::new("JEBI_SECRET", "no_secret", fault, "let the operator set JEBI_SECRET, the same for all nodes"),
        )
    })
}

/// List the keys of links
///
/// Their numbers and times; the keys themselves are never shown.
#[utoipa::path(
    get, path = "/v1/link-keys", tag = "link-keys",
    responses((status = 200, description = "All keys.", body = LinkKeyList), (status = 409, description = "This node has no secret.")),
)]
pub async fn list(State(state): State<AppState>) -> Reply<LinkKeyList> {
    let all = keys(&state)?.list().await?;
    Ok(Json(LinkKeyList { link_keys: all.into_iter().map(LinkKeyBody::from).collect() }))
}

/// Make a new key of links
///
/// Mail accepted from a minute on is signed with it. Links made before go on working.
#[utoipa::path(
    post, path = "/v1/link-keys", tag = "link-keys",
    responses((status = 201, description = "Made.", body = LinkKeyBody), (status = 409, description = "This node has no secret.")),
)]
pub async fn rotate(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
) -> Result<(StatusCode, Json<LinkKeyBody>), Problem> {
    let made = keys(&state)?.rotate().await;
    let target = made.as_ref().map_or_else(|_| String::new(), |made| made.no.to_string());
    let made = state.audit.ended(&caller, "link_key.rotate", target, |_| String::new(), made).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}
