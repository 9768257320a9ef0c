//! Who may be mailed at all (`RECIPIENT_ALLOWLIST`), told as a fault. Every way in comes through here.

use jebi_domain::{allow::AllowList, message::Mailbox, refusal::Fault};

/// The recipient, if it may be mailed.
///
/// # Errors
/// A fault of `field` when it is not on the list.
pub(super) fn check(list: &AllowList, recipient: Mailbox, field: impl Fn() -> String) -> Result<Mailbox, Fault> {
    if list.allows(&recipient.email) { Ok(recipient) } else { Err(refused(field())) }
}

/// Why a recipient is not mailed.
pub(in crate::service) fn refused(field: String) -> Fault {
    Fault::new(
        field,
        "not_on_allowlist",
        "this server mails only the recipients of its list, and this one is not on it",
        "use a recipient of the list, or ask the operator to add it to RECIPIENT_ALLOWLIST",
    )
}
