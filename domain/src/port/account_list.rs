//! The suppression list a provider's account keeps by itself. SES takes mail to addresses on its own and gives it back at once.

use super::Boxed;
use crate::{outcome::Reason, suppression::SuppressionCause, time::Wall};

/// Code of the reason where an account refuses the request itself: for its address, or because it may not be asked for that.
pub const NOT_TAKEN: &str = "not_taken";

/// An address on an account's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEntry {
    pub email: String,
    pub cause: SuppressionCause,
    /// When it was last changed there.
    pub at: Wall,
}

/// A part of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountPage {
    pub entries: Vec<AccountEntry>,
    /// Names the next part; `None` at the end.
    pub next: Option<String>,
}

/// The list. Each call is one request, and its error says why it was not done, with a remedy: [`NOT_TAKEN`] where asking again may change nothing.
pub trait AccountList: Send + Sync {
    /// Addresses that were changed since then; `None` for all.
    fn page(&self, since: Option<Wall>, next: Option<String>) -> Boxed<'_, Result<AccountPage, Reason>>;
    /// Puts an address on it; one that is there already is taken well.
    fn put(&self, email: &str, cause: SuppressionCause) -> Boxed<'_, Result<(), Reason>>;
    /// Takes an address off; one that is not there is taken well.
    fn delete(&self, email: &str) -> Boxed<'_, Result<(), Reason>>;
}
