//! PostgreSQL: everything between an address and a healthy connection.
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

mod check;
mod connect;
mod error;
mod pool;
mod reach;
mod target;
mod tls;

pub use check::{Identity, Rights};
pub use connect::{Connected, Connector};
pub use error::{Fault, Kind};
pub use pool::Pool;
pub use reach::{Reach, Standing};
pub use target::{Host, Session, Target, TlsMode};
