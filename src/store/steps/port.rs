//! The store ports: each method hands a job to the writer or a look-up to a reader.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use jebi_domain::{
    access::Grant,
    event::Feedback,
    id::{DeliveryId, DeliveryKey, Incarnation, KeyNo, MessageId, MessageNo},
    port::{
        Boxed, Inbox, InboxMail, InboxPage, InboxRoom, InboxSummary,
        nodes::NodeStart,
        slots::SharedSlots,
        store::{
            AcceptBatch, Accepted, AdminStore, AuditEntry, AuditFilter, AuditPage, Backlog, Claim, ClaimReport, DeliveryFilter,
            DeliveryPage, DeliveryView, Guard, Housekept, KeyInfo, KeyUse, MessageFilter, MessagePage, MessageView, NewKey, QueueInfo,
            QueueStore, ReadStore, Released, Settlement, StoreError, StoreHealth, StoreResult, StoredAnswer, Subscription, TimelineEntry,
            TopicPage, TopicView, VerifySlice,
        },
    },
    quota,
    suppression::SuppressionCause,
    time::Wall,
};
use tokio::sync::oneshot;

use super::{
    Engine, Error, Row, Snapshot, SqlStore, accept,
    accept::AcceptJob,
    audit, cancel, claim, feedback,
    group::{Class, Classes},
    housekeep, inbox, keys, list, moving, q, reclaim, release,
    turn::Turn,
    verify, view,
};
use crate::crash_point::crash_point;

/// The housekeeping is this node's for so long after each slice: it asks every second or sooner.
pub(super) const HOUSE: Duration = Duration::from_secs(15);

impl<E: Engine> SqlStore<E> {
    /// Runs a look-up in one snapshot.
    pub(super) fn look<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Snapshot<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Boxed<'static, StoreResult<T>> {
        let (tell, told) = oneshot::channel();
        let look = self.engine.read(Box::new(move |s| {
            // The caller may have gone away.
            let _ = tell.send(work(s));
        }));
        Box::pin(async move {
            look.await?;
            let found = told.await.map_err(|_| StoreError::Internal("a look-up ended without an answer".into()))?;
            found.map_err(|e| {
                tracing::error!(error = %e, "a store look-up failed");
                e.outward()
            })
        })
    }
}

