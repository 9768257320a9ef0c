//! Events out of SQS queues, for those without a public address; against moto's SQS.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jebi::{provider::aws::SqsQueue, service::sns::Settled, worker};
use jebi_domain::{
    outcome::Reason,
    port::{
        Boxed, Clock,
        sns::{EventQueue, QueuedMessage},
    },
    refusal::Refusal,
};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::sns_takes_events::Rig;
use crate::support::{
    moto::{Moto, TestQueue},
    sns::{SIGNER, STRANGER, Unusual, certificate_url, unsigned},
    wait::until_there as until,
};

const BOUNCE: &str = r#"{"eventType":"Bounce","mail":{"messageId":"010c-1"}}"#;

struct Running {
    rig: Rig,
    queue: TestQueue,
    stop: CancellationToken,
    worker: JoinHandle<()>,
    _moto: Moto,
}

/// Runs the worker over a queue with these messages in it.
async fn run(bodies: &[String], with_dead_letters: bool) -> (Running, Option<TestQueue>) {
    run_as(Rig::new().await, bodies, with_dead_letters).await
}

async fn run_as(rig: Rig, bodies: &[String], with_dead_letters: bool) -> (Running, Option<TestQueue>) {
    let moto = Moto::start();
    let dead = if with_dead_letters { Some(TestQueue::make(moto.sqs(), "dead", None).await) } else { None };
    let queue = TestQueue::make(moto.sqs(), "events", dead.as_ref()).await;
    for body in bodies {
        queue.send(body).await;
    }
    let source: Arc<dyn EventQueue> = Arc::new(SqsQueue::new(queue.url.clone(), &moto.account()).await.expect("a queue"));
    let (stop, clock): (_, Arc<dyn Clock>) = (CancellationToken::new(), Arc::new(rig.api.clock.clone()));
    let worker = tokio::spawn(worker::queue::run(source, Arc::clone(&rig.api.state.sns), clock, stop.clone()));
    (Running { rig, queue, stop, worker, _moto: moto }, dead)
}

impl Running {
    async fn emptied(&self) {
        until("the queue is empty", async || (self.queue.len().await == 0).then_some(())).await;
    }

