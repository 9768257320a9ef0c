//! Base64 (RFC 4648 section 4) as mails have it: in lines of 76 characters (RFC 2045 section 6.8).

/// Bytes that make one whole line.
pub(super) const LINE: usize = 57;
/// A line as it is written, with its end.
const WRITTEN: usize = 78;

/// Appends the base64 of `bytes`, without line breaks.
pub(crate) fn encode(out: &mut Vec<u8>, bytes: &[u8]) {
    base64_simd::STANDARD.encode_append(bytes, out);
}

/// How long the base64 of so many bytes is.
pub(crate) fn encoded_len(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Appends the base64 of `bytes` in lines with CRLF each. What follows goes on rightly only after whole lines of [`LINE`] bytes.
pub(super) fn encode_lines(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(usize::try_from(lines_len(bytes.len() as u64)).unwrap_or(0));
    for line in bytes.chunks(LINE) {
        encode(out, line);
        out.extend_from_slice(b"\r\n");
    }
}

/// How long the lines of so many bytes are.
pub(super) fn lines_len(bytes: u64) -> u64 {
    let (whole, rest) = (bytes / LINE as u64, bytes % LINE as u64);
    whole * WRITTEN as u64 + if rest == 0 { 0 } else { rest.div_ceil(3) * 4 + 2 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_rfcs_examples_are_encoded() {
        let of = |text: &str| {
            let mut out = Vec::new();
            encode(&mut out, text.as_bytes());
            String::from_utf8(out).unwrap()
        };
        // RFC 4648 section 10.
        for (text, wanted) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(of(text), wanted);
        }
        assert_eq!(of("홍길동"), "7ZmN6ri464+Z");
    }

    proptest! {
        #[test]
        fn lines_are_as_long_as_foretold_and_read_back(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut out = Vec::new();
            encode_lines(&mut out, &bytes);
            prop_assert_eq!(out.len() as u64, lines_len(bytes.len() as u64));
            prop_assert!(out.is_empty() || out.ends_with(b"\r\n"));
            let text = String::from_utf8(out).unwrap();
            prop_assert!(text.split_terminator("\r\n").all(|line| !line.is_empty() && line.len() <= 76));
            prop_assert_eq!(mail_parser::decoders::base64::base64_decode(text.as_bytes()).unwrap_or_default(), bytes);
        }
    }
}
