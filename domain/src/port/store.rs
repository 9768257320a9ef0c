//! The durable queue, as the services see it: one method per business step, each atomic inside. No table-shaped traits, no
//! transaction handles, no SQL across the seam. Both engines pass one conformance suite (`tests/store/`).

use std::{
    collections::BTreeSet,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;

pub use super::audit::{AuditEntry, AuditFilter, AuditPage};
pub use super::engine::Store;
pub use super::fault::StoreError;
pub use super::find::{Backlog, DeliveryFilter, DeliveryPage, MessageFilter, MessageLine, MessagePage};
use super::{Boxed, nodes::NodeStart, slots::SharedSlots};
pub use super::{
    guard::{Guard, Released},
    reputation::DomainRoom,
    settlement::Settlement,
};
use crate::{
    access::Grant,
    delivery::State,
    event::{Feedback, FeedbackKind},
    feedback::Source,
    id::{DeliveryId, DeliveryKey, Incarnation, KeyNo, LeaseNo, MessageId, MessageNo, QueueNo},
    message::{Copy, Draft, Lane, Message, Role},
    outcome::Reason,
    reputation::domain_of,
    time::Wall,
};

pub type StoreResult<T> = Result<T, StoreError>;

/// A delivery and what happened to it, oldest first.
pub type DeliveryDetail = (DeliveryView, Vec<TimelineEntry>);

/// An answer kept under an idempotency key, replayed byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// SHA-256 of the request's raw body.
    pub fingerprint: [u8; 32],
    pub status: u16,
    pub body: Bytes,
}

/// What is known once everything is written and before it is committed; the answer is made from it.
#[derive(Clone, Debug, Default)]
pub struct AcceptReport {
    /// Per draft: ordinals (recipient index for a joint copy) that were on the suppression list.
    pub suppressed: Vec<Vec<u32>>,
}

/// Makes the answer, inside the transaction that stores it; again where that has to be run again.
pub type Answer = Box<dyn Fn(&AcceptReport) -> (u16, Bytes) + Send>;

/// One request's mail, accepted wholly or not at all.
pub struct AcceptBatch {
    pub drafts: Vec<Draft>,
    pub api_key: KeyNo,
    /// The caller's key and the fingerprint of the raw body.
    pub idempotency: Option<(String, [u8; 32])>,
    pub at: Wall,
    pub answer: Answer,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Stored and synced; the answer that was made.
    Stored(u16, Bytes),
    /// The idempotency key was there already: its answer. The caller compares the fingerprint.
    Repeated(StoredAnswer),
}

/// A queue as the dispatcher sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueInfo {
    pub queue: QueueNo,
    pub lane: Lane,
    /// Earliest due entry; `None` when it has none.
    pub next_due: Option<Wall>,
    pub paused: bool,
}

/// Claimed copies of one message under one lease.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub lease: LeaseNo,
    pub queue: QueueNo,
    pub message_no: MessageNo,
    pub message: Arc<Message>,
    /// Number of the attempt this claim is for, committed before the call.
    pub attempt: u16,
    /// Whether an earlier attempt is unsettled: then this one is the only resend.
    pub was_unsettled: bool,
    pub copies: Vec<Copy>,
}

impl Claimed {
    /// Whom it goes to, together.
    #[must_use]
    pub fn recipients(&self) -> u32 {
        self.copies.iter().map(|copy| u32::try_from(copy.open().count()).unwrap_or(u32::MAX)).fold(0, u32::saturating_add)
    }
}

/// What the store tells the dispatcher of a provider, after the commit that caused it.
#[derive(Clone, Debug)]
pub enum Notice {
    /// A queue has new mail, due from then on; `Queue` state is complete, not a difference.
    Queue(QueueInfo),
    /// Mail accepted and already leased to this node.
    Leased(Claimed),
    /// A queue was cancelled: drop what is claimed from it and not yet started.
    Cancelled(QueueNo),
    /// A message was cancelled: the same for its copies.
    CancelledMessage(MessageNo),
}

