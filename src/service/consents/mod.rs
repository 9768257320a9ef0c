//! The ledger of consents to advertising: what callers record, and what people are told of it.
//!
//! | file | owns |
//! |---|---|
//! | `check` | what a caller may record |
//! | `csv` | consents as lines of a file |
//! | `notices` | results within 14 days, confirmations every two years |
//! | `text` | what those say |

mod check;
mod csv;
mod notices;
mod text;

use std::sync::Arc;

use jebi_domain::{
    consent::{self, Consent, ConsentEvent, EventKind},
    port::{
        Clock, Store,
        consents::{ConsentFilter, ConsentPage, NewEvent, Recorded},
    },
    refusal::Refusal,
};

pub use check::NewConsent;

use super::{Caller, accept::Accept, profiles::Profiles, times::Times, trouble::refusal};

/// Most consents recorded by one request.
pub const MAX_AT_ONCE: usize = 1_000;

/// The ledger.
pub struct Consents {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    accept: Arc<Accept>,
    profiles: Arc<Profiles>,
    times: Times,
    /// Whether people are told (`KOREAN_ADVERTISING`).
    tells: bool,
}

impl Consents {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, accept: Arc<Accept>, times: Times, tells: bool) -> Self {
        let profiles = accept.profiles();
        Self { store, clock, accept, profiles, times, tells }
    }

    /// Writes down what happened, all or none. `tell` is whether people are told where a consent does not say.
    ///
    /// # Errors
    /// Every fault of all of them; a store that cannot write.
    pub async fn record(&self, caller: &Caller, given: Vec<NewConsent>, tell: bool) -> Result<Vec<Recorded>, Refusal> {
        let (now, actor) = (self.clock.wall(), caller.who());
        let profiles = self.profiles.knowing(given.iter().map(|one| one.profile.as_str())).await?;
        let checking = check::Checking { profiles: &profiles, times: &self.times, now, actor: &actor, tells: self.tells, tell };
        let events = checking.all(given)?;
        let mut recorded = Vec::with_capacity(events.len());
        for chunk in events.chunks(MAX_AT_ONCE) {
            recorded.extend(self.store.record_consents(chunk.to_vec(), now).await.map_err(refusal)?);
        }
        Ok(recorded)
    }

    /// The same of a file: the answers in the order of its lines.
    ///
    /// # Errors
    /// A file that cannot be read; every fault of its lines; a store that cannot write.
    pub async fn import(&self, caller: &Caller, file: &[u8], profile: &str, tell: bool) -> Result<Vec<Recorded>, Refusal> {
        self.record(caller, csv::read(file, profile)?, tell).await
    }

    /// Writes down that a consent was withdrawn.
    ///
    /// # Errors
    /// No such consent; a bad time; a store that cannot write.
    pub async fn withdraw(&self, caller: &Caller, no: i64, how: String, at: Option<String>) -> Result<Recorded, Refusal> {
        let (consent, _) = self.find(no).await?;
        let new = NewConsent {
            email: consent.email,
            profile: consent.key.profile,
            scope: Some(consent.key.scope).filter(|scope| !scope.is_empty()),
            kind: EventKind::Withdrawn,
            at,
            how,
            ..NewConsent::default()
        };
        let recorded = self.record(caller, vec![new], true).await.map_err(|mut refused| {
            for fault in &mut refused.faults {
                fault.field = fault.field.trim_start_matches("consents[0].").to_owned();
            }
            refused
        });
        let mut recorded = recorded?;
        recorded.pop().ok_or_else(|| Refusal::missing("consent"))
    }

    /// A consent and all that was written of it.
    ///
    /// # Errors
    /// No such consent; a store that does not answer.
    pub async fn find(&self, no: i64) -> Result<(Consent, Vec<ConsentEvent>), Refusal> {
        self.store.consent(no).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("consent"))
    }

    /// Consents, newest first.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self, filter: ConsentFilter, before: Option<i64>, limit: u32) -> Result<ConsentPage, Refusal> {
        self.store.consents(filter, before, limit).await.map_err(refusal)
    }
}

/// When the person is reminded of a consent for the first time.
fn first_reminder(event: &NewEvent, times: &Times) -> jebi_domain::time::Wall {
    consent::confirm_at(event.at, event.at, &times.zone)
}
