//! Who is at the other end of the connection.

use std::net::SocketAddr;

/// The other end of the TCP connection, set by the server on every request that came over one: the caller, or a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Set by the server on requests that came over TLS.
#[derive(Clone, Copy, Debug)]
pub struct Encrypted;
