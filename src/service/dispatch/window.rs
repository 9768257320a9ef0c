//! How much is claimed: no more than is about to be sent (contract 7), so that cancelling and pausing take effect at once,
//! transactional mail never waits behind claimed bulk, and a crash leaves little unsettled.

use std::time::Duration;

/// Copies leased and unsettled at most, unless the answer time asks for more in flight than that.
pub const LEASED_MAX: u32 = 512;
/// What transactional mail may hold above the limit for all, so that bulk never fills the window for it.
pub const RESERVE: u32 = 32;
/// Ready copies at most.
const READY_MAX: u32 = 256;
/// Ready copies at most while the speed of a provider without a rate is not known yet.
const READY_UNKNOWN: u32 = 64;
/// How much sending time the ready copies cover.
const READY_TIME: f64 = 0.25;

/// Copies that may be leased and unsettled at once.
///
/// `min(512, 1.5 × concurrency + 64)`; above 512 only so far as calls in flight need it. The store's own answer time counts
/// as well (`throughput` in copies a second, `store_time` for one commit): copies whose claim or outcome is being written
/// are leased too, and a slow disk would otherwise throttle a fast provider.
#[must_use]
pub fn leased_limit(concurrency: u32, throughput: f64, store_time: Duration) -> u32 {
    let in_store = (throughput * store_time.as_secs_f64() * 2.0).min(f64::from(LEASED_MAX)) as u32;
    let wide = concurrency + concurrency / 2 + 64;
    let usual = (wide + in_store).min(LEASED_MAX);
    let needed = (concurrency + concurrency / 4 + 64).min(wide);
    usual.max(needed)
}

/// Copies of one lane that may be ready and not started: a quarter of a second's sending.
#[must_use]
pub fn ready_limit(rate: Option<f64>, throughput: f64) -> u32 {
    match rate {
        Some(rate) => ((rate * READY_TIME) as u32).clamp(2, READY_MAX),
        None => ((throughput * READY_TIME) as u32).clamp(READY_UNKNOWN, READY_MAX),
    }
}

/// Whether a claim pays: each is a commit.
#[must_use]
pub fn worth_claiming(room: u32, ready: u32, limit: u32) -> bool {
    room > 0 && (ready <= limit / 4 || room >= limit / 4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_window_follows_concurrency_and_passes_512_only_for_calls_in_flight() {
        assert_eq!(leased_limit(10, 0.0, Duration::ZERO), 79);
        assert_eq!(leased_limit(40, 0.0, Duration::ZERO), 124);
        assert_eq!(leased_limit(300, 0.0, Duration::ZERO), 512);
        assert_eq!(leased_limit(1024, 0.0, Duration::ZERO), 1344);
        assert_eq!(leased_limit(32, 20_000.0, Duration::from_millis(4)), 112 + 160);
        assert_eq!(leased_limit(32, 20_000.0, Duration::from_millis(400)), 512);
    }

    #[test]
    fn little_is_ready_at_a_low_rate_and_never_over_a_second_of_sending() {
        assert_eq!(ready_limit(Some(1.0), 0.0), 2);
        assert_eq!(ready_limit(Some(12.0), 0.0), 3);
        assert_eq!(ready_limit(Some(200.0), 0.0), 50);
        assert_eq!(ready_limit(Some(1e9), 0.0), 256);
        assert_eq!(ready_limit(None, 0.0), 64);
        assert_eq!(ready_limit(None, 20_000.0), 256);
    }

    proptest! {
        #[test]
        fn every_call_in_flight_has_its_lease(concurrency in 1u32..=1024, throughput in 0.0..50_000f64, ms in 0u64..100) {
            let limit = leased_limit(concurrency, throughput, Duration::from_millis(ms));
            prop_assert!(limit > concurrency);
            prop_assert!(limit <= LEASED_MAX.max(concurrency + concurrency / 4 + 64));
        }

        #[test]
        fn an_empty_lane_with_room_is_always_worth_a_claim(room in 1u32..600, limit in 2u32..=256) {
            prop_assert!(worth_claiming(room, 0, limit));
        }
    }
}
