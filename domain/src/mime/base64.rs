//! Base64 (RFC 4648 section 4) as mails have it: in lines of 76 characters (RFC 2045 section 6.8).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes that make one whole line.
pub(super) const LINE: usize = 57;
/// A line as it is written, with its end.
const WRITTEN: usize = 78;

/// Appends the base64 of `bytes`, without line breaks.
pub(super) fn encode(out: &mut Vec<u8>, bytes: &[u8]) {
    let (groups, rest) = bytes.as_chunks::<3>();
    out.reserve(bytes.len().div_ceil(3) * 4);
    groups.iter().for_each(|group| out.extend_from_slice(&digits(*group)));
    match *rest {
        [a] => {
            let [first, second, ..] = digits([a, 0, 0]);
            out.extend_from_slice(&[first, second, b'=', b'=']);
        }
        [a, b] => {
            let [first, second, third, _] = digits([a, b, 0]);
            out.extend_from_slice(&[first, second, third, b'=']);
        }
        _ => {}
    }
}

fn digits([a, b, c]: [u8; 3]) -> [u8; 4] {
    let value = u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c);
    [18, 12, 6, 0].map(|shift| ALPHABET[(value >> shift & 63) as usize])
}

/// Appends the base64 of `bytes` in lines with CRLF each. What follows goes on rightly only after whole lines of [`LINE`] bytes.
pub(super) fn encode_lines(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(usize::try_from(lines_len(bytes.len() as u64)).unwrap_or(0));
    let (lines, rest) = bytes.as_chunks::<LINE>();
    for line in lines {
        let mut written = [0; WRITTEN];
        let (places, end) = written.as_chunks_mut::<4>();
        end.copy_from_slice(b"\r\n");
        line.as_chunks::<3>().0.iter().zip(places).for_each(|(group, place)| *place = digits(*group));
        out.extend_from_slice(&written);
    }
    if !rest.is_empty() {
        encode(out, rest);
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
