//! Who refuses bulk mail: it is suppressed where it is accepted and where it is claimed, for the reason, and transactional mail goes.

use std::sync::Arc;

use jebi_domain::{
    consent::EventKind,
    content::List,
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryId, MessageId},
    link::Target,
    message::{Copies, Draft, Lane, Role},
    port::{
        consents::{ConsentKey, NewEvent},
        operator::{Again, NotAgain},
        refusals::{Asked, Choice, NewRefusal, RefusalInfo, RefusedBy},
        store::Accepted,
    },
    profile::Company,
    time::Wall,
};

use super::{
    operator::{again, given_up},
    support::{Fixture, HOUR, Mail, START, address, copies, each, joint, mailbox, retry, sent},
};

pub fn refusal(target: &Target, by: RefusedBy, notice: bool) -> NewRefusal {
    NewRefusal { target: target.clone(), all: false, by, notice }
}

fn target(topic: &str) -> Target {
    Target { profile: "shop".into(), topic: topic.into(), address: "Hong@naver.com".into(), advertising: false, delivery: None }
}

/// Of the first person of [`each`], in other letters.
fn of_first(topic: &str) -> NewRefusal {
    refusal(&Target { address: "Person0@Example.com".into(), ..target(topic) }, RefusedBy::OneClick, false)
}

/// Bulk mail of the profile `shop`.
fn bulk(f: &Fixture, mail: Mail, list: impl FnOnce(&mut List)) -> Draft {
    let mut draft = f.draft(Mail { lane: Lane::Bulk, ..mail });
    let mut own = List { profile: "shop".into(), ..List::default() };
    list(&mut own);
    Arc::get_mut(&mut draft.message).expect("nobody else has it").content.list = Some(Box::new(own));
    draft
}

async fn post(f: &Fixture, draft: Draft) -> MessageId {
    let id = draft.message.id;
    assert!(matches!(f.store.accept(f.batch(vec![draft], None)).await, Ok(Accepted::Stored(202, _))));
    id
}

async fn post_bulk(f: &Fixture, mail: Mail) -> MessageId {
    post(f, bulk(f, mail, |_| {})).await
}

async fn reason(f: &Fixture, id: MessageId, ordinal: u32) -> (State, Option<String>) {
    let view = f.view(id, ordinal).await;
    (view.state, view.reason.map(|reason| reason.code))
}

const REFUSED: (State, Option<&str>) = (State::Suppressed, Some("unsubscribed"));

async fn assert_refused(f: &Fixture, id: MessageId, ordinal: u32) {
    let (state, code) = reason(f, id, ordinal).await;
    assert_eq!((state, code.as_deref()), REFUSED);
}

fn consent(scope: &str, kind: EventKind, at: Wall) -> NewEvent {
    NewEvent {
        key: ConsentKey { address: address(0), profile: "shop".into(), scope: scope.into() },
        email: address(0),
        language: None,
        kind,
        at,
        how: "form".into(),
        wording: String::new(),
        source: String::new(),
        actor: "key 1".into(),
        notice: false,
        confirm_at: None,
    }
}

async fn all(f: &Fixture) -> Vec<RefusalInfo> {
    f.store.refusals(None, None, 100).await.expect("a list").refusals
}

