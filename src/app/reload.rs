//! The parts of a running server that take a changed configuration.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use jebi_domain::{
    port::{Boxed, Clock, Provider},
    refusal::{Fault, Refusal},
};
use tokio::sync::Mutex;

use super::{
    accept_settings, access_settings,
    providers::{self, Maker},
    sns,
};
use crate::{
    config::{Config, ConfigErrors, Loaded, ProviderConfig},
    observe::log,
    server::tls::{PemFiles, Tls},
    service::{
        accept::Accept,
        access::Access,
        identities::Identities,
        keys::Keys,
        links::LinkKeys,
        ready::{Check, Readiness},
        reload::{Change, Part, Read, Reloader, Source},
        sns::Sns,
        tracking::Tracking,
    },
    worker::{Fleet, Wanted},
};

/// Reads every source of the configuration again.
pub type ReadAgain = Arc<dyn Fn() -> Result<Loaded, ConfigErrors> + Send + Sync>;

/// Keys that hold from the next start on: what is listened on and stored in, and what was made of them once.
const RESTART: &[&str] = &[
    "server.",
    "database.",
    "inbox.",
    "feedback.",
    "lists.secret",
    "webhooks.",
    "log.format",
    "log.sentry_dsn",
    "sns.certificates",
    "sns.queue_urls",
    "sns.sqs_endpoint",
    "sns.trusted_roots",
    "sending.time_zone",
    "sending.max_schedule",
    "attachments.max_upload",
    "addresses.name_server",
];
/// Those under them that do not.
const LIVE: &[&str] = &["database.max_waiting", "server.tls_cert", "server.tls_key"];

fn needs_restart(path: &str) -> bool {
    RESTART.iter().any(|prefix| path.starts_with(prefix)) && !LIVE.contains(&path)
}

/// Makes what reloads the server.
pub(super) fn reloader(read: ReadAgain, config: &Config, parts: Vec<Arc<dyn Part<Config>>>) -> Reloader<Config> {
    let read = move || match read() {
        Ok(loaded) => Ok(Read { config: loaded.config, warnings: loaded.warnings }),
        Err(ConfigErrors(faults)) => Err(faults.into_iter().map(|f| Fault::new(f.key, "invalid_setting", f.fault, f.remedy)).collect()),
    };
    Reloader::new(Source { read: Box::new(read), changes: Config::changes, needs_restart }, config.clone(), parts)
}

/// Providers, their limits and their ways.
pub(super) struct ProvidersPart {
    pub maker: Arc<Maker>,
    pub fleet: Arc<Fleet>,
    pub accept: Arc<Accept>,
    pub links: Option<Arc<LinkKeys>>,
    pub tracking: Arc<Tracking>,
    pub identities: Arc<Identities>,
    /// What runs now, by name.
    pub running: Arc<Mutex<BTreeMap<String, Arc<dyn Provider>>>>,
    /// How long calls of a removed provider may take.
    pub grace: Duration,
}

impl Part<Config> for ProvidersPart {
    fn prepare<'a>(&'a self, old: &'a Config, new: &'a Config) -> Boxed<'a, Result<Change, Vec<Fault>>> {
        Box::pin(async move {
            let (mut made, mut faults) = (Vec::new(), Vec::new());
            for provider in &new.providers {
                let before = old.providers.iter().find(|p| p.name == provider.name);
                if let Some(before) = before
                    && before.account.kind() != provider.account.kind()
                {
                    let fault = format!("was of the kind {} and is to be of the kind {}", before.account.kind(), provider.account.kind());
                    let remedy = "give the new account a name of its own, and move what waits with POST /v1/providers/NAME/move";
                    faults.push(Fault::new(format!("providers.{}", provider.name), "kind_changed", fault, remedy));
                    continue;
                }
                if before.is_some_and(|before| same_account(before, provider)) {
                    made.push(None);
                    continue;
                }
                match self.maker.make(provider).await {
                    Ok(new) => made.push(Some(new)),
                    Err(fault) => {
                        faults.push(Fault { field: format!("{}.{}", provider.name, fault.field), code: "invalid_setting", ..fault });
                    }
                }
            }
            if !faults.is_empty() {
                return Err(faults);
            }
            Ok(self.change(new.clone(), made))
        })
    }
}

impl ProvidersPart {
    fn change(&self, new: Config, made: Vec<Option<Arc<dyn Provider>>>) -> Change {
        let (fleet, accept, identities) = (Arc::clone(&self.fleet), Arc::clone(&self.accept), Arc::clone(&self.identities));
        let (running, grace, links) = (Arc::clone(&self.running), self.grace, self.links.clone());
        let tracking = Arc::clone(&self.tracking);
        Box::new(move || {
            Box::pin(async move {
                let names: Vec<String> = new.providers.iter().map(|p| p.name.clone()).collect();
                let changed = made.iter().any(Option::is_some);
                let mut running = running.lock().await;
                for (provider, made) in new.providers.iter().zip(&made) {
                    if let Some(made) = made {
                        running.insert(provider.name.clone(), Arc::clone(made));
                    }
                }
                running.retain(|name, _| names.contains(name));
                let wanted = new.providers.iter().zip(made).map(|(provider, made)| Wanted {
                    name: provider.name.clone(),
                    settings: providers::settings(&new, provider),
                    provider: made,
                });
                // New ones first, then the ways to them, and last what no way leads to any more.
                fleet.put(wanted.collect()).await.map_err(|e| {
                    tracing::error!(error = %e, "a provider could not be added");
                    Refusal::busy(5, "store_failed", "the server could not use its store; reload again")
                })?;
                if let Some(links) = &links {
                    links.reach(new.server.public_url());
                }
                accept.set(accept_settings(&new, links));
                tracking.keep(new.tracking.ip);
                if changed {
                    identities.set(providers::accounts(running.values()));
                }
                fleet.keep(&names, grace).await;
                Ok(())
            })
        })
    }
}

