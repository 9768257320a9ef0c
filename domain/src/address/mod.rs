//! Addresses: which ones are taken, what is wrong with the others, how two are compared and how one is shown in a log.
//!
//! What is taken is narrower than RFC 5322 allows: a dot-atom, `@`, a host name with a real top level. Quoted local parts,
//! address literals, comments and local parts outside ASCII are refused, because providers refuse them after the fact
//! (SES: "There are non-ASCII characters in the email address"). Nothing is rewritten silently: faults carry a suggestion.

pub mod disposable;
mod fault;
mod hint;
mod mailbox;
mod near;
pub mod verdict;

use std::borrow::Cow;

pub use hint::suggestion;
pub use mailbox::parse_mailbox;

/// Longest local part, in bytes (RFC 5321 section 4.5.3.1.1).
pub const MAX_LOCAL: usize = 64;
/// Longest address, in bytes: a path of 256 less its angle brackets (RFC 5321 section 4.5.3.1.3).
pub const MAX_ADDRESS: usize = 254;
/// Longest label of a domain, in bytes (RFC 1035 section 2.3.4).
pub const MAX_LABEL: usize = 63;

/// Why an address is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}; {remedy}")]
pub struct AddressFault {
    /// A stable machine word in snake_case.
    pub code: &'static str,
    /// What exactly is wrong with it.
    pub fault: String,
    /// What to do instead; names the address that was probably meant where one can be seen.
    pub remedy: String,
}

/// Checks an address and gives it in the form envelopes and headers take: ASCII, the local part as written, the domain in
/// lower case, international domains as A-labels (UTS 46, strict).
///
/// # Errors
/// Anything else, with its exact fault and, where one can be seen, the address that was probably meant. An address that
/// is valid but looks mistyped (`@naver.con`) is taken: ask [`suggestion`] for those.
pub fn parse(text: &str) -> Result<String, AddressFault> {
    match shape(text.as_bytes()) {
        Some(Shape { at, reserved_label: false }) => {
            let mut address = text.to_owned();
            if let Some(domain) = address.get_mut(at..) {
                domain.make_ascii_lowercase();
            }
            Ok(address)
        }
        _ => fault::explain(text),
    }
}

/// The form addresses are compared in: lower case. Dots and plus labels are kept, because they are different mailboxes at
/// most receivers.
#[must_use]
pub fn key(address: &str) -> Cow<'_, str> {
    if address.bytes().any(|b| b.is_ascii_uppercase() || !b.is_ascii()) {
        return Cow::Owned(address.to_lowercase());
    }
    Cow::Borrowed(address)
}

/// The form addresses take in logs: the first character of the local part and the domain, `k***@naver.com`. What does not
/// read as an address becomes `***`, so that a name or a line break does not reach a log either.
#[must_use]
pub fn masked(email: &str) -> String {
    let Some((local, domain)) = email.rsplit_once('@') else { return "***".to_owned() };
    if domain.is_empty() || !domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-')) {
        return "***".to_owned();
    }
    match local.chars().next().filter(char::is_ascii_graphic) {
        Some(first) => format!("{first}***@{domain}"),
        None => format!("***@{domain}"),
    }
}

/// A plain ASCII address.
struct Shape {
    /// Where its `@` stands.
    at: usize,
    /// Whether a label has `--` in third and fourth place (`xn--…`): only UTS 46 processing can tell if it is real.
    reserved_label: bool,
}

/// Bytes of a dot-atom's local part (RFC 5322 section 3.2.3), the dot included.
const LOCAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 128 {
        table[b] = (b as u8).is_ascii_alphanumeric()
            || matches!(
                b as u8,
                b'.' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^' | b'_' | b'`'
            )
            || matches!(b as u8, b'{' | b'|' | b'}' | b'~');
        b += 1;
    }
    table
};

/// One pass over the bytes: 10,000 addresses come in one request. `None` for everything that is not a plain address; the
/// slow path finds out why.
fn shape(text: &[u8]) -> Option<Shape> {
    if text.len() > MAX_ADDRESS {
        return None;
    }
    let at = text.iter().position(|b| !LOCAL[usize::from(*b)])?;
    if text[at] != b'@' || at > MAX_LOCAL || !dots_between(&text[..at]) {
        return None;
    }
    let (mut labels, mut reserved_label, mut last) = (0, false, &text[..0]);
    for label in text[at + 1..].split(|b| *b == b'.') {
        let inside = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
        if label.is_empty() || label.len() > MAX_LABEL || !label.iter().all(inside) {
            return None;
        }
        if label.starts_with(b"-") || label.ends_with(b"-") {
            return None;
        }
        reserved_label |= label.get(2..4) == Some(b"--");
        labels += 1;
        last = label;
    }
    (labels > 1 && top_level(last)).then_some(Shape { at, reserved_label })
}

/// Dots stand between other characters only.
fn dots_between(local: &[u8]) -> bool {
    let mut before = b'.';
    for b in local {
        if *b == b'.' && before == b'.' {
            return false;
        }
        before = *b;
    }
    before != b'.'
}

/// A top level is two letters or more, or an A-label; never a number (RFC 3696 section 2).
fn top_level(label: &[u8]) -> bool {
    label.len() > 1 && (label.iter().all(u8::is_ascii_alphabetic) || label.get(..4).is_some_and(|p| p.eq_ignore_ascii_case(b"xn--")))
}

#[cfg(test)]
mod tests;
