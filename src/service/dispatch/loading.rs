//! Mail that waits for its files: what is to be read, and what becomes of it then.

use std::{sync::Arc, time::Duration};

use jebi_domain::{
    id::MessageNo,
    message::Lane,
    mime::Files,
    outcome::{Outcome, Reason},
    port::store::StoreError,
    time::Wall,
};

use super::{
    files::NotLoaded,
    ready::{Mail, ReadyCopy},
    state::Dispatch,
};

/// How long mail waits where the store does not give out its files.
const AGAIN: Duration = Duration::from_secs(10);

impl Dispatch {
    /// The next message of a lane whose files are to be read, with at most so many bytes of them in memory. It is read until
    /// [`Self::loaded`] or [`Self::not_to_load`] says otherwise.
    pub fn to_load(&self, lane: Lane, most: u64) -> Option<Arc<Mail>> {
        self.lock().ready.park().load_next(lane, most)
    }

    /// Messages of a lane whose files need not be read any more: all their copies were cancelled, paused or given back.
    pub fn not_to_load(&self, lane: Lane) -> Vec<MessageNo> {
        self.lock().ready.park().unwanted(lane)
    }

    /// The files of a message are here, or will not be.
    pub fn loaded(&self, mail: &Mail, files: Result<Files, NotLoaded>, wall: Wall) {
        let inner = &mut *self.lock();
        let why = match files {
            Ok(files) => {
                let copies = inner.ready.park().loaded(mail.no, &Arc::new(files));
                copies.into_iter().for_each(|copy| inner.ready.offer(copy));
                self.makers[mail.message.lane as usize].notify_waiters();
                return self.senders.notify_waiters();
            }
            Err(not_loaded) => not_loaded,
        };
        // Nothing is left where it was taken back meanwhile.
        let copies = inner.ready.park().not_loaded(mail.no);
        match why {
            NotLoaded::Gone(reason) => {
                tracing::error!(message = %mail.message.id, code = reason.code, text = reason.text, "a mail fails for want of its file");
                let failed = |copy: &ReadyCopy| copy.ended(Outcome::Permanent { reason: reason.clone() }, wall);
                inner.finished.extend(copies.iter().map(failed));
            }
            NotLoaded::Away(error) => {
                tracing::warn!(%error, provider = %self.provider, "files of mail could not be read; the mail waits");
                let waits = |copy: &ReadyCopy| copy.held_back(wall + AGAIN, away(&error), wall);
                inner.finished.extend(copies.iter().map(waits));
            }
        }
        self.settler.notify_one();
        self.claimer.notify_one();
    }
}

fn away(error: &StoreError) -> Reason {
    let what = if matches!(error, StoreError::Internal(_)) { "the store could not read them" } else { "the store does not answer" };
    Reason::new(
        "attachment_unread",
        format!("the attached files are not there yet: {what}"),
        "nothing to do if it passes; else see the server's log",
    )
}
