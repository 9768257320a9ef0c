//! What the account says of itself, and what is shown of the provider.

use std::sync::atomic::Ordering;

use jebi_domain::{
    message::Lane,
    outcome::Reason,
    port::{AccountReport, AccountState, store::Guard},
    time::{Boot, Wall},
};

use super::{
    health::Cause,
    settings::Settings,
    state::{Account, Dispatch, Inner},
    stop::Stop,
};
use crate::service::providers::{ProviderState, ProviderStatus};

/// The rate kept while the account does not tell its own and the operator gave none: the sandbox's (SES quotas page).
const UNKNOWN_RATE: f64 = 1.0;
/// Keeps the arithmetic finite whatever an account says.
const LEAST_RATE: f64 = 0.01;

impl Dispatch {
    /// Takes the answer to a question for the account: `None` when it can't be asked.
    pub fn account_answered(&self, answer: Option<Result<AccountReport, Reason>>, now: Boot) {
        let inner = &mut *self.lock();
        match answer {
            None => {
                inner.account = Account::Mute;
                inner.health.try_again();
            }
            Some(Ok(report)) => {
                if let AccountState::Stopped(reason) = &report.state {
                    if inner.health.cause() != Some(Cause::Account) || inner.health.reason() != Some(reason) {
                        let remedy = &reason.remedy;
                        tracing::warn!(provider = %self.provider, reason = %reason.text, remedy, "the account does not send; mail waits");
                    }
                    inner.health.refuse(now, reason.clone());
                    self.return_ready(inner);
                } else {
                    inner.health.try_again();
                }
                inner.limits_told(&report, now);
                warn_of_probation(&self.provider, &inner.account, &report);
                inner.account = Account::Told(report);
            }
            Some(Err(reason)) => {
                tracing::warn!(provider = %self.provider, code = %reason.code, reason = %reason.text, "the account does not tell its limits");
                if inner.health.cause() == Some(Cause::Account) {
                    inner.health.refuse(now, reason.clone());
                }
                // Limits once told still hold.
                if !matches!(inner.account, Account::Told(_)) {
                    inner.account = Account::Refused(reason);
                }
            }
        }
        let rate = Self::rate(inner);
        if rate != inner.pacer.rate() {
            tracing::info!(provider = %self.provider, rate, "sending rate, recipients a second");
            inner.set_rate(rate);
        }
        self.ask_for_slots(inner);
        self.health_changed();
    }

    /// Takes other settings: rate, limits and connections hold from the next mail on.
    pub fn apply(&self, settings: Settings, now: Boot) {
        let inner = &mut *self.lock();
        inner.set_jitter(settings.jitter);
        let told = if let Account::Told(report) = &inner.account { Some(report) } else { None };
        // The account's count is as old as its answer: only its limit counts again.
        let told = told.map(|report| AccountReport { sent_last_24_hours: None, ..report.clone() });
        inner.daily.set(&settings, told.as_ref(), now);
        inner.settings = settings;
        let rate = Self::rate(inner);
        inner.set_rate(rate);
        self.offer_window(inner);
        self.health_changed();
    }

    /// The account is reached in another way now: with other credentials, at another place. A refused one gets its trial.
    pub fn replaced(&self) {
        self.lock().health.try_again();
        self.ask.notify_one();
        self.health_changed();
    }

