//! The ledger of consents to advertising: what callers record, and what people are told of it.
//!
//! | file | owns |
//! |---|---|
//! | `check` | what a caller may record |
//! | `notices` | results within 14 days, confirmations every two years |
//! | `text` | what those say |

mod check;
mod notices;
mod text;

use std::sync::Arc;

use jebi_domain::{
    address,
    consent::{self, Consent, ConsentEvent, EventKind},
    port::{
        Clock, Store,
        consents::{ConsentFilter, ConsentKey, ConsentPage, NewEvent, Recorded},
        refusals::RefusedBy,
    },
    refusal::Refusal,
};

pub use check::NewConsent;

use super::{Caller, accept::Accept, profiles::Profiles, refusals::ConsentChange, times::Times, trouble::refusal};

/// Most consents recorded by one request.
pub const MAX_AT_ONCE: usize = 1_000;
/// Those recorded together. Each takes several statements, on PostgreSQL a round trip each, of the writer that settles and accepts as well:
/// between two parts it does.
const PART: usize = 50;

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

    /// Writes down what happened; the answers are in the same order. `place` names a field of one of them in the request, by its number from
    /// 0; `tell` is whether people are told where a consent does not say. All are checked before any is recorded.
    ///
    /// # Errors
    /// Every fault of all of them; a store that cannot write: some parts may stand there then, and change nothing when they come again.
    pub async fn record(
        &self,
        caller: &Caller,
        given: Vec<NewConsent>,
        place: impl Fn(usize, &str) -> String + Send,
        tell: bool,
    ) -> Result<Vec<Recorded>, Refusal> {
        let (now, actor) = (self.clock.wall(), caller.who());
        let profiles = self.profiles.knowing(given.iter().map(|one| one.profile.as_str())).await?;
        let checking = check::Checking { profiles: &profiles, times: &self.times, now, actor: &actor, tells: self.tells, tell };
        let events = checking.all(given, &place)?;
        let mut recorded = Vec::with_capacity(events.len());
        for chunk in events.chunks(PART) {
            recorded.extend(self.store.record_consents(chunk.to_vec(), now).await.map_err(refusal)?);
        }
        Ok(recorded)
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
        let mut recorded = self.record(caller, vec![new], |_, field| field.to_owned(), true).await?;
        recorded.pop().ok_or_else(|| Refusal::missing("consent"))
    }

    /// Writes down what somebody chose for themselves on the page of their preferences, in the wording they read there.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn chosen(
        &self,
        changes: Vec<ConsentChange>,
        wording: impl Fn(&ConsentChange) -> String,
        source: &str,
    ) -> Result<(), Refusal> {
        let now = self.clock.wall();
        let profiles = self.profiles.knowing(changes.iter().map(|one| one.profile.as_str())).await?;
        let events = changes.into_iter().map(|change| {
            let wording = wording(&change);
            let ConsentChange { email, profile, scope, given } = change;
            let notice = self.tells && profiles.get(&profile).is_some_and(|profile| profile.consent_notices);
            let mut event = NewEvent {
                key: ConsentKey { address: address::key(&email).into_owned(), profile, scope },
                email,
                language: None,
                kind: if given { EventKind::Given } else { EventKind::Refused },
                at: now,
                how: RefusedBy::Preferences.as_str().to_owned(),
                wording,
                source: source.to_owned(),
                actor: "recipient".to_owned(),
                notice,
                confirm_at: None,
            };
            event.confirm_at = given.then(|| first_reminder(&event, &self.times));
            event
        });
        let events: Vec<NewEvent> = events.collect();
        if !events.is_empty() {
            self.store.record_consents(events, now).await.map_err(refusal)?;
        }
        Ok(())
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
