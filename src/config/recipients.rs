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

/// Without the addresses: this is shown where everybody can read it.
impl fmt::Display for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} addresses and {} domains", self.addresses.len(), self.domains.len())
    }
}

/// The list as it is shown at start: whole domains as they are, addresses masked.
pub(super) fn masked(text: &str) -> String {
    let mask = |entry: &str| if entry.starts_with('@') { entry.to_owned() } else { address::masked(entry).to_string() };
    text.split(',').map(|entry| mask(entry.trim())).collect::<Vec<_>>().join(", ")
}
