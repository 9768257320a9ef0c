//! Whether the server can be reached, as the last attempt to connect showed it.

use std::sync::Arc;

use jebi_domain::{port::Clock, time::Wall};
use tokio::sync::watch;

use super::Fault;

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has tried yet.
    Untried,
    /// Reachable since then.
    Up { since: Wall },
    /// Not reachable since then; why the last attempt failed.
    Down { since: Wall, why: Fault },
}

/// One for all connections to a server. A change is logged, once.
pub struct Reach {
    now: watch::Sender<Standing>,
    clock: Arc<dyn Clock>,
}

impl Reach {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { now: watch::Sender::new(Standing::Untried), clock }
    }

    #[must_use]
    pub fn standing(&self) -> Standing {
        self.now.borrow().clone()
    }

    /// Tells of every change from now on.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Standing> {
        self.now.subscribe()
    }

    pub(super) fn up(&self) {
        let at = self.clock.wall();
        self.now.send_if_modified(|now| {
            match now {
                Standing::Up { .. } => return false,
                Standing::Down { since, .. } => {
                    let seconds = at.since(*since).as_secs();
                    tracing::info!(seconds, "PostgreSQL can be reached again");
                }
                Standing::Untried => {}
            }
            *now = Standing::Up { since: at };
            true
        });
    }

    pub(super) fn down(&self, why: &Fault) {
        let at = self.clock.wall();
        self.now.send_if_modified(|now| {
            let since = match now {
                Standing::Down { why: before, .. } if before == why => return false,
                Standing::Down { since, .. } => *since,
                Standing::Up { .. } | Standing::Untried => at,
            };
            tracing::warn!(error = %why, "no connection to the database");
            *now = Standing::Down { since, why: why.clone() };
            true
        });
    }
}
