//! Makes large mail before it is offered to the senders, so that neither its own slot nor other mail of a sender thread waits for that.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jebi_domain::{link::Links, message::Lane, port::Clock};
use tokio::runtime::{Handle, RuntimeFlavor};

use super::account::Current;
use crate::service::dispatch::Dispatch;

/// One of the loops of a lane.
pub(super) struct Maker {
    pub dispatch: Arc<Dispatch>,
    pub provider: Current,
    pub links: Arc<ArcSwap<Links>>,
    pub clock: Arc<dyn Clock>,
    pub lane: Lane,
}

impl Maker {
    /// Runs until it is dropped. What it leaves is still leased, and given back with the rest.
    pub async fn run(self) {
        loop {
            let woken = self.dispatch.makers[self.lane as usize].notified();
            tokio::pin!(woken);
            // Registered before looking, so that nothing is missed in between.
            woken.as_mut().enable();
            while let Some(copy) = self.dispatch.to_make(self.lane) {
                let made = apart(|| copy.make(&**self.provider.get(), &self.links.load()));
                self.dispatch.made(copy, made, self.clock.wall());
                // Between two mails others have their turn, and a stop is heard.
                tokio::task::yield_now().await;
            }
            woken.await;
        }
    }
}

/// Runs what keeps a thread busy for long, so that nothing else of the runtime waits for that thread.
fn apart<T>(work: impl FnOnce() -> T) -> T {
    // A runtime with one thread has no other one to go on with.
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::CurrentThread => work(),
        _ => tokio::task::block_in_place(work),
    }
}
