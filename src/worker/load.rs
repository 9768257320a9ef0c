//! Reads the files of claimed mail before it is offered to the senders: they never wait for the store.

use std::sync::Arc;

use futures_util::{StreamExt, stream::FuturesUnordered};
use jebi_domain::{message::Lane, port::Clock};

use crate::service::dispatch::{Dispatch, files::FileCache};

/// Messages of a lane whose files are read at once: their store is the same.
const AT_ONCE: usize = 2;

/// The loop of one lane, so that bulk which waits for room holds up no transactional mail.
pub(super) struct Loader {
    pub dispatch: Arc<Dispatch>,
    pub files: Arc<FileCache>,
    pub clock: Arc<dyn Clock>,
    pub lane: Lane,
}

impl Loader {
    /// Runs until it is dropped. What it leaves is still leased, and given back with the rest.
    pub async fn run(self) {
        let mut reading = FuturesUnordered::new();
        loop {
            while reading.len() < AT_ONCE
                && let Some(mail) = self.dispatch.to_load(self.lane)
            {
                let files = self.files.clone();
                reading.push(async move {
                    let loaded = files.load(&mail.message).await;
                    (mail, loaded)
                });
            }
            tokio::select! {
                () = self.dispatch.loaders[self.lane as usize].notified() => {}
                Some((mail, files)) = reading.next() => self.dispatch.loaded(&mail, files, self.clock.wall()),
            }
        }
    }
}
