//! What an answer to a call means, and when the call is tried again (Standard Webhooks 1.0.0, "Deliverability").

use std::time::Duration;

use crate::port::Random;

/// Waits before each try, in seconds: at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
const WAITS: [u64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Tries a call has before it is given up.
pub const TRIES: u16 = WAITS.len() as u16;
/// A wait is longer by up to a tenth of it, so that calls that failed together do not come together.
const JITTER: u64 = 10;
/// Longest `retry-after` that is kept to.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(86_400);
/// How long an endpoint that is overloaded is left alone where it does not say.
const HOLD: Duration = Duration::from_secs(30);
/// Longest time one answer holds all calls to an endpoint for.
const LONGEST_HOLD: Duration = Duration::from_secs(3_600);

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP status, and the `retry-after` beside it.
    Status { status: u16, retry_after: Option<Duration> },
    /// No complete answer: no connection, a time-out, a refused address.
    None,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was told: 2xx, and nothing else.
    Done,
    /// The endpoint wants no more calls: 410.
    Gone,
    /// Not told. It is tried again after `after` at the soonest, if the schedule has a try left.
    Again { after: Option<Duration> },
}

/// What an answer means. A redirect (3xx) is a failure and is never followed.
#[must_use]
pub fn judge(answer: &Answer) -> Verdict {
    match answer {
        Answer::Status { status: 200..=299, .. } => Verdict::Done,
        Answer::Status { status: 410, .. } => Verdict::Gone,
        Answer::Status { retry_after, .. } => Verdict::Again { after: *retry_after },
        Answer::None => Verdict::Again { after: None },
    }
}

/// How long all calls to the endpoint wait after this answer: it said that it gets too much (429, 502, 504), or when to come again (503).
#[must_use]
pub fn hold(answer: &Answer) -> Option<Duration> {
    match answer {
        Answer::Status { status: 429 | 502 | 504, retry_after } => Some(retry_after.unwrap_or(HOLD).min(LONGEST_HOLD)),
        Answer::Status { status: 503, retry_after: Some(after) } => Some((*after).min(LONGEST_HOLD)),
        _ => None,
    }
}

/// How long to wait before the next try, after `tried` tries in this round; `None` when it was the last.
#[must_use]
pub fn next_try(tried: u16, after: Option<Duration>, random: &dyn Random) -> Option<Duration> {
    let wait = Duration::from_secs(*WAITS.get(usize::from(tried))?);
    let longest = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX) / JITTER;
    let wait = wait + Duration::from_millis(random.below(longest + 1));
    Some(wait.max(after.unwrap_or_default().min(LONGEST_RETRY_AFTER)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::SeededRandom;

    fn said(status: u16) -> Answer {
        Answer::Status { status, retry_after: None }
    }

    #[test]
    fn only_2xx_is_done_and_410_is_the_end() {
        for status in [200, 201, 204, 299] {
            assert_eq!(judge(&said(status)), Verdict::Done, "{status}");
        }
        for status in [100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 429, 500, 502, 503, 504] {
            assert_eq!(judge(&said(status)), Verdict::Again { after: None }, "{status}");
        }
        assert_eq!(judge(&said(410)), Verdict::Gone);
        assert_eq!(judge(&Answer::None), Verdict::Again { after: None });
    }

    #[test]
    fn the_schedule_is_the_standards_with_up_to_a_tenth_more() {
        let random = SeededRandom::new(3);
        assert_eq!(next_try(0, None, &random), Some(Duration::ZERO));
        for (tried, wait) in [(1, 5), (2, 300), (3, 1_800), (4, 7_200), (5, 18_000), (6, 36_000), (7, 50_400), (8, 72_000), (9, 86_400)] {
            for _ in 0..50 {
                let next = next_try(tried, None, &random).expect("a try is left");
                assert!(next >= Duration::from_secs(wait) && next <= Duration::from_secs(wait).mul_f64(1.1), "{tried}: {next:?}");
            }
        }
        assert_eq!((next_try(10, None, &random), TRIES), (None, 10));
    }

    #[test]
    fn retry_after_is_kept_to_and_bounded() {
        let (random, minute) = (SeededRandom::new(4), Duration::from_secs(60));
        assert_eq!(next_try(1, Some(minute), &random), Some(minute));
        assert!(next_try(3, Some(minute), &random) >= Some(Duration::from_secs(1_800)));
        assert_eq!(next_try(1, Some(Duration::from_secs(10_000_000)), &random), Some(LONGEST_RETRY_AFTER));
    }

    #[test]
    fn an_endpoint_that_gets_too_much_is_left_alone_for_a_while() {
        for status in [429, 502, 504] {
            assert_eq!(hold(&said(status)), Some(HOLD), "{status}");
        }
        for status in [200, 400, 500, 503] {
            assert_eq!(hold(&said(status)), None, "{status}");
        }
        let after = |status, secs| Answer::Status { status, retry_after: Some(Duration::from_secs(secs)) };
        assert_eq!(hold(&after(429, 7)), Some(Duration::from_secs(7)));
        assert_eq!(hold(&after(503, 7)), Some(Duration::from_secs(7)));
        assert_eq!(hold(&after(429, 1_000_000)), Some(LONGEST_HOLD));
        assert_eq!(hold(&after(500, 7)), None);
    }
}
