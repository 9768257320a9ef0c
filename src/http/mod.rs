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
//! | `page` | pages for people |
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
mod page;
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
    /// Whether the inbox's own rules let a request without a key pass (`page::inbox`).
    inbox: bool,
    handler: MethodRouter<AppState>,
}

impl Route {
    /// Needs no key.
    fn open(self) -> Self {
        Self { keyed: false, ..self }
    }

    /// Belongs to the inbox.
    fn inbox(self) -> Self {
        Self { inbox: true, ..self }
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
        get("/v1/keys", keys::list),
        post("/v1/keys", keys::create),
        delete("/v1/keys/{id}", keys::revoke),
        get("/v1/inbox", inbox::list).inbox(),
        delete("/v1/inbox", inbox::clear).inbox(),
        post("/v1/inbox/session", inbox::session).inbox(),
        get("/v1/inbox/{id}", inbox::show).inbox(),
        delete("/v1/inbox/{id}", inbox::remove).inbox(),
        get("/v1/inbox/{id}/source", inbox::source).inbox(),
        get("/v1/inbox/{id}/html", inbox::html).inbox(),
        get("/v1/inbox/{id}/attachments/{place}", inbox::attachment).inbox(),
        get("/v1/admin/guard", admin::guard),
        post("/v1/admin/release", admin::release),
        get("/v1/admin/verify", admin::verify),
        get("/inbox", page::inbox::page).open(),
        get("/inbox/inbox.js", page::inbox::script).open(),
        get("/inbox/inbox.css", page::inbox::style).open(),
        get("/health", status::health).open(),
        get("/ready", status::ready).open(),
        get("/metrics", status::metrics).open(),
        get("/openapi.json", status::openapi).open(),
    ]
}

/// The whole API as a service.
pub fn router(state: AppState) -> Router {
    let (mut open, mut keyed, mut inbox) = (Router::new(), Router::new(), Router::new());
    for route in routes() {
        let group = match (route.keyed, route.inbox) {
            (false, _) => &mut open,
            (true, false) => &mut keyed,
            (true, true) => &mut inbox,
        };
        *group = std::mem::take(group).route(route.path, route.handler);
    }
    keyed
        .route_layer(from_fn_with_state(state.clone(), auth::require_key))
        .merge(inbox.route_layer(from_fn_with_state(state.clone(), page::inbox::admit)))
        .merge(open)
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn(error::render))
        .layer(from_fn_with_state(state.clone(), request_id::give))
        .with_state(state)
}

fn get<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::GET, path, keyed: true, inbox: false, handler: routing::get(handler) }
}

fn post<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::POST, path, keyed: true, inbox: false, handler: routing::post(handler) }
}

fn delete<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route { method: Method::DELETE, path, keyed: true, inbox: false, handler: routing::delete(handler) }
}
