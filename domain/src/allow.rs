//! Who may be mailed at all, where an operator names them (`RECIPIENT_ALLOWLIST`, for staging).

use std::collections::HashSet;

use crate::address;

/// The list; everybody where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList(Option<Listed>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    addresses: HashSet<String>,
    domains: HashSet<String>,
}

impl AllowList {
    /// Only these addresses (as [`address::key`] has them) and everybody in these domains (lower case, without `@`).
    #[must_use]
    pub fn only(addresses: impl IntoIterator<Item = String>, domains: impl IntoIterator<Item = String>) -> Self {
        Self(Some(Listed { addresses: addresses.into_iter().collect(), domains: domains.into_iter().collect() }))
    }

    /// Whether this address may be mailed.
    #[must_use]
    pub fn allows(&self, email: &str) -> bool {
        let Some(listed) = &self.0 else { return true };
        let key = address::key(email);
        let domain = key.rsplit_once('@').map_or("", |(_, domain)| domain);
        listed.domains.contains(domain) || listed.addresses.contains::<str>(&key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_whole_domains_are_allowed_and_nobody_else() {
        let list = AllowList::only(["hong@example.kr".to_owned()], ["staging.example.com".to_owned()]);
        for (email, allowed) in [
            ("hong@example.kr", true),
            ("HONG@Example.KR", true),
            ("kim@staging.example.com", true),
            ("kim@example.kr", false),
            ("kim@a.staging.example.com", false),
        ] {
            assert_eq!(list.allows(email), allowed, "{email}");
        }
        assert!(AllowList::default().allows("kim@example.kr"));
    }
}
