//! From the configuration to providers, their settings and their ways: the only file that names concrete providers.

use std::sync::Arc;

use jebi_domain::{
    event::Feedback,
    port::{Clock, Inbox, Provider},
    refusal::Fault,
    route::{Routes, Way},
};
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    config::{self, Account, Config, ProviderConfig, Ses, Smtp},
    provider::{
        dkim::{DkimConfig, DkimKey},
        local::LocalProvider,
        ses::{self, SesConfig, SesProvider, StaticCredentials},
        smtp::{self, SmtpConfig, SmtpProvider},
    },
    service::{accept::ProviderKind as ListKind, dispatch, identities::Accounts},
};

/// What providers are made of besides their configuration.
pub(super) struct Maker {
    pub inbox: Arc<dyn Inbox>,
    pub clock: Arc<dyn Clock>,
    /// Where providers inside this process report to.
    pub feedback: UnboundedSender<Feedback>,
}

impl Maker {
    /// Makes one provider; it connects to nothing yet.
    ///
    /// # Errors
    /// The field that does not hold.
    pub async fn make(&self, config: &ProviderConfig) -> Result<Arc<dyn Provider>, Fault> {
        let (name, clock) = (config.name.clone(), Arc::clone(&self.clock));
        Ok(match &config.account {
            Account::Ses(ses) => Arc::new(SesProvider::start(ses_config(name, ses), clock).await?),
            Account::Smtp(smtp) => Arc::new(SmtpProvider::start(smtp_config(name, smtp), clock)?),
            Account::Local => Arc::new(LocalProvider::new(&name, Arc::clone(&self.inbox), clock, self.feedback.clone())),
        })
    }
}

/// What matters of it to lists.
pub(super) fn kind(config: &ProviderConfig) -> ListKind {
    match config.account {
        Account::Local => ListKind::Local,
        Account::Ses(_) => ListKind::Ses,
        Account::Smtp(_) => ListKind::Other,
    }
}

fn ses_config(name: String, ses: &Ses) -> SesConfig {
    let credentials = ses.credentials.as_ref().map(|c| StaticCredentials {
        access_key_id: c.access_key_id.clone(),
        secret_access_key: c.secret_access_key.reveal().to_owned(),
        session_token: c.session_token.as_ref().map(|t| t.reveal().to_owned()),
    });
    SesConfig {
        name,
        region: ses.region.clone(),
        endpoint: ses.endpoint.clone(),
        credentials,
        configuration_set: ses.configuration_set.clone(),
        ca_bundle: ses.ca_bundle.clone(),
        timeouts: ses::Timeouts::default(),
    }
}

fn smtp_config(name: String, smtp: &Smtp) -> SmtpConfig {
    SmtpConfig {
        name,
        host: smtp.host.clone(),
        port: smtp.port,
        tls: match smtp.tls {
            config::Tls::Starttls => smtp::Tls::Starttls,
            config::Tls::Implicit => smtp::Tls::Implicit,
            config::Tls::None => smtp::Tls::None,
        },
        login: smtp.login.as_ref().map(|l| smtp::Login { user: l.user.clone(), password: l.password.reveal().to_owned() }),
        ca_bundle: smtp.ca_bundle.clone(),
        hello: smtp.hello.clone(),
        dkim: smtp.dkim.as_ref().map(dkim_config),
        max_mails: smtp.max_mails,
        max_age: smtp.max_age,
        max_recipients: smtp.max_recipients,
        max_size: smtp.max_size,
        max_connections: smtp.limits.max_connections.map_or(usize::MAX, |most| most as usize),
        login_help: smtp.login_help.map(str::to_owned),
        timeouts: smtp::Timeouts::default(),
    }
}

fn dkim_config(dkim: &config::Dkim) -> DkimConfig {
    let key = |key: &config::DkimKey| DkimKey { selector: key.selector.clone(), pem: key.pem.reveal().to_owned() };
    DkimConfig { domain: dkim.domain.clone(), keys: dkim.keys.iter().map(key).collect() }
}

/// How a provider's mail is sent.
pub(super) fn settings(config: &Config, provider: &ProviderConfig) -> dispatch::Settings {
    let (sending, limits, usual) = (&config.sending, provider.limits(), dispatch::Settings::default());
    // Each thread has connections of its own.
    let threads = limits.max_connections.map_or(usual.sender_threads, |most| usual.sender_threads.min(most as usize));
    dispatch::Settings {
        max_rate: limits.max_send_per_second.or(sending.max_send_per_second),
        jitter: sending.jitter,
        sender_threads: threads,
        max_lateness: sending.max_lateness,
        daily_limit: limits.daily_limit,
        quota_reserve: sending.quota_reserve,
        max_connections: limits.max_connections,
    }
}

/// Which provider a sender's mail takes.
pub(super) fn routes(config: &Config) -> Routes {
    let way = |p: &ProviderConfig| Way { provider: p.name.clone(), senders: p.senders.clone(), reason: p.reason.clone() };
    Routes(config.providers.iter().map(way).collect())
}

/// Those that can be asked for identities.
pub(super) fn accounts<'a>(providers: impl Iterator<Item = &'a Arc<dyn Provider>>) -> Accounts {
    let asks = |p: &&Arc<dyn Provider>| p.kind() == ses::KIND;
    providers.filter(asks).map(|p| (p.name().to_owned(), Arc::clone(p))).collect()
}
