//! Addresses a caller's URL never leads to: what is not on the public internet. A URL is somebody else's word, and behind it may stand the
//! metadata of a cloud machine, a database without a password, or this server itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::network::Network;

/// IPv4 that is not the public internet: the special-purpose registry of IANA (RFC 6890), multicast (RFC 5771), and class E.
const PRIVATE_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local: the metadata service of clouds is 169.254.169.254.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Parts of the global unicast space of IPv6 (2000::/3) that are not the public internet, or hide an IPv4 address: protocol assignments
/// with Teredo and ORCHID (2001::/23), documentation, 6to4.
const PRIVATE_V6: &[(Ipv6Addr, u8)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Which addresses may be called.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    /// Networks that may be called though they are not public.
    pub allowed: Vec<Network>,
}

impl Guard {
    /// Whether an address may be called.
    #[must_use]
    pub fn admits(&self, address: IpAddr) -> bool {
        is_public(address) || self.allowed.iter().any(|network| network.contains(address))
    }
}

/// Whether an address is of the public internet. IPv4 written as IPv6 (`::ffff:127.0.0.1`) is judged as IPv4; all else outside of 2000::/3
/// is private: loopback, unique local, link-local, NAT64, multicast.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => !PRIVATE_V4.iter().any(|(net, bits)| within(u128::from(u32::from(v4)), u128::from(u32::from(*net)), 32 - bits)),
        IpAddr::V6(v6) => {
            let global = v6.segments()[0] & 0xe000 == 0x2000;
            global && !PRIVATE_V6.iter().any(|(net, bits)| within(u128::from(v6), u128::from(*net), 128 - bits))
        }
    }
}

/// Whether two addresses agree but for their last bits.
fn within(address: u128, network: u128, last: u8) -> bool {
    address >> last == network >> last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn what_is_not_the_public_internet_is_refused() {
        for private in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip(private)), "{private}");
        }
    }

    #[test]
    fn the_public_internet_is_called() {
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.0.1",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2400:cb00::1",
            "2001:4860:4860::8888",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(ip(public)), "{public}");
        }
    }

    #[test]
    fn named_networks_are_let_through() {
        let guard = Guard { allowed: vec![Network::parse("10.1.0.0/16").expect("a network")] };
        assert!(guard.admits(ip("10.1.2.3")) && guard.admits(ip("::ffff:10.1.2.3")) && guard.admits(ip("8.8.8.8")));
        assert!(!guard.admits(ip("10.2.0.1")) && !guard.admits(ip("127.0.0.1")));
        assert!(!Guard::default().admits(ip("10.1.2.3")));
    }
}
