//! Messages out of SQS queues.
//!
//! Who may put messages into a queue is its access policy's to say, so they may come without an envelope (raw message delivery), however
//! old, and of any topic. One with an envelope has its signature checked all the same.
//!
//! A message is removed when what it reports is stored. One that can never be stored is left to the queue's redrive policy, which moves it
//! to a dead-letter queue for people to look at; where there is none it is removed, for it would come again for days. Either way it is
//! logged once and counted.

use futures_util::future::join_all;
use jebi_domain::{
    port::sns::QueuedMessage,
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
    pub async fn take_queued(&self, queue: &str, messages: &[QueuedMessage], dead_letters: Option<bool>) -> Vec<Settled> {
        join_all(messages.iter().map(|message| self.settle_queued(queue, message, dead_letters))).await
    }

    async fn settle_queued(&self, queue: &str, message: &QueuedMessage, dead_letters: Option<bool>) -> Settled {
        let end = self.queued(message).await;
        count("sqs", &end);
        let Err(refusal) = end else {
            self.seen.add(queue, self.clock.wall());
            return Settled::Remove;
        };
        if matches!(refusal.kind, RefusalKind::Busy { .. }) {
            tracing::warn!(queue, id = message.id, error = %refusal, "a message of the queue could not be taken yet; it comes again");
            return Settled::Later;
        }
        // Where it is not known whether there are dead letters, nothing is lost by leaving it.
        let remove = dead_letters == Some(false);
        if message.times <= 1 || remove {
            let becomes = if remove { "removed" } else { "left to the redrive policy" };
            tracing::error!(queue, id = message.id, error = %refusal, becomes, "a message of the queue can never be taken");
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
