//! The claimer's side: how much may be claimed, what was, and what is taken back.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use jebi_domain::{
    id::{Incarnation, MessageNo, QueueNo},
    message::Lane,
    outcome::{Outcome, Reason},
    port::store::{Claimed, Notice, Window},
    time::{Boot, Wall},
};

use tokio::sync::Notify;

use super::{
    health::{Allow, Cause},
    ready::ReadyCopy,
    state::{Dispatch, Inner},
    stop::Stop,
    window::{RESERVE, leased_limit, ready_limit, worth_claiming},
};

/// How much may be claimed now, per lane, and whether that is worth a commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rooms {
    pub room: [u32; 2],
    pub worth: [bool; 2],
}

impl Rooms {
    /// The rooms that are worth a claim.
    #[must_use]
    pub fn worthwhile(&self) -> [u32; 2] {
        [0, 1].map(|lane| if self.worth[lane] { self.room[lane] } else { 0 })
    }
}

/// The end of an attempt that was never made, for mail that is no longer ours to give back.
pub(super) fn taken_over() -> Outcome {
    let text = "the node that was to send it was taken for dead before it did, and sent nothing";
    Outcome::Transient { reason: Reason::new("node_taken_over", text, "nothing to do: it is sent by itself") }
}

impl Dispatch {
    /// What the store may lease at accept.
    #[must_use]
    pub fn window(&self) -> Arc<Window> {
        self.window.clone()
    }

