//! The native API: every route in one table, and the layers around them.
//!
//! | file | owns |
//! |---|---|
//! | `auth` | who asks |
//! | `error` | the only mapping from a refusal to an answer |
//! | `request_id` | the number a request is known by in answers and logs |
//! | `limit` | reading bodies, and moving big work off the request threads |
//! | `json` | reading and writing JSON |
//! | `peer` | the other end of the connection |
//! | `params` | ids in paths, query parameters, cursors |
//! | `openapi` | the description of all of it |
//! | `status` | `/health`, `/ready`, `/metrics`, `/openapi.json` |
//! | `api/<noun>` | the handlers |
//!
//! Listening, connections and their time-outs are the server's, not ours.

mod api;
mod auth;
mod error;
mod json;
mod limit;
pub mod openapi;
mod params;
mod peer;
mod request_id;
mod state;
mod status;

use axum::{
    Router,
    handler::Handler,
    http::Method,
    middleware::{from_fn, from_fn_with_state},
    routing::{self, MethodRouter},
};
use tower_http::catch_panic::CatchPanicLayer;

use api::{admin, deliveries, events, inbox, keys, messages, providers, topics};
pub use auth::LocalAdmin;
pub use peer::Peer;
pub use state::{AppState, HttpSettings, Services};

/// One line of the table.
struct Route {
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with the OpenAPI document"))]
    method: Method,
    path: &'static str,
    /// Whether an API key is needed.
    keyed: bool,
    handler: MethodRouter<AppState>,
}

impl Route {
    /// Needs no key.
    fn open(self) -> Self {
        Self { keyed: false, ..self }
    }
}

/// Every route there is.
fn routes() -> Vec<Route> {
    vec![
        post("/v1/messages", messages::submit),
        get("/v1/messages/{id}", messages::show),
        post("/v1/messages/{id}/cancel", messages::cancel),
        get("/v1/deliveries", deliveries::list),
        get("/v1/deliveries/{id}", deliveries::show),
        get("/v1/topics", topics::list),
        get("/v1/topics/{id}", topics::show),
        delete("/v1/topics/{id}", topics::cancel),
        post("/v1/topics/{id}/pause", topics::pause),
        post("/v1/topics/{id}/resume", topics::resume),
        get("/v1/events/counts/sent", events::sent),
        get("/v1/providers", providers::list),
        post("/v1/providers/{name}/move", providers::move_waiting),
        get("/v1/keys", keys::list),
        post("/v1/keys", keys::create),
        delete("/v1/keys/{id}", keys::revoke),
        get("/v1/inbox", inbox::list),
        get("/v1/inbox/{id}", inbox::show),
        get("/v1/inbox/{id}/source", inbox::source),
        get("/v1/admin/guard", admin::guard),
        post("/v1/admin/release", admin::release),
        post("/v1/admin/reload", admin::reload),
        get("/v1/admin/verify", admin::verify),
        get("/health", status::health).open(),
        get("/ready", status::ready).open(),
        get("/metrics", status::metrics).open(),
        get("/openapi.json", status::openapi).open(),
    ]
}

/// The whole API as a service.
pub fn router(state: AppState) -> Router {
    let (mut open, mut keyed) = (Router::new(), Router::new());
    for route in routes() {
        let group = if route.keyed { &mut keyed } else { &mut open };
        *group = std::mem::take(group).route(route.path, route.handler);
    }
    keyed
        .route_layer(from_fn_with_state(state.clone(), auth::require_key))
        .merge(open)
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn(error::render))
        .layer(from_fn_with_state(state.clone(), request_id::give))
        .with_state(state)
}

fn get<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::GET, path, keyed: true, handler: routing::get(handler) }
}

fn post<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::POST, path, keyed: true, handler: routing::post(handler) }
}

fn delete<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::DELETE, path, keyed: true, handler: routing::delete(handler) }
}
