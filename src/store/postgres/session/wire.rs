//! What goes out on a writer's connection without being waited for, look-ups too whose answers are needed later: several share one round
//! trip. And how their answers are taken in.

use std::{future::poll_fn, task::Poll};

use tokio_postgres::Row as PgRow;

use super::{
    super::{
        Fault, Session as Timeouts,
        link::{Outcome, Param, Pending},
        values::Owned,
    },
    WriterSession, params,
};
use crate::store::steps::{Error, Value};

/// A look-up that was sent before its answer was needed.
pub(super) struct Ahead {
    of: Of,
    text: &'static str,
    values: Vec<Owned>,
    pub(super) answer: Pending<Vec<PgRow>>,
    pub(super) come: Option<Outcome<Vec<PgRow>>>,
}

/// Who may ask for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Any job of the transaction.
    Turn,
    /// The job under way.
    Job,
    Nobody,
}

impl WriterSession {
    /// Sends a look-up without waiting. What is not prepared yet is left to when it is asked.
    pub(super) fn foresee(&self, of: Of, text: &'static str, values: Vec<Owned>) -> Result<(), Error> {
        let link = self.link()?;
        let known = self.ahead.borrow().iter().any(|one| one.of != Of::Nobody && one.text == text && one.values == values);
        if known || !link.knows(text) {
            return Ok(());
        }
        let params = values.iter().map(|one| Box::new(one.clone()) as Param).collect();
        let answer = self.begun(link.query(text, params));
        self.ahead.borrow_mut().push(Ahead { of, text, values, answer, come: None });
        Ok(())
    }

    /// Nobody comes any more to ask what was sent for them.
    pub(super) fn leave(&self, of: Of) {
        self.ahead.borrow_mut().iter_mut().filter(|one| one.of == of).for_each(|one| one.of = Of::Nobody);
    }

    /// The answer of a look-up: of the one sent before, if it was.
    pub(super) fn found(&self, text: &'static str, values: &[Value<'_>]) -> Result<Vec<PgRow>, Error> {
        let sent = {
            let mut ahead = self.ahead.borrow_mut();
            let same = |one: &Ahead| one.values.len() == values.len() && one.values.iter().zip(values).all(|(a, b)| a.value() == *b);
            let place = ahead.iter().position(|one| one.of != Of::Nobody && one.text == text && same(one));
            place.map(|at| ahead.swap_remove(at))
        };
        match sent {
            Some(Ahead { come: Some(answer), .. }) => answer.map_err(|e| self.failed(&e)),
            Some(Ahead { answer, .. }) => self.wait(|| answer),
            None => self.rows(text, params(values)),
        }
    }

    /// Sends without waiting. What is not prepared yet is prepared first.
    pub(super) fn send(&self, text: &'static str, params: Vec<Param>) -> Result<(), Error> {
        let link = self.link()?;
        if !link.knows(text) {
            self.wait(|| link.prepare(text))?;
        }
        self.post(link.execute(text, params));
        Ok(())
    }

    /// Hands an answer's future its first turn, in which the statement goes out.
    pub(super) fn post(&self, pending: Pending<u64>) {
        let posted = self.begun(pending);
        self.pending.borrow_mut().push_back(posted);
    }

    pub(super) fn begun<T: Send + 'static>(&self, mut pending: Pending<T>) -> Pending<T> {
        let ready = self.runtime.block_on(poll_fn(|cx| Poll::Ready(pending.as_mut().poll(cx))));
        match ready {
            Poll::Pending => pending,
            Poll::Ready(answer) => Box::pin(async move { answer }),
        }
    }

    /// Waits for an answer and all those nobody looks at before it; the first that failed is what the transaction failed by.
    pub(super) fn wait<T, F: Future<Output = Outcome<T>>>(&self, ask: impl FnOnce() -> F) -> Result<T, Error> {
        let (mut pending, mut ahead) = (self.pending.take(), self.ahead.take());
        let answers = self.in_time(async {
            let mut answer = std::pin::pin!(ask());
            let mut done = None;
            // All are taken in as they come: one that is left lying would hold up those behind it.
            poll_fn(|cx| {
                for one in ahead.iter_mut().filter(|one| one.come.is_none()) {
                    if let Poll::Ready(come) = one.answer.as_mut().poll(cx) {
                        one.come = Some(come);
                    }
                }
                if done.is_none()
                    && let Poll::Ready(come) = answer.as_mut().poll(cx)
                {
                    done = Some(come);
                }
                while let Some(first) = pending.front_mut() {
                    match first.as_mut().poll(cx) {
                        Poll::Ready(Ok(_)) => pending.pop_front(),
                        Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                        Poll::Pending => return Poll::Pending,
                    };
                }
                done.take().map_or(Poll::Pending, Poll::Ready)
            })
            .await
        });
        *self.ahead.borrow_mut() = ahead;
        let answers = answers?;
        answers.map_err(|e| self.failed(&e))
    }

    /// A server that is asked breaks off what takes too long. One that does not even do that is frozen, or something between is: the
    /// connection is given up.
    pub(super) fn in_time<T>(&self, asked: impl Future<Output = T>) -> Result<T, Error> {
        let Timeouts { statement_timeout, connect_timeout, .. } = self.connector.session();
        let limit = *statement_timeout + *connect_timeout;
        self.runtime.block_on(async { tokio::time::timeout(limit, asked).await }).map_err(|_| {
            self.lose();
            Fault::silent(self.connector.target(), limit.as_secs()).into()
        })
    }
}
