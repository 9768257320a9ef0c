//! Takes messages out of a queue of SQS.
//!
//! A message is removed only when it is settled. Whatever is cut short, also by a stop, comes again when the queue's visibility timeout is
//! over.

use std::{sync::Arc, time::Duration};

use jebi_domain::port::{Clock, sns::EventQueue};
use tokio_util::sync::CancellationToken;

use crate::service::sns::{Settled, Sns};

/// After a call that failed, doubled up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(60);

/// Runs until told to stop.
pub async fn run(queue: Arc<dyn EventQueue>, sns: Arc<Sns>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut pause = FIRST_PAUSE;
    loop {
        let received = tokio::select! {
            received = queue.receive() => received,
            // What it may have taken comes again.
            () = stop.cancelled() => return,
        };
        let well = match received {
            Ok(messages) => {
                let settled = sns.take_queued(queue.as_ref(), &messages).await;
                // Asking on would only count against messages that cannot be taken now.
                let later = settled.contains(&Settled::Later);
                let done = messages.into_iter().zip(settled).filter(|(_, settled)| *settled == Settled::Remove);
                let receipts: Vec<String> = done.map(|(message, _)| message.receipt).collect();
                if !receipts.is_empty()
                    && let Err(reason) = queue.remove(receipts).await
                {
                    tracing::warn!(
                        queue = queue.url(),
                        code = reason.code,
                        error = reason.text,
                        "messages could not be removed from the queue; they come again"
                    );
                }
                !later
            }
            Err(reason) => {
                let (code, error, remedy) = (reason.code, reason.text, reason.remedy);
                tracing::warn!(queue = queue.url(), code, error, remedy, again = ?pause, "the queue could not be asked for events");
                false
            }
        };
        if well {
            pause = FIRST_PAUSE;
            continue;
        }
        tokio::select! {
            () = clock.sleep_until(clock.boot() + pause) => {}
            () = stop.cancelled() => return,
        }
        pause = (pause * 2).min(LAST_PAUSE);
    }
}
