use bytes::Bytes;

use crate::{
    id::DeliveryId,
    port::{Boxed, store::StoreResult},
    time::Wall,
};

/// One mail kept by the local inbox.
#[derive(Clone, Debug)]
pub struct InboxMail {
    pub delivery: DeliveryId,
    pub at: Wall,
    pub from: String,
    /// The envelope, in order.
    pub to: Vec<String>,
    /// Decoded.
    pub subject: String,
    /// The whole MIME message as a provider would have got it.
    pub source: Bytes,
}

/// How much the local inbox keeps: the newest mails, as many as neither number lets go.
#[derive(Clone, Copy, Debug)]
pub struct InboxRoom {
    pub mails: u32,
    /// Bytes of their sources together. The newest mail stays whatever its size.
    pub bytes: u64,
}

impl Default for InboxRoom {
    /// 10,000 mails, 1 GiB.
    fn default() -> Self {
        Self { mails: 10_000, bytes: 1 << 30 }
    }
}

/// One line of the list.
#[derive(Clone, Debug)]
pub struct InboxSummary {
    pub no: i64,
    pub delivery: DeliveryId,
    pub at: Wall,
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    /// Bytes of the source.
    pub size: u64,
}

/// A page of the list, newest first.
#[derive(Clone, Debug)]
pub struct InboxPage {
    pub mails: Vec<InboxSummary>,
    /// Pass as `before` to get the next page; `None` at the end.
    pub next: Option<i64>,
}

/// Where the local provider keeps mail instead of sending it.
pub trait Inbox: Send + Sync {
    /// Keeps a mail; on disk when it returns. The oldest for which there is no room are dropped, with a large mail at once, else some
    /// hundred mails later at the latest.
    fn keep(&self, mail: InboxMail, room: InboxRoom) -> Boxed<'_, StoreResult<()>>;
    /// Mails numbered below `before`, newest first.
    fn list(&self, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<InboxPage>>;
    /// One mail with its source.
    fn get(&self, no: i64) -> Boxed<'_, StoreResult<Option<(InboxSummary, Bytes)>>>;
    /// Looks a mail up by the delivery it is of.
    fn find(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<i64>>>;
    /// Removes one mail for good; whether it was there.
    fn remove(&self, no: i64) -> Boxed<'_, StoreResult<bool>>;
    /// Removes every mail for good; how many there were.
    fn clear(&self) -> Boxed<'_, StoreResult<u64>>;
}
