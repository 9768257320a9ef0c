//! The body in its relaxed form (RFC 6376 section 3.4.4), hashed as it comes.

use sha2::{Digest, Sha256};

use crate::mime::Segments;

/// SHA-256 of the relaxed form of a body, wherever its pieces are cut. The headers it begins with, and the empty line behind them, are no
/// part of it. Copies that share their body hash it once.
#[must_use]
pub fn body_hash(body: &Segments) -> [u8; 32] {
    body.hash(|| {
        let mut hash = Sha256::new();
        let mut relaxed = Relaxed::new(|bytes: &[u8]| hash.update(bytes));
        let mut skip = super::header::lead_len(body);
        for piece in body.pieces() {
            let skipped = skip.min(piece.len());
            skip -= skipped;
            relaxed.push(&piece[skipped..]);
        }
        relaxed.finish();
        hash.finalize().into()
    })
}

/// Turns a body into its relaxed form: runs of white space are one space, white space at line ends and empty lines at the end are gone,
/// and the last line is ended.
struct Relaxed<S> {
    sink: S,
    /// Whether anything was written.
    any: bool,
    /// Line ends not written yet: they count only before more text.
    ends: usize,
    /// White space not written yet.
    space: bool,
    /// A CR whose LF has not come yet.
    cr: bool,
}

impl<S: FnMut(&[u8])> Relaxed<S> {
    fn new(sink: S) -> Self {
        Self { sink, any: false, ends: 0, space: false, cr: false }
    }

    fn push(&mut self, mut bytes: &[u8]) {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.cr) {
                if *first == b'\n' {
                    self.ends += 1;
                    self.space = false;
                    bytes = &bytes[1..];
                    continue;
                }
                // Alone it ends no line.
                self.text(b"\r");
            }
            let special = |b: &u8| matches!(b, b' ' | b'\t' | b'\r');
            let plain = bytes.iter().position(special).unwrap_or(bytes.len());
            if plain > 0 {
                self.text(&bytes[..plain]);
            }
            match bytes.get(plain) {
                Some(b'\r') => self.cr = true,
                Some(_) => self.space = true,
                None => {}
            }
            bytes = bytes.get(plain + 1..).unwrap_or_default();
        }
    }

    fn text(&mut self, text: &[u8]) {
        for _ in 0..std::mem::take(&mut self.ends) {
            (self.sink)(b"\r\n");
        }
        if std::mem::take(&mut self.space) {
            (self.sink)(b" ");
        }
        (self.sink)(text);
        self.any = true;
    }

    fn finish(mut self) {
        if self.cr {
            self.text(b"\r");
        }
        if self.any {
            (self.sink)(b"\r\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    fn relaxed(pieces: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut relaxed = Relaxed::new(|bytes: &[u8]| out.extend_from_slice(bytes));
        pieces.iter().for_each(|piece| relaxed.push(piece));
        relaxed.finish();
        out
    }

    /// What the RFC says, line by line and slowly.
    fn slowly(body: &[u8]) -> Vec<u8> {
        let text: String = body.iter().copied().map(char::from).collect();
        let mut lines: Vec<String> = text
            .split("\r\n")
            .map(|line| {
                let mut out = String::new();
                for c in line.chars().map(|c| if c == '\t' { ' ' } else { c }) {
                    if c != ' ' || !out.ends_with(' ') {
                        out.push(c);
                    }
                }
                out.trim_end_matches(' ').to_owned()
            })
            .collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines.iter().flat_map(|line| format!("{line}\r\n").chars().map(|c| c as u8).collect::<Vec<_>>()).collect()
    }

    #[test]
    fn the_rfcs_example_has_its_relaxed_form() {
        // RFC 6376 section 3.4.5, example 1.
        assert_eq!(relaxed(&[b" C \r\nD \t E\r\n\r\n\r\n"]), b" C\r\nD E\r\n");
        assert_eq!(relaxed(&[b"\r\n\r\n \t\r\n"]), b"");
        assert_eq!(relaxed(&[b"\r\n\r\nHi"]), b"\r\n\r\nHi\r\n");
    }

    #[test]
    fn an_empty_body_has_the_hash_the_rfc_gives() {
        // RFC 6376 section 3.4.4: of no bytes at all.
        let empty: [u8; 32] = Sha256::digest(b"").into();
        for body in
            ["Content-Type: text/plain\r\n\r\n", "Content-Type: text/plain\r\n\r\n\r\n\r\n", "\r\n", "Content-Type: text/plain\r\n", ""]
        {
            assert_eq!(body_hash(&Bytes::from_static(body.as_bytes()).into()), empty, "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn the_form_is_the_rfcs_wherever_the_body_is_cut(body in "[ \ta.\r\n]{0,40}", cuts in prop::collection::vec(0usize..41, 0..4)) {
            let bytes = body.as_bytes();
            let mut ends: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
            ends.sort_unstable();
            let pieces: Vec<&[u8]> = ends.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            let once = relaxed(&pieces);
            prop_assert_eq!(&once, &slowly(bytes));
            prop_assert_eq!(relaxed(&[&once]), once);
            let whole: Segments = [b"Content-Type: text/plain\r\n".as_slice(), b"\r", b"\n"].into_iter().chain(pieces).map(Bytes::copy_from_slice).collect();
            let wanted: [u8; 32] = Sha256::digest(slowly(bytes)).into();
            prop_assert_eq!(body_hash(&whole), wanted);
        }
    }
}
