//! Amazon SES by API v2. `SendEmail` goes over plain HTTP/1.1 connections and is signed here; credentials and account limits
//! come through the AWS SDK.
//!
//! Nothing is retried here: every attempt has one [`Outcome`], and whoever asked decides. A failure before the first byte of
//! a request reached the socket is certainly not an acceptance, nor is a complete refusal other than 502 and 504; every
//! other failure is [`Outcome::Unknown`].

mod account_list;
mod base64;
mod config;
mod connection;
mod control;
mod credentials;
mod error;
mod payload;
mod pool;
mod request;
mod sender;
mod sign;
mod stream;

use std::sync::Arc;

use jebi_domain::{
    outcome::Reason,
    port::{AccountReport, Boxed, Clock, Outgoing, Provider, Sender, account_list::AccountList},
    refusal::Fault,
};
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;

use config::Target;
pub use config::{SesConfig, StaticCredentials, Timeouts};
use credentials::Credentials;
use sign::{Signer, SigningClock};

use super::trust;

/// The word for it in configuration and API.
pub const KIND: &str = "ses";
/// Largest mail with everything encoded, in bytes: "40 MB per message (after base64 encoding)" (SES, service quotas, API v2). Whether that
/// is decimal is not told; this is the safe side.
pub const MAX_MAIL: u64 = 40_000_000;

/// One SES account in one region.
pub struct SesProvider {
    shared: Arc<Shared>,
    control: aws_sdk_sesv2::Client,
    account_list: account_list::SesAccountList,
    _refresh: Option<AbortOnDropHandle<()>>,
}

/// What the senders of all threads have in common.
struct Shared {
    config: SesConfig,
    target: Target,
    tls: Option<TlsConnector>,
    signer: Signer,
    clock: Arc<dyn Clock>,
    signing_clock: SigningClock,
    credentials: Arc<Credentials>,
}

impl SesProvider {
    /// Checks the configuration, looks for credentials (up to ten seconds) and keeps them fresh on the calling runtime.
    /// Missing credentials are no error: they may come, and mail waits for them.
    ///
    /// # Errors
    /// The field of [`SesConfig`] that does not hold: `region`, `endpoint`, `configuration_set` or `ca_bundle`.
    pub async fn start(config: SesConfig, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let target = config.target()?;
        let signer = Signer::new(&config.region, &target)?;
        let ca_bundle = config.ca_bundle.as_deref().filter(|_| target.tls);
        let tls = if target.tls { Some(trust::connector(ca_bundle)?) } else { None };
        let http = trust::sdk_client(ca_bundle)?;
        let source = credentials::source(&config, Arc::clone(&clock)).await;
        let control = control::client(&config, &target.base, source.provider, http);
        let signing_clock = SigningClock::new(Arc::clone(&clock));
        let shared = Shared { config, target, tls, signer, clock, signing_clock, credentials: source.credentials };
        let account_list = account_list::SesAccountList { client: control.clone() };
        Ok(Self { shared: Arc::new(shared), control, account_list, _refresh: source.task })
    }
}

impl Provider for SesProvider {
    fn name(&self) -> &str {
        &self.shared.config.name
    }

    fn kind(&self) -> &'static str {
        KIND
    }

    fn sender(&self) -> Box<dyn Sender> {
        Box::new(sender::SesSender::new(Arc::clone(&self.shared)))
    }

    fn identity(&self, identity: &str) -> Option<Boxed<'_, Result<bool, Reason>>> {
        let identity = identity.to_owned();
        Some(Box::pin(async move { control::identity(&self.control, &identity).await }))
    }

    fn account_list(&self) -> Option<&dyn AccountList> {
        Some(&self.account_list)
    }

    fn max_size(&self) -> Option<u64> {
        Some(MAX_MAIL)
    }

    fn ahead(&self, mail: &mut Outgoing) {
        // One that is refused for its size needs no hash.
        if mail.len() as u64 <= MAX_MAIL {
            request::hash_ahead(mail, self.shared.config.configuration_set.as_deref());
        }
    }

    fn account(&self) -> Boxed<'_, Option<Result<AccountReport, Reason>>> {
        Box::pin(async move { Some(control::account(&self.control, || self.shared.clock.wall()).await) })
    }
}
