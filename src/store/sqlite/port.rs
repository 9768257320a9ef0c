//! The store ports on SQLite: each method hands a job to the writer or a look-up to a reader.

use std::{
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use jebi_domain::{
    access::Grant,
    event::Feedback,
    id::{DeliveryId, DeliveryKey, Incarnation, KeyNo, MessageId, MessageNo},
    port::{
        Boxed, Inbox, InboxMail, InboxPage, InboxSummary, NodeStore,
        nodes::{NODES_SHOWN, NodeInfo, NodeStart, NodeState},
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
    Error, SqliteStore, accept, accept::AcceptJob, audit, cancel, claim, feedback, guard, housekeep, inbox, keys, list, moving, reclaim,
    sql, turn::Turn, verify, view, writer::CLOSE_WAIT,
};
use crate::{crash_point::crash_point, store::group::Class};

impl QueueStore for SqliteStore {
    fn start(&self, node: &NodeStart, now: Wall) -> Boxed<'_, StoreResult<Incarnation>> {
        let node = node.clone();
        self.shared.write(Class::Admin, move |t| reclaim::start(t, &node, now))
    }

    fn beat(&self, incarnation: Incarnation, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Settle, move |t| {
            // One that was ended by others holds nothing any more: its lease must not be renewed.
            match t.execute(sql!("incarnation_beat"), (incarnation.0, now.0))? {
                0 => Err(Error::Ended),
                _ => Ok(()),
            }
        })
    }

    fn drain(&self, incarnation: Incarnation, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Settle, move |t| t.execute(sql!("incarnation_drain"), (incarnation.0, now.0)).map(drop))
    }

    fn end(&self, incarnation: Incarnation, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| t.execute(sql!("incarnation_end"), (incarnation.0, now.0)).map(drop))
    }

    fn accept(&self, batch: AcceptBatch) -> Boxed<'_, StoreResult<Accepted>> {
        if self.floor.free(&self.folder, self.shared.clock.boot()) <= 0 {
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
        self.readers.read(move |s| accept::answer(s, api_key, &key, now))
    }

    fn subscribe(&self, subscription: Subscription) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| {
            t.memory.subscriptions.insert(subscription.provider.clone(), subscription);
            Ok(())
        })
    }

    fn queues(&self, provider: &str) -> Boxed<'_, StoreResult<Vec<QueueInfo>>> {
        let (provider, guard) = (provider.to_owned(), self.guard());
        self.readers.read(move |s| view::queues(s, &provider, &guard))
    }

    fn claim(&self, claim: Claim) -> Boxed<'_, StoreResult<ClaimReport>> {
        self.shared.write(Class::Claim, move |t| claim::claim(t, &claim))
    }

    fn settle(&self, batch: Vec<Settlement>) -> Boxed<'_, StoreResult<()>> {
        Box::pin(self.settle_around_damage(batch))
    }

    fn reclaim(&self, own: Incarnation, dead_after: Duration, now: Wall, unknown_wait_ms: [i64; 2]) -> Boxed<'_, StoreResult<u64>> {
        Box::pin(async move {
            let (mut all, dead_before) = (0, now - dead_after);
            loop {
                let reclaim = move |t: &mut Turn<'_>| {
                    // First its own beat and claims fail, then its leases are taken.
                    t.execute(sql!("incarnation_end_dead"), (own.0, dead_before.0, now.0))?;
                    reclaim::reclaim(t, own, dead_before, now, unknown_wait_ms)
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
        self.shared.write(Class::Settle, move |t| t.execute(sql!("slot_record"), (provider, at.0)).map(drop))
    }

    fn sent_slots(&self, provider: &str, since: Wall) -> Boxed<'_, StoreResult<Vec<(i64, u64)>>> {
        let (provider, from) = (provider.to_owned(), quota::slot_of(since));
        // A count that is written is positive.
        let read = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, u64::try_from(r.get::<_, i64>(1)?).unwrap_or(0)));
        self.readers.read(move |s| s.rows(sql!("sent_slots"), (provider, from), read))
    }

    fn last_slot(&self, provider: &str) -> Boxed<'_, StoreResult<Option<Wall>>> {
        let provider = provider.to_owned();
        self.readers.read(move |s| Ok(s.row(sql!("slot_last"), [provider], |r| r.get::<_, Option<i64>>(0))?.flatten().map(Wall)))
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
        self.shared.write(Class::Admin, move |t| feedback::record(t, &batch))
    }

    fn feedback_since(&self, provider: &str, since: Wall) -> Boxed<'_, StoreResult<bool>> {
        let provider = provider.to_owned();
        self.readers.read(move |s| {
            let last = s.row(sql!("feedback_last"), [provider], |r| r.get::<_, Option<i64>>(0))?.flatten();
            Ok(last.is_some_and(|at| at >= since.0))
        })
    }

    fn suppress(&self, addresses: Vec<(String, SuppressionCause)>, now: Wall) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| feedback::suppress(t, &addresses, now))
    }

    fn housekeep(&self, _own: Incarnation, now: Wall) -> Boxed<'_, StoreResult<Housekept>> {
        let shared = Arc::clone(&self.shared);
        self.shared.write(Class::Housekeep, move |t| {
            let more = housekeep::slice(t, now)? && !shared.group.is_waiting_before(Class::Housekeep);
            Ok(if more { Housekept::More } else { Housekept::Done })
        })
    }
}

