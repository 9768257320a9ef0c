//! What an SES answer means: status, error type and text → outcome, and what a person can do about it.
//!
//! The rows of [`RULES`] are tried in order; the first that fits decides, and the status alone decides when none does. SES
//! gives rate and daily limit the same type, so there the text is the only discriminator, whatever type carries it.
//!
//! Decisions that SES's own words leave open:
//! - An address or domain that "is not verified" fails the one message for good: only its own sender or recipient is at
//!   fault, and holding the account for it would stop everybody else's mail. A missing configuration set and an unverified
//!   MAIL FROM domain concern every message and hold the account.
//! - `LimitExceededException` without a throttling text is worth another try, and counts as one: it has no documented end.
//! - A refusal without an SES error type did not come from SES (a proxy, a wrong endpoint): it never fails a message for good.
//! - 502 and 504 come from something between us and SES, which may have passed the request on: unknown.

use jebi_domain::outcome::{Limit, Outcome, Reason};
use serde::Deserialize;

/// What a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Rate,
    Daily,
    /// The account's or the configuration's fault.
    Account,
    /// The message's fault.
    Message,
    Transient,
    /// Our clock and theirs differ.
    Skew,
}

/// One row: what it is known by, what it means, what helps.
struct Rule {
    /// Error types without their `Exception`; empty for any.
    kinds: &'static [&'static str],
    /// Texts, in lower case, one of which must occur; empty for any.
    texts: &'static [&'static str],
    meaning: Meaning,
    remedy: &'static str,
}

const RATE: &str = "nothing to do: sending slows down by itself; ask AWS for a higher maximum send rate if this stays";
const DAILY: &str = "nothing to do: sending goes on as the 24-hour window moves; ask AWS for a higher daily quota if this recurs";
const VERIFY: &str = "verify the address or its domain in the SES console (Identities) in this region; in the sandbox every recipient must be \
                      verified too: request production access";
const PAUSED: &str = "open the SES console (Account dashboard, Reputation) and your AWS support cases: sending is paused there; mail waits until it \
                      is allowed again";
const CONFIGURATION_SET: &str = "create the configuration set in this region or remove it from the configuration; mail waits until then";
const CREDENTIALS: &str = "check the access key, its secret and the region, and that the key is active; mail waits until they hold";
const PERMISSION: &str = "allow ses:SendEmail and ses:SendRawEmail to this key or role in IAM; mail waits until then";
const ENDPOINT: &str =
    "the answer is not one of SES's SendEmail: check the endpoint, the region and any proxy between; mail waits until then";
const MESSAGE: &str = "correct the message as the text says and submit it again";
const WAIT: &str = "nothing to do: it is tried again by itself";
const CLOCK: &str = "let this machine's clock be set by NTP; until then signatures are made with the time SES gave";

const RULES: &[Rule] = &[
    Rule { kinds: &[], texts: &["maximum sending rate exceeded"], meaning: Meaning::Rate, remedy: RATE },
    Rule { kinds: &[], texts: &["daily message quota exceeded", "daily sending quota exceeded"], meaning: Meaning::Daily, remedy: DAILY },
    Rule { kinds: &["RequestTimeTooSkewed", "RequestExpired"], texts: &[], meaning: Meaning::Skew, remedy: CLOCK },
    Rule { kinds: &[], texts: &["signature expired", "signature not yet current"], meaning: Meaning::Skew, remedy: CLOCK },
    Rule {
        kinds: &[],
        texts: &["address is not verified", "addresses are not verified", "identities failed the check"],
        meaning: Meaning::Message,
        remedy: VERIFY,
    },
    Rule {
        kinds: &["MessageRejected", "BadRequest"],
        texts: &["account is paused", "sending paused", "sending is paused", "account is suspended"],
        meaning: Meaning::Account,
        remedy: PAUSED,
    },
    Rule {
        kinds: &["SendingPaused", "AccountSendingPaused", "ConfigurationSetSendingPaused", "AccountSuspended"],
        texts: &[],
        meaning: Meaning::Account,
        remedy: PAUSED,
    },
    Rule { kinds: &["ConfigurationSetDoesNotExist"], texts: &[], meaning: Meaning::Account, remedy: CONFIGURATION_SET },
    Rule { kinds: &["NotFound"], texts: &["configuration set"], meaning: Meaning::Account, remedy: CONFIGURATION_SET },
    Rule {
        kinds: &["MailFromDomainNotVerified"],
        texts: &[],
        meaning: Meaning::Account,
        remedy: "publish the MX and SPF records of the custom MAIL FROM domain, or let it fall back to the default in the SES console; mail \
                 waits until then",
    },
    Rule {
        kinds: &["NotFound"],
        texts: &[],
        meaning: Meaning::Account,
        remedy: "create what the text names in this region, or remove it from the configuration; mail waits until then",
    },
    Rule { kinds: &["AccessDenied", "NotAuthorized", "OptInRequired"], texts: &[], meaning: Meaning::Account, remedy: PERMISSION },
    Rule {
        kinds: &[
            "UnrecognizedClient",
            "InvalidClientTokenId",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidSignature",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "ExpiredToken",
            "InvalidToken",
            "TokenRefreshRequired",
        ],
        texts: &[],
        meaning: Meaning::Account,
        remedy: CREDENTIALS,
    },
    Rule { kinds: &["UnknownOperation", "InvalidAction"], texts: &[], meaning: Meaning::Account, remedy: ENDPOINT },
    Rule {
        kinds: &["TooManyRequests", "Throttling", "Throttled", "RequestThrottled", "RequestLimitExceeded"],
        texts: &[],
        meaning: Meaning::Rate,
        remedy: RATE,
    },
    Rule {
        kinds: &["LimitExceeded"],
        texts: &[],
        meaning: Meaning::Transient,
        remedy: "see which limit the text names under Service Quotas in the AWS console; it is tried again by itself",
    },
    Rule {
        kinds: &[
            "InternalServiceError",
            "InternalFailure",
            "InternalServerError",
            "ServiceUnavailable",
            "ConcurrentModification",
            "Conflict",
        ],
        texts: &[],
        meaning: Meaning::Transient,
        remedy: WAIT,
    },
    Rule {
        kinds: &["MessageRejected", "BadRequest", "Validation", "InvalidParameterValue", "Serialization"],
        texts: &[],
        meaning: Meaning::Message,
        remedy: MESSAGE,
    },
];

