//! Who takes mail for a domain, asked of the domain name system.

use super::Boxed;
use crate::address::verdict::Receives;

/// The domain name system, as far as mail is concerned.
pub trait MailHosts: Send + Sync {
    /// Whether a domain takes mail: its MX records (RFC 5321 section 5.1), a null MX (RFC 7505), or where it has none its own address.
    /// Trouble on the way is [`Receives::Unknown`]. The caller bounds the time.
    fn receives(&self, domain: &str) -> Boxed<'_, Receives>;
}
