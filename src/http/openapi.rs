//! The description of the API, made from the handlers' own comments and types.

use std::sync::OnceLock;

use axum::{body::Bytes, http::StatusCode};
use serde_json::json;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, ContentBuilder, PathItem, Ref, RefOr, Response,
        example::{Example, ExampleBuilder},
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use super::{
    api::{
        addresses, admin, alerts, attachments, audit, consents, deliveries, dsn, events, inbox, keys, limits, link_keys, messages, nodes,
        opens, persons, profiles, providers, reputation, retention, sns, suppression, templates, topics, unsubscribes, webhooks,
    },
    codes::{CODES, Code},
    error::{FaultBody, ProblemBody},
    status,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Jebi",
        description = "Sends mail: accepted once, sent at exactly the permitted rate, known for every recipient. \
            Times are RFC 3339 in UTC. Lists are read page by page through `next_cursor`. Every refusal is a problem (RFC 9457) that \
            names the field, its fault and the remedy."
    ),
    paths(
        messages::submit,
        messages::csv::submit_csv,
        messages::list,
        messages::show,
        messages::cancel,
        messages::content::delete_content,
        messages::retry,
        messages::reschedule,
        attachments::upload,
        attachments::list,
        attachments::show,
        attachments::remove,
        deliveries::list,
        deliveries::csv::file,
        deliveries::again::retry_many,
        deliveries::show,
        deliveries::again::retry,
        deliveries::again::settle,
        topics::list,
        topics::results::show,
        topics::deliveries::file,
        topics::resend::resend,
        topics::cancel,
        topics::pause,
        topics::resume,
        topics::tracking::tracking,
        topics::tracking::set_tracking,
        events::sent,
        dsn::take_report,
        sns::results::take,
        sns::list,
        sns::allow,
        sns::remove,
        opens::open,
        providers::list,
        providers::move_waiting,
        nodes::list,
        reputation::list,
        reputation::pause,
        reputation::resume,
        alerts::list,
        alerts::silence,
        keys::list,
        keys::create,
        keys::change,
        keys::revoke,
        profiles::list,
        profiles::show,
        profiles::put,
        profiles::remove,
        consents::record,
        consents::import,
        consents::list,
        consents::show,
        consents::withdraw,
        suppression::list,
        suppression::export::file,
        suppression::add,
        suppression::import::import,
        suppression::show,
        suppression::put,
        suppression::remove,
        addresses::check,
        persons::show,
        persons::erase,
        persons::readmit,
        unsubscribes::record,
        unsubscribes::list,
        unsubscribes::lift,
        link_keys::list,
        link_keys::rotate,
        webhooks::list,
        webhooks::create,
        webhooks::show,
        webhooks::change,
        webhooks::remove,
        webhooks::calls::calls,
        webhooks::acts::test,
        webhooks::acts::rotate,
        webhooks::acts::replay,
        webhooks::acts::enable,
        templates::list,
        templates::publish::push,
        templates::show,
        templates::put,
        templates::remove,
        templates::publish::publish,
        templates::publish::rollback,
        templates::versions::versions,
        templates::versions::version,
        templates::versions::diff,
        templates::preview::preview,
        templates::preview::test,
        limits::list,
        limits::show,
        limits::reset,
        audit::list,
        inbox::list,
        inbox::clear,
        inbox::session,
        inbox::show,
        inbox::remove,
        inbox::source,
        inbox::html,
        inbox::attachment,
        admin::guard,
        admin::release,
        admin::reload,
        admin::verify,
        retention::count,
        status::health,
        status::ready,
        status::metrics,
        status::openapi
    ),
    components(schemas(ProblemBody, FaultBody)),
    tags(
        (name = "messages", description = "Sending."),
        (name = "attachments", description = "Files that are uploaded before the mail that carries them."),
        (name = "deliveries", description = "What became of each copy."),
        (name = "topics", description = "Groups of messages: what became of their mail, cancelling, pausing, sending again."),
        (name = "events", description = "What was sent, and what became of it."),
        (name = "sns", description = "Topics and queues that events of SES come from."),
        (name = "providers", description = "The accounts mail goes through."),
        (name = "reputation", description = "Bounces and complaints, and what is done about them."),
        (name = "alerts", description = "What is not as it should be."),
        (name = "nodes", description = "The processes that share the store."),
        (name = "keys", description = "API keys, and what each allows."),
        (name = "profiles", description = "Who mail is from, and the company behind it."),
        (name = "consents", description = "Who has consented to advertising."),
        (name = "suppressions", description = "Addresses that are not to be mailed."),
        (name = "addresses", description = "What can be told of addresses before mail goes to them."),
        (name = "unsubscribes", description = "Who refuses bulk mail of a sender."),
        (name = "persons", description = "What is known of an address, shown and erased."),
        (name = "link-keys", description = "What links in mail are signed with."),
        (name = "webhooks", description = "Where happenings are told to, and what came of telling."),
        (name = "templates", description = "What mail is made of: drafts, versions, previews."),
        (name = "limits", description = "What a key may still send today."),
        (name = "audit", description = "Who did what to the installation."),
        (name = "store", description = "Checking it, and letting a restored one send."),
        (name = "inbox", description = "Mail kept here instead of being sent."),
        (name = "admin", description = "The restore guard and the check of the store."),
        (name = "status", description = "For machines that watch this one."),
    ),
    modifiers(&Keys, &Problems, &OperationIds)
)]
struct Document;

