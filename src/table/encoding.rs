//! Which characters the bytes of a text are. What is valid UTF-8 is UTF-8: a Korean text in CP949 never is by chance.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{DecoderResult, EUC_KR, UTF_8, UTF_16BE, UTF_16LE};
use jebi_domain::refusal::Fault;

use super::{rewind, unreadable, whole};

/// Bytes looked at in one go.
const CHUNK: usize = 64 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    /// With a byte order mark.
    Utf16(&'static encoding_rs::Encoding),
    /// Microsoft's EUC-KR, as the WHATWG has it.
    Cp949,
}

impl Encoding {
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16(_) => "UTF-16",
            Self::Cp949 => "CP949",
        }
    }
}

/// What a first look at a text tells.
#[derive(Debug)]
pub(super) struct Found {
    pub encoding: Encoding,
    /// Bytes of a byte order mark.
    pub mark: u64,
    /// What stands between cells.
    pub delimiter: u8,
    /// An odd number of quotation marks: one is not closed.
    pub odd_quotes: bool,
}

/// Looks at a whole text, from where it stands.
///
/// # Errors
/// It is none, or in another encoding: named with the line where that shows.
pub(super) fn detect(file: &mut (impl Read + Seek)) -> Result<Found, Fault> {
    let mut chunk = vec![0; CHUNK];
    let n = whole(file, &mut chunk)?;
    let head = &chunk[..n];
    let utf16 = match head {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    };
    if let Some(of) = utf16 {
        // Only its first line matters here; ASCII characters are a byte of 0 and the character.
        let ascii: Vec<u8> = head.iter().copied().filter(|byte| *byte != 0).collect();
        file.seek(SeekFrom::Start(2)).map_err(|e| unreadable(&e))?;
        let odd_quotes = look_at_utf16(file, of)?;
        return Ok(Found { encoding: Encoding::Utf16(of), mark: 2, delimiter: delimiter(&ascii), odd_quotes });
    }
    let (mark, delimiter) = (if head.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 }, delimiter(head));
    rewind(file)?;
    let (mut utf8, mut cp949) = (Reading::new(UTF_8), Reading::new(EUC_KR));
    let (mut lines, mut quotes) = (1, 0_u64);
    loop {
        let n = whole(file, &mut chunk)?;
        let bytes = &chunk[..n];
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            let line = lines + count(&bytes[..at], b'\n');
            let fault = format!("line {line} holds a NUL character: this is no text");
            return Err(Fault::new("file", "unsupported_file", fault, "give a CSV text or an Excel workbook (.xlsx)"));
        }
        utf8.take(bytes, lines, n < CHUNK);
        cp949.take(bytes, lines, n < CHUNK);
        lines += count(bytes, b'\n');
        quotes += u64::from(count(bytes, b'"'));
        if n < CHUNK {
            break;
        }
    }
    let encoding = match (utf8.bad_line, cp949.bad_line) {
        (None, _) => Encoding::Utf8,
        (_, None) => Encoding::Cp949,
        (Some(a), Some(b)) => {
            // Whichever it is goes further.
            let fault = format!("line {} is neither UTF-8 nor CP949 (EUC-KR)", a.max(b));
            return Err(Fault::new("file", "unknown_encoding", fault, "save the file as CSV UTF-8 (comma delimited)"));
        }
    };
    Ok(Found { encoding, mark, delimiter, odd_quotes: quotes % 2 == 1 })
}

fn count(bytes: &[u8], of: u8) -> u32 {
    u32::try_from(bytes.iter().filter(|byte| **byte == of).count()).unwrap_or(u32::MAX)
}

/// What there is most of in the first line, outside quotation marks.
fn delimiter(head: &[u8]) -> u8 {
    let (mut quoted, mut counts) = (false, [0; 3]);
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted && counts != [0; 3] => break,
            b',' if !quoted => counts[0] += 1,
            b';' if !quoted => counts[1] += 1,
            b'\t' if !quoted => counts[2] += 1,
            _ => {}
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    let place = counts.iter().position(|n| *n == most).unwrap_or(0);
    b",;\t"[place]
}

/// One encoding tried on a text.
struct Reading {
    decoder: encoding_rs::Decoder,
    /// Where it failed.
    bad_line: Option<u32>,
    out: String,
}

impl Reading {
    fn new(of: &'static encoding_rs::Encoding) -> Self {
        Self { decoder: of.new_decoder_without_bom_handling(), bad_line: None, out: String::with_capacity(4 * CHUNK) }
    }

    fn take(&mut self, bytes: &[u8], first_line: u32, last: bool) {
        if self.bad_line.is_some() {
            return;
        }
        let mut rest = bytes;
        loop {
            self.out.clear();
            let (result, read) = self.decoder.decode_to_string_without_replacement(rest, &mut self.out, last);
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.bad_line = Some(first_line + count(&bytes[..bytes.len() - rest.len()], b'\n'));
                    return;
                }
            }
        }
    }
}

/// Reads a text in UTF-16 through; whether one of its quotation marks is not closed.
fn look_at_utf16(file: &mut impl Read, of: &'static encoding_rs::Encoding) -> Result<bool, Fault> {
    let (mut text, mut chunk) = (Utf16::new(file, of), vec![0; CHUNK]);
    let (mut lines, mut quotes) = (1, 0_u64);
    loop {
        let n = match text.read(&mut chunk) {
            Ok(0) => return Ok(quotes % 2 == 1),
            Ok(n) => n,
            Err(_) if text.is_damaged => {
                let fault = format!("line {lines} is not UTF-16, which the file begins like");
                return Err(Fault::new("file", "unknown_encoding", fault, "save the file as CSV UTF-8 (comma delimited)"));
            }
            Err(e) => return Err(unreadable(&e)),
        };
        lines += count(&chunk[..n], b'\n');
        quotes += u64::from(count(&chunk[..n], b'"'));
    }
}

/// A text in UTF-16, read as UTF-8.
pub(super) struct Utf16<R> {
    file: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    text: String,
    /// How much of `text` was given out.
    given: usize,
    ended: bool,
    /// It is not UTF-16 after all.
    is_damaged: bool,
}

impl<R: Read> Utf16<R> {
    /// Behind its byte order mark.
    pub fn new(file: R, of: &'static encoding_rs::Encoding) -> Self {
        let decoder = of.new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length(CHUNK).unwrap_or(4 * CHUNK);
        Self { file, decoder, raw: vec![0; CHUNK], text: String::with_capacity(room), given: 0, ended: false, is_damaged: false }
    }

    /// Decodes the next piece.
    fn fill(&mut self) -> io::Result<()> {
        let mut n = 0;
        while n < self.raw.len() && !self.ended {
            match self.file.read(&mut self.raw[n..]) {
                Ok(0) => self.ended = true,
                Ok(more) => n += more,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.given = 0;
        self.text.clear();
        let (result, _) = self.decoder.decode_to_string_without_replacement(&self.raw[..n], &mut self.text, self.ended);
        self.is_damaged = result != DecoderResult::InputEmpty;
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.is_damaged {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-16"));
            }
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let rest = &self.text.as_bytes()[self.given..];
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        self.given += n;
        Ok(n)
    }
}
