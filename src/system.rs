//! The real clock, the real randomness, and the machine's name: the only file that reads them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jebi_domain::{
    port::{Boxed, Clock, Random},
    time::{Boot, Wall},
};
use rustix::time::{ClockId, clock_gettime};

/// The name of this machine.
#[must_use]
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Wall time from the system, boot time from `CLOCK_BOOTTIME`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> Wall {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
        let now = SystemTime::now();
        // Before 1970 the clock is broken; the epoch is as good as any guess and sorts before all mail.
        Wall(now.duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }

    fn boot(&self) -> Boot {
        let t = clock_gettime(ClockId::Boottime);
        let whole = Duration::from_secs(u64::try_from(t.tv_sec).unwrap_or(0));
        Boot(0) + whole + Duration::from_nanos(u64::try_from(t.tv_nsec).unwrap_or(0))
    }

    fn sleep_until(&self, until: Boot) -> Boxed<'static, ()> {
        let clock = *self;
        Box::pin(async move {
            loop {
                let left = until.since(clock.boot());
                if left.is_zero() {
                    return;
                }
                // The runtime's timer stops while the machine is suspended: sleep in pieces and look again.
                tokio::time::sleep(left.min(Duration::from_secs(60))).await;
            }
        })
    }
}

/// Randomness from the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, out: &mut [u8]) {
        // Without randomness neither ids nor keys are safe: stopping is the only honest answer.
        #[expect(clippy::disallowed_methods, reason = "the one place that takes randomness")]
        getrandom::fill(out).expect("the operating system gives randomness");
    }
}

/// Processor time this process has used so far, all threads.
#[must_use]
pub fn processor_time() -> Duration {
    let t = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(t.tv_sec).unwrap_or(0), u32::try_from(t.tv_nsec).unwrap_or(0))
}

/// The most memory this process ever had, in bytes (`VmHWM`, proc_pid_status(5)); `None` where the system does not tell.
#[must_use]
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
