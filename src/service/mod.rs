//! Use cases over ports. Nothing here knows an engine, a provider or a protocol.

pub mod accept;
pub mod access;
pub mod admin;
pub mod attempts;
pub mod audit;
mod caller;
pub mod cancel;
pub mod consents;
pub mod dispatch;
pub mod figures;
pub mod files;
pub mod forecast;
pub mod grant;
pub mod identities;
pub mod inbox;
pub mod keys;
pub mod links;
mod list_rules;
pub mod nodes;
pub mod profiles;
pub mod providers;
pub mod ready;
pub mod refusals;
pub mod reload;
pub mod repeat;
pub mod reschedule;
pub mod retry;
pub mod search;
pub mod stray;
pub mod templates;
pub mod times;
pub mod tokens;
pub mod tracking;
mod trouble;
pub mod usage;

pub use caller::Caller;
