//! What servers wrote to their sockets and when, by one clock. Several servers write into one log, so a rate is looked at as the provider
//! sees it: all of them together.

use std::sync::{Arc, Mutex};

use jebi::worker::dispatch::Observer;
use jebi_domain::time::Boot;

/// A write: when, and to how many.
pub type Write = (Boot, u32);

/// The log. Clones share it.
#[derive(Clone, Default)]
pub struct WriteLog(Arc<Mutex<Vec<Write>>>);

impl WriteLog {
    /// For one more server.
    pub fn observer(&self) -> Observer {
        let log = self.clone();
        Arc::new(move |at, n| log.0.lock().expect("not poisoned").push((at, n)))
    }

    /// All writes of all servers in the order of time: threads note theirs a moment after they looked at the clock.
    pub fn merged(&self) -> Vec<Write> {
        let mut log = self.0.lock().expect("not poisoned").clone();
        log.sort_unstable();
        log
    }
}

/// The most recipients in any half-open second of a log in order.
pub fn peak(log: &[Write]) -> u64 {
    let (mut lo, mut sum, mut most) = (0, 0u64, 0);
    for (at, n) in log {
        sum += u64::from(*n);
        while at.0 - log[lo].0.0 >= 1_000_000_000 {
            sum -= u64::from(log[lo].1);
            lo += 1;
        }
        most = most.max(sum);
    }
    most
}

#[test]
fn writes_of_several_servers_count_together() {
    let (log, second) = (WriteLog::default(), 1_000_000_000);
    let (one, other) = (log.observer(), log.observer());
    one(Boot(second + 500), 2);
    other(Boot(700), 3);
    one(Boot(2 * second + 499), 1);
    assert_eq!(log.merged(), [(Boot(700), 3), (Boot(second + 500), 2), (Boot(2 * second + 499), 1)]);
    assert_eq!(peak(&log.merged()), 5, "the first two lie within a second");
    other(Boot(second + 699), 4);
    assert_eq!(peak(&log.merged()), 9);
}
