//! `/health`, `/ready`, `/metrics` and `/openapi.json`: for machines that watch this one. They need no key and tell no addresses.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AppState, openapi as document};
use crate::{
    observe::metrics as figures,
    service::{nodes::Node, ready::Report},
};

/// That the process answers.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// Always `alive`.
    status: &'static str,
}

/// Whether mail can be taken and sent.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// Whether every check is.
    ready: bool,
    checks: Vec<CheckBody>,
    /// The nodes that run or were not seen to end. How others are does not count here.
    nodes: Vec<NodeSeen>,
    /// What does not stop it but ought to be seen to.
    warnings: Vec<String>,
}

/// One thing that was looked at.
#[derive(Serialize, ToSchema)]
#[schema(as = Check)]
struct CheckBody {
    name: &'static str,
    ok: bool,
    /// How it stands, and what to do when it is not well.
    detail: String,
}

/// A node, without its name: whoever asks has shown no key.
#[derive(Serialize, ToSchema)]
#[schema(as = NodeSeen)]
struct NodeSeen {
    incarnation: i64,
    /// `sending`, `stopping` or `gone`.
    state: &'static str,
    /// It is the one that answers.
    this: bool,
    beat_age_ms: u64,
}

impl From<Node> for NodeSeen {
    fn from(Node { info, this }: Node) -> Self {
        let beat_age_ms = u64::try_from(info.beat_age.as_millis()).unwrap_or(u64::MAX);
        Self { incarnation: info.incarnation.0, state: info.state.as_str(), this, beat_age_ms }
    }
}

impl Readiness {
    fn of(r: Report, nodes: Vec<Node>) -> Self {
        let checks = r.checks.into_iter().map(|c| CheckBody { name: c.name, ok: c.ok, detail: c.detail }).collect();
        Self { ready: r.ready, checks, nodes: nodes.into_iter().map(NodeSeen::from).collect(), warnings: r.warnings }
    }
}

/// Alive
///
/// Answers as long as the process does.
#[utoipa::path(get, path = "/health", tag = "status", responses((status = 200, description = "Alive.", body = Health)))]
pub async fn health() -> Json<Health> {
    Json(Health { status: "alive" })
}

/// Ready
///
/// Whether the store and the dispatcher of this node work; not so from the moment it is told to stop. A provider that does not answer does not count: its mail waits.
#[utoipa::path(
    get, path = "/ready", tag = "status",
    responses(
        (status = 200, description = "Ready.", body = Readiness),
        (status = 503, description = "Not ready; `checks` says why.", body = Readiness),
    ),
)]
pub async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    let (report, nodes) = tokio::join!(state.ready.report(), state.nodes.living());
    let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness::of(report, nodes)))
}

/// Metrics
///
/// In the Prometheus text format.
#[utoipa::path(
    get, path = "/metrics", tag = "status",
    responses((status = 200, description = "The metrics.", body = String, content_type = "text/plain; version=0.0.4")),
)]
pub async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    if let Some(health) = state.ready.health().await {
        figures::show_health(&health, state.clock.wall());
        figures::show_nodes(state.nodes.living().await.iter().map(|node| node.info.state));
    }
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render())
}

/// This document
///
/// OpenAPI 3.1.
#[utoipa::path(get, path = "/openapi.json", tag = "status", responses((status = 200, description = "The document.", body = Object)))]
pub async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], document::json())
}
