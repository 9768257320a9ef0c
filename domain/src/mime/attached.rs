//! The part of a file: its headers, which are the same in every mail it goes with.

use crate::content::{Attachment, Calendar};

use super::{base64, param};

/// What stands for anything.
const ANYTHING: &str = "application/octet-stream";
/// Longest `Content-ID` that is written: its line would be too long otherwise. What is accepted is far shorter.
const MAX_ID: usize = 900;
/// Longest `Content-Type` taken over as it is; there is no known type half as long.
const MAX_TYPE: usize = 255;

/// Longest method of an invitation that is one: `DECLINECOUNTER`.
const MAX_METHOD: usize = 14;

/// How a file is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Within the HTML, which names it.
    Inline,
    /// As a file of its own.
    Apart,
}

/// The headers of a file's part, with the empty line.
pub(super) fn head(file: &Attachment, shown: Shown) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write_head(&mut out, &content_type(&file.content_type), &file.name, shown);
    if let Some(id) = file.content_id.as_deref().map(content_id).filter(|id| (1..=MAX_ID).contains(&id.len())) {
        out.extend_from_slice(format!("Content-ID: <{id}>\r\n").as_bytes());
    }
    out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
    out
}

fn write_head(out: &mut Vec<u8>, content_type: &str, name: &str, shown: Shown) {
    let name = param::cleaned(name);
    out.extend_from_slice(b"Content-Type: ");
    out.extend_from_slice(content_type.as_bytes());
    param::write_name(out, &name);
    out.extend_from_slice(match shown {
        Shown::Inline => b"\r\nContent-Disposition: inline",
        Shown::Apart => b"\r\nContent-Disposition: attachment",
    });
    param::write_filename(out, &name);
    out.extend_from_slice(b"\r\n");
}

/// An invitation as the part that calendars act on, headers and all (RFC 6047 section 2.4).
pub(super) fn invitation(calendar: &Calendar) -> Vec<u8> {
    let method = if is_token(&calendar.method) && calendar.method.len() <= MAX_METHOD { calendar.method.as_str() } else { "PUBLISH" };
    let head = format!("Content-Type: text/calendar; charset=\"utf-8\"; method={method}\r\n");
    encoded(head.into_bytes(), &calendar.ics)
}

/// The same as a file, for readers who see no more than that.
pub(super) fn invitation_file(calendar: &Calendar) -> Vec<u8> {
    let mut head = Vec::new();
    write_head(&mut head, "application/ics", "invite.ics", Shown::Apart);
    encoded(head, &calendar.ics)
}

fn encoded(mut out: Vec<u8>, text: &str) -> Vec<u8> {
    out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
    base64::encode_lines(&mut out, super::body::crlf(text).as_bytes());
    out
}

/// A type as it may be written: what is no type is [`ANYTHING`], and so are those whose content may not be base64 (RFC 2045 section 6.4).
/// Parameters stay as far as they are well-formed, without those that are ours to write.
fn content_type(given: &str) -> String {
    let (kind, mut rest) = given.split_once(';').unwrap_or((given, ""));
    let kind = kind.trim();
    let known = kind.split_once('/').filter(|(main, sub)| is_token(main) && is_token(sub));
    let composite = ["multipart/", "message/"].iter().any(|start| kind.get(..start.len()).is_some_and(|k| k.eq_ignore_ascii_case(start)));
    if known.is_none() || composite || given.len() > MAX_TYPE {
        return ANYTHING.to_owned();
    }
    let mut out = kind.to_ascii_lowercase();
    while let Some((attribute, value, others)) = parameter(rest) {
        if !["name", "boundary"].iter().any(|ours| attribute.eq_ignore_ascii_case(ours)) {
            out.push_str("; ");
            out.push_str(attribute);
            out.push('=');
            out.push_str(value);
        }
        rest = others;
    }
    out
}

/// The first parameter, its value as written, and what follows behind the next `;`. `None` where there is no well-formed one.
fn parameter(text: &str) -> Option<(&str, &str, &str)> {
    let (attribute, rest) = text.split_once('=')?;
    let (attribute, rest) = (attribute.trim(), rest.trim_start());
    let length = if rest.starts_with('"') { quoted(rest)? } else { rest.find([';', ' ']).unwrap_or(rest.len()) };
    let (value, rest) = rest.split_at(length);
    let rest = rest.trim_start();
    let others = if rest.is_empty() { "" } else { rest.strip_prefix(';')? };
    let sound = is_token(attribute) && !attribute.contains('*') && (value.starts_with('"') || is_token(value));
    sound.then_some((attribute, value, others))
}

/// Length of the quoted string the text begins with; `None` when it is not closed or holds what may not stand in one.
fn quoted(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(at + 1),
            b'\\' => {
                bytes.next().filter(|(_, escaped)| matches!(escaped, b' '..=b'~'))?;
            }
            b' '..=b'~' => {}
            _ => return None,
        }
    }
    None
}

/// `token` of RFC 2045 section 5.1.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
}

/// What of an id may stand between angle brackets.
fn content_id(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_they_are_when_they_are_types() {
        for (given, written) in [
            ("application/pdf", "application/pdf"),
            ("Image/PNG", "image/png"),
            ("text/csv; charset=euc-kr", "text/csv; charset=euc-kr"),
            ("text/csv;charset=\"utf-8\" ; header=present", "text/csv; charset=\"utf-8\"; header=present"),
            ("application/pdf; name=\"other.exe\"", "application/pdf"),
            ("application/pdf; x=\"a\\\"; b\"", "application/pdf; x=\"a\\\"; b\""),
        ] {
            assert_eq!(content_type(given), written);
        }
    }

    #[test]
    fn what_is_no_type_is_written_as_anything() {
        for bad in
            ["", "pdf", "/", "a/b/c", "a b/c", "text/html\r\nBcc: x@y.kr", "multipart/mixed; boundary=x", "message/rfc822", "한글/pdf"]
        {
            assert_eq!(content_type(bad), ANYTHING, "{bad:?}");
        }
        assert_eq!(content_type(&format!("a/{}", "b".repeat(300))), ANYTHING);
    }

    #[test]
    fn parameters_that_are_not_well_formed_are_left_out() {
        for bad in
            ["a\r\nBcc: x@y.kr", "charset=\"utf-8", "charset=\"a\r\nBcc: b\"", "x*=y", "=y", "x=", "x", "x=y z", "x=\"a\" b=c", "x=가"]
        {
            assert_eq!(content_type(&format!("text/csv; {bad}")), "text/csv", "{bad:?}");
        }
    }
}
