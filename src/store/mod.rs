//! The queue on disk. Engines implement the ports in `jebi_domain::port::store`; this file picks one by URL.

mod group;
mod migration;
pub mod postgres;
pub mod sqlite;
pub mod transfer;

pub use migration::Migration;
