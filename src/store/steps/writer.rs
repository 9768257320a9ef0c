//! A writer thread: runs submitted jobs in turns, one transaction each, and answers after the commit.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jebi_domain::{
    id::{DeliveryKey, LeaseNo, MessageNo, QueueNo},
    outcome::Decision,
    port::{
        Boxed,
        store::{Settlement, StoreError, StoreResult},
    },
    time::{Boot, Wall},
};
use tokio::sync::oneshot;

use super::{
    Error, Session, Shared,
    delta::{Places, Told},
    group::{Class, Classes, TURN_ROWS, TURN_TIME},
    settle,
    turn::{Memory, Turn},
};
use crate::crash_point::crash_point;

/// Whether a job needs another turn.
pub(in crate::store) enum Step {
    Done,
    More,
}

/// A piece of work for the writer.
pub(in crate::store) trait Job: Send {
    /// One step inside the turn's transaction.
    fn step(&mut self, turn: &mut Turn<'_>) -> Result<Step, Error>;
    /// What its steps did so far is committed; more of them follow.
    fn kept(&mut self) {}
    /// Goes back to what is committed: the steps since then were undone, and are run again.
    fn rewind(&mut self);
    /// Tells the caller how it ended: after the commit, or why there was none.
    fn done(self: Box<Self>, end: StoreResult<()>);
}

/// A job of one step that returns a value.
struct Once<T, F> {
    work: F,
    value: Option<T>,
    reply: oneshot::Sender<StoreResult<T>>,
}

impl<T: Send, F: FnMut(&mut Turn<'_>) -> Result<T, Error> + Send> Job for Once<T, F> {
    fn step(&mut self, turn: &mut Turn<'_>) -> Result<Step, Error> {
        self.value = Some((self.work)(turn)?);
        Ok(Step::Done)
    }
    fn rewind(&mut self) {
        self.value = None;
    }
    fn done(self: Box<Self>, end: StoreResult<()>) {
        let Self { value, reply, .. } = *self;
        let value = end.and_then(|()| value.ok_or(StoreError::Internal("the job did not run".into())));
        // The caller may have gone away; what was committed stays.
        let _ = reply.send(value);
    }
}

impl Shared {
    /// Runs a job of one step and waits for its commit.
    pub(in crate::store) fn write<T: Send + 'static>(
        &self,
        class: Class,
        work: impl FnMut(&mut Turn<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Boxed<'static, StoreResult<T>> {
        let (reply, answer) = oneshot::channel();
        let refused = self.submit(class, Box::new(Once { work, value: None, reply }), 0);
        Box::pin(async move {
            refused?;
            answer.await.unwrap_or(Err(StoreError::Closed))
        })
    }

    pub(super) fn submit(&self, class: Class, job: Box<dyn Job>, bytes: usize) -> StoreResult<()> {
        self.group.submit(class, job, bytes, self.clock.boot()).map_err(|(_, e)| e)
    }
}

/// Turns a job is run in again where others' writes crossed it, before it is given up; and how many of them together with others.
const TRIES: u32 = 8;
const TOGETHER: u32 = 3;

/// The thread's state.
pub(in crate::store) struct Writer<S> {
    pub shared: Arc<Shared>,
    pub session: S,
    pub memory: Memory,
    /// What it takes.
    pub classes: Classes,
    /// A job larger than a turn, under way.
    begun: Option<Box<dyn Job>>,
    /// Jobs of a turn that was lost by no fault of theirs.
    again: VecDeque<(Class, Box<dyn Job>)>,
    /// Turns lost one after the other.
    lost: u32,
}

/// Jobs of one turn whose fate is its commit's.
type Done = Vec<(Class, Box<dyn Job>)>;

impl<S: Session> Writer<S> {
    pub fn new(shared: Arc<Shared>, session: S, memory: Memory, classes: Classes) -> Self {
        Self { shared, session, memory, classes, begun: None, again: VecDeque::new(), lost: 0 }
    }

    /// Runs until the group is closed and empty.
    pub fn run(mut self) {
        loop {
            // While a large job is under way, no other and no housekeeping is begun.
            let first = match (again(&mut self.again, &self.begun), &self.begun) {
                (Some(job), _) => Some(job),
                (None, None) => self.shared.group.take(true, self.classes),
                (None, Some(_)) => self.shared.group.take(false, self.classes.until(Class::Admin)),
            };
            if first.is_none() && self.begun.is_none() {
                return;
            }
            self.turn(first);
        }
    }

