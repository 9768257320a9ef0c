//! Keys of the chain: first ones, renewal, refusal, absence.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use aws_credential_types::provider::future;
use jebi_domain::fake::ManualClock;
use tokio::sync::mpsc;

use super::*;

/// Gives what it is told to, and tells when it was asked.
#[derive(Debug)]
struct Scripted {
    answers: Mutex<Vec<Result<Keys, &'static str>>>,
    asked: mpsc::UnboundedSender<usize>,
    count: AtomicUsize,
}

impl ProvideCredentials for Scripted {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let mut answers = self.answers.lock().expect("lock");
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        self.asked.send(self.count.fetch_add(1, Ordering::Relaxed) + 1).expect("the test listens");
        future::ProvideCredentials::ready(answer.map_err(CredentialsError::not_loaded))
    }
}

fn temporary(id: &str, expires: Wall) -> Keys {
    let at: SystemTime = UNIX_EPOCH + Duration::from_millis(u64::try_from(expires.0).expect("after 1970"));
    Keys::new(id, "SECRET", Some("token".into()), Some(at), "test")
}

async fn started(answers: Vec<Result<Keys, &'static str>>, clock: &ManualClock) -> (Source, mpsc::UnboundedReceiver<usize>) {
    let (asked, heard) = mpsc::unbounded_channel();
    let scripted = Scripted { answers: Mutex::new(answers), asked, count: AtomicUsize::new(0) };
    (chained(SharedCredentialsProvider::new(scripted), "ses", Arc::new(clock.clone())).await, heard)
}

fn key_of(credentials: &Credentials, now: Wall) -> Result<String, Reason> {
    credentials.identity(now).map(|i| i.data::<Keys>().expect("keys").access_key_id().to_owned())
}

/// Moves the clock in steps of a second until the chain is asked again.
async fn until_asked(clock: &ManualClock, heard: &mut mpsc::UnboundedReceiver<usize>) -> Duration {
    let mut waited = Duration::ZERO;
    while heard.try_recv().is_err() {
        clock.advance(Duration::from_secs(1));
        waited += Duration::from_secs(1);
        tokio::task::yield_now().await;
        assert!(waited < Duration::from_secs(100_000), "never asked again");
    }
    waited
}

#[tokio::test]
async fn temporary_keys_are_renewed_before_they_expire() {
    let clock = ManualClock::new(Wall(0));
    let hour = Wall(3_600_000);
    let (source, mut heard) = started(vec![Ok(temporary("ONE", hour)), Ok(temporary("TWO", Wall(7_200_000)))], &clock).await;
    assert_eq!(heard.recv().await, Some(1));
    assert_eq!(key_of(&source.credentials, clock.wall()).expect("keys"), "ONE");
    let waited = until_asked(&clock, &mut heard).await;
    assert!((3290..3310).contains(&waited.as_secs()), "{waited:?}");
    assert_eq!(key_of(&source.credentials, clock.wall()).expect("keys"), "TWO");
}

#[tokio::test]
async fn refused_keys_are_looked_for_again() {
    let clock = ManualClock::new(Wall(0));
    let old = Keys::new("OLD", "SECRET", None, None, "test");
    let new = Keys::new("NEW", "SECRET", None, None, "test");
    let (source, mut heard) = started(vec![Ok(old), Ok(new)], &clock).await;
    assert_eq!(heard.recv().await, Some(1));
    source.credentials.refused();
    until_asked(&clock, &mut heard).await;
    assert_eq!(key_of(&source.credentials, clock.wall()).expect("keys"), "NEW");
}

#[tokio::test]
async fn no_keys_hold_the_account_until_there_are_some() {
    let clock = ManualClock::new(Wall(0));
    let keys = Keys::new("LATE", "SECRET", None, None, "test");
    let (source, mut heard) = started(vec![Err("nothing here"), Ok(keys)], &clock).await;
    assert_eq!(heard.recv().await, Some(1));
    let reason = key_of(&source.credentials, clock.wall()).expect_err("none yet");
    assert_eq!(reason.code, "credentials");
    assert!(reason.remedy.contains("AWS_ACCESS_KEY_ID"));
    until_asked(&clock, &mut heard).await;
    assert_eq!(key_of(&source.credentials, clock.wall()).expect("keys"), "LATE");
}

#[tokio::test]
async fn keys_that_cannot_be_renewed_are_used_until_they_expire() {
    let clock = ManualClock::new(Wall(0));
    let (source, mut heard) = started(vec![Ok(temporary("ONE", Wall(3_600_000))), Err("gone")], &clock).await;
    assert_eq!(heard.recv().await, Some(1));
    until_asked(&clock, &mut heard).await;
    assert_eq!(key_of(&source.credentials, Wall(3_599_999)).expect("still good"), "ONE");
    assert_eq!(key_of(&source.credentials, Wall(3_600_000)).expect_err("expired").code, "credentials");
}
