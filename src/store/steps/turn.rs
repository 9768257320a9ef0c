//! One writer turn: the transaction, the caches that save look-ups, and the counts that move with it.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use arc_swap::ArcSwap;

use super::{
    Error, Params, Query, Session,
    delta::{Delta, Told, TopicDelta},
    hooks::{self, Wants},
    kept_back,
    known::Known,
    outbox::Outbox,
    params, q,
};
use jebi_domain::{
    delivery::State,
    erasure::PersonKey,
    event::FeedbackKind,
    id::{Incarnation, QueueNo},
    message::Lane,
    port::store::{Guard, Notice, QueueInfo, Subscription},
    suppression,
    time::Wall,
};

/// Entries a cache holds before it is emptied: recent ones matter, and refilling is a look-up each.
pub(super) const CACHE: usize = 4_096;
/// Numbers of entries and leases an incarnation has.
pub(super) const NUMBER_BITS: u32 = 40;
/// Milliseconds of an hour, the grain messages are found by time with.
pub(super) const HOUR_MS: i64 = 3_600_000;
/// Quarters of an hour the use of a key is kept for: 35 days.
const USAGE_KEPT: i64 = 35 * 96;

/// What all writers of a node have in common.
#[derive(Default)]
pub struct Common {
    subscriptions: Mutex<HashMap<String, Subscription>>,
    next_entry: AtomicI64,
    next_lease: AtomicI64,
    pub(super) outbox: Outbox,
    /// This node's incarnation; 0 before it starts one.
    own: AtomicI64,
    /// Lanes that wait for a release.
    held: [AtomicBool; 2],
    /// What enters the suppression list by itself.
    pub(super) suppression: ArcSwap<suppression::Rules>,
    /// What erased people are known by.
    people: OnceLock<PersonKey>,
}

impl Common {
    /// Numbers given out from here on.
    pub(in crate::store) fn new(next_entry: i64, next_lease: i64, guard: &Guard) -> Self {
        let (next_entry, next_lease) = (AtomicI64::new(next_entry), AtomicI64::new(next_lease));
        Self {
            subscriptions: Mutex::default(),
            next_entry,
            next_lease,
            outbox: Outbox::default(),
            own: AtomicI64::new(0),
            held: Lane::ALL.map(|lane| AtomicBool::new(guard.holds(lane))),
            suppression: ArcSwap::default(),
            people: OnceLock::new(),
        }
    }

    /// The dispatchers of this node, by provider.
    pub(super) fn subscriptions(&self) -> MutexGuard<'_, HashMap<String, Subscription>> {
        self.subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The providers this node has dispatchers of.
    pub(in crate::store) fn providers(&self) -> Vec<String> {
        self.subscriptions().keys().cloned().collect()
    }

    /// Tells this node's dispatchers.
    pub(in crate::store) fn tell(&self, notices: Vec<(String, Notice)>) {
        let subscriptions = self.subscriptions();
        for (provider, notice) in notices {
            if let Some(s) = subscriptions.get(&provider) {
                (s.notify)(notice);
            }
        }
    }

    pub(super) fn lease_no(&self) -> i64 {
        self.next_lease.fetch_add(1, Ordering::Relaxed)
    }

    fn entry_no(&self) -> i64 {
        self.next_entry.fetch_add(1, Ordering::Relaxed)
    }

    /// What erased people are known by, once it was told.
    pub(super) fn people(&self) -> &OnceLock<PersonKey> {
        &self.people
    }

    /// This node's incarnation; 0 before it starts one.
    pub(in crate::store) fn own(&self) -> Incarnation {
        Incarnation(self.own.load(Ordering::Relaxed))
    }

    /// Begins an incarnation, with numbers of its own for entries and leases: they are never used again, as a late answer must not meet
    /// somebody else's lease.
    pub(super) fn begin(&self, own: Incarnation) {
        self.own.store(own.0, Ordering::Relaxed);
        self.next_lease.fetch_max(own.0 << NUMBER_BITS, Ordering::Relaxed);
        self.next_entry.fetch_max(own.0 << NUMBER_BITS, Ordering::Relaxed);
        self.outbox.begin(own);
    }

    /// Whether the store gives no mail of the lane out.
    pub(super) fn is_held(&self, lane: Lane) -> bool {
        self.held[lane as usize].load(Ordering::Relaxed)
    }