/// How many copies a dispatcher would take at once, per lane. The store leases due mail at accept while there is room, so that
/// one sync lies between a request and its sending. The dispatcher keeps it at 0 while mail of the lane waits.
#[derive(Debug, Default)]
pub struct Window([AtomicI64; 2], Held);

/// Senders' domains whose bulk mail is claimed only. Whether there are any is told apart: it is asked for each mail.
#[derive(Debug, Default)]
struct Held {
    any: AtomicBool,
    domains: RwLock<BTreeSet<String>>,
}

impl Window {
    /// Bulk mail of these senders' domains is not to be leased at accept.
    pub fn hold(&self, domains: BTreeSet<String>) {
        self.1.any.store(!domains.is_empty(), Ordering::Release);
        *self.1.domains.write().unwrap_or_else(PoisonError::into_inner) = domains;
    }
    /// Whether bulk mail of this sender is only claimed.
    #[must_use]
    pub fn holds(&self, sender: &str) -> bool {
        let domains = || self.1.domains.read().unwrap_or_else(PoisonError::into_inner);
        self.1.any.load(Ordering::Acquire) && domains().contains(&domain_of(sender))
    }
    pub fn set(&self, lane: Lane, room: i64) {
        self.0[lane as usize].store(room, Ordering::Relaxed);
    }
    /// Sets the room and returns what was left of the last, so that the dispatcher can count what was taken meanwhile.
    pub fn replace(&self, lane: Lane, room: i64) -> i64 {
        self.0[lane as usize].swap(room, Ordering::Relaxed)
    }
    #[must_use]
    pub fn room(&self, lane: Lane) -> i64 {
        self.0[lane as usize].load(Ordering::Relaxed)
    }
    /// Takes `n` places if there are that many.
    pub fn take(&self, lane: Lane, n: i64) -> bool {
        self.0[lane as usize].fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| (room >= n).then_some(room - n)).is_ok()
    }
    /// Gives `n` places back that were taken for mail that was not committed.
    pub fn put_back(&self, lane: Lane, n: i64) {
        self.0[lane as usize].fetch_add(n, Ordering::Relaxed);
    }
}

/// A provider's dispatcher, as registered with the store.
#[derive(Clone)]
pub struct Subscription {
    pub provider: String,
    pub incarnation: Incarnation,
    pub window: Arc<Window>,
    /// Called after commits, on the store's writer: must not block.
    pub notify: Arc<dyn Fn(Notice) + Send + Sync>,
}

/// A claim: which queues, in which order, how many copies from each.
#[derive(Clone, Debug)]
pub struct Claim {
    pub incarnation: Incarnation,
    pub provider: String,
    pub turns: Vec<(QueueNo, u32)>,
    pub now: Wall,
    /// Mail none of whose copies was attempted is expired when it is this late, in milliseconds.
    pub max_lateness_ms: i64,
    /// Lateness counts from here on where the mail was due before: until then it could not have been sent, whatever the reason.
    pub late_from: Wall,
    /// Senders' domains whose bulk mail is held back, or was.
    pub domains: Vec<DomainRoom>,
    /// Recipients it may bring at most, of bulk mail of an account that is held back; a copy to more stays.
    pub recipients: u32,
}

/// What a claim brought.
#[derive(Clone, Debug, Default)]
pub struct ClaimReport {
    pub claimed: Vec<Claimed>,
    /// Each queue asked for, as it is now; a queue that is gone has no next due time.
    pub queues: Vec<QueueInfo>,
}

/// One recipient of a copy as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientView {
    pub role: Role,
    pub email: String,
    pub name: Option<String>,
    pub state: State,
    /// Bits of [`FeedbackKind`].
    pub feedback: i64,
    /// Attempts made for this recipient.
    pub attempts: u16,
    /// The provider's id of the attempt accepted for it.
    pub provider_id: Option<String>,
    /// The last refusal, or why it waits.
    pub reason: Option<Reason>,
}

