//! Reads the files of claimed mail before it is offered to the senders: they never wait for the store.

use std::sync::Arc;

use futures_util::{
    StreamExt,
    future::{AbortHandle, abortable},
    stream::FuturesUnordered,
};
use jebi_domain::{id::MessageNo, message::Lane, port::Clock};

use crate::service::dispatch::{
    Dispatch,
    files::{FileCache, SMALL},
};

/// Messages of a lane whose files are read at once: their store is the same.
const AT_ONCE: usize = 2;
/// Messages with small files are read besides, so many at once: a notice with a small file waits for no large one.
const SMALL_AT_ONCE: usize = 8;

/// The loop of one lane, so that bulk which waits for room holds up no transactional mail.
pub(super) struct Loader {
    pub dispatch: Arc<Dispatch>,
    pub files: Arc<FileCache>,
    pub clock: Arc<dyn Clock>,
    pub lane: Lane,
}

/// Files being read.
struct Reading {
    message: MessageNo,
    is_small: bool,
    abort: AbortHandle,
}

impl Loader {
    /// Runs until it is dropped. What it leaves is still leased, and given back with the rest.
    pub async fn run(self) {
        let (mut done, mut reading) = (FuturesUnordered::new(), Vec::<Reading>::new());
        loop {
            let gone = self.dispatch.not_to_load(self.lane);
            // Room is not waited for, nor held, for mail that was taken back.
            reading.retain(|one| {
                let is_gone = gone.contains(&one.message);
                if is_gone {
                    one.abort.abort();
                }
                !is_gone
            });
            while let Some(most) = room(&reading)
                && let Some(mail) = self.dispatch.to_load(self.lane, most)
            {
                let (files, message, is_small) = (self.files.clone(), mail.no, mail.file_bytes() <= SMALL);
                let (load, abort) = abortable(async move {
                    let loaded = files.load(&mail.message).await;
                    (mail, loaded)
                });
                reading.push(Reading { message, is_small, abort });
                done.push(load);
            }
            tokio::select! {
                () = self.dispatch.loaders[self.lane as usize].notified() => {}
                Some(ended) = done.next() => if let Ok((mail, files)) = ended {
                    reading.retain(|one| one.message != mail.no);
                    self.dispatch.loaded(&mail, files, self.clock.wall());
                }
            }
        }
    }
}

/// How large the files of the next message may be; `None` while nothing more is read.
fn room(reading: &[Reading]) -> Option<u64> {
    let small = reading.iter().filter(|one| one.is_small).count();
    if reading.len() - small < AT_ONCE {
        return Some(u64::MAX);
    }
    (small < SMALL_AT_ONCE).then_some(SMALL)
}