    fn turn(&mut self, first: Option<(Class, Box<dyn Job>)>) {
        let started = self.shared.clock.boot();
        let Self { shared, session, memory, begun, again, .. } = self;
        let mut opened = session.begin().and_then(|()| session.refresh(memory));
        if opened.as_ref().is_err_and(Error::is_away) {
            // A connection that ended while nobody used it shows only now.
            session.rollback();
            opened = session.begin().and_then(|()| session.refresh(memory));
        }
        if let Err(e) = opened {
            session.rollback();
            shared.judge(&e);
            let left = first.into_iter().chain(again.drain(..)).map(|(_, job)| job).chain(begun.take());
            left.for_each(|job| job.done(Err(e.outward())));
            return;
        }
        memory.began = shared.clock.wall();
        let mut turn = Turn::new(session, memory);
        let mut done = Done::new();
        if let Err(e) = give_back(&mut turn, shared.clock.wall()) {
            turn.broken = Some(e);
            done.extend(first);
        } else {
            Filling { shared, classes: self.classes, again, started, one: self.lost >= TOGETHER }.fill(&mut turn, begun, first, &mut done);
        }
        let broken = turn.broken.take().map_or(Ok(()), Err);
        let ended = broken.and_then(|()| turn.flush(shared.clock.wall())).and_then(|told| {
            crash_point("turn_before_commit");
            session.commit()?;
            crash_point("turn_after_commit");
            Ok(told)
        });
        match ended {
            Ok(Told { notices, places, calls }) => {
                places.into_iter().for_each(Places::keep);
                if let Some(job) = begun {
                    job.kept();
                    crash_point("between_staged_commits");
                }
                let took = shared.clock.boot().since(started);
                metrics::histogram!("jebi_store_turn_seconds").record(took.as_secs_f64());
                metrics::histogram!("jebi_store_turn_jobs").record(done.len() as f64);
                shared.failing.store(false, Ordering::Relaxed);
                self.lost = 0;
                // Dispatchers first: who hears that a topic is cancelled may rely on it.
                session.told(&notices);
                shared.common.tell(notices);
                if calls {
                    shared.common.outbox.wake();
                }
                done.into_iter().for_each(|(_, job)| job.done(Ok(())));
            }
            Err(e) => {
                drop(turn);
                session.rollback();
                memory.forget();
                self.lose(&e, done);
            }
        }
    }

    /// Nothing of the turn was kept. Where that was nobody's fault its jobs run again.
    fn lose(&mut self, e: &Error, done: Done) {
        self.lost += 1;
        if e.is_crossed() && self.lost < TRIES {
            tracing::debug!(error = %e, "a store transaction crossed another one and is run again");
            for (class, mut job) in done.into_iter().rev() {
                job.rewind();
                self.again.push_front((class, job));
            }
            if let Some(job) = &mut self.begun {
                job.rewind();
            }
            return;
        }
        self.lost = 0;
        self.shared.judge(e);
        let left = done.into_iter().map(|(_, job)| job).chain(self.begun.take());
        left.for_each(|job| job.done(Err(e.outward())));
    }
}

/// The next job of a turn that was lost. One that ended a large job's place in it may have begun that anew: neither another of its kind nor
/// housekeeping, which removes what is staged and left, may come in between.
fn again(again: &mut VecDeque<(Class, Box<dyn Job>)>, begun: &Option<Box<dyn Job>>) -> Option<(Class, Box<dyn Job>)> {
    let waits = begun.is_some() && again.front().is_some_and(|(class, _)| *class >= Class::Bulk);
    if waits { None } else { again.pop_front() }
}

/// Puts back what was leased to this node by a commit that was lost on its way: nobody was told of it, so nothing of it was sent.
fn give_back(turn: &mut Turn<'_>, now: Wall) -> Result<(), Error> {
    for lease in turn.db.unheld()? {
        tracing::info!(copies = lease.count, "mail claimed by a commit whose answer was lost goes back into its queue, unsent");
        let back = |ordinal: u32| Settlement {
            key: DeliveryKey::new(MessageNo(lease.message), ordinal),
            lease: LeaseNo(lease.no),
            queue: QueueNo(lease.queue),
            attempt: lease.attempt,
            at: now,
            recipients: Vec::new(),
            via: None,
            decision: Decision::Return { due: now, reason: None },
        };
        let all: Vec<Settlement> = (lease.first..lease.first + lease.count).map(back).collect();
        settle::settle(turn, &all).map_err(|(e, _)| e)?;
    }
    turn.keep();
    Ok(())
}

/// What a turn is filled from.
struct Filling<'a> {
    shared: &'a Shared,
    classes: Classes,
    again: &'a mut VecDeque<(Class, Box<dyn Job>)>,
    started: Boot,
    /// Only one job: the last turns were lost, and nobody knows for whose sake.
    one: bool,
}

