//! What the operator decided about who may call. One value, replaced as a whole while requests run.

use std::{fmt, net::IpAddr, sync::Arc};

use arc_swap::ArcSwap;
use jebi_domain::network::Network;

/// Origins a browser may call from (CORS).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// None but the API's own.
    #[default]
    None,
    /// Exactly these, such as `https://shop.example.kr`.
    These(Vec<String>),
    /// Every one. Never with credentials: keys travel in a header that a page has to set itself.
    Any,
}

impl Origins {
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        match self {
            Self::None => false,
            Self::These(all) => all.iter().any(|one| one == origin),
            Self::Any => true,
        }
    }
}

/// Secrets tokens are signed with: the one in use first, then the one before it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TokenSecrets(pub Vec<String>);

/// Without the secrets.
impl fmt::Debug for TokenSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessSettings {
    /// Networks that may call; empty for all.
    pub allowed_networks: Vec<Network>,
    /// Networks of proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// Send callers who came to a declared proxy over plain HTTP to HTTPS.
    pub https_redirect: bool,
    pub origins: Origins,
    pub token_secrets: TokenSecrets,
}

impl AccessSettings {
    /// Whether somebody at this address may call; one whose address is not known came over no network.
    #[must_use]
    pub fn allows(&self, address: Option<IpAddr>) -> bool {
        let Some(address) = address else { return true };
        self.allowed_networks.is_empty() || self.allowed_networks.iter().any(|net| net.contains(address))
    }

    /// Whether this is a proxy whose headers are believed.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|net| net.contains(address))
    }
}

/// The settings in force.
#[derive(Debug, Default)]
pub struct Access(ArcSwap<AccessSettings>);

impl Access {
    #[must_use]
    pub fn new(settings: AccessSettings) -> Self {
        Self(ArcSwap::from_pointee(settings))
    }

    #[must_use]
    pub fn current(&self) -> Arc<AccessSettings> {
        self.0.load_full()
    }

    /// Puts others in force, from the next request on.
    pub fn replace(&self, settings: AccessSettings) {
        self.0.store(Arc::new(settings));
    }
}
