//! Looking up what became of mail.

use std::sync::Arc;

use jebi_domain::{
    id::{DeliveryId, DeliveryKey, MessageId, MessageNo},
    port::{
        Store,
        store::{DeliveryFilter, DeliveryPage, DeliveryView, MessageFilter, MessagePage, MessageView, TimelineEntry, TopicPage, TopicView},
    },
    refusal::{Fault, Refusal},
};

use super::trouble::refusal;

/// Lines on a page when the caller does not say.
pub const PAGE: u32 = 50;
/// Most lines on a page.
pub const MAX_PAGE: u32 = 500;

/// Checks a page's length.
///
/// # Errors
/// A refusal naming `limit`.
pub fn page_length(limit: Option<u32>) -> Result<u32, Refusal> {
    match limit.unwrap_or(PAGE) {
        n @ 1..=MAX_PAGE => Ok(n),
        n => {
            let fault = format!("{n} is not between 1 and {MAX_PAGE}");
            Err(Refusal::invalid(Fault::new("limit", "out_of_range", fault, "take smaller pages and follow next_cursor")))
        }
    }
}

/// Reads the store.
pub struct Search {
    store: Arc<dyn Store>,
}

impl Search {
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// One message with its counts.
    ///
    /// # Errors
    /// An unknown id; a store that does not answer.
    pub async fn message(&self, id: MessageId) -> Result<MessageView, Refusal> {
        self.store.message(id).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("message"))
    }

    /// A page of messages, newest first.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn messages(&self, filter: MessageFilter, before: Option<MessageNo>, limit: u32) -> Result<MessagePage, Refusal> {
        self.store.messages(filter, before, limit).await.map_err(refusal)
    }

    /// One delivery with its timeline.
    ///
    /// # Errors
    /// An unknown id; a store that does not answer.
    pub async fn delivery(&self, id: DeliveryId) -> Result<(DeliveryView, Vec<TimelineEntry>), Refusal> {
        self.store.delivery(id).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("delivery"))
    }

    /// A page of deliveries, newest message first.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn deliveries(&self, filter: DeliveryFilter, after: Option<DeliveryKey>, limit: u32) -> Result<DeliveryPage, Refusal> {
        self.store.deliveries(filter, after, limit).await.map_err(refusal)
    }

    /// One topic with its counts.
    ///
    /// # Errors
    /// An unknown topic; a store that does not answer.
    pub async fn topic(&self, name: &str) -> Result<TopicView, Refusal> {
        self.store.topic(name).await.map_err(refusal)?.ok_or_else(|| Refusal::missing("topic"))
    }

    /// A page of topics, by name.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn topics(&self, after: Option<String>, limit: u32) -> Result<TopicPage, Refusal> {
        self.store.topics(after, limit).await.map_err(refusal)
    }
}
