//! What every answer says to browsers. A handler that says otherwise is left alone.

use axum::{
    extract::{Extension, Request},
    http::{
        HeaderName, HeaderValue,
        header::{CACHE_CONTROL, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS},
    },
    middleware::Next,
    response::Response,
};

use super::client::Client;

const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];
/// A year. Only over TLS: elsewhere it must be ignored (RFC 6797, 7.2).
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// What the API answers is one caller's, and old in a moment.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Adds them.
pub async fn add(Extension(client): Extension<Client>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/v1/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if client.https {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(HSTS);
    }
    if api {
        headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    }
    response
}
