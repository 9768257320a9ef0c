//! What readers did with mail: opens, clicks, and the links they followed.

use std::sync::Arc;

use super::{Boxed, store::StoreResult};
use crate::{
    id::DeliveryId,
    message::{Copy, Message},
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
    /// Where the link led; `None` for an open.
    pub url: Option<Arc<str>>,
    pub at: Wall,
    /// As the browser names itself, shortened; empty where it does not.
    pub agent: String,
    /// What is kept of its address; empty for nothing.
    pub from: String,
    /// Other links of the copy were followed at about the same time.
    pub burst: bool,
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
    /// Where it leads; empty for all links together beyond the first [`LINKS`].
    pub url: String,
    pub clicks: i64,
    pub clicks_by_person: i64,
    /// Recipients who followed it.
    pub recipients: i64,
    pub recipients_by_person: i64,
}

/// Opens and clicks.
pub trait EngagementStore: Send + Sync {
    /// Writes them down and counts them; those of mail that is not there are left out. How many there were of mail that is.
    fn engage(&self, visits: Vec<Visit>) -> Boxed<'_, StoreResult<usize>>;
    /// A copy as it was accepted; `None` where it, or what it is made of, is gone.
    fn followed(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<Followed>>>;
    /// The links of a topic that were followed most often, at most so many.
    fn topic_links(&self, topic: &str, limit: u32) -> Boxed<'_, StoreResult<Vec<TopicLink>>>;
}