impl<E: Engine> QueueStore for SqlStore<E> {
    fn start(&self, node: &NodeStart, now: Wall) -> Boxed<'_, StoreResult<Incarnation>> {
        let node = node.clone();
        self.shared.write(Class::Admin, move |t| reclaim::start(t, &node, now))
    }

    fn beat(&self, incarnation: Incarnation, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Settle, move |t| {
            // One that was ended by others holds nothing any more: its lease must not be renewed.
            match t.execute(q!("incarnation_beat"), (incarnation.0, now.0))? {
                0 => Err(Error::Ended),
                _ => Ok(()),
            }
        })
    }

    fn drain(&self, incarnation: Incarnation, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Settle, move |t| {
            t.execute(q!("incarnation_drain"), (incarnation.0, now.0))?;
            t.db.leaves_house()
        })
    }

    fn end(&self, incarnation: Incarnation, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| t.execute(q!("incarnation_end"), (incarnation.0, now.0)).map(drop))
    }

    fn accept(&self, batch: AcceptBatch) -> Boxed<'_, StoreResult<Accepted>> {
        if self.engine.room().is_some_and(|free| free <= 0) {
            return Box::pin(async { Err(StoreError::Full) });
        }
        let (reply, answer) = oneshot::channel();
        let job = AcceptJob::new(batch, reply);
        let (class, bytes) = (job.class(), job.bytes());
        let refused = self.shared.submit(class, Box::new(job), bytes);
        Box::pin(async move {
            refused?;
            answer.await.unwrap_or(Err(StoreError::Closed))
        })
    }

    fn answer(&self, api_key: KeyNo, key: &str, now: Wall) -> Boxed<'_, StoreResult<Option<StoredAnswer>>> {
        let key = key.to_owned();
        self.look(move |s| accept::answer(s, api_key, &key, now))
    }

    fn subscribe(&self, subscription: Subscription) -> Boxed<'_, StoreResult<()>> {
        // In the writer's order: what is committed after this is told.
        self.shared.write(Class::Admin, move |t| {
            t.memory.common.subscriptions().insert(subscription.provider.clone(), subscription.clone());
            Ok(())
        })
    }

    fn queues(&self, provider: &str) -> Boxed<'_, StoreResult<Vec<QueueInfo>>> {
        let (provider, guard) = (provider.to_owned(), self.guard());
        self.look(move |s| view::queues(s, &provider, &guard))
    }

    fn claim(&self, claim: Claim) -> Boxed<'_, StoreResult<ClaimReport>> {
        self.shared.write(Class::Claim, move |t| claim::claim(t, &claim))
    }

    fn settle(&self, batch: Vec<Settlement>) -> Boxed<'_, StoreResult<()>> {
        Box::pin(self.settle_around_damage(batch))
    }

    fn reclaim(&self, own: Incarnation, dead_after: Duration, now: Wall, unknown_wait_ms: [i64; 2]) -> Boxed<'_, StoreResult<u64>> {
        Box::pin(async move {
            let mut all = 0;
            let dead_after = i64::try_from(dead_after.as_millis()).unwrap_or(i64::MAX);
            loop {
                let reclaim = move |t: &mut Turn<'_>| {
                    // First its own beat and claims fail, then its leases are taken.
                    t.execute(q!("incarnation_end_dead"), (own.0, now.0, dead_after))?;
                    reclaim::reclaim(t, own, Wall(i64::MIN), now, unknown_wait_ms)
                };
                match self.around_damage(reclaim).await? {
                    // Again without what cannot be read.
                    None => {}
                    Some((copies, more)) => {
                        all += copies;
                        if !more {
                            return Ok(all);
                        }
                    }
                }
            }
        })
    }

    fn record_slot(&self, provider: &str, at: Wall) -> Boxed<'_, StoreResult<()>> {
        let provider = provider.to_owned();
        self.shared.write(Class::Settle, move |t| t.execute(q!("slot_record"), (&provider, at.0)).map(drop))
    }

    fn sent_slots(&self, provider: &str, since: Wall) -> Boxed<'_, StoreResult<Vec<(i64, u64)>>> {
        let (provider, from) = (provider.to_owned(), quota::slot_of(since));
        // A count that is written is positive.
        let read = |r: &Row<'_>| Ok((r.get(0)?, u64::try_from(r.get::<i64>(1)?).unwrap_or(0)));
        self.look(move |s| s.rows(q!("sent_slots"), (provider, from), read))
    }

    fn last_slot(&self, provider: &str) -> Boxed<'_, StoreResult<Option<Wall>>> {
        let provider = provider.to_owned();
        self.look(move |s| Ok(s.row(q!("slot_last"), [provider], |r| r.get::<Option<i64>>(0))?.flatten().map(Wall)))
    }

    fn shared_slots(&self) -> Option<Arc<dyn SharedSlots>> {
        self.engine.slots()
    }

    fn cancel_topic(&self, topic: &str, now: Wall) -> Boxed<'_, StoreResult<Option<i64>>> {
        let topic = topic.to_owned();
        self.shared.write(Class::Accept, move |t| cancel::topic(t, &topic, now))
    }

    fn cancel_message(&self, id: MessageId, now: Wall) -> Boxed<'_, StoreResult<Option<i64>>> {
        self.shared.write(Class::Accept, move |t| cancel::message(t, id, now))
    }

    fn pause_topic(&self, topic: &str, paused: bool, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        let topic = topic.to_owned();
        self.shared.write(Class::Accept, move |t| cancel::pause(t, &topic, paused, now))
    }

    fn record_feedback(&self, batch: Vec<Feedback>) -> Boxed<'_, StoreResult<u64>> {
        self.shared.write(Class::Admin, move |t| feedback::record_own(t, &batch))
    }

    fn feedback_since(&self, provider: &str, since: Wall) -> Boxed<'_, StoreResult<bool>> {
        let provider = provider.to_owned();
        self.look(move |s| {
            let last = s.row(q!("feedback_last"), [provider], |r| r.get::<Option<i64>>(0))?.flatten();
            Ok(last.is_some_and(|at| at >= since.0))
        })
    }

    fn suppress(&self, addresses: Vec<(String, SuppressionCause)>, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| feedback::suppress(t, &addresses, now))
    }

    fn housekeep(&self, _own: Incarnation, now: Wall) -> Boxed<'_, StoreResult<Housekept>> {
        let shared = Arc::clone(&self.shared);
        self.shared.write(Class::Housekeep, move |t| {
            if !t.db.keeps_house(HOUSE)? {
                // Only its own node knows what it does not stage any more; while that lies there, the indexes wait before it.
                let more = housekeep::unstage(t, false)?;
                return Ok(if more { Housekept::More } else { Housekept::Elsewhere });
            }
            let more = housekeep::slice(t, now)? && !shared.group.is_waiting(Classes::ALL.before(Class::Housekeep));
            Ok(if more { Housekept::More } else { Housekept::Done })
        })
    }
}

