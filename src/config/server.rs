//! `[server]`: where Jebi listens, and how long and how much it takes.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use super::{
    endpoint,
    key::Key,
    parse::{seconds, shown, whole},
    reader::{Bad, Reader},
};

const HOST: Key = Key::new("server.host", &["SERVER_HOST"]);
const PORT: Key = Key::new("server.port", &["SERVER_PORT"]);
const URL: Key = Key::new("server.url", &["SERVER_URL"]);
pub(super) const MAX_BODY: Key = Key::new("server.max_body_bytes", &["JEBI_MAX_BODY_BYTES"]);
pub(super) const TIMEOUT: Key = Key::new("server.request_timeout_seconds", &["JEBI_REQUEST_TIMEOUT_SECONDS"]);
pub(super) const SYNC_WAIT: Key = Key::new("server.sync_wait_seconds", &["SYNC_WAIT_SECONDS"]);
const NODE: Key = Key::new("server.node", &["JEBI_NODE"]);
const DRAIN: Key = Key::new("server.drain_wait_seconds", &["SERVER_DRAIN_WAIT"]);
const GRACE: Key = Key::new("server.stop_grace_seconds", &["JEBI_STOP_GRACE_SECONDS"]);
pub(super) const TLS_CERT: Key = Key::new("server.tls_cert", &["TLS_CERT"]);
pub(super) const TLS_KEY: Key = Key::new("server.tls_key", &["TLS_KEY"]);
const HEAD_TIMEOUT: Key = Key::new("server.head_timeout_seconds", &["JEBI_HEAD_TIMEOUT_SECONDS"]);
const CONNECTIONS: Key = Key::new("server.max_connections", &["MAX_CONNECTIONS"]);
const REQUESTS: Key = Key::new("server.max_concurrent_requests", &["MAX_CONCURRENT_REQUESTS"]);
pub(super) const BODIES: Key = Key::new("server.max_bodies_bytes", &["JEBI_MAX_BODIES_BYTES"]);

pub(super) const KEYS: &[&Key] = &[
    &HOST,
    &PORT,
    &URL,
    &TLS_CERT,
    &TLS_KEY,
    &MAX_BODY,
    &BODIES,
    &TIMEOUT,
    &HEAD_TIMEOUT,
    &CONNECTIONS,
    &REQUESTS,
    &SYNC_WAIT,
    &GRACE,
    &DRAIN,
    &NODE,
];

/// Longest name of a node, in characters.
const NODE_NAME: usize = 100;

/// The HTTP server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on; 0 takes any free one.
    pub port: u16,
    /// How the world reaches this server, without a slash at the end; `None` where nobody said.
    pub url: Option<String>,
    /// Longest request body, in bytes.
    pub max_body_bytes: usize,
    /// A request that takes longer, from its first byte to its answer, is broken off.
    pub request_timeout: Duration,
    /// How long a synchronous call waits for its outcome before it answers `pending`.
    pub sync_wait: Duration,
    /// How long requests are still answered after the signal to stop.
    pub drain_wait: Duration,
    /// The name of this node; `None` for the host's.
    pub node: Option<String>,
    /// How long a stop waits for mail in flight.
    pub stop_grace: Duration,
    /// Certificate chain and private key, PEM; HTTPS where they are set.
    pub tls: Option<TlsFiles>,
    /// How long a connection may take for the head of a request, or be idle before one, or take for its TLS handshake.
    pub head_timeout: Duration,
    /// Connections at a time; more wait to be accepted.
    pub max_connections: usize,
    /// Requests under way at a time; more are refused.
    pub max_concurrent_requests: usize,
    /// Bytes of request bodies in memory at a time.
    pub max_bodies_bytes: usize,
}

/// Where the certificate is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

impl Server {
    /// How links in mail reach this server; `None` where nobody said, or what was said is this machine itself or no `https`.
    #[must_use]
    pub fn public_url(&self) -> Option<&str> {
        self.url.as_deref().filter(|url| endpoint::is_public(url))
    }

