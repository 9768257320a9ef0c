//! Idle connections of one sender thread, the most recently used last.
//!
//! A login is dear (three to seven round trips, and providers count logins), so a connection is kept a while; and relays close them
//! as they like, so each is looked at before it is used again.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    sync::Arc,
};

use jebi_domain::time::Boot;

use super::{Shared, connection::Connection};

pub(super) struct Pool {
    shared: Arc<Shared>,
    idle: RefCell<Vec<(Boot, Connection)>>,
    /// Whether the task that closes what nobody takes is running.
    reaping: Cell<bool>,
}

impl Pool {
    pub(super) fn new(shared: Arc<Shared>) -> Rc<Self> {
        Rc::new(Self { shared, idle: RefCell::default(), reaping: Cell::new(false) })
    }

    /// A connection good for another mail; drops those that are not.
    pub(super) async fn take(&self) -> Option<Connection> {
        let limit = self.shared.config.timeouts.command;
        loop {
            // Taken out before anything is awaited: the pool may be used meanwhile.
            let (since, mut connection) = self.idle.borrow_mut().pop()?;
            let young = self.shared.clock.boot().since(since) < self.shared.config.timeouts.idle && !self.is_worn(&connection);
            if !connection.is_alive().await {
                continue;
            }
            if !young {
                self.farewell(connection);
            } else if connection.reset(&*self.shared.clock, limit).await {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection that another mail may go out on. Must be called inside a `LocalSet`.
    pub(super) fn put(self: &Rc<Self>, mut connection: Connection) {
        if self.is_worn(&connection) {
            return self.farewell(connection);
        }
        if self.shared.places.is_asked() {
            return leave(connection);
        }
        connection.tidy();
        self.idle.borrow_mut().push((self.shared.clock.boot(), connection));
        if !self.reaping.replace(true) {
            tokio::task::spawn_local(reap(Rc::downgrade(self)));
        }
    }

    /// Whether it has carried enough.
    fn is_worn(&self, connection: &Connection) -> bool {
        let config = &self.shared.config;
        connection.mails >= config.max_mails || self.shared.clock.boot().since(connection.born()) >= config.max_age
    }

    /// Ends a healthy connection without waiting for it.
    fn farewell(&self, connection: Connection) {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_local(async move { connection.quit(&*shared.clock).await });
    }

    /// Closes the one that has been idle longest where somebody, on another thread as a rule, has no place for a connection.
    fn make_place(&self) {
        let mut idle = self.idle.borrow_mut();
        if self.shared.places.is_asked() && !idle.is_empty() {
            leave(idle.remove(0).1);
        }
    }

    /// Ends what has been idle too long; when to look again, `None` when nothing is left.
    fn prune(&self) -> Option<Boot> {
        let (now, most) = (self.shared.clock.boot(), self.shared.config.timeouts.idle);
        let mut idle = self.idle.borrow_mut();
        let stale = idle.partition_point(|(since, _)| now.since(*since) >= most);
        idle.drain(..stale).for_each(|(_, connection)| self.farewell(connection));
        idle.first().map(|(since, _)| *since + most)
    }
}

/// Closes a connection at once: its place is wanted, and no answer worth the wait.
fn leave(mut connection: Connection) {
    connection.wire.quit_now();
}

/// At the end of the thread there is no time to wait for an answer.
impl Drop for Pool {
    fn drop(&mut self) {
        self.idle.get_mut().iter_mut().for_each(|(_, connection)| connection.wire.quit_now());
    }
}

async fn reap(pool: Weak<Pool>) {
    loop {
        let Some(alive) = pool.upgrade() else { return };
        let shared = Arc::clone(&alive.shared);
        let asked = shared.places.asked();
        alive.make_place();
        let Some(next) = alive.prune() else {
            alive.reaping.set(false);
            return;
        };
        let sleep = shared.clock.sleep_until(next);
        drop(alive);
        tokio::select! {
            () = sleep => {}
            () = asked => {}
        }
    }
}
