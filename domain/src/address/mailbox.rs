//! `Name <a@b>`: how From and Reply-To come in.

use crate::{message::Mailbox, mime::header::check_text};

use super::{AddressFault, parse};

/// Reads `name@example.com`, `Name <name@example.com>` or `"Name, quoted" <name@example.com>`. The name may be in any
/// script and hold parentheses (`(주)제비`), which RFC 5322 would read as a comment and everybody here means as the name.
///
/// # Errors
/// A fault of the address, of the shape, or of the name: it holds a control character or is encoded already.
pub fn parse_mailbox(text: &str) -> Result<Mailbox, AddressFault> {
    let trimmed = text.trim_matches([' ', '\t']);
    let Some(open) = trimmed.strip_suffix('>') else {
        // Without brackets it has to be an address alone, and its faults are those of the untrimmed text.
        return Ok(Mailbox { email: parse(text)?, name: None });
    };
    let Some((before, address)) = open.rsplit_once('<') else {
        return Err(shape("it has a `>` without a `<`"));
    };
    let before = before.trim_matches([' ', '\t']);
    let name = if before.starts_with('"') { unquoted(before)? } else { plain(before)? };
    if let Err(fault) = check_text(&name) {
        return Err(AddressFault {
            code: fault.code,
            fault: format!("the name beside the address: {}", fault.fault),
            remedy: fault.remedy,
        });
    }
    Ok(Mailbox { email: parse(address)?, name: (!name.is_empty()).then_some(name) })
}

fn plain(name: &str) -> Result<String, AddressFault> {
    match name.chars().find(|c| matches!(c, '"' | '<' | '>' | ',' | ';')) {
        Some(c) => Err(shape(&format!("the name before the address holds `{c}` outside quotation marks"))),
        None => Ok(name.to_owned()),
    }
}

/// The content of a quoted string (RFC 5322 section 3.2.4): a backslash keeps the character after it.
fn unquoted(quoted: &str) -> Result<String, AddressFault> {
    let mut name = String::with_capacity(quoted.len());
    let mut rest = quoted[1..].chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => name.extend(rest.next()),
            '"' if rest.as_str().is_empty() => return Ok(name),
            '"' => return Err(shape("something stands between the quoted name and the address")),
            c => name.push(c),
        }
    }
    Err(shape("the quotation mark before the name is never closed"))
}

fn shape(what: &str) -> AddressFault {
    AddressFault {
        code: "mailbox_shape",
        fault: what.to_owned(),
        remedy: "write name@example.com, Name <name@example.com> or \"Name, quoted\" <name@example.com>".to_owned(),
    }
}
