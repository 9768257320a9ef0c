//! The envelope of a message, read and taken apart.

use serde::Deserialize;

use super::{CertificateUrl, TopicArn, is_subscribe_url};
use crate::{
    refusal::{Fault, Refusal, RefusalKind},
    time::Wall,
};

/// Longest signature in base64: that of an RSA key of 8,192 bits, which is more than SNS ever had.
const LONGEST_SIGNATURE: usize = 1_368;
/// Most characters told of an error in the body.
const TOLD: usize = 200;
const EXACTLY: &str = "let SNS deliver here, or post exactly what it delivered";

/// With what the signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureVersion {
    /// RSA with SHA-1: what a topic has unless it is told otherwise.
    Sha1,
    /// RSA with SHA-256.
    Sha256,
}

/// How somebody subscribes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Visiting it confirms the subscription. It is an address of SNS ([`is_subscribe_url`]).
    pub subscribe_url: String,
}

/// What a message is. By the body alone: the header that says it too is not signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message that was published; here, what SES reports.
    Notification,
    /// Somebody wants the topic delivered to us.
    SubscriptionConfirmation(Confirmation),
    /// The subscription has ended. Its `SubscribeURL` would begin it again, so nobody visits it.
    UnsubscribeConfirmation,
}

/// What the signature is over, and the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    pub version: SignatureVersion,
    /// Not decoded.
    pub signature: String,
    pub certificate: CertificateUrl,
    /// The string that was signed: names and values, a line each.
    pub text: String,
}

/// A message as SNS delivers it; nothing of it is believed before its signature is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub kind: Kind,
    /// The same for every delivery of one message.
    pub message_id: String,
    pub topic: TopicArn,
    pub message: String,
    /// When it was published.
    pub at: Wall,
    pub signed: Signed,
}

/// The fields as they stand in the body. Others are tolerated: SNS adds some.
#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "Type")]
    kind: Option<String>,
    #[serde(rename = "MessageId")]
    message_id: Option<String>,
    #[serde(rename = "TopicArn")]
    topic_arn: Option<String>,
    #[serde(rename = "Message")]
    message: Option<String>,
    #[serde(rename = "Subject")]
    subject: Option<String>,
    #[serde(rename = "Timestamp")]
    timestamp: Option<String>,
    #[serde(rename = "SignatureVersion")]
    signature_version: Option<String>,
    #[serde(rename = "Signature")]
    signature: Option<String>,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: Option<String>,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    #[serde(rename = "Token")]
    token: Option<String>,
}

