//! The body of a mail: from the outermost `Content-Type` to the end.
//!
//! Parts are nested as readers expect it (RFC 2046 section 5.1, RFC 2387, RFC 6047), and each level is there only where it is needed:
//!
//! ```text
//! multipart/mixed
//!   multipart/alternative
//!     text/plain
//!     multipart/related
//!       text/html
//!       image/png, inline
//!     text/calendar
//!   application/pdf, attachment
//!   application/ics, attachment
//! ```

use std::{borrow::Cow, ops::Range};

use bytes::Bytes;
use mail_builder::{
    headers::raw::Raw,
    mime::{BodyPart, MimePart},
};

use crate::{
    content::{Content, FileId},
    id::MessageId,
    outcome::Reason,
    track::Mark,
};

use super::{
    attached::{self, Shown},
    file::{Files, encoded_len},
    marked::Marked,
    segments::{Segments, Shared},
};

/// Some of a body: its own bytes, or the lines of a file.
#[derive(Clone)]
enum Piece {
    Own(Bytes),
    File(FileId, u64),
}

/// A body without the bytes of its files.
#[derive(Clone)]
pub(super) struct Body {
    pieces: Vec<Piece>,
    /// The part of the HTML: in which piece, and where there.
    html: Option<(usize, Range<usize>)>,
    /// Made by the first mail that is signed: all copies of this body share it.
    hash: Shared,
}

impl Body {
    /// Puts the lines of its files where they belong. Without files that is a clone.
    ///
    /// # Errors
    /// One of them is not there.
    pub(super) fn with(&self, files: &Files) -> Result<Segments, Reason> {
        if let [Piece::Own(only)] = self.pieces.as_slice() {
            return Ok(Segments::from(only.clone()).sharing(self.hash.clone()));
        }
        let bytes = |piece: &Piece| match piece {
            Piece::Own(bytes) => Ok(bytes.clone()),
            Piece::File(id, _) => files.lines(*id),
        };
        self.pieces.iter().map(bytes).collect::<Result<Segments, _>>().map(|body| body.sharing(self.hash.clone()))
    }

    /// Bytes it has with its files.
    pub(super) fn len(&self) -> u64 {
        let len = |piece: &Piece| match piece {
            Piece::Own(bytes) => bytes.len() as u64,
            Piece::File(_, size) => encoded_len(*size),
        };
        self.pieces.iter().map(len).sum()
    }
}

/// A body that all copies share but for their marks.
pub(super) struct MarkedBody {
    before: Vec<Piece>,
    marked: Marked,
    after: Vec<Piece>,
}

impl MarkedBody {
    /// One copy's.
    pub(super) fn copy(&self, mark: &Mark) -> Body {
        let own = self.marked.copy(mark).map(Piece::Own);
        let pieces = self.before.iter().cloned().chain(own).chain(self.after.iter().cloned()).collect();
        Body { pieces, html: None, hash: Shared::default() }
    }
}

/// The part of a file, its lines apart.
struct FilePart {
    head: Vec<u8>,
    file: FileId,
    size: u64,
}

/// What stands around text and HTML: the same in every copy, made once.
pub(super) struct Frame {
    id: String,
    inline: Vec<FilePart>,
    attached: Vec<FilePart>,
    /// As a part of its own, and as a file.
    invitation: Option<(Vec<u8>, Vec<u8>)>,
}

impl Frame {
    pub(super) fn new(id: MessageId, content: &Content) -> Self {
        // What no HTML names is shown as a file.
        let has_html = content.html.is_some();
        let part =
            |file: &crate::content::Attachment, shown| FilePart { head: attached::head(file, shown), file: file.file, size: file.size };
        let (mut inline, mut apart) = (Vec::new(), Vec::new());
        for file in &content.attachments {
            if has_html && file.content_id.is_some() {
                inline.push(part(file, Shown::Inline));
            } else {
                apart.push(part(file, Shown::Apart));
            }
        }
        let invitation = content.calendar.as_ref().map(|c| (attached::invitation(c), attached::invitation_file(c)));
        Self { id: id.to_string(), inline, attached: apart, invitation }
    }

