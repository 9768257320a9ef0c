//! What callers say of a file: its content type, and the id the HTML names it by.

use super::fault;
use crate::refusal::Fault;

/// Longest content type and content id, in bytes: both go into one header line (RFC 5322 section 2.1.1).
const MAX_LABEL: usize = 250;

/// Checks a content type: `type/subtype`, with parameters where it has any (RFC 2045 section 5.1). Its own name and its encoding are not
/// the caller's.
///
/// # Errors
/// What is no content type, and types that hold parts of their own (`multipart/…`, `message/…`).
pub fn check_content_type(given: &str) -> Result<String, Fault> {
    let refused = |why: String| Err(fault("invalid_content_type", why, "give a type such as application/pdf, or leave it out"));
    let mut parts = given.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_type = essence.split_once('/').is_some_and(|(kind, sub)| is_token(kind) && is_token(sub));
    if !is_type || given.len() > MAX_LABEL {
        return refused(format!("{:?} is no content type", given.chars().take(80).collect::<String>()));
    }
    if essence.starts_with("multipart/") || essence.starts_with("message/") {
        return refused(format!("{essence} holds parts of its own, and cannot be the type of a file"));
    }
    let mut out = essence;
    for parameter in parts.filter(|part| !part.is_empty()) {
        let Some((name, value)) = parameter.split_once('=').map(|(name, value)| (name.trim(), value.trim())) else {
            return refused(format!("{parameter:?} is no parameter of a content type"));
        };
        let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        if !is_token(name) || !is_token(bare) {
            return refused(format!("{parameter:?} is no parameter of a content type"));
        }
        // The name has a field of its own, and is written where it belongs.
        if name.eq_ignore_ascii_case("name") {
            continue;
        }
        out.push_str("; ");
        out.push_str(&name.to_ascii_lowercase());
        out.push('=');
        out.push_str(bare);
    }
    Ok(out)
}

/// A token of RFC 2045 section 5.1.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
}

/// Checks the id the HTML names a file by, as in `<img src="cid:logo">` (RFC 2392). Angle brackets around it are taken off.
///
/// # Errors
/// What cannot stand in a `cid:` address and in a header.
pub fn check_content_id(given: &str) -> Result<String, Fault> {
    let bare = given.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(given);
    let is_id = !bare.is_empty() && bare.len() <= MAX_LABEL && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_@+=!$*".contains(&b));
    if is_id {
        return Ok(bare.to_owned());
    }
    let told = format!("{:?} is no content id", given.chars().take(80).collect::<String>());
    Err(fault("invalid_content_id", told, "give ASCII letters, digits and . - _ @, and write cid: with the same in the HTML"))
}