    async fn end(self) {
        self.stop.cancel();
        self.worker.await.expect("it ends");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_with_and_without_an_envelope_are_taken_and_removed() {
    let rig = Rig::new().await;
    // What lies in a queue may be old, and of any topic: who may put it there is the queue's to say.
    let old = jebi_domain::time::Wall(rig.now().0 - 10 * 86_400_000);
    let mut strange = unsigned("m-2", BOUNCE, old);
    strange["TopicArn"] = json!(STRANGER);
    let enveloped = [SIGNER.notification("m-1", BOUNCE, rig.now()), SIGNER.signed(strange)].map(|message| message.to_string());
    let mut bodies = enveloped.to_vec();
    bodies.extend((0..20).map(|_| BOUNCE.to_owned()));
    bodies.push("Successfully validated SNS topic for Amazon SES event publishing.".to_owned());
    let (running, _) = run_as(rig, &bodies, false).await;
    running.emptied().await;
    let taken = running.rig.world.taken();
    assert_eq!(taken.len(), 23);
    assert_eq!(taken.iter().filter(|(_, text)| text == BOUNCE).count(), 22);
    assert!(["m-1", "m-2"].iter().all(|id| taken.iter().any(|(taken, _)| taken == id)), "by the id of SNS where there is one");
    let listed = running.rig.api.get("/v1/sns/topics").await.expect(200);
    assert_eq!((&listed["queues"][0]["url"], &listed["queues"][0]["events"]), (&json!(running.queue.url), &json!(23)), "{listed}");
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_stored_stays_in_the_queue_and_is_taken_when_it_can_be() {
    let rig = Rig::new().await;
    rig.world.refuse(Refusal::busy(10, "store_busy", "too much is waiting to be written"));
    let (running, _) = run_as(rig, &[BOUNCE.to_owned()], false).await;
    let clock = running.rig.api.clock.clone();
    until("it pauses", async || (clock.sleepers() > 0).then_some(())).await;
    assert_eq!((running.queue.len().await, running.rig.world.taken().len()), (1, 0));
    clock.advance(std::time::Duration::from_secs(1));
    running.emptied().await;
    assert_eq!(running.rig.world.taken().len(), 1);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_loses_nothing() {
    let rig = Rig::new().await;
    rig.world.refuse(Refusal::busy(10, "store_busy", "too much is waiting to be written"));
    let (running, _) = run_as(rig, &[BOUNCE.to_owned()], false).await;
    let clock = running.rig.api.clock.clone();
    until("it pauses", async || (clock.sleepers() > 0).then_some(())).await;
    let Running { rig, queue, stop, worker, _moto } = running;
    stop.cancel();
    worker.await.expect("it ends");
    assert_eq!((queue.len().await, rig.world.taken().len()), (1, 0), "for the next start, or another node");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_never_be_taken_is_removed_where_there_are_no_dead_letters() {
    let rig = Rig::new().await;
    let mut forged = SIGNER.notification("m-1", BOUNCE, rig.now());
    forged["Message"] = json!("another");
    let (running, _) = run_as(rig, &[forged.to_string(), "{\"Type\":\"Notification\"}".to_owned(), BOUNCE.to_owned()], false).await;
    running.emptied().await;
    assert_eq!(running.rig.world.taken().len(), 1);
    running.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_is_left_to_the_dead_letters_where_there_are_some() {
    let (running, dead) = run(&["{\"Type\":\"Notification\"}".to_owned(), BOUNCE.to_owned()], true).await;
    running.emptied().await;
    let dead = dead.expect("there are some");
    until("it is a dead letter", async || (dead.len().await == 1).then_some(())).await;
    assert_eq!(running.rig.world.taken().len(), 1);
    running.end().await;
}

/// A queue whose redrive policy a test sets.
#[derive(Default)]
struct Policy {
    dead_letters: Mutex<Option<bool>>,
    asked: AtomicUsize,
}

impl EventQueue for Policy {
    fn url(&self) -> &'static str {
        "https://sqs.ap-northeast-2.amazonaws.com/111122223333/events"
    }
    fn receive(&self) -> Boxed<'_, Result<Vec<QueuedMessage>, Reason>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    fn remove(&self, _: Vec<String>) -> Boxed<'_, Result<(), Reason>> {
        Box::pin(async { Ok(()) })
    }
    fn has_dead_letters(&self) -> Boxed<'_, Option<bool>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let told = *self.dead_letters.lock().expect("not poisoned");
        Box::pin(async move { told })
    }
}

fn queued(body: &(impl ToString + ?Sized)) -> QueuedMessage {
    QueuedMessage { id: "q-1".into(), receipt: "r-1".into(), body: body.to_string(), times: 1 }
}

#[tokio::test]
async fn whether_there_are_dead_letters_is_asked_whenever_something_would_be_removed() {
    let rig = Rig::new().await;
    let queue = Policy::default();
    let (good, bad) = (queued(BOUNCE), queued("{\"Type\":\"Notification\"}"));
    let take = async |messages: &[QueuedMessage]| rig.api.state.sns.take_queued(&queue, messages).await;
    assert_eq!(take(std::slice::from_ref(&good)).await, [Settled::Remove]);
    assert_eq!(queue.asked.load(Ordering::Relaxed), 0, "nothing is refused");
    let both = [bad, good];
    assert_eq!(take(&both).await, [Settled::Leave, Settled::Remove], "nobody knows");
    *queue.dead_letters.lock().expect("not poisoned") = Some(false);
    assert_eq!(take(&both).await, [Settled::Remove, Settled::Remove]);
    // Somebody gave it some, because of the line in the log.
    *queue.dead_letters.lock().expect("not poisoned") = Some(true);
    assert_eq!(take(&both).await, [Settled::Leave, Settled::Remove]);
    assert_eq!(queue.asked.load(Ordering::Relaxed), 3);
}

/// A message may lie in a queue for 14 days, and its certificate may end meanwhile.
#[tokio::test]
async fn what_is_signed_with_a_certificate_that_is_not_believed_now_is_never_removed() {
    let rig = Rig::new().await;
    let queue = Policy::default();
    *queue.dead_letters.lock().expect("not poisoned") = Some(false);
    let message = queued(&SIGNER.notification("m-1", BOUNCE, rig.now()));
    let expired = SIGNER.certificate_with(Unusual { expired: true, ..Unusual::default() });
    for page in [Ok((200, expired.into_bytes())), Ok((404, Vec::new()))] {
        rig.world.page(&certificate_url(), page);
        assert_eq!(rig.api.state.sns.take_queued(&queue, std::slice::from_ref(&message)).await, [Settled::Leave]);
        rig.api.clock.advance(Duration::from_secs(61));
    }
    rig.world.page(&certificate_url(), Ok((200, SIGNER.certificate().into_bytes())));
    assert_eq!(rig.api.state.sns.take_queued(&queue, std::slice::from_ref(&message)).await, [Settled::Remove]);
    assert_eq!(rig.world.taken().len(), 1);
}
