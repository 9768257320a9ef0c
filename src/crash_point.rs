//! Named places at which a test ends the process as if the power went. Compiled to nothing in release builds.
//!
//! `JEBI_TEST_CRASH_AT=name` or `name:count` kills the process when it comes to the place for the first or `count`-th time.

/// A place to die at, where a test asks for it. `name` is what the test calls it.
#[cfg(debug_assertions)]
pub fn crash_point(name: &'static str) {
    use std::sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    };

    static PLAN: OnceLock<Option<(String, AtomicU64)>> = OnceLock::new();
    let Some((at, left)) = PLAN.get_or_init(planned) else { return };
    if at == name && left.fetch_sub(1, Ordering::Relaxed) == 1 {
        // Not an exit: nothing is flushed, dropped or said. It can only fail where there is no such signal.
        let killed = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        unreachable!("still alive at {name}: {killed:?}");
    }
}

#[cfg(debug_assertions)]
fn planned() -> Option<(String, std::sync::atomic::AtomicU64)> {
    #[expect(clippy::disallowed_methods, reason = "a test's own switch, absent from release builds and from the configuration")]
    let asked = std::env::var("JEBI_TEST_CRASH_AT").ok()?;
    let (name, count) = asked.split_once(':').unwrap_or((&asked, "1"));
    let count: u64 = count.parse().expect("JEBI_TEST_CRASH_AT ends in a count");
    Some((name.to_owned(), count.into()))
}

/// Nothing.
#[cfg(not(debug_assertions))]
#[inline]
pub fn crash_point(_: &'static str) {}
