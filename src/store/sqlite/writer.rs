//! The writer thread: runs submitted jobs in turns, one transaction each, and answers after the commit.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jebi_domain::{
    port::{
        Boxed,
        store::{StoreError, StoreResult},
    },
    time::Boot,
};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    Error, Shared,
    turn::{Memory, Places, Turn},
};
use crate::{
    crash_point::crash_point,
    store::group::{Class, TURN_ROWS, TURN_TIME},
};

/// Whether a job needs another turn.
pub(super) enum Step {
    Done,
    More,
}

/// A piece of work for the writer.
pub(super) trait Job: Send {
    /// One step inside the turn's transaction.
    fn step(&mut self, turn: &mut Turn<'_>) -> Result<Step, Error>;
    /// Tells the caller how it ended: after the commit, or why there was none.
    fn done(self: Box<Self>, end: StoreResult<()>);
}

/// A job of one step that returns a value.
struct Once<T, F> {
    work: Option<F>,
    value: Option<T>,
    reply: oneshot::Sender<StoreResult<T>>,
}

impl<T: Send, F: FnOnce(&mut Turn<'_>) -> Result<T, Error> + Send> Job for Once<T, F> {
    fn step(&mut self, turn: &mut Turn<'_>) -> Result<Step, Error> {
        if let Some(work) = self.work.take() {
            self.value = Some(work(turn)?);
        }
        Ok(Step::Done)
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
    pub(super) fn write<T: Send + 'static>(
        &self,
        class: Class,
        work: impl FnOnce(&mut Turn<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Boxed<'static, StoreResult<T>> {
        let (reply, answer) = oneshot::channel();
        let refused = self.submit(class, Box::new(Once { work: Some(work), value: None, reply }), 0);
        Box::pin(async move {
            refused?;
            answer.await.unwrap_or(Err(StoreError::Closed))
        })
    }

    pub(super) fn submit(&self, class: Class, job: Box<dyn Job>, bytes: usize) -> StoreResult<()> {
        self.group.submit(class, job, bytes, self.clock.boot()).map_err(|(_, e)| e)
    }
}

/// The thread's state.
pub(super) struct Writer {
    pub shared: Arc<Shared>,
    pub db: Connection,
    pub memory: Memory,
    /// A job larger than a turn, under way.
    pub begun: Option<Box<dyn Job>>,
}

/// Jobs of one turn whose fate is its commit's.
type Done = Vec<Box<dyn Job>>;

impl Writer {
    /// Runs until the group is closed and empty.
    pub fn run(mut self) {
        loop {
            // While a large job is under way, no other and no housekeeping is begun.
            let first = match self.begun {
                None => self.shared.group.take(true, Class::Housekeep),
                Some(_) => self.shared.group.take(false, Class::Admin),
            };
            if first.is_none() && self.begun.is_none() {
                return;
            }
            self.turn(first);
        }
    }

    fn turn(&mut self, first: Option<(Class, Box<dyn Job>)>) {
        let started = self.shared.clock.boot();
        let Self { shared, db, memory, begun } = self;
        if let Err(e) = db.prepare_cached("BEGIN IMMEDIATE").and_then(|mut s| s.execute([])) {
            let e = Error::from(e);
            shared.judge(&e);
            first.map(|(_, job)| job).into_iter().chain(begun.take()).for_each(|job| job.done(Err(e.outward())));
            return;
        }
        let mut turn = Turn::new(db, memory);
        let mut done = Done::new();
        fill(shared, &mut turn, begun, first, &mut done, started);
        let broken = turn.broken.take().map_or(Ok(()), Err);
        let ended = broken.and_then(|()| turn.flush()).and_then(|told| {
            crash_point("turn_before_commit");
            db.prepare_cached("COMMIT")?.execute([])?;
            crash_point("turn_after_commit");
            Ok(told)
        });
        match ended {
            Ok((notices, places)) => {
                places.into_iter().for_each(Places::keep);
                if begun.is_some() {
                    crash_point("between_staged_commits");
                }
                let took = shared.clock.boot().since(started);
                metrics::histogram!("jebi_store_turn_seconds").record(took.as_secs_f64());
                metrics::histogram!("jebi_store_turn_jobs").record(done.len() as f64);
                shared.failing.store(false, Ordering::Relaxed);
                // Dispatchers first: who hears that a topic is cancelled may rely on it.
                for (provider, notice) in notices {
                    if let Some(s) = memory.subscriptions.get(&provider) {
                        (s.notify)(notice);
                    }
                }
                done.into_iter().for_each(|job| job.done(Ok(())));
            }
            Err(e) => {
                if !db.is_autocommit()
                    && let Err(e) = db.execute_batch("ROLLBACK")
                {
                    tracing::error!(error = %e, "could not roll a failed turn back");
                }
                memory.forget();
                shared.judge(&e);
                done.into_iter().chain(begun.take()).for_each(|job| job.done(Err(e.outward())));
            }
        }
    }
}

/// Runs what is there until the turn is full.
fn fill(
    shared: &Shared,
    turn: &mut Turn<'_>,
    begun: &mut Option<Box<dyn Job>>,
    first: Option<(Class, Box<dyn Job>)>,
    done: &mut Done,
    started: Boot,
) {
    let mut next = first;
    let (mut served, mut slices) = (Class::Settle, 1);
    loop {
        // A begun job has its place before new bulk, after everything else.
        let last = if begun.is_some() { Class::Admin } else { Class::Bulk };
        let taken = next.take().or_else(|| shared.group.take(false, last)).or_else(|| begun.take().map(|job| (Class::Bulk, job)));
        let Some((class, job)) = taken else { break };
        served = served.max(class);
        if let Some(more) = step(turn, job, done) {
            *begun = Some(more);
        }
        if turn.broken.is_some() || class == Class::Housekeep {
            return;
        }
        let spent = shared.clock.boot().since(started);
        if turn.rows < TURN_ROWS && spent < TURN_TIME {
            continue;
        }
        // Nobody else waits: a large job's next slice shares this commit and its sync.
        if begun.is_none() || slices == IDLE_SLICES || spent >= TURN_TIME / 2 || shared.group.is_waiting_before(Class::Bulk) {
            break;
        }
        (turn.rows, slices) = (0, slices + 1);
    }
    // A flood of what comes first keeps nothing out for ever: a job of each class after it has its place in a full turn too.
    for class in [Class::Claim, Class::Admin, Class::Bulk].into_iter().filter(|class| *class > served) {
        let own = if class == Class::Bulk { begun.take() } else { None };
        let Some(job) = own.or_else(|| shared.group.take_of(class)) else { continue };
        turn.rows = turn.rows.min(TURN_ROWS - BULK_SLICE);
        if let Some(more) = step(turn, job, done) {
            *begun = Some(more);
        }
        if turn.broken.is_some() {
            return;
        }
    }
    // Nor does steady traffic keep deferred work out: cancelled rows, old keys and the address index must not pile up.
    let overdue = if begun.is_none() { shared.group.take_older(Class::Housekeep, shared.clock.boot(), HOUSEKEEP_WAIT) } else { None };
    if let Some(job) = overdue {
        step(turn, job, done);
    }
}

/// Housekeeping that has waited this long gets a place in the next turn, however much else there is.
const HOUSEKEEP_WAIT: Duration = Duration::from_millis(250);

/// Slices of [`TURN_ROWS`] a large job may write in one turn while nobody else waits.
const IDLE_SLICES: u32 = 8;
/// Rows a bulk job writes at least in a turn filled by others.
const BULK_SLICE: u32 = 200;

/// Runs one step under a savepoint, so that a job that fails takes nobody with it. Returns the job when it needs another turn.
fn step(turn: &mut Turn<'_>, mut job: Box<dyn Job>, done: &mut Done) -> Option<Box<dyn Job>> {
    let run = |turn: &Turn<'_>, text| -> Result<(), Error> { turn.execute(text, []).map(drop) };
    let outcome = run(turn, "SAVEPOINT job").and_then(|()| guarded(turn, job.as_mut())).and_then(|s| run(turn, "RELEASE job").map(|()| s));
    match outcome {
        Ok(Step::Done) => {
            turn.keep();
            done.push(job);
            None
        }
        Ok(Step::More) => {
            turn.keep();
            Some(job)
        }
        Err(e) => {
            turn.drop_job();
            if turn.db.is_autocommit() {
                // The engine rolled the whole transaction back (a full disk): everybody in the turn is told so.
                turn.broken = Some(e);
                done.push(job);
            } else {
                if let Err(again) = run(turn, "ROLLBACK TO job").and_then(|()| run(turn, "RELEASE job")) {
                    // Its rows may still be there: nothing of this turn can be kept.
                    tracing::error!(error = %again, "could not roll a failed job back");
                    turn.broken = Some(again);
                }
                if !e.is_full() {
                    tracing::error!(error = %e, "a store job failed");
                }
                job.done(Err(e.outward()));
            }
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
pub(super) struct Alarm(pub Arc<Shared>);

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
        self.failing.store(true, Ordering::Relaxed);
        tracing::error!(error = %e, "a store transaction failed");
        if e.is_fatal() {
            (self.on_fatal)(&e.to_string());
        }
    }
}

/// How long a close waits for the writer.
pub(super) const CLOSE_WAIT: Duration = Duration::from_secs(30);
