//! The domain's checks, told as faults of a field.

use jebi_domain::{message::Mailbox, refusal::Fault};

use super::submission::Given;

/// A bare address, normalised.
pub(super) fn address(text: &str, field: impl Fn() -> String) -> Result<String, Fault> {
    stand_in::address(text).map_err(|(code, fault, remedy)| Fault::new(field(), code, fault, remedy))
}

/// An address with or without a name.
pub(super) fn mailbox(given: Given, field: impl Fn() -> String) -> Result<Mailbox, Fault> {
    match given {
        Given::Text(text) => stand_in::mailbox(&text).map_err(|(code, fault, remedy)| Fault::new(field(), code, fault, remedy)),
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
pub(super) fn header_text(text: &str, field: impl Fn() -> String) -> Result<(), Fault> {
    stand_in::text(text).map_err(|(code, fault, remedy)| Fault::new(field(), code, fault, remedy))
}

/// The caller's own header.
pub(super) fn header(name: &str, value: &str, field: impl Fn() -> String) -> Result<(), Fault> {
    stand_in::header(name, value).map_err(|(code, fault, remedy)| Fault::new(field(), code, fault, remedy))
}

/// A label for the provider.
pub(super) fn tag(name: &str, value: &str, field: impl Fn() -> String) -> Result<(), Fault> {
    stand_in::tag(name, value).map_err(|(code, fault, remedy)| Fault::new(field(), code, fault, remedy))
}

/// By what two addresses are the same.
pub(super) fn key(email: &str) -> String {
    email.to_lowercase()
}

mod stand_in {
    use super::Mailbox;
    type Checked<T> = Result<T, (&'static str, &'static str, &'static str)>;
    pub fn address(text: &str) -> Checked<String> {
        let ok = text.split_once('@').is_some_and(|(l, d)| !l.is_empty() && d.contains('.') && !d.contains('@')) && !text.contains(' ');
        if ok { Ok(text.to_owned()) } else { Err(("invalid_address", "this is no address", "write it as name@example.kr")) }
    }
    pub fn mailbox(text: &str) -> Checked<Mailbox> {
        match text.strip_suffix('>').and_then(|t| t.split_once('<')) {
            Some((name, email)) => Ok(Mailbox { email: address(email)?, name: Some(name.trim().to_owned()).filter(|n| !n.is_empty()) }),
            None => Ok(Mailbox { email: address(text)?, name: None }),
        }
    }
    pub fn text(text: &str) -> Checked<()> {
        if text.contains(['\r', '\n', '\0']) { Err(("control_character", "it holds a line break", "take it out")) } else { Ok(()) }
    }
    pub fn header(name: &str, value: &str) -> Checked<()> {
        if name.contains(':') { Err(("invalid_header_name", "the name holds a colon", "take it out")) } else { text(value) }
    }
    pub fn tag(name: &str, value: &str) -> Checked<()> {
        let ok = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if ok(name) && ok(value) { Ok(()) } else { Err(("invalid_tag", "bad characters", "use A-Z a-z 0-9 _ -")) }
    }
}
