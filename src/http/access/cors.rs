//! Pages of other origins (the Fetch standard, section 3.3): none may call unless `CORS_ALLOWED_ORIGINS` names it. Credentials are
//! never allowed: keys travel in a header that a page has to set itself, so a cookie or a client certificate means nothing here.

use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
            ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{http::AppState, service::access::Origins};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PATCH, PUT, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static("Authorization, Content-Type, Idempotency-Key, X-API-KEY, X-Request-Id");
const EXPOSED: HeaderValue = HeaderValue::from_static("Idempotency-Replayed, Retry-After, X-Request-Id");
/// Ten minutes; browsers cap it anyway.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Answers preflights of allowed origins, without a key, and marks answers to them.
pub async fn allow(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let settings = state.access.current();
    let origin = request.headers().get(ORIGIN).cloned();
    let origin = origin.filter(|origin| origin.to_str().is_ok_and(|origin| settings.origins.allow(origin)));
    let preflight = request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight && origin.is_some() { answer() } else { next.run(request).await };
    if settings.origins != Origins::None {
        mark(response.headers_mut(), origin);
    }
    response
}

fn answer() -> Response {
    let headers = [(ACCESS_CONTROL_ALLOW_METHODS, METHODS), (ACCESS_CONTROL_ALLOW_HEADERS, HEADERS), (ACCESS_CONTROL_MAX_AGE, MAX_AGE)];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn mark(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    // The answer depends on who asks, so a cache must tell them apart.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}