    /// How readers of mail reach this server; `None` where nobody said, or what was said is this machine itself.
    #[must_use]
    pub fn reachable_url(&self) -> Option<&str> {
        self.url.as_deref().filter(|url| !endpoint::is_loopback(url))
    }

    /// Where to listen.
    #[must_use]
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }
}

pub(super) fn read(r: &mut Reader) -> Option<Server> {
    let host = r.must(&HOST, host);
    let port = r.must(&PORT, whole(0..=u16::MAX));
    let url = r.may(&URL, endpoint::url);
    let max_body_bytes = r.must(&MAX_BODY, whole(16_384..=1_073_741_824_usize));
    let request_timeout = r.must(&TIMEOUT, seconds(1..=3_600));
    let sync_wait = r.must(&SYNC_WAIT, seconds(1..=600));
    let stop_grace = r.must(&GRACE, seconds(1..=3_600));
    let drain_wait = r.must(&DRAIN, seconds(0..=300));
    let node = r.may(&NODE, node);
    let tls = tls(r);
    let head_timeout = r.must(&HEAD_TIMEOUT, seconds(1..=300));
    let max_connections = r.must(&CONNECTIONS, whole(1..=1_000_000));
    let max_concurrent_requests = r.must(&REQUESTS, whole(1..=1_000_000));
    let max_bodies_bytes = r.must(&BODIES, whole(16_384..=17_179_869_184_usize));
    Some(Server {
        host: host?,
        port: port?,
        url: url?,
        max_body_bytes: max_body_bytes?,
        request_timeout: request_timeout?,
        sync_wait: sync_wait?,
        stop_grace: stop_grace?,
        drain_wait: drain_wait?,
        node: node?,
        tls: tls?,
        head_timeout: head_timeout?,
        max_connections: max_connections?,
        max_concurrent_requests: max_concurrent_requests?,
        max_bodies_bytes: max_bodies_bytes?,
    })
}

/// Both files or neither. Whether they belong together is seen when they are used.
fn tls(r: &mut Reader) -> Option<Option<TlsFiles>> {
    let cert = r.may(&TLS_CERT, |text| pem(text, "CERTIFICATE-----", "certificate"));
    let key = r.may(&TLS_KEY, |text| pem(text, "PRIVATE KEY-----", "private key"));
    let (set, missing) = match (cert?, key?) {
        (Some(cert), Some(key)) => return Some(Some(TlsFiles { cert, key })),
        (None, None) => return Some(None),
        (Some(_), None) => (&TLS_CERT, "TLS_KEY"),
        (None, Some(_)) => (&TLS_KEY, "TLS_CERT"),
    };
    let bad = Bad::new(format!("is set without {missing}"), "set both to serve HTTPS, or neither to serve HTTP");
    r.refuse(r.written(set), bad);
    None
}

/// A PEM file that holds something of this kind.
fn pem(text: &str, mark: &str, what: &str) -> Result<PathBuf, Bad> {
    let remedy = format!("name a PEM file with the {what}");
    match fs::read_to_string(text) {
        Ok(pem) if pem.contains(mark) => Ok(text.into()),
        Ok(_) => Err(Bad::new(format!("{} holds no {what}", shown(text)), remedy)),
        Err(e) => Err(Bad::new(format!("{} cannot be read: {e}", shown(text)), remedy)),
    }
}

fn node(text: &str) -> Result<String, Bad> {
    if (1..=NODE_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(Bad::new(format!("{} is not a name of 1 to {NODE_NAME} characters", shown(text)), "name the node for people, such as mail-1"))
}

fn host(text: &str) -> Result<IpAddr, Bad> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    let remedy = "write 127.0.0.1 for this machine only, 0.0.0.0 for every network, or one address of this machine";
    text.parse().map_err(|_| Bad::new(format!("{} is not an IP address", shown(text)), remedy))
}
