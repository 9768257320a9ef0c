//! A queue store in memory: the port's contract as far as dispatch sees it, with faults on demand.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use jebi_domain::{
    access::Grant,
    content::{Attachment, FileId},
    delivery::State,
    event::Feedback,
    id::{DeliveryKey, Incarnation, KeyNo, LeaseNo, MessageId, MessageNo, QueueNo},
    message::{Addressee, Content, Copy, Lane, Mailbox, Message, OnUnknown, Role},
    outcome::{Decision, Reason},
    port::{
        Boxed,
        nodes::NodeStart,
        slots::SharedSlots,
        store::{
            AcceptBatch, Accepted, AdminStore, AuditEntry, AuditFilter, AuditPage, Claim, ClaimReport, Claimed, Guard, Housekept, KeyInfo,
            KeyUse, NewKey, Notice, QueueInfo, QueueStore, Released, Settlement, StoreError, StoreResult, StoredAnswer, Subscription,
        },
    },
    time::Wall,
};
use tokio::sync::Notify;

#[derive(Clone, Debug)]
pub struct Row {
    pub state: State,
    pub attempt: u16,
    pub reason: Option<Reason>,
    pub due: Wall,
    pub queue: QueueNo,
    pub was_unsettled: bool,
    pub email: String,
}

struct Queue {
    topic: String,
    lane: Lane,
    paused: bool,
    cancelled: bool,
    /// By due time and arrival.
    entries: BTreeMap<(Wall, u64), DeliveryKey>,
}

#[derive(Default)]
struct Inner {
    queues: BTreeMap<i64, Queue>,
    messages: HashMap<i64, Arc<Message>>,
    rows: BTreeMap<DeliveryKey, Row>,
    leases: HashMap<DeliveryKey, LeaseNo>,
    subscription: Option<Subscription>,
    counter: i64,
    faults: Faults,
    slots: Vec<Wall>,
    last_slot: Option<Wall>,
    sent_slots: Vec<(i64, u64)>,
    settle_batches: Vec<usize>,
    claims: Vec<Vec<(QueueNo, u32)>>,
    beats: u32,
    ended: bool,
    drained: bool,
    has_feedback: bool,
    feedback: Vec<Feedback>,
    reclaims: u32,
    housekeeping: u32,
    epochs: u32,
    guard: Guard,
    leased_most: usize,
    late_from: Option<Wall>,
    shared: Option<Arc<dyn SharedSlots>>,
}

/// What is to go wrong.
#[derive(Default)]
pub struct Faults {
    /// So many settle calls fail.
    pub settles: u32,
    pub claims: u32,
    /// Claims are done at once and told of when this says so.
    pub claim_gate: Option<Arc<Notify>>,
    pub beats: bool,
    /// The database cannot be reached: every call of the queue fails.
    pub down: bool,
    /// The call of this name panics.
    pub panics: &'static str,
}

impl Faults {
    fn reach(&self) -> StoreResult<()> {
        if self.down { Err(StoreError::Unavailable { retry_after_s: 1, why: "it cannot be reached" }) } else { Ok(()) }
    }

    fn meet(&self, call: &str) {
        assert!(self.panics != call, "as the test says");
    }
}

#[derive(Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
    outbox: Mutex<VecDeque<Notice>>,
    /// Told after every change.
    pub changed: Notify,
}

/// Of all senders.
pub const SENDERS: &str = "example.com";

/// What to post.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    pub topic: &'a str,
    pub lane: Lane,
    pub copies: u32,
    /// Recipients of each copy.
    pub joint: u32,
    pub due: Wall,
    pub expires_at: Option<Wall>,
    /// Of the recipients.
    pub domain: &'a str,
    /// Files it carries, with their sizes.
    pub files: &'a [(FileId, u64)],
    /// Where its unsubscribe link leads; empty for none.
    pub base: &'a str,
    pub text: &'a str,
}

impl Default for Post<'_> {
    fn default() -> Self {
        let (topic, domain) = ("news", "example.com");
        Self { topic, lane: Lane::Bulk, copies: 1, joint: 1, due: Wall(0), expires_at: None, domain, files: &[], text: "text", base: "" }
    }
}