    pub(in crate::store) fn hold(&self, guard: &Guard) {
        Lane::ALL.into_iter().for_each(|lane| self.held[lane as usize].store(guard.holds(lane), Ordering::Relaxed));
    }
}

/// What a writer remembers between turns. Everything can be dropped at any time.
pub struct Memory {
    pub(super) common: Arc<Common>,
    pub(super) topics: HashMap<String, (i64, bool)>,
    pub(super) queues: HashMap<(String, Lane, i64), i64>,
    /// Topics by queue, and their names.
    pub(super) topic_of: HashMap<i64, i64>,
    pub(super) topic_names: HashMap<i64, String>,
    pub(super) messages: HashMap<i64, Known>,
    pub(super) last_content: Option<([u8; 32], i64)>,
    /// Whether the suppression list holds anything, and the number of the first message accepted since it last grew.
    pub(super) suppressed: bool,
    pub(super) suppressed_before: i64,
    /// Whether mail to any address has bounced for now and counts.
    pub(super) soft_bounced: bool,
    /// Whether anybody ever refused bulk mail, and the number of the first message accepted since somebody last did.
    pub(super) refused: bool,
    pub(super) refused_before: i64,
    /// Whether anybody's data was ever erased, and the number of the first message accepted since somebody's last was.
    pub(super) erased: bool,
    pub(super) erased_before: i64,
    /// The hour of the last message accepted, since 1970; `None` when it is not known.
    hour: Option<i64>,
    /// Leases of ended nodes that cannot be taken over, because what they are of cannot be read.
    pub(super) damaged: HashSet<i64>,
    /// Reports kept for later that cannot be recorded, because something stored cannot be read.
    pub(super) damaged_reports: HashSet<i64>,
    /// When it was last written down that feedback comes through an account.
    pub(super) seen: HashMap<String, i64>,
    /// What endpoints want; `None` where it is to be read anew.
    pub(super) wants: Option<Arc<Wants>>,
    /// When the turn began.
    pub(super) began: Wall,
}

impl Memory {
    pub(in crate::store) fn new(common: Arc<Common>) -> Self {
        Self {
            common,
            topics: HashMap::new(),
            queues: HashMap::new(),
            topic_of: HashMap::new(),
            topic_names: HashMap::new(),
            messages: HashMap::new(),
            last_content: None,
            suppressed: false,
            suppressed_before: 0,
            soft_bounced: false,
            refused: false,
            refused_before: 0,
            erased: false,
            erased_before: 0,
            hour: None,
            damaged: HashSet::new(),
            damaged_reports: HashSet::new(),
            seen: HashMap::new(),
            wants: None,
            began: Wall(0),
        }
    }

    pub(in crate::store) fn common(&self) -> &Arc<Common> {
        &self.common
    }

    /// Takes in what other nodes may have written: whether there are suppressed addresses and soft bounces, and up to before which
    /// message addresses are to be looked up again, where the list has grown.
    pub(in crate::store) fn others_wrote(&mut self, suppressed: bool, soft_bounced: bool, looked_up_before: Option<i64>) {
        (self.suppressed, self.soft_bounced) = (suppressed, soft_bounced);
        if let Some(before) = looked_up_before {
            self.suppressed_before = self.suppressed_before.max(before);
        }
        self.topics.clear();
        self.queues.clear();
    }

    /// What endpoints want has changed, here or on another node.
    pub(in crate::store) fn endpoints_changed(&mut self) {
        self.wants = None;
    }

    /// Takes in whether anybody refuses bulk mail, and where somebody has since (`more`), up to before which message that is to be looked up
    /// again. What this node wrote itself in the turn before is among it.
    pub(in crate::store) fn others_refused(&mut self, any: bool, more: bool, before: i64) {
        self.refused = any;
        if more || self.refused_before == i64::MAX {
            self.refused_before = before;
        }
    }

    /// Takes in whether anybody's data was erased, in the same way.
    pub(in crate::store) fn others_erased(&mut self, any: bool, more: bool, before: i64) {
        self.erased = any;
        if more || self.erased_before == i64::MAX {
            self.erased_before = before;
        }
    }

    /// After a rollback what was cached may not be in the database.
    pub(in crate::store) fn forget(&mut self) {
        self.wants = None;
        self.topics.clear();
        self.queues.clear();
        self.topic_of.clear();
        self.topic_names.clear();
        self.messages.clear();
        self.last_content = None;
        self.hour = None;
        self.seen.clear();
    }
}

