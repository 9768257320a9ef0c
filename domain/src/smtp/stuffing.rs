//! Transparency (RFC 5321 section 4.5.2): a line that begins with a dot gets another one.
//!
//! A line here begins after any line feed, also one without a carriage return: servers that take a bare line feed for a line's
//! end would otherwise see the end of the mail where we see none ("SMTP smuggling").

use std::io::BufRead;

/// Whether [`stuff`] would change anything. `content` begins at a line's start.
#[must_use]
pub fn needs_stuffing(content: &[u8]) -> bool {
    let mut rest = content;
    while let Some(first) = rest.first() {
        if *first == b'.' {
            return true;
        }
        rest = &rest[line(rest)..];
    }
    false
}

/// Appends `content`, which begins at a line's start, with its dots doubled where they have to be.
pub fn stuff(out: &mut Vec<u8>, content: &[u8]) {
    Stuffer::default().stuff(out, content);
}

/// Doubles dots in content that comes in pieces: a line may go on from one to the next. Begins at a line's start.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stuffer {
    within_line: bool,
}

impl Stuffer {
    /// Appends the next piece, with its dots doubled where they have to be.
    pub fn stuff(&mut self, out: &mut Vec<u8>, piece: &[u8]) {
        let mut rest = piece;
        while let Some(first) = rest.first() {
            if *first == b'.' && !self.within_line {
                out.push(b'.');
            }
            let (line, others) = rest.split_at(line(rest));
            out.extend_from_slice(line);
            self.within_line = !line.ends_with(b"\n");
            rest = others;
        }
    }
}

/// Length of the first line, its line feed included. The standard library's search for a byte is many times faster than a loop.
fn line(mut content: &[u8]) -> usize {
    let all = content.len();
    // Reading from memory does not fail.
    content.skip_until(b'\n').unwrap_or(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stuffed(content: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        stuff(&mut out, content);
        out
    }

    #[test]
    fn dots_at_a_lines_start_are_doubled_and_no_others() {
        assert_eq!(stuffed(b".\r\na.b\r\n..\r\n"), b"..\r\na.b\r\n...\r\n");
        assert_eq!(stuffed(b"a\n.\nb\r.c"), b"a\n..\nb\r.c");
        assert!(!needs_stuffing(b"a.b\r\nc.\r\n") && needs_stuffing(b"a\r\n.b") && !needs_stuffing(b""));
    }

    proptest! {
        #[test]
        fn the_receiver_gets_back_what_was_sent(content in prop::collection::vec(prop::sample::select(b".\r\nab".to_vec()), 0..60)) {
            let wire = stuffed(&content);
            let mut back = Vec::new();
            for line in wire.split_inclusive(|b| *b == b'\n') {
                back.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
                prop_assert!(!matches!(line, b".\r\n" | b".\n"), "no line is the end of the mail");
            }
            prop_assert_eq!(&back, &content);
            prop_assert_eq!(needs_stuffing(&content), wire != content);
        }

        #[test]
        fn pieces_are_stuffed_as_the_whole_is(pieces in prop::collection::vec(prop::collection::vec(prop::sample::select(b".\r\nab".to_vec()), 0..9), 0..9)) {
            let (mut stuffer, mut out) = (Stuffer::default(), Vec::new());
            pieces.iter().for_each(|piece| stuffer.stuff(&mut out, piece));
            prop_assert_eq!(out, stuffed(&pieces.concat()));
        }
    }
}
