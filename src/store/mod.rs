//! The queue on disk: the business steps, written once (`steps`), and the engines they run on, each with its connections, statements and
//! migrations.

pub mod postgres;
pub mod sqlite;
mod steps;

pub use steps::SqlStore;
