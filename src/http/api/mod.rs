//! The handlers, one file per noun.

pub mod addresses;
pub mod admin;
mod again;
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
pub mod persons;
pub mod profiles;
pub mod providers;
pub mod retention;
mod shape;
pub mod sns;
pub mod suppression;
pub mod templates;
pub mod topics;
pub mod unsubscribes;
pub mod webhooks;
