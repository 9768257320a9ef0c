//! The ledger of consents, and the notices of it.

use jebi_domain::{
    consent::{Consent, EventKind, Notice},
    id::MessageId,
    link::Target,
    port::{
        consents::{ConsentFilter, ConsentKey, NewEvent, Reminder},
        refusals::RefusedBy,
    },
    time::Wall,
};

use super::{
    refusals::refusal,
    support::{DAY, Fixture, HOUR, START},
};

fn event(address: &str, scope: &str, kind: EventKind, at: i64) -> NewEvent {
    let at = Wall(START.0 + at);
    NewEvent {
        key: ConsentKey { address: address.into(), profile: "shop".into(), scope: scope.into() },
        email: address.to_uppercase(),
        language: Some("ko".into()),
        kind,
        at,
        how: "가입 양식".into(),
        wording: "동의합니다".into(),
        source: "203.0.113.9".into(),
        actor: "local administrator".into(),
        notice: true,
        confirm_at: (kind == EventKind::Given).then_some(Wall(at.0 + 100 * DAY)),
    }
}

async fn record(f: &Fixture, event: NewEvent) -> (Consent, bool) {
    let mut recorded = f.store.record_consents(vec![event], f.now()).await.expect("recorded");
    let one = recorded.remove(0);
    (one.consent, one.new)
}

async fn notices(f: &Fixture, no: i64) -> Vec<(EventKind, Notice)> {
    let (_, events) = f.store.consent(no).await.expect("a look").expect("there");
    events.iter().map(|e| (e.kind, e.notice)).collect()
}

async fn ledger(f: &Fixture) -> Vec<Consent> {
    f.store.consents(ConsentFilter::default(), None, 9).await.expect("a page").consents
}