/// One turn of the writer.
pub struct Turn<'a> {
    pub db: &'a dyn Session,
    pub memory: &'a mut Memory,
    /// Of the job under way.
    pub(super) delta: Delta,
    /// Of the jobs done.
    total: Delta,
    /// Rows written so far, about.
    pub rows: u32,
    /// Whether a message was written in it.
    pub(super) accepted: bool,
    /// Messages whose place in memory is of this turn.
    pub(super) fresh: HashSet<i64>,
    /// Provider and lane of queues read in this turn.
    pub(super) homes: HashMap<i64, (String, Lane)>,
    /// An incarnation of this node, and whether it still is, as far as it was asked.
    alive: Option<(Incarnation, bool)>,
    /// Why the engine has rolled the transaction back by itself, if it has.
    pub broken: Option<Error>,
}

impl<'a> Turn<'a> {
    pub fn new(db: &'a dyn Session, memory: &'a mut Memory) -> Self {
        Self {
            db,
            memory,
            delta: Delta::default(),
            total: Delta::default(),
            rows: 0,
            accepted: false,
            fresh: HashSet::new(),
            homes: HashMap::new(),
            alive: None,
            broken: None,
        }
    }

    /// Keeps what the job under way changed.
    pub fn keep(&mut self) {
        let done = std::mem::take(&mut self.delta);
        self.total.merge(done);
    }

    /// Drops what the job under way changed; its rows are rolled back by the caller.
    pub fn drop_job(&mut self) {
        self.delta = Delta::default();
        self.memory.forget();
    }

    /// Recipients waiting in a queue, with what this turn has not written yet.
    pub fn waiting_in(&self, queue: i64, written: i64) -> i64 {
        let pending = |d: &Delta| d.queues.get(&queue).copied().unwrap_or(0);
        written + pending(&self.total) + pending(&self.delta)
    }

    /// Recipients waiting in all topics, with what this turn has not written yet.
    pub fn waiting(&self, written: i64) -> i64 {
        let pending = |d: &Delta| d.topics.values().map(|t| t.pending).sum::<i64>();
        written + pending(&self.total) + pending(&self.delta)
    }

    /// Writes the counts of all jobs kept.
    pub(super) fn flush(&mut self, now: Wall) -> Result<Told, Error> {
        let mut total = std::mem::take(&mut self.total);
        let asks_again = kept_back::asks_again(self);
        if asks_again {
            self.ahead(q!("kept_back_any"), ())?;
        }
        // Queues first, then topics, their hours, then the sums, each in one order: of two writers one waits, and never both.
        let mut notices = std::mem::take(&mut total.notices);
        notices.extend(self.flush_queues(&total)?);
        let (mut waiting, mut unsettled, mut calls) = (0, 0, total.calls);
        for (no, d) in &total.topics {
            waiting += d.pending;
            unsettled += d.states[State::Unsettled as usize];
            self.flush_topic(*no, d)?;
            if d.ends() {
                calls |= hooks::tell_finished(self, *no)?;
            }
        }
        total.hours.flush(self, now)?;
        for (minute, n) in &total.sent {
            self.run(q!("sent_add"), (minute, n))?;
        }
        for ((queue, slot), n) in &total.taken {
            self.run(q!("sent_slot_add"), (queue, slot, n))?;
        }
        for ((key, quarter), n) in &total.used {
            self.run(q!("key_usage_add"), (key, quarter, n))?;
            self.run(q!("key_usage_purge"), (key, quarter - USAGE_KEPT))?;
        }
        total.reputation.flush(self)?;
        if waiting != 0 || unsettled != 0 {
            self.run(q!("totals_add"), (waiting, unsettled))?;
        }
        if asks_again {
            kept_back::ask_again(self)?;
        }
        Ok(Told { notices, places: total.places, calls })
    }