impl Filling<'_> {
    /// Runs what is there until the turn is full.
    fn fill(&mut self, turn: &mut Turn<'_>, begun: &mut Option<Box<dyn Job>>, first: Option<(Class, Box<dyn Job>)>, done: &mut Done) {
        let (shared, own) = (self.shared, self.classes);
        let mut next = first;
        let (mut served, mut slices) = (Class::Settle, 1);
        loop {
            // A begun job has its place before new bulk, after everything else.
            let last = if begun.is_some() { Class::Admin } else { Class::Bulk };
            let waiting = next.take().or_else(|| again(self.again, begun)).or_else(|| shared.group.take(false, own.until(last)));
            let taken = waiting.or_else(|| begun.take().map(|job| (Class::Bulk, job)));
            let Some((class, job)) = taken else { break };
            served = served.max(class);
            if let Some(more) = step(turn, (class, job), done) {
                *begun = Some(more);
            }
            if turn.broken.is_some() || class == Class::Housekeep || self.one {
                return;
            }
            let spent = shared.clock.boot().since(self.started);
            if turn.rows < TURN_ROWS && spent < TURN_TIME {
                continue;
            }
            // Nobody else waits: a large job's next slice shares this commit and its sync.
            let others = || shared.group.is_waiting(own.before(Class::Bulk));
            if begun.is_none() || slices == IDLE_SLICES || spent >= TURN_TIME / 2 || others() {
                break;
            }
            (turn.rows, slices) = (0, slices + 1);
        }
        // A flood of what comes first keeps nothing out for ever: a job of each class after it has its place in a full turn too.
        for class in [Class::Claim, Class::Admin, Class::Bulk].into_iter().filter(|class| own.has(*class) && *class > served) {
            let begun_one = if class == Class::Bulk { begun.take() } else { None };
            let Some(job) = begun_one.or_else(|| shared.group.take_of(class)) else { continue };
            turn.rows = turn.rows.min(TURN_ROWS - BULK_SLICE);
            if let Some(more) = step(turn, (class, job), done) {
                *begun = Some(more);
            }
            if turn.broken.is_some() {
                return;
            }
        }
        // Nor does steady traffic keep deferred work out: cancelled rows, old keys and the address index must not pile up.
        // One that is to run again may have staged something, which looks left.
        let wanted = begun.is_none() && self.again.is_empty() && own.has(Class::Housekeep);
        let overdue = if wanted { shared.group.take_older(Class::Housekeep, shared.clock.boot(), HOUSEKEEP_WAIT) } else { None };
        if let Some(job) = overdue {
            step(turn, (Class::Housekeep, job), done);
        }
    }
}

/// Housekeeping that has waited this long gets a place in the next turn, however much else there is.
const HOUSEKEEP_WAIT: Duration = Duration::from_millis(250);

/// Slices of [`TURN_ROWS`] a large job may write in one turn while nobody else waits.
const IDLE_SLICES: u32 = 8;
/// Rows a bulk job writes at least in a turn filled by others.
const BULK_SLICE: u32 = 200;

/// Runs one step so that a job that fails takes nobody with it. Returns the job when it needs another turn.
fn step(turn: &mut Turn<'_>, (class, mut job): (Class, Box<dyn Job>), done: &mut Done) -> Option<Box<dyn Job>> {
    let db = turn.db;
    let outcome = db.set_apart().and_then(|()| guarded(turn, job.as_mut())).and_then(|s| db.keep().map(|()| s));
    match outcome {
        Ok(Step::Done) => {
            turn.keep();
            done.push((class, job));
            None
        }
        Ok(Step::More) => {
            turn.keep();
            Some(job)
        }
        Err(e) => {
            turn.drop_job();
            if e.is_crossed() {
                // It and the others run again.
                turn.broken = Some(e);
                done.push((class, job));
                return None;
            }
            match db.undo() {
                Ok(()) => {}
                // The others run again, without it.
                Err(lost) if lost.is_crossed() => turn.broken = Some(lost),
                Err(lost) => {
                    // Everybody in the turn is told why: a full disk, as a rule.
                    turn.broken = Some(if lost.is_fatal() { lost } else { e });
                    done.push((class, job));
                    return None;
                }
            }
            if matches!(e, Error::Ended) {
                // Nothing failed. The next beat is told the same, and says it aloud, once.
                tracing::debug!("a step of an incarnation that another node has ended was not done");
            } else if !e.is_full() {
                tracing::error!(error = %e, "a store job failed");
            }
            job.done(Err(e.outward()));
            None
        }
    }
}

/// Runs a step; a panic in it (the caller's answer is made inside) fails this job alone.
fn guarded(turn: &mut Turn<'_>, job: &mut dyn Job) -> Result<Step, Error> {
    // What a panic leaves half done is rolled back and forgotten by the caller, like after an error.
    catch_unwind(AssertUnwindSafe(|| job.step(turn))).unwrap_or_else(|_| Err(Error::damaged("job", "it panicked")))
}

/// Dropped by a panic of the writer thread: without it every caller would wait for ever.
pub(in crate::store) struct Alarm(pub Arc<Shared>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.failing.store(true, Ordering::Relaxed);
            self.0.group.abandon();
            (self.0.on_fatal)("the store's writer panicked");
        }
    }
}

impl Shared {
    /// Decides what an error means for the process: after a failed write or sync nobody knows what is on the disk, so
    /// going on could acknowledge mail that is not there.
    fn judge(&self, e: &Error) {
        let failed_before = self.failing.swap(true, Ordering::Relaxed);
        if failed_before && e.is_away() {
            tracing::debug!(error = %e, "the database is still away");
        } else {
            tracing::error!(error = %e, "a store transaction failed");
        }
        if e.is_fatal() {
            (self.on_fatal)(&e.to_string());
        }
    }
}

/// How long a close waits for the writer.
pub(in crate::store) const CLOSE_WAIT: Duration = Duration::from_secs(30);