conform! {
    async fn a_consent_and_all_that_was_written_of_it_are_kept(f) {
        let (given, new) = record(f, event("hong@naver.com", "", EventKind::Given, 0)).await;
        assert!(new && given.holds() && given.email == "HONG@NAVER.COM" && given.confirm_at == Some(Wall(START.0 + 100 * DAY)), "{given:?}");
        assert_eq!(record(f, event("hong@naver.com", "", EventKind::Given, 0)).await, (given.clone(), false));
        let (ended, new) = record(f, event("hong@naver.com", "", EventKind::Withdrawn, HOUR)).await;
        assert!(new && !ended.holds() && ended.no == given.no && ended.confirm_at.is_none(), "{ended:?}");
        assert_eq!(record(f, event("hong@naver.com", "", EventKind::Withdrawn, HOUR)).await, (ended.clone(), false));
        assert_eq!(record(f, event("hong@naver.com", "", EventKind::Refused, 2 * HOUR)).await, (ended.clone(), true), "the first end stays");
        for given in [HOUR / 2, HOUR + HOUR / 2] {
            let (older, new) = record(f, event("hong@naver.com", "", EventKind::Given, given)).await;
            assert!(new && !older.holds(), "given before the last end: {older:?}");
        }
        let (again, _) = record(f, event("hong@naver.com", "", EventKind::Given, 3 * HOUR)).await;
        assert!(again.holds() && again.given_at == Some(Wall(START.0 + 3 * HOUR)), "{again:?}");
        f.restart().await;
        let (kept, events) = f.store.consent(given.no).await.expect("a look").expect("there");
        assert_eq!((kept, events.len()), (again, 6));
        assert_eq!((events[0].how.as_str(), events[0].wording.as_str(), events[0].source.as_str()), ("가입 양식", "동의합니다", "203.0.113.9"));
        assert_eq!(f.store.consent(99).await, Ok(None));
    }

    async fn people_are_told_of_what_changes_how_a_consent_stands_and_of_nothing_else(f) {
        let told = async |mut new: NewEvent, wording: &str| {
            new.wording = wording.into();
            let (consent, new) = record(f, new).await;
            assert!(new, "it is written down");
            let (_, notice) = notices(f, consent.no).await.pop().expect("an event");
            (consent.holds(), notice == Notice::Due)
        };
        let at = |kind, hour: i64| event("hong@naver.com", "", kind, hour * HOUR);
        assert_eq!(told(at(EventKind::Given, 10), "v3").await, (true, true));
        assert_eq!(told(at(EventKind::Given, 11), "v3").await, (true, false), "a request that was repeated");
        assert_eq!(told(at(EventKind::Given, 8), "v2").await, (true, false), "overtaken");
        assert_eq!(told(at(EventKind::Withdrawn, 9), "").await, (true, false), "overtaken, and it holds");
        assert_eq!(told(at(EventKind::Given, 12), "v4").await, (true, true), "to something else");
        assert_eq!(told(at(EventKind::Withdrawn, 13), "").await, (false, true));
        assert_eq!(told(at(EventKind::Withdrawn, 14), "").await, (false, false), "a request that was repeated");
        assert_eq!(told(at(EventKind::Refused, 15), "").await, (false, false), "who refuses again");
        assert_eq!(told(at(EventKind::Given, 14), "v4").await, (false, false), "it does not hold");
        assert_eq!(told(event("hong@naver.com", "news", EventKind::Given, 15 * HOUR), "").await, (false, false), "nor does a part");
        assert_eq!(told(at(EventKind::Given, 16), "v4").await, (true, true));
    }

    async fn they_are_listed_by_address_and_profile_page_by_page(f) {
        let mut all = Vec::new();
        for i in 0..5 {
            all.push(record(f, event(&format!("a{i}@naver.com"), "", EventKind::Given, 0)).await.0.no);
        }
        all.push(record(f, event("a0@naver.com", "news", EventKind::Refused, 0)).await.0.no);
        let page = f.store.consents(ConsentFilter::default(), None, 4).await.expect("a page");
        let numbers: Vec<i64> = page.consents.iter().map(|c| c.no).collect();
        all.reverse();
        assert_eq!((numbers.as_slice(), page.next), (&all[..4], Some(all[3])));
        let rest = f.store.consents(ConsentFilter::default(), page.next, 4).await.expect("a page");
        assert_eq!((rest.consents.len(), rest.next), (2, None));
        let of = |address: Option<&str>, profile: Option<&str>| ConsentFilter { address: address.map(str::to_owned), profile: profile.map(str::to_owned) };
        assert_eq!(f.store.consents(of(Some("a0@naver.com"), None), None, 9).await.expect("a page").consents.len(), 2);
        assert_eq!(f.store.consents(of(Some("a0@naver.com"), Some("other")), None, 9).await.expect("a page").consents.len(), 0);
        assert_eq!(f.store.consents(of(None, Some("shop")), None, 9).await.expect("a page").consents.len(), 6);
    }

    async fn who_consents_is_found_among_many(f) {
        record(f, event("all@naver.com", "", EventKind::Given, 0)).await;
        record(f, event("news@naver.com", "news", EventKind::Given, 0)).await;
        record(f, event("other@naver.com", "other", EventKind::Given, 0)).await;
        record(f, event("ended@naver.com", "", EventKind::Given, 0)).await;
        record(f, event("ended@naver.com", "", EventKind::Withdrawn, HOUR)).await;
        record(f, event("partly@naver.com", "", EventKind::Given, 0)).await;
        record(f, event("partly@naver.com", "news", EventKind::Refused, 0)).await;
        let mut asked: Vec<String> = ["all", "news", "other", "ended", "partly", "nobody"].map(|n| format!("{n}@naver.com")).into();
        asked.extend((0..3_000).map(|i| format!("x{i}@naver.com")));
        let among = async |profile: &str, scope: &str| {
            let mut found = f.store.consenting(profile, scope, asked.clone()).await.expect("a look");
            found.sort();
            found
        };
        assert_eq!(among("shop", "news").await, ["all@naver.com", "news@naver.com"]);
        assert_eq!(among("shop", "").await, ["all@naver.com", "partly@naver.com"]);
        assert_eq!(among("other", "").await, [""; 0]);
    }

    async fn a_refusal_by_link_ends_all_consents_of_that_sender(f) {
        let (one, _) = record(f, event("hong@naver.com", "", EventKind::Given, 0)).await;
        let (two, _) = record(f, event("hong@naver.com", "news", EventKind::Given, 0)).await;
        let (kim, _) = record(f, event("kim@naver.com", "", EventKind::Given, 0)).await;
        let target = Target { profile: "shop".into(), topic: "봄".into(), address: "Hong@naver.com".into(), advertising: false, delivery: None };
        assert_eq!(f.store.refuse(refusal(&target, RefusedBy::OneClick, false), f.now()).await, Ok(true));
        for no in [one.no, two.no] {
            let (consent, events) = f.store.consent(no).await.expect("a look").expect("there");
            assert!(!consent.holds());
            let last = events.last().expect("an event");
            assert_eq!((last.kind, last.how.as_str(), last.source.as_str(), last.notice), (EventKind::Refused, "one_click", "봄", Notice::None));
        }
        assert!(f.store.consent(kim.no).await.expect("a look").expect("there").0.holds());
    }

    async fn who_refuses_advertising_stands_in_the_ledger_without_a_consent_before(f) {
        let advertising = |topic: &str| Target { profile: "shop".into(), topic: topic.into(), address: "Hong@naver.com".into(), advertising: true, delivery: None };
        let plain = Target { advertising: false, ..advertising("소식") };
        assert_eq!(f.store.refuse(refusal(&plain, RefusedBy::Page, true), f.now()).await, Ok(true));
        assert_eq!(ledger(f).await, [], "of other mail nobody has to be told");
        assert_eq!(f.store.refuse(refusal(&advertising("봄"), RefusedBy::OneClick, true), f.now()).await, Ok(true));
        f.pass(HOUR);
        assert_eq!(f.store.refuse(refusal(&advertising("봄"), RefusedBy::OneClick, true), f.now()).await, Ok(false));
        assert_eq!(f.store.refuse(refusal(&advertising("가을"), RefusedBy::Page, true), f.now()).await, Ok(true));
        f.restart().await;
        let all = ledger(f).await;
        let [one] = all.as_slice() else { panic!("one row: {all:?}") };
        assert_eq!((one.key.scope.as_str(), one.email.as_str(), one.given_at, one.ended_at), ("", "Hong@naver.com", None, Some(START)));
        assert_eq!(notices(f, one.no).await, [(EventKind::Refused, Notice::Due)], "once, whatever is refused later");
        assert_eq!(f.store.refusing("shop", "news", vec!["hong@naver.com".into()]).await, Ok(vec!["hong@naver.com".to_owned()]));
    }

    async fn who_consented_again_refuses_again(f) {
        let target = Target { profile: "shop".into(), topic: "봄".into(), address: "hong@naver.com".into(), advertising: true, delivery: None };
        for (hour, scope) in [(0, ""), (2, ""), (4, "news")] {
            let (given, _) = record(f, NewEvent { notice: false, ..event("hong@naver.com", scope, EventKind::Given, hour * HOUR) }).await;
            assert!(given.holds());
            assert_eq!(f.store.refused_at(&target).await, Ok(None), "there is something to refuse");
            let at = Wall(START.0 + (hour + 1) * HOUR);
            assert_eq!(f.store.refuse(refusal(&target, RefusedBy::OneClick, true), at).await, Ok(true));
            assert_eq!(f.store.refuse(refusal(&target, RefusedBy::Page, true), Wall(at.0 + 1)).await, Ok(false));
            f.restart().await;
            assert_eq!(f.store.refused_at(&target).await, Ok(Some(at)));
            assert!(ledger(f).await.iter().all(|one| !one.holds()));
            assert_eq!(notices(f, given.no).await.last(), Some(&(EventKind::Refused, Notice::Due)), "each is told");
        }
    }

    async fn one_refusal_is_told_once_whatever_it_ends(f) {
        let quiet = |scope: &str| NewEvent { notice: false, ..event("hong@naver.com", scope, EventKind::Given, 0) };
        let (news, _) = record(f, quiet("news")).await;
        let (all, _) = record(f, quiet("")).await;
        let target = Target { profile: "shop".into(), topic: "봄".into(), address: "hong@naver.com".into(), advertising: true, delivery: None };
        assert_eq!(f.store.refuse(refusal(&target, RefusedBy::OneClick, true), f.now()).await, Ok(true));
        let told = async |no: i64| notices(f, no).await.pop().expect("an event");
        assert_eq!((told(all.no).await, told(news.no).await), ((EventKind::Refused, Notice::Due), (EventKind::Refused, Notice::None)));
    }

    async fn an_end_of_everything_ends_its_parts_and_what_was_given_later_holds(f) {
        let (news, _) = record(f, event("hong@naver.com", "news", EventKind::Given, 0)).await;
        let (later, _) = record(f, event("hong@naver.com", "later", EventKind::Given, 5 * HOUR)).await;
        let (kim, _) = record(f, event("kim@naver.com", "news", EventKind::Given, 0)).await;
        let (all, new) = record(f, event("hong@naver.com", "", EventKind::Refused, 2 * HOUR)).await;
        assert!(new && !all.holds());
        assert_eq!(notices(f, news.no).await.last(), Some(&(EventKind::Refused, Notice::None)), "told of the whole");
        let holds = async |no: i64| f.store.consent(no).await.expect("a look").expect("there").0.holds();
        assert_eq!((holds(news.no).await, holds(later.no).await, holds(kim.no).await), (false, true, true));
        assert_eq!(record(f, event("hong@naver.com", "", EventKind::Refused, 3 * HOUR)).await, (all.clone(), true), "it stands there already");
        assert_eq!(notices(f, all.no).await, [(EventKind::Refused, Notice::Due), (EventKind::Refused, Notice::None)]);
        assert!(record(f, event("hong@naver.com", "", EventKind::Withdrawn, 6 * HOUR)).await.1, "there is something to end again");
        assert!(!holds(later.no).await);
        // The other way round: a list that is brought in after its people have taken everything back.
        for at in [-300 * DAY, HOUR, 6 * HOUR] {
            let (old, new) = record(f, event("hong@naver.com", "old", EventKind::Given, at)).await;
            assert!(new && !old.holds(), "{old:?}");
            assert_eq!((old.given_at, old.ended_at, old.confirm_at), (Some(Wall(START.0 + at)), Some(Wall(START.0 + 6 * HOUR)), None));
        }
        assert_eq!(f.store.consenting("shop", "old", vec!["hong@naver.com".into()]).await, Ok(vec![]));
        let planned = f.store.confirmations(Wall(START.0 + 900 * DAY), 9).await.expect("a look");
        assert_eq!(planned.iter().map(|one| one.no).collect::<Vec<_>>(), [kim.no], "nobody else is asked in two years");
        let (again, _) = record(f, event("hong@naver.com", "old", EventKind::Given, 7 * HOUR)).await;
        assert!(again.holds() && again.confirm_at.is_some(), "after that a consent counts again");
    }

    async fn who_refuses_is_found_among_many(f) {
        for (address, scope, kind, at) in [
            ("all", "", EventKind::Refused, 0),
            ("news", "news", EventKind::Refused, 0),
            ("other", "other", EventKind::Refused, 0),
            ("again", "", EventKind::Refused, 0),
            ("again", "", EventKind::Given, HOUR),
            ("later", "", EventKind::Refused, 0),
            ("later", "news", EventKind::Given, HOUR),
            ("partly", "", EventKind::Given, 0),
            ("partly", "news", EventKind::Withdrawn, HOUR),
            ("holds", "", EventKind::Given, 0),
        ] {
            record(f, event(&format!("{address}@naver.com"), scope, kind, at)).await;
        }
        let mut asked: Vec<String> =
            ["all", "news", "other", "again", "later", "partly", "holds", "nobody"].map(|n| format!("{n}@naver.com")).into();
        asked.extend((0..3_000).map(|i| format!("x{i}@naver.com")));
        let among = async |profile: &str, scope: &str| {
            let mut found = f.store.refusing(profile, scope, asked.clone()).await.expect("a look");
            found.sort();
            found.iter().map(|address| address.split('@').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(among("shop", "news").await, ["all", "news", "partly"]);
        assert_eq!(among("shop", "").await, ["all", "later"]);
        assert_eq!(among("other", "").await, [""; 0]);
    }

    async fn a_confirmation_is_made_once_whoever_asks(f) {
        let (one, _) = record(f, NewEvent { notice: false, ..event("hong@naver.com", "", EventKind::Given, 0) }).await;
        let was = one.confirm_at.expect("a time");
        assert_eq!(f.store.confirmations(Wall(was.0 - 1), 9).await, Ok(vec![]));
        assert_eq!(f.store.confirmations(was, 9).await, Ok(vec![one.clone()]));
        let next = Wall(was.0 + 100 * DAY);
        let reminder = Reminder { no: one.no, was, next, notice: true };
        assert_eq!(f.store.remind(vec![reminder, reminder], was).await, Ok(1));
        assert_eq!(f.store.remind(vec![reminder], was).await, Ok(0), "another node was first");
        assert_eq!(f.store.confirmations(was, 9).await, Ok(vec![]));
        assert_eq!(notices(f, one.no).await, [(EventKind::Given, Notice::None), (EventKind::Confirmation, Notice::Due)]);
        record(f, event("hong@naver.com", "", EventKind::Withdrawn, HOUR)).await;
        assert_eq!(f.store.remind(vec![Reminder { was: next, ..reminder }], next).await, Ok(0), "it has ended");
    }

    async fn notices_are_taken_once_and_again_only_when_nobody_ends_them(f) {
        let (one, _) = record(f, event("hong@naver.com", "", EventKind::Given, 0)).await;
        let (two, _) = record(f, event("kim@naver.com", "", EventKind::Given, 0)).await;
        let stale = |f: &Fixture| Wall(f.now().0 - HOUR);
        let first = f.store.take_notices(stale(f), 1, f.now()).await.expect("taken");
        assert_eq!((first.len(), first[0].consent.no, first[0].taken_at, first[0].tried_at), (1, one.no, f.now(), None));
        let rest = f.store.take_notices(stale(f), 9, f.now()).await.expect("taken");
        assert_eq!(rest.iter().map(|due| due.consent.no).collect::<Vec<_>>(), [two.no]);
        assert_eq!(f.store.take_notices(stale(f), 9, f.now()).await.expect("taken").len(), 0);
        let id = MessageId([7; 16]);
        f.store.end_notice(first[0].event.no, Notice::Told, Some(id), f.now()).await.expect("ended");
        f.pass(2 * HOUR);
        f.restart().await;
        let again = f.store.take_notices(stale(f), 9, f.now()).await.expect("taken");
        assert_eq!(again.iter().map(|due| (due.consent.no, due.tried_at)).collect::<Vec<_>>(), [(two.no, None)], "taken is not tried");
        f.store.end_notice(again[0].event.no, Notice::Failed, None, f.now()).await.expect("ended");
        f.store.end_notice(again[0].event.no, Notice::Told, Some(id), f.now()).await.expect("ignored");
        assert_eq!(notices(f, one.no).await, [(EventKind::Given, Notice::Told)]);
        assert_eq!(notices(f, two.no).await, [(EventKind::Given, Notice::Failed)]);
        let (_, events) = f.store.consent(one.no).await.expect("a look").expect("there");
        assert_eq!(events[0].message, Some(id));
    }

    async fn when_a_notice_was_first_tried_is_kept_until_nothing_was_stored_of_it(f) {
        record(f, event("hong@naver.com", "", EventKind::Given, 0)).await;
        let take = async |f: &Fixture| f.store.take_notices(Wall(f.now().0 - HOUR), 9, f.now()).await.expect("taken").pop();
        let due = take(f).await.expect("due");
        let (no, first_taken) = (due.event.no, due.taken_at);
        f.pass(2 * HOUR);
        // Refused before anything was stored: never tried.
        let again = take(f).await.expect("due");
        assert_eq!(f.store.begin_notice(no, first_taken, f.now()).await, Ok(false), "it is somebody else's");
        f.pass(1);
        assert_eq!(f.store.begin_notice(no, again.taken_at, f.now()).await, Ok(true));
        f.store.put_back_notice(no, f.now()).await.expect("put back");
        assert_eq!(take(f).await, None, "not at once");
        f.pass(2 * HOUR);
        let third = take(f).await.expect("due");
        assert_eq!(third.tried_at, None);
        // Nobody knows what became of the first; that the second was refused does not say it.
        f.pass(1);
        let tried = f.now();
        assert_eq!(f.store.begin_notice(no, third.taken_at, tried).await, Ok(true));
        f.pass(2 * HOUR);
        let fourth = take(f).await.expect("due");
        assert_eq!(fourth.tried_at, Some(tried));
        f.pass(1);
        assert_eq!(f.store.begin_notice(no, fourth.taken_at, f.now()).await, Ok(true));
        f.store.put_back_notice(no, f.now()).await.expect("put back");
        f.pass(2 * HOUR);
        f.restart().await;
        let fifth = take(f).await.expect("due");
        assert_eq!(fifth.tried_at, Some(tried));
        f.store.end_notice(no, Notice::Told, None, f.now()).await.expect("ended");
        assert_eq!(f.store.begin_notice(no, fifth.taken_at, f.now()).await, Ok(false), "it has ended");
    }
}