    /// Whether the account sends to verified recipients only.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        matches!(&self.lock().account, Account::Told(report) if report.sandbox)
    }

    fn rate(inner: &Inner) -> Option<f64> {
        let own = inner.settings.max_rate;
        let told = match &inner.account {
            Account::Told(report) => report.max_send_rate,
            Account::Refused(_) if own.is_none() => Some(UNKNOWN_RATE),
            Account::Unasked | Account::Mute | Account::Refused(_) => None,
        };
        let least = match (own, told) {
            (Some(own), Some(told)) => Some(own.min(told)),
            (own, told) => own.or(told),
        };
        least.map(|rate| rate.max(LEAST_RATE))
    }

    /// When the account is to be asked because it was refused.
    #[must_use]
    pub fn ask_at(&self) -> Option<Boot> {
        self.lock().health.ask_at()
    }

    /// Takes over whether the store may send.
    pub fn set_guard(&self, guard: &Guard) {
        let inner = &mut *self.lock();
        let (held, bulk_held) = match guard {
            Guard::Open => (None, None),
            Guard::BulkHeld { why, .. } => {
                let remedy = "look whether mail of before was sent twice or is lacking, then run `jebi release`";
                (None, Some(Reason::new("bulk_held", why.as_str(), remedy)))
            }
            Guard::Held { why, .. } => {
                let remedy = "if this is the live installation, run `jebi release`";
                (Some(Reason::new("store_held", why.as_str(), remedy)), None)
            }
        };
        if (&held, &bulk_held) == (&inner.guard, &inner.bulk_held) {
            return;
        }
        (inner.guard, inner.bulk_held) = (held, bulk_held);
        if inner.guard.is_some() || inner.bulk_held.is_some() {
            self.offer_window(inner);
        }
        if inner.guard.is_some() {
            self.return_ready(inner);
        } else if inner.bulk_held.is_some() {
            self.return_bulk(inner);
        }
        self.health_changed();
    }

    /// How the provider stands now.
    #[must_use]
    pub fn status(&self, now: Boot, wall: Wall) -> ProviderStatus {
        let inner = self.lock();
        let told = match &inner.account {
            Account::Told(report) => Some(report),
            _ => None,
        };
        let (state, reason) = inner.state(now);
        ProviderStatus {
            name: self.provider.clone(),
            kind: self.kind,
            state,
            reason,
            rate: inner.rate_at(now),
            max_send_rate: told.and_then(|r| r.max_send_rate),
            max_24_hour_send: told.and_then(|r| r.max_24_hour_send),
            sent_last_24_hours: told.and_then(|r| r.sent_last_24_hours),
            account_at: told.map(|r| r.at),
            sandbox: told.is_some_and(|r| r.sandbox),
            under_review: told.is_some_and(|r| r.state == AccountState::Probation),
            quota: Self::quota_status(&inner, now),
            in_flight: inner.in_flight.into(),
            ready: inner.ready.total().into(),
            leased: inner.leased.into(),
            concurrency: inner.limit.into(),
            next_try_at: inner.health.next_try().or_else(|| inner.daily.opens_at()).map(|at| wall + at.since(now)),
        }
    }

    /// Largest mail it takes, in octets with everything encoded, as far as that is known; `None` for no limit.
    #[must_use]
    pub fn max_size(&self) -> Option<u64> {
        Some(self.max_size.load(Ordering::Relaxed)).filter(|most| *most > 0)
    }

    /// Notes what the provider says of that.
    pub fn note_max_size(&self, most: Option<u64>) {
        self.max_size.store(most.unwrap_or(0), Ordering::Relaxed);
    }

    /// Shows the gauges. Call about once a second.
    pub fn show(&self) {
        let inner = self.lock();
        self.meters.ready.set(f64::from(inner.ready.total()));
        self.meters.in_flight.set(f64::from(inner.in_flight));
        self.meters.leased.set(f64::from(inner.leased));
        self.meters.concurrency.set(f64::from(inner.limit));
        self.meters.slowed.set(inner.backoff.len() as f64);
        if let Some(median) = inner.concurrency.median() {
            self.meters.answer_time.record(median.as_secs_f64());
        }
    }
}

/// The account sends, but is watched.
fn probation() -> Reason {
    let remedy = "look into the SES console (Account dashboard, Reputation metrics): clean the lists that bounce or are complained of, and \
                  answer the AWS support case; else AWS stops the account";
    Reason::new("PROBATION", "AWS has put this account under review because of bounces or complaints; it still sends", remedy)
}

/// Once, when it begins.
fn warn_of_probation(provider: &str, before: &Account, report: &AccountReport) {
    let was = matches!(before, Account::Told(before) if before.state == AccountState::Probation);
    if report.state == AccountState::Probation && !was {
        let Reason { text, remedy, .. } = probation();
        tracing::warn!(provider, text, remedy, "the account is under review");
    }
}

impl Inner {
    fn state(&self, now: Boot) -> (ProviderState, Option<Reason>) {
        let unwritable =
            || Reason::new("store_unwritable", "outcomes can't be stored, so nothing new is claimed", "see the log; free disk space");
        let slowed = || {
            let remedy = "nothing to do; where it goes on, another program sends through the account: set MAX_SEND_PER_SECOND lower";
            Reason::new("too_fast", "the provider said that mail comes faster than it permits", remedy)
        };
        if self.stop != Stop::No {
            return (ProviderState::Stopped, None);
        }
        if self.failed {
            let remedy = "restart the server, and report it with the log of the time it happened";
            return (
                ProviderState::Stopped,
                Some(Reason::new("internal_error", "a part of Jebi has ended by an error of its own", remedy)),
            );
        }
        if let Some(guard) = &self.guard {
            return (ProviderState::Held, Some(guard.clone()));
        }
        match self.health.cause() {
            Some(Cause::Circuit) => return (ProviderState::CircuitOpen, self.health.reason().cloned()),
            Some(_) => return (ProviderState::Held, self.health.reason().cloned()),
            None if self.unwritable => return (ProviderState::Held, Some(unwritable())),
            None => {}
        }
        match self.daily.reason() {
            Some((Lane::Transactional, reason)) => return (ProviderState::Held, Some(reason)),
            _ if self.bulk_held.is_some() => return (ProviderState::Running, self.bulk_held.clone()),
            _ if self.bulk.why().is_some() => return (ProviderState::Running, self.bulk.why()),
            Some((Lane::Bulk, reason)) => return (ProviderState::Running, Some(reason)),
            None => {}
        }
        match &self.account {
            Account::Told(AccountReport { state: AccountState::Probation, .. }) if !self.pacer.is_slowed(now) => {
                (ProviderState::Running, Some(probation()))
            }
            Account::Refused(reason) => (ProviderState::Slowed, Some(reason.clone())),
            _ if self.pacer.is_slowed(now) => (ProviderState::Slowed, Some(slowed())),
            _ => (ProviderState::Running, None),
        }
    }
}
