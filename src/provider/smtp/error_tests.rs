//! Refusals servers are known to give, and what they mean.

use std::time::Duration;

use jebi_domain::smtp::{Reply, frame};

use super::{super::config::*, *};

#[derive(Debug, PartialEq, Eq)]
enum Is {
    Rate,
    Daily,
    Receiver,
    Later,
    Split,
    Transient,
    Permanent,
    Account,
}
use Is::{Account, Daily, Later, Permanent, Rate, Receiver, Split, Transient};
use Phase::{Auth, Content, Data, Greeting, Hello, Mail, Rcpt, StartTls};

fn config() -> SmtpConfig {
    SmtpConfig {
        name: "relay".into(),
        host: "smtp.example.com".into(),
        port: 587,
        tls: Tls::Starttls,
        login: None,
        ca_bundle: None,
        dkim: None,
        hello: None,
        max_mails: 100,
        max_age: Duration::from_secs(300),
        max_recipients: 50,
        max_size: None,
        max_connections: 4,
        login_help: Some("see the help page".into()),
        timeouts: Timeouts::default(),
    }
}

fn judged(phase: Phase, words: &str) -> Verdict {
    let bytes = format!("{words}\r\n");
    let found = frame(bytes.as_bytes()).expect("readable").expect("complete");
    judge(phase, Reply::read(found.code, bytes.as_bytes()), &config(), "from@example.com")
}

fn of(verdict: &Verdict) -> (Is, &Reason) {
    match verdict {
        Verdict::TooMany(reason) => (Split, reason),
        Verdict::Outcome(outcome) => match outcome {
            Outcome::Throttled { limit: Limit::Rate, reason } => (Rate, reason),
            Outcome::Throttled { limit: Limit::Daily, reason } => (Daily, reason),
            Outcome::Throttled { limit: Limit::Receiver, reason } => (Receiver, reason),
            Outcome::Deferred { reason, .. } => (Later, reason),
            Outcome::Transient { reason } => (Transient, reason),
            Outcome::Permanent { reason } => (Permanent, reason),
            Outcome::RejectedAccount { reason } => (Account, reason),
            other => panic!("no refusal means that: {other:?}"),
        },
    }
}

