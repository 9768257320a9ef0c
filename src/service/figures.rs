//! How much was sent, beside what the account allows (requirement S3-6).

use std::{sync::Arc, time::Duration};

use jebi_domain::{
    port::{Clock, Store},
    refusal::{Fault, Refusal},
};

use super::{providers::Providers, trouble::refusal};

/// Longest time looked back, in hours: 31 days.
pub const MAX_HOURS: u32 = 744;

/// Sent mail and the limits it counts against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sent {
    /// Recipients the SES account allows in 24 hours; `None` without SES, without a limit, or before the account answered.
    pub max_24_hour_send: Option<f64>,
    /// Recipients a second the SES account allows; `None` likewise.
    pub max_send_rate: Option<f64>,
    /// Recipients the SES account counted in the last 24 hours; `None` likewise.
    pub sent_last_24_hours: Option<f64>,
    /// What is left of the 24-hour limit.
    pub remaining: Option<f64>,
    /// Recipients this server sent to in the hours asked for.
    pub count: i64,
}

/// Reads them.
pub struct Figures {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    providers: Arc<dyn Providers>,
}

impl Figures {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, providers: Arc<dyn Providers>) -> Self {
        Self { store, clock, providers }
    }

    /// What was sent in the last `hours` (1 to [`MAX_HOURS`]).
    ///
    /// # Errors
    /// Hours out of range; a store that does not answer.
    pub async fn sent(&self, hours: u32) -> Result<Sent, Refusal> {
        if !(1..=MAX_HOURS).contains(&hours) {
            let fault = format!("{hours} is not between 1 and {MAX_HOURS}");
            return Err(Refusal::invalid(Fault::new("hours", "out_of_range", fault, "leave it out for the last 24 hours")));
        }
        let since = self.clock.wall() - Duration::from_secs(u64::from(hours) * 3600);
        let count = self.store.sent_since(since).await.map_err(refusal)?;
        let ses = self.providers.status().into_iter().find(|p| p.kind == "ses");
        let (max_24_hour_send, sent_last_24_hours) = ses.as_ref().map_or((None, None), |p| (p.max_24_hour_send, p.sent_last_24_hours));
        Ok(Sent {
            max_24_hour_send,
            max_send_rate: ses.and_then(|p| p.max_send_rate),
            sent_last_24_hours,
            remaining: max_24_hour_send.zip(sent_last_24_hours).map(|(max, sent)| (max - sent).max(0.0)),
            count,
        })
    }
}
