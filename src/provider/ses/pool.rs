//! Idle connections of one sender thread, the most recently used last.
//!
//! Servers and middle boxes drop quiet connections without a word; a request written into one of those is an outcome nobody
//! knows. So a connection is kept 5 seconds idle and 5 minutes in all, and looked at before it is used again.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    sync::Arc,
    time::Duration,
};

use jebi_domain::{port::Clock, time::Boot};

use super::connection::Connection;

const MAX_IDLE: Duration = Duration::from_secs(5);
const MAX_AGE: Duration = Duration::from_secs(300);

pub(super) struct Pool {
    clock: Arc<dyn Clock>,
    idle: RefCell<Vec<(Boot, Connection)>>,
    /// Whether the task that closes what nobody takes is running.
    reaping: Cell<bool>,
}

impl Pool {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Rc<Self> {
        Rc::new(Self { clock, idle: RefCell::default(), reaping: Cell::new(false) })
    }

    /// A connection good for another request; drops those that are not.
    pub(super) async fn take(&self) -> Option<Connection> {
        let now = self.clock.boot();
        loop {
            // Taken out before anything is awaited: the pool may be used meanwhile.
            let (since, mut connection) = self.idle.borrow_mut().pop()?;
            let young = now.since(since) < MAX_IDLE && now.since(connection.born()) < MAX_AGE;
            if young && connection.is_alive().await {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection if another request could go out on it. Must be called inside a `LocalSet`.
    pub(super) fn put(self: &Rc<Self>, mut connection: Connection) {
        let now = self.clock.boot();
        if now.since(connection.born()) >= MAX_AGE || !connection.is_reusable() {
            return;
        }
        self.idle.borrow_mut().push((now, connection));
        if !self.reaping.replace(true) {
            tokio::task::spawn_local(reap(Rc::downgrade(self)));
        }
    }

    /// Closes what has been idle too long; when to look again, `None` when nothing is left.
    fn prune(&self) -> Option<Boot> {
        let now = self.clock.boot();
        let mut idle = self.idle.borrow_mut();
        let stale = idle.partition_point(|(since, _)| now.since(*since) >= MAX_IDLE);
        idle.drain(..stale);
        idle.first().map(|(since, _)| *since + MAX_IDLE)
    }
}

async fn reap(pool: Weak<Pool>) {
    loop {
        let Some(alive) = pool.upgrade() else { return };
        let Some(next) = alive.prune() else {
            alive.reaping.set(false);
            return;
        };
        let sleep = alive.clock.sleep_until(next);
        drop(alive);
        sleep.await;
    }
}
