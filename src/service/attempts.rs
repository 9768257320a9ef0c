//! How often an address may show a key that does not hold.
//!
//! A bucket of attempts for each address, filled again slowly. A key that holds never asks the bucket: somebody who guesses behind
//! a proxy does not lock out the others there. Keys have 128 random bits or more, so guessing is hopeless in any case; what this
//! keeps small is the work and the noise.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jebi_domain::{port::Clock, time::Boot};

/// Attempts an address has at once.
pub const ATTEMPTS: u32 = 10;
/// How long until one more is allowed.
pub const EVERY: Duration = Duration::from_secs(6);
/// Addresses remembered; those who have not tried lately are forgotten first.
const REMEMBERED: usize = 10_000;

/// Counts attempts.
pub struct Attempts {
    clock: Arc<dyn Clock>,
    /// When an address will have all its attempts again.
    full_at: Mutex<HashMap<IpAddr, Boot>>,
}

impl Attempts {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, full_at: Mutex::default() }
    }

    /// Takes one attempt.
    ///
    /// # Errors
    /// The time until there is one, when none is left.
    pub fn take(&self, address: IpAddr) -> Result<(), Duration> {
        let (now, address) = (self.clock.boot(), network(address));
        let mut all = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(&address) && all.len() >= REMEMBERED {
            all.retain(|_, full| *full > now);
            if all.len() >= REMEMBERED {
                return Err(EVERY);
            }
        }
        let full = all.entry(address).or_insert(now);
        let then = (*full).max(now) + EVERY;
        let over = then.since(now + EVERY * ATTEMPTS);
        if !over.is_zero() {
            return Err(over);
        }
        *full = then;
        Ok(())
    }

    /// Attempts an address has left.
    #[must_use]
    pub fn left(&self, address: IpAddr) -> u32 {
        let now = self.clock.boot();
        let all = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = all.get(&network(address)).map_or(Duration::ZERO, |full| full.since(now));
        let used = missing.as_millis().div_ceil(EVERY.as_millis());
        ATTEMPTS.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX))
    }

    /// Gives an address all its attempts again.
    pub fn reset(&self, address: IpAddr) {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner).remove(&network(address));
    }
}

/// What counts as one address: of IPv6 the first 64 bits, for a household has all the others (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use jebi_domain::fake::ManualClock;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn attempts_run_out_come_back_and_are_each_address_own() {
        let clock = ManualClock::default();
        let attempts = Attempts::new(Arc::new(clock.clone()));
        let guesser = ip("192.0.2.1");
        assert!((0..ATTEMPTS).all(|_| attempts.take(guesser).is_ok()));
        assert_eq!((attempts.take(guesser), attempts.left(guesser)), (Err(EVERY), 0));
        assert_eq!((attempts.take(ip("192.0.2.2")), attempts.left(ip("192.0.2.3"))), (Ok(()), ATTEMPTS));
        clock.advance(EVERY);
        assert_eq!((attempts.left(guesser), attempts.take(guesser)), (1, Ok(())));
        assert!(attempts.take(guesser).is_err());
        attempts.reset(guesser);
        assert_eq!((attempts.left(guesser), attempts.take(guesser)), (ATTEMPTS, Ok(())));
    }

    #[test]
    fn a_household_is_one_address_and_so_is_ipv4_in_either_form() {
        assert_eq!(network(ip("2001:db8:1:2:3::4")), network(ip("2001:db8:1:2:ffff::1")));
        assert_ne!(network(ip("2001:db8:1:2::1")), network(ip("2001:db8:1:3::1")));
        assert_eq!(network(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }

    #[test]
    fn memory_is_bounded() {
        let clock = ManualClock::default();
        let attempts = Attempts::new(Arc::new(clock.clone()));
        let mut all = 0..u32::try_from(REMEMBERED).expect("small");
        assert!(all.all(|n| attempts.take(IpAddr::V4(n.into())).is_ok()));
        assert_eq!(attempts.take(ip("192.0.2.1")), Err(EVERY));
        clock.advance(EVERY);
        assert_eq!(attempts.take(ip("192.0.2.1")), Ok(()));
    }
}
