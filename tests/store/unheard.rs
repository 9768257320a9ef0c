//! Where nodes cannot be heard (behind a pooler without a direct address, or while LISTEN is away), a cancel reaches the others by their
//! looking: what they have claimed of it is dropped all the same.

use std::{sync::Arc, time::Duration};

use jebi_domain::{
    message::Lane,
    port::store::{Claim, Notice, Subscription},
    time::Wall,
};
use tokio::sync::mpsc;

use super::{
    postgres::OnPostgres,
    support::{self, Fixture, Mail, PROVIDER, copies, each, node},
};

const TICK: Duration = Duration::from_millis(1);

async fn a_cancel_is_found_by_looking(f: &mut Fixture) {
    let other = f.engine.open(&f.clock).await.expect("it opens");
    let incarnation = other.start(&node("둘"), f.now()).await.expect("start");
    let (tell, mut told) = mpsc::unbounded_channel();
    let notify = Arc::new(move |notice| drop(tell.send(notice)));
    let subscription = Subscription { provider: PROVIDER.into(), incarnation, window: Arc::default(), notify };
    other.subscribe(subscription).await.expect("subscribe");
    f.post_one(Mail { lane: Lane::Bulk, ..each("광고", 3) }).await;
    let alone = f.post_one(each("", 2)).await;
    let turns = other.queues(PROVIDER).await.expect("queues").into_iter().map(|q| (q.queue, 9)).collect();
    let claim = Claim {
        incarnation,
        provider: PROVIDER.into(),
        turns,
        now: f.now(),
        max_lateness_ms: support::DAY,
        late_from: Wall(0),
        domains: vec![],
        recipients: u32::MAX,
    };
    let claimed = other.claim(claim).await.expect("claim").claimed;
    assert_eq!(copies(&claimed), 5);
    let queue = claimed.iter().find(|c| c.message.topic == "광고").expect("claimed").queue;
    let no = claimed.iter().find(|c| c.message.id == alone).expect("claimed").message_no;

    f.store.cancel_topic("광고", f.now()).await.expect("cancel").expect("a topic");
    f.store.cancel_message(alone, f.now()).await.expect("cancel").expect("a message");
    let (mut of_queue, mut of_message) = (false, false);
    for _ in 0..9_000 {
        match tokio::time::timeout(TICK, told.recv()).await {
            Ok(Some(Notice::Cancelled(q))) => of_queue |= q == queue,
            Ok(Some(Notice::CancelledMessage(m))) => of_message |= m == no,
            Ok(Some(_)) => {}
            Ok(None) => panic!("the store is gone"),
            Err(_) => f.clock.advance(TICK),
        }
        if of_queue && of_message {
            break;
        }
    }
    assert!(of_queue && of_message, "queue {of_queue}, message {of_message}");
    other.close().await;
}

#[test]
fn what_is_cancelled_elsewhere_is_dropped_though_nobody_says_so() {
    support::run(Box::new(OnPostgres::new()), a_cancel_is_found_by_looking);
}
