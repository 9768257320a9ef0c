//! What is needed from outside to take events from Amazon SNS and SQS, and where is kept what is known of their sources.

use bytes::Bytes;

use super::{Boxed, store::StoreResult};
use crate::{
    outcome::Reason,
    sns::{OwnAccount, Verdict},
    time::Wall,
};

/// An answer from the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The HTTP status, a redirect's too: none is followed.
    pub status: u16,
    pub body: Bytes,
}

/// Visits addresses of SNS. Whoever calls has judged the address before.
pub trait Web: Send + Sync {
    /// One GET within a time of seconds; no redirect is followed, and of a body over `most` bytes nothing is taken.
    ///
    /// # Errors
    /// Why there is no answer.
    fn get<'a>(&'a self, url: &'a str, most: usize) -> Boxed<'a, Result<Fetched, String>>;
    /// What the operator has put by for an address, so that nobody need visit it.
    fn stored<'a>(&'a self, _url: &'a str) -> Boxed<'a, Option<Bytes>> {
        Box::pin(async { None })
    }
}

/// Knows which AWS accounts are our own.
pub trait OwnAccounts: Send + Sync {
    /// Those mail is sent through; none where it is not sent through AWS. Asked once and remembered.
    ///
    /// # Errors
    /// Why it is not known now, with a remedy.
    fn own(&self) -> Boxed<'_, Result<Vec<OwnAccount>, Reason>>;
}

/// A message taken from a queue; it comes again unless it is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    /// SQS's id for it.
    pub id: String,
    /// What it is removed by, this time.
    pub receipt: String,
    pub body: String,
    /// How often it has come, this time included.
    pub times: u32,
}

/// An SQS queue that SNS delivers to.
pub trait EventQueue: Send + Sync {
    /// Its address, which is its name.
    fn url(&self) -> &str;
    /// Waits for messages, up to 20 seconds; at most ten at a time. Dropping the future loses nothing: what it took comes again.
    ///
    /// # Errors
    /// Why there is no answer, with a remedy.
    fn receive(&self) -> Boxed<'_, Result<Vec<QueuedMessage>, Reason>>;
    /// Removes messages, by their receipts; ten at most.
    ///
    /// # Errors
    /// Why some were not removed; those come again.
    fn remove(&self, receipts: Vec<String>) -> Boxed<'_, Result<(), Reason>>;
    /// Whether the queue moves what comes too often to a dead-letter queue; `None` where that is not known.
    fn has_dead_letters(&self) -> Boxed<'_, Option<bool>>;
}

/// What is known of a topic that delivers to us, or of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventSource {
    /// A topic's ARN, or a queue's address.
    pub name: String,
    /// What a person decided.
    pub verdict: Verdict,
    pub first_seen_at: Wall,
    /// When its subscription was last confirmed.
    pub confirmed_at: Option<Wall>,
    /// The subscription that waits to be confirmed. Whoever knows its address could confirm it: shown nowhere.
    pub asked: Option<Asked>,
    /// When SNS told that the subscription has ended, since it was last confirmed.
    pub unsubscribed_at: Option<Wall>,
    pub last_event_at: Option<Wall>,
    /// Messages taken from it.
    pub events: i64,
}

/// A subscription that waits to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub url: String,
    pub at: Wall,
    /// When it is tried next; `None` where nobody has allowed its topic yet, or trying has been given up.
    pub next: Option<Wall>,
    /// How often it was tried.
    pub tries: u32,
    /// Why it could not be confirmed, last.
    pub fault: Option<String>,
}

/// What happened to a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceChange {
    /// SNS asks to confirm a subscription by this address; from `next` on it may be visited.
    Asked { url: String, next: Option<Wall> },
    /// The subscription asked for by this address was confirmed.
    Confirmed { url: String },
    /// Confirming failed; it is tried again then, if at all.
    Failed { url: String, fault: String, next: Option<Wall> },
    /// The subscription has ended.
    Unsubscribed,
    /// A person decided.
    Judged(Verdict),
}

/// Messages taken from a source since they were last written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub name: String,
    pub last: Wall,
    pub events: u32,
}

/// Keeps what is known of topics and queues.
pub trait SourceStore: Send + Sync {
    /// All of them, by name.
    fn sources(&self) -> Boxed<'_, StoreResult<Vec<EventSource>>>;
    /// Writes down what happened to one. Of those nobody decided on and that were never confirmed only [`WAITING_SOURCES`] are kept:
    /// anybody with an AWS account can make more, so whichever account has most of them loses its oldest.
    fn change_source(&self, name: &str, change: SourceChange, now: Wall) -> Boxed<'_, StoreResult<()>>;
    /// Adds up what was taken from them.
    fn sources_seen(&self, seen: Vec<Seen>, now: Wall) -> Boxed<'_, StoreResult<()>>;
}

/// Topics kept that wait for somebody to allow them.
pub const WAITING_SOURCES: u32 = 100;
