//! Reading the local inbox, where mail lands that goes to no provider.

use std::sync::Arc;

use bytes::Bytes;
use jebi_domain::{
    id::DeliveryId,
    message::Message,
    port::{InboxPage, InboxSummary, Store},
    refusal::Refusal,
};

use super::trouble::refusal;

/// Which mail: by its number in the inbox, or by the delivery it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    No(i64),
    Delivery(DeliveryId),
}

/// Reads it.
pub struct InboxReader {
    store: Arc<dyn Store>,
}

impl InboxReader {
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
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
        let no = match which {
            Which::No(no) => Some(no),
            Which::Delivery(id) => self.store.find(id).await.map_err(refusal)?,
        };
        let found = match no {
            Some(no) => self.store.get(no).await.map_err(refusal)?,
            None => None,
        };
        found.ok_or_else(|| Refusal::missing("mail"))
    }

    /// The message a mail is a copy of, to show what was written; `None` once it is gone.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn message(&self, mail: &InboxSummary) -> Result<Option<Arc<Message>>, Refusal> {
        Ok(self.store.message(mail.delivery.message).await.map_err(refusal)?.map(|view| view.message))
    }
}
