//! The domain's checks, told as faults of a field.

use jebi_domain::{
    address::{self, AddressFault},
    message::Mailbox,
    mime::{
        header::{HeaderFault, check_custom, check_text, check_together},
        tag::check_tag,
    },
    refusal::Fault,
};

use super::submission::Given;

/// A bare address, normalised.
pub(super) fn address(text: &str, field: impl Fn() -> String) -> Result<String, Fault> {
    address::parse(text).map_err(|e| of_address(field(), e))
}

/// An address with or without a name.
pub(in crate::service) fn mailbox(given: Given, field: impl Fn() -> String) -> Result<Mailbox, Fault> {
    match given {
        Given::Text(text) => address::parse_mailbox(&text).map_err(|e| of_address(field(), e)),
        Given::Parts { email, name } => {
            let name = name.filter(|n| !n.trim().is_empty());
            if let Some(name) = &name {
                header_text(name, || format!("{}.name", field()))?;
            }
            Ok(Mailbox { email: address(&email, || format!("{}.email", field()))?, name })
        }
    }
}

/// Text that goes into a header: a subject, a name.
pub(in crate::service) fn header_text(text: &str, field: impl Fn() -> String) -> Result<(), Fault> {
    check_text(text).map_err(|e| of_header(field(), e))
}

/// The caller's own header.
pub(super) fn header(name: &str, value: &str, field: impl Fn() -> String) -> Result<(), Fault> {
    check_custom(name, value).map_err(|e| of_header(field(), e))
}

/// The caller's own headers together.
pub(super) fn headers<'a>(names: impl IntoIterator<Item = &'a str>, field: impl Fn() -> String) -> Result<(), Fault> {
    check_together(names).map_err(|e| of_header(field(), e))
}

/// A label for the provider.
pub(super) fn tag(name: &str, value: &str, field: impl Fn() -> String) -> Result<(), Fault> {
    check_tag(name, value).map_err(|e| of_header(field(), e))
}

fn of_address(field: String, e: AddressFault) -> Fault {
    Fault::new(field, e.code, e.fault, e.remedy)
}

fn of_header(field: String, e: HeaderFault) -> Fault {
    Fault::new(field, e.code, e.fault, e.remedy)
}
