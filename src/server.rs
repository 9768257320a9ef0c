//! Listening: TCP for everybody, plain or TLS; a socket in the data folder for the administrator of this machine.

mod patience;
pub mod tls;

use std::{
    fs, io,
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use http::{Extensions, Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixListener},
    sync::Semaphore,
    time::timeout,
};
use tower::Service;

use crate::{
    http::{Encrypted, LocalAdmin, Peer},
    lifecycle::Lifecycle,
};
use patience::Patient;
use tls::Tls;

/// Bytes the head of a request may have before the connection is refused with a bare 431. Half of it is refused in words.
const HEAD_BYTES: usize = 64 << 10;
/// Lines likewise.
const HEAD_LINES: usize = 200;
/// How long a connection over the control socket may take for the head of a request.
const CONTROL_TIME: Duration = Duration::from_secs(30);
/// What somebody gets who speaks plain HTTP where TLS is spoken.
const PLAIN: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 44\r\n\r\n\
    This port speaks HTTPS: write https:// here\n";
/// First byte of a TLS connection: a handshake record (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// How to serve.
#[derive(Clone)]
pub struct Listening {
    /// `None` for plain HTTP.
    pub tls: Option<Arc<Tls>>,
    /// How long a connection may take for the head of a request, be idle before one, take for its TLS handshake, or take nothing of
    /// an answer.
    pub head_time: Duration,
    /// Connections at a time; more wait to be accepted.
    pub max_connections: usize,
}

/// Serves until the soft stop, then until the connections are idle or the hard stop.
pub async fn tcp(listener: TcpListener, router: Router, listening: Listening, lifecycle: Lifecycle) {
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(listening.max_connections.min(Semaphore::MAX_PERMITS)));
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, peer)| (stream, peer, place))
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            () = lifecycle.soft.cancelled() => break,
        };
        let (stream, peer, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        // Answers are small: waiting to fill a packet only adds latency.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection went away while it was accepted");
            continue;
        }
        let connection = Connection { router: router.clone(), watcher: connections.watcher(), head_time: listening.head_time };
        let (tls, lifecycle) = (listening.tls.clone(), lifecycle.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = connect(stream, peer, tls, connection) => {}
                () = lifecycle.hard.cancelled() => {}
            }
            drop(place);
        });
    }
    drop(listener);
    drain(connections, &lifecycle).await;
}

/// What a connection is served with.
struct Connection {
    router: Router,
    watcher: Watcher,
    head_time: Duration,
}

async fn connect(stream: TcpStream, peer: SocketAddr, tls: Option<Arc<Tls>>, connection: Connection) {
    let mut known = Extensions::new();
    known.insert(Peer(peer));
    let Some(tls) = tls else { return serve(stream, known, connection).await };
    known.insert(Encrypted);
    match timeout(connection.head_time, handshake(stream, &tls)).await {
        Ok(Ok(Some(stream))) => serve(stream, known, connection).await,
        Ok(Ok(None)) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

/// `None` where plain HTTP was spoken, and answered.
async fn handshake(mut stream: TcpStream, tls: &Tls) -> io::Result<Option<tokio_rustls::server::TlsStream<TcpStream>>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
        stream.write_all(PLAIN).await?;
        // What is left unread would reset the connection, and the answer with it.
        stream.shutdown().await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
        return Ok(None);
    }
    tls.acceptor().accept(stream).await.map(Some)
}

/// Makes the control socket, usable by its owner only, in place of one that a killed server left. The caller holds the store's
/// lock, so no other server uses either name.
///
/// # Errors
/// When the folder does not take it, or its path is longer than sockets allow (about 100 bytes).
pub fn control_listener(path: &Path) -> io::Result<UnixListener> {
    // The store has made its folder; where that is PostgreSQL, nobody has.
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    // Nobody may open it before its permissions are set, so it gets its name last.
    let fresh = path.with_extension("new");
    remove(&fresh)?;
    let listener = UnixListener::bind(&fresh)?;
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o600))?;
    fs::rename(&fresh, path)?;
    Ok(listener)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Serves the administrator at the socket with this path, and takes it away at the end: whoever may open it needs no key.
pub async fn control(listener: UnixListener, path: PathBuf, router: Router, lifecycle: Lifecycle) {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = lifecycle.soft.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = Connection { router: router.clone(), watcher: connections.watcher(), head_time: CONTROL_TIME };
                let (hard, mut known) = (lifecycle.hard.clone(), Extensions::new());
                known.insert(LocalAdmin);
                tokio::spawn(async move {
                    tokio::select! {
                        () = serve(stream, known, connection) => {}
                        () = hard.cancelled() => {}
                    }
                });
            }
            Err(error) => pause_after(&error).await,
        }
    }
    if let Err(error) = remove(&path) {
        tracing::warn!(%error, socket = %path.display(), "the control socket could not be taken away");
    }
    drain(connections, &lifecycle).await;
}

/// Serves one connection. What is known of it goes with every request.
async fn serve<S>(stream: S, known: Extensions, connection: Connection)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let Connection { router, watcher, head_time } = connection;
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().extend(known.clone());
        // A router is always ready.
        router.clone().call(request)
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // No pipeline_flush: with it the answer to a head that cannot be read stays unsent, for the head is still in the buffer.
    http.timer(TokioTimer::new()).header_read_timeout(head_time).max_buf_size(HEAD_BYTES).max_headers(HEAD_LINES);
    if let Err(error) = watcher.watch(http.serve_connection(TokioIo::new(Patient::new(stream, head_time)), service)).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn drain(connections: GracefulShutdown, lifecycle: &Lifecycle) {
    tokio::select! {
        () = connections.shutdown() => {}
        () = lifecycle.hard.cancelled() => {}
    }
}

/// Out of file descriptors, most likely: give the others time to end instead of spinning.
async fn pause_after(error: &io::Error) {
    tracing::warn!(%error, "a connection could not be accepted");
    tokio::time::sleep(Duration::from_millis(100)).await;
}
