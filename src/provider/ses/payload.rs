//! What a request carries: a small mail as it is, a large one encoded piece by piece while it goes out, so that many calls with the same
//! large file hold it once.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use aws_lc_rs::digest::{self, SHA256};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use jebi_domain::port::Outgoing;

use super::base64::Base64;

/// Bytes of a mail that are encoded at a time: a connection holds little more than that of a large one.
const CHUNK: usize = 48 * 1024;

/// Chunks after which the other mails of a sender thread have their turn: a receiver that takes all at once would have this one hold up
/// slots.
const IN_A_ROW: u32 = 4;

/// The body of a request.
pub(super) enum Payload {
    Whole(Full<Bytes>),
    Streamed(Box<Streamed>),
}

/// JSON with a mail in it that is encoded as it is read. A clone reads from the begin.
#[derive(Clone)]
pub(super) struct Streamed {
    /// What stands before the mail, and after it.
    before: Bytes,
    after: Bytes,
    mail: Vec<Bytes>,
    len: u64,
    /// Where the reader is: which piece, and how far in it.
    piece: usize,
    offset: usize,
    base64: Base64,
    begun: bool,
    over: bool,
    /// Chunks read since others had their turn.
    in_a_row: u32,
    /// Its hash, where that was made before.
    known: Option<String>,
}

impl Streamed {
    pub(super) fn new(before: Vec<u8>, mail: &Outgoing, after: Vec<u8>, known: Option<String>) -> Self {
        let pieces: Vec<Bytes> = std::iter::once(&mail.head).chain(mail.body.pieces()).cloned().collect();
        let raw: usize = pieces.iter().map(Bytes::len).sum();
        let len = (before.len() + raw.div_ceil(3) * 4 + after.len()) as u64;
        let (before, after) = (Bytes::from(before), Bytes::from(after));
        let base64 = Base64::default();
        Self { before, after, mail: pieces, len, piece: 0, offset: 0, base64, begun: false, over: false, in_a_row: 0, known }
    }

    /// SHA-256 of all of it, in hexadecimal.
    pub(super) fn hash(&self) -> String {
        if let Some(known) = &self.known {
            return known.clone();
        }
        let (mut copy, mut hash, mut chunk) = (self.clone(), digest::Context::new(&SHA256), Vec::new());
        while copy.read(&mut chunk) {
            hash.update(&chunk);
            chunk.clear();
        }
        hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Appends the next chunk; `false` when there is none left.
    fn read(&mut self, out: &mut Vec<u8>) -> bool {
        if self.over {
            return false;
        }
        if !self.begun {
            self.begun = true;
            out.extend_from_slice(&self.before);
        }
        let mut room = CHUNK;
        while room > 0 {
            let Some(piece) = self.mail.get(self.piece) else {
                self.base64.end(out);
                out.extend_from_slice(&self.after);
                self.over = true;
                return true;
            };
            let end = piece.len().min(self.offset + room);
            self.base64.push(out, &piece[self.offset..end]);
            room -= end - self.offset;
            self.offset = end;
            if end == piece.len() {
                (self.piece, self.offset) = (self.piece + 1, 0);
            }
        }
        true
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(all) => Pin::new(all).poll_frame(cx),
            Self::Streamed(streamed) => {
                if streamed.in_a_row == IN_A_ROW && !streamed.over {
                    streamed.in_a_row = 0;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                streamed.in_a_row += 1;
                let mut chunk = Vec::with_capacity(CHUNK / 3 * 4 + streamed.before.len() + streamed.after.len());
                Poll::Ready(streamed.read(&mut chunk).then(|| Ok(Frame::data(Bytes::from(chunk)))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(all) => all.is_end_stream(),
            Self::Streamed(streamed) => streamed.over,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(all) => all.size_hint(),
            // Asked once, before anything is read.
            Self::Streamed(streamed) => SizeHint::with_exact(streamed.len),
        }
    }
}
