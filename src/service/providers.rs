//! What `/v1/providers` shows: how each provider stands, why, and what to do about it.

use jebi_domain::{outcome::Reason, time::Wall};
use serde::Serialize;

/// Whether a provider sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderState {
    Running,
    /// It sends slower than its rate: it said we are too fast, or its rate is not known yet.
    Slowed,
    /// It does not take our mail; mail waits. The reason says what to do.
    Held,
    /// It could not be reached or failed several times in a row; it is tried again by itself.
    CircuitOpen,
    /// This node is stopping.
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

/// How one provider stands on this node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProviderStatus {
    /// The name it has in the configuration.
    pub name: String,
    /// `ses`, `local`, …
    pub kind: &'static str,
    pub state: ProviderState,
    /// Why it does not run as it should, and what to do.
    pub reason: Option<Reason>,
    /// Recipients a second it is sent at most; `None` for no limit.
    pub rate: Option<f64>,
    /// Recipients in 24 hours the account allows; `None` where unknown or without limit.
    pub max_24_hour_send: Option<f64>,
    /// Recipients in the last 24 hours by the account's own count.
    pub sent_last_24_hours: Option<f64>,
    /// Calls whose answer is not there yet.
    pub in_flight: u32,
    /// Copies claimed and not started.
    pub ready: u32,
    /// Copies claimed whose outcome is not stored yet.
    pub leased: u32,
    /// Calls allowed at once; it follows the answer time.
    pub concurrency: u32,
    /// When sending is tried again, where it has stopped.
    pub next_try_at: Option<Wall>,
}

/// Tells how all providers stand.
pub trait ProviderBoard: Send + Sync {
    /// In the order of the configuration.
    fn status(&self) -> Vec<ProviderStatus>;
}
