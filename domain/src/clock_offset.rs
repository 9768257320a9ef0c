//! How far another machine's clock is from ours, within bounds that are certain.
//!
//! A call tells the other clock's time at some moment between its beginning and its end, so the difference lies in an interval as wide
//! as the round trip. Intervals of several calls are cut with each other; between calls they grow with what clocks may drift. So the
//! best of the recent ones counts. Where nothing is left one of the clocks was set, and what was known is worth nothing any more.

use std::time::Duration;

use crate::time::Boot;

/// How fast two clocks may drift apart: each may be slewed by 500 millionths (adjtimex(2)).
const DRIFT_PER: i64 = 1_000;

/// Bounds for our time less theirs, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockOffset {
    at: Boot,
    low: i64,
    high: i64,
}

fn nanos(at: Boot) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

impl ClockOffset {
    /// One sample: `theirs_us` was read between `before` and `after`.
    #[must_use]
    pub fn sample(before: Boot, after: Boot, theirs_us: i64) -> Self {
        let theirs = theirs_us.saturating_mul(1_000);
        let drift = (nanos(after) - nanos(before)) / DRIFT_PER;
        // Their time is cut off to whole microseconds.
        Self { at: after, low: nanos(before) - theirs - 1_000 - drift, high: nanos(after) - theirs + drift }
    }

    /// The bounds as they are at `now`.
    fn at(&self, now: Boot) -> Self {
        let drift = (nanos(now) - nanos(self.at)).abs() / DRIFT_PER;
        Self { at: now, low: self.low - drift, high: self.high + drift }
    }

    /// Takes a further sample in. `false` when it contradicts what was known: a clock was set, and only the sample stands.
    pub fn refine(&mut self, sample: Self) -> bool {
        let known = self.at(sample.at);
        let (low, high) = (known.low.max(sample.low), known.high.min(sample.high));
        let fits = low <= high;
        *self = if fits { Self { at: sample.at, low, high } } else { sample };
        fits
    }

    /// How far off a mapped time may be.
    #[must_use]
    pub fn spread(&self, now: Boot) -> Duration {
        let known = self.at(now);
        Duration::from_nanos(u64::try_from(known.high - known.low).unwrap_or(0))
    }

    /// Our time at which theirs has certainly come to `theirs_ns`.
    #[must_use]
    pub fn latest(&self, theirs_ns: i64, now: Boot) -> Boot {
        Boot(u64::try_from(theirs_ns.saturating_add(self.at(now).high)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the delays and the drift, the true time lies within the bounds, and these are no wider than the quickest call allows.
        #[test]
        fn the_truth_is_never_left(ppm in -900i64..900, calls in prop::collection::vec((0u64..40_000_000, 0u64..40_000_000, 1_000_000u64..500_000_000), 1..60)) {
            let theirs_us = |ours: u64| 1_700_000_000_000_000 + (ours as i64 + ours as i64 * ppm / 1_000_000) / 1_000;
            let mut known: Option<ClockOffset> = None;
            let mut now = 10_000_000_000u64;
            for (there, back, pause) in calls {
                let sample = ClockOffset::sample(Boot(now), Boot(now + there + back), theirs_us(now + there));
                now += there + back;
                let offset = known.get_or_insert(sample);
                prop_assert!(offset.refine(sample), "no clock was set");
                now += pause;
                let at = Boot(now);
                let latest = offset.latest(theirs_us(now) * 1_000, at);
                // A microsecond was cut off.
                prop_assert!(latest.0 + 1_000 >= now && latest.since(at) <= offset.spread(at));
            }
        }
    }

    #[test]
    fn the_quickest_call_counts_until_it_is_old_and_a_set_clock_shows() {
        let ms = 1_000_000;
        let mut offset = ClockOffset::sample(Boot(0), Boot(ms), 500_000);
        assert!(offset.refine(ClockOffset::sample(Boot(10 * ms), Boot(60 * ms), 520_000)));
        let narrow = offset.spread(Boot(60 * ms));
        assert!(narrow < Duration::from_micros(1_200), "{narrow:?}");
        assert!(offset.spread(Boot(10_000 * ms)) > Duration::from_millis(20));
        assert!(!offset.refine(ClockOffset::sample(Boot(100 * ms), Boot(101 * ms), 1_600_000)));
        assert!(offset.spread(Boot(101 * ms)) < Duration::from_micros(1_100), "it starts afresh");
    }
}
