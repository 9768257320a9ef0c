//! The mail itself: dots doubled, its end marked, written so that it is known whether the end may have left.

use std::{io, time::Duration};

use jebi_domain::{
    port::{Clock, Outgoing},
    smtp::{Stuffer, needs_stuffing, stuff},
};

use super::{
    connection::{Break, Connection},
    timer::Timer,
    wire::{Piece, Wire},
};

/// A mail up to this size is put together before it is written; of a larger one in one piece only the header is copied.
const COPIED: usize = 16 * 1024;
/// Of any other one no more than about this much is held at a time.
const WINDOW: usize = 64 * 1024;
/// After so many bytes the other mails of a sender thread have their turn: a server that takes all at once would have this one hold up
/// slots.
const IN_A_ROW: usize = 4 * WINDOW;
const DOING: &str = "while the mail was written";

/// Octets of the mail as RFC 1870 counts them: its lines with their ends, those of its signatures among them, without doubled dots and the
/// final one.
pub(super) fn size(mail: &Outgoing, signatures: usize) -> usize {
    signatures + mail.head.len() + mail.body.len() + if mail.body.ends_line() { 0 } else { 2 }
}

/// Not everything was written.
pub(super) struct Cut {
    pub why: Break,
    /// The final dot may have been handed to the socket: the server may have all of the mail.
    pub may_be_whole: bool,
}

/// Writes the whole mail, its signatures first, with its final dot, in one piece where the socket takes it and the mail is not large.
///
/// # Errors
/// What broke, and whether the final dot may have left all the same.
pub(super) async fn write(
    connection: &mut Connection,
    clock: &dyn Clock,
    limit: Duration,
    (signatures, mail): (&[u8], &Outgoing),
) -> Result<(), Cut> {
    let Connection { wire, timer, out, .. } = connection;
    let mut writer = Writer { wire, timer, clock, limit };
    let end: &[u8] = if mail.body.ends_line() { b".\r\n" } else { b"\r\n.\r\n" };
    out.clear();
    // None of their lines begins with a dot.
    out.extend_from_slice(signatures);
    if let [only] = mail.body.pieces()
        && only.len() > COPIED
        && !writer.wire.is_secure()
        && !needs_stuffing(only)
    {
        stuff(out, &mail.head);
        return writer.write(&[out, only, end], Last::Dot).await;
    }
    let (mut stuffer, mut in_a_row) = (Stuffer::default(), 0);
    for slice in std::iter::once(&mail.head).chain(mail.body.pieces()).flat_map(|piece| piece.chunks(WINDOW)) {
        if out.len() + slice.len() > 2 * WINDOW {
            writer.write(&[out], Last::More).await?;
            in_a_row += out.len();
            out.clear();
            if in_a_row >= IN_A_ROW {
                in_a_row = 0;
                tokio::task::yield_now().await;
            }
        }
        stuffer.stuff(out, slice);
    }
    out.extend_from_slice(end);
    writer.write(&[out], Last::Dot).await
}

/// The end of a mail alone, where there is nobody left to send it to (RFC 2920 section 3.1).
pub(super) const NOTHING: &[u8] = b".\r\n";

/// What the last bytes of some parts are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// The final dot.
    Dot,
    /// More of the mail follows.
    More,
}

struct Writer<'a> {
    wire: &'a mut Wire,
    timer: &'a mut Timer,
    clock: &'a dyn Clock,
    limit: Duration,
}

impl Writer<'_> {
    async fn write(&mut self, parts: &[&[u8]], last: Last) -> Result<(), Cut> {
        let Self { wire, timer, clock, limit } = self;
        let total: usize = parts.iter().map(|part| part.len()).sum();
        // Bytes that may go without the final dot.
        let dot = if last == Last::Dot { total - NOTHING.len() } else { total };
        let mut done = 0;
        let broke = |error: &io::Error| Break { code: "connection_lost", text: format!("{DOING}: {error}") };
        while done < total {
            let piece = timer.within(*clock, *limit, std::future::poll_fn(|cx| wire.poll_piece(cx, parts, done))).await;
            match piece {
                Ok(Piece::Wrote(n)) => done += n,
                Ok(Piece::Failed { error, may_have_left }) => {
                    return Err(Cut { why: broke(&error), may_be_whole: done + may_have_left > dot });
                }
                Ok(Piece::Heard(Ok(()))) => {
                    let why = Break::out_of_sync(format!("{DOING}: the server answered before its end"));
                    return Err(Cut { why, may_be_whole: done > dot });
                }
                Ok(Piece::Heard(Err(error))) => return Err(Cut { why: broke(&error), may_be_whole: done > dot }),
                // A write that waits has taken nothing of its piece.
                Err(late) => return Err(Cut { why: Break::late(late, DOING), may_be_whole: done > dot }),
            }
        }
        if last == Last::More {
            return Ok(());
        }
        match timer.within(*clock, *limit, wire.flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Cut { why: broke(&error), may_be_whole: true }),
            Err(late) => Err(Cut { why: Break::late(late, DOING), may_be_whole: true }),
        }
    }
}