/// The whole document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The document as it is served, made once.
#[must_use]
pub fn json() -> Bytes {
    static JSON: OnceLock<Bytes> = OnceLock::new();
    JSON.get_or_init(|| super::json::write(&document())).clone()
}

/// How a key is shown, for everything under `/v1`.
struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let header = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-KEY")));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", bearer);
        components.add_security_scheme("api_key", header);
        for (path, item) in &mut document.paths.paths {
            if !path.starts_with("/v1/") {
                continue;
            }
            for operation in operations(item) {
                let needs = |name: &str| SecurityRequirement::new::<_, [&str; 0], &str>(name, []);
                // What says that it needs none says so itself.
                operation.security.get_or_insert_with(|| vec![needs("bearer"), needs("api_key")]);
            }
        }
    }
}

/// What every operation under `/v1` may answer besides what it says itself, and the body of every refusal.
struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        const ALWAYS: [(&str, &str); 6] = [
            ("401", "No API key, or one that does not hold."),
            ("403", "The key does not allow this (`missing_scope`, `forbidden_address`), or the caller's network may not call at all."),
            ("429", "Too many keys that do not hold were shown from this address; try again after `Retry-After` seconds."),
            ("431", "The head of the request is too large."),
            ("500", "The server made a mistake."),
            ("503", "The store does not answer now; try again after `Retry-After` seconds."),
        ];
        const OPEN: [(&str, &str); 3] = [
            ("403", "The caller's network may not call."),
            ("431", "The head of the request is too large."),
            ("503", "Too many requests are under way; try again after `Retry-After` seconds."),
        ];
        for (path, item) in &mut document.paths.paths {
            for operation in operations(item) {
                let responses = &mut operation.responses.responses;
                if path.starts_with("/v1/") && path != "/v1/events/results" {
                    for (status, words) in ALWAYS {
                        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(Response::new(words)));
                    }
                } else {
                    for (status, words) in OPEN {
                        let is_free = path == "/health" && status != "431";
                        if !is_free && !responses.contains_key(status) {
                            responses.insert(status.to_owned(), RefOr::T(Response::new(words)));
                        }
                    }
                }
                for (status, response) in responses {
                    if let RefOr::T(response) = response
                        && status.starts_with(['4', '5'])
                        && response.content.is_empty()
                    {
                        response.content.insert("application/problem+json".to_owned(), RefOr::T(problem(status)));
                    }
                }
            }
        }
    }
}

