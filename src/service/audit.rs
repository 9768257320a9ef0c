//! Administrative acts, written down for good: who, from where, what, on what, when, and how it ended.
//!
//! An act is written down right after it was done or refused, in a commit of its own. When that fails the act stands and the entry
//! goes to the log as an error, whole: an operation that has taken effect must not be reported as failed.

use std::sync::Arc;

use jebi_domain::{
    port::{
        Clock, Store,
        store::{AuditEntry, AuditFilter, AuditPage},
    },
    refusal::Refusal,
};

use super::{Caller, trouble::refusal};

/// How an act ended that was done.
const DONE: &str = "done";

/// Writes acts down and lists them.
pub struct Audit {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl Audit {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Writes down how an act ended, and passes that on. `act` is `noun.verb`; `detail` is for people and holds no secret.
    ///
    /// # Errors
    /// What was handed in.
    pub async fn ended<T>(
        &self,
        caller: &Caller,
        act: &'static str,
        target: impl ToString,
        detail: impl FnOnce(&T) -> String,
        end: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let (detail, result) = match &end {
            Ok(done) => (detail(done), DONE),
            Err(refusal) => (refusal.to_string(), refusal.faults.first().map_or("refused", |f| f.code)),
        };
        self.write(caller, act, target.to_string(), detail, result).await;
        end
    }

    async fn write(&self, caller: &Caller, act: &'static str, target: String, detail: String, result: &str) {
        let entry = AuditEntry {
            no: 0,
            at: self.clock.wall(),
            actor: caller.who(),
            key: (caller.key != Caller::LOCAL.key).then_some(caller.key),
            address: caller.address().map(|address| address.to_string()),
            act: act.to_owned(),
            target,
            detail,
            result: result.to_owned(),
        };
        if let Err(error) = self.store.audit(entry.clone()).await {
            tracing::error!(%error, ?entry, "an administrative act could not be written to the audit log");
        }
    }

    /// Acts, newest first.
    ///
    /// # Errors
    /// A store that does not answer.
    pub async fn list(&self, filter: AuditFilter, before: Option<i64>, limit: u32) -> Result<AuditPage, Refusal> {
        self.store.audits(filter, before, limit).await.map_err(refusal)
    }
}
