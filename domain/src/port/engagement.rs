//! What readers did with mail: opens, clicks, and the links they followed.

use std::sync::Arc;

use super::{Boxed, store::StoreResult};
use crate::{
    id::DeliveryId,
    message::{Copy, Message},
    profile::Tracking,
    time::Wall,
};

/// Opens and clicks of a copy that are kept one by one, of each kind; later ones are counted.
pub const KEPT: u32 = 100;
/// Links of a topic that are counted one by one; clicks on others are counted together.
pub const LINKS: u32 = 1_000;

/// One open or click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    pub delivery: DeliveryId,
    /// The link as it stands in what the mail was made of, the same for all recipients; empty for one that a variable brought. `None` for
    /// an open.
    pub url: Option<Arc<str>>,
    pub at: Wall,
    /// As the browser names itself, shortened; empty where it does not.
    pub agent: String,
    /// What is kept of its address; empty for nothing.
    pub from: String,
    /// Other links of the copy were followed at about the same time.
    pub burst: bool,
}

/// Visits that are written together, once, however often they are offered: whoever hands them in may not have heard the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitBatch {
    /// Who hands them in: no two do so by the same name.
    pub source: [u8; 16],
    /// Larger than those of all its batches before.
    pub no: i64,
    pub at: Wall,
    pub visits: Vec<Visit>,
}

/// A message and one copy of it, as needed to find a link of it again.
#[derive(Clone, Debug)]
pub struct Followed {
    pub message: Arc<Message>,
    pub copy: Copy,
}

/// A link of a topic's mail, and how it was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicLink {
    /// As it stands in what its mail was made of; empty for all links together beyond the first [`LINKS`] and those that variables brought.
    pub url: String,
    pub clicks: i64,
    pub clicks_by_person: i64,
    /// Recipients who followed it.
    pub recipients: i64,
    pub recipients_by_person: i64,
}

/// Opens and clicks.
pub trait EngagementStore: Send + Sync {
    /// Writes them down and counts them; those of mail that is not there, or whose recipient's data was erased, are left out. How many there
    /// were of mail that is: 0 for a batch that was written before.
    fn engage(&self, batch: VisitBatch) -> Boxed<'_, StoreResult<usize>>;
    /// A copy as it was accepted; `None` where it, or what it is made of, is gone.
    fn followed(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<Followed>>>;
    /// The same without its message.
    fn followed_copy(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<Copy>>>;
    /// What is followed of the topics that say so themselves, by name.
    fn topic_tracking(&self) -> Boxed<'_, StoreResult<Vec<(String, Tracking)>>>;
    /// Says what is followed of a topic, whether or not there is mail of it yet. What says nothing is not kept.
    fn set_topic_tracking(&self, topic: &str, tracking: Tracking) -> Boxed<'_, StoreResult<()>>;
    /// The links of a topic that were followed most often, at most so many.
    fn topic_links(&self, topic: &str, limit: u32) -> Boxed<'_, StoreResult<Vec<TopicLink>>>;
}