    /// The generation claims made now belong to.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.fence.generation()
    }

    /// The incarnation claims are made for. Read the generation first.
    #[must_use]
    pub fn incarnation(&self) -> Incarnation {
        self.fence.incarnation()
    }

    /// How much may be claimed now.
    pub fn rooms(&self, now: Boot) -> Rooms {
        let inner = &mut *self.lock();
        if !self.fence.is_open(now) {
            return Rooms::default();
        }
        inner.rooms(now)
    }

    /// Notes which lanes have due mail in the queue; while one has, new mail of it queues up behind.
    pub fn set_due(&self, due: [bool; 2]) {
        let inner = &mut *self.lock();
        inner.due = due;
        self.offer_window(inner);
    }

    /// So many copies are about to be claimed; 0 when the claim failed. Meanwhile they have their places.
    pub fn claiming(&self, copies: u32) {
        let inner = &mut *self.lock();
        inner.claiming = copies;
        self.offer_window(inner);
        self.tell_stop(inner);
    }

    /// Takes what a claim brought.
    pub fn offer(&self, claimed: Vec<Claimed>, generation: u64, took: Duration, now: Boot) {
        let copies: usize = claimed.iter().map(|c| c.copies.len()).sum();
        self.meters.claim.record(copies as f64);
        let mut inner = self.lock();
        inner.note_store_time(took);
        inner.claiming = 0;
        inner.note_bulk(&claimed, now);
        // Before anyone can look in between: a stop must see these copies as asked for or as leased, never as neither.
        let inner = &mut *inner;
        for one in claimed {
            self.add(inner, one, generation, false);
        }
        self.tell_stop(inner);
    }

    fn tell_stop(&self, inner: &Inner) {
        if inner.stop != Stop::No {
            self.changed.notify_waiters();
        }
    }
    /// Takes notice of what happened in the store, as subscribed to by an incarnation. Called on the store's writer: must not block.
    /// The claimer is told besides.
    pub fn notice(&self, notice: &Notice, of: Incarnation) {
        match notice {
            Notice::Leased(claimed) => self.add(&mut self.lock(), claimed.clone(), self.fence.generation_of(of), true),
            Notice::Cancelled(queue) => self.take_back_queue(*queue),
            Notice::CancelledMessage(message) => self.take_back_message(*message),
            Notice::Queue(info) if info.paused => self.take_back_queue(info.queue),
            Notice::Queue(_) => {}
        }
    }

    fn add(&self, inner: &mut Inner, claimed: Claimed, generation: u64, born_leased: bool) {
        let mail = self.mails.lock().unwrap_or_else(PoisonError::into_inner).of(&claimed);
        let (lane, copies) = (mail.message.lane, claimed.copies.len());
        inner.leased += u32::try_from(copies).unwrap_or(u32::MAX);
        if born_leased {
            inner.granted[lane as usize] -= copies as i64;
        }
        let parked = inner.ready.add(&mail, claimed, generation);
        if !inner.may_send() || inner.health.is_stopped() {
            return self.return_ready(inner);
        }
        if lane == Lane::Bulk && inner.bulk_held.is_some() {
            return self.return_bulk(inner);
        }
        if parked {
            self.makers[lane as usize].notify_waiters();
            return self.loaders[lane as usize].notify_one();
        }
        self.senders.notify_waiters();
    }

    /// Gives what is ready back to the store, unsent. No attempt is counted.
    pub(super) fn return_ready(&self, inner: &mut Inner) {
        let all = inner.ready.remove(|_| true);
        self.give_back(inner, &all);
    }

    /// The same for bulk alone.
    pub(super) fn return_bulk(&self, inner: &mut Inner) {
        let bulk = inner.ready.remove(|copy| copy.lane() == Lane::Bulk);
        self.give_back(inner, &bulk);
    }

    /// Copies have left before their slots: files need not be read for them, and others may be made.
    fn taken_back(&self) {
        self.loaders.iter().for_each(Notify::notify_one);
        self.makers.iter().for_each(Notify::notify_waiters);
    }

    pub(super) fn give_back(&self, inner: &mut Inner, copies: &[ReadyCopy]) {
        inner.withdrawals += 1;
        if copies.is_empty() {
            return;
        }
        self.taken_back();
        // Due as before: whenever the store can claim it again.
        inner.finished.extend(copies.iter().map(|copy| copy.ended(Outcome::NotStarted, copy.mail.message.due)));
        self.settler.notify_one();
    }

    /// Gives back what is ready of a cancelled or paused queue. What is in flight finishes.
    pub fn take_back_queue(&self, queue: QueueNo) {
        let inner = &mut *self.lock();
        let gone = inner.ready.remove(|copy| copy.queue == queue);
        self.give_back(inner, &gone);
    }

    /// Gives up what is ready, because others have ended this incarnation and take its mail over. That it was not sent is evidence for
    /// them: without it they would have to take it for sent, perhaps.
    pub fn give_up(&self, wall: Wall) {
        let inner = &mut *self.lock();
        let gone = inner.ready.remove(|_| true);
        inner.withdrawals += 1;
        self.taken_back();
        inner.finished.extend(gone.iter().map(|copy| copy.ended(taken_over(), wall)));
        self.settler.notify_one();
        self.senders.notify_waiters();
    }

    /// Gives back what is ready of a cancelled message.
    pub fn take_back_message(&self, message: MessageNo) {
        let inner = &mut *self.lock();
        let gone = inner.ready.remove(|copy| copy.mail.no == message);
        self.give_back(inner, &gone);
    }

    /// Forgets places of the window that were taken for mail that never came, and those of mail that came after that. Call every
    /// few seconds.
    pub fn sweep_window(&self) {
        let inner = &mut *self.lock();
        self.offer_window(inner);
        for lane in 0..2 {
            if inner.granted[lane] != 0 && inner.granted[lane] == inner.granted_before[lane] {
                inner.granted[lane] = 0;
            }
        }
        inner.granted_before = inner.granted;
        if inner.leased == 0 {
            self.mails.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// Tells the store how much it may lease at accept: nothing while due mail of the lane waits or nothing may be sent. Bulk
    /// gets half of what is free, so that both lanes together stay within the window.
    pub(super) fn offer_window(&self, inner: &mut Inner) {
        let [transactional, bulk] = inner.due;
        let free = if inner.health.cause().is_some() { Rooms::default() } else { inner.rooms(Boot(0)) }.room.map(i64::from);
        let offers = [
            if transactional { 0 } else { free[0].min(free[1] / 2 + i64::from(RESERVE)) },
            if transactional || bulk || inner.bulk.is_limited() { 0 } else { free[1].div_euclid(2) },
        ];
        for lane in Lane::ALL {
            let i = lane as usize;
            let left = self.window.replace(lane, offers[i]);
            inner.granted[i] += inner.offered[i] - left;
            inner.offered[i] = offers[i];
        }
    }

    /// Wakes the claimer when due mail waits and a claim is worth it again.
    pub(super) fn ask_for_more(&self, inner: &mut Inner, now: Boot) {
        let due = inner.due;
        if due == [false; 2] {
            return;
        }
        let rooms = inner.rooms(now);
        if (0..2).any(|lane| due[lane] && rooms.worth[lane]) {
            self.claimer.notify_one();
        }
    }

    /// When the claimer has to look again although nobody wakes it.
    pub fn look_again_at(&self, now: Boot) -> Option<Boot> {
        let inner = self.lock();
        if !self.fence.is_open(now) {
            return Some(now + Duration::from_millis(250));
        }
        // A time that has passed while nothing may be sent for another reason must not make the claimer ask again and again.
        let health = inner.health.next_try().filter(|_| inner.health.cause() != Some(Cause::Account));
        let bulk = inner.bulk.next(inner.rate_at(now), now).filter(|_| inner.due[1]);
        [health, inner.daily.opens_at(), bulk].into_iter().flatten().filter(|at| *at > now).min()
    }
}

impl Inner {
    /// Copies asked for and not here: claimed, or taken from the window by an accept.
    pub(super) fn on_the_way(&self) -> i64 {
        let taken = |lane: Lane| self.granted[lane as usize] + self.offered[lane as usize] - self.window.room(lane);
        i64::from(self.claiming) + Lane::ALL.into_iter().map(taken).sum::<i64>()
    }

    /// Room for the one mail that is tried. Bulk that is parked, and may be for long, does not keep a transactional one from being it:
    /// whichever can go first does, and the other one waits for what is said.
    fn trial_rooms(&mut self, now: Boot) -> Rooms {
        let mut closed = self.closed(now);
        let rate = self.rate_at(now);
        closed[1] |= self.bulk.is_limited() && self.bulk.room(rate, now) == 0;
        let [transactional, bulk] = Lane::ALL.map(|lane| self.ready.claimed(lane));
        if transactional > 0 || self.ready.len(Lane::Bulk) > 0 || self.starting > 0 {
            return Rooms::default();
        }
        let worth = [!closed[0], !closed[1] && bulk == 0];
        Rooms { room: worth.map(u32::from), worth }
    }

    /// Lanes nothing may be sent of for now: what is claimed of them would only go back, again and again.
    fn closed(&mut self, now: Boot) -> [bool; 2] {
        self.daily.open(now);
        Lane::ALL.map(|lane| self.daily.is_closed(lane) || (lane == Lane::Bulk && self.bulk_held.is_some()))
    }

    fn rooms(&mut self, now: Boot) -> Rooms {
        if !self.may_start() {
            return Rooms::default();
        }
        match self.health.allow(now) {
            Allow::Nothing => return Rooms::default(),
            Allow::One => return self.trial_rooms(now),
            Allow::All => {}
        }
        let throughput = self.concurrency.throughput();
        let ready_max = ready_limit(self.pacer.rate(), throughput);
        let used = i64::from(self.leased) + self.on_the_way();
        let limit = i64::from(leased_limit(self.limit, throughput, self.store_time));
        let ready = Lane::ALL.map(|lane| self.ready.claimed(lane));
        let room = [limit + i64::from(RESERVE), limit].map(|limit| u32::try_from(limit - used).unwrap_or(0));
        let closed = self.closed(now);
        let mut room = [0, 1].map(|lane: usize| if closed[lane] { 0 } else { room[lane].min(ready_max.saturating_sub(ready[lane])) });
        let mut worth = [0, 1].map(|lane: usize| worth_claiming(room[lane], ready[lane], ready_max));
        if self.bulk.is_limited() {
            // Little at a time is what was asked for.
            let rate = self.rate_at(now);
            room[1] = room[1].min(self.bulk.room(rate, now));
            worth[1] = room[1] > 0;
        }
        Rooms { room, worth }
    }
}
