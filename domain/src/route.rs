//! Which provider a message takes, and why: by its sender's address.

use std::fmt;

use crate::address::{self, AddressFault};

/// Senders a provider may carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SenderRule {
    /// This address, compared without regard to case.
    Address(String),
    /// Every address of this domain; its subdomains are others.
    Domain(String),
}

impl SenderRule {
    /// Reads `a@example.com` or `@example.com`.
    ///
    /// # Errors
    /// What is wrong with the address or the domain.
    pub fn parse(text: &str) -> Result<Self, AddressFault> {
        let text = text.trim();
        match text.strip_prefix('@') {
            // Any local part shows whether the domain can be mailed from, and gives its form on the wire.
            Some(domain) => {
                let whole = address::parse(&format!("postmaster@{domain}"))?;
                Ok(Self::Domain(domain_of(&address::key(&whole)).to_owned()))
            }
            None => Ok(Self::Address(address::key(&address::parse(text)?).into_owned())),
        }
    }
}

impl fmt::Display for SenderRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => f.write_str(address),
            Self::Domain(domain) => write!(f, "@{domain}"),
        }
    }
}

/// One provider as a way to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub provider: String,
    /// Senders it may carry; empty for all.
    pub senders: Vec<SenderRule>,
    /// Why the provider is there, in words, told where it carries every sender.
    pub reason: String,
}

/// The way a message takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub provider: String,
    /// Why, in words; stored with the message.
    pub route: String,
}

/// All ways, in the order of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes(pub Vec<Way>);

impl Routes {
    /// The way of a sender: a provider that names the address, then one that names its domain, then one that carries every
    /// sender; of several the first. `None` when none may carry it.
    #[must_use]
    pub fn choose(&self, from: &str) -> Option<Chosen> {
        let from = address::key(from);
        let domain = domain_of(&from);
        let names = |way: &&Way| way.senders.iter().any(|s| matches!(s, SenderRule::Address(a) if *a == from));
        let has_domain = |way: &&Way| way.senders.iter().any(|s| matches!(s, SenderRule::Domain(d) if d == domain));
        let chosen = |way: &Way, why: &str| Chosen { provider: way.provider.clone(), route: format!("through {}: {why}", way.provider) };
        if let Some(way) = self.0.iter().find(names) {
            return Some(chosen(way, &format!("its senders name {from}")));
        }
        if let Some(way) = self.0.iter().find(has_domain) {
            return Some(chosen(way, &format!("its senders name @{domain}")));
        }
        self.0.iter().find(|way| way.senders.is_empty()).map(|way| chosen(way, &way.reason))
    }

    /// The senders that may be given, for a remedy.
    #[must_use]
    pub fn senders(&self) -> String {
        let all: Vec<String> = self.0.iter().flat_map(|way| &way.senders).map(ToString::to_string).collect();
        all.join(", ")
    }
}

/// What stands behind the last `@`.
fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn way(provider: &str, senders: &[&str]) -> Way {
        let senders = senders.iter().map(|s| SenderRule::parse(s).expect("a good rule")).collect();
        Way { provider: provider.into(), senders, reason: "it carries every sender".into() }
    }

    fn routes() -> Routes {
        Routes(vec![
            way("works", &["@example.com"]),
            way("rest", &[]),
            way("naver", &["Shop@Example.com", "@상점.kr"]),
            way("second", &["@example.com"]),
            way("other", &[]),
        ])
    }

    #[test]
    fn the_address_comes_before_its_domain_and_that_before_everybody_and_of_several_the_first() {
        for (from, provider, why) in [
            ("shop@example.com", "naver", "through naver: its senders name shop@example.com"),
            ("SHOP@EXAMPLE.COM", "naver", "through naver: its senders name shop@example.com"),
            ("kim@example.com", "works", "through works: its senders name @example.com"),
            ("kim@xn--9d0b60b.kr", "rest", "through rest: it carries every sender"),
            ("kim@mail.example.com", "rest", "through rest: it carries every sender"),
        ] {
            let chosen = routes().choose(from).expect("a way");
            assert_eq!((chosen.provider.as_str(), chosen.route.as_str()), (provider, why), "{from}");
        }
        let SenderRule::Domain(domain) = SenderRule::parse("@상점.kr").expect("good") else { panic!("a domain") };
        assert_eq!(routes().choose(&format!("kim@{domain}")).expect("a way").provider, "naver");
    }

    #[test]
    fn a_sender_nobody_names_has_no_way_where_all_providers_name_theirs() {
        let routes = Routes(vec![way("works", &["@example.com"])]);
        assert_eq!(routes.choose("kim@example.kr"), None);
        assert_eq!(routes.senders(), "@example.com");
    }

    #[test]
    fn what_is_no_address_and_no_domain_is_no_rule() {
        for bad in ["example.com", "@", "a@", "@a b.kr", "@nodot"] {
            assert!(SenderRule::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn with_a_provider_for_everybody_every_sender_has_a_way(local in "[a-z]{1,9}", domain in "[a-z]{1,9}\\.kr") {
            let sender = format!("{local}@{domain}");
            prop_assert!(routes().choose(&sender).is_some());
        }
    }
}
