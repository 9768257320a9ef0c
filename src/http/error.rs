//! The only mapping from a refusal to an answer: RFC 9457 problem bodies that name field, fault and remedy.
//!
//! A handler returns a [`Problem`]; [`render`] writes it, because only there the request's id is known. What axum itself
//! refuses (no route, wrong method) comes through here too.

use std::any::Any;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::Request,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use jebi_domain::refusal::{Fault, Refusal, RefusalKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::{limit, request_id::RequestId};
use crate::words::Language;

/// A refused request on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    retry_after_s: Option<u32>,
    /// At least one.
    faults: Vec<Fault>,
}

/// What handlers return.
pub type Reply<T> = Result<Json<T>, Problem>;

impl Problem {
    pub fn new(status: StatusCode, fault: Fault) -> Self {
        Self { status, retry_after_s: None, faults: vec![fault] }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, retry_after_s) = match refusal.kind {
            RefusalKind::Malformed => (StatusCode::BAD_REQUEST, None),
            RefusalKind::Unauthenticated => (StatusCode::UNAUTHORIZED, None),
            RefusalKind::Denied => (StatusCode::FORBIDDEN, None),
            RefusalKind::Missing => (StatusCode::NOT_FOUND, None),
            RefusalKind::Conflict => (StatusCode::CONFLICT, None),
            RefusalKind::Stale => (StatusCode::PRECONDITION_FAILED, None),
            RefusalKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, None),
            RefusalKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, None),
            RefusalKind::TooSlow => (StatusCode::REQUEST_TIMEOUT, None),
            RefusalKind::UnsupportedMedia => (StatusCode::UNSUPPORTED_MEDIA_TYPE, None),
            RefusalKind::TooMany { retry_after_s } => (StatusCode::TOO_MANY_REQUESTS, Some(retry_after_s)),
            RefusalKind::Busy { retry_after_s } => (StatusCode::SERVICE_UNAVAILABLE, Some(retry_after_s)),
        };
        Self { status, retry_after_s, faults: refusal.faults }
    }
}

/// Not yet written: [`render`] does that.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A refused request (RFC 9457). Nothing was stored. `title`, `detail`, `fault` and `remedy` are in English, or in Korean where
/// `Accept-Language` prefers it; `code` and `field` never change.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// All faults in one line.
    detail: String,
    /// The first fault's code.
    code: &'static str,
    /// Every fault found, at least one.
    errors: Vec<FaultBody<'a>>,
    /// The request, as the server's log and the `X-Request-Id` header name it.
    request_id: &'a str,
}

/// One fault.
#[derive(Serialize, ToSchema)]
#[schema(as = Fault)]
pub struct FaultBody<'a> {
    /// Where: a path in the body such as `messages[0].subject`, or the name of a header or parameter. Empty for the whole request.
    field: &'a str,
    /// A stable machine word.
    code: &'static str,
    /// What is wrong with the value.
    fault: &'a str,
    /// What to do instead.
    remedy: &'a str,
}

impl<'a> From<&'a Fault> for FaultBody<'a> {
    fn from(f: &'a Fault) -> Self {
        Self { field: &f.field, code: f.code, fault: &f.fault, remedy: &f.remedy }
    }
}

/// Faults told in one line; the others are only in `errors`.
const IN_DETAIL: usize = 3;

/// Writes problems.
pub async fn render(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let language = language(request.headers());
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    // A request of many recipients may have many faults, and another language takes its time for each.
    let size = problem.faults.iter().map(|fault| fault.field.len() + fault.fault.len() + fault.remedy.len()).sum();
    tracing::debug!(status = problem.status.as_u16(), code = problem.faults.first().map(|f| f.code), "request refused");
    let Problem { status, retry_after_s, faults } = problem;
    let work = move || Ok(write(status, faults, language, id.as_ref().map_or("", RequestId::as_str)));
    // The process goes down where it cannot be written; its status says enough then.
    *response.body_mut() = limit::work(size, work).await.map_or_else(|_| Body::empty(), Body::from);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.append(VARY, HeaderValue::from_static("Accept-Language"));
    if let Some(seconds) = retry_after_s {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"jebi\""));
    }
    response
}

/// The body of a problem.
fn write(status: StatusCode, faults: Vec<Fault>, language: Language, request_id: &str) -> Bytes {
    let faults: Vec<Fault> = faults.into_iter().map(|fault| said(fault, language)).collect();
    super::json::write(&ProblemBody {
        kind: "about:blank",
        title: &language.say(status.canonical_reason().unwrap_or("Error")),
        status: status.as_u16(),
        detail: detail(&faults, language),
        code: faults.first().map_or("error", |f| f.code),
        errors: faults.iter().map(FaultBody::from).collect(),
        request_id,
    })
}

/// The language a request asks for.
pub fn language(headers: &HeaderMap) -> Language {
    Language::accepted(headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok()))
}

/// A fault in a person's language.
pub fn said(fault: Fault, language: Language) -> Fault {
    match language {
        Language::English => fault,
        other => Fault { fault: other.say(&fault.fault).into_owned(), remedy: other.say(&fault.remedy).into_owned(), ..fault },
    }
}

fn detail(faults: &[Fault], language: Language) -> String {
    let told = Refusal { kind: RefusalKind::Invalid, faults: faults.iter().take(IN_DETAIL).cloned().collect() }.to_string();
    match faults.len().saturating_sub(IN_DETAIL) {
        0 => told,
        more => format!("{told}; {}", language.say(&format!("and {more} more"))),
    }
}

/// No such path.
pub async fn not_found() -> Problem {
    let fault = Fault::new("", "not_found", "there is no such path", "see /openapi.json for every path there is");
    Problem::new(StatusCode::NOT_FOUND, fault)
}

/// The path is there, but not for this method; the `Allow` header lists those it is for.
pub async fn method_not_allowed() -> Problem {
    let fault = Fault::new("", "method_not_allowed", "this path does not take this method", "use one of the methods in the Allow header");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, fault)
}

/// A bug in a handler: logged by the panic hook (`observe::log`), and told as nothing more than that.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    let remedy = "send it again with the same Idempotency-Key; if it fails again, report it with the request id";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, Fault::new("", "internal_error", "the server made a mistake", remedy)).into_response()
}
