//! The native API: every route in one table, and the layers around them.
//!
//! | file | owns |
//! |---|---|
//! | `auth` | who asks, and whether that one may |
//! | `access/` | what a request passes before its handler: networks, proxies, headers, load |
//! | `error` | the only mapping from a refusal to an answer |
//! | `request_id` | the number a request is known by in answers and logs |
//! | `limit` | reading bodies, and moving big work off the request threads |
//! | `upload/` | bodies that go to the store as they come |
//! | `json` | reading and writing JSON |
//! | `peer` | the other end of the connection |
//! | `params` | ids in paths, query parameters, cursors |
//! | `page` | pages for people |
//! | `openapi` | the description of all of it |
//! | `codes` | every code a refusal can carry |
//! | `docs` | `/docs`, the description as a page |
//! | `measure` | how many requests, and how long they take |
//! | `status` | `/health`, `/ready`, `/metrics`, `/openapi.json` |
//! | `api/<noun>` | the handlers |
//!
//! Listening, connections and their time-outs are the server's, not ours.

mod access;
mod api;
mod auth;
mod codes;
mod docs;
mod error;
mod json;
mod limit;
mod measure;
pub mod openapi;
mod page;
mod params;
mod peer;
mod request_id;
mod state;
mod status;
mod upload;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    http::Method,
    middleware::{from_fn, from_fn_with_state},
    routing::{self, MethodRouter},
};
use jebi_domain::access::Scope;
use tower_http::catch_panic::CatchPanicLayer;

pub use access::load::Load;
use access::{client, cors, gate, headers, load};
use api::{
    addresses, admin, alerts, attachments, audit, consents, deliveries, dsn, events, inbox, keys, limits, link_keys, messages, nodes,
    opens, persons, profiles, providers, reputation, retention, sns, suppression, templates, topics, unsubscribes, webhooks,
};
pub use auth::LocalAdmin;
use auth::Needs;
pub use peer::{Encrypted, Peer};
pub use state::{AppState, HttpSettings, Services};

/// One line of the table.
struct Route {
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with the OpenAPI document"))]
    method: Method,
    path: &'static str,
    /// What it asks of who calls; a line that does not say is for administrators.
    needs: Option<Needs>,
    /// Open to every network, whatever `ALLOWED_NETWORKS` says, and over plain HTTP too.
    public: bool,
    /// Answered however much is under way.
    always: bool,
    /// Whether it is part of the API and stands in its description; a page for people is not.
    #[cfg_attr(not(test), expect(dead_code, reason = "compared with the OpenAPI document"))]
    described: bool,
    /// Whether the inbox's own rules let a request without a key pass (`page::inbox`).
    inbox: bool,
    handler: MethodRouter<AppState>,
}

impl Route {
    fn new(method: Method, path: &'static str, handler: MethodRouter<AppState>) -> Self {
        Self { method, path, needs: None, public: false, always: false, inbox: false, described: true, handler }
    }
    /// Bounds its body itself: it may be read as it comes.
    fn streams(self) -> Self {
        Self { handler: self.handler.layer(DefaultBodyLimit::disable()), ..self }
    }
    /// Needs the scope `send`.
    fn send(self) -> Self {
        Self { needs: Some(Needs::Scope(Scope::Send)), ..self }
    }
    /// Needs the scope `read`.
    fn read(self) -> Self {
        Self { needs: Some(Needs::Scope(Scope::Read)), ..self }
    }
    /// Needs the scope `admin`.
    fn admin(self) -> Self {
        Self { needs: Some(Needs::Scope(Scope::Admin)), ..self }
    }
    /// Needs a key of any scope.
    fn any_key(self) -> Self {
        Self { needs: Some(Needs::Key), ..self }
    }
    /// Needs no key.
    fn open(self) -> Self {
        Self { needs: Some(Needs::Nothing), ..self }
    }
    /// Needs no key, and may be called from every network.
    fn public(self) -> Self {
        Self { public: true, ..self.open() }
    }
    /// Answered also when too much is under way.
    fn always(self) -> Self {
        Self { always: true, ..self }
    }

