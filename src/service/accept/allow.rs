//! Who may be mailed at all (`RECIPIENT_ALLOWLIST`), which addresses are disposable, who has consented to advertising
//! (`ADVERTISING_CONSENT`) and who has refused it, told as a fault. Every way in comes through here.

use std::collections::HashSet;

use jebi_domain::{address, address::disposable::Disposable, allow::AllowList, message::Mailbox, refusal::Fault};

use super::consent::Consent;

/// Who may be mailed by a message.
#[derive(Clone, Copy)]
pub(super) struct May<'a> {
    pub list: &'a AllowList,
    /// What the ledger says of them; `None` where it is not asked.
    pub consent: Option<&'a Consent>,
    /// Whose addresses are refused as disposable.
    pub disposable: Option<&'a Disposable>,
}

/// The recipient, if it may be mailed.
///
/// # Errors
/// A fault of `field` when it is not on the list, has not consented, or has refused.
pub(super) fn check(may: May<'_>, recipient: Mailbox, field: impl Fn() -> String) -> Result<Mailbox, Fault> {
    if !may.list.allows(&recipient.email) {
        return Err(refused(field()));
    }
    if may.disposable.is_some_and(|list| list.holds(&recipient.email)) {
        return Err(Fault::new(
            field(),
            "disposable_address",
            "this is a disposable address, and this server takes no mail to those",
            "use an address that lasts, or ask the operator to change JEBI_DISPOSABLE or JEBI_DISPOSABLE_DOMAINS",
        ));
    }
    let stands_in = |addresses: &HashSet<String>| addresses.contains(address::key(&recipient.email).as_ref());
    match may.consent {
        Some(Consent::Only(consenting)) if !stands_in(consenting) => Err(Fault::new(
            field(),
            "no_consent",
            "the ledger has no consent of this recipient to advertising of this sender",
            "record the consent (POST /v1/consents), or leave the recipient out",
        )),
        Some(Consent::Not(refusing)) if stands_in(refusing) => Err(Fault::new(
            field(),
            "advertising_refused",
            "this recipient has refused advertising of this sender, or taken the consent to it back",
            "leave the recipient out; a consent given after that is recorded with POST /v1/consents",
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
