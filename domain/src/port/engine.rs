//! A whole engine: every port of the store together.

use super::{
    ConsentStore, FeedbackStore, FileStore, HookStore, Inbox, NodeStore, OperatorStore, ResultsStore, SenderStore, SuppressionStore,
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
    + SuppressionStore
    + HookStore
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
        + SuppressionStore
        + HookStore
{
}
