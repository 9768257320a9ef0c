//! Telling people by mail: accepted as any transactional mail, under a topic of its own, of which nothing is told in turn.

use bytes::Bytes;
use jebi_domain::{
    hook::{Answer, MAIL_TOPIC, Words},
    message::{Lane, OnUnknown},
    port::hooks::{EndpointInfo, HookCall, HookReply},
};
use sha2::{Digest, Sha256};

use super::{Hooks, call::failed};
use crate::service::{
    Caller,
    accept::{Given, NewMessage, Submission, Voice},
};

impl Hooks {
    /// Hands a mail over. Made again after a crash, its idempotency key answers with the mail there is.
    pub(super) async fn mail(&self, endpoint: &EndpointInfo, call: &HookCall, words: &Words) -> HookReply {
        let lines: Vec<String> = words.lines.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let recipients = endpoint.spec.to.iter().map(|email| Given::Parts { email: email.clone(), name: None }.into()).collect();
        let message = NewMessage {
            topic_id: Some(MAIL_TOPIC.to_owned()),
            recipients,
            subject: Some(words.headline.clone()),
            text: Some(format!("{}\r\n\r\n{}\r\n", words.headline, lines.join("\r\n"))),
            lane: Some(Lane::Transactional),
            on_unknown: Some(OnUnknown::Hold),
            ..NewMessage::default()
        };
        let key = format!("webhook-{}-{}-{}", endpoint.no, call.event, call.since.0);
        let fingerprint = Sha256::digest(key.as_bytes()).into();
        let voice = Voice {
            say: Box::new(|fault| fault),
            render: Box::new(|receipt| {
                let id = receipt.messages.first().and_then(|taken| taken.id);
                (202, Bytes::from(id.map_or_else(String::new, |id| id.to_string())))
            }),
        };
        let submission = Submission { messages: vec![message], ..Submission::default() };
        match self.accept.submit(Caller::LOCAL, submission, Some((key, fingerprint)), voice).await {
            Ok(answer) => HookReply {
                answer: Answer::Status { status: 202, retry_after: None },
                error: String::new(),
                body: String::from_utf8_lossy(&answer.body).into_owned(),
            },
            Err(refused) => failed(format!("the mail was not accepted: {refused}")),
        }
    }
}
