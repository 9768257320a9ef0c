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
use crate::{observe::metrics as figures, service::ready::Report};

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

impl From<Report> for Readiness {
    fn from(r: Report) -> Self {
        let checks = r.checks.into_iter().map(|c| CheckBody { name: c.name, ok: c.ok, detail: c.detail }).collect();
        Self { ready: r.ready, checks, warnings: r.warnings }
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
/// Whether the store and the dispatcher work. A provider that does not answer does not count: its mail waits.
#[utoipa::path(
    get, path = "/ready", tag = "status",
    responses(
        (status = 200, description = "Ready.", body = Readiness),
        (status = 503, description = "Not ready; `checks` says why.", body = Readiness),
    ),
)]
pub async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    let report = state.ready.report().await;
    let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness::from(report)))
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