/// A complete answer that is not an acceptance.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: u16,
    /// As SES writes it, without name space and trailing URL; empty when the answer has none.
    pub kind: String,
    pub text: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    #[serde(alias = "Message")]
    message: Option<String>,
    #[serde(rename = "__type")]
    kind: Option<String>,
    code: Option<String>,
}

impl Refusal {
    /// Reads an error answer: the type from the header or the body, the text from the body.
    pub(super) fn read(status: u16, header: Option<&str>, body: &[u8]) -> Self {
        let body: Body = serde_json::from_slice(body).unwrap_or_default();
        let named = header.map(str::to_owned).or(body.kind).or(body.code).unwrap_or_default();
        Self::new(status, &named, body.message.unwrap_or_default())
    }

    pub(super) fn new(status: u16, kind: &str, text: String) -> Self {
        // `com.amazonaws.sesv2#MessageRejected:http://…` (restJson1 protocol, operation error serialisation).
        let kind = kind.rsplit_once('#').map_or(kind, |(_, k)| k);
        let kind = kind.split(':').next().unwrap_or(kind).trim();
        // SES explains a wrong signature with the whole canonical request, a session token among it.
        let text = match text.find("The Canonical String") {
            Some(at) => text[..at].trim_end().to_owned(),
            None => text,
        };
        Self { status, kind: kind.to_owned(), text }
    }

    /// Whether SES found the time of the signature wrong: the reply's `Date` says by how much.
    pub(super) fn is_skew(&self) -> bool {
        self.judge().0 == Meaning::Skew
    }

    /// Whether the keys themselves were refused: others may be there to be read by now.
    pub(super) fn is_credentials(&self) -> bool {
        let (meaning, remedy) = self.judge();
        meaning == Meaning::Account && remedy == CREDENTIALS
    }

    fn judge(&self) -> (Meaning, &'static str) {
        let text = self.text.to_ascii_lowercase();
        let kind = self.kind.strip_suffix("Exception").unwrap_or(&self.kind);
        let fits = |rule: &&Rule| {
            (rule.kinds.is_empty() || rule.kinds.contains(&kind)) && (rule.texts.is_empty() || rule.texts.iter().any(|t| text.contains(t)))
        };
        if let Some(rule) = RULES.iter().find(fits) {
            return (rule.meaning, rule.remedy);
        }
        match self.status {
            401 | 403 => (Meaning::Account, if kind.is_empty() { ENDPOINT } else { CREDENTIALS }),
            408 | 409 | 425 => (Meaning::Transient, WAIT),
            413 => (Meaning::Message, "make the message smaller: SES takes 40 MB, counted after base64"),
            429 => (Meaning::Rate, RATE),
            500.. => (Meaning::Transient, WAIT),
            400 | 405..=499 if !kind.is_empty() => (Meaning::Message, MESSAGE),
            _ => (Meaning::Account, ENDPOINT),
        }
    }

    /// The words of it.
    pub(super) fn reason(self) -> Reason {
        let (_, remedy) = self.judge();
        self.with(remedy)
    }

    fn with(self, remedy: &str) -> Reason {
        let code = if self.kind.is_empty() { format!("http_{}", self.status) } else { self.kind };
        let text = if self.text.is_empty() { format!("SES answered with status {} and no text", self.status) } else { self.text };
        Reason::new(code, text, remedy)
    }

    /// What became of the attempt.
    pub(super) fn outcome(self) -> Outcome {
        if matches!(self.status, 502 | 504) {
            let text = format!("status {}: whether SES took the mail is not known", self.status);
            let remedy = "nothing to do: feedback settles it, or it is resent by the message's policy";
            return Outcome::Unknown { reason: Reason::new(format!("http_{}", self.status), text, remedy) };
        }
        let (meaning, remedy) = self.judge();
        let reason = self.with(remedy);
        match meaning {
            Meaning::Rate => Outcome::Throttled { limit: Limit::Rate, reason },
            Meaning::Daily => Outcome::Throttled { limit: Limit::Daily, reason },
            Meaning::Account => Outcome::RejectedAccount { reason },
            Meaning::Message => Outcome::Permanent { reason },
            Meaning::Transient | Meaning::Skew => Outcome::Transient { reason },
        }
    }
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