/// One copy as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryView {
    pub id: DeliveryId,
    pub key: DeliveryKey,
    pub topic: String,
    pub lane: Lane,
    pub provider: String,
    /// The sender's address.
    pub sender: String,
    /// The worst of its recipients'.
    pub state: State,
    pub recipients: Vec<RecipientView>,
    /// Attempts made.
    pub attempts: u16,
    /// The provider's id of the accepted attempt.
    pub provider_id: Option<String>,
    /// The last refusal, or why it waits.
    pub reason: Option<Reason>,
    /// An attempt of unknown outcome came before the accepted one.
    pub maybe_twice: bool,
    pub created_at: Wall,
    pub due: Wall,
    /// When the next attempt may be, where it is not the first.
    pub next_try: Option<Wall>,
    /// Last change; the time of the result where there is one.
    pub changed_at: Wall,
    pub paused: bool,
}

/// One line of a delivery's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    pub at: Wall,
    /// `accepted`, `attempt`, a result, feedback by name, or `note` for what only stands there.
    pub kind: String,
    /// The attempt it belongs to, 0 for none.
    pub attempt: u16,
    /// The recipient of a joint copy it speaks of; empty for all.
    pub recipient: String,
    pub detail: String,
    /// Where a report came from; `None` for what this server did, and for reports of before that was kept.
    pub source: Option<Source>,
}

/// A message as it stands.
#[derive(Clone, Debug)]
pub struct MessageView {
    pub message: Arc<Message>,
    pub no: MessageNo,
    pub copies: u32,
    /// Recipients by state.
    pub counts: Counts,
    pub cancelled_at: Option<Wall>,
}

/// Recipients by where they stand. `sent` is cumulative: what was delivered or bounced was sent too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub total: i64,
    pub waiting: i64,
    pub sending: i64,
    pub unsettled: i64,
    pub sent: i64,
    pub failed: i64,
    pub suppressed: i64,
    pub cancelled: i64,
    pub expired: i64,
    pub unknown: i64,
    pub delivered: i64,
    pub bounced: i64,
    pub complained: i64,
    pub soft_bounced: i64,
    pub delayed: i64,
    pub rejected: i64,
    pub opened: i64,
    pub clicked: i64,
    pub opened_by_person: i64,
    pub clicked_by_person: i64,
    pub unsubscribed: i64,
}

impl Counts {
    /// The count of a state.
    pub fn of_mut(&mut self, state: State) -> &mut i64 {
        match state {
            State::Waiting => &mut self.waiting,
            State::Sending => &mut self.sending,
            State::Unsettled => &mut self.unsettled,
            State::Sent => &mut self.sent,
            State::Failed => &mut self.failed,
            State::Suppressed => &mut self.suppressed,
            State::Cancelled => &mut self.cancelled,
            State::Expired => &mut self.expired,
            State::Unknown => &mut self.unknown,
        }
    }
    /// The count of a kind of feedback.
    pub fn feedback_mut(&mut self, kind: FeedbackKind) -> &mut i64 {
        match kind {
            FeedbackKind::Delivered => &mut self.delivered,
            FeedbackKind::Bounced => &mut self.bounced,
            FeedbackKind::Complained => &mut self.complained,
            FeedbackKind::SoftBounced => &mut self.soft_bounced,
            FeedbackKind::Delayed => &mut self.delayed,
            FeedbackKind::Rejected => &mut self.rejected,
            FeedbackKind::Opened => &mut self.opened,
            FeedbackKind::Clicked => &mut self.clicked,
            FeedbackKind::OpenedByPerson => &mut self.opened_by_person,
            FeedbackKind::ClickedByPerson => &mut self.clicked_by_person,
            FeedbackKind::Unsubscribed => &mut self.unsubscribed,
        }
    }
}

/// How often mail was opened and its links were followed; recipients who did are in [`Counts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engaged {
    pub opens: i64,
    pub opens_by_person: i64,
    pub clicks: i64,
    pub clicks_by_person: i64,
}

/// A topic as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicView {
    pub name: String,
    pub created_at: Wall,
    pub paused: bool,
    pub counts: Counts,
    pub engaged: Engaged,
}

