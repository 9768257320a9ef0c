//! `[server]`: where Jebi listens, and how long and how much it takes.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
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
const GRACE: Key = Key::new("server.stop_grace_seconds", &["JEBI_STOP_GRACE_SECONDS"]);

pub(super) const KEYS: &[&Key] = &[&HOST, &PORT, &URL, &MAX_BODY, &TIMEOUT, &SYNC_WAIT, &GRACE];

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
    /// How long a stop waits for mail in flight.
    pub stop_grace: Duration,
}

impl Server {
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
    Some(Server {
        host: host?,
        port: port?,
        url: url?,
        max_body_bytes: max_body_bytes?,
        request_timeout: request_timeout?,
        sync_wait: sync_wait?,
        stop_grace: stop_grace?,
    })
}

fn host(text: &str) -> Result<IpAddr, Bad> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    let remedy = "write 127.0.0.1 for this machine only, 0.0.0.0 for every network, or one address of this machine";
    text.parse().map_err(|_| Bad::new(format!("{} is not an IP address", shown(text)), remedy))
}
