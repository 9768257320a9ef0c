//! Answers kept under an idempotency key, for what is not accepting mail: each of those steps may be repeated without harm, so the
//! answer may be written after the work.

use std::sync::Arc;

use bytes::Bytes;
use jebi_domain::{
    idempotency::check_key,
    port::{Clock, Store, store::StoredAnswer},
    refusal::Refusal,
};

use super::{
    Caller,
    accept::{Answer, Idempotency, Twins, replay},
    trouble::refusal,
};

/// Does a thing once under a key.
pub struct Repeats {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    twins: Twins,
}

impl Repeats {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, twins: Twins::default() }
    }

    /// Works and keeps the answer; or gives the one kept, byte for byte.
    ///
    /// # Errors
    /// The work's own, which is not kept; a bad key, or one used for another body; a store that does not answer.
    pub async fn once(
        &self,
        caller: &Caller,
        idempotency: Option<Idempotency>,
        work: impl Future<Output = Result<(u16, Bytes), Refusal>>,
    ) -> Result<Answer, Refusal> {
        let Some((key, fingerprint)) = idempotency else {
            let (status, body) = work.await?;
            return Ok(Answer { status, body, replayed: false });
        };
        check_key(&key)?;
        let _turn = self.twins.enter(caller.key, &key).await;
        if let Some(stored) = self.store.answer(caller.key, &key, self.clock.wall()).await.map_err(refusal)? {
            return replay(stored, fingerprint);
        }
        let (status, body) = work.await?;
        let answer = StoredAnswer { fingerprint, status, body: body.clone() };
        self.store.keep_answer(caller.key, &key, answer, self.clock.wall()).await.map_err(refusal)?;
        Ok(Answer { status, body, replayed: false })
    }
}
