//! Topics, and which of them may report to us.

use std::fmt;

use crate::refusal::Fault;

/// Longest name of a topic (SNS API, `CreateTopic`).
const LONGEST_NAME: usize = 256;

/// The ARN of a standard topic, such as `arn:aws:sns:ap-northeast-2:111122223333:ses-events`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicArn {
    text: String,
    region: (usize, usize),
    account: (usize, usize),
}

impl TopicArn {
    /// Reads one. FIFO topics (`….fifo`) are none of ours: SNS does not deliver them over HTTPS.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let bad = |fault: String| Fault::new("TopicArn", "invalid_topic_arn", fault, "copy it from the topic's page in the SNS console");
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts[..] else {
            return Err(bad("it is not the ARN of an SNS topic".to_owned()));
        };
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !word(partition) || !partition.starts_with("aws") || !word(region) || region.len() > 32 {
            return Err(bad("it is not the ARN of an SNS topic".to_owned()));
        }
        if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad("its account is not a number of 12 digits".to_owned()));
        }
        if name.ends_with(".fifo") {
            return Err(bad("it is a FIFO topic, and SES publishes to standard ones only".to_owned()));
        }
        let named = !name.is_empty() && name.len() <= LONGEST_NAME;
        if !named || !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            return Err(bad("its last part is not the name of a topic".to_owned()));
        }
        let region_at = "arn:".len() + partition.len() + ":sns:".len();
        let account_at = region_at + region.len() + 1;
        Ok(Self { region: (region_at, region_at + region.len()), account: (account_at, account_at + account.len()), text: text.to_owned() })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub fn region(&self) -> &str {
        &self.text[self.region.0..self.region.1]
    }

    /// The number of the AWS account it belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.text[self.account.0..self.account.1]
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An AWS account mail is sent through, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAccount {
    pub region: String,
    /// 12 digits.
    pub account: String,
}

/// What a person decided about a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: the rules say.
    #[default]
    None,
    Allowed,
    Removed,
}

impl Verdict {
    /// As it is stored.
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Allowed => 1,
            Self::Removed => 2,
        }
    }

    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::None, Self::Allowed, Self::Removed].into_iter().find(|one| one.code() == code)
    }
}

/// Whether a topic's messages are taken, and by which rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// `SNS_TOPIC_ARNS` names it.
    Listed,
    /// A person allowed it.
    Allowed,
    /// It belongs to an account and region mail is sent through.
    Own,
    /// It was of our own account when its subscription was confirmed.
    Confirmed,
    /// Nobody allowed it.
    Waiting,
    /// A person took it out.
    Removed,
}

impl Standing {
    /// Whether its messages are taken.
    #[must_use]
    pub fn is_permitted(self) -> bool {
        !matches!(self, Self::Waiting | Self::Removed)
    }

    /// The word for it in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Allowed => "allowed",
            Self::Own => "own_account",
            Self::Confirmed => "confirmed",
            Self::Waiting => "waiting",
            Self::Removed => "removed",
        }
    }
}

/// Judges a topic. With topics listed in the configuration only those count, and what a person allowed; with none listed, those of our
/// own accounts count too. `confirmed` is whether its subscription was confirmed before.
#[must_use]
pub fn standing(topic: &TopicArn, listed: &[TopicArn], verdict: Verdict, confirmed: bool, own: &[OwnAccount]) -> Standing {
    if listed.contains(topic) {
        return Standing::Listed;
    }
    match verdict {
        Verdict::Allowed => return Standing::Allowed,
        Verdict::Removed => return Standing::Removed,
        Verdict::None => {}
    }
    if !listed.is_empty() {
        return Standing::Waiting;
    }
    if own.iter().any(|own| own.region == topic.region() && own.account == topic.account()) {
        return Standing::Own;
    }
    if confirmed { Standing::Confirmed } else { Standing::Waiting }
}
