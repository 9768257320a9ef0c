//! A whole engine: every port of the store together.

use super::{
    EngagementStore, FeedbackStore, FileStore, HookStore, Inbox, NodeStore, OperatorStore, PeopleStore, ReputationStore, ResultsStore,
    SenderStore, SourceStore, SuppressionStore, TemplateStore,
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
    + PeopleStore
    + FeedbackStore
    + ResultsStore
    + SuppressionStore
    + HookStore
    + SourceStore
    + EngagementStore
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
        + PeopleStore
        + FeedbackStore
        + ResultsStore
        + SuppressionStore
        + HookStore
        + SourceStore
        + EngagementStore
        + ReputationStore
{
}
