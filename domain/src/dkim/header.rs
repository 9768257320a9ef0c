//! Which headers are signed, in their relaxed form (RFC 6376 section 3.4.2).

use std::borrow::Cow;

use crate::{mime::Segments, port::Outgoing};

/// Headers that are signed where they are there, in lower case (RFC 6376 section 5.4.1; RFC 8058 section 4 wants the two of
/// `List-Unsubscribe`). `from` stands once more than the mail has it, so that nobody can add another one (section 8.15).
pub const NAMES: &[&str] = &[
    "from",
    "from",
    "subject",
    "date",
    "to",
    "cc",
    "reply-to",
    "message-id",
    "mime-version",
    "content-type",
    "in-reply-to",
    "references",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-id",
    "feedback-id",
];

/// The headers of a mail that a signature covers.
#[derive(Debug)]
pub struct Signed {
    /// Their names in the order they are hashed, as in the tag `h`.
    pub(super) names: Vec<&'static str>,
    /// Their relaxed form, with CRLF each.
    pub(super) relaxed: Vec<u8>,
    /// Of `From`, in lower case.
    sender: Option<String>,
}

impl Signed {
    /// Those of `names` that the mail has, and what `names` has more often than the mail once it has it at all.
    #[must_use]
    pub fn of(mail: &Outgoing, names: &[&'static str]) -> Self {
        let lead = lead(&mail.body);
        let mut left: Vec<(&[u8], &[u8])> = fields(&mail.head).chain(fields(&lead)).collect();
        let sender = left.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"from")).and_then(|(_, value)| domain_of(value));
        let mut signed = Self { names: Vec::with_capacity(names.len()), relaxed: Vec::with_capacity(mail.head.len()), sender };
        for name in names {
            // Of several the last one is taken first (RFC 6376 section 5.4.2).
            let Some(at) = left.iter().rposition(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes())) else {
                if signed.names.contains(name) {
                    signed.names.push(name);
                }
                continue;
            };
            let (_, value) = left.remove(at);
            relax(&mut signed.relaxed, name.as_bytes(), value);
            signed.relaxed.extend_from_slice(b"\r\n");
            signed.names.push(name);
        }
        signed
    }

    /// The domain of the address in `From`, in lower case.
    #[must_use]
    pub fn sender(&self) -> Option<&str> {
        self.sender.as_deref()
    }
}

/// Appends a header's relaxed form without its line end: name in lower case, unfolded, runs of white space one space, none around the value.
pub(super) fn relax(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend(name.trim_ascii_end().iter().map(u8::to_ascii_lowercase));
    out.push(b':');
    let begin = out.len();
    let mut space = false;
    for byte in value {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => space = true,
            other => {
                if std::mem::take(&mut space) && out.len() > begin {
                    out.push(b' ');
                }
                out.push(*other);
            }
        }
    }
}

/// Names and values of header lines, folded ones together. What has no colon is none.
fn fields(lines: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let ends = rest.windows(2).enumerate().filter(|(_, pair)| pair == b"\r\n").map(|(at, _)| at + 2);
        let end = ends.into_iter().find(|end| !matches!(rest.get(*end), Some(b' ' | b'\t'))).unwrap_or(rest.len());
        let (field, more) = rest.split_at(end);
        rest = more;
        Some(field)
    })
    .filter_map(|field| {
        let colon = field.iter().position(|b| *b == b':')?;
        Some((field[..colon].trim_ascii_end(), &field[colon + 1..]))
    })
}

/// What stands behind the last `@`: a display name stands before its address.
fn domain_of(value: &[u8]) -> Option<String> {
    let at = value.iter().rposition(|b| *b == b'@')?;
    let domain = value[at + 1..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    Some(domain.map(|b| char::from(b.to_ascii_lowercase())).collect())
}

/// The header lines a body begins with.
fn lead(body: &Segments) -> Cow<'_, [u8]> {
    let len = lead_len(body);
    match body.pieces().first() {
        Some(first) if first.len() >= len => Cow::Borrowed(&first[..len]),
        _ => Cow::Owned(body.pieces().iter().flatten().copied().take(len).collect()),
    }
}