impl MemoryStore {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts a message; born leased while the window has room. Returns its number.
    pub fn post(&self, post: Post<'_>) -> MessageNo {
        self.step(|inner, notices| inner.post(&post, notices))
    }

    /// Keeps notices until the store's lock is free.
    fn tell(&self, notices: Vec<Notice>) {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner).extend(notices);
    }

    fn deliver(&self) {
        self.changed.notify_waiters();
        let Some(subscription) = self.lock().subscription.clone() else { return };
        let notices = std::mem::take(&mut *self.outbox.lock().unwrap_or_else(PoisonError::into_inner));
        notices.into_iter().for_each(|notice| (subscription.notify)(notice));
    }

    /// One step under the lock, and its notices after it.
    fn step<T>(&self, step: impl FnOnce(&mut Inner, &mut Vec<Notice>) -> T) -> T {
        let mut notices = Vec::new();
        let done = step(&mut self.lock(), &mut notices);
        self.tell(notices);
        self.deliver();
        done
    }

    pub fn pause(&self, topic: &str, paused: bool) {
        self.step(|inner, notices| {
            let nos: Vec<i64> = inner.queues.iter().filter(|(_, q)| q.topic == topic).map(|(no, _)| *no).collect();
            for no in nos {
                inner.queues.get_mut(&no).expect("there").paused = paused;
                notices.push(Notice::Queue(inner.info(QueueNo(no))));
            }
        });
    }

    pub fn cancel(&self, topic: &str) {
        self.step(|inner, notices| {
            for (no, queue) in inner.queues.iter_mut().filter(|(_, q)| q.topic == topic) {
                queue.cancelled = true;
                for key in std::mem::take(&mut queue.entries).into_values() {
                    inner.rows.get_mut(&key).expect("there").state = State::Cancelled;
                }
                notices.push(Notice::Cancelled(QueueNo(*no)));
            }
        });
    }

    pub fn row(&self, no: MessageNo, ordinal: u32) -> Row {
        self.lock().rows[&DeliveryKey::new(no, ordinal)].clone()
    }

    pub fn rows(&self) -> Vec<Row> {
        self.lock().rows.values().cloned().collect()
    }

    pub fn count(&self, state: State) -> usize {
        self.lock().rows.values().filter(|row| row.state == state).count()
    }

    pub fn faults(&self, set: impl FnOnce(&mut Faults)) {
        set(&mut self.lock().faults);
    }
    pub fn set_sent_slots(&self, sent: Vec<(i64, u64)>) {
        self.lock().sent_slots = sent;
    }
    pub fn set_last_slot(&self, at: Wall) {
        self.lock().last_slot = Some(at);
    }
    /// Lets it share its slots with other nodes'.
    pub fn share(&self, slots: Arc<dyn SharedSlots>) {
        self.lock().shared = Some(slots);
    }
    pub fn set_feedback(&self) {
        self.lock().has_feedback = true;
    }
    pub fn set_guard(&self, guard: Guard) {
        self.lock().guard = guard;
    }
    pub fn slots(&self) -> Vec<Wall> {
        self.lock().slots.clone()
    }
    pub fn settle_batches(&self) -> Vec<usize> {
        self.lock().settle_batches.clone()
    }
    pub fn claims(&self) -> Vec<Vec<(QueueNo, u32)>> {
        self.lock().claims.clone()
    }
    /// From when on the last claim counted lateness.
    pub fn late_from(&self) -> Option<Wall> {
        self.lock().late_from
    }
    /// The most copies that were leased at once.
    pub fn leased_most(&self) -> usize {
        self.lock().leased_most
    }
    pub fn leased(&self) -> usize {
        self.lock().leases.len()
    }
    /// Whether the node said that it stops, before it ended.
    pub fn was_drained(&self) -> bool {
        self.lock().drained
    }
    /// Beats, reclaims, housekeeping slices, epochs raised, reports stored, and whether the incarnation was ended.
    pub fn chores(&self) -> (u32, u32, u32, u32, usize, bool) {
        let inner = self.lock();
        (inner.beats, inner.reclaims, inner.housekeeping, inner.epochs, inner.feedback.len(), inner.ended)
    }
}

