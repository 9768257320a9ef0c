//! What a turn changes besides rows: counts of topics and queues, what is told after the commit, and places taken of a dispatcher's window.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    id::{KeyNo, QueueNo},
    message::Lane,
    port::store::{Notice, Window},
    quota,
    time::Wall,
};

use super::{keys::QUARTER, reputation, results::TopicHours};

/// How counts of one topic move. Recipients.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TopicDelta {
    pub total: i64,
    pub pending: i64,
    pub(super) states: [i64; State::ALL.len()],
    pub(super) feedback: [i64; FeedbackKind::ALL.len()],
    /// Opens, opens by people, clicks, clicks by people: how often.
    pub(super) engaged: [i64; 4],
}

impl TopicDelta {
    /// Moves `n` recipients between states; `None` for coming into being.
    pub fn moved(&mut self, from: Option<State>, to: State, n: i64) {
        match from {
            None => self.total += n,
            Some(from) => *self.place(from) -= n,
        }
        *self.place(to) += n;
    }

    /// By [`Delta::reported`] only, which moves the hours too.
    fn feedback(&mut self, kind: FeedbackKind, n: i64) {
        self.feedback[kind as usize] += n;
    }

    /// One open or click, and whether it was a person's.
    pub fn engaged(&mut self, click: bool, person: bool) {
        let first = if click { 2 } else { 0 };
        self.engaged[first] += 1;
        self.engaged[first + 1] += i64::from(person);
    }

    /// Whether a count of recipients by where they stand moves.
    pub(super) fn moves(&self) -> bool {
        self.total != 0 || self.pending != 0 || self.states.iter().any(|n| *n != 0)
    }

    /// Whether something that waited or was open has ended: it may have been the last.
    pub(super) fn ends(&self) -> bool {
        self.pending + self.states[State::Unsettled as usize] < 0
    }

    /// Whether a count of what was reported of them moves.
    pub(super) fn reports(&self) -> bool {
        self.feedback.iter().chain(&self.engaged).any(|n| *n != 0)
    }

    fn place(&mut self, state: State) -> &mut i64 {
        match state {
            State::Waiting | State::Sending => &mut self.pending,
            other => &mut self.states[other as usize],
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.total += other.total;
        self.pending += other.pending;
        self.states.iter_mut().zip(other.states).for_each(|(a, b)| *a += b);
        self.feedback.iter_mut().zip(other.feedback).for_each(|(a, b)| *a += b);
        self.engaged.iter_mut().zip(other.engaged).for_each(|(a, b)| *a += b);
    }
}

/// What a job, or a whole turn, changes besides rows.
#[derive(Default)]
pub(super) struct Delta {
    pub(super) topics: BTreeMap<i64, TopicDelta>,
    /// Waiting recipients by queue; a queue listed has had its entries changed, whatever the number.
    pub(super) queues: BTreeMap<i64, i64>,
    /// Recipients sent, by minute.
    pub(super) sent: BTreeMap<i64, i64>,
    /// What happened to recipients of topics, by the hour.
    pub(super) hours: TopicHours,
    /// Recipients accepted, by key and quarter of an hour.
    pub(super) used: BTreeMap<(i64, i64), i64>,
    /// Recipients that count against a provider's 24-hour limit, by queue and slot.
    pub(super) taken: BTreeMap<(i64, i64), i64>,
    /// What falls on accounts and senders' domains.
    pub reputation: reputation::Counts,
    /// Queues something was put into, with the earliest due time of it, and those the turn itself retired.
    pub(super) filled: BTreeMap<i64, i64>,
    pub(super) retired: BTreeSet<i64>,
    pub notices: Vec<(String, Notice)>,
    /// Calls to endpoints are to be made.
    pub calls: bool,
    /// Taken for mail born leased.
    pub places: Vec<Places>,
}

/// Places of a dispatcher's window, given back where the mail they were taken for is not committed.
pub(super) struct Places {
    window: Arc<Window>,
    lane: Lane,
    copies: i64,
}

impl Places {
    /// Takes them, if there are so many.
    pub fn take(window: &Arc<Window>, lane: Lane, copies: i64) -> Option<Self> {
        window.take(lane, copies).then(|| Self { window: Arc::clone(window), lane, copies })
    }
    /// The mail was committed: its dispatcher counts it from here on.
    pub fn keep(mut self) {
        self.copies = 0;
    }
}

/// What is told after a commit.
pub(super) struct Told {
    /// To dispatchers, by provider.
    pub notices: Vec<(String, Notice)>,
    /// To keep.
    pub places: Vec<Places>,
    /// Calls to endpoints are to be made.
    pub calls: bool,
}

impl Drop for Places {
    fn drop(&mut self) {
        self.window.put_back(self.lane, self.copies);
    }
}

impl Delta {
    pub fn topic(&mut self, topic: i64) -> &mut TopicDelta {
        self.topics.entry(topic).or_default()
    }
    pub fn queue(&mut self, queue: i64, waiting: i64) {
        *self.queues.entry(queue).or_default() += waiting;
    }
    /// Recipients of a topic that became sent.
    pub fn sent(&mut self, topic: i64, at: Wall, n: i64) {
        *self.sent.entry(at.0.div_euclid(60_000)).or_default() += n;
        self.hours.sent(topic, at, n);
    }

    /// Recipients of a topic something was reported of for the first time. `at` is when it happened, as far as that was told.
    pub fn reported(&mut self, topic: i64, kind: FeedbackKind, at: Wall, n: i64) {
        self.topic(topic).feedback(kind, n);
        self.hours.reported(topic, kind, at, n);
    }

    pub fn used(&mut self, key: KeyNo, at: Wall, n: i64) {
        *self.used.entry((key.0, at.0.div_euclid(QUARTER))).or_default() += n;
    }

    /// Recipients the provider took or may have taken.
    pub fn taken(&mut self, queue: QueueNo, at: Wall, n: i64) {
        *self.taken.entry((queue.0, quota::slot_of(at))).or_default() += n;
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (no, d) in other.topics {
            self.topics.entry(no).or_default().add(&d);
        }
        for (no, n) in other.queues {
            *self.queues.entry(no).or_default() += n;
        }
        for (minute, n) in other.sent {
            *self.sent.entry(minute).or_default() += n;
        }
        self.hours.merge(other.hours);
        for (place, n) in other.used {
            *self.used.entry(place).or_default() += n;
        }
        for (place, n) in other.taken {
            *self.taken.entry(place).or_default() += n;
        }
        self.reputation.merge(other.reputation);
        for (no, due) in other.filled {
            self.filled.entry(no).and_modify(|first| *first = due.min(*first)).or_insert(due);
        }
        self.retired.extend(other.retired);
        self.notices.extend(other.notices);
        self.calls |= other.calls;
        self.places.extend(other.places);
    }
}
