//! Several real processes on one PostgreSQL (S0-17, S4-3): whatever ends, stops, freezes or is cut off, what was acknowledged arrives.
//!
//! | file | story |
//! |---|---|
//! | `node` | the database, the SES, and the nodes between them |
//! | `smoke` | two nodes share the work, and every view of it agrees |
//! | `kills` | killed, stopped, cut off, the server restarted, in one load |
//! | `paused` | one that freezes and wakes after it was taken for dead |
//! | `rate` | one rate, by what all nodes write |
//! | `rolling` | restarted one after the other under traffic |
//! | `upgrade` | from the last schema to this one, and on to a later one |
//! | `outage` | PostgreSQL away at the start, and while they run |
//! | `failover` | a standby takes over |
//! | `pooler` | behind a PgBouncer in transaction mode |

#![expect(clippy::print_stdout, reason = "the figures of a run, shown by --nocapture")]

mod failover;
mod kills;
mod node;
mod outage;
mod paused;
mod pooler;
mod rate;
mod rolling;
mod smoke;
mod upgrade;

use std::time::Duration;

/// How long anything may take on a busy machine before it counts as stuck.
const LONG: Duration = Duration::from_secs(90);
