//! Requests to the server that is measured: one after another on one connection, as a client that keeps it would.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{
    Method, Request, StatusCode,
    header::{ACCEPT_LANGUAGE, HOST},
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::super::{Failure, LANGUAGE};
use crate::config::Secret;

pub(super) struct Caller {
    server: SocketAddr,
    key: Secret,
    connection: SendRequest<Full<Bytes>>,
}

impl Caller {
    pub async fn connect(server: SocketAddr, key: &Secret) -> Result<Self, Failure> {
        let lost = |why: String| Failure::unavailable(format!("the server at {server} does not answer: {why}"));
        let stream = TcpStream::connect(server).await.map_err(|e| lost(e.to_string()))?;
        stream.set_nodelay(true).map_err(|e| lost(e.to_string()))?;
        let (connection, driver) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| lost(e.to_string()))?;
        // Its error is the request's too.
        tokio::spawn(driver);
        Ok(Self { server, key: key.clone(), connection })
    }

    /// What a good answer holds; any other one is a failure.
    pub async fn call(&mut self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let lost =
            |server: SocketAddr, e: hyper::Error| Failure::unavailable(format!("the server at {server} broke the connection off: {e}"));
        let request = Request::builder().method(method).uri(path).header(HOST, self.server.to_string());
        let request = request.header(ACCEPT_LANGUAGE, LANGUAGE.tag());
        let request = request.header("content-type", "application/json").header("x-api-key", self.key.reveal());
        let body = Full::new(body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string())));
        let request = request.body(body).map_err(|e| Failure::refused(format!("--key: cannot stand in a header: {e}")))?;
        self.connection.ready().await.map_err(|e| lost(self.server, e))?;
        let answer = self.connection.send_request(request).await.map_err(|e| lost(self.server, e))?;
        let status: StatusCode = answer.status();
        let bytes = answer.into_body().collect().await.map_err(|e| lost(self.server, e))?.to_bytes();
        let read: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status.is_success() { Ok(read) } else { Err(Failure::answered(status, &read, *LANGUAGE)) }
    }
}
