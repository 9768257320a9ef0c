//! A look at a socket that nobody uses just now.

use std::os::fd::AsFd;

use rustix::{
    io::Errno,
    net::{RecvFlags, recv},
};

/// What an idle socket has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Idle {
    /// Open, nothing to read.
    Quiet,
    /// Open, with bytes nobody has read.
    Talking,
    /// Closed or broken by the other side.
    Closed,
}

/// Asks the kernel itself: the runtime learns of an end-of-file only on its next turn.
pub(super) fn idle(tcp: impl AsFd) -> Idle {
    let mut one = [0u8; 1];
    match recv(tcp, &mut one, RecvFlags::PEEK | RecvFlags::DONTWAIT) {
        Ok((_, 0)) => Idle::Closed,
        Ok(_) => Idle::Talking,
        Err(Errno::AGAIN | Errno::INTR) => Idle::Quiet,
        Err(_) => Idle::Closed,
    }
}
