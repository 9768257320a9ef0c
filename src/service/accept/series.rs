//! A request too large for one commit: it is taken in parts, each stored with a key of its own, and the last with the caller's. Cut short and
//! repeated under the same key, what was taken before is answered out of the store, and the rest is taken.

use jebi_domain::{
    idempotency::check_key,
    refusal::{Fault, Refusal},
};

use super::{Accept, Answer, Idempotency, Rehearsal, Say, Submission, Voice, replay, twins::Turn};
use crate::service::{Caller, trouble::refusal};

/// What begins where parts are to come.
pub enum Begun<'a> {
    /// All of it was taken before: that answer.
    Before(Answer),
    Now(Series<'a>),
}

/// Parts on their way in. Nobody else goes on with the same key meanwhile.
pub struct Series<'a> {
    accept: &'a Accept,
    caller: Caller,
    idempotency: Option<Idempotency>,
    #[expect(dead_code, reason = "held for its drop")]
    turn: Option<Turn>,
}

impl Accept {
    /// Begins a request of parts.
    ///
    /// # Errors
    /// A key that cannot be used, or was used for another request; a store that does not answer.
    pub async fn begin(&self, caller: Caller, idempotency: Option<Idempotency>) -> Result<Begun<'_>, Refusal> {
        let mut turn = None;
        if let Some((key, fingerprint)) = &idempotency {
            check_key(key)?;
            turn = Some(self.twins.enter(caller.key, key).await);
            if let Some(stored) = self.store.answer(caller.key, key, self.clock.wall()).await.map_err(refusal)? {
                return replay(stored, *fingerprint).map(Begun::Before);
            }
        }
        Ok(Begun::Now(Series { accept: self, caller, idempotency, turn }))
    }
}

impl Series<'_> {
    /// Whether there is a key, so that parts can be told apart.
    ///
    /// # Errors
    /// There is none: cut short, nobody could repeat it without sending twice.
    pub fn has_key(&self) -> Result<(), Refusal> {
        if self.idempotency.is_some() {
            return Ok(());
        }
        let fault = "the request is taken in parts, and without a key it could not be repeated without sending twice";
        let remedy = "send a header Idempotency-Key with a fresh value, and the same one when repeating it";
        Err(Refusal::invalid(Fault::new("Idempotency-Key", "missing_idempotency_key", fault, remedy)))
    }

    /// The answer to a part that was taken before.
    ///
    /// # Errors
    /// Another request has used the key; a store that does not answer.
    pub async fn taken(&self, part: u32) -> Result<Option<Answer>, Refusal> {
        let Some((key, fingerprint)) = self.idempotency_of(part) else { return Ok(None) };
        let stored = self.accept.store.answer(self.caller.key, &key, self.accept.clock.wall()).await.map_err(refusal)?;
        stored.map(|stored| replay(stored, fingerprint)).transpose()
    }

    /// What a part would become; the daily limit is for the whole ([`Self::admit`]).
    ///
    /// # Errors
    /// What taking it in would be refused for.
    pub async fn rehearse(&self, submission: Submission, say: Say) -> Result<Rehearsal, Refusal> {
        self.accept.tried(&self.caller, submission, say).await
    }

    /// Whether so many recipients more are taken, of all parts together.
    ///
    /// # Errors
    /// They are not.
    pub async fn admit(&self, recipients: usize) -> Result<(), Refusal> {
        self.accept.waiting.admit(recipients).await?;
        self.accept.usage.check(&self.caller, recipients, self.accept.clock.wall()).await
    }

    /// Stores a part, or gives the answer to it that is stored.
    ///
    /// # Errors
    /// As for any submission.
    pub async fn part(&self, part: u32, submission: Submission, voice: Voice) -> Result<Answer, Refusal> {
        match self.taken(part).await? {
            Some(answer) => Ok(answer),
            None => self.accept.accept(&self.caller, submission, self.idempotency_of(part), voice).await,
        }
    }

    /// Stores the last part, and with it the answer to all.
    ///
    /// # Errors
    /// As for any submission.
    pub async fn last(self, submission: Submission, voice: Voice) -> Result<Answer, Refusal> {
        self.accept.accept(&self.caller, submission, self.idempotency.clone(), voice).await
    }

    /// A part's own key. No caller's key has a line break: see [`check_key`].
    fn idempotency_of(&self, part: u32) -> Option<Idempotency> {
        self.idempotency.as_ref().map(|(key, fingerprint)| (format!("{key}\n{part}"), *fingerprint))
    }
}
