//! Starting and ending: signals, and the stop in steps. The first signal ends sending and shows that this node leaves, while requests
//! are still answered for a while; then it stops softly: nothing new is taken, what is under way is finished and written. A second
//! signal, or the end of the grace, stops hard: what was under way shows as unsettled at the next start.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The steps, to be waited for and to be set off.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Send nothing more, and say so to whoever looks; requests are still answered.
    pub leave: CancellationToken,
    /// Finish what is under way and take nothing new.
    pub soft: CancellationToken,
    /// Drop everything.
    pub hard: CancellationToken,
}

impl Lifecycle {
    /// Turns SIGTERM and SIGINT into the first and the last step. They are caught from this call on; what it returns must be run, and ends at
    /// the second signal.
    ///
    /// # Errors
    /// When the signals cannot be listened to.
    pub fn follow_signals(self) -> io::Result<impl Future<Output = ()> + Send + use<>> {
        let (term, int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(self.follow(term, int))
    }

    /// Catches SIGHUP from this call on; without it one would end the process.
    ///
    /// # Errors
    /// When the signal cannot be listened to.
    pub fn hangups(&self) -> io::Result<Hangups> {
        Ok(Hangups { signal: signal(SignalKind::hangup())?, leave: self.leave.clone() })
    }

    async fn follow(self, mut term: Signal, mut int: Signal) {
        for step in [&self.leave, &self.hard] {
            let name = tokio::select! {
                _ = term.recv() => "SIGTERM",
                _ = int.recv() => "SIGINT",
            };
            let how =
                if self.leave.is_cancelled() { "stopping at once" } else { "finishing what is under way; a second signal stops at once" };
            tracing::info!(signal = name, "{how}");
            step.cancel();
        }
    }
}

/// SIGHUPs: each asks for the configuration to be read anew.
pub struct Hangups {
    signal: Signal,
    leave: CancellationToken,
}

impl Hangups {
    /// Waits for the next one; `false` when the server stops instead.
    pub async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.signal.recv() => true,
            () = self.leave.cancelled() => false,
        }
    }
}
