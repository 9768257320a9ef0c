//! One connection that is logged in: what its server offers, how often it was used, and whether it may be used again.

use std::time::Duration;

use jebi_domain::{
    outcome::{Outcome, Reason},
    port::Clock,
    time::Boot,
};

use super::{
    places::Place,
    timer::{Late, Timer},
    wire::{Lost, Wire},
};
use crate::provider::socket::Idle;

/// How long a goodbye is waited for.
const FAREWELL: Duration = Duration::from_secs(5);
/// A larger buffer is not kept for the next mail.
const KEPT: usize = 256 * 1024;
const AGAIN: &str = "nothing to do: it is tried again by itself";

/// Extensions the server offers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Features {
    /// RFC 2920: commands go out without waiting for the answer to each.
    pub pipelining: bool,
    /// RFC 6152: the mail may hold bytes above 127.
    pub eight_bit: bool,
    /// RFC 6531: addresses may.
    pub utf8: bool,
    /// RFC 1870: takes the size as a parameter, and tells the largest it takes; 0 for no limit told.
    pub size: Option<usize>,
}

/// The dialogue came to an end before its time.
#[derive(Debug)]
pub(super) struct Break {
    /// `connection_lost`, `timeout`, `bad_answer` or `out_of_sync`.
    pub code: &'static str,
    pub text: String,
}

impl Break {
    /// Of a dialogue in which a reply stands where none or another one belongs.
    pub(super) fn out_of_sync(text: impl Into<String>) -> Self {
        Self { code: "out_of_sync", text: text.into() }
    }

    pub(super) fn late(late: Late, doing: &str) -> Self {
        Self { code: "timeout", text: format!("{doing}: nothing within {} ms", late.0.as_millis()) }
    }

    pub(super) fn lost(lost: &Lost, doing: &str) -> Self {
        let (code, text) = lost.words();
        Self { code, text: format!("{doing}: {text}") }
    }

    /// Certainly not accepted.
    pub(super) fn transient(&self) -> Outcome {
        Outcome::Transient { reason: Reason::new(self.code, self.text.as_str(), AGAIN) }
    }
}

pub(super) struct Connection {
    pub wire: Wire,
    pub timer: Timer,
    pub features: Features,
    /// Commands and mails are put together here.
    pub out: Vec<u8>,
    /// Mails the server has answered with a final reply.
    pub mails: u32,
    /// A transaction is open on the server that nothing will come of.
    pub needs_reset: bool,
    born: Boot,
    /// Given back when the connection is closed.
    _place: Option<Place>,
}

impl Connection {
    pub(super) fn new(wire: Wire, born: Boot, place: Option<Place>) -> Self {
        let features = Features::default();
        Self { wire, timer: Timer::default(), features, out: Vec::new(), mails: 0, needs_reset: false, born, _place: place }
    }

    pub(super) fn born(&self) -> Boot {
        self.born
    }

    /// Writes what [`Self::out`] holds.
    ///
    /// # Errors
    /// It did not all go out in time.
    pub(super) async fn write(&mut self, clock: &dyn Clock, limit: Duration, doing: &str) -> Result<(), Break> {
        match self.timer.within(clock, limit, self.wire.write(&self.out)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(lost)) => Err(Break::lost(&lost, doing)),
            Err(late) => Err(Break::late(late, doing)),
        }
    }

    /// Reads the code of one reply.
    ///
    /// # Errors
    /// None came in time, or what came is none.
    pub(super) async fn reply(&mut self, clock: &dyn Clock, limit: Duration, doing: &str) -> Result<u16, Break> {
        match self.timer.within(clock, limit, self.wire.reply()).await {
            Ok(Ok(code)) => Ok(code),
            Ok(Err(lost)) => Err(Break::lost(&lost, doing)),
            Err(late) => Err(Break::late(late, doing)),
        }
    }

    /// One command and its reply, after which nothing more may have come.
    ///
    /// # Errors
    /// No reply, or more than one.
    pub(super) async fn command(&mut self, clock: &dyn Clock, limit: Duration, line: &str, doing: &str) -> Result<u16, Break> {
        self.out.clear();
        self.out.extend_from_slice(line.as_bytes());
        self.out.extend_from_slice(b"\r\n");
        self.write(clock, limit, doing).await?;
        let code = self.reply(clock, limit, doing).await?;
        if self.wire.is_drained() { Ok(code) } else { Err(Break::out_of_sync(format!("{doing}: the server sent more than one reply"))) }
    }

    /// Whether a mail may go out on it now: asks the socket itself, so that a connection the other side has closed, or is saying
    /// goodbye on, is found before a byte is written. Waits for nothing unless there are bytes to read.
    pub(super) async fn is_alive(&mut self) -> bool {
        if !self.wire.is_drained() {
            return false;
        }
        match self.wire.idle() {
            Idle::Quiet => true,
            Idle::Closed => false,
            // Nobody asked for anything.
            Idle::Talking if !self.wire.is_secure() => false,
            Idle::Talking => {
                // TLS session tickets may come at any time, and so may a goodbye: let the runtime learn of them and read them.
                tokio::task::yield_now().await;
                self.wire.has_heard() == Some(false) && self.wire.idle() == Idle::Quiet
            }
        }
    }

    /// Clears what a refused mail left on the server. Whether the connection is good.
    pub(super) async fn reset(&mut self, clock: &dyn Clock, limit: Duration) -> bool {
        if !self.needs_reset {
            return true;
        }
        self.needs_reset = false;
        matches!(self.command(clock, limit, "RSET", "after RSET").await, Ok(200..=299))
    }

    /// Lets go of a buffer a large mail has left.
    pub(super) fn tidy(&mut self) {
        self.out.clear();
        self.out.shrink_to(KEPT);
    }

    /// Ends the session as RFC 5321 section 4.1.1.10 wants it. What the server says to it changes nothing.
    pub(super) async fn quit(mut self, clock: &dyn Clock) {
        if let Err(cut) = self.command(clock, FAREWELL, "QUIT", "after QUIT").await {
            tracing::debug!(code = cut.code, text = cut.text, "a connection ended without a goodbye");
        }
    }
}
