//! Bytes of one connection: replies read from a buffer that is used again and again, commands and mails written.

use std::{
    io::{self, IoSlice},
    ops::Range,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
};

use jebi_domain::smtp::{Reply, frame};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::stream::Stream;
use crate::provider::socket::Idle;

/// Most of a mail handed to TLS at a time: one record. So it is known to the record how much may have left.
const RECORD: usize = 16 * 1024;

/// Why no reply came.
#[derive(Debug)]
pub(super) enum Lost {
    /// The other side ended the connection.
    Closed,
    Broken(io::Error),
    /// What came is no reply.
    Unreadable(&'static str),
}

impl Lost {
    /// The machine word and the words of it.
    pub(super) fn words(&self) -> (&'static str, String) {
        match self {
            Self::Closed => ("connection_lost", "the server closed the connection".to_owned()),
            Self::Broken(error) => ("connection_lost", format!("the connection broke: {error}")),
            Self::Unreadable(why) => ("bad_answer", format!("the server's answer can't be read: {why}")),
        }
    }
}

/// What one try to write a piece of a mail came to.
pub(super) enum Piece {
    Wrote(usize),
    /// Nothing more goes; whether bytes of this piece may have left all the same.
    Failed {
        error: io::Error,
        may_have_left: usize,
    },
    /// The socket takes nothing for now, and the server has said something or closed.
    Heard(io::Result<()>),
}

pub(super) struct Wire {
    stream: Stream,
    read: Vec<u8>,
    /// Where the bytes begin that no reply has been made of.
    unread: usize,
    last: Range<usize>,
}

impl Wire {
    pub(super) fn new(stream: Stream) -> Self {
        Self { stream, read: Vec::with_capacity(1024), unread: 0, last: 0..0 }
    }

    pub(super) fn is_secure(&self) -> bool {
        self.stream.is_secure()
    }

    /// The socket alone, for the handshake; what was read and not used is gone with the rest.
    pub(super) fn into_stream(self) -> Stream {
        self.stream
    }

    pub(super) fn idle(&self) -> Idle {
        self.stream.idle()
    }

    /// Whether nothing was read that nobody asked for.
    pub(super) fn is_drained(&self) -> bool {
        self.unread == self.read.len()
    }

    /// Writes all of it out.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        self.stream.write_all(bytes).await.map_err(Lost::Broken)?;
        self.stream.flush().await.map_err(Lost::Broken)
    }

    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.stream.flush().await
    }

    /// The code of the next reply; what it says tells [`Self::last`].
    pub(super) async fn reply(&mut self) -> Result<u16, Lost> {
        std::future::poll_fn(|cx| self.poll_reply(cx)).await
    }

    /// The reply that is there already, if it is whole.
    pub(super) fn reply_now(&mut self) -> Option<u16> {
        match self.poll_reply(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(code)) => Some(code),
            Poll::Ready(Err(_)) | Poll::Pending => None,
        }
    }

    fn poll_reply(&mut self, cx: &mut Context<'_>) -> Poll<Result<u16, Lost>> {
        loop {
            if let Some(found) = frame(&self.read[self.unread..]).map_err(|e| Lost::Unreadable(e.0))? {
                self.last = self.unread..self.unread + found.length;
                self.unread = self.last.end;
                return Poll::Ready(Ok(found.code));
            }
            self.read.drain(..self.unread);
            (self.unread, self.last) = (0, 0..0);
            ready!(self.poll_read(cx))?;
        }
    }

    /// Reads what there is, at least a byte.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Lost>> {
        let mut space = [0u8; 2048];
        let mut space = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut space)).map_err(Lost::Broken)?;
        if space.filled().is_empty() {
            return Poll::Ready(Err(Lost::Closed));
        }
        self.read.extend_from_slice(space.filled());
        Poll::Ready(Ok(()))
    }

    /// What the last reply said.
    pub(super) fn last(&self, code: u16) -> Reply {
        Reply::read(code, self.last_bytes())
    }

    pub(super) fn last_bytes(&self) -> &[u8] {
        self.read.get(self.last.clone()).unwrap_or_default()
    }

    /// Writes more of the `parts`, of which `done` bytes are written. Over TLS there is one part.
    pub(super) fn poll_piece(&mut self, cx: &mut Context<'_>, parts: &[&[u8]], done: usize) -> Poll<Piece> {
        let (tried, may_have_left) = match &mut self.stream {
            Stream::Plain(tcp) => {
                let (mut slices, mut n, mut skip) = ([IoSlice::new(&[]), IoSlice::new(&[]), IoSlice::new(&[])], 0, done);
                for part in parts {
                    let rest = part.get(skip..).unwrap_or_default();
                    skip = skip.saturating_sub(part.len());
                    if !rest.is_empty() && n < slices.len() {
                        slices[n] = IoSlice::new(rest);
                        n += 1;
                    }
                }
                // A write the kernel refuses took nothing.
                (Pin::new(tcp).poll_write_vectored(cx, &slices[..n]), 0)
            }
            Stream::Tls(tls) => {
                let rest = parts.first().and_then(|part| part.get(done..)).unwrap_or_default();
                let piece = &rest[..rest.len().min(RECORD)];
                // It may have been encrypted and partly written before it failed.
                (Pin::new(tls).poll_write(cx, piece), piece.len())
            }
        };
        match tried {
            Poll::Ready(Ok(0)) => Poll::Ready(Piece::Failed { error: io::ErrorKind::WriteZero.into(), may_have_left }),
            Poll::Ready(Ok(n)) => Poll::Ready(Piece::Wrote(n)),
            Poll::Ready(Err(error)) => Poll::Ready(Piece::Failed { error, may_have_left }),
            Poll::Pending => match ready!(self.poll_read(cx)) {
                Ok(()) => Poll::Ready(Piece::Heard(Ok(()))),
                Err(lost) => Poll::Ready(Piece::Heard(Err(io::Error::other(lost.words().1)))),
            },
        }
    }

    /// Whether anything is to be read, after the runtime has had its turn; `None` when the connection has ended.
    pub(super) fn has_heard(&mut self) -> Option<bool> {
        match self.poll_read(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => Some(false),
            Poll::Ready(Ok(())) => Some(true),
            Poll::Ready(Err(_)) => None,
        }
    }

    /// Says goodbye without waiting for anything.
    pub(super) fn quit_now(&mut self) {
        let cx = &mut Context::from_waker(Waker::noop());
        // It is a courtesy: a socket that takes nothing is closed without it.
        if Pin::new(&mut self.stream).poll_write(cx, b"QUIT\r\n").is_ready() {
            let _ = Pin::new(&mut self.stream).poll_flush(cx);
        }
    }
}
