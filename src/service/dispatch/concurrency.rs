//! How many calls may be in flight. It follows the answer time: 64 connections cap any client at 1,220 a second when an
//! answer takes 50 ms, while more than a few dozen only cost memory on a fast line.
//!
//! With a rate it is arithmetic. Without one, or with one nobody reaches, the limit climbs: it doubles while it is the
//! bottleneck and doubling brings more answers a second, and goes back when it does not. Multiplying throughput by answer time
//! instead would feed on itself once the machine or the provider is busy: more in flight makes answers slower.

use std::time::Duration;

use jebi_domain::time::Boot;

use super::answer_time::AnswerTime;

/// Most calls in flight, whatever the provider.
pub const MAX: u32 = 1024;
/// Where climbing starts.
const FLOOR: u32 = 32;
/// Rates up to this are taken at their word.
const REACHABLE: f64 = 1000.0;
/// The answer time assumed before the first answer.
const ASSUMED: Duration = Duration::from_millis(250);
const PERIOD: Duration = Duration::from_millis(100);
/// A doubling must bring this much to stay.
const GAIN: f64 = 1.25;
/// How long a doubling has to show its worth, at least: new connections take their time.
const PATIENCE: Duration = Duration::from_millis(300);
/// Pause before the next try after one that brought nothing.
const REST: Duration = Duration::from_secs(2);

/// The limit of one provider, fed with every answer.
#[derive(Debug)]
pub struct Concurrency {
    times: AnswerTime,
    median: Option<Duration>,
    climbed: u32,
    /// A doubling on trial: what was reached before, and until when it may prove itself.
    trial: Option<(f64, Boot)>,
    rest_until: Boot,
    period: Period,
    /// The last periods' answers a second, newest last.
    recent: [f64; 3],
    /// Periods in a row in which half the limit would have done.
    slack: u32,
}

#[derive(Debug, Default)]
struct Period {
    start: Boot,
    answers: u32,
    peak: u32,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self {
            times: AnswerTime::default(),
            median: None,
            climbed: FLOOR,
            trial: None,
            rest_until: Boot(0),
            period: Period::default(),
            recent: [0.0; 3],
            slack: 0,
        }
    }
}

impl Concurrency {
    /// Takes note of an answer after `time`, with `in_flight` calls out, itself included. Returns whether the limit may have changed.
    pub fn answered(&mut self, now: Boot, time: Duration, in_flight: u32) -> bool {
        self.times.record(time);
        self.period.answers += 1;
        self.period.peak = self.period.peak.max(in_flight);
        let elapsed = now.since(self.period.start);
        if elapsed < PERIOD {
            return false;
        }
        let reached = f64::from(self.period.answers) / elapsed.as_secs_f64();
        let peak = self.period.peak;
        self.period = Period { start: now, ..Period::default() };
        self.median = self.times.median();
        self.times.fade(0.9);
        // After an idle while the first period says nothing.
        if elapsed < PERIOD * 20 {
            self.climb(now, reached, peak);
        }
        self.recent = [self.recent[1], self.recent[2], reached];
        true
    }

    fn climb(&mut self, now: Boot, reached: f64, peak: u32) {
        if let Some((before, until)) = self.trial {
            if reached >= before * GAIN {
                self.trial = None;
            } else if now >= until {
                self.trial = None;
                self.climbed = (self.climbed / 2).max(FLOOR);
                self.rest_until = now + REST;
                return;
            } else {
                return;
            }
        }
        // Some permits are kept for transactional mail, and some calls are still connecting.
        let saturated = peak >= self.climbed / 4 * 3;
        if saturated && now >= self.rest_until && self.climbed < MAX {
            let best = self.recent.iter().copied().fold(reached, f64::max);
            let patience = PATIENCE.max(self.median.unwrap_or(ASSUMED) * 4);
            self.trial = Some((best, now + patience));
            self.climbed = (self.climbed * 2).min(MAX);
        }
        self.slack = if peak <= self.climbed / 4 { self.slack + 1 } else { 0 };
        if self.slack >= 20 {
            self.slack = 0;
            self.climbed = (self.climbed / 2).max(FLOOR);
        }
    }

