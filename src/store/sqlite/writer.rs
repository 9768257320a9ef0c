//! The writer thread: runs submitted jobs in turns, one transaction each, and answers after the commit.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jebi_domain::port::{
    Boxed,
    store::{StoreError, StoreResult},
};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{
    Error, Shared,
    turn::{Memory, Turn},
};
use crate::store::group::{Class, TURN_ROWS, TURN_TIME};

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

impl Writer {
    /// Runs until the group is closed and empty.
    pub fn run(mut self) {
        loop {
            let first = self.shared.group.take(self.begun.is_none(), Class::Housekeep);
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
            if let Some((_, job)) = first {
                job.done(Err(e.outward()));
            }
            return;
        }
        let mut turn = Turn::new(db, memory);
        let mut done: Vec<Box<dyn Job>> = Vec::new();
        let mut next = first;
        loop {
            // A begun job has its place before new bulk, after everything else.
            let bulk_due = next.as_ref().is_none_or(|(class, _)| *class >= Class::Bulk);
            if bulk_due && let Some(job) = begun.take() {
                *begun = step(&mut turn, job, &mut done);
                if begun.is_some() {
                    if let Some((class, job)) = next.take() {
                        shared.group.put_back(class, job, started);
                    }
                    break;
                }
            }
            let Some((class, job)) = next.take() else { break };
            let more = step(&mut turn, job, &mut done);
            if more.is_some() {
                *begun = more;
                break;
            }
            let spent = shared.clock.boot().since(started);
            if turn.rows >= TURN_ROWS || spent >= TURN_TIME || class == Class::Housekeep {
                // Bulk must move on even under a flood of single mails: one slice a turn.
                if class < Class::Bulk
                    && let Some(job) = begun.take()
                {
                    turn.rows = turn.rows.min(TURN_ROWS - BULK_SLICE);
                    *begun = step(&mut turn, job, &mut done);
                }
                break;
            }
            next = shared.group.take(false, if begun.is_some() { Class::Admin } else { Class::Bulk });
        }
        let broken = turn.broken.take().map_or(Ok(()), Err);
        let ended = broken.and_then(|()| turn.flush()).and_then(|notices| {
            db.prepare_cached("COMMIT")?.execute([])?;
            Ok(notices)
        });
        match ended {
            Ok(notices) => {
                let took = shared.clock.boot().since(started);
                metrics::histogram!("jebi_store_turn_seconds").record(took.as_secs_f64());
                metrics::histogram!("jebi_store_turn_jobs").record(done.len() as f64);
                shared.failing.store(false, Ordering::Relaxed);
                done.into_iter().for_each(|job| job.done(Ok(())));
                for (provider, notice) in notices {
                    if let Some(s) = self.memory.subscriptions.get(&provider) {
                        (s.notify)(notice);
                    }
                }
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

/// Rows a begun bulk job writes at least in a turn filled by others.
const BULK_SLICE: u32 = 200;

/// Runs one step under a savepoint, so that a job that fails takes nobody with it. Returns the job when it needs another turn.
fn step(turn: &mut Turn<'_>, mut job: Box<dyn Job>, done: &mut Vec<Box<dyn Job>>) -> Option<Box<dyn Job>> {
    let run = |turn: &Turn<'_>, text| -> Result<(), Error> { turn.execute(text, []).map(drop) };
    let outcome = run(turn, "SAVEPOINT job").and_then(|()| job.step(turn)).and_then(|s| run(turn, "RELEASE job").map(|()| s));
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
                    tracing::error!(error = %again, "could not roll a failed job back");
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
