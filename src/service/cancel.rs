//! Stopping and holding mail that waits.

use std::sync::Arc;

use jebi_domain::{
    id::MessageId,
    port::{Clock, Store},
    refusal::Refusal,
};

use super::trouble::refusal;

/// Cancels, pauses and resumes. What was sent stays sent.
pub struct Cancel {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl Cancel {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Cancels all waiting mail of a topic and returns how many recipients that were. Repeatable; what is posted to the
    /// topic afterwards is sent.
    ///
    /// # Errors
    /// An unknown topic; a store that cannot write.
    pub async fn topic(&self, topic: &str) -> Result<i64, Refusal> {
        let done = self.store.cancel_topic(topic, self.clock.wall()).await.map_err(refusal)?;
        let recipients = done.ok_or_else(|| Refusal::missing("topic"))?;
        tracing::info!(topic, recipients, "topic cancelled");
        Ok(recipients)
    }

    /// The same for one message.
    ///
    /// # Errors
    /// An unknown message; a store that cannot write.
    pub async fn message(&self, id: MessageId) -> Result<i64, Refusal> {
        let done = self.store.cancel_message(id, self.clock.wall()).await.map_err(refusal)?;
        let recipients = done.ok_or_else(|| Refusal::missing("message"))?;
        tracing::info!(message = %id, recipients, "message cancelled");
        Ok(recipients)
    }

    /// Holds a topic's mail, also what is posted to it later, or lets it go again. Repeatable.
    ///
    /// # Errors
    /// An unknown topic; a store that cannot write.
    pub async fn pause(&self, topic: &str, paused: bool) -> Result<(), Refusal> {
        if !self.store.pause_topic(topic, paused, self.clock.wall()).await.map_err(refusal)? {
            return Err(Refusal::missing("topic"));
        }
        tracing::info!(topic, paused, "topic paused or resumed");
        Ok(())
    }
}
