//! `/v1/templates`: stored templates, their drafts and versions. A name in a path has its slashes as `%2F`.

mod body;
pub mod preview;
pub mod publish;
pub mod versions;

use axum::{
    Json,
    extract::{Extension, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ETAG, IF_MATCH, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use jebi_domain::refusal::{Fault, Refusal};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        AppState, error,
        error::{Problem, Reply},
        json,
        limit::JsonBytes,
        params::{Id, Named, Page, Params, cursor, read_text_cursor},
    },
    service::{
        Caller,
        search::page_length,
        templates::{Precondition, Pushed, Pushes},
    },
};
use body::{ChangeBody, TemplateBody, TemplateLine, TemplateRequest};

/// A template's name in a path.
pub struct Name(pub String);

impl Named for Name {
    const WHAT: &'static str = "template";
    fn parse(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}

/// Keeps one change from undoing another.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the headers")]
struct Conditions {
    /// Only if the template is still the one with this `ETag`; `*` only if there is one.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
    /// `*`: only if there is no template of this name yet.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// A page of templates.
#[derive(Serialize, ToSchema)]
pub struct TemplateList {
    templates: Vec<TemplateLine>,
    /// Pass it as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// List templates
///
/// By name. Those that come with Jebi are among them.
#[utoipa::path(
    get, path = "/v1/templates", tag = "templates", params(Page),
    responses((status = 200, description = "A page of templates.", body = TemplateList), (status = 422, description = "A parameter is wrong.")),
)]
pub async fn list(State(state): State<AppState>, Params(page): Params<Page>) -> Reply<TemplateList> {
    let after = page.cursor.as_deref().map(read_text_cursor).transpose()?;
    let found = state.templates.list(after, page_length(page.limit)?).await?;
    let next_cursor = found.next.map(|name| cursor(name.as_bytes()));
    Ok(Json(TemplateList { templates: found.templates.into_iter().map(TemplateLine::from).collect(), next_cursor }))
}

/// Show a template
///
/// Its draft: what was published is among its versions.
#[utoipa::path(
    get, path = "/v1/templates/{name}", tag = "templates",
    params(("name" = String, Path, description = "The template's name, its slashes as %2F.")),
    responses(
        (status = 200, description = "The template.", body = TemplateBody,
            headers(("ETag" = String, description = "Pass it as If-Match to change what was read and nothing else."))),
        (status = 404, description = "No such template."),
    ),
)]
pub async fn show(State(state): State<AppState>, Id(Name(name)): Id<Name>) -> Result<Response, Problem> {
    let found = TemplateBody::from(state.templates.get(&name).await?);
    let revision = found.revision();
    Ok(tagged(StatusCode::OK, revision, found))
}

/// Write a template
///
/// Makes it, or replaces its draft. Mail is made of it when it is published.
#[utoipa::path(
    put, path = "/v1/templates/{name}", tag = "templates", request_body = TemplateRequest,
    params(("name" = String, Path, description = "The template's name: 1 to 200 characters, its slashes as %2F."), Conditions),
    responses(
        (status = 200, description = "Replaced, or the same as before.", body = ChangeBody),
        (status = 201, description = "Made.", body = ChangeBody),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 412, description = "It was changed since it was read (`If-Match`), or is there already (`If-None-Match`)."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A field is wrong."),
    ),
)]
pub async fn put(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(Name(name)): Id<Name>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let (source, active) = json::read::<TemplateRequest>(&body)?.into_parts();
    let (language, expected) = (error::language(&headers), precondition(&headers)?);
    let pushed = Pushed { name: name.clone(), source, active, expected, path: String::new() };
    let done = state.templates.push(&caller, Pushes { templates: vec![pushed], ..Pushes::default() }).await;
    let done = done.map(|mut all| ChangeBody::new(all.remove(0), language));
    let done = state.audit.ended(&caller, "template.put", name, ChangeBody::told, done).await?;
    let (status, revision) = (if done.is_new() { StatusCode::CREATED } else { StatusCode::OK }, done.revision());
    Ok(tagged(status, revision, done))
}

/// Delete a template
///
/// With all its versions. Mail that was accepted is sent as it was. Refused while a published template uses it.
#[utoipa::path(
    delete, path = "/v1/templates/{name}", tag = "templates",
    params(("name" = String, Path, description = "The template's name, its slashes as %2F."), Conditions),
    responses(
        (status = 204, description = "Deleted."),
        (status = 404, description = "No such template."),
        (status = 409, description = "Published templates use it (`template_in_use`), or it is built in (`template_built_in`)."),
        (status = 412, description = "It was changed since it was read (`If-Match`)."),
        (status = 422, description = "A header cannot be read."),
    ),
)]
pub async fn remove(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(Name(name)): Id<Name>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let done = state.templates.delete(&caller, &name, precondition(&headers)?).await;
    state.audit.ended(&caller, "template.delete", name, |()| String::new(), done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the headers ask for (RFC 9110, 13.1).
///
/// # Errors
/// A header that cannot be read: it would otherwise protect nothing.
fn precondition(headers: &HeaderMap) -> Result<Precondition, Refusal> {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default().trim().to_owned());
    let wrong = |field: &str, remedy: &str| {
        let fault = "this is no ETag of a template";
        Err(Refusal::invalid(Fault::new(field, "invalid_precondition", fault, remedy)))
    };
    match (text(IF_MATCH), text(IF_NONE_MATCH)) {
        (None, None) => Ok(Precondition::None),
        (None, Some(all)) if all == "*" => Ok(Precondition::Absent),
        (_, Some(_)) => wrong("If-None-Match", "send * and no If-Match: it asks that there is no such template yet"),
        (Some(all), None) if all == "*" => Ok(Precondition::Present),
        (Some(tag), None) => {
            let number = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|number| number.parse().ok());
            number.map_or_else(
                || wrong("If-Match", "send the ETag of GET as it is, with its quotation marks"),
                |n| Ok(Precondition::Revision(n)),
            )
        }
    }
}

/// An answer with the tag of what it is about.
fn tagged(status: StatusCode, revision: i64, body: impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_or_refused() {
        let read = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value))).collect();
            precondition(&headers).map_err(|refusal| refusal.faults[0].field.clone())
        };
        assert_eq!(read(&[]), Ok(Precondition::None));
        assert_eq!(read(&[("if-match", "\"17\"")]), Ok(Precondition::Revision(17)));
        assert_eq!(read(&[("if-match", "*")]), Ok(Precondition::Present));
        assert_eq!(read(&[("if-none-match", "*")]), Ok(Precondition::Absent));
        for bad in ["17", "W/\"17\"", "\"x\"", "", "\"1\", \"2\""] {
            assert_eq!(read(&[("if-match", bad)]), Err("If-Match".to_owned()), "{bad}");
        }
        assert_eq!(read(&[("if-none-match", "\"17\"")]), Err("If-None-Match".to_owned()));
        assert_eq!(read(&[("if-none-match", "*"), ("if-match", "*")]), Err("If-None-Match".to_owned()));
    }
}
