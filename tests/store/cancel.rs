//! Cancelling: counts at once, rows later, what is out finishes, what is posted later is sent.

use jebi_domain::{delivery::State, id::MessageId, message::Lane, port::store::DeliveryFilter, time::Wall};

use super::support::{self, Mail, copies, each, joint, sent, unsettled};

conform! {
    async fn a_topic_is_cancelled_at_once_and_later_mail_is_sent(f) {
        let old = f.post(vec![each("t", 3_000), joint("t", 4), Mail { lane: Lane::Bulk, ..each("t", 5) }, each("other", 2)]).await;
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(3_009)));
        let counts = f.topic("t").await;
        assert_eq!((counts.cancelled, counts.waiting, counts.total), (3_009, 0, 3_009));
        assert_eq!(f.state(old[0], 2_999).await, State::Cancelled, "shown before the rows are written");
        assert_eq!(f.message(old[1]).await.counts.cancelled, 4);
        assert!(f.message(old[0]).await.cancelled_at.is_some());
        let new = f.post_one(each("t", 2)).await;
        assert_eq!(copies(&f.claim(50).await), 4);
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(0)), "what is out is not called back");
        assert_eq!(f.state(new, 0).await, State::Sending);
        assert_eq!(f.violations().await, []);
        f.housekeep().await;
        assert_eq!(f.topic("t").await.cancelled, 3_009);
        let rows = f.all(DeliveryFilter { state: Some(State::Cancelled), ..DeliveryFilter::default() }).await;
        assert_eq!(rows.len(), 3_006);
        assert_eq!(f.store.cancel_topic("none", f.now()).await, Ok(None));
        assert_eq!(f.store.cancel_topic("", f.now()).await, Ok(None));
    }

    async fn a_topic_is_cancelled_in_the_turn_that_took_its_mail(f) {
        let posts: Vec<_> = (0..20).map(|_| f.store.accept(f.batch(vec![f.draft(each("t", 2))], None))).collect();
        let cancelled = f.store.cancel_topic("t", f.now());
        let later = f.store.accept(f.batch(vec![f.draft(each("t", 3))], None));
        for post in posts {
            post.await.expect("accept");
        }
        assert_eq!(cancelled.await, Ok(Some(40)));
        later.await.expect("accept");
        assert_eq!((f.topic("t").await.cancelled, f.topic("t").await.waiting), (40, 3));
    }

    /// Staged before, published after: it is posted later.
    async fn what_is_published_after_the_cancelling_is_sent(f) {
        f.post_one(each("t", 1)).await;
        let big = f.store.accept(f.batch(vec![f.draft(each("t", 5_000))], None));
        let gone = f.store.cancel_topic("t", f.now()).await.expect("cancel");
        big.await.expect("accept");
        let counts = f.topic("t").await;
        assert_eq!((counts.cancelled, counts.waiting), (gone.expect("a topic"), 5_001 - counts.cancelled));
    }

    async fn what_is_unsettled_is_never_resent(f) {
        let id = f.post_one(each("t", 2)).await;
        let c = f.claim(1).await.remove(0);
        f.settle(&c, 0, unsettled(Wall(f.now().0 + 10))).await;
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(1)));
        f.pass(10);
        assert!(f.claim(9).await.is_empty());
        f.housekeep().await;
        assert_eq!((f.state(id, 0).await, f.state(id, 1).await), (State::Unknown, State::Cancelled));
        f.settle(&c, 0, sent()).await;
        assert_eq!(f.state(id, 0).await, State::Sent, "evidence still counts");
    }

    async fn a_message_is_cancelled_alone(f) {
        let (a, b) = (f.post_one(each("t", 5)).await, f.post_one(each("t", 2)).await);
        let c = f.claim(2).await.remove(0);
        f.settle(&c, 1, support::retry(f.now())).await;
        assert_eq!(f.store.cancel_message(a, f.now()).await, Ok(Some(4)));
        assert_eq!(f.store.cancel_message(a, f.now()).await, Ok(Some(0)));
        assert_eq!((f.topic("t").await.cancelled, f.state(a, 1).await, f.state(a, 0).await), (4, State::Cancelled, State::Sending));
        let next = f.claim(9).await;
        assert!(next.iter().all(|c| c.message.id == b) && copies(&next) == 2);
        f.settle(&c, 0, sent()).await;
        assert_eq!(f.message(a).await.counts.sent, 1);
        assert_eq!(f.store.cancel_message(MessageId([9; 16]), f.now()).await, Ok(None));
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(0)));
        assert_eq!(f.store.cancel_message(b, f.now()).await, Ok(Some(0)));
    }

    async fn a_message_cancelled_then_its_topic_counts_once(f) {
        let (a, _) = (f.post_one(joint("t", 3)).await, f.post_one(each("t", 2)).await);
        assert_eq!(f.store.cancel_message(a, f.now()).await, Ok(Some(3)));
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(2)));
        f.housekeep().await;
        assert_eq!(f.topic("t").await.cancelled, 5);
    }

    async fn a_cancelled_paused_topic_stays_paused_for_what_comes(f) {
        f.post_one(each("t", 2)).await;
        f.store.pause_topic("t", true, f.now()).await.expect("pause");
        assert_eq!(f.store.cancel_topic("t", f.now()).await, Ok(Some(2)));
        f.post_one(each("t", 1)).await;
        assert!(f.claim(9).await.is_empty());
        f.store.pause_topic("t", false, f.now()).await.expect("resume");
        assert_eq!(copies(&f.claim(9).await), 1);
    }
}
