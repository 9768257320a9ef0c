//! Moving waiting mail to another time.

use std::sync::Arc;

use jebi_domain::{
    id::MessageId,
    port::{Store, operator::Rescheduled},
    refusal::{Fault, Refusal, RefusalKind},
};

use super::{retry::When, trouble::refusal};

/// Moves messages.
pub struct Reschedule {
    store: Arc<dyn Store>,
}

impl Reschedule {
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Moves what waits of a message and was never tried. Returns how many recipients.
    ///
    /// # Errors
    /// No such message, a cancelled one, one that expires before; a store that cannot write.
    pub async fn message(&self, id: MessageId, when: When) -> Result<i64, Refusal> {
        match self.store.reschedule(id, when.due, when.scheduled).await.map_err(refusal)? {
            Rescheduled::Done(recipients) => {
                tracing::info!(message = %id, recipients, due = %when.due, "message rescheduled");
                Ok(recipients)
            }
            Rescheduled::Missing => Err(Refusal::missing("message")),
            Rescheduled::Cancelled => Err(Refusal::new(
                RefusalKind::Conflict,
                Fault::new("", "message_cancelled", "the message was cancelled", "submit the mail anew"),
            )),
            Rescheduled::Expires(at) => Err(Refusal::invalid(Fault::new(
                "scheduled_at",
                "expires_before_due",
                format!("the message expires at {at}, which is not after {}", when.due),
                "give an earlier time, or submit the mail anew with a later expires_at",
            ))),
        }
    }
}
