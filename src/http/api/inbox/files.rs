//! What a browser shows or saves of a mail. Whoever wrote the mail is not to be trusted: every answer here carries the policy
//! that keeps it from doing anything.

use axum::{
    extract::{Extension, Path, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ORIGIN, REFERRER_POLICY, SET_COOKIE,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    response::IntoResponse,
};
use jebi_domain::refusal::Refusal;

use crate::{
    http::{
        AppState,
        error::Problem,
        page::inbox::COOKIE,
        params::{Id, Named},
    },
    service::{
        Caller,
        inbox::{SESSION_TIME, Which},
    },
};

/// A mail's HTML: no scripts, no forms, no origin, nothing from outside; shown only in a frame of our own page.
const HTML_POLICY: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
                           frame-ancestors 'self'";
/// A file: should a browser show it all the same, it can do nothing.
const FILE_POLICY: &str = "sandbox; default-src 'none'";

/// Media types a file may be given to the browser as; every other one, HTML and SVG above all, goes as bytes.
const HARMLESS: [&str; 14] = [
    "application/pdf",
    "application/zip",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/calendar",
    "text/csv",
    "text/plain",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/x-hwp",
];

type Headers = [(HeaderName, HeaderValue); 8];

/// The headers of everything that comes out of a mail.
fn guarded(media_type: &str, policy: &'static str, disposition: HeaderValue) -> Headers {
    let fixed = HeaderValue::from_static;
    [
        (CONTENT_TYPE, HeaderValue::from_str(media_type).unwrap_or_else(|_| fixed("application/octet-stream"))),
        (CONTENT_SECURITY_POLICY, fixed(policy)),
        (CONTENT_DISPOSITION, disposition),
        (X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (REFERRER_POLICY, fixed("no-referrer")),
        // For browsers that heed this one beside frame-ancestors.
        (X_FRAME_OPTIONS, fixed("SAMEORIGIN")),
        (CACHE_CONTROL, fixed("no-store")),
        // Looking names up ahead is what no policy stops.
        (HeaderName::from_static("x-dns-prefetch-control"), fixed("off")),
    ]
}

/// Read a mail's source
///
/// The whole MIME message, as a provider would have got it.
#[utoipa::path(
    get, path = "/v1/inbox/{id}/source", tag = "inbox",
    params(("id" = String, Path, description = "The mail's number, or its delivery's id.")),
    responses(
        (status = 200, description = "The source.", body = String, content_type = "message/rfc822"),
        (status = 404, description = "No such mail."),
    ),
)]
pub async fn source(State(state): State<AppState>, Id(which): Id<Which>) -> Result<impl IntoResponse, Problem> {
    let (mail, source) = state.inbox.mail(which).await?;
    let disposition = disposition(&format!("mail-{}.eml", mail.no));
    Ok((guarded("message/rfc822", FILE_POLICY, disposition), source))
}

/// Show a mail's HTML
///
/// A document for a sandboxed frame: it runs nothing and loads nothing. Pictures of the mail itself are inside it.
#[utoipa::path(
    get, path = "/v1/inbox/{id}/html", tag = "inbox",
    params(("id" = String, Path, description = "The mail's number, or its delivery's id.")),
    responses(
        (status = 200, description = "The document.", body = String, content_type = "text/html"),
        (status = 404, description = "No such mail, or it has no HTML."),
    ),
)]
pub async fn html(State(state): State<AppState>, Id(which): Id<Which>) -> Result<impl IntoResponse, Problem> {
    let html = state.inbox.html(which).await?;
    Ok((guarded("text/html; charset=utf-8", HTML_POLICY, HeaderValue::from_static("inline")), html))
}

/// Save an attachment
///
/// By its place in the mail's list of attachments, from 0.
#[utoipa::path(
    get, path = "/v1/inbox/{id}/attachments/{place}", tag = "inbox",
    params(
        ("id" = String, Path, description = "The mail's number, or its delivery's id."),
        ("place" = usize, Path, description = "The attachment's place in the list, from 0."),
    ),
    responses(
        (status = 200, description = "The file.", body = String, content_type = "application/octet-stream"),
        (status = 404, description = "No such mail, or it has no such attachment."),
    ),
)]
pub async fn attachment(State(state): State<AppState>, Path((id, place)): Path<(String, String)>) -> Result<impl IntoResponse, Problem> {
    let which = Which::parse(&id).ok_or_else(|| Refusal::missing(Which::WHAT))?;
    let place = place.parse().map_err(|_| Refusal::missing("attachment"))?;
    let (file, bytes) = state.inbox.attachment(which, place).await?;
    let media_type = HARMLESS.iter().find(|known| **known == file.media_type).copied().unwrap_or("application/octet-stream");
    Ok((guarded(media_type, FILE_POLICY, disposition(&file.name)), bytes))
}

/// Open a reading session
///
/// Sets a cookie with which a browser's frames and downloads read the inbox for 10 minutes; nothing else takes it.
#[utoipa::path(post, path = "/v1/inbox/session", tag = "inbox", responses((status = 204, description = "The cookie is set.")))]
pub async fn session(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    // The browser says itself whether it came over TLS, whatever stands between.
    let secure = headers.get(ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"https://"));
    let secure = if secure { "; Secure" } else { "" };
    let (pass, seconds) = (state.inbox.sessions.open(&caller)?, SESSION_TIME.as_secs());
    let cookie = format!("{COOKIE}={pass}; Path=/v1/inbox; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie), (CACHE_CONTROL, "no-store".to_owned())]))
}

/// `Content-Disposition: attachment` with a name of any script (RFC 6266, RFC 8187).
fn disposition(name: &str) -> HeaderValue {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' }).collect();
    let both = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name));
    HeaderValue::try_from(both).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// As RFC 8187 section 3.2.1 encodes a value.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, b| {
        if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_header() {
        let text = |name: &str| disposition(name).to_str().expect("ASCII").to_owned();
        assert_eq!(text("견적서 1.pdf"), "attachment; filename=\"___ 1.pdf\"; filename*=UTF-8''%EA%B2%AC%EC%A0%81%EC%84%9C%201.pdf");
        let hostile = text("a\"\r\nSet-Cookie: x=1; filename=b.exe");
        assert!(!hostile.contains(['\r', '\n']) && hostile.matches('"').count() == 2, "{hostile}");
    }
}
