//! What a caller is told when the store did not do it. The only place that turns one into the other.

use jebi_domain::{
    port::store::StoreError,
    refusal::{Fault, Refusal, RefusalKind},
};

/// Seconds to wait while the disk is full: somebody has to make room first.
const FULL: u32 = 60;
/// Seconds to wait while the server stops: a restart takes about that long.
const CLOSING: u32 = 5;
/// Seconds to wait after any other failure.
const FAILED: u32 = 10;

/// The refusal for a store's error. What the caller may not see is logged here, once.
pub(super) fn refusal(error: StoreError) -> Refusal {
    match error {
        StoreError::Busy { retry_after_s, why } => {
            Refusal::busy(retry_after_s, "store_busy", format!("too much is waiting to be written: {why}"))
        }
        StoreError::Unavailable { retry_after_s, why } => {
            // A connection lost during the commit may have been lost after it: the key is what makes repeating safe.
            let remedy = "send the same request again later, with the same Idempotency-Key";
            let fault = Fault::new("", "store_unavailable", format!("the server's database cannot be used just now: {why}"), remedy);
            Refusal::new(RefusalKind::Busy { retry_after_s }, fault)
        }
        StoreError::Full => Refusal::busy(FULL, "disk_full", "the server's disk is full or nearly so"),
        StoreError::Closed => Refusal::busy(CLOSING, "stopping", "the server is stopping"),
        // Nothing a request does is for an incarnation; the node starts anew by itself.
        StoreError::Ended => Refusal::busy(CLOSING, "stopping", "this node is starting anew"),
        // It was there when it was looked for: removed since, by hand.
        StoreError::NoFile(id) => {
            let fault = format!("there is no file {id}");
            Refusal::invalid(Fault::new("attachments", "file_not_found", fault, "upload it again with POST /v1/attachments"))
        }
        StoreError::Internal(text) => {
            tracing::error!(error = %text, "the store failed");
            // A failure during the commit may have come after it: the key is what makes repeating safe.
            let remedy = "send the same request again later, with the same Idempotency-Key; the cause is in the server's log";
            let fault = Fault::new("", "store_failed", "the server could not use its store; nothing was acknowledged", remedy);
            Refusal::new(RefusalKind::Busy { retry_after_s: FAILED }, fault)
        }
    }
}

/// Whether what was refused so may have been stored all the same: the store's answer was lost, or never came.
pub(super) fn may_be_stored(refusal: &Refusal) -> bool {
    refusal.faults.iter().any(|fault| ["store_unavailable", "store_failed", "stopping"].contains(&fault.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_before_the_commit_is_certainly_not_stored() {
        let certain = [StoreError::Busy { retry_after_s: 1, why: "others write the same" }, StoreError::Full];
        assert!(!certain.into_iter().any(|error| may_be_stored(&refusal(error))));
        let lost = [
            StoreError::Unavailable { retry_after_s: 5, why: "it cannot be reached" },
            StoreError::Internal("the disk failed".into()),
            StoreError::Closed,
        ];
        assert!(lost.into_iter().all(|error| may_be_stored(&refusal(error))));
    }

    #[test]
    fn an_internal_cause_is_never_told() {
        let told = refusal(StoreError::Internal("UNIQUE constraint failed: idempotency.key".into()));
        assert_eq!(told.kind, RefusalKind::Busy { retry_after_s: FAILED });
        assert!(!format!("{told:?}").contains("UNIQUE"));
    }

    #[test]
    fn the_stores_own_waiting_time_is_passed_on() {
        let told = refusal(StoreError::Busy { retry_after_s: 3, why: "2 s of writes" });
        assert_eq!(told.kind, RefusalKind::Busy { retry_after_s: 3 });
        assert!(told.faults[0].fault.contains("2 s of writes"));
    }

    #[test]
    fn a_database_that_is_away_is_asked_again_with_the_same_key() {
        let told = refusal(StoreError::Unavailable { retry_after_s: 5, why: "it cannot be reached" });
        assert_eq!(told.kind, RefusalKind::Busy { retry_after_s: 5 });
        assert_eq!(told.faults[0].code, "store_unavailable");
        // Nobody knows whether a COMMIT came through: it must not say that nothing was stored.
        assert!(!format!("{told:?}").contains("nothing was stored"), "{told:?}");
    }
}
