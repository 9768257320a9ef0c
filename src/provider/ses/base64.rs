//! Base64 (RFC 4648 section 4) of a mail that comes in pieces, without joining them first.

/// Goes by groups of three bytes: what is left of one waits for the next piece.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Base64 {
    rest: [u8; 3],
    held: usize,
}

impl Base64 {
    /// Appends as much as there are whole groups.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, mut piece: &[u8]) {
        if self.held > 0 {
            let (fill, others) = piece.split_at((3 - self.held).min(piece.len()));
            self.rest[self.held..self.held + fill.len()].copy_from_slice(fill);
            self.held += fill.len();
            if self.held < 3 {
                return;
            }
            base64_simd::STANDARD.encode_append(self.rest, out);
            (self.held, piece) = (0, others);
        }
        let (whole, rest) = piece.split_at(piece.len() / 3 * 3);
        base64_simd::STANDARD.encode_append(whole, out);
        self.rest[..rest.len()].copy_from_slice(rest);
        self.held = rest.len();
    }

    /// Appends the last group.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        base64_simd::STANDARD.encode_append(&self.rest[..self.held], out);
        self.held = 0;
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pieces_are_encoded_as_the_whole_is(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..9)) {
            let (mut base64, mut out) = (Base64::default(), Vec::new());
            pieces.iter().for_each(|piece| base64.push(&mut out, piece));
            base64.end(&mut out);
            prop_assert_eq!(String::from_utf8(out).expect("ASCII"), STANDARD.encode(pieces.concat()));
        }
    }
}
