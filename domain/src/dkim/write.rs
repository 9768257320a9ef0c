//! The header `DKIM-Signature` (RFC 6376 section 3.5), first without its signature, then with it.

use crate::mime::{base64, base64_len};

use super::{Algorithm, Signed, header::relax};

const NAME: &str = "DKIM-Signature";
/// A line is folded before it gets longer (RFC 5322 section 2.1.1).
const FOLD: usize = 76;
/// Characters of the signature on a line.
const WIDTH: usize = 72;

/// Whose key it is, and when the mail was made.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// In ASCII.
    pub domain: &'a str,
    pub selector: &'a str,
    pub algorithm: Algorithm,
    /// Seconds since the epoch: the message's own time, so that a mail sent again is the same.
    pub at: i64,
}

/// The header as far as its signature, folded, without a line end.
#[must_use]
pub fn unsigned(place: Place<'_>, signed: &Signed, body_hash: &[u8; 32]) -> Vec<u8> {
    let Place { domain, selector, algorithm, at } = place;
    let begin = format!("{NAME}: v=1; a={}; c=relaxed/relaxed;\r\n d={domain};\r\n s={selector}; t={at};\r\n", algorithm.name());
    let mut out = begin.into_bytes();
    let mut line = out.len();
    out.extend_from_slice(b" h=");
    for (i, name) in signed.names.iter().enumerate() {
        if i > 0 {
            out.push(b':');
        }
        if out.len() - line + name.len() > FOLD {
            out.extend_from_slice(b"\r\n ");
            line = out.len() - 1;
        }
        out.extend_from_slice(name.as_bytes());
    }
    out.extend_from_slice(b";\r\n bh=");
    base64(&mut out, body_hash);
    out.extend_from_slice(b";\r\n b=");
    out
}

/// The bytes to be signed: the mail's headers and this one without its signature (RFC 6376 section 3.7).
#[must_use]
pub fn input(signed: &Signed, unsigned: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(signed.relaxed.len() + unsigned.len());
    out.extend_from_slice(&signed.relaxed);
    let colon = unsigned.iter().position(|b| *b == b':').unwrap_or(unsigned.len());
    relax(&mut out, &unsigned[..colon], unsigned.get(colon + 1..).unwrap_or_default());
    out
}

/// Appends the whole header with its line end.
pub fn finish(out: &mut Vec<u8>, unsigned: &[u8], signature: &[u8]) {
    out.extend_from_slice(unsigned);
    let mut text = Vec::with_capacity(base64_len(signature.len()));
    base64(&mut text, signature);
    for (i, line) in text.chunks(WIDTH).enumerate() {
        if i > 0 {
            out.extend_from_slice(b"\r\n ");
        }
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b"\r\n");
}

/// How many bytes [`finish`] appends for a signature of so many.
#[must_use]
pub fn finished_len(unsigned: &[u8], signature: usize) -> usize {
    let text = base64_len(signature);
    unsigned.len() + text + text.div_ceil(WIDTH).saturating_sub(1) * 3 + 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dkim::NAMES;

    fn all() -> Signed {
        let head: String = NAMES.iter().map(|name| format!("{name}: x\r\n")).collect();
        let delivery = crate::id::DeliveryId { message: crate::id::MessageId([0; 16]), ordinal: 0 };
        let mail = crate::port::Outgoing {
            delivery,
            attempt: 1,
            from: String::new(),
            to: Vec::new(),
            head: head.into_bytes().into(),
            body: bytes::Bytes::from_static(b"\r\n").into(),
            tags: Vec::new(),
            ahead: None,
        };
        Signed::of(&mail, NAMES)
    }

    const PLACE: Place<'_> = Place { domain: "example.kr", selector: "s1", algorithm: Algorithm::Rsa, at: 1_790_000_000 };

    #[test]
    fn the_header_is_folded_and_its_tags_are_the_rfcs() {
        let text = String::from_utf8(unsigned(PLACE, &all(), &[0; 32])).unwrap();
        assert_eq!(
            text,
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d=example.kr;\r\n s=s1; t=1790000000;\r\n \
             h=from:from:subject:date:to:cc:reply-to:message-id:mime-version:\r\n content-type:in-reply-to:references:list-unsubscribe:list-unsubscribe-post:\r\n \
             list-id:feedback-id;\r\n bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;\r\n b="
        );
    }

    proptest! {
        #[test]
        fn it_is_as_long_as_foretold_in_short_lines(signature in prop::collection::vec(any::<u8>(), 0..520)) {
            let unsigned = unsigned(PLACE, &all(), &[7; 32]);
            let mut out = Vec::new();
            finish(&mut out, &unsigned, &signature);
            prop_assert_eq!(out.len(), finished_len(&unsigned, signature.len()));
            let text = String::from_utf8(out).unwrap();
            prop_assert!(text.ends_with("\r\n") && text.split("\r\n").all(|line| line.len() <= 78 && !line.starts_with('.')));
        }
    }
}