    /// Writes how a topic's counts move.
    fn flush_topic(&self, no: i64, d: &TopicDelta) -> Result<(), Error> {
        let s = |state: State| d.states[state as usize];
        let f = |kind: FeedbackKind| d.feedback[kind as usize];
        if d.moves() {
            self.run(
                q!("topic_add"),
                params![
                    no,
                    d.total,
                    d.pending,
                    s(State::Unsettled),
                    s(State::Sent),
                    s(State::Failed),
                    s(State::Suppressed),
                    s(State::Cancelled),
                    s(State::Expired),
                    s(State::Unknown),
                ],
            )?;
        }
        if d.reports() {
            self.run(
                q!("topic_feedback_add"),
                params![
                    no,
                    f(FeedbackKind::Delivered),
                    f(FeedbackKind::Bounced),
                    f(FeedbackKind::Complained),
                    f(FeedbackKind::SoftBounced),
                    f(FeedbackKind::Delayed),
                    f(FeedbackKind::Rejected),
                    f(FeedbackKind::Opened),
                    f(FeedbackKind::Clicked),
                    f(FeedbackKind::OpenedByPerson),
                    f(FeedbackKind::ClickedByPerson),
                    f(FeedbackKind::Unsubscribed),
                    d.engaged[0],
                    d.engaged[1],
                    d.engaged[2],
                    d.engaged[3],
                ],
            )?;
        }
        Ok(())
    }

    /// Writes what waits in the queues touched; what dispatchers are told of it.
    fn flush_queues(&self, total: &Delta) -> Result<Vec<(String, Notice)>, Error> {
        let mut notices = Vec::new();
        if !total.queues.is_empty() {
            self.db.lock_queues(&total.queues.keys().copied().collect::<Vec<_>>())?;
        }
        let put = |no: &i64| total.filled.get(no).copied().unwrap_or(i64::MAX);
        for (no, waiting) in &total.queues {
            self.ahead(q!("queue_add"), (no, waiting, put(no)))?;
        }
        for (no, waiting) in &total.queues {
            let info = self.row(q!("queue_add"), (no, waiting, put(no)), |r| {
                let lane: i64 = r.get(1)?;
                let (due, cancelled, paused): (Option<i64>, Option<i64>, Option<i64>) = (r.get(2)?, r.get(3)?, r.get(4)?);
                Ok((r.get::<String>(0)?, lane, due, cancelled.is_some(), paused.is_some()))
            })?;
            let Some((provider, lane, due, cancelled, paused)) = info else { continue };
            if cancelled {
                // Whoever retired it has counted what waited in it.
                if (total.filled.contains_key(no) || *waiting != 0) && !total.retired.contains(no) {
                    return Err(self.changed("another node has cancelled a topic whose waiting mail was just changed"));
                }
                continue;
            }
            let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
            let paused = paused || self.memory.common.is_held(lane);
            notices.push((provider, Notice::Queue(QueueInfo { queue: QueueNo(*no), lane, next_due: due.map(Wall), paused })));
        }
        Ok(notices)
    }

    /// Notes that a queue was retired by this turn.
    pub fn retired(&mut self, queue: i64) {
        self.delta.retired.insert(queue);
    }

    /// Runs an insert; the number its row was given.
    pub fn inserted(&self, query: &'static Query, params: impl Params) -> Result<i64, Error> {
        self.row(query, params, |r| r.get(0))?.ok_or_else(|| Error::damaged("row", format!("{} gave no number", query.name)))
    }

    /// Whether an incarnation is this node's of now and still is: others may have ended it. It is not ended before this transaction is.
    pub fn is_alive(&mut self, of: Incarnation) -> Result<bool, Error> {
        if of != self.memory.common.own() {
            return Ok(false);
        }
        if let Some((asked, alive)) = self.alive
            && asked == of
        {
            return Ok(alive);
        }
        let alive = self.row(q!("incarnation_alive"), [of.0], |_| Ok(()))?.is_some();
        self.alive = Some((of, alive));
        Ok(alive)
    }

    /// Notes the hour a message was accepted in, where it is another than the one's before.
    pub fn note_hour(&mut self, no: i64, at: Wall) -> Result<(), Error> {
        let hour = at.0.div_euclid(HOUR_MS);
        if self.memory.hour != Some(hour) {
            self.append(q!("hour_insert"), (no, hour))?;
            self.memory.hour = Some(hour);
        }
        Ok(())
    }

    /// Puts copies `first .. first + count` of a message into a queue for the attempt named.
    pub fn enqueue(&mut self, queue: i64, due: Wall, message: i64, range: (u32, u32), attempt: u16) -> Result<(), Error> {
        let no = self.memory.common.entry_no();
        self.append(q!("entry_insert"), (queue, due.0, no, message, range.0, range.1, attempt))?;
        self.rows += 1;
        self.delta.filled.entry(queue).and_modify(|first| *first = due.0.min(*first)).or_insert(due.0);
        // Its next due time has to be read again, even if no recipient more is waiting.
        self.delta.queue(queue, 0);
        Ok(())
    }
}