impl<E: Engine> ReadStore for SqlStore<E> {
    fn message(&self, id: MessageId) -> Boxed<'_, StoreResult<Option<MessageView>>> {
        self.look(move |s| view::message(s, id))
    }

    fn delivery(&self, id: DeliveryId) -> Boxed<'_, StoreResult<Option<(DeliveryView, Vec<TimelineEntry>)>>> {
        self.look(move |s| view::delivery(s, id))
    }

    fn messages(&self, filter: MessageFilter, before: Option<MessageNo>, limit: u32) -> Boxed<'_, StoreResult<MessagePage>> {
        self.look(move |s| list::messages(s, &filter, before, limit))
    }

    fn deliveries(&self, filter: DeliveryFilter, after: Option<DeliveryKey>, limit: u32) -> Boxed<'_, StoreResult<DeliveryPage>> {
        self.look(move |s| list::deliveries(s, &filter, after, limit))
    }

    fn topic(&self, name: &str) -> Boxed<'_, StoreResult<Option<TopicView>>> {
        let name = name.to_owned();
        self.look(move |s| view::topic(s, &name))
    }

    fn topics(&self, after: Option<String>, limit: u32) -> Boxed<'_, StoreResult<TopicPage>> {
        self.look(move |s| view::topics(s, after.as_deref().unwrap_or_default(), limit))
    }

    fn suppressed(&self, addresses: Vec<String>) -> Boxed<'_, StoreResult<Vec<(u32, SuppressionCause)>>> {
        self.look(move |s| feedback::suppressed(s, &addresses))
    }

    fn sent_since(&self, since: Wall) -> Boxed<'_, StoreResult<i64>> {
        let minute = since.0.div_euclid(60_000);
        self.look(move |s| Ok(s.row(q!("sent_since"), [minute], |r| r.get(0))?.unwrap_or(0)))
    }

    fn backlog(&self) -> Boxed<'_, StoreResult<Vec<Backlog>>> {
        self.look(view::backlog)
    }

    fn health(&self) -> Boxed<'_, StoreResult<StoreHealth>> {
        let free = if self.shared.failing.load(Ordering::Relaxed) { Some(-1) } else { self.engine.room() };
        self.look(move |s| view::health(s, free))
    }

    fn verify(&self, after: Option<i64>) -> Boxed<'_, StoreResult<VerifySlice>> {
        self.look(move |s| verify::slice(s, after))
    }
}