impl ReadStore for SqliteStore {
    fn message(&self, id: MessageId) -> Boxed<'_, StoreResult<Option<MessageView>>> {
        self.readers.read(move |s| view::message(s, id))
    }

    fn delivery(&self, id: DeliveryId) -> Boxed<'_, StoreResult<Option<(DeliveryView, Vec<TimelineEntry>)>>> {
        self.readers.read(move |s| view::delivery(s, id))
    }

    fn messages(&self, filter: MessageFilter, before: Option<MessageNo>, limit: u32) -> Boxed<'_, StoreResult<MessagePage>> {
        self.readers.read(move |s| list::messages(s, &filter, before, limit))
    }

    fn deliveries(&self, filter: DeliveryFilter, after: Option<DeliveryKey>, limit: u32) -> Boxed<'_, StoreResult<DeliveryPage>> {
        self.readers.read(move |s| list::deliveries(s, &filter, after, limit))
    }

    fn topic(&self, name: &str) -> Boxed<'_, StoreResult<Option<TopicView>>> {
        let name = name.to_owned();
        self.readers.read(move |s| view::topic(s, &name))
    }

    fn topics(&self, after: Option<String>, limit: u32) -> Boxed<'_, StoreResult<TopicPage>> {
        self.readers.read(move |s| view::topics(s, after.as_deref().unwrap_or_default(), limit))
    }

    fn sent_since(&self, since: Wall) -> Boxed<'_, StoreResult<i64>> {
        let minute = since.0.div_euclid(60_000);
        self.readers.read(move |s| Ok(s.row(sql!("sent_since"), [minute], |r| r.get(0))?.unwrap_or(0)))
    }

    fn backlog(&self) -> Boxed<'_, StoreResult<Vec<Backlog>>> {
        self.readers.read(view::backlog)
    }

    fn health(&self) -> Boxed<'_, StoreResult<StoreHealth>> {
        let free = if self.shared.failing.load(Ordering::Relaxed) { -1 } else { self.floor.free(&self.folder, self.shared.clock.boot()) };
        self.readers.read(move |s| view::health(s, free))
    }

    fn verify(&self, after: Option<i64>) -> Boxed<'_, StoreResult<VerifySlice>> {
        self.readers.read(move |s| verify::slice(s, after))
    }
}

