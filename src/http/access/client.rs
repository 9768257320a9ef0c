//! Where a request really comes from. A proxy's word counts only where the proxy is declared (`TRUSTED_PROXIES`).

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::forwarded::{self, Chain};
use crate::{
    http::{AppState, Encrypted, Peer},
    service::access::AccessSettings,
};

/// Who sent a request, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// It came over no network: the control socket, or a command on a store at rest.
    Here,
    At(IpAddr),
    /// A declared proxy says something that cannot be read, or contradicts itself. Lies in no network.
    Unclear,
}

/// Known to the layers and handlers inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    pub sender: Sender,
    /// Whether it came to us, or to a declared proxy, over TLS.
    pub https: bool,
    /// Whether a declared proxy brought it.
    pub proxied: bool,
}

impl Client {
    pub fn address(self) -> Option<IpAddr> {
        match self.sender {
            Sender::At(address) => Some(address),
            Sender::Here | Sender::Unclear => None,
        }
    }
}

/// Tells the layers inside who sent the request.
pub async fn tell(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let client = of(&request, &state.access.current());
    request.extensions_mut().insert(client);
    next.run(request).await
}

fn of<B>(request: &axum::http::Request<B>, settings: &AccessSettings) -> Client {
    let encrypted = request.extensions().get::<Encrypted>().is_some();
    let Some(Peer(peer)) = request.extensions().get::<Peer>().copied() else {
        return Client { sender: Sender::Here, https: encrypted, proxied: false };
    };
    let peer = peer.ip().to_canonical();
    if !settings.trusts(peer) {
        return Client { sender: Sender::At(peer), https: encrypted, proxied: false };
    }
    let headers = request.headers();
    let chains = [forwarded::x_forwarded_for(headers), forwarded::forwarded(headers)].map(|chain| trace(chain, settings));
    let sender = match chains {
        [None, None] => Sender::At(peer),
        [Some(one), None] | [None, Some(one)] => one,
        // A proxy writes one of them; the other may be the caller's own invention. Nobody can tell which, unless both say the same.
        [Some(one), Some(other)] => {
            if one == other {
                one
            } else {
                Sender::Unclear
            }
        }
    };
    Client { sender, https: forwarded::is_https(headers), proxied: true }
}

/// The sender by a chain of hops: from the right, the first that is no declared proxy. What stands left of it was written by the
/// caller and is not looked at.
fn trace(chain: Option<Chain>, settings: &AccessSettings) -> Option<Sender> {
    let mut sender = Sender::Unclear;
    for hop in chain?.into_iter().rev() {
        let Some(address) = hop else { return Some(Sender::Unclear) };
        sender = Sender::At(address);
        if !settings.trusts(address) {
            break;
        }
    }
    Some(sender)
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
