//! Addresses of HTTP services: their form, and whether two of them are the same place.

use std::net::IpAddr;

use http::Uri;

use super::{Server, parse::shown, reader::Bad};

/// `http://host[:port][/path]` without a slash at the end.
pub(super) fn url(text: &str) -> Result<String, Bad> {
    let remedy = "write http:// or https://, a host, and a port where it is not the usual one";
    // A user and password in it would end up in logs.
    if text.contains('@') {
        return Err(Bad::new("holds a user name or password", remedy));
    }
    let bad = || Bad::new(format!("{} is not a web address", shown(text)), remedy);
    let uri: Uri = text.trim().parse().map_err(|_| bad())?;
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    if !web || uri.query().is_some() || text.contains('#') || uri.host().is_none_or(str::is_empty) {
        return Err(bad());
    }
    Ok(text.trim().trim_end_matches('/').to_owned())
}

/// The same, where a bare host means `https://` (requirement S-5).
pub(super) fn bare_or_url(text: &str) -> Result<String, Bad> {
    if text.contains("://") { url(text) } else { url(&format!("https://{text}")) }
}

/// Whether a service at `endpoint` is this server itself: what it listens on, or what it calls itself.
pub(super) fn is_ourselves(endpoint: &str, server: &Server) -> bool {
    let Some(there) = place(endpoint) else {
        return false;
    };
    if server.url.as_deref().and_then(place).is_some_and(|ours| ours == there) {
        return true;
    }
    // Port 0 is any free one: nobody can have written it down.
    server.port != 0 && there.1 == server.port && reaches(&there.0, server.host)
}

/// Whether an address leads to the machine of whoever asks.
pub(super) fn is_loopback(url: &str) -> bool {
    place(url).is_some_and(|(host, _)| host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()))
}

/// Whether links to it work for the world: `https`, and not this machine itself.
pub(super) fn is_public(url: &str) -> bool {
    url.starts_with("https://") && !is_loopback(url)
}

/// Host and port, in a form that can be compared.
fn place(url: &str) -> Option<(String, u16)> {
    let uri: Uri = url.parse().ok()?;
    let usual = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    let host = uri.host()?.trim_matches(['[', ']']).to_ascii_lowercase();
    Some((if host == "localhost" { "127.0.0.1".to_owned() } else { host }, uri.port_u16().unwrap_or(usual)))
}

/// Whether a host name leads to a server listening on that address, as far as it can be told without asking anyone.
fn reaches(host: &str, listen: IpAddr) -> bool {
    let Ok(host) = host.parse::<IpAddr>() else {
        return false;
    };
    host == listen || (host.is_unspecified() || host.is_loopback()) && (listen.is_unspecified() || listen.is_loopback())
}