impl<E: Engine> AdminStore for SqlStore<E> {
    fn keys(&self) -> Boxed<'_, StoreResult<Vec<KeyInfo>>> {
        self.look(|s| s.rows(q!("key_list"), (), |r| Ok(keys::read(r)))?.into_iter().collect())
    }

    fn add_key(&self, key: NewKey, now: Wall) -> Boxed<'_, StoreResult<KeyInfo>> {
        self.shared.write(Class::Admin, move |t| keys::add(t, &key, now))
    }

    fn add_first_key(&self, key: NewKey, now: Wall) -> Boxed<'_, StoreResult<Option<KeyInfo>>> {
        self.shared.write(Class::Admin, move |t| keys::add_first(t, &key, now))
    }

    fn change_key(&self, no: KeyNo, name: &str, grant: Grant) -> Boxed<'_, StoreResult<Option<KeyInfo>>> {
        let name = name.to_owned();
        self.shared.write(Class::Admin, move |t| keys::change(t, no, &name, &grant))
    }

    fn revoke_key(&self, no: KeyNo, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| Ok(t.execute(q!("key_revoke"), (no.0, now.0))? == 1))
    }

    fn move_queues(&self, from: &str, to: &str) -> Boxed<'_, StoreResult<(i64, bool)>> {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.shared.write(Class::Admin, move |t| moving::slice(t, &from, &to))
    }

    fn note_use(&self, uses: Vec<KeyUse>) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| keys::note_use(t, &uses))
    }

    fn key_usage(&self, since: Wall) -> Boxed<'_, StoreResult<Vec<(KeyNo, i64)>>> {
        let quarter = since.0.div_euclid(keys::QUARTER);
        self.look(move |s| s.rows(q!("key_usage_since"), (quarter, since.0), |r| Ok((KeyNo(r.get(0)?), r.get(1)?))))
    }

    fn forgive_key(&self, no: KeyNo, since: Wall, now: Wall) -> Boxed<'_, StoreResult<()>> {
        let quarter = since.0.div_euclid(keys::QUARTER);
        self.shared.write(Class::Admin, move |t| t.execute(q!("key_forgive"), (no.0, quarter, now.0)).map(drop))
    }

    fn audit(&self, entry: AuditEntry) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| audit::add(t, &entry))
    }

    fn audits(&self, filter: AuditFilter, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<AuditPage>> {
        self.look(move |s| audit::list(s, filter, before, limit))
    }

    fn guard(&self) -> Guard {
        self.engine.guard()
    }

    fn release(&self, now: Wall) -> Boxed<'_, StoreResult<Released>> {
        Box::pin(async move {
            let mut released = Released::default();
            loop {
                let release = move |t: &mut Turn<'_>| release::release(t, now, released);
                let Some((so_far, done)) = self.around_damage(release).await? else { continue };
                released = so_far;
                if done {
                    break;
                }
            }
            crash_point("released");
            // Only what is on the disk as released may send.
            self.engine.lifted();
            self.shared.write(Class::Admin, release::open).await?;
            Ok(released)
        })
    }

    fn raise_epoch(&self) -> Boxed<'_, StoreResult<()>> {
        self.engine.raise_epoch()
    }

    fn close(&self) -> Boxed<'_, ()> {
        self.engine.close()
    }
}

impl<E: Engine> Inbox for SqlStore<E> {
    fn keep(&self, mail: InboxMail, room: InboxRoom) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Settle, move |t| inbox::keep(t, &mail, room))
    }

    fn list(&self, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<InboxPage>> {
        self.look(move |s| {
            let found = s.rows(q!("inbox_list"), (before.unwrap_or(i64::MAX), limit + 1), |r| Ok(inbox::read(r)))?;
            let mut mails: Vec<InboxSummary> = found.into_iter().collect::<Result<_, Error>>()?;
            let more = mails.len() > limit as usize;
            mails.truncate(limit as usize);
            let next = mails.last().filter(|_| more).map(|m| m.no);
            Ok(InboxPage { mails, next })
        })
    }

    fn get(&self, no: i64) -> Boxed<'_, StoreResult<Option<(InboxSummary, Bytes)>>> {
        self.look(move |s| s.row(q!("inbox_get"), [no], |r| Ok(inbox::source(r)))?.transpose())
    }

    fn find(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<i64>>> {
        self.look(move |s| s.row(q!("inbox_find"), (delivery.message.0.as_slice(), delivery.ordinal), |r| r.get(0)))
    }

    fn remove(&self, no: i64) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| Ok(t.execute(q!("inbox_remove"), [no])? == 1))
    }

    fn clear(&self) -> Boxed<'_, StoreResult<u64>> {
        // At most what is kept: a few thousand rows at once are no hindrance to anybody.
        self.shared.write(Class::Admin, move |t| t.execute(q!("inbox_clear"), ()))
    }
}
