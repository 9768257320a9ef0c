//! What the stories of the SMTP provider have in common.

use std::{sync::Arc, time::Duration};

use jebi::provider::smtp::{SmtpConfig, SmtpProvider, Timeouts, Tls};
use jebi_domain::{
    fake::ManualClock,
    outcome::{Outcome, Reason},
    port::{Outgoing, Provider, Sender},
};

use super::{NOW, mail};
use crate::support::smtp_stub::SmtpStub;

/// A server on this machine, in the clear, without a login.
pub fn config(port: u16) -> SmtpConfig {
    SmtpConfig {
        name: "relay".into(),
        host: "localhost".into(),
        port,
        tls: Tls::None,
        login: None,
        ca_bundle: None,
        hello: None,
        dkim: None,
        max_mails: 100,
        max_age: Duration::from_secs(300),
        max_recipients: 50,
        max_size: None,
        max_connections: 100,
        login_help: None,
        timeouts: Timeouts::default(),
    }
}

pub fn sender_of(config: SmtpConfig) -> (ManualClock, Box<dyn Sender>) {
    let clock = ManualClock::new(NOW);
    let provider = SmtpProvider::start(config, Arc::new(clock.clone())).expect("a valid configuration");
    let sender = provider.sender();
    (clock, sender)
}

pub async fn stub_and_sender() -> (SmtpStub, ManualClock, Box<dyn Sender>) {
    let stub = SmtpStub::start().await;
    let (clock, sender) = sender_of(config(stub.port));
    (stub, clock, sender)
}

/// One mail by whatever connection there is.
pub async fn send(sender: &dyn Sender, mail: Outgoing) -> Outcome {
    match sender.checkout().await {
        Ok(channel) => channel.send(mail).await,
        Err(outcome) => outcome,
    }
}

/// A mail to so many people.
pub fn mail_to(to: &[&str]) -> Outgoing {
    Outgoing { to: to.iter().map(|to| (*to).to_owned()).collect(), ..mail() }
}

pub fn reason(outcome: &Outcome) -> &Reason {
    match outcome {
        Outcome::Throttled { reason, .. }
        | Outcome::Transient { reason }
        | Outcome::Deferred { reason, .. }
        | Outcome::Permanent { reason }
        | Outcome::RejectedAccount { reason }
        | Outcome::Unknown { reason } => reason,
        Outcome::Accepted { .. } | Outcome::NotStarted | Outcome::Each(_) => panic!("without a reason: {outcome:?}"),
    }
}

/// Refused for the account's or the configuration's sake, with a remedy that speaks of it.
#[track_caller]
pub fn assert_account(outcome: &Outcome, code: &str, remedy: &str) {
    assert!(matches!(outcome, Outcome::RejectedAccount { .. }), "{outcome:?}");
    let reason = reason(outcome);
    assert_eq!(reason.code, code, "{reason:?}");
    assert!(reason.remedy.contains(remedy), "{reason:?}");
}

/// A mail in Korean with everything that could go wrong on the way: bytes above 127, lines of dots.
pub fn korean() -> Outgoing {
    let head = "From: =?utf-8?B?7KCc67mE?= <from@example.com>\r\nTo: =?utf-8?B?7ZmN6ri464+Z?= <hong@example.com>\r\n\
                Subject: =?utf-8?B?7KCc67mE6rCAIOusvOqzoCDsmKgg67CV7JSo?=\r\nMessage-ID: <korean-1@example.com>\r\nMIME-Version: 1.0\r\n";
    let body = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
                안녕하세요, 홍길동 님.\r\n.\r\n..두 점\r\n끝\r\n";
    Outgoing { to: vec!["hong@example.com".into()], head: head.as_bytes().to_vec().into(), body: body.as_bytes().to_vec().into(), ..mail() }
}
