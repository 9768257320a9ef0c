//! What the operator decided of one provider.

use std::time::Duration;

/// How a provider's mail is sent.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The operator's limit, recipients a second, above 0; the account's own holds besides.
    pub max_rate: Option<f64>,
    /// Delay variation tolerated between our sockets and the receiver (design 6, J).
    pub jitter: Duration,
    /// Sender threads, at least 1.
    pub sender_threads: usize,
    /// Mail none of whose copies was attempted expires when it is this late.
    pub max_lateness: Duration,
    /// The operator's limit of recipients in 24 hours; the account's own holds besides.
    pub daily_limit: Option<u64>,
    /// Share of the 24-hour limit that bulk mail leaves for transactional mail, 0 to 1.
    pub quota_reserve: f64,
    /// Calls in flight at most; `None` leaves it to the answer time.
    pub max_connections: Option<u32>,
}

impl Settings {
    /// Calls allowed at once, of those the answer time asks for.
    pub(super) fn calls(&self, wanted: u32) -> u32 {
        self.max_connections.map_or(wanted, |most| wanted.min(most))
    }
}

impl Default for Settings {
    /// No limit of our own, J = 25 ms, half the cores, 24 hours, a tenth of any daily limit for transactional mail.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            max_rate: None,
            jitter: Duration::from_millis(25),
            sender_threads: (cores / 2).max(1),
            max_lateness: Duration::from_secs(24 * 3600),
            daily_limit: None,
            quota_reserve: 0.1,
            max_connections: None,
        }
    }
}