    /// The body of these texts. Blank ones count as missing; without any the text is empty.
    pub(super) fn body(&self, text: Option<&str>, html: Option<&str>) -> Body {
        let html = html.filter(|html| !html.trim().is_empty());
        let full = text.filter(|text| !text.trim().is_empty());
        let text = if html.is_some() { full } else { full.or(text).or(Some("")) };
        let mut out = Out::new(self.mark(text, html), text.map_or(0, str::len) + html.map_or(0, str::len));
        self.write(&mut out, text, html);
        out.end()
    }

    /// The body of a text and an HTML with blanks for marks. `None` where it is not to be shared.
    pub(super) fn marked(&self, text: Option<&str>, html: &str) -> Option<MarkedBody> {
        let mut body = self.body(text, Some(html));
        let (at, part) = body.html?;
        let after = body.pieces.split_off(at + 1);
        let Some(Piece::Own(encoded)) = body.pieces.pop() else { return None };
        let marked = Marked::find(&encoded, part, &crlf(html))?;
        Some(MarkedBody { before: body.pieces, marked, after })
    }

    /// What makes the boundaries of this message its own. Boundaries begin with `=_`, which cannot occur in quoted-printable or base64,
    /// and nobody knows the id when the content is written, but seven-bit text is sent as it is and may quote a mail of ours.
    fn mark(&self, text: Option<&str>, html: Option<&str>) -> String {
        let mut mark = self.id.clone();
        let is_in = |part: Option<&str>, mark: &str| part.is_some_and(|part| part.is_ascii() && part.contains(mark));
        while is_in(text, &mark) || is_in(html, &mark) {
            mark.push('_');
        }
        mark
    }

    fn write(&self, out: &mut Out, text: Option<&str>, html: Option<&str>) {
        // Pictures of an HTML that has become empty belong to nothing.
        let unplaced = if html.is_none() { self.inline.as_slice() } else { &[] };
        if self.attached.is_empty() && self.invitation.is_none() && unplaced.is_empty() {
            return self.write_content(out, text, html);
        }
        let mixed = out.open("mixed", "");
        out.next(&mixed);
        self.write_content(out, text, html);
        for part in unplaced.iter().chain(&self.attached) {
            out.next(&mixed);
            out.file(part);
        }
        if let Some((_, file)) = &self.invitation {
            out.next(&mixed);
            out.bytes.extend_from_slice(file);
        }
        out.close(&mixed);
    }

    /// The same said in several ways, the plainest first.
    fn write_content(&self, out: &mut Out, text: Option<&str>, html: Option<&str>) {
        let ways = usize::from(text.is_some()) + usize::from(html.is_some()) + usize::from(self.invitation.is_some());
        let alternative = (ways > 1).then(|| out.open("jebi", "alternative"));
        let next = |out: &mut Out| alternative.iter().for_each(|boundary| out.next(boundary));
        if let Some(text) = text {
            next(out);
            out.leaf("text/plain", text);
        }
        if let Some(html) = html {
            next(out);
            self.write_html(out, html);
        }
        if let Some((part, _)) = &self.invitation {
            next(out);
            out.bytes.extend_from_slice(part);
        }
        if let Some(boundary) = &alternative {
            out.close(boundary);
        }
    }

    fn write_html(&self, out: &mut Out, html: &str) {
        if self.inline.is_empty() {
            return out.html(html);
        }
        let related = out.open("related", "");
        out.next(&related);
        out.html(html);
        for part in &self.inline {
            out.next(&related);
            out.file(part);
        }
        out.close(&related);
    }
}

/// A body being written.
struct Out {
    mark: String,
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    html: Option<(usize, Range<usize>)>,
}

impl Out {
    fn new(mark: String, texts: usize) -> Self {
        Self { mark, bytes: Vec::with_capacity(texts + texts / 2 + 512), pieces: Vec::new(), html: None }
    }

