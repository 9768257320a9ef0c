//! How much is kept of who opened a mail: as little as is of use.

use std::{fmt::Write, net::IpAddr};

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Characters kept of a browser's name.
const AGENT: usize = 200;

/// What is kept of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepIp {
    /// The network: 24 bits of IPv4, 48 of IPv6.
    #[default]
    Shortened,
    /// A keyed hash: tells addresses apart, and not what they are.
    Hashed,
    Full,
    None,
}

/// What is kept of an address; `hash` makes the keyed hash.
#[must_use]
pub fn kept(ip: IpAddr, keep: KeepIp, hash: impl FnOnce(&[u8]) -> String) -> String {
    let ip = ip.to_canonical();
    match keep {
        KeepIp::Full => ip.to_string(),
        KeepIp::None => String::new(),
        KeepIp::Shortened => shortened(ip),
        KeepIp::Hashed => match ip {
            IpAddr::V4(ip) => hash(&ip.octets()),
            IpAddr::V6(ip) => hash(&ip.octets()),
        },
    }
}

fn shortened(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

/// A keyed hash of an address: 16 hexadecimal digits. Without the secret nobody can try all addresses.
#[must_use]
pub fn hashed(secret: &[u8], address: &[u8]) -> String {
    // RFC 2104 section 2: a key of any length is taken.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(b"jebi visitor\0");
    mac.update(address);
    mac.finalize().into_bytes()[..8].iter().fold(String::with_capacity(16), |mut out, byte| {
        let _infallible = write!(out, "{byte:02x}");
        out
    })
}

/// A browser's name as it is kept: on one line, and no longer than 200 characters.
#[must_use]
pub fn agent(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(AGENT).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_was_decided() {
        let of = |ip: &str, keep| kept(ip.parse().unwrap(), keep, |bytes| format!("h{}", bytes.len()));
        assert_eq!(of("203.0.113.77", KeepIp::Shortened), "203.0.113.0/24");
        assert_eq!(of("::ffff:203.0.113.77", KeepIp::Shortened), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2::3", KeepIp::Shortened), "2001:db8:1::/48");
        assert_eq!((of("203.0.113.77", KeepIp::Hashed), of("2001:db8::1", KeepIp::Hashed)), ("h4".into(), "h16".into()));
        assert_eq!((of("203.0.113.77", KeepIp::Full), of("203.0.113.77", KeepIp::None)), ("203.0.113.77".into(), String::new()));
    }

    #[test]
    fn a_hash_tells_addresses_apart_for_one_installation() {
        let (one, same, other, theirs) = (hashed(b"s", &[1]), hashed(b"s", &[1]), hashed(b"s", &[2]), hashed(b"t", &[1]));
        assert!(one == same && one != other && one != theirs && one.len() == 16, "{one}");
    }

    #[test]
    fn a_name_is_short_and_on_one_line() {
        assert_eq!(agent(" Mozilla/5.0\r\nX: y "), "Mozilla/5.0  X: y");
        assert_eq!(agent(&"가".repeat(300)).chars().count(), 200);
    }
}