/// Whether the same connections do: only rate, limits and senders may differ.
fn same_account(a: &ProviderConfig, b: &ProviderConfig) -> bool {
    a.account.is_same_place(&b.account)
}

/// The API key of the configuration.
pub(super) struct KeysPart(pub Arc<Keys>);

impl Part<Config> for KeysPart {
    fn prepare<'a>(&'a self, _: &'a Config, new: &'a Config) -> Boxed<'a, Result<Change, Vec<Fault>>> {
        let (keys, given) = (Arc::clone(&self.0), new.access.api_key.clone());
        let change: Change = Box::new(move || {
            Box::pin(async move {
                if let Some(given) = given
                    && keys.authenticate(given.reveal()).is_none()
                {
                    keys.ensure("JEBI_API_KEY", given.reveal()).await?;
                }
                keys.refresh().await
            })
        });
        Box::pin(std::future::ready(Ok(change)))
    }
}

/// Who may call: networks, proxies, origins, signed tokens; and the certificate, which is read again.
pub(super) struct AccessPart {
    pub access: Arc<Access>,
    pub tls: Option<Arc<Tls>>,
}

impl Part<Config> for AccessPart {
    fn prepare<'a>(&'a self, _: &'a Config, new: &'a Config) -> Boxed<'a, Result<Change, Vec<Fault>>> {
        let (access, settings) = (Arc::clone(&self.access), access_settings(new));
        let files = new.server.tls.as_ref().map(|files| PemFiles { cert: files.cert.clone(), key: files.key.clone() });
        // TLS switched on or off needs another listener; a certificate in use may be replaced.
        let tls = self.tls.clone().zip(files);
        if let Some(Err(fault)) = tls.as_ref().map(|(_, files)| Tls::load(files.clone())) {
            let remedy = "correct the files, or the paths to them";
            return Box::pin(std::future::ready(Err(vec![Fault::new(
                "server.tls_cert",
                "invalid_certificate",
                fault.to_string(),
                remedy,
            )])));
        }
        let change: Change = Box::new(move || {
            Box::pin(async move {
                access.replace(settings);
                if let Some((tls, files)) = tls
                    && let Err(fault) = tls.replace(files)
                {
                    // It could be read a moment ago.
                    tracing::warn!(%fault, "the certificate in use stays");
                }
                Ok(())
            })
        });
        Box::pin(std::future::ready(Ok(change)))
    }
}

/// Which topics of SNS may report.
pub(super) struct SnsPart(pub Arc<Sns>, pub Arc<dyn Clock>);

impl Part<Config> for SnsPart {
    fn prepare<'a>(&'a self, _: &'a Config, new: &'a Config) -> Boxed<'a, Result<Change, Vec<Fault>>> {
        let (sns, settings) = (Arc::clone(&self.0), sns::settings(new, &self.1));
        let change: Change = Box::new(move || {
            Box::pin(async move {
                sns.set(settings);
                Ok(())
            })
        });
        Box::pin(std::future::ready(Ok(change)))
    }
}

/// How much is logged.
pub(super) struct LogPart;

impl Part<Config> for LogPart {
    fn prepare<'a>(&'a self, _: &'a Config, new: &'a Config) -> Boxed<'a, Result<Change, Vec<Fault>>> {
        let level = new.log.level.clone();
        let change: Change = Box::new(move || {
            Box::pin(async move {
                // Checked with the configuration.
                if let Err(error) = log::set_level(&level) {
                    tracing::warn!(%error, "the log level stays as it is");
                }
                Ok(())
            })
        });
        Box::pin(std::future::ready(Ok(change)))
    }
}

/// What the configuration itself warns of; `/ready` shows it.
#[derive(Default)]
pub(super) struct Warnings(ArcSwap<Vec<String>>);

impl Warnings {
    pub fn new(warnings: Vec<String>) -> Arc<Self> {
        Arc::new(Self(ArcSwap::from_pointee(warnings)))
    }
    pub fn set(&self, warnings: Vec<String>) {
        self.0.store(Arc::new(warnings));
    }
}

impl Readiness for Warnings {
    fn checks(&self) -> Vec<Check> {
        Vec::new()
    }
    fn warnings(&self) -> Boxed<'_, Vec<String>> {
        Box::pin(std::future::ready(self.0.load().to_vec()))
    }
}
