//! The local inbox, where mail lands that goes to no provider: reading it, opening a mail, and clearing it.
//!
//! | file | owns |
//! |---|---|
//! | `mail` | a mail's MIME source, taken apart |
//! | `html` | what a mail's HTML wants from outside, and its own images put into it |
//! | `name` | file names fit to be shown and saved |
//! | `session` | short-lived passes for a browser that has shown a key |

mod html;
mod mail;
mod name;
mod session;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use jebi_domain::{
    id::DeliveryId,
    port::{Clock, InboxPage, InboxSummary, Random, Store},
    refusal::Refusal,
};

pub use mail::{Attachment, OpenedMail};
pub use session::{SESSION_TIME, Sessions};

use super::{access::Access, keys::Keys, trouble::refusal};

/// Mails from this size on are taken apart off the request's thread.
const LARGE: usize = 64 << 10;

/// Which mail: by its number in the inbox, or by the delivery it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    No(i64),
    Delivery(DeliveryId),
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::No(no) => no.fmt(f),
            Self::Delivery(id) => id.fmt(f),
        }
    }
}

/// Reads it.
pub struct InboxReader {
    store: Arc<dyn Store>,
    /// Who may read without showing a key again.
    pub sessions: Sessions,
}

impl InboxReader {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, random: &dyn Random, keys: Arc<Keys>, access: Arc<Access>) -> Self {
        Self { store, sessions: Sessions::new(clock, random, keys, access) }
    }

    /// Mails numbered below `before`, newest first.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self, before: Option<i64>, limit: u32) -> Result<InboxPage, Refusal> {
        self.store.list(before, limit).await.map_err(refusal)
    }

    /// One mail and its MIME source.
    ///
    /// # Errors
    /// A mail that is not there; a store that does not answer.
    pub async fn mail(&self, which: Which) -> Result<(InboxSummary, Bytes), Refusal> {
        let found = match self.number(which).await? {
            Some(no) => self.store.get(no).await.map_err(refusal)?,
            None => None,
        };
        found.ok_or_else(missing)
    }

    /// One mail, its MIME source, and what is in it.
    ///
    /// # Errors
    /// As [`InboxReader::mail`].
    pub async fn open(&self, which: Which) -> Result<(InboxSummary, Bytes, OpenedMail), Refusal> {
        let (summary, source) = self.mail(which).await?;
        let read = source.clone();
        let opened = aside(source.len(), move || OpenedMail::read(&read)).await;
        Ok((summary, source, opened))
    }

    /// A mail's HTML as a document to be shown in a sandboxed frame: its own images inside it, what could reach outside past a
    /// content security policy disarmed.
    ///
    /// # Errors
    /// A mail that is not there or has no HTML; a store that does not answer.
    pub async fn html(&self, which: Which) -> Result<String, Refusal> {
        let (_, source) = self.mail(which).await?;
        aside(source.len(), move || mail::document(&source)).await.ok_or_else(|| Refusal::missing("HTML part"))
    }

    /// An attachment by its place in the list.
    ///
    /// # Errors
    /// A mail that is not there or does not have it; a store that does not answer.
    pub async fn attachment(&self, which: Which, place: usize) -> Result<(Attachment, Bytes), Refusal> {
        let (_, source) = self.mail(which).await?;
        aside(source.len(), move || mail::attachment(&source, place)).await.ok_or_else(|| Refusal::missing("attachment"))
    }

    /// Removes a mail for good.
    ///
    /// # Errors
    /// A mail that is not there; a store that cannot write.
    pub async fn remove(&self, which: Which) -> Result<(), Refusal> {
        let no = self.number(which).await?.ok_or_else(missing)?;
        if self.store.remove(no).await.map_err(refusal)? { Ok(()) } else { Err(missing()) }
    }

    /// Removes every mail for good; how many there were.
    ///
    /// # Errors
    /// A store that cannot write.
    pub async fn clear(&self) -> Result<u64, Refusal> {
        self.store.clear().await.map_err(refusal)
    }

    async fn number(&self, which: Which) -> Result<Option<i64>, Refusal> {
        match which {
            Which::No(no) => Ok(Some(no)),
            Which::Delivery(id) => self.store.find(id).await.map_err(refusal),
        }
    }
}

fn missing() -> Refusal {
    Refusal::missing("mail")
}

/// Does work on a mail of `size` bytes where it holds up nobody.
async fn aside<T: Send + 'static>(size: usize, work: impl FnOnce() -> T + Send + 'static) -> T {
    if size < LARGE {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // The blocking pool cancels only while the runtime goes down, and then nobody polls this any more.
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}
