//! The suppression list: what people and accounts write into it, what they take off, and how it is read.

use super::{Boxed, store::StoreResult};
use crate::{
    message::Lane,
    suppression::{Entry, NewEntry, Removed, Rules, Scope, SuppressionCause},
    time::Wall,
};

/// Which entries to list; all conditions hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuppressionFilter {
    /// The address, or its beginning, as [`crate::address::key`] has it.
    pub address: Option<String>,
    /// The domain, in lower case.
    pub domain: Option<String>,
    pub cause: Option<SuppressionCause>,
    pub scope: Option<Scope>,
}

/// Where a page ends: an address and a scope's text.
pub type SuppressionCursor = (String, String);

/// A page, by address and scope.
#[derive(Clone, Debug, Default)]
pub struct SuppressionPage {
    pub entries: Vec<Entry>,
    /// Pass as `after` for the next page; `None` at the end. A page that had to look at too much is short, and still has one.
    pub next: Option<SuppressionCursor>,
}

/// What is to be taken off the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// As [`crate::address::key`] has it.
    pub address: String,
    /// `None` for every scope.
    pub scope: Option<Scope>,
    /// Who does it, and why.
    pub actor: String,
    pub reason: String,
    pub at: Wall,
}

/// How entries were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Not there before in that scope.
    pub new: u64,
    /// There already, and told once more.
    pub known: u64,
    /// Left out: addresses of SES's simulator, and of an account's list what was taken off here since.
    pub left: u64,
}

/// Something an account is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    pub address: String,
    /// Why it is listed; `None` where it is not any more.
    pub cause: Option<SuppressionCause>,
    /// Names this wish among others of the same address.
    pub at: Wall,
}

/// What is to be exchanged with a provider's account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Up to when its list was read; `None` for never.
    pub read_to: Option<Wall>,
    /// What it is to be told, by address.
    pub tell: Vec<Tell>,
}

/// The list.
pub trait SuppressionStore: Send + Sync {
    /// Sets what enters the list by itself from now on.
    fn set_suppression_rules(&self, rules: Rules);
    /// Writes entries, all or none. Who is there already in that scope keeps the first cause, but for a soft bounce, which a bounce or
    /// complaint outranks; it is counted where it was told later than before.
    fn suppress(&self, entries: Vec<NewEntry>) -> Boxed<'_, StoreResult<Listed>>;
    /// Takes an address off, and writes down who did it. Gives what was taken off.
    fn unsuppress(&self, removal: Removal) -> Boxed<'_, StoreResult<Vec<Entry>>>;
    /// By address and scope; keyset pages.
    fn suppressions(
        &self,
        filter: SuppressionFilter,
        after: Option<SuppressionCursor>,
        limit: u32,
    ) -> Boxed<'_, StoreResult<SuppressionPage>>;
    /// The entries of these addresses, as [`crate::address::key`] has them, by address and scope.
    fn suppressions_of(&self, addresses: Vec<String>) -> Boxed<'_, StoreResult<Vec<Entry>>>;
    /// What was taken off of an address, newest first.
    fn suppressions_removed(&self, address: &str, limit: u32) -> Boxed<'_, StoreResult<Vec<Removed>>>;
    /// Which of the addresses get no mail of this lane and topic: their places, and the entry that keeps it back.
    fn suppressed(&self, addresses: Vec<String>, lane: Lane, topic: &str) -> Boxed<'_, StoreResult<Vec<(u32, Entry)>>>;
    /// What is to be exchanged with the account of a provider; `None` on a node that does not do the housekeeping.
    fn suppression_exchange(&self, provider: &str, limit: u32) -> Boxed<'_, StoreResult<Option<Exchange>>>;
    /// Writes down that the account was told.
    fn suppression_told(&self, provider: &str, told: Tell) -> Boxed<'_, StoreResult<()>>;
    /// Writes entries of the account's list; what was taken off here after they were last changed there stays off.
    fn suppress_from_account(&self, entries: Vec<NewEntry>) -> Boxed<'_, StoreResult<Listed>>;
    /// Writes down up to when the account's list was read.
    fn suppression_read_to(&self, provider: &str, at: Wall) -> Boxed<'_, StoreResult<()>>;
}
