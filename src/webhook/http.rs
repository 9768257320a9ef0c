//! One POST to an endpoint: bounded in time and in what is read of the answer, never redirected, by no proxy.

use std::{net::IpAddr, sync::Arc, time::Duration};

use jebi_domain::{
    hook::{Answer, guard::Guard},
    network::Network,
    port::{
        Clock,
        hooks::{BadTarget, HookReply, HookRequest},
    },
    time::Wall,
};
use reqwest::{Client, Response, Url, header::HeaderMap, redirect};

use super::{
    guard::{Guarded, Lookup, NotFound, Private},
    no_answer, seconds,
};

/// Bytes of an answer that are read; whoever sends more is hung up on.
const READ: usize = 8 * 1024;
/// Bytes of it that are kept.
const KEPT: usize = 1024;
/// Idle connections to one host that are kept, and for how long.
const IDLE: usize = 4;
const IDLE_TIME: Duration = Duration::from_secs(20);
/// What endpoints see who calls.
const AGENT: &str = concat!("jebi/", env!("CARGO_PKG_VERSION"));

/// How endpoints are called.
pub struct CallSettings {
    /// For a whole call: connecting, sending, and the answer.
    pub timeout: Duration,
    /// Whether plain HTTP is called too.
    pub allow_http: bool,
    /// Networks that are called though they are private.
    pub allowed: Vec<Network>,
    pub lookup: Arc<dyn Lookup>,
    pub clock: Arc<dyn Clock>,
}

pub(super) struct Http {
    /// Or why there is none: mail goes on without.
    client: Result<Client, String>,
    guarded: Guarded,
    timeout: Duration,
    allow_http: bool,
    clock: Arc<dyn Clock>,
}

impl Http {
    pub fn new(settings: CallSettings) -> Self {
        let CallSettings { timeout, allow_http, allowed, lookup, clock } = settings;
        let guarded = Guarded { lookup, guard: Arc::new(Guard { allowed }) };
        let client = Client::builder()
            .user_agent(AGENT)
            .dns_resolver(guarded.clone())
            .redirect(redirect::Policy::none())
            // One of the environment would be asked to look the host up in our place.
            .no_proxy()
            .referer(false)
            .https_only(!allow_http)
            .timeout(timeout)
            .pool_max_idle_per_host(IDLE)
            .pool_idle_timeout(IDLE_TIME)
            .build()
            .map_err(|e| {
                let why = inner(&e);
                tracing::warn!(%why, "webhooks cannot be called: the HTTP client cannot be made; check the system's certificates");
                why
            });
        Self { client, guarded, timeout, allow_http, clock }
    }

    /// A URL that may be called as far as it alone can tell.
    fn read(&self, url: &str) -> Result<Url, BadTarget> {
        let url = Url::parse(url).map_err(|_| BadTarget::Url)?;
        if !url.username().is_empty() || url.password().is_some() || url.host_str().is_none_or(str::is_empty) {
            return Err(BadTarget::Url);
        }
        match url.scheme() {
            "https" => {}
            "http" if self.allow_http => {}
            "http" => return Err(BadTarget::Plain),
            _ => return Err(BadTarget::Url),
        }
        match address(&url) {
            // No name, so nobody looks it up: it is looked at here.
            Some(ip) if !self.guarded.guard.admits(ip) => Err(BadTarget::Private(ip)),
            _ => Ok(url),
        }
    }

    pub async fn check(&self, url: &str) -> Result<(), BadTarget> {
        let url = self.read(url)?;
        if address(&url).is_some() {
            return Ok(());
        }
        let host = url.host_str().ok_or(BadTarget::Url)?;
        match tokio::time::timeout(self.timeout, self.guarded.find(host)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(NotFound::Private(Private(ip)))) => Err(BadTarget::Private(ip)),
            Ok(Err(NotFound::Unknown(e))) => Err(BadTarget::Host(e.to_string())),
            Err(_) => Err(BadTarget::Host(format!("nobody answered within {}", seconds(self.timeout)))),
        }
    }

    pub async fn post(&self, request: HookRequest) -> HookReply {
        let url = match self.read(&request.url) {
            Ok(url) => url,
            Err(BadTarget::Private(ip)) => return no_answer(Private(ip).to_string()),
            Err(BadTarget::Plain) => return no_answer("the URL is plain HTTP, which is not called"),
            Err(BadTarget::Url | BadTarget::Host(_)) => return no_answer("the URL cannot be called"),
        };
        let client = match &self.client {
            Ok(client) => client,
            Err(why) => return no_answer(format!("there is no HTTP client: {why}")),
        };
        let mut call = client.post(url).body(request.body);
        for (name, value) in request.headers {
            call = call.header(name, value);
        }
        match call.send().await {
            Ok(response) => self.read_answer(response).await,
            Err(e) => no_answer(self.why(&e)),
        }
    }

    async fn read_answer(&self, mut response: Response) -> HookReply {
        let answer = Answer::Status { status: response.status().as_u16(), retry_after: retry_after(response.headers(), self.clock.wall()) };
        let mut body = Vec::new();
        // The status is the answer. What it says besides is for people, and is not worth waiting or reading much for.
        while body.len() < READ {
            match response.chunk().await {
                Ok(Some(part)) => body.extend_from_slice(&part[..part.len().min(READ - body.len())]),
                Ok(None) | Err(_) => break,
            }
        }
        body.truncate(KEPT);
        HookReply { answer, error: String::new(), body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Why there is no answer. Without the URL, which may be a secret.
    fn why(&self, e: &reqwest::Error) -> String {
        if e.is_timeout() {
            return format!("no answer within {}", seconds(self.timeout));
        }
        if e.is_connect() { format!("no connection: {}", inner(e)) } else { format!("the call failed: {}", inner(e)) }
    }
}

/// The address a URL names without a name.
fn address(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// The innermost cause: those around it repeat it and name the URL.
fn inner(e: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = e;
    while let Some(next) = cause.source() {
        cause = next;
    }
    if std::ptr::addr_eq(cause, std::ptr::from_ref(e)) { "it could not be made".to_owned() } else { cause.to_string() }
}

/// Seconds, or a date (RFC 9110 section 10.2.3).
fn retry_after(headers: &HeaderMap, now: Wall) -> Option<Duration> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()?;
    Some(Wall::from(at).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_told_in_seconds_or_as_a_date() {
        let of = |value: &str| {
            let headers: HeaderMap = [(reqwest::header::RETRY_AFTER, value.parse().unwrap())].into_iter().collect();
            retry_after(&headers, Wall(1_700_000_000_000))
        };
        assert_eq!(of("120"), Some(Duration::from_secs(120)));
        assert_eq!(of("Tue, 14 Nov 2023 22:13:50 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(of("Tue, 14 Nov 2023 22:13:00 GMT"), Some(Duration::ZERO), "it has passed");
        assert_eq!(of("soon"), None);
    }
}
