//! Group commit, without an engine: gathers what callers submit at the same time and hands it out in writer turns.
//!
//! A turn is what one transaction carries: at most [`TURN_ROWS`] rows or [`TURN_TIME`], in the order settle, transactional
//! accept, claim, bulk accept, housekeeping. Nothing waits on purpose: a turn takes what is there. Work larger than a turn
//! comes back for the next one, so that a 10,000-recipient request does not hold up a single mail.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jebi_domain::{port::store::StoreError, time::Boot};

/// Rows one turn writes at most, a begun job's step aside.
pub const TURN_ROWS: u32 = 1_000;
/// How long one turn works before it commits.
pub const TURN_TIME: Duration = Duration::from_millis(10);
/// Nothing new is accepted while the oldest submission has waited this long.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// What a submission is, in the order turns take them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Settle,
    Accept,
    Claim,
    Admin,
    Bulk,
    Housekeep,
}

/// Several classes: what one writer takes, or what it takes just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes(u8);

impl Classes {
    pub const ALL: Self = Self((1 << CLASSES.len()) - 1);

    /// This class alone.
    pub const fn only(class: Class) -> Self {
        Self(1 << class as u8)
    }

    /// All but this one.
    pub const fn without(self, class: Class) -> Self {
        Self(self.0 & !(1 << class as u8))
    }

    /// Those up to this one, in the order turns take them.
    pub const fn until(self, last: Class) -> Self {
        Self(self.0 & ((2 << last as u8) - 1))
    }

    /// Those before this one.
    pub const fn before(self, class: Class) -> Self {
        Self(self.0 & ((1 << class as u8) - 1))
    }

    pub const fn has(self, class: Class) -> bool {
        self.0 & (1 << class as u8) != 0
    }
}

const CLASSES: [Class; 6] = [Class::Settle, Class::Accept, Class::Claim, Class::Admin, Class::Bulk, Class::Housekeep];

/// A submission: `J` is the engine's job.
struct Waiting<J> {
    job: J,
    bytes: usize,
    since: Boot,
}

struct Queues<J> {
    by_class: [VecDeque<Waiting<J>>; CLASSES.len()],
    /// Bytes held by accepts of both kinds.
    bytes: usize,
    closing: bool,
}

impl<J> Queues<J> {
    fn pop(&mut self, class: Class) -> Option<J> {
        let w = self.by_class[class as usize].pop_front()?;
        self.bytes -= if matches!(class, Class::Accept | Class::Bulk) { w.bytes } else { 0 };
        Some(w.job)
    }
}

/// Where callers leave work and the writer takes it.
pub struct Group<J> {
    queues: Mutex<Queues<J>>,
    wake: Condvar,
    byte_budget: usize,
}

impl<J> Group<J> {
    /// `byte_budget`: bytes of mail that may wait to be written.
    pub fn new(byte_budget: usize) -> Self {
        let queues = Queues { by_class: std::array::from_fn(|_| VecDeque::new()), bytes: 0, closing: false };
        Self { queues: Mutex::new(queues), wake: Condvar::new(), byte_budget }
    }

    fn lock(&self) -> MutexGuard<'_, Queues<J>> {
        // A panic while holding it leaves whole jobs in the queues: carrying on loses nothing.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a job. `bytes` is what it holds in memory, counted for accepts only.
    ///
    /// # Errors
    /// Gives the job back: closed, or (accepts only) too much or for too long is waiting.
    pub fn submit(&self, class: Class, job: J, bytes: usize, now: Boot) -> Result<(), (J, StoreError)> {
        let mut q = self.lock();
        if q.closing {
            return Err((job, StoreError::Closed));
        }
        if matches!(class, Class::Accept | Class::Bulk) {
            if q.bytes > 0 && q.bytes.saturating_add(bytes) > self.byte_budget {
                return Err((job, StoreError::Busy { retry_after_s: 1, why: "the writer's byte budget is used up" }));
            }
            let oldest = q.by_class[class as usize].front().map(|w| now.since(w.since));
            if oldest.is_some_and(|age| age > MAX_WAIT) {
                return Err((job, StoreError::Busy { retry_after_s: 2, why: "the writer is more than two seconds behind" }));
            }
            q.bytes += bytes;
        }
        q.by_class[class as usize].push_back(Waiting { job, bytes, since: now });
        drop(q);
        // Each writer looks whether it is its own.
        self.wake.notify_all();
        Ok(())
    }

