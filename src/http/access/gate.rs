//! Networks that may call (`ALLOWED_NETWORKS`), and the way from HTTP to HTTPS behind a declared proxy.

use axum::{
    extract::{Extension, Request, State},
    http::{
        HeaderValue, StatusCode, Uri,
        header::{HOST, LOCATION},
        uri::Authority,
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use jebi_domain::refusal::{Fault, Refusal};

use super::client::{Client, Sender};
use crate::http::{AppState, error::Problem};

/// Lets a request pass that comes from a network that may call.
pub async fn networks(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let settings = state.access.current();
    let allowed = match client.sender {
        Sender::Unclear => settings.allowed_networks.is_empty(),
        Sender::Here | Sender::At(_) => settings.allows(client.address()),
    };
    if allowed {
        return Ok(next.run(request).await);
    }
    let from = client.address().map_or_else(|| "an address the proxy does not tell".to_owned(), |address| address.to_string());
    let fault = format!("requests from {from} are not taken here");
    let remedy = "call from an allowed network, or have it added to ALLOWED_NETWORKS; behind a proxy, declare it in TRUSTED_PROXIES";
    Err(Refusal::denied(Fault::new("", "forbidden_network", fault, remedy)).into())
}

/// Sends callers who reached a declared proxy over plain HTTP to HTTPS, where that is asked for.
pub async fn https(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if client.https || !client.proxied || !state.access.current().https_redirect {
        return Ok(next.run(request).await);
    }
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let target = host.and_then(|host| location(host.host(), request.uri()));
    let Some(target) = target else {
        let fault = Fault::new("Host", "invalid_host", "the Host header names no host", "send the name of this server in it");
        return Err(Refusal::malformed(fault).into());
    };
    // The method and the body stay as they are (RFC 9110, 15.4.9).
    Ok((StatusCode::PERMANENT_REDIRECT, [(LOCATION, target)]).into_response())
}

/// The same path on the usual port.
fn location(host: &str, uri: &Uri) -> Option<HeaderValue> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    HeaderValue::from_str(&format!("https://{host}{path}")).ok()
}
