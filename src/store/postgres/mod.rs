//! The engine for several nodes: PostgreSQL. Two writer threads a node, one for claims and one for everything else, each with a
//! connection of its own; a pool for reading; and an ear for what other nodes commit.
//!
//! | file | owns |
//! |---|---|
//! | `target` | which server, whom it is told we are, what a session is set to |
//! | `tls` | whom we trust at the other end |
//! | `connect` | one connection: opened, set up, looked at; opened again until it is there |
//! | `check` | whether a server is fit to keep mail, and which one it is |
//! | `reach` | whether the server can be reached, for others to read |
//! | `pool` | connections for reading |
//! | `error` | what a failure means, and what to do about it |
//! | `open`, `migrate`, `guard` | opening a store: the schema, whether it may send, the threads |
//! | `link`, `values` | a connection's statements and their values |
//! | `session` | the steps' statements in a writer's turn |
//! | `reader` | the steps' look-ups |
//! | `slots` | the rate that all nodes share |
//! | `vacuum` | an alert on what keeps the server from clearing away old rows |
//! | `wake` | telling other nodes what there is to do, and hearing it |
//! | `engine` | what an open store has beside its writers |
//! | `sql/`, `migrations/` | texts under the same names as SQLite's; `sql/own/` has what this engine alone needs |

mod check;
mod connect;
mod engine;
mod error;
mod guard;
mod link;
mod migrate;
mod open;
mod own;
mod pool;
mod reach;
mod reader;
mod session;
mod slots;
mod target;
mod tls;
mod vacuum;
mod values;
mod wake;

pub use check::{Identity, Rights};
pub use connect::{Connected, Connector};
pub use engine::Postgres;
pub use error::{Fault, Kind};
pub use migrate::MIGRATIONS;
pub use open::{OpenError, Options, migrate_schema};
pub use pool::Pool;
pub use reach::{Reach, Standing};
pub use target::{Host, Session, Target, TlsMode};

/// An open store.
pub type PostgresStore = crate::store::SqlStore<Postgres>;
