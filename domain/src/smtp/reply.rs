//! Replies of a server (RFC 5321 section 4.2): where one ends, and what it says.

use std::fmt;

/// Longest reply read, all its lines together. RFC 5321 section 4.5.3.1.5 allows lines of 512; real ones hold a few hundred bytes.
pub const MAX_REPLY: usize = 64 * 1024;

/// Where a complete reply ends, and its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// 200 to 599.
    pub code: u16,
    /// Bytes of the whole reply, the last line's end included.
    pub length: usize,
}

/// What came is no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(pub &'static str);

/// Looks for a complete reply at the start of what was read; `None` when more has to come.
///
/// # Errors
/// What is there can never become a reply.
pub fn frame(read: &[u8]) -> Result<Option<Frame>, Unreadable> {
    let (mut at, mut first) = (0, None);
    while let Some(end) = read[at..].iter().position(|b| *b == b'\n') {
        let line = &read[at..=at + end];
        at += line.len();
        let (code, more) = start(line)?;
        if *first.get_or_insert(code) != code {
            return Err(Unreadable("the lines of a reply have different codes"));
        }
        if !more {
            return Ok(Some(Frame { code, length: at }));
        }
    }
    if read.len() > MAX_REPLY {
        return Err(Unreadable("a reply is longer than 64 KiB"));
    }
    // Garbage without a line's end would be waited on for nothing.
    let rest = &read[at..];
    if !rest.iter().take(3).all(u8::is_ascii_digit) {
        return Err(Unreadable("what the server sent does not begin with a reply code"));
    }
    Ok(None)
}

/// A line's code, and whether another line follows.
fn start(line: &[u8]) -> Result<(u16, bool), Unreadable> {
    let [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', after, ..] = line else {
        return Err(Unreadable("what the server sent does not begin with a reply code"));
    };
    let code = u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0');
    match after {
        b' ' | b'\r' | b'\n' => Ok((code, false)),
        b'-' => Ok((code, true)),
        _ => Err(Unreadable("a reply code is not followed by a space or a hyphen")),
    }
}

/// An enhanced status code (RFC 3463). Details have up to three digits (`5.7.509`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enhanced {
    /// 2, 4 or 5.
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl Enhanced {
    /// Reads one at the start of a text; what stands behind it.
    fn leading(text: &str) -> Option<(Self, &str)> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut parts = word.split('.');
        let class = match parts.next()? {
            "2" => 2,
            "4" => 4,
            "5" => 5,
            _ => return None,
        };
        let (subject, detail) = (number(parts.next()?)?, number(parts.next()?)?);
        parts.next().is_none().then_some((Self { class, subject, detail }, rest))
    }
}

/// Up to three digits.
fn number(text: &str) -> Option<u16> {
    (text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// What a reply says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// Of the first line that has one.
    pub enhanced: Option<Enhanced>,
    /// The words of all lines, without codes, with spaces between; bytes that are no UTF-8 are replaced.
    pub text: String,
}

impl Reply {
    /// Reads a reply [`frame`] has found, given exactly its bytes.
    #[must_use]
    pub fn read(code: u16, whole: &[u8]) -> Self {
        let (mut text, mut enhanced) = (String::new(), None);
        for line in whole.split(|b| *b == b'\n') {
            let line = String::from_utf8_lossy(line.get(4..).unwrap_or_default());
            let line = line.trim();
            let words = match Enhanced::leading(line) {
                Some((status, words)) => {
                    enhanced.get_or_insert(status);
                    words.trim_start()
                }
                None => line,
            };
            if !words.is_empty() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.extend(words.chars().filter(|c| !c.is_control()));
            }
        }
        Self { code, enhanced, text }
    }

    /// `550 5.1.1`, or `550` where there is no enhanced code.
    #[must_use]
    pub fn status(&self) -> String {
        match self.enhanced {
            Some(enhanced) => format!("{} {enhanced}", self.code),
            None => self.code.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Reply {
        let frame = frame(bytes).expect("readable").expect("complete");
        assert_eq!(frame.length, bytes.len());
        Reply::read(frame.code, bytes)
    }

    #[test]
    fn one_line_and_many_are_read() {
        let reply = read(b"550 5.1.1 <a@b.kr>: no such user\r\n");
        assert_eq!((reply.status().as_str(), reply.text.as_str()), ("550 5.1.1", "<a@b.kr>: no such user"));
        let reply = read(b"550-5.7.26 Unauthenticated email is\r\n550-5.7.26 not accepted\r\n550 5.7.26 here\r\n");
        assert_eq!((reply.status().as_str(), reply.text.as_str()), ("550 5.7.26", "Unauthenticated email is not accepted here"));
        assert_eq!(read(b"550 5.7.509 Access denied\r\n").status(), "550 5.7.509");
        let reply = read("452 사서함이 가득 찼습니다\n".as_bytes());
        assert_eq!((reply.status().as_str(), reply.text.as_str()), ("452", "사서함이 가득 찼습니다"));
        assert_eq!(read(b"250\r\n").text, "");
        assert_eq!(read(b"250 2.0.0\r\n").status(), "250 2.0.0");
        assert_eq!(read(b"250 1.2.3.4 is an address\r\n").enhanced, None);
    }

    #[test]
    fn what_is_cut_waits_for_more_and_what_follows_is_left() {
        for cut in [&b""[..], b"2", b"250", b"250 ok", b"250-a\r\n", b"250-a\r\n25"] {
            assert_eq!(frame(cut), Ok(None), "{}", String::from_utf8_lossy(cut));
        }
        assert_eq!(frame(b"250 ok\r\n354 go\r\n"), Ok(Some(Frame { code: 250, length: 8 })));
    }

    #[test]
    fn what_is_no_reply_is_refused_at_once() {
        let long = [b"250-".as_slice(), &[b'x'; MAX_REPLY]].concat();
        for bad in
            [&b"hello"[..], b"25x ok\r\n", b"250_ok\r\n", b"199 no\r\n", b"600 no\r\n", b"250-a\r\n251 b\r\n", b"25\r\n", b"\r\n", &long]
        {
            assert!(frame(bad).is_err(), "{}", String::from_utf8_lossy(&bad[..bad.len().min(20)]));
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_the_reader_panic_and_a_frame_lies_inside_what_was_read(bytes: Vec<u8>) {
            if let Ok(Some(found)) = frame(&bytes) {
                prop_assert!(found.length <= bytes.len());
                prop_assert_eq!(Reply::read(found.code, &bytes[..found.length]).code, found.code);
            }
        }

        #[test]
        fn a_reply_in_pieces_is_the_reply(lines in prop::collection::vec("[ -~]{0,40}", 1..5), cut in 0usize..200) {
            let mut whole = String::new();
            for (i, line) in lines.iter().enumerate() {
                whole.push_str(&format!("451{}{line}\r\n", if i + 1 == lines.len() { ' ' } else { '-' }));
            }
            let cut = cut.min(whole.len() - 1);
            prop_assert_eq!(frame(&whole.as_bytes()[..cut]), Ok(None));
            prop_assert_eq!(frame(whole.as_bytes()), Ok(Some(Frame { code: 451, length: whole.len() })));
        }
    }
}
