//! Events out of SQS queues, for those without a public address; against moto's SQS.

use std::sync::Arc;

use jebi::{provider::aws::SqsQueue, worker};
use jebi_domain::{
    port::{Clock, sns::EventQueue},
    refusal::Refusal,
};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::sns_takes_events::Rig;
use crate::support::{
    moto::{Moto, TestQueue},
    sns::{SIGNER, STRANGER, unsigned},
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
