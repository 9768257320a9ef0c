//! How the providers stand: what the dispatcher shows and the API answers.

use jebi_domain::{message::Lane, outcome::Reason, time::Wall};

/// What a provider is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderState {
    /// It sends at its full rate.
    Running,
    /// It said that we are too fast; it sends at a lower rate for a while.
    Slowed,
    /// Nothing is sent: the daily limit, a refused account or the restore guard. It goes on by itself or when released.
    Held,
    /// It did not answer, or only with failures; one mail at a time tries whether it is back.
    CircuitOpen,
    /// The server is stopping.
    Stopped,
}

impl ProviderState {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Slowed => "slowed",
            Self::Held => "held",
            Self::CircuitOpen => "circuit_open",
            Self::Stopped => "stopped",
        }
    }
}

/// A limit of 24 hours as it stands. Recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaStatus {
    /// In 24 hours: the account's or the operator's, whichever is lower.
    pub limit: u64,
    /// Counted now, others' through the same account included where it tells.
    pub used: u64,
    pub remaining: u64,
    /// What bulk mail leaves for transactional mail.
    pub reserve: u64,
    /// Until when each lane waits for the limit.
    pub opens: [Option<Wall>; 2],
}

/// One provider as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderStatus {
    /// The name it has in the configuration.
    pub name: String,
    /// `ses`, `local`, …
    pub kind: &'static str,
    pub state: ProviderState,
    /// Why it is not running at its full rate, or what the account warns of, and what to do.
    pub reason: Option<Reason>,
    /// Recipients a second now in force; `None` for no limit.
    pub rate: Option<f64>,
    /// Recipients a second the account allows; `None` for no limit or not known.
    pub max_send_rate: Option<f64>,
    /// Recipients in 24 hours the account allows; `None` for no limit or not known.
    pub max_24_hour_send: Option<f64>,
    /// Recipients the account counted in the last 24 hours; `None` when not known.
    pub sent_last_24_hours: Option<f64>,
    /// When the account gave these figures.
    pub account_at: Option<Wall>,
    /// SES sandbox: only verified recipients.
    pub sandbox: bool,
    /// The provider watches the account because of bounces or complaints.
    pub under_review: bool,
    /// The limit of 24 hours; `None` without one.
    pub quota: Option<QuotaStatus>,
    /// Mails being sent now.
    pub in_flight: u64,
    /// Mails claimed and waiting for their slot.
    pub ready: u64,
    /// Mails claimed whose outcome is not stored yet.
    pub leased: u64,
    /// Calls allowed at once; it follows the answer time.
    pub concurrency: u64,
    /// When it is tried again, where nothing is sent now.
    pub next_try_at: Option<Wall>,
}

/// What knows how the providers stand. The dispatcher implements it; must not block.
pub trait Providers: Send + Sync {
    /// One line for each configured provider, in the order of the configuration.
    fn status(&self) -> Vec<ProviderStatus>;

    /// Whether this one sends to verified recipients only.
    fn is_sandbox(&self, provider: &str) -> bool {
        self.status().iter().any(|p| p.name == provider && p.sandbox)
    }

    /// Largest mail this one takes, in octets with everything encoded, as far as that is known; `None` for no limit.
    fn max_size(&self, _provider: &str) -> Option<u64> {
        None
    }

    /// When so many recipients of a lane will have been sent to from `from` on: an estimate. `None` where there is none.
    fn finish_at(&self, _provider: &str, _lane: Lane, _recipients: u64, _from: Wall) -> Option<Wall> {
        None
    }
}
