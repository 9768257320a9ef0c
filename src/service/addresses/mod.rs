//! What can be told of addresses before anything is sent to them: form, slips, what the name servers say, and the suppression list.

mod mx;

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use jebi_domain::{
    address::{
        self, AddressFault,
        disposable::Disposable,
        verdict::{Findings, Receives, Verdict, is_role},
    },
    port::{Clock, MailHosts, Store},
    refusal::{Fault, Refusal},
    suppression::{Entry, Scope, SuppressionCause},
};

use super::trouble::refusal;
use mx::Domains;

/// Most addresses in one request.
pub const MAX_AT_ONCE: usize = 1_000;

/// What was found of one address.
#[derive(Clone, Debug)]
pub struct Checked {
    /// As it was given.
    pub given: String,
    pub verdict: Verdict,
    /// Why it is no address.
    pub fault: Option<AddressFault>,
    /// The address that was probably meant.
    pub suggestion: Option<String>,
    /// What the name servers say; `None` where they were not asked.
    pub receives: Option<Receives>,
    pub disposable: bool,
    pub role: bool,
    /// Its entries on the suppression list.
    pub suppressed: Vec<Entry>,
}

/// The checks.
pub struct Addresses {
    store: Arc<dyn Store>,
    domains: Domains,
    disposable: ArcSwap<Disposable>,
}

impl Addresses {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, hosts: Arc<dyn MailHosts>, disposable: Arc<Disposable>) -> Self {
        Self { store, domains: Domains::new(hosts, clock), disposable: ArcSwap::new(disposable) }
    }

    /// Takes another list of disposable domains.
    pub fn set(&self, disposable: Arc<Disposable>) {
        self.disposable.store(disposable);
    }

    /// Checks addresses; the answers are in the same order. `ask` is whether the name servers are asked.
    ///
    /// # Errors
    /// None or too many addresses; a store that does not answer.
    pub async fn check(&self, given: Vec<String>, ask: bool) -> Result<Vec<Checked>, Refusal> {
        if given.is_empty() {
            let fault = Fault::new("emails", "no_recipients", "the request has no addresses", "give at least one");
            return Err(Refusal::invalid(fault));
        }
        if given.len() > MAX_AT_ONCE {
            let fault = format!("the request has {} addresses; at most {MAX_AT_ONCE} are checked at once", given.len());
            return Err(Refusal::invalid(Fault::new("emails", "too_many", fault, "split it, or use jebi addresses check with a file")));
        }
        let parsed: Vec<_> = given.iter().map(|text| address::parse(text)).collect();
        let good = || parsed.iter().flatten();
        let keys: Vec<String> = good().map(|email| address::key(email).into_owned()).collect();
        let listed = self.store.suppressions_of(keys).await.map_err(refusal)?;
        let receives = if ask { self.domains.receive(good().map(|email| domain(email)).collect()).await } else { HashMap::new() };
        let disposable = self.disposable.load_full();
        let one = |(given, parsed): (String, Result<String, AddressFault>)| match parsed {
            Err(fault) => Checked::malformed(given, fault),
            Ok(email) => {
                let key = address::key(&email);
                let from = listed.partition_point(|entry| entry.address.as_str() < &*key);
                let suppressed: Vec<Entry> = listed[from..].iter().take_while(|entry| entry.address == *key).cloned().collect();
                Checked::found(given, &email, receives.get(&domain(&email)).cloned(), disposable.holds(&email), suppressed)
            }
        };
        Ok(given.into_iter().zip(parsed).map(one).collect())
    }
}

fn domain(email: &str) -> String {
    email.rsplit_once('@').map_or("", |(_, domain)| domain).to_ascii_lowercase()
}

impl Checked {
    fn malformed(given: String, fault: AddressFault) -> Self {
        let verdict = Findings { malformed: true, ..Findings::default() }.verdict();
        let suppressed = Vec::new();
        Self { given, verdict, fault: Some(fault), suggestion: None, receives: None, disposable: false, role: false, suppressed }
    }

    fn found(given: String, email: &str, receives: Option<Receives>, disposable: bool, suppressed: Vec<Entry>) -> Self {
        let (suggestion, role) = (address::suggestion(email), is_role(email));
        // Who unsubscribed still gets transactional mail.
        let all = |entry: &Entry| entry.scope == Scope::All && entry.cause != SuppressionCause::Unsubscribe;
        let is_suppressed = suppressed.iter().any(all);
        let findings = Findings {
            malformed: false,
            no_mail: matches!(receives, Some(Receives::No | Receives::Refuses)),
            suppressed: is_suppressed,
            partly_suppressed: !suppressed.is_empty() && !is_suppressed,
            typo: suggestion.is_some(),
            disposable,
            role,
            unknown: matches!(receives, Some(Receives::Unknown(_))),
        };
        Self { given, verdict: findings.verdict(), fault: None, suggestion, receives, disposable, role, suppressed }
    }
}
