//! What a reply that refuses means: phase, code, enhanced code and text → outcome, and what a person can do about it.
//!
//! The rows of [`super::rules`] are tried in order; the first that fits decides, and the code alone decides when none does. Servers
//! hide limits in codes for good (Gmail: 550 5.4.5), so texts and enhanced codes come before the first digit.
//!
//! Decisions that the standards leave open:
//! - Before a mail there is no mail to blame: what refuses the greeting, EHLO, STARTTLS or the login for good holds the account.
//! - A full mailbox is soft, whatever its code says, and waits half an hour (RFC 5321 section 4.5.4.1).
//! - SES's "address is not verified" holds the account when it names the sender, and fails the one mail when it names a recipient
//!   (the sandbox): a recipient must not stop everybody else's mail.
//! - 503 says that server and client no longer mean the same state: the mail is tried again on another connection.

use std::time::Duration;

use jebi_domain::{
    outcome::{Limit, Outcome, Reason},
    smtp::Reply,
};

use super::{
    config::SmtpConfig,
    rules::{self, Meaning},
};

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Greeting,
    Hello,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The mail itself, after its final dot.
    Content,
}

/// When a greylisted mail is tried again: RFC 6647 section 5 advises receivers to let it in after a minute to an hour.
const GREYLISTED: Duration = Duration::from_secs(5 * 60);
const FULL: Duration = Duration::from_secs(30 * 60);

/// What a refusal comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The transaction takes no more recipients; this one belongs into another (RFC 5321 section 4.5.3.1.10).
    TooMany(Reason),
    Outcome(Outcome),
}

impl Verdict {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            // Not even the first recipient of a transaction was taken.
            Self::TooMany(reason) => Outcome::Transient { reason },
            Self::Outcome(outcome) => outcome,
        }
    }
}

/// Judges a reply; `from` is the envelope's sender, empty where there is none yet.
pub(super) fn judge(phase: Phase, reply: Reply, config: &SmtpConfig, from: &str) -> Verdict {
    let (meaning, remedy) = rules::find(phase, &reply).unwrap_or_else(|| by_code(phase, reply.code));
    let meaning = match meaning {
        Meaning::Unverified if names(&reply.text, from) => Meaning::Account,
        Meaning::Unverified => Meaning::Message,
        other => other,
    };
    let login_refused = phase == Phase::Auth || remedy == rules::LOGIN;
    let remedy = match &config.login_help {
        Some(help) if login_refused => format!("{remedy}; {help}"),
        _ => remedy.to_owned(),
    };
    let code = reply.status();
    let text = if reply.text.is_empty() { format!("the server answered {code} without words") } else { reply.text };
    let reason = Reason::new(code, text, remedy);
    Verdict::Outcome(match meaning {
        Meaning::TooMany => return Verdict::TooMany(reason),
        Meaning::Rate => Outcome::Throttled { limit: Limit::Rate, reason },
        Meaning::Daily => Outcome::Throttled { limit: Limit::Daily, reason },
        Meaning::Receiver => Outcome::Throttled { limit: Limit::Receiver, reason },
        Meaning::Greylisted => Outcome::Deferred { after: GREYLISTED, reason },
        Meaning::Full => Outcome::Deferred { after: FULL, reason },
        // Not earlier than usual, and no failure of the provider: a few such addresses in a row must not stop everybody's mail.
        Meaning::Recipient => Outcome::Deferred { after: Duration::ZERO, reason },
        Meaning::Account => Outcome::RejectedAccount { reason },
        Meaning::Address | Meaning::Message | Meaning::Unverified => Outcome::Permanent { reason },
        Meaning::Transient => Outcome::Transient { reason },
    })
}

fn by_code(phase: Phase, code: u16) -> (Meaning, &'static str) {
    match (phase, code) {
        (_, ..400) => (Meaning::Transient, rules::ODD),
        (Phase::Auth, 400..=499) => (Meaning::Transient, rules::AUTH_LATER),
        (_, 400..=499) => (Meaning::Transient, rules::WAIT),
        (Phase::Auth, _) => (Meaning::Account, rules::LOGIN),
        (Phase::Greeting | Phase::Hello | Phase::StartTls, _) => (Meaning::Account, rules::SERVER),
        (_, 503) => (Meaning::Transient, rules::ODD),
        (Phase::Rcpt, 550 | 551 | 553) => (Meaning::Address, rules::ADDRESS),
        (Phase::Rcpt, 552) => (Meaning::Full, rules::FULL),
        (Phase::Mail, 550 | 551 | 553) => (Meaning::Message, rules::SENDER),
        (_, 552) => (Meaning::Message, rules::SIZE),
        _ => (Meaning::Message, rules::MESSAGE),
    }
}

/// Whether a text names an address, or its domain as an identity of its own.
fn names(text: &str, address: &str) -> bool {
    let Some((_, domain)) = address.rsplit_once('@') else { return false };
    let word = |w: &str| {
        let w = w.trim_matches(|c: char| matches!(c, ',' | '<' | '>' | '.' | ';' | ':'));
        w.eq_ignore_ascii_case(address) || w.eq_ignore_ascii_case(domain)
    };
    text.split_ascii_whitespace().any(word)
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
