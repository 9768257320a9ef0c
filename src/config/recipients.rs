//! `RECIPIENT_ALLOWLIST`: who may be mailed at all, for staging.

use std::fmt;

use jebi_domain::address;

use super::{parse::shown, reader::Bad};

/// Who may be mailed: addresses and whole domains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    /// As `address::key` has them.
    pub addresses: Vec<String>,
    /// In lower case, without the `@`; subdomains are not meant.
    pub domains: Vec<String>,
}

/// `kim@example.kr, @example.com`.
pub(super) fn read(text: &str) -> Result<AllowList, Bad> {
    let remedy = "write addresses and @domains with commas between: kim@example.kr, @example.com";
    let mut list = AllowList::default();
    for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        // A domain is good where an address in it is.
        let (address, is_domain) = if entry.starts_with('@') { (format!("all{entry}"), true) } else { (entry.to_owned(), false) };
        let address = address::parse(&address)
            .map_err(|e| Bad::new(format!("holds {}, which is not an address or @domain ({})", shown(entry), e.fault), remedy))?;
        let key = address::key(&address);
        match key.rsplit_once('@') {
            Some((_, domain)) if is_domain => list.domains.push(domain.to_owned()),
            _ => list.addresses.push(key.into()),
        }
    }
    if list == AllowList::default() {
        return Err(Bad::new("names nobody", remedy));
    }
    Ok(list)
}

impl AllowList {
    /// Somebody who may be mailed, to be shown as an example; no address that a shell would read otherwise.
    #[must_use]
    pub fn example(&self) -> Option<String> {
        let plain = |address: &String| address.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b'_' | b'+'));
        let domains = self.domains.iter().map(|domain| format!("you@{domain}"));
        self.addresses.iter().cloned().chain(domains).find(plain)
    }
}

/// Without the addresses: this is shown where everybody can read it.
impl fmt::Display for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = |n: usize, one: &str, more: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {more}") };
        write!(f, "{} and {}", many(self.addresses.len(), "address", "addresses"), many(self.domains.len(), "domain", "domains"))
    }
}

/// The list as it is shown at start: whole domains as they are, addresses masked.
pub(super) fn masked(text: &str) -> String {
    let mask = |entry: &str| if entry.starts_with('@') { entry.to_owned() } else { address::masked(entry) };
    text.split(',').map(|entry| mask(entry.trim())).collect::<Vec<_>>().join(", ")
}