const ROWS: &[(Phase, &str, Is)] = &[
    // Transient.
    (Rcpt, "421 4.3.2 Service shutting down", Transient),
    (Rcpt, "451 4.3.0 Temporary lookup failure", Transient),
    (Mail, "452 4.3.1 Insufficient system storage", Transient),
    (Content, "451 Requested action aborted: local error in processing", Transient),
    (Data, "503 5.5.1 Error: need RCPT command", Transient),
    (Greeting, "421 4.7.0 Too many concurrent SMTP connections", Transient),
    (StartTls, "454 4.7.0 TLS not available due to local problem", Transient),
    // Greylisting, also where it hides in a 5xx.
    (Rcpt, "450 4.7.1 <x>: Recipient address rejected: Greylisted", Later),
    (Rcpt, "451 4.7.1 Please try again later", Later),
    (Rcpt, "450 4.2.0 <x>: Recipient address rejected: Greylisted for 300 seconds", Later),
    (Rcpt, "451 Greylisting in action, please come back later", Later),
    (Content, "550 5.7.1 Graylisted, try again in 5 minutes", Later),
    // The address or mailbox, for now: no failure of the provider.
    (Rcpt, "450 4.1.2 <x>: Recipient address rejected: Domain not found", Later),
    (Rcpt, "450 4.1.1 <x>: Recipient address rejected: unverified address", Later),
    (Rcpt, "450 4.1.8 <x>: Sender address rejected: Domain not found", Later),
    (Rcpt, "451 4.2.3 mailbox busy", Later),
    // Too many recipients.
    (Rcpt, "452 4.5.3 Error: too many recipients", Split),
    (Rcpt, "552 too many recipients", Split),
    (Rcpt, "452 Too many recipients received this hour", Split),
    (Rcpt, "550 5.5.3 Too many recipients", Split),
    // Rates.
    (Rcpt, "421 4.7.0 Our system has detected an unusual rate of unsolicited mail", Receiver),
    (Rcpt, "450 4.2.1 The user you are trying to contact is receiving mail too quickly", Receiver),
    (Content, "421 4.7.28 Our system has detected an unusual rate of mail", Receiver),
    (Content, "550 5.7.28 Our system has detected an unusual rate of mail", Receiver),
    (Mail, "450 4.7.1 Error: too much mail from 192.0.2.1", Rate),
    (Mail, "454 Throttling failure: Maximum sending rate exceeded.", Rate),
    (Content, "454 Throttling failure: Maximum sending rate exceeded.", Rate),
    (Mail, "550 5.7.1 Rate limit exceeded, slow down", Rate),
    // Quotas of a day.
    (Content, "454 Throttling failure: Daily message quota exceeded.", Daily),
    (Mail, "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\r\n550 5.4.5 sending limits go to https://x", Daily),
    (Rcpt, "550 5.4.5 Daily SMTP relay sending limit exceeded for customer.", Daily),
    (Rcpt, "550 5.7.1 You are not allowed to send more within 24 hours", Daily),
    (Content, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", Daily),
    (Rcpt, "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", Daily),
    (Content, "554 5.7.1 일일 발송 한도를 초과하였습니다", Daily),
    (Mail, "552 24시간 동안 보낼 수 있는 메일 수를 넘었습니다", Daily),
    // The login and the account.
    (Auth, "535 5.7.8 Username and Password not accepted", Account),
    (Auth, "534-5.7.9 Application-specific password required\r\n534 5.7.9 see", Account),
    (Auth, "535 5.7.3 Authentication unsuccessful", Account),
    (Auth, "550 5.7.30 Basic authentication is not supported for Client Submission", Account),
    (Mail, "550 5.7.30 Basic authentication is not supported for Client Submission", Account),
    (Auth, "535 Authentication Credentials Invalid", Account),
    (Auth, "554 Account not subscribed to SES", Account),
    (Auth, "504 5.7.4 Unrecognized authentication type", Account),
    (Auth, "454 4.7.0 Temporary authentication failure", Transient),
    (Auth, "454 Temporary authentication failure", Transient),
    (Mail, "530 5.7.0 Authentication Required", Account),
    (Mail, "530 5.7.0 Must issue a STARTTLS command first", Account),
    (Mail, "535 5.7.1 not logged in", Account),
    (Greeting, "554 5.7.1 Your address is on a blocklist", Account),
    (Hello, "550 5.7.1 bad name", Account),
    (StartTls, "502 5.5.1 not here", Account),
    (Content, "554 Access denied: User `arn:aws:iam::1:user/x' is not authorized to perform `ses:SendRawEmail'", Account),
    (Content, "554 Message rejected: Sending suspended for this account", Account),
    (
        Content,
        "554 Message rejected: Email address is not verified. The following identities failed the check in region AP: from@example.com",
        Account,
    ),
    (
        Content,
        "554 Message rejected: Email address is not verified. The following identities failed the check in region AP: to@else.kr",
        Permanent,
    ),
    // The mailbox and the address.
    (Rcpt, "552 5.2.2 Mailbox full", Later),
    (Rcpt, "452 4.2.2 The email account that you tried to reach is over quota", Later),
    (Content, "552 Requested mail action aborted: exceeded storage allocation", Later),
    (Rcpt, "550 사서함이 가득 찼습니다", Later),
    (Rcpt, "550 5.1.1 User unknown", Permanent),
    (Rcpt, "550 5.1.10 RESOLVER.ADR.RecipientNotFound", Permanent),
    (Rcpt, "553 5.1.2 no such domain", Permanent),
    (Rcpt, "550 No such user here", Permanent),
    (Rcpt, "550 5.4.1 Recipient address rejected: Access denied", Permanent),
    (Rcpt, "550 5.2.1 The account is disabled", Permanent),
    (Rcpt, "554 5.7.1 <x>: Relay access denied", Permanent),
    (Rcpt, "454 4.7.1 <x>: Relay access denied", Transient),
    // The message.
    (Mail, "552 5.3.4 Message size exceeds fixed limit", Permanent),
    (Content, "552 5.2.3 message too large", Permanent),
    (Content, "550 5.7.1 Message contains spam", Permanent),
    (Content, "550 5.7.26 This mail has been blocked because the sender is unauthenticated", Permanent),
    (Content, "550 5.7.509 Access denied, sending domain does not pass DMARC verification", Permanent),
    (Content, "554 5.7.0 blocked by policy", Permanent),
    (Mail, "553 5.1.8 <x>: Sender address rejected: Domain not found", Permanent),
    (Mail, "553 5.7.1 <x>: Sender address rejected: not owned by user y", Permanent),
    (Mail, "555 5.5.4 Unsupported option", Permanent),
    (Content, "554 Transaction failed", Permanent),
];

#[test]
fn every_known_refusal_has_its_outcome_with_a_code_a_text_and_a_remedy() {
    for (phase, words, wanted) in ROWS {
        let verdict = judged(*phase, words);
        let (is, reason) = of(&verdict);
        assert_eq!(&is, wanted, "{phase:?} {words}: {reason:?}");
        assert!(reason.code.starts_with(&words[..3]) && !reason.text.is_empty() && !reason.remedy.is_empty(), "{reason:?}");
    }
}

#[test]
fn a_remedy_speaks_of_its_own_fault() {
    let remedy = |phase, words| of(&judged(phase, words)).1.remedy.clone();
    for (phase, words, wanted) in [
        (Auth, "534 5.7.9 Application-specific password required", "app password"),
        (Auth, "535 5.7.8 no", "see the help page"),
        (Auth, "454 4.7.0 later", "see the help page"),
        (Mail, "530 5.7.0 Must issue a STARTTLS command first", "SMTP_TLS"),
        (Mail, "530 5.7.0 Authentication required", "SMTP_USER"),
        (Content, "554 Access denied: User `x' is not authorized to perform `ses:SendRawEmail'", "IAM"),
        (Content, "554 Message rejected: Email address is not verified: x@y.kr", "SES console"),
        (Content, "552 5.3.4 too big", "smaller"),
        (Rcpt, "550 5.1.1 nobody", "the address"),
        (Rcpt, "554 5.7.1 Relay access denied", "relays for you"),
        (Rcpt, "454 4.7.1 Relay access denied", "relays for you"),
        (Mail, "553 5.7.1 Sender address rejected: not owned by user", "belongs to the login"),
        (Content, "550 5.7.26 unauthenticated", "SPF"),
    ] {
        let told = remedy(phase, words);
        assert!(told.contains(wanted), "{words}: {told}");
    }
    assert!(!remedy(Rcpt, "550 5.1.1 nobody").contains("help page"));
}

#[test]
fn an_answer_without_words_still_says_something() {
    let verdict = judged(Rcpt, "550");
    assert_eq!(of(&verdict).1.text, "the server answered 550 without words");
}

#[test]
fn greylisting_waits_for_minutes() {
    let Verdict::Outcome(Outcome::Deferred { after, .. }) = judged(Rcpt, "450 4.7.1 greylisted") else { panic!("deferred") };
    assert!((300..=1800).contains(&after.as_secs()));
}
