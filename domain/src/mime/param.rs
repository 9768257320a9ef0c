//! Names of files as parameters of MIME headers: `filename` by RFC 2231, and `name` as older readers want it.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::base64;

/// Longest value written in one piece.
const PIECE: usize = 60;
/// Bytes of text in one encoded word: with its frame it stays below 75 characters (RFC 2047 section 2).
const WORD: usize = 42;
/// Longest `name` that stands as it is, in one line.
const LONGEST: usize = 200;
/// What a file without a usable name is called.
const NAMELESS: &str = "attachment";

/// A name as it is written: composed (macOS gives Hangul in its parts), without what ends or breaks a line.
pub(super) fn cleaned(name: &str) -> Cow<'_, str> {
    let unfit = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let name = match name.contains(unfit) {
        true => Cow::Owned(name.chars().filter(|c| !unfit(*c)).collect::<String>()),
        false => Cow::Borrowed(name),
    };
    if name.trim().is_empty() {
        return Cow::Borrowed(NAMELESS);
    }
    if is_nfc(&name) { name } else { Cow::Owned(name.nfc().collect()) }
}

/// Appends `;` and the parameter `filename` of a [`cleaned`] name, in as many lines as it needs.
pub(super) fn write_filename(out: &mut Vec<u8>, name: &str) {
    if is_plain(name) {
        return match pieces(name, |c| if matches!(c, '"' | '\\') { 2 } else { 1 }).as_slice() {
            [_] => write_quoted(out, "filename", name),
            several => several.iter().enumerate().for_each(|(i, piece)| write_quoted(out, &format!("filename*{i}"), piece)),
        };
    }
    let parts = pieces(name, |c| if c.is_ascii() && is_attribute(c as u8) { 1 } else { c.len_utf8() * 3 });
    for (i, piece) in parts.iter().enumerate() {
        let charset = if i == 0 { "UTF-8''" } else { "" };
        let attribute = if parts.len() == 1 { "filename*".to_owned() } else { format!("filename*{i}*") };
        out.extend_from_slice(format!(";\r\n {attribute}={charset}").as_bytes());
        for byte in piece.bytes() {
            if is_attribute(byte) {
                out.push(byte);
            } else {
                out.extend_from_slice(format!("%{byte:02X}").as_bytes());
            }
        }
    }
}

/// Appends `;` and the parameter `name` of a [`cleaned`] name. No standard has encoded words in a parameter, but readers that do not know
/// RFC 2231 decode them there.
pub(super) fn write_name(out: &mut Vec<u8>, name: &str) {
    if is_plain(name) && name.len() <= LONGEST {
        return write_quoted(out, "name", name);
    }
    out.extend_from_slice(b";\r\n name=\"");
    for (i, word) in cut(name, WORD, char::len_utf8).into_iter().enumerate() {
        // White space between two words is not part of the name (RFC 2047 section 6.2).
        out.extend_from_slice(if i == 0 { b"=?UTF-8?B?" } else { b"\r\n =?UTF-8?B?" });
        base64::encode(out, word.as_bytes());
        out.extend_from_slice(b"?=");
    }
    out.push(b'"');
}

/// Whether it can stand as it is: ASCII that nobody takes for an encoded word.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|b| matches!(b, b' '..=b'~')) && !name.contains("=?") && !name.starts_with(' ') && !name.ends_with(' ')
}

fn write_quoted(out: &mut Vec<u8>, attribute: &str, value: &str) {
    out.extend_from_slice(format!(";\r\n {attribute}=\"").as_bytes());
    for byte in value.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// `attribute-char` of RFC 2231 section 7.
fn is_attribute(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$&+-.^_`{|}~".contains(&byte)
}

/// Pieces that are short enough for a line when each character takes so much of it.
fn pieces(text: &str, takes: impl Fn(char) -> usize) -> Vec<&str> {
    cut(text, PIECE, takes)
}

/// Cuts text between characters, so that no piece takes more than `most`.
fn cut(text: &str, most: usize, takes: impl Fn(char) -> usize) -> Vec<&str> {
    let (mut all, mut start, mut taken) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        let more = takes(c);
        if taken + more > most && at > start {
            all.push(&text[start..at]);
            (start, taken) = (at, 0);
        }
        taken += more;
    }
    all.push(&text[start..]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(name: &str) -> (String, String) {
        let (mut filename, mut fallback) = (Vec::new(), Vec::new());
        let name = cleaned(name);
        write_filename(&mut filename, &name);
        write_name(&mut fallback, &name);
        (String::from_utf8(filename).unwrap(), String::from_utf8(fallback).unwrap())
    }

    #[test]
    fn korean_names_are_percent_encoded_with_a_word_beside() {
        let (filename, name) = both("계약서.pdf");
        assert_eq!(filename, ";\r\n filename*=UTF-8''%EA%B3%84%EC%95%BD%EC%84%9C.pdf");
        assert_eq!(name, ";\r\n name=\"=?UTF-8?B?6rOE7JW97IScLnBkZg==?=\"");
    }

    #[test]
    fn parts_of_hangul_are_put_together() {
        let apart = "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}.txt";
        assert_eq!(cleaned(apart), "한글.txt");
        assert_eq!(both(apart), both("한글.txt"));
    }

    #[test]
    fn long_names_go_on_in_further_lines_and_no_character_is_cut() {
        let name = format!("{}.hwp", "가나다라마바사아자차".repeat(6));
        let (filename, fallback) = both(&name);
        assert!(filename.starts_with(";\r\n filename*0*=UTF-8''%EA%B0%80"), "{filename}");
        assert!(filename.contains(";\r\n filename*1*=%") && !filename.contains("filename*="), "{filename}");
        for line in filename.lines().chain(fallback.lines()) {
            assert!(line.len() <= 90, "{line}");
            assert_eq!(line.matches('%').count() % 3, 0, "{line}");
        }
        let ascii = "a".repeat(130);
        let (filename, fallback) = both(&ascii);
        assert_eq!(filename.matches("filename*").count(), 3, "{filename}");
        assert_eq!(fallback, format!(";\r\n name=\"{ascii}\""));
    }

    #[test]
    fn quotes_stay_within_their_quotes_and_nothing_breaks_the_line() {
        assert_eq!(both("a\"; filename=\"b.exe").0, ";\r\n filename=\"a\\\"; filename=\\\"b.exe\"");
        assert_eq!(both("back\\slash").1, ";\r\n name=\"back\\\\slash\"");
        assert_eq!(both("a\r\nBcc: x@y.kr\0\u{2028}").0, ";\r\n filename=\"aBcc: x@y.kr\"");
        for nameless in ["", " ", "\r\n\0"] {
            assert_eq!(both(nameless).0, ";\r\n filename=\"attachment\"");
        }
        // It would be decoded.
        assert!(both("=?utf-8?B?eA==?=.txt").0.starts_with(";\r\n filename*=UTF-8''%3D%3Futf-8"));
    }
}
