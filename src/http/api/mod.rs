//! The handlers, one file per noun.

pub mod admin;
mod again;
pub mod alerts;
pub mod attachments;
pub mod audit;
pub mod consents;
pub mod deliveries;
pub mod dsn;
pub mod events;
pub mod inbox;
pub mod keys;
pub mod limits;
pub mod link_keys;
pub mod messages;
pub mod nodes;
pub mod profiles;
pub mod providers;
pub mod reputation;
mod shape;
pub mod templates;
pub mod topics;
pub mod webhooks;