conform! {
    async fn the_first_refusal_counts_and_addresses_are_compared_as_everywhere(f) {
        let at = f.now();
        assert_eq!(f.store.refused_at(&target("a")).await, Ok(None));
        assert_eq!(f.store.refuse(refusal(&target("a"), RefusedBy::OneClick, false), at).await, Ok(true));
        f.pass(HOUR);
        assert_eq!(f.store.refuse(refusal(&target("a"), RefusedBy::Page, false), f.now()).await, Ok(false));
        f.restart().await;
        let same = Target { address: "hong@NAVER.com".into(), ..target("a") };
        assert_eq!(f.store.refused_at(&same).await, Ok(Some(at)));
        assert_eq!(f.store.refused_at(&target("b")).await, Ok(None));
        assert_eq!(f.store.refused_at(&Target { profile: String::new(), ..target("a") }).await, Ok(None));
    }

    async fn who_refused_other_mail_of_a_topic_can_still_refuse_its_advertising(f) {
        let (plain, advertising) = (target("a"), Target { advertising: true, ..target("a") });
        assert_eq!(f.store.refuse(refusal(&plain, RefusedBy::Page, true), f.now()).await, Ok(true));
        let first = f.now();
        f.pass(HOUR);
        assert_eq!((f.store.refused_at(&plain).await, f.store.refused_at(&advertising).await), (Ok(Some(first)), Ok(None)));
        assert_eq!(f.store.refuse(refusal(&advertising, RefusedBy::OneClick, true), f.now()).await, Ok(true));
        assert_eq!(f.store.refuse(refusal(&advertising, RefusedBy::OneClick, true), Wall(f.now().0 + 1)).await, Ok(false));
        f.restart().await;
        assert_eq!((f.store.refused_at(&plain).await, f.store.refused_at(&advertising).await), (Ok(Some(f.now())), Ok(Some(f.now()))));
        assert_eq!(f.store.refusing("shop", "", vec!["hong@naver.com".into()]).await, Ok(vec!["hong@naver.com".to_owned()]));
    }

    async fn bulk_of_the_family_is_suppressed_where_it_is_accepted_and_other_mail_goes(f) {
        assert_eq!(f.store.refuse(of_first("news/2026-11"), f.now()).await, Ok(true));
        f.restart().await;
        let accepted = f.store.accept(f.batch(vec![bulk(f, each("news/2026-12", 2), |_| {})], None)).await;
        let Ok(Accepted::Stored(202, body)) = accepted else { panic!("{accepted:?}") };
        assert_eq!(body, "[[0]]", "told in the answer");
        for (topic, lane, profile) in [("event", Lane::Bulk, "shop"), ("news/2026-12", Lane::Transactional, "shop"), ("news/2026-12", Lane::Bulk, "")] {
            let mut draft = bulk(f, each(topic, 1), |list| list.profile = profile.into());
            Arc::get_mut(&mut draft.message).expect("alone").lane = lane;
            let id = post(f, draft).await;
            assert_eq!(f.state(id, 0).await, State::Waiting, "{topic} {lane:?} {profile:?}");
        }
        let counts = f.topic("news/2026-12").await;
        assert_eq!((counts.suppressed, counts.waiting), (1, 3));
        let all = f.all(jebi_domain::port::store::DeliveryFilter { topic: Some("news/2026-12".into()), lane: Some(Lane::Bulk), ..Default::default() }).await;
        let refused: Vec<_> = all.iter().filter(|copy| copy.state == State::Suppressed).collect();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].reason.as_ref().map(|reason| reason.code.as_str()), Some("unsubscribed"));
    }

    async fn bulk_accepted_before_the_refusal_is_suppressed_when_it_is_claimed(f) {
        let id = post_bulk(f, each("news/2026-11", 3)).await;
        let urgent = f.post_one(each("news/2026-11", 1)).await;
        assert_eq!(f.store.refuse(of_first("news/2026-10"), f.now()).await, Ok(true));
        f.pass(1_000);
        let claimed = f.claim(9).await;
        assert_eq!(copies(&claimed), 3, "two of bulk, and the transactional one");
        assert_refused(f, id, 0).await;
        assert_eq!((f.state(id, 1).await, f.state(urgent, 0).await), (State::Sending, State::Sending));
        f.settle_all(&claimed, sent()).await;
        let counts = f.topic("news/2026-11").await;
        assert_eq!((counts.total, counts.sent, counts.suppressed, counts.waiting), (4, 3, 1, 0));
    }

    async fn what_waits_for_another_attempt_is_suppressed_too(f) {
        let id = post_bulk(f, each("news", 1)).await;
        let claimed = f.claim(1).await;
        f.settle(&claimed[0], 0, retry(Wall(f.now().0 + 1_000))).await;
        f.store.refuse(of_first("news"), f.now()).await.expect("refuse");
        f.pass(2_000);
        assert_eq!(copies(&f.claim(9).await), 0);
        assert_refused(f, id, 0).await;
    }

    async fn after_a_restart_what_was_accepted_before_is_looked_up_again(f) {
        let id = post_bulk(f, Mail { due: Some(Wall(START.0 + HOUR)), ..each("news", 1) }).await;
        f.store.refuse(of_first(""), f.now()).await.expect("refuse");
        f.restart().await;
        f.pass(2 * HOUR);
        assert_eq!(copies(&f.claim(9).await), 0);
        assert_refused(f, id, 0).await;
    }

    async fn a_joint_copy_goes_to_the_others(f) {
        let waiting = post_bulk(f, joint("news", 3)).await;
        let refusal = refusal(&Target { address: address(1), ..target("news") }, RefusedBy::Page, false);
        f.store.refuse(refusal, f.now()).await.expect("refuse");
        let copies = Copies::Joint((0..2).map(|i| (Role::To, mailbox(address(i)))).collect());
        let later = post_bulk(f, Mail { copies, ..each("news", 0) }).await;
        let claimed = f.claim(9).await;
        let open: Vec<usize> = claimed.iter().map(|c| c.copies[0].open().count()).collect();
        assert_eq!((claimed.len(), open.iter().sum::<usize>()), (2, 3));
        for id in [waiting, later] {
            let view = f.view(id, 0).await;
            let one = &view.recipients[1];
            assert_eq!((one.state, one.reason.as_ref().map(|reason| reason.code.as_str())), REFUSED, "{view:?}");
            assert_ne!(view.recipients[0].state, State::Suppressed);
        }
        f.settle_all(&claimed, sent()).await;
        let counts = f.topic("news").await;
        assert_eq!((counts.sent, counts.suppressed), (3, 2));
    }

    async fn everything_of_a_sender_is_refused_together(f) {
        let all = NewRefusal { all: true, ..of_first("news") };
        f.store.refuse(all, f.now()).await.expect("refuse");
        assert_eq!(f.store.refused_at(&Target { address: address(0), ..target("event") }).await, Ok(Some(f.now())));
        for topic in ["news", "event/1", ""] {
            let id = post_bulk(f, each(topic, 1)).await;
            assert_refused(f, id, 0).await;
        }
    }

    async fn who_consents_later_is_mailed_again(f) {
        f.store.refuse(of_first(""), f.now()).await.expect("refuse");
        f.pass(HOUR);
        f.store.record_consents(vec![consent("news.example.kr", EventKind::Given, f.now())], f.now()).await.expect("record");
        // To one list: its advertising alone.
        let company = || Some(Company::default());
        let list = post(f, bulk(f, each("a", 1), |list| (list.id, list.advertising) = (Some("news.example.kr".into()), company()))).await;
        let other = post(f, bulk(f, each("b", 1), |list| (list.id, list.advertising) = (Some("other.example.kr".into()), company()))).await;
        let plain = post(f, bulk(f, each("c", 1), |list| list.id = Some("news.example.kr".into()))).await;
        assert_eq!(f.state(list, 0).await, State::Waiting);
        assert_refused(f, other, 0).await;
        assert_refused(f, plain, 0).await;
        f.store.record_consents(vec![consent("", EventKind::Given, f.now())], f.now()).await.expect("record");
        let plain = post_bulk(f, each("c", 1)).await;
        assert_eq!(f.state(plain, 0).await, State::Waiting, "to everything");
    }

    async fn advertising_that_waits_is_not_sent_after_a_withdrawal_in_the_ledger(f) {
        f.store.record_consents(vec![consent("", EventKind::Given, f.now())], f.now()).await.expect("record");
        let advertising = post(f, bulk(f, each("봄", 2), |list| list.advertising = Some(Company::default()))).await;
        let plain = post_bulk(f, each("봄", 1)).await;
        f.pass(HOUR);
        f.store.record_consents(vec![consent("", EventKind::Withdrawn, f.now())], f.now()).await.expect("record");
        assert_eq!(copies(&f.claim(9).await), 2);
        assert_refused(f, advertising, 0).await;
        assert_eq!((f.state(advertising, 1).await, f.state(plain, 0).await), (State::Sending, State::Sending));
    }

    async fn a_refusal_that_was_taken_back_counts_no_more_and_stays_listed(f) {
        f.store.refuse(of_first("news"), f.now()).await.expect("refuse");
        let [one] = all(f).await.try_into().expect("one");
        assert_eq!((one.email.as_str(), one.family.as_str(), one.how.as_str(), one.lifted.is_none()), ("Person0@Example.com", "news", "one_click", true));
        f.pass(HOUR);
        let lifted = f.store.lift(one.no, "전화로 다시 요청", f.now()).await.expect("lift").expect("there");
        assert_eq!(lifted.lifted, Some((f.now(), "전화로 다시 요청".to_owned())));
        let first = f.now();
        f.pass(HOUR);
        let again = f.store.lift(one.no, "other", f.now()).await.expect("lift").expect("there");
        assert_eq!(again.lifted.map(|(at, _)| at), Some(first), "unchanged");
        assert_eq!(f.store.lift(one.no + 1, "x", f.now()).await, Ok(None));
        let id = post_bulk(f, each("news", 1)).await;
        assert_eq!(f.state(id, 0).await, State::Waiting);
        // And refused anew.
        assert_eq!(f.store.refuse(of_first("news"), f.now()).await, Ok(true));
        let [anew] = all(f).await.try_into().expect("one");
        assert_eq!((anew.at, anew.lifted), (f.now(), None));
        assert_eq!(copies(&f.claim(9).await), 0);
    }

    async fn a_refusal_stands_in_the_timeline_of_its_mail_once(f) {
        let id = post_bulk(f, each("news", 2)).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, sent()).await;
        let delivery = Some(DeliveryId { message: id, ordinal: 0 });
        let of = |topic: &str| NewRefusal { target: Target { delivery, ..of_first(topic).target }, ..of_first(topic) };
        f.store.refuse(of("news"), f.now()).await.expect("refuse");
        f.store.refuse(of("news"), f.now()).await.expect("refuse");
        let (view, timeline) = f.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("a look").expect("there");
        assert_eq!(view.state, State::Sent);
        let told: Vec<_> = timeline.iter().filter(|line| line.kind == FeedbackKind::Unsubscribed.as_str()).collect();
        assert_eq!((told.len(), told[0].detail.as_str()), (1, "one_click: news"));
        assert_eq!(f.topic("news").await.unsubscribed, 1);
        // The link of mail that is gone refuses all the same.
        let gone = Some(DeliveryId { message: MessageId([9; 16]), ordinal: 0 });
        let late = NewRefusal { target: Target { delivery: gone, ..of_first("event").target }, ..of_first("event") };
        assert_eq!(f.store.refuse(late, f.now()).await, Ok(true));
    }

    async fn what_somebody_chooses_is_written_in_one_commit(f) {
        f.store.refuse(of_first("news"), f.now()).await.expect("refuse");
        let choice = |family: &str, wanted| Choice { profile: "shop".into(), family: family.into(), wanted };
        f.store.choose("PERSON0@example.com", vec![choice("news", true), choice("event", false)], f.now()).await.expect("choose");
        f.restart().await;
        let (news, event) = (post_bulk(f, each("news/1", 1)).await, post_bulk(f, each("event/1", 1)).await);
        assert_eq!(f.state(news, 0).await, State::Waiting);
        assert_refused(f, event, 0).await;
        let kinds = f.store.kinds_of("person0@EXAMPLE.com", 9).await.expect("a look");
        assert_eq!(kinds, [("shop".to_owned(), "event".to_owned()), ("shop".to_owned(), "news".to_owned())], "newest first");
    }

    async fn who_refuses_is_found_by_place_before_anything_is_stored(f) {
        f.store.refuse(of_first("news"), f.now()).await.expect("refuse");
        let asked = |topic: &str| Asked { profile: "shop".into(), topic: topic.into(), scope: None, addresses: (0..3).rev().map(address).collect() };
        assert_eq!(f.store.refused_among(asked("news/9")).await, Ok(vec![2]));
        assert_eq!(f.store.refused_among(asked("event")).await, Ok(vec![]));
    }

    async fn what_was_not_sent_is_not_sent_again_to_who_refused_it_since(f) {
        let id = post_bulk(f, each("news", 1)).await;
        let claimed = f.claim(1).await;
        f.settle_all(&claimed, given_up()).await;
        f.store.refuse(of_first("news"), f.now()).await.expect("refuse");
        let again = again(f, id, &[0], MessageId([7; 16])).await;
        assert_eq!(again, [Again::Refused(NotAgain::Unsubscribed)]);
    }

    async fn a_large_request_is_looked_through_whole(f) {
        let last = refusal(&Target { address: address(2_499), ..target("news") }, RefusedBy::Page, false);
        f.store.refuse(last, f.now()).await.expect("refuse");
        let id = post_bulk(f, each("news", 2_500)).await;
        assert_refused(f, id, 2_499).await;
        assert_eq!(f.topic("news").await.suppressed, 1);
    }
}
