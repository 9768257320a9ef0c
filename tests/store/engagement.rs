//! Opens and clicks: counted once for each recipient and as often as they come, kept up to a bound, and judged.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jebi_domain::{
    erasure::PersonKey,
    event::FeedbackKind,
    id::{DeliveryId, MessageId},
    message::{Copies, Draft, Lane, Message, Role},
    outcome::Decision,
    port::{
        engagement::{KEPT, LINKS, TopicLink, Visit, VisitBatch},
        privacy::ContentDeleted,
        store::{Accepted, Engaged, StoreResult},
    },
    profile::Tracking,
};

use super::support::{Fixture, HOUR, Mail, address, each, joint, mailbox, retry, sent};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36";

fn visit(f: &Fixture, message: MessageId, ordinal: u32, url: Option<&str>) -> Visit {
    let delivery = DeliveryId { message, ordinal };
    Visit { delivery, url: url.map(Arc::from), at: f.now(), agent: CHROME.into(), from: "203.0.113.0/24".into(), burst: false }
}

fn batch(f: &Fixture, visits: Vec<Visit>) -> VisitBatch {
    static NO: AtomicI64 = AtomicI64::new(1);
    VisitBatch { source: [1; 16], no: NO.fetch_add(1, Ordering::Relaxed), at: f.now(), visits }
}

async fn engage(f: &Fixture, visits: Vec<Visit>) -> StoreResult<usize> {
    f.store.engage(batch(f, visits)).await
}

/// Sends a message, a minute ago.
async fn posted(f: &Fixture, mail: Mail) -> MessageId {
    let id = f.post_one(mail).await;
    let claimed = f.claim(10).await;
    f.settle_all(&claimed, sent()).await;
    f.pass(60_000);
    id
}

async fn engaged(f: &Fixture, topic: &str) -> Engaged {
    f.store.topic(topic).await.expect("look-up").expect("a topic").engaged
}

async fn links(f: &Fixture, limit: u32) -> Vec<TopicLink> {
    f.store.topic_links("봄", limit).await.expect("look-up")
}

fn link(url: &str, [clicks, clicks_by_person, recipients, recipients_by_person]: [i64; 4]) -> TopicLink {
    TopicLink { url: url.into(), clicks, clicks_by_person, recipients, recipients_by_person }
}

