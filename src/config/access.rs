//! `[access]`: who may call.

use http::Uri;
use jebi_domain::network::Network;

use super::{
    Secret,
    key::Key,
    parse::{shown, word},
    reader::{Bad, Reader},
};

/// A key shorter than this could be guessed.
const SHORTEST: usize = 32;
/// Longer than any key a generator makes; it travels in a header.
const LONGEST: usize = 512;

const API_KEY: Key = Key::secret("access.api_key", &["JEBI_API_KEY"]);

const JWT_SECRET: Key = Key::secret("access.jwt_secret", &["JWT_SECRET"]);
const JWT_PREVIOUS: Key = Key::secret("access.jwt_secret_previous", &["JWT_SECRET_PREVIOUS"]);
const NETWORKS: Key = Key::new("access.allowed_networks", &["ALLOWED_NETWORKS"]);
const PROXIES: Key = Key::new("access.trusted_proxies", &["TRUSTED_PROXIES"]);
const REDIRECT: Key = Key::new("access.https_redirect", &["HTTPS_REDIRECT"]);
const ORIGINS: Key = Key::new("access.cors_allowed_origins", &["CORS_ALLOWED_ORIGINS"]);

pub(super) const KEYS: &[&Key] = &[&API_KEY, &JWT_SECRET, &JWT_PREVIOUS, &NETWORKS, &PROXIES, &REDIRECT, &ORIGINS];

/// Who may call, from where.
#[derive(Clone, Debug)]
pub struct Access {
    /// A first API key, 32 to 512 visible ASCII characters; without one the first start makes one and prints it.
    pub api_key: Option<Secret>,
    /// Signs tokens, 32 bytes or more; without one no token is taken.
    pub jwt_secret: Option<Secret>,
    /// Tokens signed with this one hold too.
    pub jwt_secret_previous: Option<Secret>,
    /// Networks that may call; empty for all.
    pub allowed_networks: Vec<Network>,
    /// Proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// Send callers who came to a declared proxy over plain HTTP to HTTPS.
    pub https_redirect: bool,
    /// Origins a browser may call from; `*` alone for every one.
    pub cors_allowed_origins: Vec<String>,
}

pub(super) fn read(r: &mut Reader) -> Option<Access> {
    let api_key = r.may(&API_KEY, api_key);
    let (jwt_secret, jwt_secret_previous) = (r.may(&JWT_SECRET, jwt_secret), r.may(&JWT_PREVIOUS, jwt_secret));
    let (allowed_networks, trusted_proxies) = (r.may(&NETWORKS, networks), r.may(&PROXIES, networks));
    let https_redirect = r.must(&REDIRECT, word(&[("true", true), ("false", false)]));
    let cors_allowed_origins = r.may(&ORIGINS, origins);
    let (jwt_secret, jwt_secret_previous) = (jwt_secret?, jwt_secret_previous?);
    if jwt_secret.is_none() && jwt_secret_previous.is_some() {
        let bad = Bad::new("is set without JWT_SECRET", "set JWT_SECRET to the secret in use, or remove this one");
        r.refuse(r.written(&JWT_PREVIOUS), bad);
        return None;
    }
    let (trusted_proxies, https_redirect) = (trusted_proxies?.unwrap_or_default(), https_redirect?);
    if https_redirect && trusted_proxies.is_empty() {
        let bad = Bad::new("is true, but no proxy is declared that says what came over HTTPS", "set TRUSTED_PROXIES too");
        r.refuse(r.written(&REDIRECT), bad);
        return None;
    }
    Some(Access {
        api_key: api_key?,
        jwt_secret,
        jwt_secret_previous,
        allowed_networks: allowed_networks?.unwrap_or_default(),
        trusted_proxies,
        https_redirect,
        cors_allowed_origins: cors_allowed_origins?.unwrap_or_default(),
    })
}

/// HMAC with SHA-256 needs a key at least as long as its output (RFC 7518, section 3.2).
fn jwt_secret(text: &str) -> Result<Secret, Bad> {
    if text.len() < SHORTEST {
        let fault = format!("has {} bytes, and at least {SHORTEST} are needed", text.len());
        return Err(Bad::new(fault, "make one with `openssl rand -hex 32`"));
    }
    Ok(Secret::new(text))
}

/// The parts of a list with commas between.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn networks(text: &str) -> Result<Vec<Network>, Bad> {
    let remedy = "write networks with commas between: 10.0.0.0/8, 2001:db8::/32, 192.0.2.7";
    let read = |part| Network::parse(part).ok_or_else(|| Bad::new(format!("{} is not a network", shown(part)), remedy));
    let all: Vec<Network> = parts(text).map(read).collect::<Result<_, _>>()?;
    // An empty list would let everybody in.
    if all.is_empty() { Err(Bad::new("names no network", remedy)) } else { Ok(all) }
}

fn origins(text: &str) -> Result<Vec<String>, Bad> {
    let all: Vec<String> = parts(text).map(str::to_owned).collect();
    if all.is_empty() {
        return Err(Bad::new("names no origin", "write one, such as https://shop.example.kr, or leave it out"));
    }
    if all.len() > 1 && all.iter().any(|one| one == "*") {
        return Err(Bad::new("holds * beside other origins", "write * alone for every origin, or only the exact ones"));
    }
    match all.iter().find(|one| *one != "*" && !is_origin(one)) {
        Some(bad) => {
            let remedy = "write what browsers send, without a path: https://shop.example.kr or http://localhost:5173";
            Err(Bad::new(format!("{} is not an origin", shown(bad)), remedy))
        }
        None => Ok(all),
    }
}

/// Exactly as a browser writes it (RFC 6454, section 6.2): scheme and host in lower case, no path, no usual port.
fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let usual = match uri.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return false,
    };
    let plain = !text.ends_with('/') && uri.path() == "/" && uri.query().is_none() && !text.contains(['@', '#']);
    plain && uri.host().is_some_and(|host| !host.is_empty()) && uri.port_u16() != Some(usual) && *text == text.to_ascii_lowercase()
}

fn api_key(text: &str) -> Result<Secret, Bad> {
    let remedy = "make one with `openssl rand -hex 32`";
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Bad::new("holds a space or a character that cannot stand in a header", remedy));
    }
    if text.len() < SHORTEST {
        return Err(Bad::new(format!("has {} characters, and at least {SHORTEST} are needed", text.len()), remedy));
    }
    if text.len() > LONGEST {
        return Err(Bad::new(format!("has {} characters, and at most {LONGEST} are taken", text.len()), remedy));
    }
    Ok(Secret::new(text))
}
