//! The number a request is known by: the caller's own `X-Request-Id` where it is usable, else a random one. Every line of the log
//! that belongs to a request carries it.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

use tracing::Instrument;

use super::AppState;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longest taken from a caller, in bytes.
const MAX: usize = 64;

/// Known to the layers and handlers inside.
#[derive(Clone, Debug)]
pub struct RequestId(pub HeaderValue);

impl RequestId {
    /// As text; what is made or taken here is always ASCII.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Gives every request and its answer an id.
pub async fn give(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(HEADER).filter(|v| usable(v)).cloned();
    let id = RequestId(given.unwrap_or_else(|| fresh(&state)));
    request.extensions_mut().insert(id.clone());
    // The path as the table of routes has it: what callers put into its places may name somebody.
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let span = tracing::info_span!("request", request_id = id.as_str(), method = %request.method(), path);
    let begun = state.clock.boot();
    let mut response = next.run(request).instrument(span.clone()).await;
    let duration_ms = state.clock.boot().since(begun).as_secs_f64() * 1e3;
    let status = response.status().as_u16();
    span.in_scope(|| {
        if response.status().is_server_error() {
            tracing::warn!(status, duration_ms, "request failed");
        } else {
            tracing::debug!(status, duration_ms, "request answered");
        }
    });
    response.headers_mut().insert(HEADER, id.0);
    response
}

fn usable(value: &HeaderValue) -> bool {
    (1..=MAX).contains(&value.len()) && value.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn fresh(state: &AppState) -> HeaderValue {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let (mut random, mut text) = ([0; 8], [0; 16]);
    state.random.fill(&mut random);
    for (pair, byte) in text.chunks_exact_mut(2).zip(random) {
        pair[0] = HEX[usize::from(byte >> 4)];
        pair[1] = HEX[usize::from(byte & 15)];
    }
    // Hexadecimal digits are always a valid header value.
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}