/// Bytes of the header lines a body begins with, and of the empty line behind them.
pub(super) fn lead_len(body: &Segments) -> usize {
    let mut seen = 0;
    // As if a line had ended before: a body without headers begins with the empty line.
    let mut last = *b"\0\0\r\n";
    for piece in body.pieces() {
        for byte in piece {
            seen += 1;
            last = [last[1], last[2], last[3], *byte];
            if last == *b"\r\n\r\n" {
                return seen;
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::id::{DeliveryId, MessageId};

    fn mail(head: &str, body: &str) -> Outgoing {
        Outgoing {
            delivery: DeliveryId { message: MessageId([0; 16]), ordinal: 0 },
            attempt: 1,
            from: String::new(),
            to: Vec::new(),
            head: Bytes::copy_from_slice(head.as_bytes()),
            body: Bytes::copy_from_slice(body.as_bytes()).into(),
            tags: Vec::new(),
            ahead: None,
        }
    }

    fn relaxed(name: &str, value: &str) -> String {
        let mut out = Vec::new();
        relax(&mut out, name.as_bytes(), value.as_bytes());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_rfcs_example_has_its_relaxed_form() {
        // RFC 6376 section 3.4.5, example 1.
        let signed = Signed::of(&mail("A: X\r\nB : Y\t\r\n\tZ  \r\n", "\r\n C \r\nD \t E\r\n\r\n\r\n"), &["a", "b"]);
        assert_eq!(String::from_utf8(signed.relaxed).unwrap(), "a:X\r\nb:Y Z\r\n");
    }

    #[test]
    fn from_is_signed_once_more_than_it_is_there_and_what_is_missing_is_not() {
        let head =
            "From: =?utf-8?B?7KCc67mE?= <news@Mail.Example.KR>\r\nSubject: a\r\n b\r\nX-Own: 1\r\nList-Unsubscribe: <https://e.kr>\r\n";
        let signed = Signed::of(&mail(head, "Content-Type: text/plain;\r\n charset=utf-8\r\n\r\nTo: nobody\r\n"), NAMES);
        assert_eq!(signed.names, ["from", "from", "subject", "content-type", "list-unsubscribe"]);
        assert_eq!(signed.sender(), Some("mail.example.kr"));
        let relaxed = String::from_utf8(signed.relaxed).unwrap();
        assert_eq!(
            relaxed,
            "from:=?utf-8?B?7KCc67mE?= <news@Mail.Example.KR>\r\nsubject:a b\r\ncontent-type:text/plain; charset=utf-8\r\n\
             list-unsubscribe:<https://e.kr>\r\n"
        );
    }

    #[test]
    fn of_several_the_last_one_is_taken_first() {
        let signed = Signed::of(&mail("A: 1\r\nB: x\r\nA: 2\r\n", "\r\n"), &["a", "a", "a"]);
        assert_eq!((signed.names.len(), signed.relaxed.as_slice()), (3, b"a:2\r\na:1\r\n".as_slice()));
    }

    proptest! {
        #[test]
        fn folding_anew_changes_nothing(words in prop::collection::vec("[!-~]{1,9}", 1..12), gaps in prop::collection::vec("(\r\n)?[ \t]{1,3}", 12)) {
            let folded: String = words.iter().zip(&gaps).flat_map(|(word, gap)| [gap.as_str(), word.as_str()]).collect();
            prop_assert_eq!(relaxed("SubJect ", &format!("{folded} \t\r\n")), format!("subject:{}", words.join(" ")));
        }

        #[test]
        fn any_bytes_are_read_to_their_end(head in "[ -~\t\r\n:]{0,60}", body in "[ -~\t\r\n:]{0,60}") {
            let signed = Signed::of(&mail(&head, &body), NAMES);
            prop_assert_eq!(signed.relaxed.is_empty(), signed.names.is_empty());
        }
    }
}
