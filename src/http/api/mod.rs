//! The handlers, one file per noun.

pub mod admin;
mod again;
pub mod deliveries;
pub mod events;
pub mod inbox;
pub mod keys;
pub mod messages;
pub mod providers;
mod shape;
pub mod topics;
