//! What is followed of the mail of a topic: it goes before what the sender's profile says.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use jebi_domain::{port::Store, profile::Tracking, refusal::Refusal};

use crate::service::{accept::check_topic, trouble::refusal};

/// What topics say, by name.
pub type Said = HashMap<String, Tracking>;

/// Knows what topics say without asking: as of the last look at the store.
pub struct TopicTracking {
    store: Arc<dyn Store>,
    live: ArcSwap<Said>,
    /// One look at the store at a time: an older one that ends later would bring back what was changed.
    refreshing: tokio::sync::Mutex<()>,
}

impl TopicTracking {
    /// Knows of none until [`TopicTracking::refresh`].
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, live: ArcSwap::default(), refreshing: tokio::sync::Mutex::default() }
    }

    /// Reads all anew. Called after every change here, and by a worker every few seconds for changes made by other nodes.
    ///
    /// # Errors
    /// A store that does not answer; what was known so far stays.
    pub async fn refresh(&self) -> Result<(), Refusal> {
        let _one = self.refreshing.lock().await;
        let all = self.store.topic_tracking().await.map_err(refusal)?;
        self.live.store(Arc::new(all.into_iter().collect()));
        Ok(())
    }

    /// What all topics say.
    #[must_use]
    pub fn live(&self) -> Arc<Said> {
        self.live.load_full()
    }

    /// What a topic says.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn of(&self, topic: &str) -> Result<Tracking, Refusal> {
        self.refresh().await?;
        Ok(self.live.load().get(topic).copied().unwrap_or_default())
    }

    /// Says what is followed of a topic from now on.
    ///
    /// # Errors
    /// What can be no topic; a store that does not answer.
    pub async fn set(&self, topic: &str, tracking: Tracking) -> Result<(), Refusal> {
        check_topic(topic).map_err(Refusal::invalid)?;
        self.store.set_topic_tracking(topic, tracking).await.map_err(refusal)?;
        self.refresh().await
    }
}
