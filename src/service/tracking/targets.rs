//! Where the links of mail lead. No list of them is kept: a link is found again in what its mail was made of, and leads there as long as
//! that is kept. So nothing but the links of accepted mail can be led to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jebi_domain::{
    id::{DeliveryId, MessageId},
    link::Links,
    mime::Prepared,
    port::{Store, store::StoreResult},
    track::LinkHash,
};

use super::Led;

/// Links that are remembered: all of those that are followed much at a time.
const LINKS: usize = 20_000;
/// Messages that are remembered because each copy's links are its own.
const MESSAGES: usize = 256;

/// Finds where links lead.
pub(super) struct Targets {
    store: Arc<dyn Store>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Of messages whose links are the same in every copy.
    shared: HashMap<(MessageId, LinkHash), Arc<str>>,
    /// Messages that are filled in for each copy, ready for it.
    personal: HashMap<MessageId, Arc<Prepared>>,
}

impl Targets {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, known: Mutex::default() }
    }

    /// Where a link of a copy leads.
    ///
    /// # Errors
    /// A store that does not answer.
    pub(super) async fn of(&self, delivery: DeliveryId, link: LinkHash, links: &Links) -> StoreResult<Led> {
        if let Some(url) = self.with(|known| known.shared.get(&(delivery.message, link)).cloned()) {
            return Ok(Led::To(url));
        }
        let Some(followed) = self.store.followed(delivery).await? else { return Ok(Led::Gone) };
        let content = &followed.message.content;
        let is_shared = content.fill.is_none();
        let prepared = match self.with(|known| known.personal.get(&delivery.message).cloned()) {
            Some(prepared) => prepared,
            None => Arc::new(Prepared::new(&followed.message)),
        };
        let Some(url) = prepared.target(&followed.copy, delivery, links, link) else {
            // A mark of ours and another link behind it: somebody has changed it.
            return Ok(Led::Unknown);
        };
        let url: Arc<str> = url.into();
        self.with(|known| {
            if is_shared {
                if known.shared.len() >= LINKS {
                    known.shared.clear();
                }
                known.shared.insert((delivery.message, link), Arc::clone(&url));
            } else {
                if known.personal.len() >= MESSAGES {
                    known.personal.clear();
                }
                known.personal.insert(delivery.message, prepared);
            }
        });
        Ok(Led::To(url))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
