//! What the rules and services need from outside. Traits only; the server implements them.

pub mod account_list;
mod audit;
mod clock;
pub mod consents;
pub mod engagement;
mod engine;
mod fault;
pub mod feedback;
pub mod files;
mod find;
mod guard;
pub mod hooks;
mod inbox;
mod mail_hosts;
pub mod nodes;
pub mod operator;
pub mod privacy;
mod provider;
mod random;
pub mod refusals;
pub mod reputation;
pub mod results;
pub mod senders;
mod settlement;
pub mod slots;
pub mod sns;
pub mod store;
pub mod suppressions;
pub mod templates;

pub use clock::Clock;
pub use consents::ConsentStore;
pub use engagement::EngagementStore;
pub use engine::Store;
pub use feedback::FeedbackStore;
pub use files::{FileBytes, FileStore};
pub use hooks::{HookSender, HookStore};
pub use inbox::{Inbox, InboxMail, InboxPage, InboxRoom, InboxSummary};
pub use mail_hosts::MailHosts;
pub use nodes::NodeStore;
pub use operator::OperatorStore;
pub use privacy::PrivacyStore;
pub use provider::{AccountReport, AccountState, Ahead, Channel, Local, Outgoing, Provider, Sender};
pub use random::Random;
pub use refusals::RefusalStore;
pub use reputation::ReputationStore;
pub use results::ResultsStore;
pub use senders::SenderStore;
pub use sns::SourceStore;
pub use suppressions::SuppressionStore;
pub use templates::TemplateStore;

use std::{future::Future, pin::Pin};

/// What is kept of people: what they consented to and refused, and its erasure.
pub trait PeopleStore: ConsentStore + RefusalStore + PrivacyStore {}
impl<T: ConsentStore + RefusalStore + PrivacyStore> PeopleStore for T {}

/// A boxed future: ports are object-safe, so the composition root picks engines at run time.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