fn attached((file, size): &(FileId, u64)) -> Attachment {
    Attachment { file: *file, size: *size, name: "계약서.pdf".into(), content_type: "application/pdf".into(), content_id: None }
}

impl Inner {
    fn post(&mut self, post: &Post<'_>, notices: &mut Vec<Notice>) -> MessageNo {
        self.counter += 1;
        let no = MessageNo(self.counter);
        let queue = self.queue(post.topic, post.lane);
        let message = Arc::new(Message {
            id: MessageId([u8::try_from(no.0 % 256).expect("small"); 16]),
            topic: post.topic.to_owned(),
            lane: post.lane,
            provider: "test".into(),
            route: "default".into(),
            content: Content {
                from: Mailbox { email: "from@example.com".into(), name: None },
                reply_to: vec![],
                subject: format!("{} {}", post.topic, no.0),
                text: Some(post.text.to_owned()),
                html: None,
                headers: vec![],
                tags: vec![],
                fill: None,
                attachments: post.files.iter().map(attached).collect(),
                calendar: None,
                list: super::linked(post.base),
                shown: None,
                track: None,
            },
            on_unknown: OnUnknown::Resend,
            created_at: Wall(0),
            due: post.due,
            scheduled: false,
            expires_at: post.expires_at,
            variables: None,
        });
        self.messages.insert(no.0, message);
        let keys: Vec<DeliveryKey> = (0..post.copies).map(|ordinal| DeliveryKey::new(no, ordinal)).collect();
        for key in &keys {
            let email = format!("{}-{}-{}@{}", post.topic, no.0, key.ordinal(), post.domain);
            let row = Row { state: State::Waiting, attempt: 0, reason: None, due: post.due, queue, was_unsettled: false, email };
            self.rows.insert(*key, row);
        }
        self.joint(no, post.joint);
        let n = i64::from(post.copies);
        let born =
            self.subscription.as_ref().is_some_and(|s| post.due == Wall(0) && !self.queues[&queue.0].paused && s.window.take(post.lane, n));
        if born {
            let claimed = self.lease(queue, &keys);
            notices.extend(claimed.into_iter().map(Notice::Leased));
            return no;
        }
        keys.into_iter().for_each(|key| self.enqueue(key, post.due));
        notices.push(Notice::Queue(self.info(queue)));
        no
    }

    fn queue(&mut self, topic: &str, lane: Lane) -> QueueNo {
        if let Some((no, _)) = self.queues.iter().find(|(_, q)| q.topic == topic && q.lane == lane && !q.cancelled) {
            return QueueNo(*no);
        }
        let no = 1000 + self.queues.len() as i64;
        self.queues.insert(no, Queue { topic: topic.into(), lane, paused: false, cancelled: false, entries: BTreeMap::new() });
        QueueNo(no)
    }

    /// Further recipients are kept in the address, separated by commas.
    fn joint(&mut self, no: MessageNo, recipients: u32) {
        for (_, row) in self.rows.iter_mut().filter(|(key, _)| key.message() == no) {
            row.email = (0..recipients).map(|i| format!("{i}-{}", row.email)).collect::<Vec<_>>().join(",");
        }
    }

    fn enqueue(&mut self, key: DeliveryKey, due: Wall) {
        self.counter += 1;
        let row = self.rows.get_mut(&key).expect("there");
        row.due = due;
        let entry = (due, self.counter as u64);
        self.queues.get_mut(&row.queue.0).expect("there").entries.insert(entry, key);
    }

    fn info(&self, no: QueueNo) -> QueueInfo {
        let queue = &self.queues[&no.0];
        QueueInfo { queue: no, lane: queue.lane, next_due: queue.entries.keys().next().map(|(due, _)| *due), paused: queue.paused }
    }

