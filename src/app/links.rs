//! From the configuration to what is decided on lists and tracking, and where links in mail lead.

use std::sync::Arc;

use super::providers;
use crate::{
    config::{AdvertisingConsent, Config, Which},
    service::{
        accept::{Follow, ListSettings, TrackSettings},
        links::LinkKeys,
    },
};

/// Lists and advertising.
pub(super) fn list_settings(config: &Config, links: Option<Arc<LinkKeys>>) -> ListSettings {
    let server = &config.server;
    ListSettings {
        public: server.public_url().map(str::to_owned),
        local: server.url.clone().or_else(|| own_url(config)),
        kinds: config.providers.iter().map(|p| (p.name.clone(), providers::kind(p))).collect(),
        links,
        marks_advertising: config.lists.korean_advertising,
        asks_ledger: config.lists.advertising_consent == AdvertisingConsent::Ledger,
    }
}

/// Following opens and clicks.
pub(super) fn track_settings(config: &Config) -> TrackSettings {
    let follow = |which: Which| match which {
        Which::None => Follow::None,
        Which::Document => Follow::Document,
        Which::Bulk => Follow::Bulk,
        Which::All => Follow::All,
    };
    TrackSettings {
        opens: follow(config.tracking.opens),
        clicks: follow(config.tracking.clicks),
        base: config.tracking.host.clone().or_else(|| config.server.reachable_url().map(str::to_owned)),
        local: config.server.url.clone().or_else(|| own_url(config)),
    }
}

/// How this machine reaches the server. A port that is not known beforehand stands in no link.
fn own_url(config: &Config) -> Option<String> {
    let server = &config.server;
    (server.port != 0).then(|| format!("http://{}", server.listen()))
}
