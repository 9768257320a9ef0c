//! From the configuration to what its parts are told.

use std::sync::Arc;

use jebi_domain::port::nodes::NodeStart;

use crate::{
    config::Config,
    server::{
        Listening,
        tls::{PemFiles, Tls, TlsFault},
    },
    service::{
        access::{AccessSettings, Origins, TokenSecrets},
        times::Times,
    },
    system::host_name,
};

/// What the configuration says about who may call.
pub(super) fn access_settings(config: &Config) -> AccessSettings {
    let access = &config.access;
    let secrets = [&access.jwt_secret, &access.jwt_secret_previous].into_iter().flatten().map(|secret| secret.reveal().to_owned());
    AccessSettings {
        allowed_networks: access.allowed_networks.clone(),
        trusted_proxies: access.trusted_proxies.clone(),
        https_redirect: access.https_redirect,
        origins: match access.cors_allowed_origins.as_slice() {
            [] => Origins::None,
            [any] if any == "*" => Origins::Any,
            these => Origins::These(these.to_vec()),
        },
        token_secrets: TokenSecrets(secrets.collect()),
    }
}

pub(super) fn tls(config: &Config) -> Result<Option<Arc<Tls>>, TlsFault> {
    let files = config.server.tls.as_ref().map(|files| PemFiles { cert: files.cert.clone(), key: files.key.clone() });
    files.map(|files| Tls::load(files).map(Arc::new)).transpose()
}

pub(super) fn listening(config: &Config, tls: Option<Arc<Tls>>) -> Listening {
    Listening { tls, head_time: config.server.head_timeout, max_connections: config.server.max_connections }
}

pub(super) fn times(config: &Config) -> Times {
    Times { zone: config.sending.time_zone.clone(), max_ahead: config.sending.max_schedule }
}

/// What this node says of itself.
pub(super) fn node_start(config: &Config) -> NodeStart {
    let name = config.server.node.clone().unwrap_or_else(host_name);
    NodeStart { name, version: env!("CARGO_PKG_VERSION").to_owned() }
}
