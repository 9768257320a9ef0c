//! A queue of SQS that SNS delivers to.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_sqs::{
    Client,
    config::{Config, retry::RetryConfig, timeout::TimeoutConfig},
    types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName},
};
use aws_smithy_types::error::display::DisplayErrorContext;
use jebi_domain::{
    outcome::Reason,
    port::{
        Boxed,
        sns::{EventQueue, QueuedMessage},
    },
    refusal::Fault,
};

use super::AwsAccount;

/// How long SQS waits for a message: its longest (`WaitTimeSeconds`).
const WAIT: Duration = Duration::from_secs(20);
const CONNECT: Duration = Duration::from_secs(5);
/// For one call; longer than a wait.
const TIME: Duration = Duration::from_secs(30);
/// Messages a call brings at most (`MaxNumberOfMessages`).
const BATCH: i32 = 10;

/// One queue.
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// The bundle of certificate authorities cannot be read.
    pub async fn new(url: String, account: &AwsAccount) -> Result<Self, Fault> {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(account.region.clone()))
            .credentials_provider(account.credentials().await)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).operation_timeout(TIME).build());
        config.set_endpoint_url(account.endpoint.clone());
        if let Some(http) = account.http()? {
            config.set_http_client(Some(http));
        }
        Ok(Self { client: Client::from_conf(config.build()), url })
    }

    async fn receive(&self) -> Result<Vec<QueuedMessage>, Reason> {
        let asked = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(BATCH)
            .wait_time_seconds(i32::try_from(WAIT.as_secs()).unwrap_or(0))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let told = asked.send().await.map_err(|e| failed("ReceiveMessage", &DisplayErrorContext(e)))?;
        Ok(told.messages.unwrap_or_default().into_iter().filter_map(message).collect())
    }

    async fn remove(&self, receipts: Vec<String>) -> Result<(), Reason> {
        let mut asked = self.client.delete_message_batch().queue_url(&self.url);
        for (place, receipt) in receipts.into_iter().enumerate() {
            let entry = DeleteMessageBatchRequestEntry::builder().id(place.to_string()).receipt_handle(receipt).build();
            asked = asked.entries(entry.map_err(|e| failed("DeleteMessageBatch", &e))?);
        }
        let told = asked.send().await.map_err(|e| failed("DeleteMessageBatch", &DisplayErrorContext(e)))?;
        match told.failed().first() {
            None => Ok(()),
            Some(first) => Err(failed("DeleteMessageBatch", &format!("{} failed, the first: {}", told.failed().len(), first.code()))),
        }
    }

    async fn has_dead_letters(&self) -> Option<bool> {
        let asked = self.client.get_queue_attributes().queue_url(&self.url).attribute_names(QueueAttributeName::RedrivePolicy);
        match asked.send().await {
            Ok(told) => Some(told.attributes().is_some_and(|all| all.contains_key(&QueueAttributeName::RedrivePolicy))),
            Err(error) => {
                let error = DisplayErrorContext(error).to_string();
                tracing::warn!(
                    queue = self.url,
                    error,
                    "whether the queue has a redrive policy is not known: what can never be taken stays in it; allow sqs:GetQueueAttributes"
                );
                None
            }
        }
    }
}

impl EventQueue for SqsQueue {
    fn url(&self) -> &str {
        &self.url
    }

    fn receive(&self) -> Boxed<'_, Result<Vec<QueuedMessage>, Reason>> {
        Box::pin(self.receive())
    }

    fn remove(&self, receipts: Vec<String>) -> Boxed<'_, Result<(), Reason>> {
        Box::pin(self.remove(receipts))
    }

    fn has_dead_letters(&self) -> Boxed<'_, Option<bool>> {
        Box::pin(self.has_dead_letters())
    }
}

/// One without a body or a receipt cannot come of SQS.
fn message(from: Message) -> Option<QueuedMessage> {
    let counted = from.attributes.as_ref().and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount)?.parse().ok());
    Some(QueuedMessage { id: from.message_id?, receipt: from.receipt_handle?, body: from.body?, times: counted.unwrap_or(1) })
}

fn failed(call: &'static str, error: &dyn std::fmt::Display) -> Reason {
    let remedy =
        "check the queue's address, the credentials and their rights (sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes)";
    Reason::new(call, error.to_string(), remedy)
}
