//! The queue on disk: the business steps, written once (`steps`), and the engines they run on, each with its connections, statements and
//! migrations.

mod migration;
pub mod postgres;
pub mod sqlite;
mod steps;
pub mod transfer;

pub use migration::Migration;
pub use steps::SqlStore;

/// What stands in `installation.moved_to` of a database that a store is being transferred into: nothing starts on it.
pub const UNFINISHED: &str = "unfinished";