    /// Begins a multipart, and gives its boundary.
    fn open(&mut self, name: &str, kind: &str) -> String {
        let kind = if kind.is_empty() { name } else { kind };
        let boundary = format!("=_{name}_{}", self.mark);
        // RFC 2387 section 3.1 wants the type of the root.
        let root = if kind == "related" { "\r\n type=\"text/html\";" } else { "" };
        self.bytes.extend_from_slice(format!("Content-Type: multipart/{kind};{root}\r\n boundary=\"{boundary}\"\r\n").as_bytes());
        boundary
    }

    fn next(&mut self, boundary: &str) {
        self.delimiter(boundary, b"\r\n");
    }

    fn close(&mut self, boundary: &str) {
        self.delimiter(boundary, b"--\r\n");
    }

    fn delimiter(&mut self, boundary: &str, end: &[u8]) {
        self.bytes.extend_from_slice(b"\r\n--");
        self.bytes.extend_from_slice(boundary.as_bytes());
        self.bytes.extend_from_slice(end);
    }

    fn leaf(&mut self, kind: &'static str, text: &str) {
        leaf(kind, text).write_part(&mut self.bytes);
    }

    fn html(&mut self, html: &str) {
        let from = self.bytes.len();
        self.leaf("text/html", html);
        self.html = Some((self.pieces.len(), from..self.bytes.len()));
    }

    fn file(&mut self, part: &FilePart) {
        self.bytes.extend_from_slice(&part.head);
        self.pieces.push(Piece::Own(Bytes::from(std::mem::take(&mut self.bytes))));
        self.pieces.push(Piece::File(part.file, part.size));
    }

    fn end(mut self) -> Body {
        // Every line ends with CRLF, the last one too: SMTP needs it before the final dot. A file is never last.
        if !self.bytes.ends_with(b"\r\n") {
            self.bytes.extend_from_slice(b"\r\n");
        }
        self.pieces.push(Piece::Own(Bytes::from(self.bytes)));
        Body { pieces: self.pieces, html: self.html, hash: Shared::default() }
    }
}

/// One text part. The builder chooses the transfer encoding but leaves two things to us:
/// it encodes line breaks into base64 as they come, where RFC 2045 section 6.8 wants CRLF, and it sends bare CR, NUL and
/// other control characters as 7bit, where RFC 2045 section 2.7 forbids them. Text with such characters is given to it as
/// binary with an opaque content type, which it always writes as base64.
fn leaf<'x>(kind: &'static str, text: &'x str) -> MimePart<'x> {
    let text = crlf(text);
    if has_controls(text.as_bytes()) {
        let bytes = BodyPart::Binary(Cow::Owned(text.into_owned().into_bytes()));
        return MimePart::raw(bytes).header("Content-Type", Raw::new(format!("{kind}; charset=\"utf-8\"")));
    }
    MimePart::new(kind, BodyPart::Text(text))
}

/// Whether there are control characters besides tabs and line breaks. Looks at a block whole, which the processor does at once.
fn has_controls(bytes: &[u8]) -> bool {
    let is_control = |b: &u8| (*b < b' ') & (*b != b'\t') & (*b != b'\r') & (*b != b'\n');
    bytes.chunks(256).any(|block| block.iter().fold(false, |found, b| found | is_control(b)))
}

/// The text with every line break, CRLF, LF or CR, as CRLF.
pub(super) fn crlf(text: &str) -> Cow<'_, str> {
    let (bytes, mut out, mut taken, mut at) = (text.as_bytes(), String::new(), 0, 0);
    while let Some(found) = memchr::memchr2(b'\r', b'\n', &bytes[at..]) {
        let here = at + found;
        if bytes[here..].starts_with(b"\r\n") {
            at = here + 2;
            continue;
        }
        out.push_str(&text[taken..here]);
        out.push_str("\r\n");
        at = here + 1;
        taken = at;
    }
    if taken == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[taken..]);
    Cow::Owned(out)
}