    fn lease(&mut self, queue: QueueNo, keys: &[DeliveryKey]) -> Vec<Claimed> {
        let mut out: Vec<Claimed> = Vec::new();
        for key in keys {
            let row = self.rows.get_mut(key).expect("there");
            row.attempt += 1;
            row.was_unsettled = row.state == State::Unsettled;
            row.state = State::Sending;
            let mailboxes = row.email.split(',').map(|email| Mailbox { email: email.to_owned(), name: None });
            let addressees = mailboxes.map(|mailbox| Addressee { role: Role::To, mailbox, open: true, unsettled: false }).collect();
            let copy = Copy { ordinal: key.ordinal(), addressees, personal: None };
            let (attempt, was_unsettled) = (row.attempt, row.was_unsettled);
            let same = |c: &Claimed| c.message_no == key.message() && c.attempt == attempt && c.was_unsettled == was_unsettled;
            if let Some(last) = out.last_mut().filter(|c| same(c)) {
                self.leases.insert(*key, last.lease);
                last.copies.push(copy);
                continue;
            }
            self.counter += 1;
            let lease = LeaseNo(self.counter);
            self.leases.insert(*key, lease);
            let message = self.messages[&key.message().0].clone();
            out.push(Claimed { lease, queue, message_no: key.message(), message, attempt, was_unsettled, copies: vec![copy] });
        }
        self.leased_most = self.leased_most.max(self.leases.len());
        out
    }

    fn claim(&mut self, claim: &Claim) -> ClaimReport {
        let mut report = ClaimReport::default();
        let mut place = claim.domains.iter().find(|place| place.domain == SENDERS).cloned();
        for (no, n) in &claim.turns {
            let queue = self.queues.get_mut(&no.0).expect("there");
            let (mut keys, mut again) = (Vec::new(), None);
            while keys.len() < *n as usize && !queue.paused {
                let Some(entry) = queue.entries.first_entry().filter(|e| e.key().0 <= claim.now) else { break };
                if let Some(shut) = place.as_ref().filter(|place| queue.lane == Lane::Bulk && !place.is_open()) {
                    again = Some(shut.until);
                    break;
                }
                let key = entry.remove();
                let expired = self.messages[&key.message().0].expires_at.is_some_and(|at| at <= claim.now);
                if expired {
                    self.rows.get_mut(&key).expect("there").state = State::Expired;
                    continue;
                }
                place.iter_mut().for_each(|place| place.take(self.rows[&key].email.split(',').count() as u32));
                keys.push(key);
            }
            report.claimed.extend(self.lease(*no, &keys));
            let info = self.info(*no);
            report.queues.push(QueueInfo { next_due: again.or(info.next_due), ..info });
        }
        report
    }

    fn settle(&mut self, one: Settlement) -> Option<Notice> {
        // Idempotent: what is not leased is settled.
        self.leases.remove(&one.key).filter(|lease| *lease == one.lease)?;
        let cancelled = self.queues[&one.queue.0].cancelled;
        let row = self.rows.get_mut(&one.key).expect("there");
        assert_eq!(row.attempt, one.attempt);
        let before = if row.was_unsettled { State::Unsettled } else { State::Waiting };
        let (state, due, reason) = match one.decision {
            Decision::Sent { .. } => (State::Sent, None, None),
            Decision::Failed { reason } => (State::Failed, None, Some(reason)),
            Decision::Each(_) => panic!("this store has no joint copies"),
            Decision::Unknown { reason } => (State::Unknown, None, Some(reason)),
            Decision::Retry { .. } | Decision::Return { .. } if cancelled => (State::Cancelled, None, None),
            Decision::Retry { due, reason } => (State::Waiting, Some(due), Some(reason)),
            Decision::Unsettled { review_at, reason } => (State::Unsettled, Some(review_at), Some(reason)),
            Decision::Return { due, reason } => {
                row.attempt -= 1;
                (before, Some(due), reason)
            }
        };
        (row.state, row.reason) = (state, reason);
        self.enqueue(one.key, due?);
        Some(Notice::Queue(self.info(one.queue)))
    }
}

