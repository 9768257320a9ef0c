//! Where the links of mail lead. No list of them is kept: a link is found again in what its mail was made of, and leads there as long as
//! that is kept. So nothing but the links of accepted mail can be led to.
//!
//! Only a part of a link proves that it is ours; which link it is anybody can change. So all links of a mail are remembered together: one
//! that is not among them costs nothing. What is looked up is looked up aside, few at a time, and no more wait than soon have an answer.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jebi_domain::{
    id::{DeliveryId, MessageId},
    link::Links,
    mime::{LinkMap, LinkSource, OwnLinks},
    port::{Clock, EngagementStore, engagement::Followed, store::StoreResult},
    track::LinkHash,
};
use tokio::sync::Semaphore;

use super::{Led, recent::Recent};

/// Bytes of links and templates that are remembered.
const MOST: usize = 32 << 20;
/// How long they are: then it shows whether their mail was deleted.
const AGE: Duration = Duration::from_secs(60);
/// Mails that are looked up at a time.
const AT_A_TIME: usize = 2;
/// Readers that wait for one of them.
const WAITING: usize = 256;

/// Finds where links lead.
pub(super) struct Targets {
    store: Arc<dyn EngagementStore>,
    clock: Arc<dyn Clock>,
    known: Mutex<Recent<Of, Known>>,
    /// Readers that may wait.
    waiting: Semaphore,
    /// Look-ups that may be under way.
    looking: Semaphore,
}

/// What is remembered.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Of {
    Message(MessageId),
    Copy(DeliveryId),
}

#[derive(Clone)]
enum Known {
    /// All links of a copy, or of all copies of a message.
    Links(Arc<LinkMap>),
    /// What the links of each copy are made of.
    Own(Arc<OwnLinks>),
    /// It is not there any more.
    Gone,
}

impl Targets {
    pub(super) fn new(store: Arc<dyn EngagementStore>, clock: Arc<dyn Clock>) -> Self {
        let known = Mutex::new(Recent::new(MOST, AGE));
        Self { store, clock, known, waiting: Semaphore::new(WAITING), looking: Semaphore::new(AT_A_TIME) }
    }

    /// Where a link of a copy leads.
    ///
    /// # Errors
    /// A store that does not answer.
    pub(super) async fn of(&self, delivery: DeliveryId, link: LinkHash, links: Arc<Links>) -> StoreResult<Led> {
        if let Some(led) = self.known(delivery, link) {
            return Ok(led);
        }
        let Ok(_waiting) = self.waiting.try_acquire() else { return Ok(Led::Busy) };
        // They are never closed.
        let Ok(_looking) = self.looking.acquire().await else { return Ok(Led::Busy) };
        // Somebody else may have been led there meanwhile.
        if let Some(led) = self.known(delivery, link) {
            return Ok(led);
        }
        Ok(match self.find(delivery, links).await? {
            Some(map) => led(&map, link),
            None => {
                self.remember(Of::Copy(delivery), Known::Gone, 0);
                Led::Gone
            }
        })
    }

    /// The links of a copy that is not known, which are remembered then; `None` where it is gone, or cannot be made any more.
    async fn find(&self, delivery: DeliveryId, links: Arc<Links>) -> StoreResult<Option<Arc<LinkMap>>> {
        let message = Of::Message(delivery.message);
        let (own, copy) = if let Some(Known::Own(own)) = self.recent(&message) {
            let Some(copy) = self.store.followed_copy(delivery).await? else { return Ok(None) };
            (own, copy)
        } else {
            let Some(Followed { message: found, copy }) = self.store.followed(delivery).await? else { return Ok(None) };
            match aside(move || LinkSource::of(&found)).await {
                LinkSource::Shared(map) => return Ok(Some(self.remember_links(message, map))),
                LinkSource::Own(own) => {
                    let (bytes, own) = (own.bytes(), Arc::<OwnLinks>::from(own));
                    self.remember(message, Known::Own(Arc::clone(&own)), bytes);
                    (own, copy)
                }
            }
        };
        let map = aside(move || own.copy(&copy, delivery, &links)).await;
        Ok(map.map(|map| self.remember_links(Of::Copy(delivery), map)))
    }

    /// Where a link leads whose mail is remembered.
    fn known(&self, delivery: DeliveryId, link: LinkHash) -> Option<Led> {
        let map = match self.recent(&Of::Copy(delivery)) {
            Some(known) => known,
            None => self.recent(&Of::Message(delivery.message))?,
        };
        match map {
            Known::Links(map) => Some(led(&map, link)),
            Known::Gone => Some(Led::Gone),
            Known::Own(_) => None,
        }
    }

    fn recent(&self, of: &Of) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(of, self.clock.boot())
    }

    fn remember_links(&self, of: Of, map: LinkMap) -> Arc<LinkMap> {
        let (bytes, map) = (map.bytes(), Arc::new(map));
        self.remember(of, Known::Links(Arc::clone(&map)), bytes);
        map
    }

    fn remember(&self, of: Of, known: Known, bytes: usize) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).put(of, known, bytes, self.clock.boot());
    }
}

fn led(map: &LinkMap, link: LinkHash) -> Led {
    // A mark of ours and another link behind it: somebody has changed it.
    map.get(link).map_or(Led::Unknown, |found| Led::To(found.clone()))
}

/// Does work where it holds up nobody.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // The blocking pool cancels only while the runtime goes down, and then nobody polls this any more.
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
#[path = "targets_tests.rs"]
mod tests;
