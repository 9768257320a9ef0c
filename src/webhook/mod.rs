//! Calls to endpoints over the network: HTTP to addresses that may be called, and SNS.
//!
//! | file | owns |
//! |---|---|
//! | `guard` | where a URL may lead, looked at for each connection |
//! | `http` | one POST, bounded in time and size, never redirected |
//! | `sns` | publishing to a topic |

mod guard;
mod http;
mod sns;

use std::time::Duration;

use jebi_domain::{
    hook::Answer,
    port::{
        Boxed, HookSender,
        hooks::{BadTarget, HookReply, HookRequest},
    },
};

pub use guard::{Lookup, SystemLookup};
pub use http::CallSettings;
pub use sns::{SnsKeys, SnsSettings};

use http::Http;
use sns::Sns;

/// Calls endpoints.
pub struct Webhooks {
    http: Http,
    sns: Sns,
}

impl Webhooks {
    #[must_use]
    pub fn new(http: CallSettings, sns: SnsSettings) -> Self {
        let timeout = http.timeout;
        Self { http: Http::new(http), sns: Sns::new(sns, timeout) }
    }
}

impl HookSender for Webhooks {
    fn check(&self, url: &str) -> Boxed<'_, Result<(), BadTarget>> {
        let url = url.to_owned();
        Box::pin(async move { self.http.check(&url).await })
    }

    fn post(&self, request: HookRequest) -> Boxed<'_, HookReply> {
        Box::pin(self.http.post(request))
    }

    fn publish(&self, topic_arn: &str, subject: &str, text: &str) -> Boxed<'_, HookReply> {
        let (topic, subject, text) = (topic_arn.to_owned(), subject.to_owned(), text.to_owned());
        Box::pin(async move { self.sns.publish(&topic, &subject, &text).await })
    }
}

/// No complete answer came.
fn no_answer(why: impl Into<String>) -> HookReply {
    HookReply { answer: Answer::None, error: why.into(), body: String::new() }
}

/// A time in words.
fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
