//! What may stand in a header: the callers' own headers, subjects and display names.

use super::thread;

/// Longest header name, in bytes: what SES takes (SendEmail, `MessageHeader`).
pub const MAX_NAME: usize = 126;
/// Longest line without its CRLF, in bytes (RFC 5322 section 2.1.1).
pub const MAX_LINE: usize = 998;
/// Says that no person wrote the mail, so that no machine answers it (RFC 3834 section 5).
pub const AUTO_SUBMITTED: &str = "Auto-Submitted";

/// Why a header, a subject, a display name or a tag is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}; {remedy}")]
pub struct HeaderFault {
    /// A stable machine word in snake_case.
    pub code: &'static str,
    /// What exactly is wrong.
    pub fault: String,
    /// What to do instead.
    pub remedy: String,
}

impl HeaderFault {
    pub(crate) fn new(code: &'static str, fault: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, fault: fault.into(), remedy: remedy.into() }
    }
}

/// Names that are not the caller's, in lower case, and what to do instead. Those that end with `-` are prefixes.
const RESERVED: &[(&str, &str)] = &[
    ("from", "remove it and set the field `from`"),
    ("sender", "remove it and set the field `from`"),
    ("to", "remove it and set the field `recipients`, or `to` for a joint copy"),
    ("cc", "remove it and set the field `cc`"),
    ("bcc", "remove it and set the field `bcc`: as a header it would show the recipients to everybody"),
    ("reply-to", "remove it and set the field `reply_to`"),
    ("subject", "remove it and set the field `subject`"),
    ("content-", "remove it and set the field `text` or `html`: parts and encodings are chosen from them"),
    ("x-ses-", "remove it and set the field `tags`, or the provider's section of the configuration"),
    ("date", "remove it: it is written for every mail, from the time the message was accepted"),
    ("message-id", "remove it: it is written for every mail, from the delivery's id"),
    ("mime-version", "remove it: it is written for every mail"),
    ("x-jebi-", "remove it: it is written for every mail by this server; choose another prefix for your own"),
    ("received", "remove it: only mail servers write it"),
    ("received-spf", "remove it: only mail servers write it"),
    ("return-path", "remove it: only the receiving server writes it"),
    ("authentication-results", "remove it: only the receiving server writes it"),
    ("dkim-signature", "remove it: the provider signs the mail"),
    ("domainkey-signature", "remove it: the provider signs the mail"),
    ("arc-", "remove it: only forwarding servers write it"),
    ("resent-", "remove it: a mail sent here is not a resent one"),
    ("apparently-to", "remove it and set the field `recipients`, or `to` for a joint copy"),
    ("delivered-to", "remove it: only the receiving server writes it, and takes the mail for one that goes in circles"),
    ("x-original-to", "remove it: only the receiving server writes it"),
    ("errors-to", "remove it: bounces go to the sender of the envelope"),
];

/// Checks a header of the caller's.
///
/// # Errors
/// A name outside RFC 5322 section 3.6.8 or one that is reserved; a value that is empty, holds a line break or another
/// control character, or has a word that no folding gets below [`MAX_LINE`]. Values outside ASCII are taken: they are
/// written as encoded words (RFC 2047).
pub fn check_custom(name: &str, value: &str) -> Result<(), HeaderFault> {
    check_name(name)?;
    no_controls(value)?;
    let value = trimmed(value);
    if value.is_empty() {
        return Err(HeaderFault::new(
            "header_value_empty",
            format!("the header `{name}` has no value"),
            "give a value or leave the header out",
        ));
    }
    if value.is_ascii() && !foldable(name, value) {
        return Err(HeaderFault::new(
            "header_value_too_long",
            format!("the value of `{name}` has a word too long for one line of {MAX_LINE} bytes"),
            "shorten the word or put spaces where the line may be broken",
        ));
    }
    match name.to_ascii_lowercase().as_str() {
        "in-reply-to" | "references" => thread::check_ids(name, value),
        "auto-submitted" => check_auto_submitted(value),
        _ => Ok(()),
    }
}

/// Headers that stand once in a mail (RFC 5322 section 3.6, RFC 2369, RFC 2919, RFC 3834, RFC 8058, Gmail's Feedback-ID), in lower case.
const ONCE: &[&str] = &[
    "auto-submitted",
    "feedback-id",
    "importance",
    "in-reply-to",
    "list-help",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "organization",
    "precedence",
    "references",
    "x-priority",
];

/// Checks the caller's headers together.
///
/// # Errors
/// One that may stand once is there twice: receivers would take either, or refuse the mail (RFC 5322 section 3.6).
pub fn check_together<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), HeaderFault> {
    let mut seen = Vec::new();
    for name in names {
        let lower = name.to_ascii_lowercase();
        if seen.contains(&lower) {
            let fault = format!("the header `{name}` is given twice, and a mail may have it once");
            return Err(HeaderFault::new("header_twice", fault, "leave one of them"));
        }
        if ONCE.contains(&lower.as_str()) {
            seen.push(lower);
        }
    }
    Ok(())
}

