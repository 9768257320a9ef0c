//! The mail itself: dots doubled, its end marked, written so that it is known whether the end may have left.

use std::{io, time::Duration};

use jebi_domain::{
    port::{Clock, Outgoing},
    smtp::{needs_stuffing, stuff},
};

use super::{
    connection::{Break, Connection},
    timer::Timer,
    wire::{Piece, Wire},
};

/// A mail up to this size is put together before it is written; of a larger one only the header is copied.
const COPIED: usize = 16 * 1024;
const DOING: &str = "while the mail was written";

/// Octets of the mail as RFC 1870 counts them: its lines with their ends, without doubled dots and the final one.
pub(super) fn size(mail: &Outgoing) -> usize {
    mail.head.len() + mail.body.len() + if mail.body.ends_with(b"\r\n") { 0 } else { 2 }
}

/// Not everything was written.
pub(super) struct Cut {
    pub why: Break,
    /// The final dot may have been handed to the socket: the server may have all of the mail.
    pub may_be_whole: bool,
}

/// Writes the whole mail with its final dot, in one piece where the socket takes it.
///
/// # Errors
/// What broke, and whether the final dot may have left all the same.
pub(super) async fn write(connection: &mut Connection, clock: &dyn Clock, limit: Duration, mail: &Outgoing) -> Result<(), Cut> {
    let Connection { wire, timer, out, .. } = connection;
    let end: &[u8] = if mail.body.ends_with(b"\r\n") { b".\r\n" } else { b"\r\n.\r\n" };
    out.clear();
    stuff(out, &mail.head);
    if mail.body.len() > COPIED && !wire.is_secure() && !needs_stuffing(&mail.body) {
        return write_parts(wire, timer, clock, limit, &[out, &mail.body, end]).await;
    }
    out.reserve(mail.body.len() + 64);
    stuff(out, &mail.body);
    out.extend_from_slice(end);
    write_parts(wire, timer, clock, limit, &[out]).await
}

/// The end of a mail alone, where there is nobody left to send it to (RFC 2920 section 3.1).
pub(super) const NOTHING: &[u8] = b".\r\n";

async fn write_parts(wire: &mut Wire, timer: &mut Timer, clock: &dyn Clock, limit: Duration, parts: &[&[u8]]) -> Result<(), Cut> {
    let total: usize = parts.iter().map(|part| part.len()).sum();
    let dot = total - NOTHING.len();
    let mut done = 0;
    let broke = |error: &io::Error| Break { code: "connection_lost", text: format!("{DOING}: {error}") };
    while done < total {
        let piece = timer.within(clock, limit, std::future::poll_fn(|cx| wire.poll_piece(cx, parts, done))).await;
        match piece {
            Ok(Piece::Wrote(n)) => done += n,
            Ok(Piece::Failed { error, may_have_left }) => return Err(Cut { why: broke(&error), may_be_whole: done + may_have_left > dot }),
            Ok(Piece::Heard(Ok(()))) => {
                let why = Break::out_of_sync(format!("{DOING}: the server answered before its end"));
                return Err(Cut { why, may_be_whole: done > dot });
            }
            Ok(Piece::Heard(Err(error))) => return Err(Cut { why: broke(&error), may_be_whole: done > dot }),
            // A write that waits has taken nothing of its piece.
            Err(late) => return Err(Cut { why: Break::late(late, DOING), may_be_whole: done > dot }),
        }
    }
    match timer.within(clock, limit, wire.flush()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Cut { why: broke(&error), may_be_whole: true }),
        Err(late) => Err(Cut { why: Break::late(late, DOING), may_be_whole: true }),
    }
}