fn ready<T: Send + 'static>(value: T) -> Boxed<'static, T> {
    Box::pin(std::future::ready(value))
}

/// A store that looks copied.
pub fn held(why: &str) -> Guard {
    Guard::Held { why: why.into(), since: Wall(0) }
}

fn fault() -> StoreError {
    StoreError::Internal("a fault on demand".into())
}

impl QueueStore for MemoryStore {
    fn start(&self, _: &NodeStart, _: Wall) -> Boxed<'_, StoreResult<Incarnation>> {
        ready(Ok(Incarnation(1)))
    }
    fn beat(&self, _: Incarnation, _: Wall) -> Boxed<'_, StoreResult<()>> {
        let inner = &mut *self.lock();
        inner.faults.meet("beat");
        inner.beats += 1;
        ready(if inner.faults.beats { Err(fault()) } else { inner.faults.reach() })
    }
    fn end(&self, _: Incarnation, _: Wall) -> Boxed<'_, StoreResult<()>> {
        self.lock().ended = true;
        ready(Ok(()))
    }
    fn accept(&self, _: AcceptBatch) -> Boxed<'_, StoreResult<Accepted>> {
        ready(Ok(Accepted::Stored(500, Bytes::new())))
    }
    fn answer(&self, _: KeyNo, _: &str, _: Wall) -> Boxed<'_, StoreResult<Option<StoredAnswer>>> {
        ready(Ok(None))
    }
    fn subscribe(&self, subscription: Subscription) -> Boxed<'_, StoreResult<()>> {
        self.lock().subscription = Some(subscription);
        ready(Ok(()))
    }
    fn queues(&self, _: &str) -> Boxed<'_, StoreResult<Vec<QueueInfo>>> {
        let inner = self.lock();
        if let Err(error) = inner.faults.reach() {
            return ready(Err(error));
        }
        let live = inner.queues.iter().filter(|(_, q)| !q.entries.is_empty());
        ready(Ok(live.map(|(no, _)| inner.info(QueueNo(*no))).collect()))
    }
    fn claim(&self, claim: Claim) -> Boxed<'_, StoreResult<ClaimReport>> {
        let inner = &mut *self.lock();
        inner.faults.meet("claim");
        inner.claims.push(claim.turns.clone());
        inner.late_from = Some(claim.late_from);
        if inner.faults.claims > 0 {
            inner.faults.claims -= 1;
            return ready(Err(fault()));
        }
        if let Err(error) = inner.faults.reach() {
            return ready(Err(error));
        }
        let (report, gate) = (inner.claim(&claim), inner.faults.claim_gate.clone());
        Box::pin(async move {
            if let Some(gate) = gate {
                gate.notified().await;
            }
            Ok(report)
        })
    }
    fn settle(&self, batch: Vec<Settlement>) -> Boxed<'_, StoreResult<()>> {
        ready(self.step(|inner, notices| {
            inner.faults.meet("settle");
            if inner.faults.settles > 0 {
                inner.faults.settles -= 1;
                return Err(StoreError::Full);
            }
            inner.faults.reach()?;
            inner.settle_batches.push(batch.len());
            notices.extend(batch.into_iter().filter_map(|one| inner.settle(one)));
            Ok(())
        }))
    }
    fn reclaim(&self, _: Incarnation, _: Duration, _: Wall, _: [i64; 2]) -> Boxed<'_, StoreResult<u64>> {
        let inner = &mut *self.lock();
        inner.faults.meet("reclaim");
        inner.reclaims += 1;
        ready(inner.faults.reach().map(|()| 0))
    }
    fn record_slot(&self, _: &str, at: Wall) -> Boxed<'_, StoreResult<()>> {
        self.lock().slots.push(at);
        ready(Ok(()))
    }
    fn sent_slots(&self, _: &str, _: Wall) -> Boxed<'_, StoreResult<Vec<(i64, u64)>>> {
        ready(Ok(self.lock().sent_slots.clone()))
    }
    fn last_slot(&self, _: &str) -> Boxed<'_, StoreResult<Option<Wall>>> {
        ready(Ok(self.lock().last_slot))
    }
    fn shared_slots(&self) -> Option<Arc<dyn SharedSlots>> {
        self.lock().shared.clone()
    }
    fn cancel_topic(&self, topic: &str, _: Wall) -> Boxed<'_, StoreResult<Option<i64>>> {
        self.cancel(topic);
        ready(Ok(None))
    }
    fn cancel_message(&self, _: MessageId, _: Wall) -> Boxed<'_, StoreResult<Option<i64>>> {
        ready(Ok(None))
    }
    fn pause_topic(&self, topic: &str, paused: bool, _: Wall) -> Boxed<'_, StoreResult<bool>> {
        self.pause(topic, paused);
        ready(Ok(true))
    }
    fn record_feedback(&self, batch: Vec<Feedback>) -> Boxed<'_, StoreResult<u64>> {
        let n = batch.len() as u64;
        self.lock().feedback.extend(batch);
        ready(Ok(n))
    }
    fn feedback_since(&self, _: &str, _: Wall) -> Boxed<'_, StoreResult<bool>> {
        ready(Ok(self.lock().has_feedback))
    }
    fn drain(&self, _: Incarnation, _: Wall) -> Boxed<'_, StoreResult<()>> {
        let inner = &mut *self.lock();
        inner.drained = !inner.ended;
        ready(Ok(()))
    }
    fn housekeep(&self, _: Incarnation, _: Wall) -> Boxed<'_, StoreResult<Housekept>> {
        let inner = &mut *self.lock();
        inner.faults.meet("housekeep");
        inner.housekeeping += 1;
        ready(inner.faults.reach().map(|()| Housekept::Done))
    }
}

