//! Lists and look-ups: keyset pages that neither skip nor repeat, by topic, state, address and message.

use jebi_domain::{
    delivery::State,
    id::{DeliveryId, DeliveryKey, MessageId},
    message::Lane,
    port::{
        InboxMail, InboxRoom,
        store::{DeliveryFilter, DeliveryView, MessageFilter},
    },
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};

use super::support::{Fixture, HOUR, address, each, failed, joint, sent, to};

async fn pages(f: &Fixture, filter: &DeliveryFilter, limit: u32) -> Vec<DeliveryView> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = f.store.deliveries(filter.clone(), after, limit).await.expect("list");
        assert!(page.deliveries.len() <= limit as usize);
        all.extend(page.deliveries);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

fn by(email: &str) -> DeliveryFilter {
    DeliveryFilter { email: Some(email.into()), ..DeliveryFilter::default() }
}

conform! {
    async fn newest_message_first_copies_in_order(f) {
        let ids = f.post(vec![each("a", 3), each("b", 2), each("a", 2)]).await;
        let of = |all: Vec<DeliveryView>| all.iter().map(|d| (d.id.message, d.id.ordinal)).collect::<Vec<_>>();
        let want = [(ids[2], 0), (ids[2], 1), (ids[1], 0), (ids[1], 1), (ids[0], 0), (ids[0], 1), (ids[0], 2)];
        for limit in [1, 2, 3, 7, 50] {
            assert_eq!(of(pages(f, &DeliveryFilter::default(), limit).await), want);
            let a = DeliveryFilter { topic: Some("a".into()), ..DeliveryFilter::default() };
            assert_eq!(of(pages(f, &a, limit).await), [want[0], want[1], want[4], want[5], want[6]]);
            let one = DeliveryFilter { message: Some(ids[0]), ..DeliveryFilter::default() };
            assert_eq!(of(pages(f, &one, limit).await), want[4..]);
        }
        let none = DeliveryFilter { topic: Some("zzz".into()), ..DeliveryFilter::default() };
        assert!(pages(f, &none, 5).await.is_empty());
        let crossed = DeliveryFilter { topic: Some("b".into()), message: Some(ids[0]), ..DeliveryFilter::default() };
        assert!(pages(f, &crossed, 5).await.is_empty());
    }

    async fn pages_stay_in_step_while_mail_comes_and_goes(f) {
        let id = f.post_one(each("t", 1_300)).await;
        let first = f.store.deliveries(DeliveryFilter::default(), None, 600).await.expect("list");
        f.post_one(each("t", 50)).await;
        let claimed = f.claim(100).await;
        f.settle_all(&claimed, sent()).await;
        let second = f.store.deliveries(DeliveryFilter::default(), first.next, 2_000).await.expect("list");
        let got: Vec<_> = first.deliveries.iter().chain(&second.deliveries).map(|d| (d.id.message, d.id.ordinal)).collect();
        assert_eq!(got, (0..1_300).map(|i| (id, i)).collect::<Vec<_>>());
    }

    async fn by_state_as_shown(f) {
        f.store.suppress(vec![NewEntry::plain(address(0), SuppressionCause::Manual, f.now())]).await.expect("suppress");
        f.post_one(each("t", 6)).await;
        let c = f.claim(2).await.remove(0);
        f.settle(&c, 1, sent()).await;
        for (state, n) in [(State::Suppressed, 1), (State::Sent, 1), (State::Sending, 1), (State::Waiting, 3), (State::Failed, 0)] {
            let filter = DeliveryFilter { state: Some(state), topic: Some("t".into()), ..DeliveryFilter::default() };
            assert_eq!(pages(f, &filter, 2).await.len(), n, "{state:?}");
        }
    }

    async fn by_address_before_and_after_it_is_indexed(f) {
        let mut want = Vec::new();
        for i in 0..30 {
            let id = if i % 3 == 0 { f.post_one(joint("j", 4)).await } else { f.post_one(to("t", [address(9), address(3)])).await };
            want.push((id, u32::from(i % 3 != 0)));
            if i == 17 {
                f.housekeep().await;
            }
        }
        want.reverse();
        for round in 0..2 {
            for limit in [1, 4, 100] {
                let got = pages(f, &by("PERSON3@example.com"), limit).await;
                assert_eq!(got.iter().map(|d| (d.id.message, d.id.ordinal)).collect::<Vec<_>>(), want, "round {round}, {limit} a page");
            }
            let j = DeliveryFilter { topic: Some("j".into()), ..by("person3@example.com") };
            assert_eq!(pages(f, &j, 3).await.len(), 10);
            f.housekeep().await;
        }
        assert!(pages(f, &by("nobody@example.com"), 5).await.is_empty());
    }

    /// More of one kind than are read at a time, newer than all of the other: none may be skipped.
    async fn by_address_with_many_joint_and_single_copies_unindexed(f) {
        let many = |topic, n| (0..n).map(move |i| if i % 2 == 0 { to(topic, [address(1)]) } else { joint(topic, 2) });
        f.post((0..30).map(|_| joint("old", 2)).collect()).await;
        f.post((0..620).map(|_| to("mid", [address(1)])).collect()).await;
        f.post(many("new", 100).collect()).await;
        assert_eq!(pages(f, &by(&address(1)), 90).await.len(), 750);
    }

    async fn ids_that_are_not_there_are_not_there(f) {
        let id = f.post_one(each("t", 1)).await;
        assert!(f.store.message(MessageId([3; 16])).await.expect("look-up").is_none());
        assert!(f.store.delivery(DeliveryId { message: id, ordinal: 1 }).await.expect("look-up").is_none());
        assert!(f.store.topic("none").await.expect("look-up").is_none());
        let after = Some(DeliveryKey(i64::MAX - 5));
        assert_eq!(f.store.deliveries(DeliveryFilter::default(), after, 5).await.expect("list").deliveries.len(), 1);
    }

    /// Also where the clock was set back meanwhile.
    async fn by_the_time_of_acceptance(f) {
        let mut posted = Vec::new();
        for step in [0, 30 * 60_000, HOUR, 3 * HOUR, 100 * HOUR, -50 * HOUR, HOUR] {
            f.clock.set_wall(Wall(f.now().0 + step));
            posted.push((f.now(), f.post_one(each("t", 2)).await));
        }
        for since in posted.iter().map(|p| p.0) {
            for until in posted.iter().map(|p| Wall(p.0.0 + 1)) {
                let mut want: Vec<_> = posted.iter().filter(|p| p.0 >= since && p.0 < until).map(|p| p.1).collect();
                want.reverse();
                let filter = DeliveryFilter { since: Some(since), until: Some(until), ..DeliveryFilter::default() };
                let got: Vec<_> = pages(f, &filter, 3).await.iter().map(|d| (d.id.message, d.id.ordinal)).collect();
                assert_eq!(got, want.iter().flat_map(|id| [(*id, 0), (*id, 1)]).collect::<Vec<_>>());
                let filter = MessageFilter { topic: Some("t".into()), since: Some(since), until: Some(until) };
                let mut listed = Vec::new();
                let mut before = None;
                loop {
                    let page = f.store.messages(filter.clone(), before, 2).await.expect("list");
                    listed.extend(page.messages.iter().map(|m| m.message.id));
                    before = page.next;
                    if before.is_none() {
                        break;
                    }
                }
                assert_eq!(listed, want);
            }
        }
    }

    /// A page that finds nothing in much mail ends and goes on, instead of holding a reader.
    async fn a_rare_state_is_found_page_by_page(f) {
        let id = f.post_one(each("t", 1)).await;
        let claimed = f.claim(1).await.remove(0);
        f.settle(&claimed, 0, failed()).await;
        for _ in 0..5 {
            f.post_one(each("t", 9_000)).await;
        }
        let filter = DeliveryFilter { state: Some(State::Failed), ..DeliveryFilter::default() };
        let first = f.store.deliveries(filter.clone(), None, 50).await.expect("list");
        assert!(first.deliveries.is_empty() && first.next.is_some());
        assert_eq!(pages(f, &filter, 50).await[0].id.message, id);
        let lane = DeliveryFilter { lane: Some(Lane::Bulk), ..DeliveryFilter::default() };
        assert!(pages(f, &lane, 50).await.is_empty());
    }

    async fn topics_by_name(f) {
        f.post(["c", "a", "b", ""].map(|t| each(t, 1)).into()).await;
        let first = f.store.topics(None, 2).await.expect("list");
        assert_eq!(first.topics.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let second = f.store.topics(first.next, 2).await.expect("list");
        assert_eq!((second.topics[0].name.as_str(), second.topics.len(), second.next), ("c", 1, None));
    }

    async fn the_inbox_keeps_as_much_as_there_is_room_for_and_the_newest_always(f) {
        let keep = async |f: &Fixture, size: usize, room| {
            let delivery = DeliveryId { message: MessageId([7; 16]), ordinal: 0 };
            let (at, source) = (f.now(), vec![b'x'; size].into());
            let mail = InboxMail { delivery, at, from: "a@b.kr".into(), to: vec!["c@d.kr".into()], subject: "제비".into(), source };
            f.store.keep(mail, room).await.expect("keep");
            let kept = f.store.list(None, 100).await.expect("list").mails;
            kept.iter().map(|mail| mail.size).collect::<Vec<_>>()
        };
        let room = InboxRoom { mails: 4, bytes: 1_000 };
        for size in [300, 300, 300] {
            keep(f, size, room).await;
        }
        assert_eq!(keep(f, 100, room).await, [100, 300, 300, 300], "exactly full");
        assert_eq!(keep(f, 50, room).await, [50, 100, 300, 300]);
        assert_eq!(keep(f, 950, room).await, [950, 50]);
        assert_eq!(keep(f, 5_000, room).await, [5_000]);
        for size in [1, 2, 3, 4, 5] {
            keep(f, size, room).await;
        }
        assert_eq!(keep(f, 6, room).await, [6, 5, 4, 3]);
    }

    async fn the_inbox_keeps_mail_to_be_read(f) {
        let id = f.post_one(each("t", 3)).await;
        for ordinal in 0..3 {
            let mail = InboxMail {
                delivery: DeliveryId { message: id, ordinal },
                at: f.now(),
                from: "from@example.com".into(),
                to: vec![address(ordinal as usize)],
                subject: "제비".into(),
                source: bytes::Bytes::from_static(b"Subject: x\r\n\r\nbody"),
            };
            f.store.keep(mail, InboxRoom::default()).await.expect("keep");
        }
        let first = f.store.list(None, 2).await.expect("list");
        assert_eq!(first.mails.iter().map(|m| m.delivery.ordinal).collect::<Vec<_>>(), [2, 1]);
        let rest = f.store.list(first.next, 2).await.expect("list");
        assert_eq!((rest.mails.len(), rest.next), (1, None));
        let no = f.store.find(DeliveryId { message: id, ordinal: 1 }).await.expect("find").expect("kept");
        let (summary, source) = f.store.get(no).await.expect("get").expect("kept");
        assert_eq!((summary.to, summary.subject.as_str(), source.len() as u64), (vec![address(1)], "제비", summary.size));
        assert!(f.store.get(no + 100).await.expect("get").is_none());
        assert_eq!((f.store.remove(no).await, f.store.remove(no).await), (Ok(true), Ok(false)));
        assert!(f.store.get(no).await.expect("get").is_none());
        f.restart().await;
        assert_eq!((f.store.clear().await, f.store.clear().await), (Ok(2), Ok(0)));
    }
}
