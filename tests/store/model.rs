//! What a store must do, said over single copies in memory: no ranges, no rows, no counts kept. The property test drives a real
//! store beside it.

use std::collections::{BTreeMap, BTreeSet};

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryId, MessageId},
    message::{Copies, Draft, Lane, OnUnknown},
    outcome::Decision,
    port::store::{Claimed, Counts},
    time::Wall,
};

/// Where a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Queue(Wall),
    Lease(i64),
    /// It has a result.
    Nowhere,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub email: String,
    pub state: State,
    pub feedback: i64,
}

#[derive(Clone, Debug)]
pub struct Copy {
    pub message: usize,
    pub state: State,
    pub attempt: u16,
    pub place: Place,
    pub people: Vec<Person>,
    /// Earlier attempts nobody knows the end of.
    past: BTreeSet<u16>,
    /// Attempts certainly not accepted, and those the provider took.
    refused: BTreeSet<u16>,
    pub accepted: BTreeSet<u16>,
    /// An attempt's end was unknown once.
    pub doubtful: bool,
}

#[derive(Clone, Debug)]
pub struct Message {
    pub id: MessageId,
    pub topic: String,
    pub lane: Lane,
    pub due: Wall,
    pub expires_at: Option<Wall>,
    pub hold: bool,
    pub cancelled: bool,
    /// Its topic was cancelled after it was accepted.
    pub retired: bool,
}

#[derive(Clone, Debug)]
pub struct Lease {
    pub attempt: u16,
    /// Copies whose outcome is still to be told.
    pub out: BTreeSet<DeliveryId>,
}

#[derive(Default)]
pub struct Model {
    pub messages: Vec<Message>,
    pub copies: BTreeMap<DeliveryId, Copy>,
    pub leases: BTreeMap<i64, Lease>,
    pub paused: BTreeSet<String>,
    pub suppressed: BTreeSet<String>,
}

fn live(state: State) -> bool {
    matches!(state, State::Waiting | State::Unsettled)
}

impl Copy {
    fn settle_to(&mut self, to: State) {
        let from = self.state;
        self.people.iter_mut().filter(|p| p.state == from).for_each(|p| p.state = to);
        self.state = to;
    }

    fn end(&mut self, to: State) {
        self.settle_to(to);
        if let Place::Queue(_) = self.place {
            self.place = Place::Nowhere;
        }
    }

    fn reported(&self) -> bool {
        self.people.iter().any(|p| p.feedback != 0)
    }

    /// The state shown.
    pub fn shown(&self, stored: State) -> State {
        if live(stored) && matches!(self.place, Place::Lease(_)) { State::Sending } else { stored }
    }
}

impl Model {
    pub fn accept(&mut self, draft: &Draft) {
        let m = &draft.message;
        let index = self.messages.len();
        self.messages.push(Message {
            id: m.id,
            topic: m.topic.clone(),
            lane: m.lane,
            due: m.due,
            expires_at: m.expires_at,
            hold: m.on_unknown == OnUnknown::Hold,
            cancelled: false,
            retired: false,
        });
        let person = |email: &str| Person {
            email: email.to_owned(),
            state: if self.suppressed.contains(email) { State::Suppressed } else { State::Waiting },
            feedback: 0,
        };
        let copies: Vec<Vec<Person>> = match &draft.copies {
            Copies::Each(all) => all.iter().map(|to| vec![person(&to.email)]).collect(),
            Copies::Joint(all) => vec![all.iter().map(|(_, to)| person(&to.email)).collect()],
        };
        for (ordinal, people) in copies.into_iter().enumerate() {
            let suppressed = people.iter().all(|p| p.state == State::Suppressed);
            let copy = Copy {
                message: index,
                state: if suppressed { State::Suppressed } else { State::Waiting },
                attempt: 0,
                place: if suppressed { Place::Nowhere } else { Place::Queue(m.due) },
                people,
                past: BTreeSet::new(),
                refused: BTreeSet::new(),
                accepted: BTreeSet::new(),
                doubtful: false,
            };
            self.copies.insert(DeliveryId { message: m.id, ordinal: ordinal as u32 }, copy);
        }
    }

    pub fn cancelled(&self, message: usize) -> bool {
        self.messages[message].cancelled || self.messages[message].retired
    }

    /// Whether anything of the message was attempted or is being so.
    pub fn attempted(&self, message: usize) -> bool {
        let leased: BTreeSet<&DeliveryId> = self.leases.values().flat_map(|l| &l.out).collect();
        self.copies.iter().any(|(id, c)| c.message == message && (c.attempt > 0 || leased.contains(id)))
    }

