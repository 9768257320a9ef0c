//! How commands talk to Jebi: always through its API. A running server is asked over its control socket, which needs no key, or
//! over TCP with `JEBI_API_KEY`; where none runs, the API is put over the store for the time of the command.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use axum::body::Body;
use bytes::Bytes;
use http::{
    Method, Request, StatusCode,
    header::{ACCEPT_LANGUAGE, HOST},
    response,
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};

use super::{LANGUAGE, failure::Failure};
use crate::{
    app::{self, AtRest},
    config::{Config, DatabaseUrl, Secret},
    system::{SystemClock, SystemRandom},
};

/// A name as one segment of a path: with a slash in it, it would be another path (RFC 3986, section 3.3).
pub(super) fn segment(name: &str) -> String {
    name.bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-_".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// What to do where there is no store yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Make it.
    Make,
    /// Say so: an empty store would hide a wrong path.
    Refuse,
}

/// The way to the API.
pub(super) enum Client {
    Socket(PathBuf),
    /// With a key, where what is asked needs one.
    Tcp(SocketAddr, Option<Secret>),
    Here(AtRest),
}

impl Client {
    /// Finds the way.
    pub async fn open(config: &Config, missing: Missing) -> Result<Self, Failure> {
        let file = match &config.database.url {
            DatabaseUrl::Sqlite(file) => file.display().to_string(),
            DatabaseUrl::Postgres(postgres) => postgres.url.to_string(),
        };
        let running = app::is_running(config);
        if matches!(running, Ok(false)) {
            if missing == Missing::Refuse && !app::has_store(config) {
                return Err(Failure::refused(format!(
                    "there is no database {file}; run this where the server runs, or set DATABASE_URL as it has it"
                )));
            }
            let opened = AtRest::open(config, Arc::new(SystemClock), Arc::new(SystemRandom)).await;
            return opened.map(Self::Here).map_err(|e| Failure::unavailable(e.to_string()));
        }
        let socket = app::control_socket(config);
        let why = match UnixStream::connect(&socket).await {
            Ok(_) => return Ok(Self::Socket(socket)),
            Err(error) => running.err().map_or_else(|| format!("its control socket {}: {error}", socket.display()), |e| e.to_string()),
        };
        match &config.access.api_key {
            Some(key) if config.server.port != 0 && config.server.tls.is_none() => {
                Ok(Self::Tcp(reachable(config.server.listen()), Some(key.clone())))
            }
            Some(_) if config.server.tls.is_some() => Err(Failure::unavailable(format!(
                "the process that has {file} open cannot be reached ({why}); commands do not call its HTTPS port: \
                 run this as the user the server runs as, or call the API with a client of your own"
            ))),
            _ => Err(Failure::unavailable(format!(
                "the process that has {file} open cannot be reached ({why}); \
                 run this as the user the server runs as, or set JEBI_API_KEY and the server's SERVER_HOST and SERVER_PORT"
            ))),
        }
    }

    /// The way to a server, for what needs no key: never opens the store.
    pub async fn running(config: &Config) -> Result<Self, Failure> {
        let socket = app::control_socket(config);
        let Err(error) = UnixStream::connect(&socket).await else { return Ok(Self::Socket(socket)) };
        if config.server.port == 0 || config.server.tls.is_some() {
            return Err(Failure::unavailable(format!(
                "no server answers at its control socket {}: {error}; run this where the server runs, as the user it runs as",
                socket.display()
            )));
        }
        Ok(Self::Tcp(reachable(config.server.listen()), None))
    }

    /// Whether a server answers.
    pub fn is_live(&self) -> bool {
        !matches!(self, Self::Here(_))
    }

    /// Asks, and gives what a good answer holds.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let (status, answer) = self.exchange(method, path, body).await?;
        if status.is_success() { Ok(answer) } else { Err(Failure::answered(status, &answer, *LANGUAGE)) }
    }

    /// Asks under an idempotency key, with a body that is written already. What a good answer holds, and whether it was given before.
    pub async fn repeatable(&self, method: Method, path: &str, body: &str, key: &str) -> Result<(Value, bool), Failure> {
        let (head, answer) = self.ask(method, path, Bytes::copy_from_slice(body.as_bytes()), Some(key)).await?;
        if !head.status.is_success() {
            return Err(Failure::answered(head.status, &answer, *LANGUAGE));
        }
        let replayed = head.headers.get("idempotency-replayed").is_some_and(|value| value == "true");
        Ok((answer, replayed))
    }

    /// Asks, and gives any answer; `null` for one that is not JSON.
    pub async fn exchange(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(StatusCode, Value), Failure> {
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let (head, answer) = self.ask(method, path, body, None).await?;
        Ok((head.status, answer))
    }

    async fn ask(&self, method: Method, path: &str, body: Bytes, key: Option<&str>) -> Result<(response::Parts, Value), Failure> {
        let request = Request::builder().method(method).uri(path).header(HOST, "jebi").header("content-type", "application/json");
        let request = request.header(ACCEPT_LANGUAGE, LANGUAGE.tag());
        let request = if let Some(key) = key { request.header("idempotency-key", key) } else { request };
        let request = if let Self::Tcp(_, Some(key)) = self { request.header("x-api-key", key.reveal()) } else { request };
        // Paths are written here and a configured key was checked to fit a header.
        let request = request.body(Full::new(body)).map_err(|e| Failure::refused(format!("the request cannot be written: {e}")))?;
        let (head, bytes) = match self {
            Self::Here(at_rest) => {
                let (head, body) = at_rest.call(request.map(Body::new)).await.into_parts();
                let body = body.collect().await.map_err(|e| Failure::unavailable(format!("the answer cannot be read: {e}")))?;
                (head, body.to_bytes())
            }
            Self::Socket(path) => over(UnixStream::connect(path).await, &path.display(), request).await?,
            Self::Tcp(address, _) => over(TcpStream::connect(address).await, address, request).await?,
        };
        Ok((head, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// Closes the store where it was opened for the command.
    pub async fn close(self) {
        if let Self::Here(at_rest) = self {
            at_rest.close().await;
        }
    }
}

/// One request on a connection of its own. There is no time limit: a release or a check may take long, and a person waits.
async fn over<S>(
    stream: std::io::Result<S>,
    place: &impl std::fmt::Display,
    request: Request<Full<Bytes>>,
) -> Result<(response::Parts, Bytes), Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let stream = stream.map_err(|e| Failure::unavailable(format!("the server at {place} does not answer: {e}")))?;
    let broken = |e: hyper::Error| Failure::unavailable(format!("the server at {place} broke the connection off: {e}"));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Its error is the request's too.
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.map_err(broken)?.into_parts();
    Ok((head, body.collect().await.map_err(broken)?.to_bytes()))
}

/// Where a server that listens on every address is reached from its own machine.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