/// A page of topics, by name.
#[derive(Clone, Debug, Default)]
pub struct TopicPage {
    pub topics: Vec<TopicView>,
    pub next: Option<String>,
}

/// What a caller shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// An API key.
    Key,
    /// A signed token; the row stands for its subject.
    Token,
}

/// A key to be kept; the key itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    pub kind: KeyKind,
    /// What it is for; the subject of tokens.
    pub name: String,
    /// First characters, to tell keys apart.
    pub prefix: String,
    /// SHA-256 of the key; for a subject one that no key has.
    pub hash: [u8; 32],
    pub grant: Grant,
}

/// An API key as listed, or a subject of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    pub no: KeyNo,
    pub kind: KeyKind,
    pub name: String,
    /// First characters, to tell keys apart.
    pub prefix: String,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
    pub grant: Grant,
    pub created_at: Wall,
    pub revoked_at: Option<Wall>,
    /// Written in batches: up to ten seconds behind.
    pub last_used_at: Option<Wall>,
    /// Requests made with it, likewise.
    pub requests: i64,
}

/// Requests made with a key since the last report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUse {
    pub key: KeyNo,
    pub requests: i64,
    pub last: Wall,
}

/// How the store stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreHealth {
    /// Recipients waiting in the queue, all lanes.
    pub waiting: i64,
    pub unsettled: i64,
    /// Deliveries leased to a node and not settled.
    pub leased: i64,
    /// Earliest due time per lane, of mail that is not paused.
    pub oldest_due: [Option<Wall>; 2],
    /// Bytes free for new mail before accepting stops; negative when it has. `None` where the disk is a server's own, which alone knows.
    pub free_bytes: Option<i64>,
}

/// One violated invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which rule, as a snake_case word.
    pub rule: &'static str,
    pub detail: String,
}

/// A slice of the check: pass `next` back in until it is `None`.
#[derive(Clone, Debug, Default)]
pub struct VerifySlice {
    /// Deliveries looked at.
    pub checked: u64,
    pub violations: Vec<Violation>,
    pub next: Option<i64>,
}

/// What a slice of housekeeping did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Housekept {
    /// Another node does it for the installation.
    Elsewhere,
    /// There is more to do.
    More,
    /// Nothing is left to do for now.
    Done,
}

/// The way in and the way through.
pub trait QueueStore: Send + Sync {
    /// Starts an incarnation of this node. An unclean end of an earlier one counts as a slot taken `now`. On an engine that only
    /// one process uses, all earlier ones have ended by it.
    fn start(&self, node: &NodeStart, now: Wall) -> Boxed<'_, StoreResult<Incarnation>>;
    /// Shows that the incarnation lives. Its lease counts from before the call. [`StoreError::Ended`] when another node has ended
    /// it; the same is told to its claims. A beat also reads again what [`AdminStore::guard`] tells.
    fn beat(&self, incarnation: Incarnation, now: Wall) -> Boxed<'_, StoreResult<()>>;
    /// Marks the incarnation as stopping, for people and other nodes to see, and lets another do the housekeeping. It still settles.
    fn drain(&self, incarnation: Incarnation, now: Wall) -> Boxed<'_, StoreResult<()>>;
    /// Ends an incarnation that holds nothing any more.
    fn end(&self, incarnation: Incarnation, now: Wall) -> Boxed<'_, StoreResult<()>>;

    /// Stores a batch with its idempotency key in one commit (or staged and published by the last), synced to disk.
    fn accept(&self, batch: AcceptBatch) -> Boxed<'_, StoreResult<Accepted>>;
    /// The answer kept under a key, not older than 24 hours before `now`.
    fn answer(&self, api_key: KeyNo, key: &str, now: Wall) -> Boxed<'_, StoreResult<Option<StoredAnswer>>>;

