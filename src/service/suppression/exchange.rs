//! The exchange with lists that accounts of providers keep: theirs enter ours, ours are told to them. One node does it, a call a second.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use jebi_domain::{
    address,
    outcome::Reason,
    port::{
        Clock, Provider, Store,
        account_list::{AccountEntry, AccountList, NOT_TAKEN},
        store::StoreError,
        suppressions::{Listed, Tell},
    },
    suppression::{NewEntry, Scope, Source},
    time::{Boot, Wall},
};
use tokio_util::sync::CancellationToken;

/// Between two calls: the operations are documented with one a second (SES API v2 quotas).
const PACE: Duration = Duration::from_secs(1);
/// Wishes told in one round: so many seconds are well within the right to do it.
const ROUND: u32 = 10;
/// How often an account's list is read.
const READ_EVERY: Duration = Duration::from_secs(600);
/// What is read again before where the last reading began: the account's clock is another one.
const OVERLAP: Duration = Duration::from_secs(3_600);

/// What is exchanged with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountLists {
    /// Its entries enter our list.
    Pull,
    /// It is told what enters and leaves ours.
    Push,
    Both,
}

impl AccountLists {
    fn pulls(self) -> bool {
        self != Self::Push
    }
    fn pushes(self) -> bool {
        self != Self::Pull
    }
}

/// Accounts to exchange with.
pub type Accounts = Vec<(Arc<dyn Provider>, AccountLists)>;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchanged {
    /// Wishes the accounts took.
    pub told: u64,
    /// How their entries were taken.
    pub listed: Listed,
    /// There is more to tell.
    pub more: bool,
}

/// What is remembered of an account.
#[derive(Default)]
struct Known {
    /// When its list was last read.
    read: Option<Boot>,
    /// What was last said of trouble with it.
    trouble: Option<Reason>,
}

/// The exchange.
pub struct Exchange {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    accounts: ArcSwap<Accounts>,
    /// By provider.
    known: Mutex<HashMap<String, Known>>,
    stop: CancellationToken,
}

impl Exchange {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, stop: CancellationToken) -> Self {
        Self { store, clock, accounts: ArcSwap::default(), known: Mutex::default(), stop }
    }

    /// Exchanges with these accounts from now on.
    pub fn set(&self, accounts: Accounts) {
        self.accounts.store(Arc::new(accounts));
    }

    /// One round with every account. On a node that does not do the housekeeping nothing is done.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn round(&self) -> Result<Exchanged, StoreError> {
        let mut all = Exchanged::default();
        for (provider, lists) in self.accounts.load_full().iter() {
            let Some(account) = provider.account_list() else { continue };
            let name = provider.name();
            let Some(exchange) = self.store.suppression_exchange(name, ROUND).await? else { return Ok(all) };
            if lists.pushes() {
                all.more |= exchange.tell.len() == ROUND as usize;
                let (told, trouble) = self.push(account, name, exchange.tell).await?;
                all.told += told;
                // What it did not take waits for the next turn.
                all.more &= trouble.is_none();
                self.say(name, trouble);
            }
            if lists.pulls() && self.is_due(name) {
                let (listed, trouble) = self.pull(account, name, exchange.read_to).await?;
                let Listed { new, known, left } = all.listed;
                all.listed = Listed { new: new + listed.new, known: known + listed.known, left: left + listed.left };
                self.say(name, trouble);
            }
            if self.stop.is_cancelled() {
                break;
            }
        }
        Ok(all)
    }

    /// Tells an account, until it does not take something for now. What it refuses while it takes other addresses is dropped: it would be told
    /// for ever, before all behind it.
    async fn push(&self, account: &dyn AccountList, name: &str, wishes: Vec<Tell>) -> Result<(u64, Option<Reason>), StoreError> {
        let (mut told, mut refused) = (0, Vec::new());
        for wish in wishes {
            let done = match wish.cause {
                Some(cause) => account.put(&wish.address, cause).await,
                None => account.delete(&wish.address).await,
            };
            match done {
                Err(reason) if reason.code == NOT_TAKEN => refused.push((wish, reason)),
                Err(reason) => return Ok((told, Some(reason))),
                Ok(()) => {
                    self.store.suppression_told(name, wish).await?;
                    told += 1;
                }
            }
            if !self.pause().await {
                break;
            }
        }
        if told == 0 {
            return Ok((0, refused.into_iter().next().map(|(_, reason)| reason)));
        }
        for (wish, reason) in refused {
            let (recipient, text) = (address::masked(&wish.address), &reason.text);
            tracing::warn!(provider = name, recipient, text, "the account does not take an address of the suppression list");
            self.store.suppression_told(name, wish).await?;
        }
        Ok((told, None))
    }

    /// Reads what of an account's list has changed.
    async fn pull(&self, account: &dyn AccountList, name: &str, read_to: Option<Wall>) -> Result<(Listed, Option<Reason>), StoreError> {
        let (began, mut all, mut next) = (self.clock.wall(), Listed::default(), None);
        let since = read_to.map(|at| at - OVERLAP);
        loop {
            let page = match account.page(since, next).await {
                Ok(page) => page,
                Err(reason) => return Ok((all, Some(reason))),
            };
            let entries: Vec<NewEntry> = page.entries.iter().map(|entry| ours(name, entry)).collect();
            for part in entries.chunks(super::PART) {
                let listed = self.store.suppress_from_account(part.to_vec()).await?;
                all = Listed { new: all.new + listed.new, known: all.known + listed.known, left: all.left + listed.left };
            }
            next = page.next;
            if next.is_none() {
                self.store.suppression_read_to(name, began).await?;
                self.lock().entry(name.to_owned()).or_default().read = Some(self.clock.boot());
                return Ok((all, None));
            }
            // Another node goes on from the beginning where this one has lost the right to it.
            if !self.pause().await || self.store.suppression_exchange(name, 0).await?.is_none() {
                return Ok((all, None));
            }
        }
    }

    fn is_due(&self, name: &str) -> bool {
        let last = self.lock().get(name).and_then(|known| known.read);
        last.is_none_or(|last| self.clock.boot() >= last + READ_EVERY)
    }

    /// Waits a call's time; `false` when it is time to stop.
    async fn pause(&self) -> bool {
        tokio::select! {
            () = self.clock.sleep_until(self.clock.boot() + PACE) => true,
            () = self.stop.cancelled() => false,
        }
    }

    /// Says what is wrong with an account, once for as long as it stays the same.
    fn say(&self, name: &str, trouble: Option<Reason>) {
        let mut known = self.lock();
        let last = &mut known.entry(name.to_owned()).or_default().trouble;
        if let Some(reason) = trouble.as_ref().filter(|reason| last.as_ref() != Some(*reason)) {
            let Reason { code, text, remedy, .. } = reason;
            tracing::warn!(provider = name, code, text, remedy, "the suppression list of the account is not exchanged with ours");
        }
        *last = trouble;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An account's entry as one of ours. Mail to it comes back whatever it is, so all of it is kept back.
fn ours(provider: &str, entry: &AccountEntry) -> NewEntry {
    NewEntry {
        address: address::key(&entry.email).into_owned(),
        scope: Scope::All,
        cause: entry.cause,
        detail: "on the list of the account".to_owned(),
        source: Source::Account(provider.to_owned()),
        actor: String::new(),
        at: entry.at,
    }
}
