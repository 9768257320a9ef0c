//! Looking at a template filled in, and sending it to oneself.

use axum::{
    Json,
    extract::{Extension, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jebi_domain::{
    address,
    message::Mailbox,
    refusal::{Fault, Refusal},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    super::{again, messages::SubmitAnswer},
    Name,
    body::{NamedTemplate, TemplateRequest, WarningBody, warnings},
};
use crate::{
    http::{
        AppState, error,
        error::{Problem, Reply},
        json,
        json::Object,
        limit::JsonBytes,
        params::Id,
    },
    service::{
        Caller,
        accept::Voice,
        templates::{PreviewRequest, Shown, TestRequest},
    },
};

/// What to fill in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewBody {
    /// Values by the names of variables.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Object>, example = json!({"name": "홍길동"}))]
    variables: Map<String, Value>,
    /// A BCP 47 tag; the template's own language when missing.
    #[serde(default)]
    language: Option<String>,
    /// A published version; the draft when missing.
    #[serde(default)]
    version: Option<u32>,
    /// A template that is not stored, to be looked at in place of the stored one.
    #[serde(default)]
    #[schema(value_type = Option<TemplateRequest>)]
    template: Option<Object<TemplateRequest>>,
    /// Others that are not stored, which `template` extends or includes.
    #[serde(default)]
    #[schema(value_type = Vec<NamedTemplate>)]
    with: Vec<Object<NamedTemplate>>,
    /// The recipient's address, which the template may print.
    #[serde(default)]
    email: Option<String>,
    /// The recipient's name, which the template may print.
    #[serde(default)]
    name: Option<String>,
}

/// A template filled in.
#[derive(Serialize, ToSchema)]
pub struct PreviewAnswer {
    /// `null` for a draft and a built-in template.
    version: Option<u32>,
    /// Of the variant that was taken.
    language: String,
    subject: String,
    html: Option<String>,
    text: Option<String>,
    /// Variables without a value that the template needs: mail without them is not sent. They stand empty here.
    missing: Vec<String>,
    /// Variables given that the template does not use.
    unused: Vec<String>,
    warnings: Vec<WarningBody>,
}

/// What to send to whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestBody {
    /// Addresses, a copy each.
    #[schema(example = json!(["me@example.com"]))]
    to: Vec<String>,
    /// The sender; the server's configured one when missing.
    #[serde(default)]
    from: Option<String>,
    /// Values by the names of variables.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Object>)]
    variables: Map<String, Value>,
    /// A BCP 47 tag; the template's own language when missing.
    #[serde(default)]
    language: Option<String>,
    /// A published version; the draft when missing.
    #[serde(default)]
    version: Option<u32>,
}

fn shown(version: Option<u32>) -> Shown {
    version.map_or(Shown::Draft, Shown::Version)
}

/// Preview a template
///
/// Fills it in and sends nothing. Faults of the template are told with their line and column.
#[utoipa::path(
    post, path = "/v1/templates/{name}/preview", tag = "templates", request_body = PreviewBody,
    params(("name" = String, Path, description = "The template's name, its slashes as %2F.")),
    responses(
        (status = 200, description = "The template, filled in.", body = PreviewAnswer),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such template or version."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The template or a value has a fault."),
    ),
)]
pub async fn preview(
    State(state): State<AppState>,
    Id(Name(name)): Id<Name>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Reply<PreviewAnswer> {
    let PreviewBody { variables, language, version, template, with, email, name: person } = json::read(&body)?;
    let recipient = recipient(email, person)?;
    let shown = match template {
        Some(Object(template)) => {
            let others = with.into_iter().map(|Object(other)| other.into_parts());
            let others = others.map(|(name, _, other)| (name, other.into_parts().0)).collect();
            Shown::Given(Box::new(template.into_parts().0), others)
        }
        None => shown(version),
    };
    let done = state.templates.preview(&name, PreviewRequest { shown, variables, language, recipient }).await?;
    Ok(Json(PreviewAnswer {
        version: Some(done.version).filter(|version| *version > 0),
        language: done.language,
        subject: done.subject,
        html: done.html,
        text: done.text,
        missing: done.missing,
        unused: done.unused,
        warnings: warnings(done.warnings, error::language(&headers)),
    }))
}

fn recipient(email: Option<String>, name: Option<String>) -> Result<Option<Mailbox>, Refusal> {
    let (None, None) = (&email, &name) else {
        let email = email.unwrap_or_else(|| "recipient@example.com".to_owned());
        let email = address::parse(&email).map_err(|e| Refusal::invalid(Fault::new("email", e.code, e.fault, e.remedy)))?;
        return Ok(Some(Mailbox { email, name }));
    };
    Ok(None)
}

/// Send a template as a test
///
/// Fills it in and sends it on the usual way to the addresses given. The mail has the header `X-Template-Test` with name and version, and
/// the topic `template-test`.
#[utoipa::path(
    post, path = "/v1/templates/{name}/test", tag = "templates", request_body = TestBody,
    params(("name" = String, Path, description = "The template's name, its slashes as %2F.")),
    responses(
        (status = 202, description = "Accepted and on disk.", body = SubmitAnswer),
        (status = 400, description = "The body is not JSON."),
        (status = 404, description = "No such template or version."),
        (status = 408, description = "The body did not arrive in time."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not declared as JSON."),
        (status = 422, description = "The template, a value or an address has a fault; nothing was sent."),
        (status = 429, description = "The key's daily limit is used up (`daily_limit`); try again after `Retry-After` seconds."),
    ),
)]
pub async fn test(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    Id(Name(name)): Id<Name>,
    headers: HeaderMap,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let TestBody { to, from, variables, language, version } = json::read(&body)?;
    let preview = PreviewRequest { shown: shown(version), variables, language, recipient: None };
    let submission = state.templates.test(&name, TestRequest { preview, from, to }).await?;
    let language = error::language(&headers);
    let voice = Voice {
        say: Box::new(move |fault| error::said(fault, language)),
        render: Box::new(|receipt| (StatusCode::ACCEPTED.as_u16(), json::write(&SubmitAnswer::new(receipt)))),
    };
    let answer = state.accept.submit(caller, submission, None, voice).await.map_err(in_own_words)?;
    Ok(again::answer(answer))
}

/// Faults of the mail by the fields of this request.
fn in_own_words(mut refusal: Refusal) -> Refusal {
    for fault in &mut refusal.faults {
        let field = fault.field.strip_prefix("messages[0].").unwrap_or(&fault.field);
        fault.field = field.strip_prefix("emails").map_or_else(|| field.to_owned(), |place| format!("to{place}"));
    }
    refusal
}