    /// Registers a provider's dispatcher; notices flow from then on.
    fn subscribe(&self, subscription: Subscription) -> Boxed<'_, StoreResult<()>>;
    /// All live queues of a provider that hold entries.
    fn queues(&self, provider: &str) -> Boxed<'_, StoreResult<Vec<QueueInfo>>>;
    /// Takes copies out of queues under leases of the incarnation. What is cancelled, expired or suppressed by now is
    /// settled as that on the way, in this order; paused queues give nothing.
    fn claim(&self, claim: Claim) -> Boxed<'_, StoreResult<ClaimReport>>;
    /// Writes outcomes by compare-and-set on (state, attempt). Repeating a settlement changes nothing; one that comes late
    /// is evidence.
    fn settle(&self, batch: Vec<Settlement>) -> Boxed<'_, StoreResult<()>>;
    /// Ends all other incarnations that have not beaten for `dead_after`, by the clock of beats, and takes the leases of all that
    /// have ended. Their copies without an outcome become unsettled and are reviewed at `now + unknown_wait`. Returns how many
    /// copies. Cheap where there is nothing: every node asks every few seconds.
    fn reclaim(&self, own: Incarnation, dead_after: Duration, now: Wall, unknown_wait_ms: [i64; 2]) -> Boxed<'_, StoreResult<u64>>;

    /// Records that a slot of a provider was last taken at `at`.
    fn record_slot(&self, provider: &str, at: Wall) -> Boxed<'_, StoreResult<()>>;
    /// Recipients of a provider's mail that was or may have been accepted since then, by slot of [`crate::quota`].
    fn sent_slots(&self, provider: &str, since: Wall) -> Boxed<'_, StoreResult<Vec<(i64, u64)>>>;
    /// When a slot of a provider was last taken, as recorded.
    fn last_slot(&self, provider: &str) -> Boxed<'_, StoreResult<Option<Wall>>>;
    /// The slots of a store that several nodes share; `None` where one process has it alone and paces itself.
    fn shared_slots(&self) -> Option<Arc<dyn SharedSlots>> {
        None
    }

    /// Cancels all waiting mail of a topic: counts at once, rows in slices later. Returns recipients cancelled now.
    /// What is posted to the topic afterwards is sent. `None` for an unknown topic.
    fn cancel_topic(&self, topic: &str, now: Wall) -> Boxed<'_, StoreResult<Option<i64>>>;
    /// The same for one message.
    fn cancel_message(&self, id: MessageId, now: Wall) -> Boxed<'_, StoreResult<Option<i64>>>;
    /// Pauses or resumes a topic; mail posted while paused waits too. `false` for an unknown topic.
    fn pause_topic(&self, topic: &str, paused: bool, now: Wall) -> Boxed<'_, StoreResult<bool>>;

    /// Records what became of sent mail, once per (delivery, recipient, kind). Settles unsettled and unknown deliveries: what
    /// has feedback was accepted. Reports of deliveries that do not exist are counted and dropped. Returns how many were new.
    fn record_feedback(&self, batch: Vec<Feedback>) -> Boxed<'_, StoreResult<u64>>;
    /// Whether feedback of our own mail came since `since`.
    fn feedback_since(&self, provider: &str, since: Wall) -> Boxed<'_, StoreResult<bool>>;

    /// One slice of deferred work (row states of cancelled mail, the address index, old idempotency keys, staged leftovers, nodes
    /// long ended), at most a writer turn. One node does it for all: `own` takes the right to it when it is free, and keeps it by
    /// asking.
    fn housekeep(&self, own: Incarnation, now: Wall) -> Boxed<'_, StoreResult<Housekept>>;
}

