//! Publishing to an SNS topic, through the AWS SDK: a call takes milliseconds, and there are few of them.

use std::{collections::HashMap, fmt, time::Duration};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::Credentials;
use aws_sdk_sns::{
    Client,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use jebi_domain::{hook::Answer, port::hooks::HookReply};
use tokio::sync::Mutex;

use super::{no_answer, seconds};

/// Longest subject SNS takes (API reference, `Publish`): fewer than 100 characters, ASCII.
const SUBJECT: usize = 99;

/// Keys given by hand.
#[derive(Clone)]
pub struct SnsKeys {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

/// Masked: the secrets never reach a log.
impl fmt::Debug for SnsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SnsKeys({})", self.access_key_id)
    }
}

/// How SNS is reached.
#[derive(Clone, Debug, Default)]
pub struct SnsSettings {
    /// Fixed keys; `None` for the chain of the AWS SDK.
    pub keys: Option<SnsKeys>,
    /// Where the API is instead of the region's own address.
    pub endpoint: Option<String>,
}

/// Clients by region, made when they are needed first.
pub(super) struct Sns {
    settings: SnsSettings,
    timeout: Duration,
    clients: Mutex<HashMap<String, Client>>,
}

impl Sns {
    pub fn new(settings: SnsSettings, timeout: Duration) -> Self {
        Self { settings, timeout, clients: Mutex::default() }
    }

    async fn client(&self, region: &str) -> Client {
        let mut clients = self.clients.lock().await;
        if let Some(client) = clients.get(region) {
            return client.clone();
        }
        let times = TimeoutConfig::builder().operation_timeout(self.timeout).build();
        // Tried again by the schedule of calls.
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(times);
        if let Some(keys) = self.settings.keys.clone() {
            loader = loader.credentials_provider(Credentials::new(
                keys.access_key_id,
                keys.secret_access_key,
                keys.session_token,
                None,
                "configuration",
            ));
        }
        if let Some(endpoint) = &self.settings.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let client = Client::new(&loader.load().await);
        clients.insert(region.to_owned(), client.clone());
        client
    }

    pub async fn publish(&self, topic_arn: &str, subject: &str, text: &str) -> HookReply {
        // arn:partition:sns:region:account:name
        let Some(region) = topic_arn.split(':').nth(3).filter(|region| !region.is_empty()) else {
            return no_answer("the ARN names no region");
        };
        let subject: String = subject.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(SUBJECT).collect();
        let client = self.client(region).await;
        let call = client.publish().topic_arn(topic_arn).message(text);
        let call = if subject.trim().is_empty() { call } else { call.subject(subject.trim()) };
        match call.send().await {
            Ok(done) => HookReply {
                answer: Answer::Status { status: 200, retry_after: None },
                error: String::new(),
                body: done.message_id().unwrap_or_default().to_owned(),
            },
            Err(SdkError::TimeoutError(_)) => no_answer(format!("no answer within {}", seconds(self.timeout))),
            Err(e) => {
                let code = e.code().unwrap_or_default();
                // SNS says "too fast" with 400 and a code (API reference, "Common errors").
                let status = if code.starts_with("Throttl") { Some(429) } else { e.raw_response().map(|raw| raw.status().as_u16()) };
                let Some(status) = status.filter(|_| !code.is_empty()) else {
                    return no_answer(format!("SNS could not be asked: {}", DisplayErrorContext(&e)));
                };
                let said = format!("{code}: {}", e.message().unwrap_or_default());
                // 410 would end the endpoint, and is nothing SNS says of a topic.
                HookReply { answer: Answer::Status { status, retry_after: None }, error: String::new(), body: said }
            }
        }
    }
}