/// Names every operation by its tag and handler, such as `topics_list`: handlers of several nouns share a name, and an id must be
/// unique in the document (OpenAPI 3.1, 4.8.10).
struct OperationIds;

impl Modify for OperationIds {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for item in document.paths.paths.values_mut() {
            for operation in operations(item) {
                let tag = operation.tags.iter().flatten().next();
                if let (Some(tag), Some(handler)) = (tag, &operation.operation_id) {
                    operation.operation_id = Some(format!("{tag}_{handler}"));
                }
            }
        }
    }
}

/// The body of refusals with this status, with an example for each code it can carry.
fn problem(status: &str) -> Content {
    let of_status = CODES.iter().filter(|code| code.status.to_string() == status);
    let examples = of_status.map(|code| (code.code, RefOr::T(example(code))));
    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).examples_from_iter(examples).build()
}

fn example(code: &Code) -> Example {
    let title = StatusCode::from_u16(code.status).ok().and_then(|s| s.canonical_reason()).unwrap_or("Error");
    let body = json!({
        "type": "about:blank", "title": title, "status": code.status, "detail": code.meaning, "code": code.code,
        "errors": [{"field": "", "code": code.code, "fault": code.meaning, "remedy": code.remedy}], "request_id": "4f1c9a0be2d37718",
    });
    ExampleBuilder::new().summary(code.meaning).value(Some(body)).build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().filter_map(Option::as_mut)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_described_and_every_description_has_a_route() {
        let routes: BTreeSet<_> =
            super::super::routes().into_iter().filter(|r| r.described).map(|r| (r.path.to_owned(), r.method.to_string())).collect();
        let mut described = BTreeSet::new();
        for (path, item) in document().paths.paths {
            let methods = [(&item.get, "GET"), (&item.post, "POST"), (&item.put, "PUT"), (&item.patch, "PATCH"), (&item.delete, "DELETE")];
            for (there, method) in methods {
                if there.is_some() {
                    described.insert((path.clone(), method.to_owned()));
                }
            }
            assert!(item.head.is_none() && item.options.is_none(), "{path} has a method this test does not look at");
        }
        assert_eq!(routes, described);
    }

    #[test]
    fn it_is_openapi_3_1_and_every_reference_leads_somewhere() {
        let document: serde_json::Value = serde_json::from_slice(&json()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
    }

    #[test]
    fn every_operation_with_a_body_says_how_that_is_refused() {
        for (path, mut item) in document().paths.paths {
            for operation in operations(&mut item) {
                let Some(body) = &operation.request_body else { continue };
                let RefOr::T(body) = body else { panic!("{path} refers to its body") };
                // What is not JSON is judged by what it says.
                let asked: &[&str] = if body.content.contains_key("application/json") {
                    &["400", "408", "413", "415", "422"]
                } else {
                    &["408", "413", "422"]
                };
                for status in asked {
                    assert!(operation.responses.responses.contains_key(*status), "{path} does not say {status}");
                }
            }
        }
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let mut ids = BTreeSet::new();
        for (path, mut item) in document().paths.paths {
            for operation in operations(&mut item) {
                assert!(operation.operation_id.clone().is_some_and(|id| ids.insert(id)), "{path}: {:?}", operation.operation_id);
            }
        }
    }

    #[test]
    fn every_refusal_has_the_problem_body_and_every_operation_words() {
        for (path, mut item) in document().paths.paths {
            for operation in operations(&mut item) {
                assert!(operation.summary.is_some() && operation.description.is_some(), "{path} is not explained");
                for (status, response) in &operation.responses.responses {
                    let RefOr::T(response) = response else { continue };
                    assert!(!status.starts_with('4') || response.content.contains_key("application/problem+json"), "{path} {status}");
                    assert!(!response.description.is_empty(), "{path} {status}");
                }
            }
        }
    }
}
