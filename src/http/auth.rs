//! Who asks: an API key in `Authorization: Bearer` or `X-API-KEY`, or the administrator on this machine.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, header::AUTHORIZATION},
    middleware::Next,
    response::Response,
};
use jebi_domain::refusal::{Fault, Refusal, RefusalKind};

use super::{AppState, error::Problem};
use crate::service::Caller;

/// Set by the server on requests that came over the control socket, which only this machine's administrator can open.
#[derive(Clone, Copy, Debug)]
pub struct LocalAdmin;

/// Lets a request pass that shows a key which holds, and tells the handlers whose it is.
pub async fn require_key(State(state): State<AppState>, mut request: Request, next: Next) -> Result<Response, Problem> {
    let caller = if request.extensions().get::<LocalAdmin>().is_some() {
        Caller::LOCAL
    } else {
        let presented = presented(request.headers())?;
        state.keys.authenticate(presented).ok_or_else(|| {
            refused("invalid_key", "this API key does not exist or was revoked", "use a key that `jebi key list` shows as live")
        })?
    };
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

fn presented(headers: &HeaderMap) -> Result<&str, Refusal> {
    const HOW: &str = "send Authorization: Bearer KEY, or X-API-KEY: KEY; make a key with `jebi key create`";
    if let Some(value) = headers.get(AUTHORIZATION) {
        let bearer = value.to_str().ok().and_then(|v| v.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        return bearer
            .map(|(_, key)| key.trim())
            .ok_or_else(|| refused("invalid_key", "the Authorization header holds no bearer key", HOW));
    }
    let key = headers.get("x-api-key").ok_or_else(|| refused("missing_key", "the request shows no API key", HOW))?;
    key.to_str().map(str::trim).map_err(|_| refused("invalid_key", "the X-API-KEY header is not ASCII", HOW))
}

fn refused(code: &'static str, fault: &str, remedy: &str) -> Refusal {
    Refusal::new(RefusalKind::Unauthenticated, Fault::new("Authorization", code, fault, remedy))
}
