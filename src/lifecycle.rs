//! Starting and ending: signals, and the stop in two steps. The first signal stops softly: no new work, what is under way is
//! finished and written. A second one, or the end of the grace, stops hard: what was under way shows as unsettled at the next start.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The two steps, to be waited for and to be set off.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// Finish what is under way and take nothing new.
    pub soft: CancellationToken,
    /// Drop everything.
    pub hard: CancellationToken,
}

impl Lifecycle {
    /// Turns SIGTERM and SIGINT into the two steps; returns at the second.
    ///
    /// # Errors
    /// When the signals cannot be listened to.
    pub async fn follow_signals(self) -> std::io::Result<()> {
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        for step in [&self.soft, &self.hard] {
            let name = tokio::select! {
                _ = term.recv() => "SIGTERM",
                _ = int.recv() => "SIGINT",
            };
            let how =
                if self.soft.is_cancelled() { "stopping at once" } else { "finishing what is under way; a second signal stops at once" };
            tracing::info!(signal = name, "{how}");
            step.cancel();
        }
        Ok(())
    }
}
