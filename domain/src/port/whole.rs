//! A whole engine: every port in one.

use super::{
    ConsentStore, FeedbackStore, FileStore, HookStore, Inbox, NodeStore, OperatorStore, ReputationStore, ResultsStore, SenderStore,
    TemplateStore,
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
    + FeedbackStore
    + ResultsStore
    + HookStore
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
        + FeedbackStore
        + ResultsStore
        + HookStore
        + ReputationStore
{
}
