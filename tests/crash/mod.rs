//! The real binary, killed. What was acknowledged arrives; what arrives twice was leased at the kill and shows it.
//!
//! | file | story |
//! |---|---|
//! | `home` | a data folder and the servers started on it |
//! | `load` | mail that is posted until it is acknowledged |
//! | `check` | what has to hold once everything has drained |

#![expect(clippy::print_stdout, reason = "the figures of a run, shown by --nocapture")]

pub mod check;
mod disk;
mod feedback;
pub mod home;
pub mod load;
mod long;
mod points;
mod random;
mod restored;
mod retention;
mod smtp;
mod stop;

use std::time::Duration;

/// How long anything may take on a busy machine before it counts as stuck.
pub const LONG: Duration = Duration::from_secs(90);
