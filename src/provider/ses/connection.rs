//! One HTTP/1.1 connection: established, used for one request at a time, watched for its end while idle.
//!
//! The connection is driven by whoever waits for its answer, not by a task of its own: the first poll of an exchange writes
//! to the socket at once, so nothing lies between the slot taken and the bytes sent.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::BodyExt;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jebi_domain::{outcome::Reason, port::Clock, time::Boot};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{
    config::Target,
    payload::Payload,
    stream::{Stream, Wire},
};
use crate::provider::socket::Idle;

/// Longest answer read; SES's are a few hundred bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// How much of a request is taken from its source before the socket has taken it.
const MAX_BUFFER: usize = 128 * 1024;

/// A complete answer.
pub(super) struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// A header's text; `None` when missing or not text.
    pub(super) fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}

pub(super) struct Connection {
    wire: Wire,
    requests: http1::SendRequest<Payload>,
    driver: Driver,
    born: Boot,
}

impl Connection {
    /// Looks the name up, connects, and shakes hands. Nothing of any mail is written.
    ///
    /// # Errors
    /// Codes `dns`, `connect` and `tls`.
    pub(super) async fn open(target: &Target, tls: Option<&TlsConnector>, clock: &dyn Clock) -> Result<Self, Reason> {
        let tcp = connect(target).await?;
        let wire = Wire::new(tcp);
        let stream = match tls {
            None => Stream::Plain(wire.clone()),
            Some(tls) => {
                let name = ServerName::try_from(target.host.clone()).map_err(|e| tls_failed(target, &e))?;
                Stream::Tls(Box::new(tls.connect(name, wire.clone()).await.map_err(|e| tls_failed(target, &e))?))
            }
        };
        let mut http = http1::Builder::new();
        http.max_buf_size(MAX_BUFFER);
        let (requests, connection) =
            http.handshake(TokioIo::new(stream)).await.map_err(|e| unreachable(target, &format!("HTTP cannot start: {e}")))?;
        Ok(Self { wire, requests, driver: Driver { connection, finished: false }, born: clock.boot() })
    }

    pub(super) fn born(&self) -> Boot {
        self.born
    }

    /// Bytes written so far; grows as soon as a request is no longer certainly unsent.
    pub(super) fn wire(&self) -> Wire {
        self.wire.clone()
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// What broke, in words. Whether anything was written says [`Wire::written`].
    pub(super) async fn exchange(&mut self, request: Request<Payload>) -> Result<Answer, String> {
        let response = self.requests.send_request(request);
        let (head, mut body) = self.driver.until(response).await.map_err(|e| words(&e))?.into_parts();
        let mut whole = Bytes::new();
        while !hyper::body::Body::is_end_stream(&body) {
            let Some(frame) = self.driver.until(body.frame()).await else { break };
            let Ok(data) = frame.map_err(|e| words(&e))?.into_data() else { continue };
            if whole.len() + data.len() > MAX_ANSWER {
                return Err(format!("the answer is longer than {MAX_ANSWER} bytes"));
            }
            whole = if whole.is_empty() { data } else { Bytes::from([whole, data].concat()) };
        }
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: whole })
    }

    /// Whether HTTP allows another request after the last; settles what the last exchange left.
    pub(super) fn is_reusable(&mut self) -> bool {
        self.driver.poll_unwatched();
        !self.driver.finished && self.requests.is_ready()
    }

    /// Whether another request may go out on it now: asks the socket itself, so that a connection the other side has closed
    /// is found before a byte is written. Waits for nothing unless there are bytes to read.
    pub(super) async fn is_alive(&mut self) -> bool {
        match self.wire.idle() {
            Idle::Quiet => true,
            Idle::Closed => false,
            Idle::Talking => {
                // TLS session tickets may come at any time, and so may the notice of a close: let the runtime learn of them
                // and read them. Whatever is left then, nobody asked for.
                tokio::task::yield_now().await;
                self.is_reusable() && self.wire.idle() == Idle::Quiet
            }
        }
    }
}

struct Driver {
    connection: http1::Connection<TokioIo<Stream>, Payload>,
    finished: bool,
}

impl Driver {
    /// Waits for `what`, moving the connection on meanwhile.
    async fn until<F: Future>(&mut self, what: F) -> F::Output {
        let mut what = pin!(what);
        std::future::poll_fn(|cx| {
            if let Poll::Ready(out) = what.as_mut().poll(cx) {
                return Poll::Ready(out);
            }
            self.poll(cx);
            what.as_mut().poll(cx)
        })
        .await
    }

    fn poll(&mut self, cx: &mut Context<'_>) {
        // Its error is told to whoever waits for the answer; an idle connection needs no other end than being closed.
        if !self.finished && Pin::new(&mut self.connection).poll(cx).is_ready() {
            self.finished = true;
        }
    }

    /// Moves on as far as it goes without waiting. The next exchange polls again, with a waker that counts.
    fn poll_unwatched(&mut self) {
        self.poll(&mut Context::from_waker(Waker::noop()));
    }
}

async fn connect(target: &Target) -> Result<TcpStream, Reason> {
    let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await.map_err(|e| unknown_name(target, &e.to_string()))?;
    let mut last = None;
    for address in found {
        match TcpStream::connect(address).await {
            Ok(tcp) => {
                // Without it the last piece of a long request waits for an acknowledgement (Nagle and delayed ACK: 40 ms).
                tcp.set_nodelay(true).map_err(|e| unreachable(target, &e.to_string()))?;
                return Ok(tcp);
            }
            Err(e) => last = Some(e),
        }
    }
    match last {
        Some(e) => Err(unreachable(target, &e.to_string())),
        None => Err(unknown_name(target, "the name has no address")),
    }
}

fn unknown_name(target: &Target, why: &str) -> Reason {
    let remedy = "check the region or the endpoint, and this machine's name resolution";
    Reason::new("dns", format!("`{}` was not found: {why}", target.host), remedy)
}

fn unreachable(target: &Target, why: &str) -> Reason {
    let remedy = "check the endpoint, and that firewalls let this machine reach it";
    Reason::new("connect", format!("no connection to {}:{}: {why}", target.host, target.port), remedy)
}

fn tls_failed(target: &Target, why: &dyn std::fmt::Display) -> Reason {
    let remedy = "check the endpoint's certificate and this machine's clock; name a private authority's certificate as the CA bundle";
    Reason::new("tls", format!("no secure connection to {}:{}: {why}", target.host, target.port), remedy)
}

/// No connection in time.
pub(super) fn too_slow(target: &Target, after: std::time::Duration) -> Reason {
    unreachable(target, &format!("not established within {} ms", after.as_millis()))
}

/// An error with its causes.
fn words(error: &dyn std::error::Error) -> String {
    let (mut out, mut cause) = (error.to_string(), error.source());
    while let Some(c) = cause {
        out.push_str(": ");
        out.push_str(&c.to_string());
        cause = c.source();
    }
    out
}