/// Looking things up.
pub trait ReadStore: Send + Sync {
    fn message(&self, id: MessageId) -> Boxed<'_, StoreResult<Option<MessageView>>>;
    fn delivery(&self, id: DeliveryId) -> Boxed<'_, StoreResult<Option<DeliveryDetail>>>;
    /// Newest first; keyset pages. A page that had to look at too much is short, and still has a next one.
    fn messages(&self, filter: MessageFilter, before: Option<MessageNo>, limit: u32) -> Boxed<'_, StoreResult<MessagePage>>;
    /// Newest message first, copies in order; keyset pages. A page that had to look at too much is short, and still has a next one.
    fn deliveries(&self, filter: DeliveryFilter, after: Option<DeliveryKey>, limit: u32) -> Boxed<'_, StoreResult<DeliveryPage>>;
    fn topic(&self, name: &str) -> Boxed<'_, StoreResult<Option<TopicView>>>;
    /// By name, after the given one.
    fn topics(&self, after: Option<String>, limit: u32) -> Boxed<'_, StoreResult<TopicPage>>;
    /// Recipients sent since then.
    fn sent_since(&self, since: Wall) -> Boxed<'_, StoreResult<i64>>;
    /// Waiting recipients of every provider that has any, configured or not, by queue.
    fn backlog(&self) -> Boxed<'_, StoreResult<Vec<Backlog>>>;
    fn health(&self) -> Boxed<'_, StoreResult<StoreHealth>>;
    /// Checks the contract's invariants over one slice, each in a snapshot of its own; the first (`None`) checks leases, entries and
    /// idempotency keys, each further one recounts a topic.
    fn verify(&self, after: Option<i64>) -> Boxed<'_, StoreResult<VerifySlice>>;
}

/// Keys and the installation.
pub trait AdminStore: Send + Sync {
    fn keys(&self) -> Boxed<'_, StoreResult<Vec<KeyInfo>>>;
    /// Adds a key by its hash; one with the same hash is returned as it is.
    fn add_key(&self, key: NewKey, now: Wall) -> Boxed<'_, StoreResult<KeyInfo>>;
    /// Adds a key where none holds; `None` where one does, perhaps because another node that starts at the same time was first.
    fn add_first_key(&self, key: NewKey, now: Wall) -> Boxed<'_, StoreResult<Option<KeyInfo>>>;
    /// Gives a key another name and grant. `None` when there is no such key.
    fn change_key(&self, no: KeyNo, name: &str, grant: Grant) -> Boxed<'_, StoreResult<Option<KeyInfo>>>;
    /// `false` when there is no such key or it was revoked before.
    fn revoke_key(&self, no: KeyNo, now: Wall) -> Boxed<'_, StoreResult<bool>>;
    /// Moves a slice of a provider's queues to another: all that waits in them, attempts and states kept. Returns waiting recipients
    /// moved, and whether there is more.
    fn move_queues(&self, from: &str, to: &str) -> Boxed<'_, StoreResult<(i64, bool)>>;
    /// Adds to what is known of the use of keys.
    fn note_use(&self, uses: Vec<KeyUse>) -> Boxed<'_, StoreResult<()>>;
    /// Recipients accepted for each key since `since`, which is a whole quarter of an hour, less those that were forgiven since
    /// then. Keys without any are left out.
    fn key_usage(&self, since: Wall) -> Boxed<'_, StoreResult<Vec<(KeyNo, i64)>>>;
    /// Forgives what was accepted for a key since `since`, so that it is no longer counted.
    fn forgive_key(&self, no: KeyNo, since: Wall, now: Wall) -> Boxed<'_, StoreResult<()>>;
    /// Writes an act down. Nothing written is ever changed or removed.
    fn audit(&self, entry: AuditEntry) -> Boxed<'_, StoreResult<()>>;
    /// Acts, newest first, with numbers below `before`.
    fn audits(&self, filter: AuditFilter, before: Option<i64>, limit: u32) -> Boxed<'_, StoreResult<AuditPage>>;
    /// Whether the store is held, as last read: at the opening, by each beat and by [`Self::release`]. Asks nobody.
    fn guard(&self) -> Guard;
    /// Lets a held store send. Of one held whole, what was due before becomes unsettled and is held for a person; bulk alone that was
    /// held goes on as it is. Other nodes learn of it by their next beat.
    fn release(&self, now: Wall) -> Boxed<'_, StoreResult<Released>>;
    /// Raises the epoch in the database and beside it, so that a backup taken before shows as one.
    fn raise_epoch(&self) -> Boxed<'_, StoreResult<()>>;
    /// Writes everything out and closes. Later calls answer [`StoreError::Closed`].
    fn close(&self) -> Boxed<'_, ()>;
}
