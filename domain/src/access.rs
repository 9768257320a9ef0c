//! What a caller may do: scopes, senders, how long, from where and how much a day.

use std::net::IpAddr;

use crate::{address, network::Network, time::Wall};

/// One kind of thing an API does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Send mail, and cancel, pause and resume what waits.
    Send,
    /// Look at what became of mail.
    Read,
    /// Everything else: keys, the audit log, the installation. Who may make keys may make any, so it includes the others.
    Admin,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Send, Self::Read, Self::Admin];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// A set of scopes; with [`Scope::Admin`] it has all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    pub const ALL: Self = Self(0b111);

    /// These, and what they include.
    #[must_use]
    pub fn of(scopes: &[Scope]) -> Self {
        if scopes.contains(&Scope::Admin) { Self::ALL } else { Self(scopes.iter().fold(0, |bits, scope| bits | 1 << *scope as u8)) }
    }
    #[must_use]
    pub fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }
    /// What both have.
    #[must_use]
    pub fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
    /// In the order of [`Scope::ALL`].
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        Scope::ALL.into_iter().filter(|scope| self.has(*scope)).map(Scope::as_str).collect()
    }
    /// As a store keeps it.
    #[must_use]
    pub fn code(self) -> i64 {
        i64::from(self.0)
    }
    /// `None` for a number that is no set of scopes.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        u8::try_from(code).ok().filter(|bits| *bits <= Self::ALL.0).map(Self)
    }
}

/// A sender that may be used: one address, or every address of one domain (not of its subdomains).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SenderRule {
    /// In the form of [`address::key`].
    Address(String),
    /// Without the `@`, in lower case, as A-labels.
    Domain(String),
}

impl SenderRule {
    /// `news@example.kr` or `@example.kr`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('@') {
            Some(domain) => {
                let whole = address::parse(&format!("x@{domain}")).ok()?;
                whole.rsplit_once('@').map(|(_, domain)| Self::Domain(domain.to_owned()))
            }
            None => address::parse(text).ok().map(|address| Self::Address(address::key(&address).into_owned())),
        }
    }

    /// Whether it lets this address send; `address` as [`address::parse`] gives it.
    #[must_use]
    pub fn allows(&self, address: &str) -> bool {
        match self {
            Self::Address(own) => *own == address::key(address),
            Self::Domain(own) => address.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(own)),
        }
    }
}

/// As it was written.
impl std::fmt::Display for SenderRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => f.write_str(address),
            Self::Domain(domain) => write!(f, "@{domain}"),
        }
    }
}

/// What a key allows. An empty list restricts nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub scopes: Scopes,
    /// From then on it is refused.
    pub expires_at: Option<Wall>,
    /// Senders it may use.
    pub senders: Vec<SenderRule>,
    /// Networks it may be used from.
    pub networks: Vec<Network>,
    /// Recipients a calendar day.
    pub daily_limit: Option<i64>,
    /// The sender profile all its mail goes out as.
    pub profile: Option<String>,
}

impl Grant {
    /// Everything, for ever, from everywhere.
    pub const FULL: Self =
        Self { scopes: Scopes::ALL, expires_at: None, senders: Vec::new(), networks: Vec::new(), daily_limit: None, profile: None };

    /// Whether this sender may be used; `address` as [`address::parse`] gives it.
    #[must_use]
    pub fn allows_sender(&self, address: &str) -> bool {
        self.senders.is_empty() || self.senders.iter().any(|rule| rule.allows(address))
    }
    /// Whether it may be used from there; an address that is not known lies in no network.
    #[must_use]
    pub fn allows_address(&self, address: Option<IpAddr>) -> bool {
        self.networks.is_empty() || address.is_some_and(|address| self.networks.iter().any(|net| net.contains(address)))
    }
    #[must_use]
    pub fn is_expired(&self, now: Wall) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_includes_the_others_and_codes_read_back() {
        assert_eq!(Scopes::of(&[Scope::Admin]), Scopes::ALL);
        let sending = Scopes::of(&[Scope::Send]);
        assert!(sending.has(Scope::Send) && !sending.has(Scope::Read) && !sending.has(Scope::Admin));
        assert_eq!(Scopes::ALL.both(sending), sending);
        assert_eq!(Scopes::from_code(sending.code()), Some(sending));
        assert_eq!((Scopes::from_code(8), Scopes::from_code(-1)), (None, None));
        assert_eq!(Scopes::ALL.names(), ["send", "read", "admin"]);
        assert_eq!((Scope::parse("read"), Scope::parse("Read")), (Some(Scope::Read), None));
    }

    #[test]
    fn senders_are_an_address_or_a_whole_domain() {
        let one = SenderRule::parse("News@Example.kr").expect("an address");
        assert!(one.allows("news@example.kr") && !one.allows("other@example.kr"));
        let all = SenderRule::parse("@Example.kr").expect("a domain");
        assert!(all.allows("anyone@example.kr") && !all.allows("a@mail.example.kr") && !all.allows("a@badexample.kr"));
        assert_eq!(SenderRule::parse("@한국.kr").map(|r| r.to_string()), Some("@xn--3e0b707e.kr".to_owned()));
        for bad in ["", "@", "example.kr", "홍길동", "@a b.kr", "a@b@c.kr"] {
            assert_eq!(SenderRule::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_empty_list_restricts_nothing_and_the_end_is_exact() {
        assert!(Grant::FULL.allows_sender("a@b.kr") && !Grant::FULL.is_expired(Wall(i64::MAX)));
        let grant = Grant { senders: vec![SenderRule::Domain("b.kr".into())], expires_at: Some(Wall(5)), ..Grant::FULL };
        assert!(grant.allows_sender("a@b.kr") && !grant.allows_sender("a@c.kr"));
        assert!(!grant.is_expired(Wall(4)) && grant.is_expired(Wall(5)));
    }
}
