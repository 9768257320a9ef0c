//! The subject of a composed mail, decoded for people: unfolding (RFC 5322 section 2.2.3) and encoded words (RFC 2047) in UTF-8,
//! which is all our composer writes. What cannot be decoded is shown as it stands.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The decoded subject; empty when there is none.
pub(super) fn of(head: &[u8]) -> String {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let Some(first) = lines.find_map(|l| l.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("subject"))) else {
        return String::new();
    };
    let mut value = first.1.to_owned();
    for line in lines.take_while(|l| l.starts_with([' ', '\t'])) {
        value.push_str(line);
    }
    decode(value.trim())
}

fn decode(value: &str) -> String {
    // Words are joined as bytes: a composer may cut a character in two at the end of a word.
    let (mut out, mut rest, mut after_word) = (Vec::new(), value, false);
    while let Some(start) = rest.find("=?") {
        let (before, word) = rest.split_at(start);
        let Some((bytes, tail)) = encoded_word(word) else {
            out.extend_from_slice(before.as_bytes());
            out.extend_from_slice(b"=?");
            (rest, after_word) = (&word[2..], false);
            continue;
        };
        // White space between two encoded words is not part of the text (RFC 2047 section 6.2).
        if !(after_word && before.trim().is_empty()) {
            out.extend_from_slice(before.as_bytes());
        }
        out.extend_from_slice(&bytes);
        (rest, after_word) = (tail, true);
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&out).into_owned()
}

/// The bytes of the encoded word `text` starts with, and what follows it.
fn encoded_word(text: &str) -> Option<(Vec<u8>, &str)> {
    let mut parts = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (data, tail) = rest.split_once("?=")?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(data).ok()?,
        "Q" | "q" => quoted(data)?,
        _ => return None,
    };
    Some((bytes, tail))
}

/// The Q encoding (RFC 2047 section 4.2).
fn quoted(data: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len());
    let mut bytes = data.bytes();
    while let Some(c) = bytes.next() {
        out.push(match c {
            b'_' => b' ',
            b'=' => {
                let (high, low) = (char::from(bytes.next()?).to_digit(16)?, char::from(bytes.next()?).to_digit(16)?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn subject(lines: &str) -> String {
        of(format!("From: a@example.com\r\n{lines}\r\nTo: b@example.com\r\n").as_bytes())
    }

    #[test]
    fn plain_folded_and_encoded_subjects_are_read() {
        assert_eq!(subject("Subject: hello world"), "hello world");
        assert_eq!(subject("SUBJECT: hello\r\n world"), "hello world");
        assert_eq!(subject("Subject: =?utf-8?B?7KCc67mE?= hi"), "제비 hi");
        assert_eq!(subject("Subject: =?UTF-8?Q?a_b=3Dc?="), "a b=c");
        assert_eq!(subject("X-Subject: no"), "");
    }

    #[test]
    fn words_join_without_the_space_between_and_across_a_cut_character() {
        assert_eq!(subject("Subject: =?utf-8?B?7KCc?=\r\n =?utf-8?B?67mE?="), "제비");
        assert_eq!(subject("Subject: =?utf-8?B?7KA=?= =?utf-8?B?nA==?="), "제");
        assert_eq!(subject("Subject: =?utf-8?B?7KCc?= and =?utf-8?B?67mE?="), "제 and 비");
    }

    #[test]
    fn what_cannot_be_decoded_stands_as_it_is() {
        for raw in ["=?euc-kr?B?wabBpA==?=", "=?utf-8?B?***?=", "=?utf-8?X?a?=", "=?", "a =? b"] {
            assert_eq!(subject(&format!("Subject: {raw}")), raw);
        }
    }

    #[test]
    fn what_the_composer_library_writes_reads_back() {
        use mail_parser::MessageParser;
        let source = "Subject: =?utf-8?B?7JWI64WV7ZWY7IS47JqU?= =?utf-8?Q?=EC=A0=9C_1?=\r\n";
        let theirs = MessageParser::default().parse(format!("{source}\r\n").as_bytes()).and_then(|m| m.subject().map(str::to_owned));
        assert_eq!(Some(of(source.as_bytes())), theirs);
    }

    proptest! {
        #[test]
        fn any_text_survives_encoding(text in "[^\\r\\n\\p{C}\\s]{1,40}", cut in 0usize..40) {
            let bytes = text.as_bytes();
            let (a, b) = bytes.split_at(cut.min(bytes.len()));
            let line = format!("Subject: =?utf-8?B?{}?=\r\n =?utf-8?B?{}?=", STANDARD.encode(a), STANDARD.encode(b));
            prop_assert_eq!(subject(&line), text);
        }

        #[test]
        fn garbage_never_panics(head: Vec<u8>) {
            of(&head);
        }
    }
}
