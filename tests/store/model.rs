//! What a store must do, said over single copies in memory: no ranges, no rows, no counts kept. The property test drives a real
//! store beside it.

use std::collections::{BTreeMap, BTreeSet};

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryId, MessageId},
    message::{Copies, Draft, Lane, MAX_JOINT, OnUnknown},
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
    /// The last attempt counted for this person.
    pub attempt: u16,
    /// Earlier attempts nobody knows the end of.
    past: BTreeSet<u16>,
    /// Attempts certainly not accepted, and those the provider took.
    refused: BTreeSet<u16>,
    pub accepted: BTreeSet<u16>,
    /// An attempt's end was unknown once.
    pub doubtful: bool,
    /// The attempt that was out when evidence came.
    out: Option<u16>,
}

#[derive(Clone, Debug)]
pub struct Copy {
    pub message: usize,
    pub attempt: u16,
    pub place: Place,
    pub people: Vec<Person>,
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

impl Person {
    fn shares_fate(&self, other: &Self) -> bool {
        self.state == other.state && self.attempt == other.attempt
    }
}

impl Copy {
    /// What a claim would do with it.
    pub fn state(&self) -> State {
        jebi_domain::settle::summed_up(self.people.iter().map(|p| p.state))
    }

    fn leave_if_done(&mut self) {
        if matches!(self.place, Place::Queue(_)) && self.people.iter().all(|p| p.state.is_result()) {
            self.place = Place::Nowhere;
        }
    }

    fn leased(&self) -> bool {
        matches!(self.place, Place::Lease(_))
    }

    /// The state shown.
    pub fn shown(&self, stored: State) -> State {
        if live(stored) && self.leased() { State::Sending } else { stored }
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
            attempt: 0,
            past: BTreeSet::new(),
            refused: BTreeSet::new(),
            accepted: BTreeSet::new(),
            doubtful: false,
            out: None,
        };
        let copies: Vec<Vec<Person>> = match &draft.copies {
            Copies::Each(all) => all.iter().map(|to| vec![person(&to.email)]).collect(),
            Copies::Joint(all) => all.chunks(MAX_JOINT).map(|some| some.iter().map(|(_, to)| person(&to.email)).collect()).collect(),
        };
        for (ordinal, people) in copies.into_iter().enumerate() {
            let suppressed = people.iter().all(|p| p.state == State::Suppressed);
            let copy = Copy { message: index, attempt: 0, place: if suppressed { Place::Nowhere } else { Place::Queue(m.due) }, people };
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
            assert!(live(c.state()), "{id} was claimed when {:?}", c.state());
            assert_eq!(c.attempt + 1, attempt, "{id}: the attempt claimed");
            for (p, a) in c.people.iter_mut().zip(&one.addressees) {
                match p.state {
                    State::Waiting if self.suppressed.contains(&p.email) => p.state = State::Suppressed,
                    State::Unsettled if m.hold => p.state = State::Unknown,
                    _ => {}
                }
                let want = (&p.email, live(p.state), p.state == State::Unsettled);
                assert_eq!((&a.mailbox.email, a.open, a.unsettled), want, "{id}");
            }
            assert_eq!(claimed.was_unsettled, c.state() == State::Unsettled, "{id}");
            assert!(one.open().next().is_some(), "{id} goes to nobody");
            c.place = Place::Lease(claimed.lease.0);
            assert!(out.insert(id));
        }
        assert!(!out.is_empty(), "a lease of nothing");
        assert!(self.leases.insert(claimed.lease.0, Lease { attempt, out }).is_none(), "a lease number was used again");
    }

