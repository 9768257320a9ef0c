//! All that a store does, together.

use super::{
    ConsentStore, EngagementStore, FileStore, Inbox, NodeStore, OperatorStore, SenderStore, TemplateStore,
    store::{AdminStore, QueueStore, ReadStore},
};

/// A whole engine.
pub trait Store:
    QueueStore
    + ReadStore
    + AdminStore
    + NodeStore
    + OperatorStore
    + TemplateStore
    + Inbox
    + FileStore
    + SenderStore
    + ConsentStore
    + EngagementStore
{
}
impl<T> Store for T where
    T: QueueStore
        + ReadStore
        + AdminStore
        + NodeStore
        + OperatorStore
        + TemplateStore
        + Inbox
        + FileStore
        + SenderStore
        + ConsentStore
        + EngagementStore
{
}