impl AdminStore for SqliteStore {
    fn keys(&self) -> Boxed<'_, StoreResult<Vec<KeyInfo>>> {
        self.readers.read(|s| s.rows(sql!("key_list"), [], |r| Ok(keys::read(r)))?.into_iter().collect())
    }

    fn add_key(&self, key: NewKey, now: Wall) -> Boxed<'_, StoreResult<KeyInfo>> {
        self.shared.write(Class::Admin, move |t| keys::add(t, &key, now))
    }

    fn change_key(&self, no: KeyNo, name: &str, grant: Grant) -> Boxed<'_, StoreResult<Option<KeyInfo>>> {
        let name = name.to_owned();
        self.shared.write(Class::Admin, move |t| keys::change(t, no, &name, &grant))
    }

    fn revoke_key(&self, no: KeyNo, now: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| Ok(t.execute(sql!("key_revoke"), (no.0, now.0))? == 1))
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
        self.readers.read(move |s| s.rows(sql!("key_usage_since"), (quarter, since.0), |r| Ok((KeyNo(r.get(0)?), r.get(1)?))))
    }

    fn forgive_key(&self, no: KeyNo, since: Wall, now: Wall) -> Boxed<'_, StoreResult<()>> {
        let quarter = since.0.div_euclid(keys::QUARTER);
        self.shared.write(Class::Admin, move |t| t.execute(sql!("key_forgive"), (no.0, quarter, now.0)).map(drop))
    }

    fn audit(&self, entry: AuditEntry) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Admin, move |t| audit::add(t, &entry))
    }

    fn audits(&self, filter: AuditFilter, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<AuditPage>> {
        self.readers.read(move |s| audit::list(s, filter, before, limit))
    }

    fn guard(&self) -> Guard {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn release(&self, now: Wall) -> Boxed<'_, StoreResult<Released>> {
        Box::pin(async move {
            let mut released = Released::default();
            loop {
                let release = move |t: &mut Turn<'_>| guard::release(t, now, released);
                let Some((so_far, done)) = self.around_damage(release).await? else { continue };
                released = so_far;
                if done {
                    break;
                }
            }
            crash_point("released");
            // Only what is on the disk as released may send.
            *self.guard.lock().unwrap_or_else(PoisonError::into_inner) = Guard::Open;
            self.shared.write(Class::Admin, guard::open).await?;
            Ok(released)
        })
    }

    fn raise_epoch(&self) -> Boxed<'_, StoreResult<()>> {
        Box::pin(async move {
            let (id, epoch) = self.shared.write(Class::Admin, guard::raise_in).await?;
            crash_point("epoch_raised");
            let file = self.guard_file.clone();
            let write = tokio::task::spawn_blocking(move || guard::write(&file, &id, epoch));
            match write.await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(e)) => Err(StoreError::Internal(format!("the installation file cannot be written: {e}"))),
                Err(e) => Err(StoreError::Internal(e.to_string())),
            }
        })
    }

    fn close(&self) -> Boxed<'_, ()> {
        Box::pin(async move {
            let Some(thread) = self.end_writer() else { return };
            // First, so that the writer's connection is the last one: closing it moves the log into the database file.
            self.readers.close();
            let joined = tokio::time::timeout(CLOSE_WAIT, tokio::task::spawn_blocking(move || thread.join())).await;
            match joined {
                Ok(Ok(Ok(()))) => drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take()),
                Ok(_) => tracing::error!("the store's writer ended by a panic"),
                Err(_) => tracing::error!("the store's writer did not end in time; what it had committed is safe"),
            }
        })
    }
}

impl NodeStore for SqliteStore {
    fn nodes(&self, now: Wall) -> Boxed<'_, StoreResult<Vec<NodeInfo>>> {
        self.readers.read(move |s| {
            s.rows(sql!("node_list"), (now.0, NODES_SHOWN), |r| {
                let (ended_at, draining_at): (Option<i64>, Option<i64>) = (r.get(4)?, r.get(5)?);
                let beat_age = Duration::from_millis(u64::try_from(r.get::<_, i64>(6)?).unwrap_or(0));
                let state = NodeState::of(ended_at.is_some(), draining_at.is_some(), beat_age);
                Ok(NodeInfo {
                    incarnation: Incarnation(r.get(0)?),
                    name: r.get(1)?,
                    version: r.get(2)?,
                    started_at: Wall(r.get(3)?),
                    ended_at: ended_at.map(Wall),
                    beat_age,
                    state,
                    leased: r.get(7)?,
                    // The one node there is.
                    upkeep: state == NodeState::Sending,
                })
            })
        })
    }
}

impl Inbox for SqliteStore {
    fn keep(&self, mail: InboxMail) -> Boxed<'_, StoreResult<()>> {
        self.shared.write(Class::Settle, move |t| inbox::keep(t, &mail))
    }

    fn list(&self, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<InboxPage>> {
        self.readers.read(move |s| {
            let found = s.rows(sql!("inbox_list"), (before.unwrap_or(i64::MAX), limit + 1), |r| Ok(inbox::read(r)))?;
            let mut mails: Vec<InboxSummary> = found.into_iter().collect::<Result<_, Error>>()?;
            let more = mails.len() > limit as usize;
            mails.truncate(limit as usize);
            let next = mails.last().filter(|_| more).map(|m| m.no);
            Ok(InboxPage { mails, next })
        })
    }

    fn get(&self, no: i64) -> Boxed<'_, StoreResult<Option<(InboxSummary, Bytes)>>> {
        self.readers.read(move |s| s.row(sql!("inbox_get"), [no], |r| Ok(inbox::source(r)))?.transpose())
    }

    fn find(&self, delivery: DeliveryId) -> Boxed<'_, StoreResult<Option<i64>>> {
        self.readers.read(move |s| s.row(sql!("inbox_find"), (delivery.message.0.as_slice(), delivery.ordinal), |r| r.get(0)))
    }

    fn remove(&self, no: i64) -> Boxed<'_, StoreResult<bool>> {
        self.shared.write(Class::Admin, move |t| Ok(t.execute(sql!("inbox_remove"), [no])? == 1))
    }

    fn clear(&self) -> Boxed<'_, StoreResult<u64>> {
        // At most what is kept: a few thousand rows at once are no hindrance to anybody.
        self.shared.write(Class::Admin, move |t| Ok(t.execute(sql!("inbox_clear"), [])? as u64))
    }
}
