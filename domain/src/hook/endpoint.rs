//! What an endpoint is.

use serde::{Deserialize, Serialize};

use super::filter::Filter;

/// How an endpoint is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointKind {
    /// A POST by Standard Webhooks, signed.
    Webhook,
    /// A Slack incoming webhook.
    Slack,
    /// A Discord webhook.
    Discord,
    /// An SNS topic.
    Sns,
    /// Mail to people, through this server.
    Mail,
}

impl EndpointKind {
    pub const ALL: [Self; 5] = [Self::Webhook, Self::Slack, Self::Discord, Self::Sns, Self::Mail];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Sns => "sns",
            Self::Mail => "mail",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it is called by a URL.
    #[must_use]
    pub fn has_url(self) -> bool {
        matches!(self, Self::Webhook | Self::Slack | Self::Discord)
    }

    /// Whether its URL is a secret by itself: whoever knows it writes into the channel.
    #[must_use]
    pub fn hides_url(self) -> bool {
        matches!(self, Self::Slack | Self::Discord)
    }
}

/// The language messages for people are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Speech {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "ko")]
    Korean,
}

impl Speech {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::English, Self::Korean].into_iter().find(|one| one.as_str() == name)
    }
}

/// What an endpoint is, without anything that is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointSpec {
    pub kind: EndpointKind,
    /// Where it is, as it may be shown: the URL of a webhook, the host of a chat's, the ARN of an SNS topic. Empty for mail.
    pub target: String,
    /// Whom mail goes to.
    pub to: Vec<String>,
    pub description: String,
    /// Of messages for people.
    pub language: Speech,
    pub filter: Filter,
}

/// Whether a text is the ARN of an SNS topic (Amazon Resource Names, "ARN format"); a FIFO topic takes only messages with a group.
#[must_use]
pub fn is_topic_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let ["arn", partition, "sns", region, account, name] = parts.as_slice() else { return false };
    let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let is_name =
        |text: &str| (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    is_word(partition) && is_word(region) && account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) && is_name(name)
}