    /// Puts claimed copies under their lease, having checked that each may be claimed.
    pub fn lease(&mut self, claimed: &Claimed, now: Wall, lateness: i64) {
        let attempt = claimed.attempt;
        let mut out = BTreeSet::new();
        let index = self.messages.iter().position(|m| m.id == claimed.message.id).expect("a message the store was given");
        let (m, attempted) = (self.messages[index].clone(), self.attempted(index));
        assert!(!self.cancelled(index), "a cancelled copy was claimed");
        assert!(!self.paused.contains(&m.topic), "a paused copy was claimed");
        assert!(m.expires_at.is_none_or(|at| at > now), "an expired copy was claimed");
        let late = now.0 - m.due.0 > lateness;
        assert!(attempted || attempt > 1 || !late, "a copy too late was claimed");
        for one in &claimed.copies {
            let id = DeliveryId { message: m.id, ordinal: one.ordinal };
            let c = self.copies.get_mut(&id).expect("a copy the store was given");
            assert!(matches!(c.place, Place::Queue(due) if due <= now), "{id} was claimed from {:?}", c.place);
            assert!(live(c.state), "{id} was claimed when {:?}", c.state);
            assert_eq!(c.attempt + 1, attempt, "{id}: the attempt claimed");
            assert_eq!(claimed.was_unsettled, c.state == State::Unsettled, "{id}");
            assert!(c.state == State::Waiting || !m.hold, "{id} is to be held, not resent");
            let state = c.state;
            let listed = |p: &Person| state == State::Waiting && self.suppressed.contains(&p.email);
            for (p, a) in c.people.iter_mut().zip(&one.addressees) {
                if p.state == state && listed(p) {
                    p.state = State::Suppressed;
                }
                assert_eq!((&a.mailbox.email, a.open), (&p.email, p.state == state), "{id}");
            }
            assert!(one.open().next().is_some(), "{id} goes to nobody");
            c.place = Place::Lease(claimed.lease.0);
            assert!(out.insert(id));
        }
        assert!(!out.is_empty(), "a lease of nothing");
        assert!(self.leases.insert(claimed.lease.0, Lease { attempt, out }).is_none(), "a lease number was used again");
    }

    /// The end of an attempt.
    pub fn settle(&mut self, id: DeliveryId, lease: i64, attempt: u16, decision: &Decision) {
        let cancelled = self.cancelled(self.copies[&id].message);
        let c = self.copies.get_mut(&id).expect("a copy");
        let mine = self.leases.get_mut(&lease).is_some_and(|l| l.out.contains(&id));
        if live(c.state) && c.attempt + 1 == attempt {
            if !mine {
                return;
            }
            apply(c, attempt, decision, cancelled);
        } else if c.attempt + 1 == attempt {
            if mine {
                note(c, attempt, decision);
            }
        } else {
            late(c, attempt, decision, cancelled);
            return;
        }
        if let Some(l) = self.leases.get_mut(&lease) {
            l.out.remove(&id);
            if l.out.is_empty() {
                self.leases.remove(&lease);
            }
        }
    }

    /// All leases are of incarnations that are gone.
    pub fn reclaim(&mut self, now: Wall, wait: [i64; 2]) -> u64 {
        let mut copies = 0;
        for (_, lease) in std::mem::take(&mut self.leases) {
            for id in lease.out {
                let index = self.copies[&id].message;
                let (cancelled, lane) = (self.cancelled(index), self.messages[index].lane);
                let c = self.copies.get_mut(&id).expect("a copy");
                c.doubtful = true;
                if !live(c.state) {
                    continue;
                }
                copies += 1;
                c.place = Place::Nowhere;
                match c.state {
                    _ if c.reported() => {
                        c.accepted.insert(lease.attempt);
                        c.settle_to(State::Sent);
                    }
                    State::Waiting if !cancelled => {
                        c.settle_to(State::Unsettled);
                        c.place = Place::Queue(Wall(now.0 + wait[lane as usize]));
                    }
                    State::Waiting => c.settle_to(State::Unknown),
                    _ => {
                        c.past.insert(c.attempt);
                        c.settle_to(State::Unknown);
                    }
                }
                c.attempt = lease.attempt;
            }
        }
        copies
    }

    /// Cancels what waits of the messages chosen; how many recipients.
    pub fn cancel(&mut self, chosen: impl Fn(&Message) -> bool, topic: bool) -> i64 {
        let mut gone = 0;
        for i in 0..self.messages.len() {
            let m = &mut self.messages[i];
            if !chosen(m) || m.retired {
                continue;
            }
            if topic {
                m.retired = true;
            } else {
                m.cancelled = true;
            }
            for c in self.copies.values_mut().filter(|c| c.message == i && c.state == State::Waiting) {
                if let Place::Queue(_) = c.place {
                    gone += c.people.iter().filter(|p| p.state == State::Waiting).count() as i64;
                    c.end(State::Cancelled);
                }
            }
        }
        gone
    }

