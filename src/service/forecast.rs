//! What waits, and when it will have been sent: estimates from the rate and the 24-hour limit of now.

use std::{collections::BTreeMap, sync::Arc};

use jebi_domain::{
    message::Lane,
    port::{
        Clock, Store,
        results::Waiting,
        store::{Backlog, MessageView, TopicView},
    },
    refusal::Refusal,
    time::Wall,
};

use super::{
    accept::Queued,
    providers::{ProviderStatus, Providers},
    trouble::refusal,
};

/// A provider with what waits for it. Recipients.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    pub status: ProviderStatus,
    /// Waiting per lane, paused topics included.
    pub waiting: [i64; 2],
    /// When all bulk mail waiting now will have been sent: an estimate, paused topics left out.
    pub bulk_finished_at: Option<Wall>,
}

/// Reads what waits and estimates.
pub struct Forecast {
    store: Arc<dyn Store>,
    providers: Arc<dyn Providers>,
    clock: Arc<dyn Clock>,
}

impl Forecast {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, providers: Arc<dyn Providers>, clock: Arc<dyn Clock>) -> Self {
        Self { store, providers, clock }
    }

    /// Every configured provider.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn outlooks(&self) -> Result<Vec<Outlook>, Refusal> {
        let backlog = self.store.backlog().await.map_err(refusal)?;
        let now = self.clock.wall();
        let outlook = |status: ProviderStatus| {
            let own: Vec<&Backlog> = backlog.iter().filter(|b| b.provider == status.name).collect();
            let waiting = Lane::ALL.map(|lane| own.iter().filter(|b| b.lane == lane).map(|b| b.waiting).sum());
            let before: i64 = own.iter().filter(|b| !b.paused).map(|b| b.waiting).sum();
            let has_bulk = own.iter().any(|b| b.lane == Lane::Bulk && !b.paused);
            let bulk_finished_at =
                has_bulk.then(|| self.providers.finish_at(&status.name, Lane::Bulk, u64::try_from(before).unwrap_or(0), now)).flatten();
            Outlook { status, waiting, bulk_finished_at }
        };
        Ok(self.providers.status().into_iter().map(outlook).collect())
    }

    /// When the rest of a bulk message will have been sent: an estimate. Transactional mail goes first, and topics take turns, so by
    /// then each other topic has sent as much as this one, or all it has. `None` for transactional mail, where nothing of it waits,
    /// while its topic is paused or its provider sends nothing.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn finished_at(&self, view: &MessageView) -> Result<Option<Wall>, Refusal> {
        let message = &view.message;
        if message.lane != Lane::Bulk || view.counts.waiting == 0 || view.cancelled_at.is_some() {
            return Ok(None);
        }
        let backlog = self.store.backlog().await.map_err(refusal)?;
        let wanted = Wanted { provider: &message.provider, topic: &message.topic, waiting: view.counts.waiting, due: message.due };
        Ok(self.bulk_finish(&backlog, &wanted))
    }

    /// When mail that is not accepted yet would have been sent: an estimate. Transactional mail goes first.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn would_finish_at(&self, queued: &Queued) -> Result<Option<Wall>, Refusal> {
        if queued.recipients == 0 {
            return Ok(None);
        }
        let mut backlog = self.store.backlog().await.map_err(refusal)?;
        backlog.retain(|one| one.provider == queued.provider);
        if queued.lane == Lane::Bulk {
            let own = backlog.iter().filter(|one| one.lane == Lane::Bulk && one.topic == queued.topic).map(|one| one.waiting).sum::<i64>();
            let wanted = Wanted { provider: &queued.provider, topic: &queued.topic, waiting: own + queued.recipients, due: queued.due };
            return Ok(self.bulk_finish(&backlog, &wanted));
        }
        Ok(self.transactional_finish(&backlog, &queued.provider, queued.recipients, queued.due))
    }

    /// When what waits of a topic will have been sent: an estimate, as for messages, and not before the last of it is due. `None` where nothing
    /// of it waits, while it is paused or a provider of it sends nothing.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn topic_finished_at(&self, topic: &TopicView, waiting: &[Waiting]) -> Result<Option<Wall>, Refusal> {
        if topic.paused || waiting.is_empty() {
            return Ok(None);
        }
        let backlog = self.store.backlog().await.map_err(refusal)?;
        let mut last = None;
        for one in waiting {
            let finish = match one.lane {
                Lane::Transactional => self.transactional_finish(&backlog, &one.provider, 0, one.first_due),
                Lane::Bulk => {
                    let wanted = Wanted { provider: &one.provider, topic: &topic.name, waiting: one.waiting, due: one.first_due };
                    self.bulk_finish(&backlog, &wanted)
                }
            };
            let Some(finish) = finish else { return Ok(None) };
            last = last.max(Some(finish.max(one.last_due)));
        }
        Ok(last)
    }

    /// Transactional mail goes first, in turn.
    fn transactional_finish(&self, backlog: &[Backlog], provider: &str, more: i64, due: Wall) -> Option<Wall> {
        let before = backlog.iter().filter(|one| one.provider == provider && one.lane == Lane::Transactional && !one.paused);
        let all = u64::try_from(before.map(|one| one.waiting).sum::<i64>() + more).unwrap_or(0);
        self.providers.finish_at(provider, Lane::Transactional, all, self.clock.wall().max(due))
    }

    fn bulk_finish(&self, backlog: &[Backlog], wanted: &Wanted<'_>) -> Option<Wall> {
        let (mut first, mut topics) = (0, BTreeMap::<&str, i64>::new());
        for one in backlog.iter().filter(|b| b.provider == wanted.provider) {
            match one.lane {
                Lane::Transactional => first += one.waiting,
                Lane::Bulk if one.topic == wanted.topic && one.paused => return None,
                Lane::Bulk if one.paused => {}
                Lane::Bulk => *topics.entry(&one.topic).or_default() += one.waiting,
            }
        }
        // What came before it in its topic goes before it, too.
        let own = topics.get(wanted.topic).copied().unwrap_or(0).max(wanted.waiting);
        let shared: i64 = topics.iter().filter(|(topic, _)| **topic != wanted.topic).map(|(_, waiting)| own.min(*waiting)).sum();
        let all = u64::try_from(first + own + shared).unwrap_or(0);
        self.providers.finish_at(wanted.provider, Lane::Bulk, all, self.clock.wall().max(wanted.due))
    }
}

/// Bulk mail whose end is asked for.
struct Wanted<'a> {
    provider: &'a str,
    topic: &'a str,
    /// Recipients of its topic that wait, all of its own among them.
    waiting: i64,
    due: Wall,
}
