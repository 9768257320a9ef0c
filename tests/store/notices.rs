//! What the dispatcher is told, after the commit; mail leased at its birth.

use jebi_domain::{
    delivery::State,
    message::Lane,
    port::store::{Claimed, Notice, QueueInfo},
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};

use super::support::{self, Fixture, Mail, address, copies, each, joint, sent};

fn queues(f: &Fixture) -> Vec<QueueInfo> {
    f.take_notices().into_iter().filter_map(|n| if let Notice::Queue(q) = n { Some(q) } else { None }).collect()
}

fn leased(f: &Fixture) -> Vec<Claimed> {
    f.take_notices().into_iter().filter_map(|n| if let Notice::Leased(c) = n { Some(c) } else { None }).collect()
}

conform! {
    async fn a_queue_is_told_complete_at_every_change(f) {
        let later = Wall(f.now().0 + 10);
        f.post_one(Mail { due: Some(later), lane: Lane::Bulk, ..each("t", 2) }).await;
        let told = queues(f);
        assert_eq!(told, f.store.queues(support::PROVIDER).await.expect("queues"));
        assert_eq!((told[0].lane, told[0].next_due, told[0].paused), (Lane::Bulk, Some(later), false));
        f.store.pause_topic("t", true, f.now()).await.expect("pause");
        assert_eq!(queues(f), [QueueInfo { paused: true, ..told[0].clone() }]);
        f.store.pause_topic("t", false, f.now()).await.expect("resume");
        f.pass(10);
        let c = f.claim(9).await;
        assert_eq!(queues(f).pop().expect("told").next_due, None);
        f.settle_all(&c, support::returned(Wall(f.now().0 + 7))).await;
        assert_eq!(queues(f)[0].next_due, Some(Wall(f.now().0 + 7)));
    }

    async fn cancelling_is_told(f) {
        let id = f.post_one(each("t", 2)).await;
        let c = f.claim(1).await.remove(0);
        f.take_notices();
        f.store.cancel_message(id, f.now()).await.expect("cancel");
        assert!(f.take_notices().iter().any(|n| matches!(n, Notice::CancelledMessage(no) if *no == c.message_no)));
        f.store.cancel_topic("t", f.now()).await.expect("cancel");
        assert!(f.take_notices().iter().any(|n| matches!(n, Notice::Cancelled(q) if *q == c.queue)));
    }

    async fn due_mail_is_leased_at_its_birth_while_there_is_room(f) {
        f.window.set(Lane::Transactional, 5);
        let a = f.post_one(each("t", 3)).await;
        let born = leased(f);
        assert_eq!((born.len(), copies(&born), f.window.room(Lane::Transactional)), (1, 3, 2));
        assert_eq!((born[0].message.id, born[0].attempt, born[0].was_unsettled), (a, 1, false));
        assert_eq!((f.state(a, 0).await, f.topic("t").await.sending), (State::Sending, 3));
        f.post_one(each("t", 3)).await;
        assert!(leased(f).is_empty(), "no room for all of them");
        f.post_one(Mail { lane: Lane::Bulk, ..each("t", 1) }).await;
        f.post_one(Mail { due: Some(Wall(f.now().0 + 1)), ..each("t", 1) }).await;
        assert!(leased(f).is_empty(), "no room in that lane; not due");
        assert_eq!(f.window.room(Lane::Transactional), 2);
        f.settle_all(&born, sent()).await;
        assert_eq!(f.message(a).await.counts.sent, 3);
        assert_eq!(copies(&f.claim(50).await), 4);
    }

    async fn only_what_is_to_be_sent_takes_room(f) {
        f.store.suppress(vec![NewEntry::plain(address(1), SuppressionCause::Bounce, f.now())]).await.expect("suppress");
        f.window.set(Lane::Transactional, 10);
        f.post(vec![each("t", 3), joint("t", 4)]).await;
        let born = leased(f);
        assert_eq!((copies(&born), f.window.room(Lane::Transactional)), (3, 7));
        assert_eq!(born[1].copies[0].open().count(), 3);
        assert_eq!(f.leased().await, 3);
    }

    async fn paused_or_large_mail_is_not_leased_at_its_birth(f) {
        f.window.set(Lane::Transactional, 1_000);
        f.post_one(each("t", 51)).await;
        f.store.pause_topic("t", true, f.now()).await.expect("pause");
        f.post_one(each("t", 1)).await;
        assert!(leased(f).is_empty());
        f.store.pause_topic("t", false, f.now()).await.expect("resume");
        assert_eq!(copies(&f.claim(100).await), 52);
    }

    async fn mail_born_leased_is_reclaimed_like_any_other(f) {
        f.window.set(Lane::Transactional, 10);
        let id = f.post_one(each("t", 2)).await;
        assert_eq!(f.restart().await, 2);
        assert_eq!(f.state(id, 0).await, State::Unsettled);
    }

    async fn nothing_is_told_of_a_request_that_failed(f) {
        f.window.set(Lane::Transactional, 10);
        let mut batch = f.batch(vec![f.draft(each("t", 2))], None);
        batch.answer = Box::new(|_| panic!("planted"));
        assert!(f.store.accept(batch).await.is_err());
        assert!(f.take_notices().is_empty());
        assert!(f.store.topic("t").await.expect("look-up").is_none());
        assert_eq!(f.post_one(each("t", 1)).await, leased(f)[0].message.id);
    }
}
