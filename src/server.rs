//! Listening: TCP for everybody, a socket in the data folder for the administrator of this machine.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
};

use crate::{
    http::{LocalAdmin, Peer},
    lifecycle::Lifecycle,
};

/// How long a connection may take to send the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// Serves until the soft stop, then until the connections are idle or the hard stop.
pub async fn tcp(listener: TcpListener, router: Router, lifecycle: Lifecycle) {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = lifecycle.soft.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Answers are small: waiting to fill a packet only adds latency.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection went away while it was accepted");
                    continue;
                }
                serve(stream, router.clone().layer(Extension(Peer(peer))), &connections, &lifecycle);
            }
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    drain(connections, &lifecycle).await;
}

/// Makes the control socket, usable by its owner only, in place of one that a killed server left. The caller holds the store's
/// lock, so no other server uses either name.
///
/// # Errors
/// When the folder does not take it, or its path is longer than sockets allow (about 100 bytes).
pub fn control_listener(path: &Path) -> io::Result<UnixListener> {
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
    let router = router.layer(Extension(LocalAdmin));
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = lifecycle.soft.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => serve(stream, router.clone(), &connections, &lifecycle),
            Err(error) => pause_after(&error).await,
        }
    }
    if let Err(error) = remove(&path) {
        tracing::warn!(%error, socket = %path.display(), "the control socket could not be taken away");
    }
    drain(connections, &lifecycle).await;
}

fn serve<S>(stream: S, router: Router, connections: &GracefulShutdown, lifecycle: &Lifecycle)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).pipeline_flush(true);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let connection = connections.watch(connection);
    let hard = lifecycle.hard.clone();
    tokio::spawn(async move {
        let ended = tokio::select! {
            ended = connection => ended,
            () = hard.cancelled() => return,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    });
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