conform! {
    async fn a_recipient_counts_once_and_each_open_and_click_too(f) {
        let id = posted(f, each("봄", 3)).await;
        let shop = Some("https://shop.kr/봄");
        let visits = vec![
            visit(f, id, 0, None), visit(f, id, 0, None), visit(f, id, 1, None),
            visit(f, id, 0, shop), visit(f, id, 0, shop), visit(f, id, 0, Some("https://shop.kr/b")),
        ];
        assert_eq!(engage(f, visits).await, Ok(6));
        assert_eq!(engage(f, vec![visit(f, id, 1, shop), visit(f, id, 1, None)]).await, Ok(2));
        let counts = f.topic("봄").await;
        assert_eq!((counts.opened, counts.opened_by_person, counts.clicked, counts.clicked_by_person), (2, 2, 2, 2));
        assert_eq!(engaged(f, "봄").await, Engaged { opens: 4, opens_by_person: 4, clicks: 4, clicks_by_person: 4 });
        assert_eq!(links(f, 10).await, [link("https://shop.kr/봄", [3, 3, 2, 2]), link("https://shop.kr/b", [1, 1, 1, 1])]);
        assert_eq!(links(f, 1).await.len(), 1, "the most followed first");
        assert_eq!(f.store.topic_links("여름", 10).await, Ok(vec![]));
        assert_eq!(f.message(id).await.counts.clicked, 2, "of the message as of the topic");
    }

    async fn a_programs_are_counted_apart_and_a_person_later_counts(f) {
        let id = posted(f, each("봄", 2)).await;
        let shop = Some("https://shop.kr/a");
        let scanner = Visit { agent: "Barracuda Sentinel (EE)".into(), ..visit(f, id, 0, shop) };
        let burst = Visit { burst: true, ..visit(f, id, 0, shop) };
        engage(f, vec![scanner, burst, Visit { agent: "Mozilla/5.0".into(), ..visit(f, id, 1, None) }]).await.expect("written");
        let counts = f.topic("봄").await;
        assert_eq!((counts.opened, counts.opened_by_person, counts.clicked, counts.clicked_by_person), (1, 0, 1, 0));
        assert_eq!(links(f, 10).await, [link("https://shop.kr/a", [2, 0, 1, 0])]);
        engage(f, vec![visit(f, id, 0, shop)]).await.expect("written");
        assert_eq!(engaged(f, "봄").await, Engaged { opens: 1, opens_by_person: 0, clicks: 3, clicks_by_person: 1 });
        assert_eq!((f.topic("봄").await.clicked, f.topic("봄").await.clicked_by_person), (1, 1));
        assert_eq!(links(f, 10).await, [link("https://shop.kr/a", [3, 1, 1, 1])]);
        let (view, timeline) = f.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").expect("a copy");
        let told: Vec<&str> = timeline.iter().filter(|entry| entry.kind == "clicked").map(|entry| entry.detail.as_str()).collect();
        assert_eq!(told, [
            "https://shop.kr/a; a program: it names itself as a program; 203.0.113.0/24; Barracuda Sentinel (EE)",
            &format!("https://shop.kr/a; a program: several links were followed at once; 203.0.113.0/24; {CHROME}"),
            &format!("https://shop.kr/a; 203.0.113.0/24; {CHROME}"),
        ]);
        assert_eq!(FeedbackKind::worst(view.recipients[0].feedback), None, "what people do is never the word shown");
    }

    async fn what_comes_right_after_the_sending_or_before_it_is_a_programs(f) {
        let id = f.post_one(each("봄", 1)).await;
        engage(f, vec![visit(f, id, 0, None)]).await.expect("written");
        let claimed = f.claim(1).await;
        f.settle_all(&claimed, sent()).await;
        f.pass(1_999);
        engage(f, vec![visit(f, id, 0, None)]).await.expect("written");
        assert_eq!((f.topic("봄").await.opened, f.topic("봄").await.opened_by_person), (1, 0));
        f.pass(1);
        engage(f, vec![visit(f, id, 0, None)]).await.expect("written");
        assert_eq!(engaged(f, "봄").await, Engaged { opens: 3, opens_by_person: 1, ..Engaged::default() });
    }

    async fn a_joint_copy_counts_as_one_whoever_of_them_opened_it(f) {
        let id = posted(f, joint("봄", 3)).await;
        f.report(id, 0, "person1@example.com", FeedbackKind::Delivered).await;
        f.pass(60_000);
        engage(f, vec![visit(f, id, 0, None), visit(f, id, 0, Some("https://shop.kr/a"))]).await.expect("written");
        let counts = f.topic("봄").await;
        assert_eq!((counts.total, counts.delivered, counts.opened, counts.clicked, counts.clicked_by_person), (3, 1, 1, 1, 1));
        assert_eq!(f.message(id).await.counts.opened, 1);
        assert_eq!(links(f, 10).await, [link("https://shop.kr/a", [1, 1, 1, 1])]);
    }

    async fn so_many_are_kept_and_all_are_counted(f) {
        let id = posted(f, each("봄", 1)).await;
        for _ in 0..3 {
            engage(f, vec![visit(f, id, 0, None); 60]).await.expect("written");
        }
        engage(f, vec![visit(f, id, 0, Some("https://shop.kr/a")); 2]).await.expect("written");
        let (_, timeline) = f.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").expect("a copy");
        let kept = |kind: &str| timeline.iter().filter(|entry| entry.kind == kind).count();
        assert_eq!((kept("opened"), kept("clicked"), engaged(f, "봄").await.opens), (KEPT as usize, 2, 180));
    }

    async fn links_beyond_the_bound_are_counted_together(f) {
        let id = posted(f, each("봄", 1)).await;
        let all: Vec<Visit> = (0..LINKS + 5).map(|i| visit(f, id, 0, Some(&format!("https://shop.kr/{i}")))).collect();
        for some in all.chunks(200) {
            engage(f, some.to_vec()).await.expect("written");
        }
        let links = links(f, 5_000).await;
        assert_eq!((links.len(), &links[0]), (LINKS as usize + 1, &link("", [5, 5, 1, 1])));
    }

    async fn mail_that_is_not_there_is_left_out(f) {
        let id = posted(f, each("", 1)).await;
        let others = [visit(f, MessageId([9; 16]), 0, None), visit(f, id, 1, None), visit(f, id, 1 << 23, Some("https://shop.kr/a"))];
        assert_eq!(engage(f, others.to_vec()).await, Ok(0));
        assert_eq!(engage(f, vec![visit(f, id, 0, Some("https://shop.kr/a"))]).await, Ok(1));
        assert_eq!(f.message(id).await.counts.clicked, 1, "without a topic too");
        assert!(f.store.followed(DeliveryId { message: MessageId([9; 16]), ordinal: 0 }).await.expect("look-up").is_none());
        assert!(f.store.followed(DeliveryId { message: id, ordinal: 1 }).await.expect("look-up").is_none());
    }

    async fn a_copy_is_found_again_as_it_was_accepted(f) {
        let draft = f.draft(each("봄", 1));
        let personal = r#"{"variables":{"code":"갑"}}"#;
        let message = Message { variables: Some("{}".into()), ..Message::clone(&draft.message) };
        let draft = Draft { message: Arc::new(message), personal: vec![Some(personal.into())], ..draft };
        let (id, content) = (draft.message.id, draft.message.content.clone());
        assert!(matches!(f.store.accept(f.batch(vec![draft], None)).await, Ok(Accepted::Stored(..))));
        let found = f.store.followed(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").expect("a copy");
        assert_eq!((found.message.id, &found.message.content, found.message.variables.as_deref()), (id, &content, Some("{}")));
        assert_eq!((found.copy.personal.as_deref(), found.copy.addressees.len()), (Some(personal), 1));
        let both = [(Role::To, mailbox("a@b.kr")), (Role::Bcc, mailbox("c@d.kr"))];
        let id = f.post_one(Mail { copies: Copies::Joint(both.to_vec()), ..each("봄", 0) }).await;
        let found = f.store.followed(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").expect("a copy");
        assert_eq!(found.copy.addressees.iter().map(|a| (a.role, a.mailbox.clone())).collect::<Vec<_>>(), both);
    }

    async fn a_batch_that_is_offered_again_is_written_once(f) {
        let id = posted(f, each("봄", 1)).await;
        let first = batch(f, vec![visit(f, id, 0, None), visit(f, id, 0, Some("https://shop.kr/a"))]);
        let second = batch(f, vec![visit(f, id, 0, None)]);
        assert_eq!(f.store.engage(first.clone()).await, Ok(2));
        assert_eq!(f.store.engage(first).await, Ok(0), "nobody heard that it was");
        assert_eq!(f.store.engage(second.clone()).await, Ok(1));
        assert_eq!(f.store.engage(VisitBatch { source: [2; 16], no: 1, ..second }).await, Ok(1), "another node's");
        assert_eq!(engaged(f, "봄").await, Engaged { opens: 3, opens_by_person: 3, clicks: 1, clicks_by_person: 1 });
        assert_eq!(links(f, 10).await, [link("https://shop.kr/a", [1, 1, 1, 1])]);
    }

    async fn what_comes_right_after_a_mails_arrival_is_a_programs(f) {
        let id = f.post_one(Mail { lane: Lane::Bulk, ..each("봄", 1) }).await;
        let claimed = f.claim(1).await;
        f.settle_all(&claimed, sent()).await;
        // The receiver took it an hour later.
        f.pass(HOUR);
        f.report(id, 0, &address(0), FeedbackKind::Delivered).await;
        f.pass(9_999);
        engage(f, vec![visit(f, id, 0, None)]).await.expect("written");
        assert_eq!(engaged(f, "봄").await, Engaged { opens: 1, ..Engaged::default() });
        f.pass(1);
        engage(f, vec![visit(f, id, 0, None)]).await.expect("written");
        assert_eq!(engaged(f, "봄").await, Engaged { opens: 2, opens_by_person: 1, ..Engaged::default() });
    }

    async fn a_joint_mail_is_opened_by_those_who_have_it_while_others_wait(f) {
        let id = f.post_one(joint("봄", 2)).await;
        let claimed = f.claim(1).await.remove(0);
        let due = jebi_domain::time::Wall(f.now().0 + HOUR);
        f.settle(&claimed, 0, Decision::Each(vec![sent(), retry(due)])).await;
        f.pass(60_000);
        engage(f, vec![visit(f, id, 0, None)]).await.expect("written");
        assert_eq!(engaged(f, "봄").await, Engaged { opens: 1, opens_by_person: 1, ..Engaged::default() });
    }

    async fn links_of_deleted_mail_lead_nowhere(f) {
        let id = posted(f, each("봄", 1)).await;
        let copy = DeliveryId { message: id, ordinal: 0 };
        assert!(f.store.followed_copy(copy).await.expect("look-up").is_some_and(|copy| copy.addressees.len() == 1));
        assert_eq!(f.store.delete_content(id, f.now()).await, Ok(ContentDeleted::Done));
        assert!(f.store.followed(copy).await.expect("look-up").is_none());
        assert!(f.store.followed_copy(copy).await.expect("look-up").is_none());
    }

    async fn who_was_erased_is_followed_no_more_and_what_only_they_followed_is_forgotten(f) {
        f.store.know_people_by(PersonKey::derive(b"a secret of the installation"));
        let own = posted(f, each("봄", 1)).await;
        let shared = posted(f, each("봄", 2)).await;
        let all = [
            visit(f, own, 0, Some("https://shop.kr/?u=person0@example.com")), visit(f, own, 0, Some("https://shop.kr/a")),
            visit(f, shared, 0, Some("https://shop.kr/b")), visit(f, shared, 1, Some("https://shop.kr/a")),
        ];
        engage(f, all.to_vec()).await.expect("written");
        f.store.forget(&address(0), f.now()).await.expect("forget");
        assert_eq!(f.store.erase_deliveries(&address(0), None, f.now()).await.expect("erase").erased, 2);
        let after = [link("https://shop.kr/a", [2, 2, 2, 2]), link("", [1, 1, 1, 1]), link("https://shop.kr/b", [1, 1, 1, 1])];
        assert_eq!(links(f, 10).await, after, "what many can follow stays");
        let again = [visit(f, own, 0, Some("https://shop.kr/a")), visit(f, shared, 0, None)];
        assert_eq!(engage(f, again.to_vec()).await, Ok(0));
        assert_eq!(links(f, 10).await, after);
        assert_eq!(f.topic("봄").await.clicked, 3, "counts stay");
    }

    async fn what_was_seen_of_a_joint_copy_goes_with_the_last_of_its_people(f) {
        f.store.know_people_by(PersonKey::derive(b"a secret of the installation"));
        let id = posted(f, joint("봄", 1)).await;
        engage(f, vec![visit(f, id, 0, None), visit(f, id, 0, Some("https://shop.kr/?u=person0@example.com"))]).await.expect("written");
        f.store.forget(&address(0), f.now()).await.expect("forget");
        assert_eq!(f.store.erase_deliveries(&address(0), None, f.now()).await.expect("erase").erased, 1);
        let (_, timeline) = f.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").expect("a copy");
        assert!(!timeline.iter().any(|entry| entry.detail.contains("203.0.113") || entry.detail.contains("shop.kr")), "{timeline:?}");
        assert_eq!(links(f, 10).await, [link("", [1, 1, 1, 1])]);
        assert_eq!(engage(f, vec![visit(f, id, 0, None)]).await, Ok(0));
        assert_eq!(f.violations().await, []);
    }

    async fn a_link_that_variables_brought_is_counted_with_all_others(f) {
        let id = posted(f, each("봄", 1)).await;
        engage(f, vec![visit(f, id, 0, Some("")), visit(f, id, 0, Some("")), visit(f, id, 0, Some("{{ url }}"))]).await.expect("written");
        assert_eq!(links(f, 10).await, [link("", [2, 2, 1, 1]), link("{{ url }}", [1, 1, 1, 1])]);
    }

    async fn a_link_that_counts_wrong_is_found(f) {
        let id = posted(f, each("봄", 1)).await;
        engage(f, vec![visit(f, id, 0, Some("https://shop.kr/a"))]).await.expect("written");
        assert_eq!(f.violations().await, []);
        f.store.close().await;
        f.engine.tamper("UPDATE topic_link SET recipients = recipients + 1");
        f.store = f.engine.open(&f.clock).await.expect("opens");
        assert_eq!(f.violations().await.iter().map(|v| v.rule).collect::<Vec<_>>(), ["link_recipients_differ"]);
        f.planted = true;
    }

    async fn what_is_followed_of_a_topic_is_kept_until_it_is_left_open(f) {
        let on = Tracking { opens: Some(true), clicks: None };
        let off = Tracking { opens: Some(false), clicks: Some(true) };
        for (topic, tracking) in [("봄", on), ("여름", on), ("봄", off), ("여름", Tracking::default()), ("가을", Tracking::default())] {
            assert_eq!(f.store.set_topic_tracking(topic, tracking).await, Ok(()));
        }
        assert_eq!(f.store.topic_tracking().await, Ok(vec![("봄".to_owned(), off)]));
        f.restart().await;
        assert_eq!(f.store.topic_tracking().await, Ok(vec![("봄".to_owned(), off)]));
    }
}
