//! Networks in CIDR notation (RFC 4632, RFC 4291 section 2.3), and which addresses lie in them.

use std::{fmt, net::IpAddr};

use ipnet::IpNet;

/// A network; one address is a network too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, or one address. Bits behind the prefix are cleared. `None` for anything else, also for IPv4
    /// written as IPv6 (`::ffff:10.0.0.0/104`): addresses are compared in their own family.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok()?.trunc();
        let mapped = matches!(net, IpNet::V6(v6) if v6.prefix_len() >= 96 && v6.addr().to_ipv4_mapped().is_some());
        (!mapped).then_some(Self(net))
    }

    /// Whether an address lies in it; IPv4 that came as IPv6 (`::ffff:10.1.2.3`, a socket that listens on both) counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn both_families_and_single_addresses() {
        let net = Network::parse("10.1.2.3/8").expect("a network");
        assert_eq!(net.to_string(), "10.0.0.0/8");
        assert!(net.contains(ip("10.255.0.1")) && net.contains(ip("::ffff:10.0.0.1")));
        assert!(!net.contains(ip("11.0.0.1")) && !net.contains(ip("::a00:1")));
        let six = Network::parse("2001:db8::/32").expect("a network");
        assert!(six.contains(ip("2001:db8:1::1")) && !six.contains(ip("2001:db9::1")));
        let one = Network::parse("192.0.2.7").expect("an address");
        assert!(one.contains(ip("192.0.2.7")) && !one.contains(ip("192.0.2.8")));
        assert!(!Network::parse("0.0.0.0/0").expect("all of IPv4").contains(ip("::1")));
    }

    #[test]
    fn anything_else_is_none() {
        for bad in ["", "10.0.0.0/33", "10.0.0", "localhost", "::ffff:10.0.0.0/104", "10.0.0.0/8/8", "2001:db8::/129"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
