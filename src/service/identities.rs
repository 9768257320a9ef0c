//! Which senders, and in a sandbox which recipients, a provider takes (requirement S2-4): read from it, remembered for a while. What
//! is not known never stands in the way.
//!
//! An identity is an address or a domain. An address may send when itself, its domain or a domain above is verified (SES developer
//! guide, verify-domains). The account is asked once for each, whoever asks meanwhile; what is known to be verified is asked anew
//! behind the back of those who send.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use jebi_domain::{
    address,
    port::{Clock, Provider},
    refusal::Fault,
    time::Boot,
};
use tokio::sync::watch;

use super::providers::Providers;

/// How long a request waits for what is not known yet.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an identity is taken for verified without asking.
const VERIFIED: Duration = Duration::from_secs(600);
/// How long one is taken for not verified: somebody is about to verify it.
const UNVERIFIED: Duration = Duration::from_secs(15);
/// How long is not asked again after no answer.
const UNKNOWN: Duration = Duration::from_secs(60);
/// Longest a question takes before it counts as unanswered.
const QUESTION: Duration = Duration::from_secs(30);
/// Recipients asked for in one request to a sandbox, which takes 200 a day; the others are for SES to judge.
const MOST_RECIPIENTS: usize = 50;
/// Verdicts kept; when there are more, all are forgotten.
const KEPT: usize = 10_000;
/// SES takes its own test addresses in every account (send-email-simulator).
const SIMULATOR: &str = "simulator.amazonses.com";

/// What is known of an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Verified,
    Unverified,
    Unknown,
}

impl Verdict {
    fn holds(self) -> Duration {
        match self {
            Self::Verified => VERIFIED,
            Self::Unverified => UNVERIFIED,
            Self::Unknown => UNKNOWN,
        }
    }
}

/// What was last heard of an address, and the question that is out for it.
struct Entry {
    verdict: Option<Verdict>,
    until: Boot,
    asking: Option<watch::Receiver<Option<Verdict>>>,
}

/// Accounts that can be asked, by name. Replaced as a whole.
pub type Accounts = HashMap<String, Arc<dyn Provider>>;

type Cache = HashMap<(String, String), Entry>;

/// What is known of all identities.
pub struct Identities {
    accounts: ArcSwap<Accounts>,
    board: Arc<dyn Providers>,
    clock: Arc<dyn Clock>,
    cache: Mutex<Cache>,
}