    /// Calls allowed in flight at this rate (recipients a second; `None` for no limit).
    #[must_use]
    pub fn limit(&self, rate: Option<f64>) -> u32 {
        let Some(rate) = rate else { return self.climbed };
        let needed = (rate * self.median.unwrap_or(ASSUMED).as_secs_f64() * 1.3).ceil().min(f64::from(MAX)) as u32 + 8;
        if rate <= REACHABLE { needed.min(MAX) } else { needed.min((self.climbed * 2).min(MAX)) }
    }

    /// Answers a second, the best of the last periods; 0 before the first.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        self.recent.iter().copied().fold(0.0, f64::max)
    }

    #[must_use]
    pub fn median(&self) -> Option<Duration> {
        self.median
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A provider that answers after `latency`, and no more than `capacity` a second: calls beyond that queue. Returns the
    /// limit over time in steps of 100 ms.
    fn run(latency: Duration, capacity: f64, noise: &[f64], seconds: u64) -> Vec<u32> {
        let mut c = Concurrency::default();
        let (mut now, mut carry, mut limits) = (0.0f64, 0.0, Vec::new());
        let step = 0.01;
        for i in 0..(seconds * 100) {
            let in_flight = c.limit(None);
            let speed = (f64::from(in_flight) / latency.as_secs_f64()).min(capacity * noise[(i / 10) as usize % noise.len()]);
            let time = Duration::from_secs_f64(f64::from(in_flight) / speed);
            carry += speed * step;
            now += step;
            while carry >= 1.0 {
                carry -= 1.0;
                c.answered(Boot((now * 1e9) as u64), time, in_flight);
            }
            if i % 10 == 9 {
                limits.push(c.limit(None));
            }
        }
        limits
    }

    #[test]
    fn fifty_millisecond_answers_reach_a_thousand_in_flight_within_two_seconds() {
        let limits = run(Duration::from_millis(50), 100_000.0, &[1.0, 0.95, 1.02], 4);
        let reached = limits.iter().position(|l| *l >= 1000).expect("reached");
        assert!(reached < 20, "after {reached} tenths: {limits:?}");
        assert!(limits[reached..].iter().all(|l| *l >= 1000));
    }

    #[test]
    fn a_fast_line_stays_at_few_connections() {
        let limits = run(Duration::from_micros(300), 20_000.0, &[1.0, 0.9, 1.1, 0.95, 1.05], 60);
        assert!(limits.iter().all(|l| *l <= 64), "{limits:?}");
        let mean = f64::from(limits.iter().sum::<u32>()) / limits.len() as f64;
        assert!(mean < 40.0, "{mean}");
    }

    #[test]
    fn with_a_rate_it_is_what_the_answer_time_asks_for() {
        let mut c = Concurrency::default();
        assert_eq!(c.limit(Some(14.0)), 13);
        for i in 0..2000u64 {
            c.answered(Boot(i * 5_000_000), Duration::from_millis(100), 20);
        }
        let limit = c.limit(Some(200.0));
        assert!((32..=38).contains(&limit), "{limit}");
        assert_eq!(Concurrency::default().limit(Some(1e9)), FLOOR * 2, "a rate nobody reaches climbs like none");
    }

    #[test]
    fn a_slow_provider_at_a_real_rate_gets_what_it_needs_and_never_over_the_maximum() {
        let mut c = Concurrency::default();
        for i in 0..2000u64 {
            c.answered(Boot(i * 5_000_000), Duration::from_secs(2), 400);
        }
        assert!(c.limit(Some(200.0)) > 500);
        assert_eq!(c.limit(Some(900.0)), MAX);
    }
}
