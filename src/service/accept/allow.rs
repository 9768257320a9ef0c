//! Who may be mailed at all (`RECIPIENT_ALLOWLIST`), and who has consented to advertising (`ADVERTISING_CONSENT`), told as a fault. Every way
//! in comes through here.

use std::collections::HashSet;

use jebi_domain::{address, allow::AllowList, message::Mailbox, refusal::Fault};

/// Who may be mailed by a message.
#[derive(Clone, Copy)]
pub(super) struct May<'a> {
    pub list: &'a AllowList,
    /// Addresses, as they are compared, that consent to it; `None` where nobody is asked.
    pub consenting: Option<&'a HashSet<String>>,
}

/// The recipient, if it may be mailed.
///
/// # Errors
/// A fault of `field` when it is not on the list, or has not consented.
pub(super) fn check(may: May<'_>, recipient: Mailbox, field: impl Fn() -> String) -> Result<Mailbox, Fault> {
    if !may.list.allows(&recipient.email) {
        return Err(refused(field()));
    }
    match may.consenting {
        Some(consenting) if !consenting.contains(address::key(&recipient.email).as_ref()) => Err(Fault::new(
            field(),
            "no_consent",
            "the ledger has no consent of this recipient to advertising of this sender",
            "record the consent (POST /v1/consents), or leave the recipient out",
        )),
        _ => Ok(recipient),
    }
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
