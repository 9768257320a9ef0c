//! Where a URL may lead. A name is looked up for each new connection, and the connection goes to the very addresses that were looked at:
//! a name that leads somewhere harmless while it is checked and elsewhere afterwards gains nothing.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use jebi_domain::{hook::guard::Guard, port::Boxed};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Finds the addresses of a host.
pub trait Lookup: Send + Sync {
    fn find(&self, host: &str) -> Boxed<'static, io::Result<Vec<IpAddr>>>;
}

/// As the machine finds them.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn find(&self, host: &str) -> Boxed<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host.as_str(), 0)).await?.map(|at| at.ip()).collect()) })
    }
}

/// Finds addresses that may be called, and no others.
#[derive(Clone)]
pub(super) struct Guarded {
    pub lookup: Arc<dyn Lookup>,
    pub guard: Arc<Guard>,
}

/// The host leads to an address that is not called.
#[derive(Debug)]
pub(super) struct Private(pub IpAddr);

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the host leads to {}, which is not called", self.0)
    }
}

impl std::error::Error for Private {}

/// Why no address was found.
#[derive(Debug)]
pub(super) enum NotFound {
    Private(Private),
    Unknown(io::Error),
}

impl Guarded {
    /// The addresses of a host. Where one of them may not be called none is: the others say nothing of whose it is.
    pub async fn find(&self, host: &str) -> Result<Vec<IpAddr>, NotFound> {
        let found = self.lookup.find(host).await.map_err(NotFound::Unknown)?;
        if found.is_empty() {
            return Err(NotFound::Unknown(io::Error::new(io::ErrorKind::NotFound, "it has no address")));
        }
        match found.iter().find(|address| !self.guard.admits(**address)) {
            Some(private) => Err(NotFound::Private(Private(*private))),
            None => Ok(found),
        }
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let own = self.clone();
        Box::pin(async move {
            let found = own.find(name.as_str()).await.map_err(|e| match e {
                NotFound::Private(e) => Box::new(e) as Box<dyn std::error::Error + Send + Sync>,
                NotFound::Unknown(e) => Box::new(e),
            })?;
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}