impl Envelope {
    /// Reads a body, whatever its content type is: SNS sends JSON as `text/plain`.
    ///
    /// # Errors
    /// Malformed when it is no JSON object; invalid, naming the field, when it is not what SNS sends. A bare message without an envelope
    /// (raw delivery) is told as that.
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        let raw: Raw = serde_json::from_slice(body).map_err(|error| {
            // It repeats a value of the body, however long that is.
            let error: String = error.to_string().chars().take(TOLD).collect();
            let fault = format!("the body is not what SNS sends: {error}");
            Refusal::malformed(Fault::new("body", "invalid_json", fault, EXACTLY))
        })?;
        if raw.kind.is_none() && raw.signature.is_none() {
            return Err(raw_delivery());
        }
        let must =
            |field: &'static str, value: Option<String>| value.filter(|v| !v.is_empty()).ok_or_else(|| bad(field, "is missing", EXACTLY));
        let kind = must("Type", raw.kind)?;
        let (message_id, message) = (must("MessageId", raw.message_id)?, must("Message", raw.message)?);
        let (topic_arn, timestamp) = (must("TopicArn", raw.topic_arn)?, must("Timestamp", raw.timestamp)?);
        let (version, signature) = (must("SignatureVersion", raw.signature_version)?, must("Signature", raw.signature)?);
        let certificate = must("SigningCertURL", raw.signing_cert_url)?;
        let topic = TopicArn::parse(&topic_arn).map_err(Refusal::invalid)?;
        let at = timestamp
            .parse::<jiff::Timestamp>()
            .map(Wall::from)
            .map_err(|_| bad("Timestamp", "is not a time as RFC 3339 has it", EXACTLY))?;
        if message_id.len() > 128 || !message_id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(bad("MessageId", "is not an id of SNS", EXACTLY));
        }
        let version = match version.as_str() {
            "1" => SignatureVersion::Sha1,
            "2" => SignatureVersion::Sha256,
            _ => return Err(bad("SignatureVersion", "is neither 1 nor 2", "set the topic's SignatureVersion to 1 or 2")),
        };
        if signature.len() > LONGEST_SIGNATURE {
            return Err(bad("Signature", "is longer than any signature of SNS", EXACTLY));
        }
        let Some(certificate) = CertificateUrl::parse(&certificate) else {
            let fault = "is not an address of SNS: https://sns.REGION.amazonaws.com/….pem";
            return Err(bad("SigningCertURL", fault, EXACTLY));
        };
        // SNS signs where the topic is; Amazon's own validator takes nothing else (AWS SDK for Java, `SnsMessageManager`).
        if certificate.region() != topic.region() {
            return Err(bad("SigningCertURL", "is of another region than the topic", EXACTLY));
        }
        // The order is SNS's own ("Verifying the signatures of Amazon SNS messages").
        let mut fields = vec![("Message", message.as_str()), ("MessageId", &message_id)];
        let known = match kind.as_str() {
            "Notification" => {
                fields.extend(raw.subject.as_deref().map(|subject| ("Subject", subject)));
                fields.extend([("Timestamp", timestamp.as_str()), ("TopicArn", &topic_arn), ("Type", &kind)]);
                Kind::Notification
            }
            "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
                let (Some(url), Some(token)) = (&raw.subscribe_url, &raw.token) else {
                    let field = if raw.token.is_none() { "Token" } else { "SubscribeURL" };
                    return Err(bad(field, "is missing", EXACTLY));
                };
                fields.extend([("SubscribeURL", url.as_str()), ("Timestamp", &timestamp), ("Token", token)]);
                fields.extend([("TopicArn", topic_arn.as_str()), ("Type", &kind)]);
                if kind == "UnsubscribeConfirmation" {
                    Kind::UnsubscribeConfirmation
                } else if is_subscribe_url(url) {
                    Kind::SubscriptionConfirmation(Confirmation { subscribe_url: url.clone() })
                } else {
                    let fault = "is not an address of SNS: https://sns.REGION.amazonaws.com/?…";
                    return Err(bad("SubscribeURL", fault, EXACTLY));
                }
            }
            _ => {
                let fault = "is none of Notification, SubscriptionConfirmation and UnsubscribeConfirmation";
                return Err(bad("Type", fault, EXACTLY));
            }
        };
        let size = fields.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
        let mut text = String::with_capacity(size);
        for (name, value) in fields {
            for part in [name, "\n", value, "\n"] {
                text.push_str(part);
            }
        }
        Ok(Self { kind: known, message_id, topic, message, at, signed: Signed { version, signature, certificate, text } })
    }
}

fn bad(field: &str, fault: &str, remedy: &str) -> Refusal {
    Refusal::invalid(Fault::new(field, "invalid_sns_message", fault, remedy))
}

/// A message without its envelope has no signature, so anybody could have sent it.
#[must_use]
pub fn raw_delivery() -> Refusal {
    let fault = "the message has no SNS envelope, so no signature: raw message delivery is on";
    let remedy = "switch raw message delivery off for this subscription, or deliver to a queue (SQS_QUEUE_URLS), where it may stay on";
    Refusal::new(RefusalKind::Invalid, Fault::new("", "sns_raw_delivery", fault, remedy))
}