    /// Its handler behind what it needs.
    fn guarded(self, state: &AppState) -> MethodRouter<AppState> {
        let needs = self.needs.unwrap_or(Needs::Scope(Scope::Admin));
        let keyed = match needs {
            Needs::Nothing => self.handler,
            needs if self.inbox => self.handler.layer(from_fn_with_state((state.clone(), needs), page::inbox::admit)),
            needs => self.handler.layer(from_fn_with_state((state.clone(), needs), auth::require)),
        };
        if self.always { keyed } else { keyed.layer(from_fn_with_state(state.clone(), load::admit)) }
    }
    /// Is a page for people.
    fn page(self) -> Self {
        Self { described: false, ..self.open() }
    }

    /// Belongs to the inbox.
    fn inbox(self) -> Self {
        Self { inbox: true, ..self }
    }
}

/// Every route there is.
fn routes() -> Vec<Route> {
    vec![
        post("/v1/messages/csv", messages::csv::submit_csv).streams().send(),
        post("/v1/messages", messages::submit).streams().send(),
        get("/v1/messages", messages::list).read(),
        get("/v1/messages/{id}", messages::show).read(),
        post("/v1/messages/{id}/cancel", messages::cancel).send(),
        post("/v1/messages/{id}/retry", messages::retry).send(),
        post("/v1/messages/{id}/reschedule", messages::reschedule).send(),
        delete("/v1/messages/{id}/content", messages::content::delete_content).send(),
        post("/v1/attachments", attachments::upload).streams().send(),
        get("/v1/attachments", attachments::list).read(),
        get("/v1/attachments/{id}", attachments::show).read(),
        delete("/v1/attachments/{id}", attachments::remove).send(),
        get("/v1/deliveries", deliveries::list).read(),
        get("/v1/deliveries.csv", deliveries::csv::file).read(),
        post("/v1/deliveries/retry", deliveries::again::retry_many).send(),
        get("/v1/deliveries/{id}", deliveries::show).read(),
        post("/v1/deliveries/{id}/retry", deliveries::again::retry).send(),
        post("/v1/deliveries/{id}/settle", deliveries::again::settle).send(),
        get("/v1/topics", topics::list).read(),
        get("/v1/topics/{id}", topics::results::show).read(),
        get("/v1/topics/{id}/deliveries.csv", topics::deliveries::file).read(),
        post("/v1/topics/{id}/resend", topics::resend::resend).send(),
        delete("/v1/topics/{id}", topics::cancel).send(),
        post("/v1/topics/{id}/pause", topics::pause).send(),
        post("/v1/topics/{id}/resume", topics::resume).send(),
        get("/v1/topics/{id}/tracking", topics::tracking::tracking).read(),
        put("/v1/topics/{id}/tracking", topics::tracking::set_tracking).send(),
        get("/v1/events/counts/sent", events::sent).read(),
        post("/v1/events/dsn", dsn::take_report).send(),
        post("/v1/events/results", sns::results::take).streams().public(),
        get("/v1/sns/topics", sns::list).admin(),
        post("/v1/sns/topics", sns::allow).admin(),
        delete("/v1/sns/topics", sns::remove).admin(),
        get("/v1/events/open", opens::open).public(),
        get("/v1/providers", providers::list).read(),
        post("/v1/providers/{name}/move", providers::move_waiting).admin(),
        get("/v1/nodes", nodes::list).read(),
        get("/v1/reputation", reputation::list).read(),
        post("/v1/reputation/{scope}/pause", reputation::pause).admin(),
        post("/v1/reputation/{scope}/resume", reputation::resume).admin(),
        get("/v1/alerts", alerts::list).read(),
        post("/v1/alerts/{code}/silence", alerts::silence).admin(),
        get("/v1/keys", keys::list).admin(),
        post("/v1/keys", keys::create).admin(),
        delete("/v1/keys/{id}", keys::revoke).admin(),
        patch("/v1/keys/{id}", keys::change).admin(),
        get("/v1/profiles", profiles::list).read(),
        get("/v1/profiles/{name}", profiles::show).read(),
        put("/v1/profiles/{name}", profiles::put).admin(),
        delete("/v1/profiles/{name}", profiles::remove).admin(),
        post("/v1/consents", consents::record).send(),
        post("/v1/consents/csv", consents::import).send(),
        get("/v1/consents", consents::list).read(),
        get("/v1/consents/{id}", consents::show).read(),
        post("/v1/consents/{id}/withdraw", consents::withdraw).send(),
        get("/v1/suppressions", suppression::list).read(),
        get("/v1/suppressions.csv", suppression::export::file).read(),
        post("/v1/suppressions", suppression::add).send(),
        post("/v1/suppressions/csv", suppression::import::import).streams().send(),
        get("/v1/suppressions/{email}", suppression::show).read(),
        put("/v1/suppressions/{email}", suppression::put).send(),
        delete("/v1/suppressions/{email}", suppression::remove).admin(),
        post("/v1/addresses/check", addresses::check).read(),
        post("/v1/unsubscribes", unsubscribes::record).send(),
        get("/v1/unsubscribes", unsubscribes::list).read(),
        delete("/v1/unsubscribes/{id}", unsubscribes::lift).send(),
        get("/v1/persons/{address}", persons::show).admin(),
        post("/v1/persons/{address}/erase", persons::erase).admin(),
        delete("/v1/persons/{address}/erasure", persons::readmit).admin(),
        get("/v1/link-keys", link_keys::list).admin(),
        post("/v1/link-keys", link_keys::rotate).admin(),
        get("/v1/webhooks", webhooks::list).admin(),
        post("/v1/webhooks", webhooks::create).admin(),
        get("/v1/webhooks/{id}", webhooks::show).admin(),
        patch("/v1/webhooks/{id}", webhooks::change).admin(),
        delete("/v1/webhooks/{id}", webhooks::remove).admin(),
        get("/v1/webhooks/{id}/calls", webhooks::calls::calls).admin(),
        post("/v1/webhooks/{id}/test", webhooks::acts::test).admin(),
        post("/v1/webhooks/{id}/rotate", webhooks::acts::rotate).admin(),
        post("/v1/webhooks/{id}/replay", webhooks::acts::replay).admin(),
        post("/v1/webhooks/{id}/enable", webhooks::acts::enable).admin(),
        get("/v1/templates", templates::list).read(),
        post("/v1/templates", templates::publish::push).admin(),
        get("/v1/templates/{name}", templates::show).read(),
        put("/v1/templates/{name}", templates::put).admin(),
        delete("/v1/templates/{name}", templates::remove).admin(),
        post("/v1/templates/{name}/publish", templates::publish::publish).admin(),
        post("/v1/templates/{name}/rollback", templates::publish::rollback).admin(),
        get("/v1/templates/{name}/versions", templates::versions::versions).read(),
        get("/v1/templates/{name}/versions/{version}", templates::versions::version).read(),
        get("/v1/templates/{name}/diff", templates::versions::diff).read(),
        post("/v1/templates/{name}/preview", templates::preview::preview).read(),
        post("/v1/templates/{name}/test", templates::preview::test).send(),
        get("/v1/limits", limits::list).any_key(),
        get("/v1/limits/{client}", limits::show).any_key(),
        delete("/v1/limits/{client}", limits::reset).admin(),
        get("/v1/audit", audit::list).admin(),
        get("/v1/inbox", inbox::list).read().inbox(),
        delete("/v1/inbox", inbox::clear).send().inbox(),
        post("/v1/inbox/session", inbox::session).read().inbox(),
        get("/v1/inbox/{id}", inbox::show).read().inbox(),
        delete("/v1/inbox/{id}", inbox::remove).send().inbox(),
        get("/v1/inbox/{id}/source", inbox::source).read().inbox(),
        get("/v1/inbox/{id}/html", inbox::html).read().inbox(),
        get("/v1/inbox/{id}/attachments/{place}", inbox::attachment).read().inbox(),
        get("/v1/admin/guard", admin::guard).admin(),
        post("/v1/admin/release", admin::release).admin(),
        post("/v1/admin/reload", admin::reload).admin(),
        get("/v1/admin/verify", admin::verify).admin(),
        get("/v1/admin/retention", retention::count).admin(),
        get("/inbox", page::inbox::page).page(),
        get("/inbox/inbox.js", page::inbox::script).page(),
        get("/inbox/inbox.css", page::inbox::style).page(),
        get("/c/{token}", page::click::follow).page().public(),
        get("/u/{token}", page::unsubscribe::page).page().public(),
        post("/u/{token}", page::unsubscribe::refuse).page().public(),
        get("/u/{token}/preferences", page::preferences::page).page().public(),
        post("/u/{token}/preferences", page::preferences::choose).page().public(),
        get("/health", status::health).public().always(),
        get("/ready", status::ready).open().always(),
        get("/metrics", status::metrics).open(),
        get("/openapi.json", status::openapi).open(),
        get("/docs", docs::enter).page(),
        get("/docs/", docs::page).page(),
        get("/docs/{file}", docs::file).page(),
        get("/swagger-ui/index.html", docs::enter).page(),
    ]
}