    /// The rows of retired queues: nothing of them is reviewed any more.
    pub fn sweep(&mut self) {
        for c in self.copies.values_mut() {
            if self.messages[c.message].retired && c.state == State::Unsettled && matches!(c.place, Place::Queue(_)) {
                c.end(State::Unknown);
            }
        }
    }

    /// Whether it was new.
    pub fn feedback(&mut self, id: DeliveryId, email: &str, kind: FeedbackKind) -> bool {
        let c = self.copies.get_mut(&id).expect("a copy");
        let Some(p) = c.people.iter_mut().find(|p| p.email == email) else { return false };
        if p.feedback & kind.bit() != 0 {
            return false;
        }
        p.feedback |= kind.bit();
        if matches!(c.state, State::Unsettled | State::Unknown) {
            c.end(State::Sent);
        }
        true
    }

    /// What a claim may change of a copy it does not bring.
    pub fn may_pass(&self, c: &Copy, to: State, now: Wall, lateness: i64) -> bool {
        let m = &self.messages[c.message];
        if self.paused.contains(&m.topic) || !matches!(c.place, Place::Queue(due) if due <= now) {
            return false;
        }
        let expired = m.expires_at.is_some_and(|at| at <= now);
        match (c.state, to) {
            (State::Waiting, State::Expired) => expired || (c.attempt == 0 && now.0 - m.due.0 > lateness && !self.attempted(c.message)),
            (State::Waiting, State::Suppressed) => true,
            (State::Unsettled, State::Unknown) => m.hold || expired || m.cancelled,
            _ => false,
        }
    }

    /// Recipients by stored state and feedback, of the messages chosen.
    pub fn counts(&self, chosen: impl Fn(&Message) -> bool) -> Counts {
        let mut counts = Counts::default();
        for c in self.copies.values().filter(|c| chosen(&self.messages[c.message])) {
            for p in &c.people {
                counts.total += 1;
                *counts.of_mut(p.state) += 1;
                FeedbackKind::of_bits(p.feedback).for_each(|k| *counts.feedback_mut(k) += 1);
            }
        }
        counts
    }
}

fn apply(c: &mut Copy, attempt: u16, decision: &Decision, cancelled: bool) {
    let again = c.state == State::Unsettled;
    let earlier = c.attempt;
    note(c, attempt, decision);
    c.place = Place::Nowhere;
    if let Decision::Return { due, .. } = decision {
        match (cancelled, again) {
            (false, _) => c.place = Place::Queue(*due),
            (true, false) => c.settle_to(State::Cancelled),
            (true, true) => c.settle_to(State::Unknown),
        }
        return;
    }
    c.attempt = attempt;
    if again {
        c.past.insert(earlier);
    }
    match decision {
        Decision::Sent { .. } => c.settle_to(State::Sent),
        Decision::Unsettled { .. } | Decision::Unknown { .. } if c.reported() => c.settle_to(State::Sent),
        _ if again => c.settle_to(State::Unknown),
        Decision::Failed { .. } => c.settle_to(State::Failed),
        Decision::Retry { .. } if cancelled => c.settle_to(State::Cancelled),
        Decision::Retry { due, .. } => c.place = Place::Queue(*due),
        Decision::Unsettled { review_at, .. } if !cancelled => {
            c.settle_to(State::Unsettled);
            c.place = Place::Queue(*review_at);
        }
        _ => c.settle_to(State::Unknown),
    }
}

/// What the answer says of the attempt, whatever becomes of the copy.
fn note(c: &mut Copy, attempt: u16, decision: &Decision) {
    match decision {
        Decision::Sent { .. } if !c.refused.contains(&attempt) => {
            c.accepted.insert(attempt);
        }
        Decision::Unsettled { .. } | Decision::Unknown { .. } => c.doubtful = true,
        Decision::Failed { .. } | Decision::Retry { .. } if !c.accepted.contains(&attempt) => {
            c.refused.insert(attempt);
        }
        _ => {}
    }
}

/// An answer for an attempt that is over.
fn late(c: &mut Copy, attempt: u16, decision: &Decision, cancelled: bool) {
    let of_this = attempt == c.attempt;
    if !matches!(c.state, State::Unsettled | State::Unknown) {
        if c.state == State::Sent && c.past.contains(&attempt) {
            note(c, attempt, decision);
        }
        return;
    }
    note(c, attempt, decision);
    let leased = matches!(c.place, Place::Lease(_));
    match decision {
        Decision::Sent { .. } => c.end(State::Sent),
        _ if !of_this => {}
        Decision::Failed { .. } if c.state == State::Unknown && c.past.is_empty() => c.end(State::Failed),
        Decision::Failed { .. } if c.state == State::Unsettled && !leased => c.end(State::Failed),
        Decision::Failed { .. } | Decision::Retry { .. } if c.state == State::Unsettled => {
            if cancelled && !leased {
                c.end(State::Cancelled);
            } else {
                c.settle_to(State::Waiting);
            }
        }
        _ => {}
    }
}
