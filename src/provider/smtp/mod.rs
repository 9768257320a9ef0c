//! Any SMTP server: our own client, because the usual ones stall, retry by themselves or hand a half-used connection to the next mail.
//!
//! | file | what |
//! |---|---|
//! | `config` | what an account is told |
//! | `session`, `tls` | from a name to a connection that is logged in, and what is said where there is none |
//! | `connection`, `wire`, `stream`, `timer` | one connection: bytes, replies, deadlines |
//! | `pool`, `places`, `sender` | which connection a mail takes, and how many there may be |
//! | `transaction`, `envelope`, `content` | one mail's dialogue, and the outcome of each recipient |
//! | `error`, `rules` | what a refusing reply means |
//!
//! Nothing is retried here: every attempt has one [`Outcome`](jebi_domain::outcome::Outcome), and whoever asked decides. An attempt that
//! ends before the final dot may have been handed to the socket, or with a refusing reply, was certainly not accepted; every other end
//! without a readable reply is unknown.

mod config;
mod connection;
mod content;
mod envelope;
mod error;
mod places;
mod pool;
mod rules;
mod sender;
mod session;
mod stream;
mod timer;
mod tls;
mod transaction;
mod wire;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use jebi_domain::{
    dkim::body_hash,
    outcome::Reason,
    port::{AccountReport, Boxed, Clock, Outgoing, Provider, Sender},
    refusal::Fault,
};
use tokio_rustls::TlsConnector;

use super::{dkim::Signer, trust};
pub use config::{Login, SmtpConfig, Timeouts, Tls};

/// The word for it in configuration and API.
pub const KIND: &str = "smtp";

/// One account at one SMTP server.
pub struct SmtpProvider {
    shared: Arc<Shared>,
}

/// What the senders of all threads have in common.
struct Shared {
    config: SmtpConfig,
    tls: Option<TlsConnector>,
    signer: Option<Signer>,
    places: places::Places,
    clock: Arc<dyn Clock>,
    /// Largest mail the server said it takes, when it was last asked (RFC 1870 section 4); 0 where it tells no limit, or was not asked.
    max_size: AtomicU64,
}

impl SmtpProvider {
    /// Checks the configuration; connects to nothing yet.
    ///
    /// # Errors
    /// The field of [`SmtpConfig`] that does not hold: `host`, `port`, `max_mails`, `max_recipients`, `max_connections`, `hello`, `login.user`,
    /// `login.password`, `ca_bundle` or `dkim_keys`.
    pub fn start(config: SmtpConfig, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        config.check()?;
        let tls = if config.tls == Tls::None { None } else { Some(trust::connector(config.ca_bundle.as_deref())?) };
        let signer = config.dkim.as_ref().map(|dkim| Signer::new(&config.name, dkim)).transpose()?;
        let places = places::Places::new(config.max_connections);
        Ok(Self { shared: Arc::new(Shared { config, tls, signer, places, clock, max_size: AtomicU64::new(0) }) })
    }
}

impl Provider for SmtpProvider {
    fn name(&self) -> &str {
        &self.shared.config.name
    }

    fn kind(&self) -> &'static str {
        KIND
    }

    fn sender(&self) -> Box<dyn Sender> {
        Box::new(sender::SmtpSender::new(Arc::clone(&self.shared)))
    }

    fn max_size(&self) -> Option<u64> {
        let signatures = self.shared.signer.as_ref().map_or(0, Signer::most) as u64;
        let told = Some(self.shared.max_size.load(Ordering::Relaxed)).filter(|most| *most > 0);
        told.or(self.shared.config.max_size).map(|most| most.saturating_sub(signatures).max(1))
    }

    /// A large body is hashed for its signature, which would hold up other mail of the sender thread.
    fn ahead(&self, mail: &mut Outgoing) {
        if self.shared.signer.as_ref().is_some_and(|signer| signer.draft(mail).is_some()) {
            // The body keeps it for when the mail is signed.
            let _ = body_hash(&mail.body);
        }
    }

    /// SMTP has no way to ask.
    fn account(&self) -> Boxed<'_, Option<Result<AccountReport, Reason>>> {
        Box::pin(std::future::ready(None))
    }
}