    /// Takes the next job of these classes, waiting for one if `wait`. `None` when there is none, or (waiting) when it is closed and
    /// empty of them.
    pub fn take(&self, wait: bool, of: Classes) -> Option<(Class, J)> {
        let mut q = self.lock();
        loop {
            for class in CLASSES.into_iter().filter(|class| of.has(*class)) {
                if let Some(job) = q.pop(class) {
                    return Some((class, job));
                }
            }
            if !wait || q.closing {
                return None;
            }
            q = self.wake.wait(q).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes the next job of one class, if there is one.
    pub fn take_of(&self, class: Class) -> Option<J> {
        self.lock().pop(class)
    }

    /// Takes the next job of one class if it has waited that long.
    pub fn take_older(&self, class: Class, now: Boot, age: Duration) -> Option<J> {
        let mut q = self.lock();
        let is_old = q.by_class[class as usize].front().is_some_and(|w| now.since(w.since) >= age);
        if is_old { q.pop(class) } else { None }
    }

    /// Whether anything of these classes waits.
    pub fn is_waiting(&self, of: Classes) -> bool {
        let q = self.lock();
        CLASSES.into_iter().any(|class| of.has(class) && !q.by_class[class as usize].is_empty())
    }

    /// Refuses new work; what is there is still handed out.
    pub fn close(&self) {
        self.lock().closing = true;
        self.wake.notify_all();
    }

    /// Refuses new work and drops what is there: nobody takes it any more.
    pub fn abandon(&self) {
        self.close();
        let fresh = std::array::from_fn(|_| VecDeque::new());
        let dropped = std::mem::replace(&mut self.lock().by_class, fresh);
        // Outside the lock: dropping a job answers its caller.
        drop(dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hands_out_by_class_then_by_age() {
        let g = Group::new(1000);
        for (class, name) in [
            (Class::Bulk, "b"),
            (Class::Claim, "c"),
            (Class::Accept, "a1"),
            (Class::Housekeep, "h"),
            (Class::Settle, "s"),
            (Class::Accept, "a2"),
        ] {
            assert!(g.submit(class, name, 1, Boot(0)).is_ok());
        }
        let mut order = Vec::new();
        while let Some((_, name)) = g.take(false, Classes::ALL) {
            order.push(name);
        }
        assert_eq!(order, ["s", "a1", "a2", "c", "b", "h"]);
    }

    #[test]
    fn refuses_accepts_over_the_byte_budget_but_never_settles() {
        let g = Group::new(100);
        assert!(g.submit(Class::Accept, 1, 80, Boot(0)).is_ok());
        assert!(matches!(g.submit(Class::Bulk, 2, 30, Boot(0)), Err((2, StoreError::Busy { .. }))));
        assert!(g.submit(Class::Settle, 3, 1_000_000, Boot(0)).is_ok());
        assert_eq!(g.take(false, Classes::ALL), Some((Class::Settle, 3)));
        assert_eq!(g.take(false, Classes::ALL), Some((Class::Accept, 1)));
        // One request larger than the whole budget must still get through alone.
        assert!(g.submit(Class::Accept, 4, 500, Boot(0)).is_ok());
    }

    #[test]
    fn refuses_accepts_when_the_writer_is_two_seconds_behind() {
        let g = Group::new(1000);
        assert!(g.submit(Class::Accept, 1, 1, Boot(0)).is_ok());
        let later = Boot(0) + Duration::from_millis(2001);
        assert!(matches!(g.submit(Class::Accept, 2, 1, later), Err((2, StoreError::Busy { retry_after_s: 2, .. }))));
        assert!(g.submit(Class::Settle, 3, 1, later).is_ok());
    }

    #[test]
    fn deferred_work_is_taken_out_of_turn_once_it_has_waited() {
        let g = Group::new(10);
        assert!(g.submit(Class::Housekeep, 1, 0, Boot(0)).is_ok());
        let wait = Duration::from_millis(250);
        assert_eq!(g.take_older(Class::Housekeep, Boot(0) + wait / 2, wait), None);
        assert_eq!(g.take_older(Class::Housekeep, Boot(0) + wait, wait), Some(1));
    }

    #[test]
    fn closed_means_no_new_work_and_an_end_after_the_old() {
        let g = Group::new(10);
        assert!(g.submit(Class::Accept, 1, 1, Boot(0)).is_ok());
        g.close();
        assert!(matches!(g.submit(Class::Settle, 2, 0, Boot(0)), Err((2, StoreError::Closed))));
        assert_eq!(g.take(true, Classes::ALL), Some((Class::Accept, 1)));
        assert_eq!(g.take(true, Classes::ALL), None);
    }
}
