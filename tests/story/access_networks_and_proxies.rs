//! `ALLOWED_NETWORKS` and `TRUSTED_PROXIES` (S2-5, S0-15): a forged header never gets anybody in, a declared proxy's word counts.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use axum::{
    body::Body,
    http::{Method, Request},
};
use jebi::service::access::{AccessSettings, Origins};
use jebi_domain::network::Network;

use crate::support::{
    api::{Answer, Api, Setup},
    server::{Server, run},
};

fn networks(all: &[&str]) -> Vec<Network> {
    all.iter().map(|net| Network::parse(net).expect("a network")).collect()
}

async fn api() -> Api {
    let access = AccessSettings {
        allowed_networks: networks(&["192.0.2.0/24", "2001:db8::/32"]),
        trusted_proxies: networks(&["10.0.0.0/8"]),
        ..AccessSettings::default()
    };
    Api::with(Setup { access, ..Setup::default() }).await
}

async fn ask(api: &Api, from: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = api.request(Method::GET, path, Body::empty());
    for (name, value) in headers {
        request.headers_mut().append(axum::http::HeaderName::try_from(*name).expect("a name"), value.parse().expect("a value"));
    }
    api.send_from(from, request).await
}

#[tokio::test]
async fn others_are_refused_everywhere_but_at_health() {
    let api = api().await;
    for from in ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::1"] {
        ask(&api, from, "/v1/topics", &[]).await.expect(200);
    }
    for path in ["/v1/topics", "/ready", "/metrics", "/openapi.json", "/nonsense"] {
        assert_eq!(ask(&api, "203.0.113.1", path, &[]).await.problem(403), [(String::new(), "forbidden_network".into())], "{path}");
    }
    let put = api.send_from("203.0.113.1", api.request(Method::PUT, "/v1/topics", Body::empty())).await;
    put.problem(403);
    ask(&api, "203.0.113.1", "/health", &[]).await.expect(200);
    // The administrator of this machine comes over no network.
    api.local("/v1/topics").await.expect(200);
}

#[tokio::test]
async fn a_forged_header_gets_nobody_in() {
    let api = api().await;
    for (name, value) in [
        ("x-forwarded-for", "192.0.2.9"),
        ("forwarded", "for=192.0.2.9"),
        ("x-real-ip", "192.0.2.9"),
        ("x-forwarded-for", "192.0.2.9, 10.0.0.1"),
    ] {
        ask(&api, "203.0.113.1", "/v1/topics", &[(name, value)]).await.problem(403);
        // The proxy appends whom it saw.
        ask(&api, "10.0.0.1", "/v1/topics", &[(name, value), ("x-forwarded-for", "203.0.113.1")]).await.problem(403);
    }
    // The proxy's own header contradicts the one that came with the request.
    ask(&api, "10.0.0.1", "/v1/topics", &[("forwarded", "for=192.0.2.9"), ("x-forwarded-for", "192.0.2.9x")]).await.problem(403);
    ask(&api, "10.0.0.1", "/v1/topics", &[("x-forwarded-for", "unknown")]).await.problem(403);
    ask(&api, "10.0.0.1", "/v1/topics", &[]).await.problem(403);
}

#[tokio::test]
async fn a_declared_proxy_brings_allowed_callers() {
    let api = api().await;
    ask(&api, "10.0.0.1", "/v1/topics", &[("x-forwarded-for", "192.0.2.9")]).await.expect(200);
    ask(&api, "10.0.0.1", "/v1/topics", &[("x-forwarded-for", "203.0.113.1, 192.0.2.9, 10.2.2.2")]).await.expect(200);
    ask(&api, "10.0.0.1", "/v1/topics", &[("forwarded", "for=\"[2001:db8::9]:443\";proto=https")]).await.expect(200);
    ask(&api, "10.0.0.1", "/v1/topics", &[("x-forwarded-for", "192.0.2.9, 203.0.113.1")]).await.problem(403);
}

#[tokio::test]
async fn networks_are_replaced_while_requests_run() {
    let api = api().await;
    ask(&api, "203.0.113.1", "/v1/topics", &[]).await.problem(403);
    let allowed_networks = networks(&["203.0.113.0/24"]);
    api.state.access.replace(AccessSettings { allowed_networks, ..AccessSettings::default() });
    ask(&api, "203.0.113.1", "/v1/topics", &[]).await.expect(200);
    ask(&api, "192.0.2.9", "/v1/topics", &[]).await.problem(403);
}

