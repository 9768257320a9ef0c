//! Providers against scripted remote ends: each fault at each place has exactly one outcome.

mod aws;
mod large;
mod local_inbox;
mod ses_account;
mod ses_account_list;
mod ses_answers;
mod ses_connections;
mod ses_faults;
mod ses_moto;
mod ses_tls;
mod smtp_aiosmtpd;
mod smtp_answers;
mod smtp_connections;
mod smtp_dkim;
mod smtp_faults;
mod smtp_login;
mod smtp_postfix;
mod smtp_recipients;
mod smtp_rig;
mod smtp_slow;
mod smtp_sync;
mod smtp_tls;

use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use jebi::provider::ses::{SesConfig, SesProvider, StaticCredentials, Timeouts};
use jebi_domain::{
    fake::ManualClock,
    id::{DeliveryId, MessageId},
    outcome::Outcome,
    port::{Outgoing, Provider, Sender},
    time::Wall,
};

/// 2023-11-14T22:13:20Z.
pub const NOW: Wall = Wall(1_700_000_000_000);

/// Runs a test as a sender thread runs: one thread, a `LocalSet`.
pub fn on_a_sender_thread(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let all = async { tokio::time::timeout(Duration::from_secs(60), test).await };
    tokio::task::LocalSet::new().block_on(&runtime, all).expect("the test ends within a minute");
}

pub fn config(endpoint: &str) -> SesConfig {
    SesConfig {
        name: "ses".into(),
        region: "ap-northeast-2".into(),
        endpoint: Some(endpoint.into()),
        credentials: Some(StaticCredentials { access_key_id: "AKID".into(), secret_access_key: "SECRET".into(), session_token: None }),
        configuration_set: None,
        ca_bundle: None::<PathBuf>,
        timeouts: Timeouts::default(),
    }
}

pub async fn provider(config: SesConfig, clock: &ManualClock) -> SesProvider {
    SesProvider::start(config, Arc::new(clock.clone())).await.expect("a valid configuration")
}

/// A clock that stands, a provider that talks to `endpoint`, and a sender of it.
pub async fn sender(endpoint: &str) -> (ManualClock, Box<dyn Sender>) {
    let clock = ManualClock::new(NOW);
    let provider = provider(config(endpoint), &clock).await;
    let sender = provider.sender();
    (clock, sender)
}

pub fn delivery() -> DeliveryId {
    DeliveryId { message: MessageId([0x5a; 16]), ordinal: 1 }
}

pub fn mail() -> Outgoing {
    mail_of(b"Content-Type: text/plain; charset=utf-8\r\n\r\nhello\r\n".to_vec())
}

pub fn mail_of(body: Vec<u8>) -> Outgoing {
    Outgoing {
        delivery: delivery(),
        attempt: 1,
        from: "from@example.com".into(),
        to: vec!["to@example.com".into()],
        head: Bytes::from_static(b"From: from@example.com\r\nTo: to@example.com\r\nSubject: =?utf-8?B?7KCc67mE?=\r\nMIME-Version: 1.0\r\n"),
        body: body.into(),
        tags: vec![("jebi-delivery".into(), delivery().to_string())],
        ahead: None,
    }
}

/// One mail by whatever connection there is.
pub async fn send(sender: &dyn Sender) -> Outcome {
    match sender.checkout().await {
        Ok(channel) => channel.send(mail()).await,
        Err(outcome) => outcome,
    }
}

pub fn accepted(id: &str) -> Outcome {
    Outcome::Accepted { provider_id: id.into() }
}

#[track_caller]
pub fn assert_unknown(outcome: &Outcome, code: &str) {
    assert!(matches!(outcome, Outcome::Unknown { reason } if reason.code == code), "{outcome:?}");
}

#[track_caller]
pub fn assert_transient(outcome: &Outcome, code: &str) {
    assert!(matches!(outcome, Outcome::Transient { reason } if reason.code == code && !reason.remedy.is_empty()), "{outcome:?}");
}
