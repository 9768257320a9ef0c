//! Publishing: one template, an older version of it, or many templates in one go.

use axum::{
    Json,
    extract::{Extension, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Conditions, Name,
    body::{ChangeBody, NamedTemplate},
    precondition, tagged,
};
use crate::{
    http::{
        AppState, error,
        error::{Problem, Reply},
        json,
        json::Object,
        limit::{self, JsonBytes, MaybeJsonBytes},
        params::Id,
    },
    service::{
        Caller,
        templates::{Precondition, Pushed, Pushes},
    },
};

/// What is said of a version.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishRequest {
    /// Why it is published, for those who look at the versions: 500 characters at most.
    #[serde(default)]
    note: String,
}

/// Which version to publish again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollbackRequest {
    /// The older version.
    version: u32,
    #[serde(default)]
    note: String,
}

/// Templates to be written together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushRequest {
    /// 1 to 500. All are written, or none.
    #[schema(value_type = Vec<NamedTemplate>)]
    templates: Vec<Object<NamedTemplate>>,
    /// Whether they are published too.
    #[serde(default)]
    publish: bool,
    /// Of the versions published: 500 characters at most.
    #[serde(default)]
    note: String,
    /// Only check, and say what would change.
    #[serde(default)]
    dry_run: bool,
}

/// What became of each.
#[derive(Serialize, ToSchema)]
pub struct PushAnswer {
    templates: Vec<ChangeBody>,
}

/// Write several templates
///
/// Writes them in one go and publishes them where `publish` is set: all, or none when one has a fault. They are checked against each
/// other, so a part and what uses it can change together. The fields of faults begin with `templates[i]`, and end with line and column
/// (`templates[0].variants[1].html:3:14`).
#[utoipa::path(
    post, path = "/v1/templates", tag = "templates", request_body = PushRequest,
    responses(
        (status = 200, description = "Written, or only checked.", body = PushAnswer),
        (status = 400, description = "The body is not JSON."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "A published template uses one of them and would break (`template_in_use`)."),
        (status = 412, description = "One was changed since it was read (`if_revision`)."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "A template has a fault; nothing was written."),
    ),
)]
pub async fn push(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Reply<PushAnswer> {
    let size = body.len();
    let PushRequest { templates, publish, note, dry_run } = limit::work(size, move || json::read(&body)).await?;
    let named = |(i, Object(one)): (usize, Object<NamedTemplate>)| {
        let (name, revision, template) = one.into_parts();
        let (source, active) = template.into_parts();
        let expected = match revision {
            None => Precondition::None,
            Some(0) => Precondition::Absent,
            Some(revision) => Precondition::Revision(revision),
        };
        Pushed { name, source, active, expected, path: format!("templates[{i}].") }
    };
    let templates: Vec<Pushed> = templates.into_iter().enumerate().map(named).collect();
    let names = templates.iter().map(|one| one.name.as_str()).take(20).collect::<Vec<_>>().join(", ");
    let language = error::language(&headers);
    let done = state.templates.push(&caller, Pushes { templates, publish, note, dry_run }).await;
    let done = done.map(|all| PushAnswer { templates: all.into_iter().map(|one| ChangeBody::new(one, language)).collect() });
    if dry_run {
        return Ok(Json(done?));
    }
    let told = |done: &PushAnswer| done.templates.iter().take(20).map(ChangeBody::told).collect::<Vec<_>>().join(", ");
    Ok(Json(state.audit.ended(&caller, "template.push", names, told, done).await?))
}

/// Publish a template
///
/// Adds a version made of the draft, which mail is made of from now on. Everything is checked first, and so are the published templates
/// that use it. When nothing changed since the last version, there is no new one.
#[utoipa::path(
    post, path = "/v1/templates/{name}/publish", tag = "templates", request_body = Option<PublishRequest>,
    params(("name" = String, Path, description = "The template's name, its slashes as %2F."), Conditions),
    responses(
        (status = 200, description = "Published.", body = ChangeBody),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such template."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "A published template uses it and would break (`template_in_use`), or it is built in."),
        (status = 412, description = "It was changed since it was read (`If-Match`)."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The template has a fault, named with its line and column."),
    ),
)]
pub async fn publish(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(Name(name)): Id<Name>,
    headers: HeaderMap,
    MaybeJsonBytes(body): MaybeJsonBytes,
) -> Result<Response, Problem> {
    let PublishRequest { note } = json::read_or_default(&body)?;
    let (language, expected) = (error::language(&headers), precondition(&headers)?);
    let done = state.templates.publish(&caller, &name, &note, expected).await.map(|one| ChangeBody::new(one, language));
    let done = state.audit.ended(&caller, "template.publish", name, ChangeBody::told, done).await?;
    Ok(tagged(StatusCode::OK, done.revision(), done))
}

/// Roll a template back
///
/// Publishes an older version as a new one. The draft stays as it is.
#[utoipa::path(
    post, path = "/v1/templates/{name}/rollback", tag = "templates", request_body = RollbackRequest,
    params(("name" = String, Path, description = "The template's name, its slashes as %2F."), Conditions),
    responses(
        (status = 200, description = "Published.", body = ChangeBody),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such template or version."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 409, description = "A published template uses it and would break (`template_in_use`), or it is built in."),
        (status = 412, description = "It was changed since it was read (`If-Match`)."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The older version does not fit what it uses any more."),
    ),
)]
pub async fn rollback(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(Name(name)): Id<Name>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let RollbackRequest { version, note } = json::read(&body)?;
    let (language, expected) = (error::language(&headers), precondition(&headers)?);
    let done = state.templates.roll_back(&caller, &name, version, &note, expected).await.map(|one| ChangeBody::new(one, language));
    let done = state.audit.ended(&caller, "template.rollback", name, ChangeBody::told, done).await?;
    Ok(tagged(StatusCode::OK, done.revision(), done))
}
