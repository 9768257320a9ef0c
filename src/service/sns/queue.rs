//! Messages out of SQS queues.
//!
//! Who may put messages into a queue is its access policy's to say, so they may come without an envelope (raw message delivery), however
//! old, and of any topic. One with an envelope has its signature checked all the same.
//!
//! A message is removed when what it reports is stored. One that can never be stored is left to the queue's redrive policy, which moves it
//! to a dead-letter queue for people to look at; where there is none it is removed, for it would come again for days. Either way it is
//! logged once and counted. One whose certificate is not believed is never removed: it may have ended while the message lay there, or our
//! clock may be wrong.

use futures_util::future::join_all;
use jebi_domain::{
    port::sns::{EventQueue, QueuedMessage},
    refusal::{Refusal, RefusalKind},
    sns::{Envelope, Kind},
};

use super::{Delivered, Sns, certificates::For, count};

/// What to do with a message of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Nothing of it is needed any more.
    Remove,
    /// It stays, for the redrive policy.
    Leave,
    /// It stays and can be taken when it comes again: what failed is ours.
    Later,
}

impl Sns {
    /// Takes messages of a queue, all at once so that they share commits. The answers stand in their order.
    pub async fn take_queued(&self, queue: &dyn EventQueue, messages: &[QueuedMessage]) -> Vec<Settled> {
        let ends = join_all(messages.iter().map(|message| self.queued(message))).await;
        // Asked each time: somebody may have given the queue dead letters since, because of what is told below.
        let removes = ends.iter().filter_map(|end| end.as_ref().err()).any(is_final) && queue.has_dead_letters().await == Some(false);
        let settled = messages.iter().zip(&ends).map(|(message, end)| self.settled(queue.url(), message, end, removes));
        settled.collect()
    }

    fn settled(&self, queue: &str, message: &QueuedMessage, end: &Result<Delivered, Refusal>, removes: bool) -> Settled {
        count("sqs", end);
        let Err(refusal) = end else {
            self.seen.add(queue, self.clock.wall());
            return Settled::Remove;
        };
        if matches!(refusal.kind, RefusalKind::Busy { .. }) {
            tracing::warn!(queue, id = message.id, error = %refusal, "a message of the queue could not be taken yet; it comes again");
            return Settled::Later;
        }
        // Where it is not known whether there are dead letters, nothing is lost by leaving it.
        let remove = removes && is_final(refusal);
        if message.times <= 1 || remove {
            tracing::error!(queue, id = message.id, error = %refusal, removed = remove, "a message of the queue cannot be taken");
        }
        if remove { Settled::Remove } else { Settled::Leave }
    }

    async fn queued(&self, message: &QueuedMessage) -> Result<Delivered, Refusal> {
        let envelope = match Envelope::read(message.body.as_bytes()) {
            Ok(envelope) => envelope,
            Err(refusal) if is_bare(&refusal) => {
                self.events.take(&message.id, &message.body).await?;
                return Ok(Delivered::Processed);
            }
            Err(refusal) => return Err(refusal),
        };
        self.verify(&envelope, For::Permitted).await?;
        // Nobody asks the topic's name here, but confirming subscribes this installation to it.
        let permitted = match envelope.kind {
            Kind::SubscriptionConfirmation(_) => self.topics.standing(&envelope.topic).await?.0.is_permitted(),
            Kind::Notification | Kind::UnsubscribeConfirmation => true,
        };
        self.take(envelope, permitted).await
    }
}

/// Whether it is a message without its envelope: what SES publishes, and nothing of SNS around it. That need not be JSON.
fn is_bare(refusal: &Refusal) -> bool {
    refusal.kind == RefusalKind::Malformed || refusal.faults.iter().any(|fault| fault.code == "sns_raw_delivery")
}

/// Whether what is refused would be at any other time too.
fn is_final(refusal: &Refusal) -> bool {
    !matches!(refusal.kind, RefusalKind::Busy { .. }) && refusal.faults.iter().all(|fault| fault.code != "sns_certificate")
}
