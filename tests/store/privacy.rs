//! People whose data is erased, and content that is deleted: counts stay, what was erased stands nowhere, and who was suppressed stays so.

use jebi_domain::{
    consent::EventKind,
    delivery::State,
    erasure::PersonKey,
    event::FeedbackKind,
    id::MessageId,
    link::Target,
    message::Lane,
    port::{
        consents::{ConsentFilter, ConsentKey, NewEvent},
        operator::{Again, NotAgain},
        privacy::{ContentDeleted, ErasedSlice, Forgotten},
        refusals::RefusedBy,
        store::DeliveryFilter,
    },
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};

use super::{
    operator::{again, given_up},
    refusals::refusal,
    support::{Fixture, HOUR, Mail, address, copies, each, joint, sent, to, unsettled},
};

pub(super) fn known(f: &Fixture) {
    f.store.know_people_by(PersonKey::derive(b"a secret of the installation"));
}

/// Erases the first person of [`each`]: what stood beside the mail, and the sums of the mail.
pub(super) async fn erase(f: &Fixture) -> (Forgotten, ErasedSlice) {
    let forgotten = f.store.forget(&address(0), f.now()).await.expect("forget");
    let mut all = ErasedSlice::default();
    loop {
        let slice = f.store.erase_deliveries(&address(0), all.next, f.now()).await.expect("erase");
        (all.erased, all.open, all.next) = (all.erased + slice.erased, all.open + slice.open, slice.next);
        if all.next.is_none() {
            return (forgotten, all);
        }
    }
}

async fn of_person(f: &Fixture) -> usize {
    f.all(DeliveryFilter { email: Some(address(0)), ..DeliveryFilter::default() }).await.len()
}

