//! Waiting for what other processes do, where there is no signal to wait on.

use std::{thread, time::Duration};

use jebi::system::SystemClock;
use jebi_domain::port::Clock;

const POLL: Duration = Duration::from_millis(15);

/// Asks again and again until there is something.
///
/// # Panics
/// When there is nothing in time.
#[track_caller]
pub fn until<T>(what: &str, time: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = SystemClock.boot() + time;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(SystemClock.boot() < end, "{what}: not in {time:?}");
        thread::sleep(POLL);
    }
}

/// Milliseconds between two times.
pub fn ms(from: jebi_domain::time::Boot, to: jebi_domain::time::Boot) -> f64 {
    (to.0 as f64 - from.0 as f64) / 1e6
}

/// The same for what is asked asynchronously; within twenty seconds.
///
/// # Panics
/// When there is nothing in time.
pub async fn until_there<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = SystemClock.boot() + Duration::from_secs(20);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(SystemClock.boot() < end, "{what}: not in time");
        SystemClock.sleep_until(SystemClock.boot() + POLL).await;
    }
}
