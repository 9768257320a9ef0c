//! What proxies write into a request. Lists are cut at every comma and read from the right: what the last proxy wrote stands
//! there, and nothing a caller wrote before it can change how it is read.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header::FORWARDED};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Hops from the caller on; `None` for one that is no address.
pub type Chain = Vec<Option<IpAddr>>;

/// The chain of `X-Forwarded-For`; `None` without one.
pub fn x_forwarded_for(headers: &HeaderMap) -> Option<Chain> {
    Some(list(headers, &X_FORWARDED_FOR)?.iter().map(|hop| address(hop)).collect())
}

/// The chain of `Forwarded` (RFC 7239); `None` without one.
pub fn forwarded(headers: &HeaderMap) -> Option<Chain> {
    Some(list(headers, &FORWARDED)?.iter().map(|element| parameter(element, "for").and_then(|hop| address(&hop))).collect())
}

/// Whether the last proxy was asked over TLS.
pub fn is_https(headers: &HeaderMap) -> bool {
    let said = match list(headers, &X_FORWARDED_PROTO) {
        Some(all) => all.last().cloned(),
        None => list(headers, &FORWARDED).and_then(|all| parameter(all.last()?, "proto")),
    };
    said.is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}

/// All lines of a header as one list (RFC 9110, 5.3). What is not ASCII becomes a hop that is no address.
fn list(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<String>> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("?"));
    let all: Vec<String> = lines.flat_map(|line| line.split(',')).map(|item| item.trim().to_owned()).collect();
    (!all.is_empty()).then_some(all)
}

/// A parameter of an element of `Forwarded`, without its quotes.
fn parameter(element: &str, name: &str) -> Option<String> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?;
    let value = value.trim();
    let unquoted = value.strip_prefix('"').map_or(Some(value), |rest| rest.strip_suffix('"'));
    unquoted.map(str::to_owned)
}

/// An address with or without a port, IPv6 also in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    text.parse::<IpAddr>().ok().or_else(bracketed).or_else(with_port).map(|ip| ip.to_canonical())
}