/// The whole API as a service.
pub fn router(state: AppState) -> Router {
    measure::describe();
    let (mut public, mut guarded) = (Router::new(), Router::new());
    for route in routes() {
        let group = if route.public { &mut public } else { &mut guarded };
        *group = std::mem::take(group).route(route.path, route.guarded(&state));
    }
    let with = |state: &AppState| state.clone();
    guarded
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(from_fn_with_state(with(&state), cors::allow))
        .layer(from_fn_with_state(with(&state), gate::https))
        .layer(from_fn_with_state(with(&state), gate::networks))
        .merge(public.method_not_allowed_fallback(error::method_not_allowed))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(from_fn(load::head))
        .layer(from_fn(error::render))
        .layer(from_fn(headers::add))
        .layer(from_fn_with_state(with(&state), measure::count))
        .layer(from_fn_with_state(with(&state), client::tell))
        .layer(from_fn_with_state(with(&state), request_id::give))
        .with_state(state)
}

fn get<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route::new(Method::GET, path, routing::get(handler))
}

fn post<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route::new(Method::POST, path, routing::post(handler))
}

fn put<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route::new(Method::PUT, path, routing::put(handler))
}

fn patch<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route::new(Method::PATCH, path, routing::patch(handler))
}

fn delete<H: Handler<T, AppState>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route::new(Method::DELETE, path, routing::delete(handler))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_names_what_it_needs() {
        for Route { path, method, needs, .. } in routes() {
            assert!(needs.is_some(), "{method} {path} does not say which scope it needs");
        }
    }

    #[test]
    fn what_is_under_v1_needs_a_key_and_is_not_public_but_for_what_others_report() {
        for Route { path, needs, public, .. } in routes() {
            // Shown by its own signature.
            let reports = path == "/v1/events/results";
            // The picture in a mail is loaded by whoever reads it.
            if path == "/v1/events/open" {
                assert!(public && needs == Some(Needs::Nothing), "{path}");
                continue;
            }
            assert_eq!(public && path.starts_with("/v1/"), reports, "{path}");
            assert_eq!(needs != Some(Needs::Nothing), path.starts_with("/v1/") && !reports, "{path}");
            assert!(!public || needs == Some(Needs::Nothing), "{path} is public and needs a key");
        }
    }

    #[test]
    fn changing_the_installation_is_for_administrators() {
        for Route { path, method, needs, .. } in routes() {
            let administrative = ["/v1/admin/", "/v1/keys", "/v1/link-keys", "/v1/audit", "/v1/webhooks", "/v1/sns", "/v1/persons/"]
                .iter()
                .any(|root| path.starts_with(root));
            let administrative = administrative || path.ends_with("/move") || (path.starts_with("/v1/profiles") && method != Method::GET);
            // Taking an address off the list may put an account at risk.
            let administrative = administrative || (path.starts_with("/v1/suppressions") && method == Method::DELETE);
            // Whoever writes a template says what every key sends.
            let looks = method == Method::GET || path.ends_with("/preview") || path.ends_with("/test");
            let administrative = administrative || (path.starts_with("/v1/templates") && !looks);
            let administrative = administrative || (path.starts_with("/v1/reputation/") || path.starts_with("/v1/alerts/"));
            assert_eq!(
                administrative || (path.starts_with("/v1/limits") && method == Method::DELETE),
                needs == Some(Needs::Scope(Scope::Admin)),
                "{path}"
            );
        }
    }
}