    /// The end of an attempt, told of the people named. Returns whether the copy was only given back.
    pub fn settle(&mut self, id: DeliveryId, lease: i64, attempt: u16, told: &[(usize, Decision)]) -> bool {
        let cancelled = self.cancelled(self.copies[&id].message);
        let c = self.copies.get_mut(&id).expect("a copy");
        let mine = self.leases.get_mut(&lease).is_some_and(|l| l.out.contains(&id));
        if c.attempt + 1 != attempt {
            late(c, attempt, told, cancelled);
            return false;
        }
        if !mine {
            return false;
        }
        let counted = apply(c, attempt, told, cancelled);
        if let Some(l) = self.leases.get_mut(&lease) {
            l.out.remove(&id);
            if l.out.is_empty() {
                self.leases.remove(&lease);
            }
        }
        !counted
    }

    /// All leases are of incarnations that are gone.
    pub fn reclaim(&mut self, now: Wall, wait: [i64; 2]) -> u64 {
        let mut copies = 0;
        for (_, lease) in std::mem::take(&mut self.leases) {
            for id in lease.out {
                let index = self.copies[&id].message;
                let (cancelled, lane) = (self.cancelled(index), self.messages[index].lane);
                let c = self.copies.get_mut(&id).expect("a copy");
                let before = c.people.clone();
                copies += u64::from(before.iter().any(|p| live(p.state)));
                c.place = Place::Nowhere;
                for p in &mut c.people {
                    p.doubtful |= live(p.state) || p.out == Some(lease.attempt);
                    p.out = None;
                    if !live(p.state) {
                        continue;
                    }
                    let again = p.state == State::Unsettled;
                    let reported = before.iter().any(|o| o.feedback != 0 && live(o.state) && (o.email == p.email || o.shares_fate(p)));
                    if again {
                        p.past.insert(p.attempt);
                    }
                    p.state = match again {
                        _ if reported => State::Sent,
                        false if !cancelled => State::Unsettled,
                        _ => State::Unknown,
                    };
                    if reported {
                        p.accepted.insert(lease.attempt);
                    }
                    p.attempt = lease.attempt;
                }
                if before.iter().any(|p| live(p.state)) {
                    c.attempt = lease.attempt;
                }
                if c.state() == State::Unsettled {
                    c.place = Place::Queue(Wall(now.0 + wait[lane as usize]));
                }
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
            for c in self.copies.values_mut().filter(|c| c.message == i && matches!(c.place, Place::Queue(_))) {
                for p in c.people.iter_mut().filter(|p| p.state == State::Waiting) {
                    p.state = State::Cancelled;
                    gone += 1;
                }
                c.leave_if_done();
            }
        }
        gone
    }

    /// The rows of retired queues: nothing of them is reviewed any more.
    pub fn sweep(&mut self) {
        for c in self.copies.values_mut().filter(|c| matches!(c.place, Place::Queue(_))) {
            if self.messages[c.message].retired {
                c.people.iter_mut().filter(|p| p.state == State::Unsettled).for_each(|p| p.state = State::Unknown);
                c.leave_if_done();
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
        if matches!(kind, FeedbackKind::Bounced | FeedbackKind::Complained) {
            self.suppressed.insert(email.to_owned());
        }
        let proven = p.clone();
        if !matches!(proven.state, State::Unsettled | State::Unknown) {
            return true;
        }
        let (leased, next) = (c.leased(), c.attempt + 1);
        let together = |p: &Person| p.shares_fate(&proven) && p.past.is_empty() == proven.past.is_empty();
        for p in c.people.iter_mut().filter(|p| p.email == email || together(p)) {
            p.out = (p.state == State::Unsettled && leased).then_some(next);
            p.state = State::Sent;
        }
        c.leave_if_done();
        true
    }

    /// What a claim may change of a copy it does not bring.
    pub fn may_pass(&self, c: &Copy, from: State, to: State, now: Wall, lateness: i64) -> bool {
        let m = &self.messages[c.message];
        if self.paused.contains(&m.topic) || !matches!(c.place, Place::Queue(due) if due <= now) {
            return false;
        }
        let expired = m.expires_at.is_some_and(|at| at <= now);
        match (from, to) {
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

/// Whether the attempt counts.
fn apply(c: &mut Copy, attempt: u16, told: &[(usize, Decision)], cancelled: bool) -> bool {
    let before = c.people.clone();
    let reported = |p: &Person| {
        let known = |o: &Person| o.feedback != 0 && live(o.state) && (o.email == p.email || o.shares_fate(p));
        told.iter().any(|(i, _)| known(&before[*i]))
    };
    let (mut counted, mut due) = (false, None);
    for (i, decision) in told {
        let p = &mut c.people[*i];
        if live(p.state) {
            counted |= !matches!(decision, Decision::Return { .. });
            due = due.max(apply_to(p, attempt, decision, cancelled, reported(&before[*i])));
        } else if p.out.take_if(|out| *out == attempt).is_some() {
            note(p, attempt, decision);
        }
    }
    if counted {
        c.attempt = attempt;
    }
    c.place = due.map_or(Place::Nowhere, Place::Queue);
    counted
}

/// When something is to be done next.
fn apply_to(p: &mut Person, attempt: u16, decision: &Decision, cancelled: bool, reported: bool) -> Option<Wall> {
    let again = p.state == State::Unsettled;
    note(p, attempt, decision);
    if let Decision::Return { due, .. } = decision {
        if cancelled {
            p.state = if again { State::Unknown } else { State::Cancelled };
        }
        return (!cancelled).then_some(*due);
    }
    if again {
        p.past.insert(p.attempt);
    }
    p.attempt = attempt;
    let (to, due) = match decision {
        Decision::Sent { .. } => (State::Sent, None),
        Decision::Unsettled { .. } | Decision::Unknown { .. } if reported => (State::Sent, None),
        _ if again => (State::Unknown, None),
        Decision::Failed { .. } => (State::Failed, None),
        Decision::Retry { .. } if cancelled => (State::Cancelled, None),
        Decision::Retry { due, .. } => (State::Waiting, Some(*due)),
        Decision::Unsettled { review_at, .. } if !cancelled => (State::Unsettled, Some(*review_at)),
        _ => (State::Unknown, None),
    };
    p.state = to;
    due
}

/// What the answer says of the attempt, whatever becomes of the person.
fn note(p: &mut Person, attempt: u16, decision: &Decision) {
    match decision {
        Decision::Sent { .. } if !p.refused.contains(&attempt) => {
            p.accepted.insert(attempt);
        }
        Decision::Unsettled { .. } | Decision::Unknown { .. } => p.doubtful = true,
        Decision::Failed { .. } | Decision::Retry { .. } if !p.accepted.contains(&attempt) => {
            p.refused.insert(attempt);
        }
        _ => {}
    }
}

/// An answer for an attempt that is over.
fn late(c: &mut Copy, attempt: u16, told: &[(usize, Decision)], cancelled: bool) {
    let (leased, next) = (c.leased(), c.attempt + 1);
    for (i, decision) in told {
        let p = &mut c.people[*i];
        if attempt > p.attempt {
            continue;
        }
        let of_this = attempt == p.attempt;
        if !matches!(p.state, State::Unsettled | State::Unknown) {
            if p.state == State::Sent && p.past.contains(&attempt) {
                note(p, attempt, decision);
            }
            continue;
        }
        note(p, attempt, decision);
        p.state = match decision {
            Decision::Sent { .. } => {
                p.out = (p.state == State::Unsettled && leased).then_some(next);
                State::Sent
            }
            _ if !of_this => continue,
            Decision::Failed { .. } if p.state == State::Unknown && p.past.is_empty() => State::Failed,
            Decision::Failed { .. } if p.state == State::Unsettled && !leased => State::Failed,
            Decision::Failed { .. } | Decision::Retry { .. } if p.state == State::Unsettled => {
                if cancelled && !leased {
                    State::Cancelled
                } else {
                    State::Waiting
                }
            }
            _ => continue,
        };
    }
    c.leave_if_done();
}