/// Whoever makes the proxy contradict itself has attempts too, though nobody knows whose.
#[tokio::test]
async fn an_unclear_caller_cannot_guess_without_end() {
    let access = AccessSettings { trusted_proxies: networks(&["10.0.0.1"]), ..AccessSettings::default() };
    let api = Api::with(Setup { access, ..Setup::default() }).await;
    let unclear = |n: u8| [("x-forwarded-for", "192.0.2.9".to_owned()), ("forwarded", format!("for=203.0.113.{n}"))];
    let guesser = api.with_key("guess");
    for n in 0..=10 {
        let headers = unclear(n);
        let answer = ask(&guesser, "10.0.0.1", "/v1/topics", &headers.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
        answer.problem(if n < 10 { 401 } else { 429 });
    }
    let headers = unclear(0);
    ask(&api, "10.0.0.1", "/v1/topics", &headers.each_ref().map(|(name, value)| (*name, value.as_str()))).await.expect(200);
}

/// A server that reads its inbox without a key learns of a proxy: from then on a peer on this machine may be anybody.
#[tokio::test]
async fn a_proxy_declared_while_it_runs_ends_keyless_reading() {
    let api = Api::new().await;
    let keyless = || Request::get("/v1/inbox").header("host", "localhost").body(Body::empty()).expect("a request");
    api.send_from("127.0.0.1", keyless()).await.expect(200);
    api.state.access.replace(AccessSettings { trusted_proxies: networks(&["10.0.0.1"]), ..AccessSettings::default() });
    api.send_from("127.0.0.1", keyless()).await.problem(401);
}

#[tokio::test]
async fn plain_http_at_a_declared_proxy_is_sent_to_https() {
    let access = AccessSettings { trusted_proxies: networks(&["10.0.0.1"]), https_redirect: true, ..AccessSettings::default() };
    let api = Api::with(Setup { access, ..Setup::default() }).await;
    let host = ("host", "mail.example.kr:8080");
    let sent = ask(&api, "10.0.0.1", "/v1/topics?limit=5", &[host, ("x-forwarded-proto", "http")]).await;
    assert_eq!(
        (sent.status.as_u16(), &sent.headers["location"]),
        (308, &"https://mail.example.kr/v1/topics?limit=5".parse().expect("a value"))
    );
    assert!(!sent.headers.contains_key("strict-transport-security"));
    let secure = ask(&api, "10.0.0.1", "/v1/topics", &[host, ("x-forwarded-proto", "https")]).await;
    secure.expect(200);
    assert_eq!(secure.headers["strict-transport-security"], "max-age=31536000");
    ask(&api, "10.0.0.1", "/health", &[host]).await.expect(200);
    // Who comes directly is not behind the proxy, and its headers mean nothing.
    let direct = ask(&api, "203.0.113.1", "/v1/topics", &[host, ("x-forwarded-proto", "https")]).await;
    direct.expect(200);
    assert!(!direct.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn every_answer_is_safe_to_show_in_a_browser() {
    let api = Api::new().await;
    for (path, status) in [("/v1/topics", 200), ("/v1/none", 404), ("/health", 200)] {
        let answer = api.get(path).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["x-frame-options"], "DENY");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        assert_eq!(answer.headers.get("cache-control").is_some_and(|v| v == "no-store"), path.starts_with("/v1/"), "{path}");
    }
}

#[tokio::test]
async fn only_pages_of_named_origins_may_call() {
    let none = Api::new().await;
    let preflight = |origin: &str| {
        let request = Request::options("/v1/messages").header("origin", origin).header("access-control-request-method", "POST");
        request.body(Body::empty()).expect("a request")
    };
    let refused = none.send(preflight("https://shop.example.kr")).await;
    assert_eq!(refused.status, 405);
    assert!(!refused.headers.contains_key("access-control-allow-origin"));

    let origins = Origins::These(vec!["https://shop.example.kr".to_owned()]);
    none.state.access.replace(AccessSettings { origins, ..AccessSettings::default() });
    let answer = none.send(preflight("https://shop.example.kr")).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["access-control-allow-origin"]),
        (204, &"https://shop.example.kr".parse().expect("a value"))
    );
    assert!(answer.headers["access-control-allow-headers"].to_str().is_ok_and(|names| names.contains("Idempotency-Key")));
    for other in ["https://evil.example", "https://shop.example.kr.evil.example", "http://shop.example.kr", "null"] {
        assert!(!none.send(preflight(other)).await.headers.contains_key("access-control-allow-origin"), "{other}");
    }
    let mut real = none.request(Method::GET, "/v1/topics", Body::empty());
    real.headers_mut().insert("origin", "https://shop.example.kr".parse().expect("a value"));
    let real = none.send(real).await;
    real.expect(200);
    assert_eq!(
        (&real.headers["access-control-allow-origin"], &real.headers["vary"]),
        (&"https://shop.example.kr".parse().expect("a value"), &"Origin".parse().expect("a value"))
    );
    assert!(!real.headers.contains_key("access-control-allow-credentials"));

    none.state.access.replace(AccessSettings { origins: Origins::Any, ..AccessSettings::default() });
    assert_eq!(none.send(preflight("https://any.example")).await.status, 204);
}

/// The status a real server answers on a connection from this machine.
fn status(server: &Server, path: &str, header: &str) -> String {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).expect("it listens");
    let key = server.key.as_deref().expect("a first key");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: jebi\r\nConnection: close\r\nX-API-KEY: {key}\r\n{header}\r\n").expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).expect("a status").to_owned()
}

#[test]
fn a_connection_is_judged_by_its_real_peer() {
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let outside = Server::start(one.path(), &[("ALLOWED_NETWORKS", "192.0.2.0/24")]);
    assert_eq!(status(&outside, "/v1/topics", ""), "403");
    assert_eq!(status(&outside, "/v1/topics", "X-Forwarded-For: 192.0.2.9\r\n"), "403");
    assert_eq!(status(&outside, "/health", ""), "200");
    assert_eq!(run(one.path(), &[], &["key", "list"]).code, 0, "the control socket is no network");

    let behind = Server::start(other.path(), &[("ALLOWED_NETWORKS", "192.0.2.0/24"), ("TRUSTED_PROXIES", "127.0.0.1")]);
    assert_eq!(status(&behind, "/v1/topics", "X-Forwarded-For: 192.0.2.9\r\n"), "200");
    assert_eq!(status(&behind, "/v1/topics", "X-Forwarded-For: 192.0.2.9, 203.0.113.1\r\n"), "403");
    assert_eq!(status(&behind, "/v1/topics", ""), "403");
}