/// RFC 3834 section 5: a keyword, with comments and parameters behind it that are rarely there.
fn check_auto_submitted(value: &str) -> Result<(), HeaderFault> {
    let keyword = value.split([';', '(', ' ', '\t']).next().unwrap_or_default();
    if ["no", "auto-generated", "auto-replied", "auto-notified"].iter().any(|known| keyword.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let fault = format!("`{AUTO_SUBMITTED}` does not say what it may say (RFC 3834)");
    Err(HeaderFault::new("header_value", fault, "use `auto-generated`, `auto-replied`, or `no` for what a person wrote"))
}

/// Checks text that is shown to people: subjects and display names, in any script. Length is the caller's matter.
///
/// # Errors
/// A line break or another control character, or text that is encoded already: it would be shown as it stands.
pub fn check_text(value: &str) -> Result<(), HeaderFault> {
    no_controls(value)?;
    if has_encoded_word(value) {
        let fault = "it holds an encoded word (`=?…?=`, RFC 2047)";
        return Err(HeaderFault::new("encoded_word", fault, "give the text itself, in UTF-8: it is encoded when the mail is made"));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), HeaderFault> {
    if name.is_empty() {
        return Err(HeaderFault::new("header_name", "a header has no name", "give its name, such as X-Campaign"));
    }
    if name.len() > MAX_NAME {
        let fault = format!("a header's name has {} bytes", name.len());
        return Err(HeaderFault::new("header_name", fault, format!("at most {MAX_NAME} are possible")));
    }
    if let Some(c) = name.chars().find(|c| !c.is_ascii_graphic() || *c == ':') {
        let fault = format!("a header's name holds {}", shown(c));
        return Err(HeaderFault::new("header_name", fault, "use printable ASCII without spaces and colons"));
    }
    let lower = name.to_ascii_lowercase();
    for (reserved, remedy) in RESERVED {
        if lower == *reserved || (reserved.ends_with('-') && lower.starts_with(reserved)) {
            let fault = format!("the header `{name}` is not the caller's to set");
            return Err(HeaderFault::new("header_reserved", fault, *remedy));
        }
    }
    Ok(())
}

/// CR, LF and NUL end or split a header; U+0085, U+2028 and U+2029 are line breaks to some readers; the other control
/// characters have no use in one and SES refuses them. A tab is white space.
fn no_controls(value: &str) -> Result<(), HeaderFault> {
    match value.chars().find(|c| (c.is_control() && *c != '\t') || matches!(c, '\u{2028}' | '\u{2029}')) {
        Some(c @ ('\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')) => {
            Err(HeaderFault::new("line_break", format!("it holds the line break {}", shown(c)), "write it on one line"))
        }
        Some(c) => Err(HeaderFault::new("control_character", format!("it holds the control character {}", shown(c)), "remove it")),
        None => Ok(()),
    }
}

/// White space around a value is not part of it.
pub(super) fn trimmed(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}

/// Whether an ASCII value can be broken at its white space so that no line passes [`MAX_LINE`].
pub(super) fn foldable(name: &str, value: &str) -> bool {
    let white = |c: &u8| matches!(c, b' ' | b'\t');
    let (mut rest, mut before) = (value.as_bytes(), name.len() + 2);
    while !rest.is_empty() {
        let space = rest.iter().position(|c| !white(c)).unwrap_or(rest.len());
        let word = rest[space..].iter().position(white).unwrap_or(rest.len() - space);
        if before + space + word > MAX_LINE {
            return false;
        }
        before = 0;
        rest = &rest[space + word..];
    }
    true
}

/// `=?charset?B-or-Q?text?=`.
fn has_encoded_word(value: &str) -> bool {
    value.match_indices("=?").any(|(at, _)| {
        let mut parts = value[at + 2..].splitn(3, '?');
        let charset = parts.next().is_some_and(|c| !c.is_empty() && c.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:*".contains(&b)));
        let encoding = parts.next().is_some_and(|e| matches!(e, "B" | "b" | "Q" | "q"));
        charset && encoding && parts.next().is_some_and(|text| text.contains("?="))
    })
}

pub(super) fn shown(c: char) -> String {
    if c.is_control() || c.is_whitespace() { format!("U+{:04X}", u32::from(c)) } else { format!("`{c}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str, value: &str) -> &'static str {
        check_custom(name, value).map_or_else(|f| f.code, |()| "ok")
    }

    #[test]
    fn reserved_names_are_refused_in_any_case_and_name_the_field_to_use() {
        for name in [
            "From",
            "SENDER",
            "to",
            "Cc",
            "bCC",
            "Reply-To",
            "Subject",
            "Date",
            "Message-ID",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
            "Received",
            "DKIM-Signature",
            "Return-Path",
            "X-SES-CONFIGURATION-SET",
            "x-ses-message-tags",
            "X-Jebi-Delivery-Id",
            "Resent-From",
            "ARC-Seal",
            "Apparently-To",
            "Delivered-To",
            "X-Original-To",
            "Errors-To",
        ] {
            assert_eq!(code(name, "x"), "header_reserved", "{name}");
        }
        let remedy = |name| check_custom(name, "x").unwrap_err().remedy;
        assert_eq!(remedy("Reply-To"), "remove it and set the field `reply_to`");
        assert_eq!(remedy("Date"), "remove it: it is written for every mail, from the time the message was accepted");
        assert_eq!(remedy("MIME-Version"), "remove it: it is written for every mail");
    }

    #[test]
    fn ordinary_headers_are_taken() {
        for (name, value) in [
            ("X-Campaign", "autumn"),
            ("List-Unsubscribe", "<https://example.com/u/1>, <mailto:u@example.com>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("Auto-Submitted", "auto-generated"),
            ("X-이름".trim_end_matches("이름"), "값은 한글이어도 됩니다"),
            ("In-Reply-To", "<a@b.kr>"),
            ("Contents", "not a Content- header"),
            ("Total", "not To"),
        ] {
            assert_eq!(code(name, value), "ok", "{name}");
        }
    }

    #[test]
    fn what_no_person_wrote_says_so_in_the_words_there_are() {
        for value in ["no", "auto-generated", "Auto-Replied", "auto-generated (newsletter)", "auto-notified; owner-email=\"a@b.kr\""] {
            assert_eq!(code("Auto-Submitted", value), "ok", "{value}");
        }
        for value in ["yes", "auto", "auto-generated-x", "자동"] {
            assert_eq!(code("auto-submitted", value), "header_value", "{value}");
        }
    }

    #[test]
    fn a_header_that_stands_once_is_refused_twice_in_any_case() {
        let together = |names: &[&str]| check_together(names.iter().copied()).map_err(|f| f.code);
        assert_eq!(together(&["X-A", "x-a", "List-Id", "References", "In-Reply-To"]), Ok(()));
        assert_eq!(together(&["List-Unsubscribe", "X-A", "list-unsubscribe"]), Err("header_twice"));
        assert_eq!(together(&["REFERENCES", "References"]), Err("header_twice"));
    }

    #[test]
    fn names_are_printable_ascii_without_colons() {
        for name in ["", "X Y", "X:Y", "X-한글", "X\r\nBcc", "X\0", "X\u{7f}"] {
            assert_eq!(code(name, "x"), "header_name", "{name:?}");
        }
        assert_eq!(code(&"X".repeat(126), "x"), "ok");
        assert_eq!(code(&"X".repeat(127), "x"), "header_name");
    }

    #[test]
    fn values_hold_no_line_break_of_any_kind() {
        for c in ['\r', '\n', '\u{85}', '\u{2028}', '\u{2029}'] {
            assert_eq!(code("X-A", &format!("a{c}Bcc: x@y.kr")), "line_break", "{c:?}");
            assert_eq!(check_text(&format!("제목{c}")).unwrap_err().code, "line_break", "{c:?}");
        }
        assert_eq!(code("X-A", "a\0b"), "control_character");
        assert_eq!(code("X-A", "a\tb"), "ok");
        assert_eq!(code("X-A", " \t "), "header_value_empty");
    }

    #[test]
    fn a_value_must_be_foldable_below_the_longest_line() {
        assert_eq!(code("X-A", &"w".repeat(993)), "ok");
        assert_eq!(code("X-A", &"w".repeat(994)), "header_value_too_long");
        assert_eq!(code("X-A", &format!("w {}", "w".repeat(997))), "ok");
        assert_eq!(code("X-A", &format!("w {}", "w".repeat(998))), "header_value_too_long");
        assert_eq!(code("X-A", &"word ".repeat(1000)), "ok");
        assert_eq!(code("X-A", &"가".repeat(1000)), "ok");
    }

    #[test]
    fn text_that_is_encoded_already_is_refused_not_shown_raw() {
        for text in ["=?UTF-8?B?7KCc67mE?=", "hi =?euc-kr?q?=B0=A1?= there", "=?=?utf-8?b?x?="] {
            assert_eq!(check_text(text).unwrap_err().code, "encoded_word", "{text}");
        }
        for text in ["1 + 1 =? 2 ?= 3", "=?x", "제비가 왔어요?=", "=??B?x?="] {
            assert_eq!(check_text(text), Ok(()), "{text}");
        }
    }
}
