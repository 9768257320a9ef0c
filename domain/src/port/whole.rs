//! A whole engine: every port in one.

use super::{
    ConsentStore, FileStore, Inbox, NodeStore, OperatorStore, ReputationStore, SenderStore, TemplateStore,
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
    + ReputationStore
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
        + ReputationStore
{
}
