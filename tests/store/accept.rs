//! Accepting: all of a request or nothing, staged or not, content once, suppression on the way in.

use std::sync::Mutex;

use jebi_domain::{
    delivery::State,
    message::Lane,
    port::store::DeliveryFilter,
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};

use super::support::{self, Fixture, Mail, address, each, joint, keys, to};

async fn stored(f: &Fixture, topic: &'static str, n: usize) {
    let id = f.post_one(each(topic, n)).await;
    let view = f.message(id).await;
    assert_eq!((view.copies as usize, view.counts.total as usize, view.counts.waiting as usize), (n, n, n));
    assert_eq!(f.topic(topic).await.waiting as usize, n);
    let listed = f.all(DeliveryFilter { topic: Some(topic.into()), ..DeliveryFilter::default() }).await;
    assert!(listed.iter().enumerate().all(|(i, d)| d.recipients[0].email == address(i)));
    assert_eq!(f.store.health().await.expect("health").waiting as usize, n);
}

conform! {
    async fn one_mail_is_there_with_all_it_had(f) {
        let due = Wall(f.now().0 + 5);
        let id = f.post_one(Mail { due: Some(due), expires_at: Some(Wall(due.0 + 9)), ..each("t", 1) }).await;
        let view = f.message(id).await;
        let m = &view.message;
        assert_eq!((m.topic.as_str(), m.lane, m.due, m.scheduled), ("t", Lane::Transactional, due, true));
        assert_eq!((m.expires_at, m.content.subject.as_str(), m.route.as_str()), (Some(Wall(due.0 + 9)), "hello", "the only one"));
        assert_eq!(f.state(id, 0).await, State::Waiting);
    }

    async fn ten_thousand_are_staged_and_shown_at_once(f) {
        stored(f, "t", 10_000).await;
    }

    async fn twenty_five_thousand_take_three_entries_and_all_can_be_claimed(f) {
        stored(f, "t", 25_000).await;
        let mut got = Vec::new();
        loop {
            let claimed = f.claim(5_000).await;
            if claimed.is_empty() {
                break;
            }
            got.extend(keys(&claimed));
            f.settle_all(&claimed, support::sent()).await;
        }
        got.sort_unstable();
        got.dedup();
        assert_eq!(got.len(), 25_000);
        assert_eq!(f.topic("t").await.sent, 25_000);
    }

    async fn several_messages_of_a_request_come_together(f) {
        let ids = f.post(vec![each("a", 3), joint("b", 4), each("", 400), Mail { lane: Lane::Bulk, ..each("a", 2) }]).await;
        let counts = [f.message(ids[0]).await.counts.total, f.message(ids[1]).await.counts.total, f.message(ids[2]).await.counts.total];
        assert_eq!(counts, [3, 4, 400]);
        assert_eq!((f.topic("a").await.total, f.topic("b").await.waiting), (5, 4));
        assert_eq!(f.store.health().await.expect("health").waiting, 409);
        assert!(f.store.topic("").await.expect("look-up").is_none(), "mail without a topic is no topic");
    }

    /// Messages that are alike share what is stored apart; each keeps its own all the same.
    async fn messages_alike_and_not_alike_keep_their_own(f) {
        let mail = |i: usize| Mail { subject: format!("소식 {}", i / 3 % 2), ..each("t", 1 + i % 2) };
        for n in [7, 300] {
            let ids = f.post((0..n).map(mail).collect()).await;
            f.restart().await;
            for (i, id) in ids.into_iter().enumerate() {
                let view = f.message(id).await;
                assert_eq!((view.message.content.subject.as_str(), view.copies as usize), (mail(i).subject.as_str(), 1 + i % 2), "message {i} of {n}");
            }
        }
    }

    async fn a_joint_copy_is_one_delivery_to_all(f) {
        let id = f.post_one(joint("t", 3)).await;
        let claimed = f.claim(10).await;
        assert_eq!(claimed[0].copies.len(), 1);
        assert_eq!(claimed[0].copies[0].open().count(), 3);
        f.settle_all(&claimed, support::sent()).await;
        assert_eq!((f.message(id).await.copies, f.topic("t").await.sent), (1, 3));
    }

    async fn listed_addresses_are_suppressed_on_the_way_in(f) {
        f.store.suppress(vec![NewEntry::plain("Person1@Example.com", SuppressionCause::Bounce, f.now())]).await.expect("suppress");
        let draft = f.draft(each("t", 3));
        let id = draft.message.id;
        let accepted = f.store.accept(f.batch(vec![draft], None)).await.expect("accept");
        assert_eq!(format!("{accepted:?}"), "Stored(202, b\"[[1]]\")");
        assert_eq!((f.state(id, 0).await, f.state(id, 1).await), (State::Waiting, State::Suppressed));
        let claimed = f.claim(10).await;
        assert_eq!(keys(&claimed).iter().map(|k| k.1).collect::<Vec<_>>(), [0, 2]);
        let all = f.post_one(to("t", [address(1)])).await;
        assert_eq!(f.state(all, 0).await, State::Suppressed);
        let one = f.post_one(joint("t", 2)).await;
        let states: Vec<_> = f.view(one, 0).await.recipients.iter().map(|r| r.state).collect();
        assert_eq!(states, [State::Waiting, State::Suppressed]);
        assert_eq!(f.topic("t").await.suppressed, 3);
    }

    /// The answer is made in the last step of a staged request: at that moment all its rows are on the disk and none is shown.
    async fn a_crash_while_staging_leaves_nothing_to_see(f) {
        f.post_one(each("before", 2)).await;
        let crashed = Mutex::new(Some(f.engine.crashed()));
        let (tell, told) = std::sync::mpsc::channel();
        let mut batch = f.batch(vec![f.draft(each("t", 20_000)), f.draft(each("", 10)), f.draft(joint("t", 5))], Some("key"));
        batch.answer = Box::new(move |_| {
            let crashed = crashed.lock().expect("whole").take().expect("asked once");
            tell.send(crashed()).expect("told");
            (202, bytes::Bytes::new())
        });
        f.store.accept(batch).await.expect("accept");
        let mut after = Fixture::open(told.recv().expect("a crashed store"), 9).await;
        assert!(after.all(DeliveryFilter::default()).await.len() == 2);
        assert!(after.all(DeliveryFilter { email: Some(address(1)), ..DeliveryFilter::default() }).await.len() == 1);
        assert_eq!(after.store.health().await.expect("health").waiting, 2);
        assert_eq!(after.store.answer(jebi_domain::id::KeyNo(1), "key", f.now()).await, Ok(None));
        assert_eq!(after.violations().await, []);
        after.housekeep().await;
        assert_eq!(after.violations().await, []);
        assert_eq!(support::copies(&after.claim(100).await), 2);
        // Its numbers may be used again without meeting anything left over.
        let id = after.post_one(each("t", 1_000)).await;
        after.restart().await;
        assert_eq!(after.message(id).await.counts.waiting, 1_000);
        after.housekeep().await;
        assert_eq!(after.all(DeliveryFilter { email: Some(address(999)), ..DeliveryFilter::default() }).await.len(), 1);
        after.store.close().await;
        after.engine.tamper("CREATE TABLE staged AS SELECT 1 FROM message WHERE queue IS NULL");
    }

    async fn concurrent_requests_are_all_there(f) {
        let jobs: Vec<_> = (0..200).map(|i| f.store.accept(f.batch(vec![f.draft(to("t", [address(i)]))], None))).collect();
        for job in jobs {
            job.await.expect("accept");
        }
        assert_eq!(f.topic("t").await.waiting, 200);
    }

    /// The caller has gone: what was committed is sent all the same.
    async fn a_dropped_request_is_still_whole(f) {
        drop(f.store.accept(f.batch(vec![f.draft(each("t", 900))], None)));
        f.post_one(each("t", 1)).await;
        assert_eq!(f.topic("t").await.total, 901);
    }
}
