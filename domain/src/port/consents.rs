//! The ledger of consents to advertising: who, to what, when, how, in which wording; and the notices the law asks for.

use super::{Boxed, store::StoreResult};
use crate::{
    consent::{Consent, ConsentEvent, EventKind, Notice},
    id::MessageId,
    time::Wall,
};

/// Which consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentKey {
    /// The address as it is compared ([`crate::address::key`]).
    pub address: String,
    /// The sender it was given to.
    pub profile: String,
    /// To what; empty for everything of that sender.
    pub scope: String,
}

/// Something to be written into the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    pub key: ConsentKey,
    /// The address as it was given.
    pub email: String,
    /// Language the person is written to in, as a BCP 47 tag.
    pub language: Option<String>,
    pub kind: EventKind,
    /// When it happened.
    pub at: Wall,
    /// How: a form, a telephone call.
    pub how: String,
    /// The wording it was given to, or its version.
    pub wording: String,
    /// Where it came from: an address, a number of an order.
    pub source: String,
    /// Who wrote it down, in words.
    pub actor: String,
    /// Whether the person is to be told of it, if it changes how the consent stands.
    pub notice: bool,
    /// When the person is reminded next, where it is a consent.
    pub confirm_at: Option<Wall>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub consent: Consent,
    /// `false` where it was written before, with the same time: nothing was written.
    pub new: bool,
}

/// A page of consents, by number, newest first.
#[derive(Clone, Debug, Default)]
pub struct ConsentPage {
    pub consents: Vec<Consent>,
    /// Pass as `before` for the next page; `None` at the end.
    pub next: Option<i64>,
}

/// Which consents to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsentFilter {
    /// As it is compared.
    pub address: Option<String>,
    pub profile: Option<String>,
}

/// A notice to be sent: what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNotice {
    pub event: ConsentEvent,
    pub consent: Consent,
    /// When it was taken: nobody else has it while that stands.
    pub taken_at: Wall,
    /// When its mail was first about to be accepted, where it may have been: for a day it can be tried again, for so long its idempotency key
    /// is kept. `None` where nothing was ever stored of it.
    pub tried_at: Option<Wall>,
}

/// A confirmation that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// The consent's number.
    pub no: i64,
    /// The time it was due.
    pub was: Wall,
    /// The next time.
    pub next: Wall,
    /// Whether the person is to be told of it.
    pub notice: bool,
}

/// A consent and all that was written of it, oldest first.
pub type ConsentDetail = (Consent, Vec<ConsentEvent>);

/// The ledger.
pub trait ConsentStore: Send + Sync {
    /// Writes events down, all or none, in their order. An end of everything ends what was given to a part of it before, whichever of the
    /// two is written down first. What was written with the same kind and time is not written again. What changes nothing is written, and
    /// nobody is told of it: a consent given again while it holds (but to another wording), an end of one that holds no more, and what was
    /// overtaken by what happened later.
    fn record_consents(&self, events: Vec<NewEvent>, now: Wall) -> Boxed<'_, StoreResult<Vec<Recorded>>>;
    /// One consent with all that was written of it, oldest first.
    fn consent(&self, no: i64) -> Boxed<'_, StoreResult<Option<ConsentDetail>>>;
    fn consents(&self, filter: ConsentFilter, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<ConsentPage>>;
    /// Which of these addresses (as they are compared) consent to mail of a profile, to everything or to this scope.
    fn consenting(&self, profile: &str, scope: &str, addresses: Vec<String>) -> Boxed<'_, StoreResult<Vec<String>>>;
    /// Which of these addresses (as they are compared) have withdrawn or refused mail of a profile, everything or this scope, and consent to
    /// it no more.
    fn refusing(&self, profile: &str, scope: &str, addresses: Vec<String>) -> Boxed<'_, StoreResult<Vec<String>>>;
    /// Consents whose confirmation is due by then, earliest first.
    fn confirmations(&self, until: Wall, limit: u32) -> Boxed<'_, StoreResult<Vec<Consent>>>;
    /// Writes down that these are due to be confirmed, and moves each to its next time. What somebody else has moved or ended meanwhile is
    /// passed over. Returns how many.
    fn remind(&self, due: Vec<Reminder>, now: Wall) -> Boxed<'_, StoreResult<usize>>;
    /// Takes notices to be sent, oldest first, those taken before `stale` and not ended as well. Empty on a node that does not do the
    /// housekeeping.
    fn take_notices(&self, stale: Wall, limit: u32, now: Wall) -> Boxed<'_, StoreResult<Vec<DueNotice>>>;
    /// Writes down that the mail of one is about to be accepted: from the first time on its idempotency key may be used. `false` where somebody
    /// else has taken it, or ended it, since `taken_at`; its mail is not for the caller to send then.
    fn begin_notice(&self, event: i64, taken_at: Wall, now: Wall) -> Boxed<'_, StoreResult<bool>>;
    /// Writes down that nothing was stored of the mail begun at this time: if it was the first, the notice counts as never tried. It stays
    /// taken, and is taken again once that is stale.
    fn put_back_notice(&self, event: i64, begun_at: Wall) -> Boxed<'_, StoreResult<()>>;
    /// Writes down what became of one.
    fn end_notice(&self, event: i64, notice: Notice, message: Option<MessageId>, now: Wall) -> Boxed<'_, StoreResult<()>>;
}
