//! Who asks: an API key or a signed token in `Authorization: Bearer` or `X-API-KEY`, or the administrator on this machine.

use std::net::Ipv4Addr;

use axum::{
    extract::{Extension, Request, State},
    http::{HeaderMap, header::AUTHORIZATION},
    middleware::Next,
    response::Response,
};
use jebi_domain::{
    access::Scope,
    refusal::{Fault, Refusal, RefusalKind},
};

use super::{
    AppState,
    access::client::{Client, Sender},
    error::Problem,
};
use crate::service::Caller;

/// Set by the server on requests that came over the control socket, which only this machine's administrator can open.
#[derive(Clone, Copy, Debug)]
pub struct LocalAdmin;

/// What a route asks of who calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// A key that holds, whatever it allows.
    Key,
    Scope(Scope),
}

/// Lets a request pass that shows a key with the scope that is needed, and tells the handlers whose it is.
pub async fn require(
    State((state, needs)): State<(AppState, Needs)>,
    Extension(client): Extension<Client>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let local = request.extensions().get::<LocalAdmin>().is_some();
    let caller = if local { Caller::LOCAL } else { identify(&state, request.headers(), client).await? };
    if let Needs::Scope(scope) = needs {
        caller.must_have(scope)?;
    }
    state.keys.note_use(&caller);
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

async fn identify(state: &AppState, headers: &HeaderMap, client: Client) -> Result<Caller, Refusal> {
    let presented = presented(headers)?;
    let found = match state.keys.authenticate(presented) {
        Some(caller) => Some(caller),
        None => state.tokens.authenticate(presented).await.map_err(|refusal| counted(state, client, refusal))?,
    };
    let caller = found.ok_or_else(|| {
        let fault = "this API key does not exist, was revoked or has expired";
        counted(state, client, refused("invalid_key", fault, "use a key that `jebi key list` shows as live"))
    })?;
    caller.at(client.address())
}

/// The refusal of a key that does not hold, or of one attempt too many.
fn counted(state: &AppState, client: Client, refusal: Refusal) -> Refusal {
    if refusal.kind != RefusalKind::Unauthenticated {
        return refusal;
    }
    let address = match client.sender {
        Sender::Here => return refusal,
        Sender::At(address) => address,
        // Whoever makes a proxy contradict itself gets no attempts of an own.
        Sender::Unclear => Ipv4Addr::UNSPECIFIED.into(),
    };
    let Err(wait) = state.attempts.take(address) else { return refusal };
    let retry_after_s = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    let fault = "too many keys that do not hold were shown from this address";
    let fault = Fault::new("Authorization", "too_many_attempts", fault, "use a key that holds; one is taken at once");
    Refusal::new(RefusalKind::TooMany { retry_after_s }, fault)
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
