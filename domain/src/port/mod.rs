//! What the rules and services need from outside. Traits only; the server implements them.

mod audit;
mod clock;
pub mod consents;
mod fault;
pub mod feedback;
pub mod files;
mod find;
mod guard;
pub mod hooks;
mod inbox;
pub mod nodes;
pub mod operator;
mod provider;
mod random;
pub mod reputation;
pub mod results;
pub mod senders;
mod settlement;
pub mod slots;
pub mod store;
pub mod templates;
mod whole;

pub use clock::Clock;
pub use consents::ConsentStore;
pub use feedback::FeedbackStore;
pub use files::{FileBytes, FileStore};
pub use hooks::{HookSender, HookStore};
pub use inbox::{Inbox, InboxMail, InboxPage, InboxRoom, InboxSummary};
pub use nodes::NodeStore;
pub use operator::OperatorStore;
pub use provider::{AccountReport, AccountState, Ahead, Channel, Local, Outgoing, Provider, Sender};
pub use random::Random;
pub use reputation::ReputationStore;
pub use results::ResultsStore;
pub use senders::SenderStore;
pub use store::Store;
pub use templates::TemplateStore;

use std::{future::Future, pin::Pin};

/// A boxed future: ports are object-safe, so the composition root picks engines at run time.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