conform! {
    async fn what_waits_for_a_person_is_suppressed_and_what_was_sent_keeps_its_count(f) {
        known(f);
        let gone = f.post_one(each("소식", 2)).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, sent()).await;
        f.report(gone, 0, &address(0), FeedbackKind::Delivered).await;
        let waiting = f.post_one(Mail { due: Some(Wall(f.now().0 + HOUR)), ..each("소식", 2) }).await;
        f.housekeep().await;
        let before = f.topic("소식").await;
        let (forgotten, erased) = erase(f).await;
        assert_eq!((forgotten, erased.erased, erased.open), (Forgotten::default(), 2, 0));
        assert_eq!(of_person(f).await, 0);
        let view = f.view(gone, 0).await;
        assert_eq!((view.state, view.recipients[0].email.as_str(), view.recipients[0].feedback), (State::Sent, "erased", FeedbackKind::Delivered.bit()));
        assert_eq!(f.state(waiting, 0).await, State::Suppressed);
        let after = f.topic("소식").await;
        assert_eq!((after.sent, after.delivered, after.total, after.suppressed, after.waiting), (before.sent, 1, 4, 1, 1));
        f.pass(2 * HOUR);
        assert_eq!(copies(&f.claim(9).await), 1, "the other's");
        // Asked again there is nothing left.
        assert_eq!(erase(f).await.1, ErasedSlice::default());
    }

    async fn who_was_suppressed_gets_nothing_and_others_no_bulk_after_a_restart_too(f) {
        known(f);
        f.store.suppress(vec![NewEntry::plain(address(0), SuppressionCause::Complaint, f.now())]).await.expect("suppress");
        assert!(erase(f).await.0.suppressed);
        f.store.forget(&address(1), f.now()).await.expect("forget");
        f.restart().await;
        known(f);
        assert_eq!(f.store.suppressions_of(vec![address(0)]).await, Ok(vec![]), "not in the clear");
        let urgent = f.post_one(each("a", 3)).await;
        let bulk = f.post_one(Mail { lane: Lane::Bulk, ..each("a", 3) }).await;
        let all = async |id: MessageId| [f.state(id, 0).await, f.state(id, 1).await, f.state(id, 2).await].map(|state| state == State::Suppressed);
        assert_eq!((all(urgent).await, all(bulk).await), ([true, false, false], [true, true, false]));
    }

    async fn of_a_joint_copy_the_others_stay(f) {
        known(f);
        let id = f.post_one(joint("함께", 3)).await;
        let (_, erased) = erase(f).await;
        assert_eq!((erased.erased, erased.open), (1, 0));
        let view = f.view(id, 0).await;
        let seen: Vec<_> = view.recipients.iter().map(|one| (one.email.clone(), one.state)).collect();
        assert_eq!(seen, [("erased".to_owned(), State::Suppressed), (address(1), State::Waiting), (address(2), State::Waiting)]);
        let claimed = f.claim(9).await;
        assert_eq!(claimed[0].copies[0].open().count(), 2);
        f.settle_all(&claimed, sent()).await;
        let counts = f.topic("함께").await;
        assert_eq!((counts.sent, counts.suppressed), (2, 1));
    }

    async fn what_is_being_sent_is_left_until_its_outcome_is_known(f) {
        known(f);
        let id = f.post_one(each("a", 1)).await;
        let claimed = f.claim(1).await;
        assert_eq!(erase(f).await.1.open, 1);
        f.settle(&claimed[0], 0, unsettled(Wall(f.now().0 + HOUR))).await;
        assert_eq!(erase(f).await.1.open, 1, "it may have arrived");
        f.report(id, 0, &address(0), FeedbackKind::Delivered).await;
        assert_eq!(erase(f).await.1.erased, 1);
        assert_eq!(f.view(id, 0).await.recipients[0].email, "erased");
        // What was cancelled is counted as that already, before its row says it.
        f.post_one(Mail { due: Some(Wall(f.now().0 + HOUR)), ..each("b", 1) }).await;
        f.store.cancel_topic("b", f.now()).await.expect("cancel");
        assert_eq!((erase(f).await.1.erased, of_person(f).await), (1, 0));
        f.housekeep().await;
        assert_eq!(f.topic("b").await.cancelled, 1);
    }

    async fn unsubscribes_go_and_the_proof_of_a_consent_stays_without_the_address(f) {
        known(f);
        let consent = NewEvent {
            key: ConsentKey { address: address(0), profile: "shop".into(), scope: String::new() },
            email: address(0),
            language: Some("ko".into()),
            kind: EventKind::Given,
            at: f.now(),
            how: "가입 양식".into(),
            wording: "동의합니다".into(),
            source: "203.0.113.9".into(),
            actor: "key 1".into(),
            notice: true,
            confirm_at: Some(f.now()),
        };
        let no = f.store.record_consents(vec![consent.clone()], f.now()).await.expect("record")[0].consent.no;
        let target = Target { profile: "shop".into(), topic: "a".into(), address: address(0), advertising: false, delivery: None };
        f.store.refuse(refusal(&target, RefusedBy::Page, true), f.now()).await.expect("refuse");
        let (forgotten, _) = erase(f).await;
        assert_eq!((forgotten.refusals, forgotten.consents), (1, 1));
        assert_eq!(f.store.refusals(None, None, 9).await.expect("a list").refusals, []);
        let (kept, events) = f.store.consent(no).await.expect("a look").expect("there");
        assert!(kept.key.address.starts_with("erased:") && kept.email.is_empty() && kept.language.is_none() && kept.confirm_at.is_none(), "{kept:?}");
        assert!(events.iter().all(|event| event.source.is_empty()) && events[0].wording == "동의합니다" && events[0].how == "가입 양식");
        assert!(f.store.take_notices(Wall(0), 9, f.now()).await.expect("a look").is_empty(), "nobody is told any more");
        // They come back as somebody new, and go again.
        f.store.record_consents(vec![consent], f.now()).await.expect("record");
        assert_eq!(erase(f).await.0.consents, 1);
        let filter = ConsentFilter { address: Some(address(0)), profile: None };
        assert_eq!(f.store.consents(filter, None, 9).await.expect("a list").consents, []);
    }

    async fn content_is_deleted_once_nothing_waits_and_the_record_stays(f) {
        let body = "<p>비밀</p>".repeat(4_000);
        let mail = || Mail { subject: body.clone(), ..to("a", ["hong@example.com".to_owned(), "kim@example.com".to_owned()]) };
        let (id, other) = (f.post_one(mail()).await, f.post_one(mail()).await);
        assert_eq!(f.store.delete_content(id, f.now()).await, Ok(ContentDeleted::UnderWay));
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, given_up()).await;
        assert_eq!(f.store.delete_content(id, f.now()).await, Ok(ContentDeleted::Done));
        assert_eq!(f.store.delete_content(id, f.now()).await, Ok(ContentDeleted::Done), "repeatable");
        assert_eq!(f.store.delete_content(MessageId([3; 16]), f.now()).await, Ok(ContentDeleted::Missing));
        f.restart().await;
        let shown = f.message(id).await.message;
        assert_eq!((shown.content.subject.as_str(), &shown.content.text, shown.content.from.email.as_str()), ("", &None, "from@example.com"));
        assert_eq!(f.view(id, 0).await.recipients[0].email, "hong@example.com");
        assert_eq!(f.message(other).await.message.content.subject, body, "what they shared stays with the other");
        assert_eq!(again(f, id, &[0], MessageId([7; 16])).await, [Again::Refused(NotAgain::ContentDeleted)]);
        assert_eq!(f.store.delete_content(other, f.now()).await, Ok(ContentDeleted::Done));
        // And what is stored anew is whole.
        let third = f.post_one(mail()).await;
        assert_eq!(f.message(third).await.message.content.subject, body);
    }
}
