//! The suppression list, as callers write and read it, and its exchange with accounts of providers.
//!
//! | file | owns |
//! |---|---|
//! | `check` | what a caller may write |
//! | `exchange` | reading an account's list, and telling it of ours |

mod check;
mod exchange;

use std::sync::Arc;

use arc_swap::ArcSwap;
use jebi_domain::{
    port::{
        Clock, Store,
        suppressions::{Listed, Removal, SuppressionCursor, SuppressionFilter, SuppressionPage},
    },
    refusal::{Fault, Refusal},
    suppression::{Entry, NewEntry, Removed, Rules, Scope, Source, SuppressionCause},
};

pub use check::NewSuppression;
pub use exchange::{AccountLists, Accounts, Exchange, Exchanged};

use super::{Caller, times::Times, trouble::refusal};

/// Most entries in one request.
pub const MAX_AT_ONCE: usize = 1_000;
/// Entries written together: between two parts the writer settles and accepts.
pub const PART: usize = 500;
/// Removals that are shown of an address.
const SHOWN_REMOVED: u32 = 100;
/// Longest reason of a removal, in characters.
const MAX_REASON: usize = 500;

/// The list.
pub struct Suppressions {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    times: Times,
    rules: ArcSwap<Rules>,
}

/// All that is known of an address.
#[derive(Clone, Debug)]
pub struct Standing {
    pub address: String,
    /// By scope; empty where it is not on the list.
    pub entries: Vec<Entry>,
    /// What was taken off, newest first.
    pub removed: Vec<Removed>,
}

impl Suppressions {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, times: Times, rules: Rules) -> Self {
        let list = Self { store, clock, times, rules: ArcSwap::default() };
        list.set(rules);
        list
    }

    /// Takes other rules for what enters the list by itself from now on.
    pub fn set(&self, rules: Rules) {
        self.store.set_suppression_rules(rules.clone());
        self.rules.store(Arc::new(rules));
    }

    /// Checks entries; the answers of [`Self::put`] are of these. `place` names a field of one of them, by its number from 0.
    ///
    /// # Errors
    /// Every fault of all of them.
    pub fn checked(
        &self,
        caller: &Caller,
        given: Vec<NewSuppression>,
        source: Source,
        place: impl Fn(usize, &str) -> String,
    ) -> Result<Vec<NewEntry>, Refusal> {
        if given.is_empty() {
            let remedy = "give at least one";
            return Err(Refusal::invalid(Fault::new("suppressions", "no_suppressions", "the request has no entries", remedy)));
        }
        let who = caller.who();
        self.checking(&who, source).all(given, &place)
    }

    /// Checks one entry.
    ///
    /// # Errors
    /// Its faults.
    pub fn checked_one(
        &self,
        caller: &Caller,
        given: NewSuppression,
        source: Source,
        field: impl Fn(&str) -> String,
    ) -> Result<NewEntry, Vec<Fault>> {
        let who = caller.who();
        self.checking(&who, source).one(given, &field)
    }

    fn checking<'a>(&'a self, actor: &'a str, source: Source) -> check::Checking<'a> {
        let complaints = self.rules.load().complaints.clone();
        check::Checking { times: &self.times, now: self.clock.wall(), actor, source, complaints }
    }

    /// Writes entries, in parts.
    ///
    /// # Errors
    /// A store that cannot write: some parts may stand there then, and are known when they come again.
    pub async fn put(&self, entries: Vec<NewEntry>) -> Result<Listed, Refusal> {
        let mut all = Listed::default();
        for part in entries.chunks(PART) {
            let Listed { new, known, left } = self.store.suppress(part.to_vec()).await.map_err(refusal)?;
            all = Listed { new: all.new + new, known: all.known + known, left: all.left + left };
        }
        Ok(all)
    }

    /// Takes an address off the list, and writes down who did it. `scope` is all of them where it is left out.
    ///
    /// # Errors
    /// A bad address, scope or reason; it is not on the list; a store that cannot write.
    pub async fn remove(&self, caller: &Caller, email: &str, scope: Option<&str>, reason: &str) -> Result<Vec<Entry>, Refusal> {
        let address = address(email)?;
        let scope = scope.map(|text| check::scope(text, || "scope".to_owned())).transpose().map_err(Refusal::invalid)?;
        if reason.trim().is_empty() {
            let fault = "it does not say why the address may be mailed again";
            return Err(Refusal::invalid(Fault::new(
                "reason",
                "missing_reason",
                fault,
                "say it in a few words: who asked, or what was put right",
            )));
        }
        check::words(reason, MAX_REASON, || "reason".to_owned()).map_err(Refusal::invalid)?;
        let removal = Removal { address, scope, actor: caller.who(), reason: reason.to_owned(), at: self.clock.wall() };
        let removed = self.store.unsuppress(removal).await.map_err(refusal)?;
        if removed.is_empty() { Err(Refusal::missing("suppression")) } else { Ok(removed) }
    }

    /// All that is known of an address; also of one that is on the list no more.
    ///
    /// # Errors
    /// Nothing is; a store that does not answer.
    pub async fn find(&self, email: &str) -> Result<Standing, Refusal> {
        let address = address(email)?;
        let entries = self.store.suppressions_of(vec![address.clone()]).await.map_err(refusal)?;
        let removed = self.store.suppressions_removed(&address, SHOWN_REMOVED).await.map_err(refusal)?;
        if entries.is_empty() && removed.is_empty() {
            return Err(Refusal::missing("suppression"));
        }
        Ok(Standing { address, entries, removed })
    }

    /// Entries by address and scope.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self, filter: SuppressionFilter, after: Option<SuppressionCursor>, limit: u32) -> Result<SuppressionPage, Refusal> {
        self.store.suppressions(filter, after, limit).await.map_err(refusal)
    }
}

/// Conditions of a list, read.
///
/// # Errors
/// A cause or scope that is none.
pub fn filter(address: Option<&str>, domain: Option<&str>, cause: Option<&str>, scope: Option<&str>) -> Result<SuppressionFilter, Refusal> {
    let key = |text: &str| jebi_domain::address::key(text.trim()).into_owned();
    let cause: Option<SuppressionCause> =
        cause.map(|text| check::cause(text, || "cause".to_owned())).transpose().map_err(Refusal::invalid)?;
    let scope: Option<Scope> = scope.map(|text| check::scope(text, || "scope".to_owned())).transpose().map_err(Refusal::invalid)?;
    let domain = domain.map(|text| key(text).trim_start_matches('@').to_owned());
    Ok(SuppressionFilter { address: address.map(key), domain, cause, scope })
}

/// The address in a path.
fn address(email: &str) -> Result<String, Refusal> {
    check::email(email, || "email".to_owned()).map_err(Refusal::invalid)
}
