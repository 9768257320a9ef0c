//! Who may be mailed at all (`RECIPIENT_ALLOWLIST`), for staging. Every way in comes through here.

use std::collections::HashSet;

use jebi_domain::{address, message::Mailbox, refusal::Fault};

/// The list; everybody where there is none.
#[derive(Clone, Debug, Default)]
pub struct AllowList(Option<Listed>);

#[derive(Clone, Debug)]
struct Listed {
    addresses: HashSet<String>,
    domains: HashSet<String>,
}

impl AllowList {
    /// Only these addresses (as `address::key` has them) and everybody in these domains (lower case, without `@`).
    #[must_use]
    pub fn only(addresses: impl IntoIterator<Item = String>, domains: impl IntoIterator<Item = String>) -> Self {
        Self(Some(Listed { addresses: addresses.into_iter().collect(), domains: domains.into_iter().collect() }))
    }

    /// The recipient, if it may be mailed.
    ///
    /// # Errors
    /// A fault of `field` when it is not on the list.
    pub(super) fn check(&self, recipient: Mailbox, field: impl Fn() -> String) -> Result<Mailbox, Fault> {
        let Some(listed) = &self.0 else { return Ok(recipient) };
        let key = address::key(&recipient.email);
        let domain = key.rsplit_once('@').map_or("", |(_, domain)| domain);
        if listed.domains.contains(domain) || listed.addresses.contains::<str>(&key) {
            return Ok(recipient);
        }
        Err(Fault::new(
            field(),
            "not_on_allowlist",
            "this server mails only the recipients of its list, and this one is not on it",
            "use a recipient of the list, or ask the operator to add it to RECIPIENT_ALLOWLIST",
        ))
    }
}