impl AdminStore for MemoryStore {
    fn keys(&self) -> Boxed<'_, StoreResult<Vec<KeyInfo>>> {
        ready(Ok(vec![]))
    }
    fn add_key(&self, _: NewKey, _: Wall) -> Boxed<'_, StoreResult<KeyInfo>> {
        ready(Err(fault()))
    }
    fn add_first_key(&self, _: NewKey, _: Wall) -> Boxed<'_, StoreResult<Option<KeyInfo>>> {
        ready(Err(fault()))
    }
    fn change_key(&self, _: KeyNo, _: &str, _: Grant) -> Boxed<'_, StoreResult<Option<KeyInfo>>> {
        ready(Ok(None))
    }
    fn note_use(&self, _: Vec<KeyUse>) -> Boxed<'_, StoreResult<()>> {
        ready(Ok(()))
    }
    fn key_usage(&self, _: Wall) -> Boxed<'_, StoreResult<Vec<(KeyNo, i64)>>> {
        ready(Ok(vec![]))
    }
    fn forgive_key(&self, _: KeyNo, _: Wall, _: Wall) -> Boxed<'_, StoreResult<()>> {
        ready(Ok(()))
    }
    fn audit(&self, _: AuditEntry) -> Boxed<'_, StoreResult<()>> {
        ready(Ok(()))
    }
    fn audits(&self, _: AuditFilter, _: Option<i64>, _: u32) -> Boxed<'_, StoreResult<AuditPage>> {
        ready(Ok(AuditPage::default()))
    }
    fn revoke_key(&self, _: KeyNo, _: Wall) -> Boxed<'_, StoreResult<bool>> {
        ready(Ok(false))
    }
    fn move_queues(&self, _: &str, _: &str) -> Boxed<'_, StoreResult<(i64, bool)>> {
        ready(Ok((0, false)))
    }
    fn guard(&self) -> Guard {
        self.lock().guard.clone()
    }
    fn release(&self, _: Wall) -> Boxed<'_, StoreResult<Released>> {
        ready(Ok(Released::default()))
    }
    fn raise_epoch(&self) -> Boxed<'_, StoreResult<()>> {
        self.lock().epochs += 1;
        ready(Ok(()))
    }
    fn close(&self) -> Boxed<'_, ()> {
        ready(())
    }
}