impl Identities {
    #[must_use]
    pub fn new(accounts: Accounts, board: Arc<dyn Providers>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { accounts: ArcSwap::from_pointee(accounts), board, clock, cache: Mutex::default() })
    }

    /// Asks other accounts from now on; what was known is forgotten.
    pub fn set(&self, accounts: Accounts) {
        self.accounts.store(Arc::new(accounts));
        self.lock().clear();
    }

    /// Whether a provider sends to verified recipients only.
    #[must_use]
    pub fn is_sandbox(&self, provider: &str) -> bool {
        self.accounts.load().contains_key(provider) && self.board.is_sandbox(provider)
    }

    /// How the providers stand.
    #[must_use]
    pub fn board(&self) -> &dyn Providers {
        &*self.board
    }

    /// Whether a provider can be asked for its senders, and did not say whether it knows this one.
    #[must_use]
    pub fn is_open(&self, provider: &str, from: &str) -> bool {
        if !self.accounts.load().contains_key(provider) {
            return false;
        }
        let key = (provider.to_owned(), address::key(from).into_owned());
        self.lock().get(&key).is_none_or(|entry| !matches!(entry.verdict, Some(Verdict::Verified)))
    }

    /// Until when one request waits for what is not known, however many addresses it has.
    #[must_use]
    pub fn patience(&self) -> Boot {
        self.clock.boot() + PATIENCE
    }

    /// The fault of a sender that its provider would refuse; what is not known by `until` is let pass.
    pub async fn sender(self: &Arc<Self>, provider: &str, from: &str, until: Boot, field: impl Fn() -> String) -> Option<Fault> {
        if self.verdict(provider, from, until).await != Verdict::Unverified {
            return None;
        }
        let fault = format!("{from} may not send through {provider}: neither the address nor its domain is verified there");
        let remedy =
            "verify the address or its domain in the SES console (Identities) in the account's region, or send from a verified one";
        Some(Fault::new(field(), "sender_not_verified", fault, remedy))
    }

    /// The faults of recipients a sandbox would refuse; what is not known by `until` is let pass.
    pub async fn recipients(self: &Arc<Self>, provider: &str, all: &[&str], until: Boot, field: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        for to in all.iter().take(MOST_RECIPIENTS) {
            if is_simulator(to) || self.verdict(provider, to, until).await != Verdict::Unverified {
                continue;
            }
            let fault =
                format!("{to} cannot be mailed: {provider} is in the SES sandbox, and neither the address nor its domain is verified");
            let remedy =
                "verify the recipient in the SES console (Identities), use success@simulator.amazonses.com, or request production access";
            faults.push(Fault::new(field, "recipient_not_verified", fault, remedy));
        }
        faults
    }

    /// What is known of an address; waits a little where nothing is. Asks nobody once the time is over.
    async fn verdict(self: &Arc<Self>, provider: &str, email: &str, until: Boot) -> Verdict {
        let accounts = self.accounts.load();
        let Some(account) = accounts.get(provider) else { return Verdict::Unknown };
        let key = (provider.to_owned(), address::key(email).into_owned());
        let mut asking = {
            let mut cache = self.lock();
            let known = cache.get(&key);
            let verdict = known.and_then(|e| e.verdict);
            match (verdict, known) {
                (Some(verdict), Some(entry)) if self.clock.boot() < entry.until => return verdict,
                // Known and old: renewed while mail goes on.
                (Some(Verdict::Verified), _) => {
                    self.ask(&mut cache, key, account);
                    return Verdict::Verified;
                }
                _ if self.clock.boot() >= until => return Verdict::Unknown,
                _ => self.ask(&mut cache, key, account),
            }
        };
        let answered = async { asking.wait_for(Option::is_some).await.map_or(Verdict::Unknown, |v| v.unwrap_or(Verdict::Unknown)) };
        tokio::select! {
            verdict = answered => verdict,
            () = self.clock.sleep_until(until) => Verdict::Unknown,
        }
    }

    /// Sets a question off where none is out, and gives what its answer comes through.
    fn ask(self: &Arc<Self>, cache: &mut Cache, key: (String, String), account: &Arc<dyn Provider>) -> watch::Receiver<Option<Verdict>> {
        if let Some(asking) = cache.get(&key).and_then(|e| e.asking.clone()) {
            return asking;
        }
        if cache.len() >= KEPT {
            cache.clear();
        }
        let (tell, asking) = watch::channel(None);
        let entry = cache.entry(key.clone()).or_insert(Entry { verdict: None, until: Boot(0), asking: None });
        entry.asking = Some(asking.clone());
        let (this, account) = (Arc::clone(self), Arc::clone(account));
        tokio::spawn(async move {
            let verdict = tokio::select! {
                verdict = question(&*account, &key.1) => verdict,
                () = this.clock.sleep_until(this.clock.boot() + QUESTION) => Verdict::Unknown,
            };
            let until = this.clock.boot() + verdict.holds();
            // Where the accounts were replaced meanwhile the entry is gone, and this answer is of another account.
            if let Some(entry) = this.lock().get_mut(&key) {
                *entry = Entry { verdict: Some(verdict), until, asking: None };
            }
            tell.send_replace(Some(verdict));
        });
        asking
    }

    fn lock(&self) -> MutexGuard<'_, Cache> {
        // Every change is one assignment; the map is whole whatever happened.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for the address, then for its domain and those above it.
async fn question(account: &dyn Provider, email: &str) -> Verdict {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    let domains = std::iter::successors(Some(domain), |d| d.split_once('.').map(|(_, up)| up)).filter(|d| d.contains('.'));
    for identity in std::iter::once(email).chain(domains) {
        match account.identity(identity) {
            None => return Verdict::Unknown,
            Some(asked) => match asked.await {
                Ok(true) => return Verdict::Verified,
                Ok(false) => {}
                Err(reason) => {
                    let (text, remedy) = (&reason.text, &reason.remedy);
                    tracing::debug!(provider = account.name(), code = reason.code, text, remedy, "an identity could not be read");
                    return Verdict::Unknown;
                }
            },
        }
    }
    Verdict::Unverified
}

fn is_simulator(email: &str) -> bool {
    email.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(SIMULATOR))
}
