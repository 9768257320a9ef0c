//! Who may read the inbox without showing a key: a browser with a pass that it got for one, and whoever sits at this machine.

use axum::{
    extract::{Extension, Request, State},
    http::{
        HeaderMap, HeaderValue, Method, Version,
        header::{AUTHORIZATION, COOKIE as COOKIES, HOST, ORIGIN},
    },
    middleware::Next,
    response::Response,
};

use crate::{
    http::{
        AppState, Peer,
        access::client::Client,
        auth::{self, Needs},
        error::Problem,
    },
    service::Caller,
};

/// The cookie that holds a pass.
pub const COOKIE: &str = "jebi_inbox";

/// Headers by which a proxy says that it stands between. With one of them the peer is not who asks.
const PROXY: [&str; 12] = [
    "forwarded",
    "via",
    "x-real-ip",
    "true-client-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-host",
    "x-original-forwarded-for",
    "x-originating-ip",
    "x-remote-addr",
    "x-remote-ip",
    "cdn-loop",
];
/// The same, by how they begin.
const PROXY_PREFIXES: [&str; 9] = ["x-forwarded", "cf-", "x-envoy-", "x-amzn-", "x-azure-", "x-arr-", "fastly-", "fly-", "ngrok-"];

/// Lets pass who needs no key, and asks everybody else for one.
pub async fn admit(
    State((state, needs)): State<(AppState, Needs)>,
    client: Extension<Client>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let shows_key = request.headers().contains_key(AUTHORIZATION) || request.headers().contains_key("x-api-key");
    // Proxies can be declared while the server runs: from then on a peer on this machine may be anybody.
    let is_alone = state.access.current().trusted_proxies.is_empty();
    let at_this_machine = state.settings.keyless_inbox && is_alone && is_at_this_machine(&request);
    if !shows_key && (at_this_machine || has_pass(&state, &request)) {
        request.extensions_mut().insert(Caller::LOCAL.at(client.address())?);
        return Ok(next.run(request).await);
    }
    auth::require(State((state, needs)), client, request, next).await
}

/// Whether it comes from a program on this machine that means this machine: not through a proxy, not from a page of somebody
/// else, not under a name that somebody else made point here (DNS rebinding).
fn is_at_this_machine(request: &Request) -> bool {
    let headers = request.headers();
    let is_here = request.extensions().get::<Peer>().is_some_and(|Peer(peer)| peer.ip().to_canonical().is_loopback());
    // A proxy speaks HTTP/1.0 or writes the whole address, if it says nothing else of itself.
    let is_direct = request.version() == Version::HTTP_11 && request.uri().authority().is_none() && !names_proxy(headers);
    is_here && is_direct && is_named_here(headers) && is_own_page(request.method(), headers)
}

fn names_proxy(headers: &HeaderMap) -> bool {
    headers.keys().map(|name| name.as_str()).any(|name| PROXY.contains(&name) || PROXY_PREFIXES.iter().any(|start| name.starts_with(start)))
}

/// Whether the one `Host` is this machine's own name.
fn is_named_here(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(Ok(host)), None) = (hosts.next().map(|h| h.to_str()), hosts.next()) else { return false };
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split_once(']').map_or("", |(name, _)| name),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether no page of another origin asks. Browsers say so with every request; what is no browser says nothing, and may read.
/// What changes something must name its origin where it comes from a browser.
fn is_own_page(method: &Method, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    let origin = headers.get(ORIGIN).map(|origin| {
        let named = origin.as_bytes().strip_prefix(b"http://").or_else(|| origin.as_bytes().strip_prefix(b"https://"));
        named.is_some() && named == headers.get(HOST).map(HeaderValue::as_bytes)
    });
    let reads = matches!(*method, Method::GET | Method::HEAD);
    match (site, origin) {
        (Some(false), _) | (_, Some(false)) => false,
        (None, None) => reads,
        _ => true,
    }
}

/// A pass reads and does nothing else.
fn has_pass(state: &AppState, request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let cookies = request.headers().get_all(COOKIES).iter().filter_map(|value| value.to_str().ok());
    let mut passes = cookies.flat_map(|value| value.split(';')).filter_map(|one| one.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    reads && passes.any(|pass| state.inbox.sessions.holds(pass))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    const OWN: &[(&str, &str)] = &[("host", "127.0.0.1:3000")];

    fn at(method: &str, peer: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri("/v1/inbox");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        request.extensions_mut().insert(Peer(peer.parse().expect("an address")));
        is_at_this_machine(&request)
    }

    #[test]
    fn whoever_sits_here_may_read() {
        for host in ["127.0.0.1:3000", "localhost:3000", "LOCALHOST", "[::1]:3000", "127.0.0.2"] {
            assert!(at("GET", "127.0.0.1:5000", &[("host", host)]), "{host}");
        }
        assert!(at("GET", "[::1]:5000", OWN) && at("GET", "[::ffff:127.0.0.1]:5000", OWN));
    }

    #[test]
    fn somebody_elsewhere_may_not() {
        assert!(!at("GET", "192.168.0.7:5000", OWN));
        let mut request = Request::get("/v1/inbox").header("host", "localhost").body(Body::empty()).expect("a request");
        assert!(!is_at_this_machine(&request), "who the peer is must be known");
        request.extensions_mut().insert(Peer("127.0.0.1:5".parse().expect("an address")));
        assert!(is_at_this_machine(&request));
        *request.version_mut() = Version::HTTP_10;
        assert!(!is_at_this_machine(&request));
    }

    #[test]
    fn another_name_for_this_machine_is_somebody_elses() {
        for host in ["evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.1", "", "[::2]", "0.0.0.0"] {
            assert!(!at("GET", "127.0.0.1:5000", &[("host", host)]), "{host}");
        }
        assert!(!at("GET", "127.0.0.1:5000", &[]));
        assert!(!at("GET", "127.0.0.1:5000", &[("host", "localhost"), ("host", "localhost")]));
    }

    #[test]
    fn a_proxy_on_this_machine_speaks_for_others() {
        for name in [
            "Forwarded",
            "Via",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Real-IP",
            "CF-Connecting-IP",
            "True-Client-IP",
            "X-Envoy-External-Address",
            "CDN-Loop",
            "Fly-Client-IP",
        ] {
            assert!(!at("GET", "127.0.0.1:5000", &[OWN[0], (name, "127.0.0.1")]), "{name}");
        }
    }

    #[test]
    fn a_page_of_another_origin_may_not_ask() {
        let from = |method, site: &str| at(method, "127.0.0.1:5000", &[OWN[0], ("sec-fetch-site", site)]);
        assert!(from("GET", "same-origin") && from("GET", "none") && !from("GET", "cross-site") && !from("GET", "same-site"));
        let origin = |method, origin: &str| at(method, "127.0.0.1:5000", &[OWN[0], ("origin", origin)]);
        assert!(origin("DELETE", "http://127.0.0.1:3000") && !origin("DELETE", "http://127.0.0.1:8080") && !origin("DELETE", "null"));
        assert!(!origin("GET", "https://evil.example"));
        assert!(!at("DELETE", "127.0.0.1:5000", OWN) && !at("POST", "127.0.0.1:5000", OWN));
    }
}
