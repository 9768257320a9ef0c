//! Never above the rate in any half-open second, and 95 % of it used.

use std::time::Duration;

use super::{Rig, peak};
use crate::support::machine;

/// Sends for so many seconds. Returns how much of the rate was used in the middle: all of it but the first and last second, and
/// the best two seconds of it, which a machine busy with other things spares most likely.
fn used(rate: f64, seconds: u64) -> (f64, f64) {
    let rig = Rig::at(rate);
    let total = (rate * (seconds as f64 + 2.0)) as usize;
    rig.post("bulk", "bulk", 0..total);
    rig.ses.wait_for((rate * seconds as f64) as usize, Duration::from_secs(seconds * 3));
    let log = rig.written();
    assert!(peak(&log) as f64 <= rate, "{} in a second at {rate}", peak(&log));
    let (from, to) = (log[0].0.0 + 1_000_000_000, log.last().expect("some").0.0 - 1_000_000_000);
    let middle: Vec<u64> = log.iter().map(|(at, _)| at.0).filter(|at| (from..to).contains(at)).collect();
    let all = middle.len() as f64 / ((to - from) as f64 / 1e9) / rate;
    let stretch = 2_000_000_000;
    let in_stretch = |start: &u64| middle.iter().filter(|at| (*start..start + stretch).contains(at)).count();
    let best = middle.iter().filter(|start| **start + stretch <= to).map(in_stretch).max().unwrap_or(0) as f64 / 2.0 / rate;
    println!("rate {rate}: peak {}, used {all:.3}, best two seconds {best:.3}", peak(&log));
    rig.stop();
    (all, best)
}

/// Noise takes slots, which are never made up: what has to be shown is that the pacing leaves 95 %, in whichever of three runs.
fn keeps_and_uses(rate: f64, seconds: u64) {
    let _machine = machine::quiet();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (all, best) = used(rate, seconds);
        seen.push((all, best));
        if all >= 0.95 {
            return;
        }
    }
    assert!(seen.iter().any(|(_, best)| *best >= 0.95), "used of {rate}: {seen:?}");
}

#[test]
fn twelve_a_second() {
    keeps_and_uses(12.0, 6);
}

#[test]
fn two_hundred_a_second() {
    keeps_and_uses(200.0, 5);
}
