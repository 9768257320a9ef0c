//! What lists are asked for, and what they give.

use std::sync::Arc;

use super::store::DeliveryView;
use crate::{
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryKey, MessageId, MessageNo},
    message::{Lane, Message},
    time::Wall,
};

/// Which copies to list.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    pub topic: Option<String>,
    pub message: Option<MessageId>,
    pub state: Option<State>,
    /// This was reported of a recipient.
    pub feedback: Option<FeedbackKind>,
    /// Compared lower-cased.
    pub email: Option<String>,
    /// An accepted attempt has this id, the provider's own or ours.
    pub provider_id: Option<String>,
    pub provider: Option<String>,
    pub lane: Option<Lane>,
    /// The message carries this tag, name and value.
    pub tag: Option<(String, String)>,
    /// Accepted by us at that time or later.
    pub since: Option<Wall>,
    /// Accepted by us before that time.
    pub until: Option<Wall>,
}

/// Which messages to list.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    pub topic: Option<String>,
    /// Accepted at that time or later.
    pub since: Option<Wall>,
    /// Accepted before that time.
    pub until: Option<Wall>,
}

/// A message in a list: without counts, which have to be counted.
#[derive(Clone, Debug)]
pub struct MessageLine {
    pub message: Arc<Message>,
    pub copies: u32,
    pub cancelled_at: Option<Wall>,
}

/// A page of messages.
#[derive(Clone, Debug, Default)]
pub struct MessagePage {
    pub messages: Vec<MessageLine>,
    /// Pass as `before` for the next page; `None` at the end.
    pub next: Option<MessageNo>,
}

/// A page of copies.
#[derive(Clone, Debug, Default)]
pub struct DeliveryPage {
    pub deliveries: Vec<DeliveryView>,
    /// Pass as `after` for the next page; `None` at the end.
    pub next: Option<DeliveryKey>,
}

/// What waits in one queue. Recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub provider: String,
    pub lane: Lane,
    /// Empty for mail without one.
    pub topic: String,
    pub paused: bool,
    /// Not yet tried or to be tried again.
    pub waiting: i64,
}
