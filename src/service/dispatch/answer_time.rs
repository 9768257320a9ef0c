//! The median answer time of the last seconds, in a fixed space.

use std::time::Duration;

/// Quarter octaves from 16 µs on; the last holds everything from about 11 minutes.
const BUCKETS: usize = 104;
const FIRST_US: f64 = 16.0;

/// A histogram that forgets.
#[derive(Debug)]
pub struct AnswerTime {
    weights: [f32; BUCKETS],
}

impl Default for AnswerTime {
    fn default() -> Self {
        Self { weights: [0.0; BUCKETS] }
    }
}

impl AnswerTime {
    pub fn record(&mut self, time: Duration) {
        let octaves = (time.as_secs_f64() * 1e6 / FIRST_US).max(1.0).log2();
        self.weights[((octaves * 4.0) as usize).min(BUCKETS - 1)] += 1.0;
    }

    /// Lets what was recorded so far count for less.
    pub fn fade(&mut self, by: f32) {
        for weight in &mut self.weights {
            *weight *= by;
        }
    }

    /// Right within a tenth; `None` while nothing is known.
    #[must_use]
    pub fn median(&self) -> Option<Duration> {
        let total: f32 = self.weights.iter().sum();
        if total < 0.5 {
            return None;
        }
        let mut sum = 0.0;
        let bucket = self.weights.iter().position(|weight| {
            sum += weight;
            sum >= total / 2.0
        })?;
        Some(Duration::from_secs_f64(FIRST_US / 1e6 * ((bucket as f64 + 0.5) / 4.0).exp2()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_median_is_right_within_a_tenth(micros in prop::collection::vec(20u64..100_000_000, 1..200)) {
            let mut times = AnswerTime::default();
            micros.iter().for_each(|us| times.record(Duration::from_micros(*us)));
            let mut sorted = micros;
            sorted.sort_unstable();
            let right = sorted[(sorted.len() - 1) / 2] as f64;
            let got = times.median().expect("known").as_secs_f64() * 1e6;
            prop_assert!((got / right - 1.0).abs() < 0.1, "{got} for {right}");
        }
    }

    #[test]
    fn it_follows_a_change() {
        let mut times = AnswerTime::default();
        for round in 0..60 {
            let time = if round < 30 { 1 } else { 50 };
            (0..10).for_each(|_| times.record(Duration::from_millis(time)));
            times.fade(0.9);
        }
        assert!(times.median().expect("known") > Duration::from_millis(45));
    }
}
