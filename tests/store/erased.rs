//! Mail of people whose data was erased: accepted before, claimed, tried again, sent again, named in others' mail. Nothing of it goes to them.

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryId, MessageId},
    link::Target,
    message::{Lane, OnUnknown},
    port::{
        operator::{Again, NotAgain, Settled},
        refusals::RefusedBy,
    },
    suppression::{NewEntry, Rules, SuppressionCause},
    time::Wall,
};

use super::{
    operator::{again, given_up},
    privacy::{erase, known},
    refusals::refusal,
    support::{Fixture, HOUR, Mail, address, copies, each, failed, joint, retry, sent, to, unknown},
};

fn bulk(mail: Mail) -> Mail {
    Mail { lane: Lane::Bulk, ..mail }
}

async fn suppress(f: &Fixture, who: usize) {
    f.store.suppress(vec![NewEntry::plain(address(who), SuppressionCause::Complaint, f.now())]).await.expect("suppress");
}

async fn refuse(f: &Fixture, topic: &str) {
    let target = Target { profile: String::new(), topic: topic.into(), address: address(0), advertising: false, delivery: None };
    f.store.refuse(refusal(&target, RefusedBy::Page, false), f.now()).await.expect("refuse");
}

async fn forget(f: &Fixture, who: usize) {
    f.store.forget(&address(who), f.now()).await.expect("forget");
}

/// State and why, of the first recipient of a copy.
async fn why(f: &Fixture, id: MessageId, ordinal: u32) -> (State, Option<String>) {
    let one = f.view(id, ordinal).await.recipients.remove(0);
    (one.state, one.reason.map(|reason| reason.code))
}

fn erased() -> (State, Option<String>) {
    (State::Suppressed, Some("person_erased".to_owned()))
}

conform! {
    async fn what_waited_does_not_go_though_only_the_lists_were_emptied(f) {
        known(f);
        let refused = f.post_one(bulk(each("a", 2))).await;
        let listed = f.post_one(each("b", 2)).await;
        let urgent = f.post_one(to("b", [address(2)])).await;
        refuse(f, "a").await;
        suppress(f, 0).await;
        forget(f, 0).await;
        forget(f, 2).await;
        let claimed = f.claim(9).await;
        assert_eq!(copies(&claimed), 3);
        assert_eq!((why(f, refused, 0).await, why(f, listed, 0).await), (erased(), erased()));
        assert_eq!(f.state(urgent, 0).await, State::Sending, "transactional, and never suppressed");
        f.settle_all(&claimed, sent()).await;
    }

    async fn what_waited_is_asked_of_after_a_restart_too(f) {
        known(f);
        let id = f.post_one(bulk(each("a", 1))).await;
        forget(f, 0).await;
        f.restart().await;
        known(f);
        assert_eq!((f.claim(9).await.len(), why(f, id, 0).await), (0, erased()));
    }

    async fn what_comes_back_from_an_attempt_does_not_go_again(f) {
        known(f);
        for (i, topic) in ["refused", "listed"].into_iter().enumerate() {
            let id = f.post_one(bulk(each(topic, 1))).await;
            let claimed = f.claim(9).await;
            if i == 0 { refuse(f, topic).await } else { suppress(f, 0).await }
            assert_eq!(erase(f).await.1.open, 1);
            f.settle(&claimed[0], 0, retry(Wall(f.now().0 + HOUR))).await;
            f.pass(HOUR);
            assert_eq!((f.claim(9).await.len(), why(f, id, 0).await), (0, erased()));
            assert_eq!(erase(f).await.1.erased, 1);
            let timeline = f.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("a look").expect("there").1;
            assert!(!format!("{timeline:?}").contains("said so"), "{timeline:?}");
            assert_eq!(f.store.readmit(&address(0)).await, Ok(true));
        }
    }

    async fn of_a_joint_copy_only_the_others_go_on(f) {
        known(f);
        let id = f.post_one(bulk(joint("함께", 3))).await;
        let claimed = f.claim(9).await;
        assert_eq!(erase(f).await.1.open, 1);
        f.settle_all(&claimed, retry(Wall(f.now().0 + HOUR))).await;
        f.pass(HOUR);
        let claimed = f.claim(9).await;
        assert_eq!((claimed[0].copies[0].open().count(), why(f, id, 0).await), (2, erased()));
        assert_eq!(erase(f).await.1.open, 0, "suppressed, so it waits no more");
        f.settle_all(&claimed, sent()).await;
        let counts = f.topic("함께").await;
        assert_eq!((counts.sent, counts.suppressed, counts.waiting), (2, 1, 0));
    }

    /// At the last step of a staged request a crash leaves its rows, which nothing sees.
    async fn what_is_being_written_is_counted_as_open(f) {
        known(f);
        let crashed = std::sync::Mutex::new(Some(f.engine.crashed()));
        let (tell, told) = std::sync::mpsc::channel();
        let mut batch = f.batch(vec![f.draft(bulk(each("t", 20_000))), f.draft(joint("t", 5))], None);
        batch.answer = Box::new(move |_| {
            let crashed = crashed.lock().expect("whole").take().expect("asked once");
            tell.send(crashed()).expect("told");
            (202, bytes::Bytes::new())
        });
        f.store.accept(batch).await.expect("accept");
        let after = super::support::Fixture::open(told.recv().expect("a crashed store"), 9).await;
        known(&after);
        let slice = erase(&after).await.1;
        assert!(slice.open >= 1 && slice.erased == 0, "{slice:?}");
        after.housekeep().await;
        assert_eq!(erase(&after).await.1.open, 0);
        after.store.close().await;
    }

    async fn a_staged_request_is_looked_up_when_it_is_claimed_and_not_born_leased(f) {
        f.window.set(Lane::Transactional, 5_000);
        let posted = f.post((0..1_500).map(|i| to("t", [address(i)])).collect()).await;
        assert_eq!(f.leased().await, 0, "whom it goes to was looked up some commits ago");
        suppress(f, 7).await;
        assert_eq!(copies(&f.claim(5_000).await), 1_499);
        assert_eq!(f.state(posted[7], 0).await, State::Suppressed);
    }

    async fn why_an_erasure_suppressed_it_stands_with_the_mail(f) {
        known(f);
        let (alone, both) = (f.post_one(each("a", 2)).await, f.post_one(joint("a", 2)).await);
        erase(f).await;
        assert_eq!((why(f, alone, 0).await, why(f, both, 0).await), (erased(), erased()));
        assert_eq!(f.view(alone, 0).await.recipients[0].email, "erased");
    }

    async fn nothing_goes_again_to_nobody(f) {
        known(f);
        let soon = Some(Wall(f.now().0 + HOUR));
        let lost = f.post_one(Mail { on_unknown: OnUnknown::Hold, ..each("a", 2) }).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, unknown()).await;
        let late = f.post_one(Mail { expires_at: soon, ..joint("a", 2) }).await;
        let bounced = f.post_one(Mail { expires_at: soon, ..joint("b", 2) }).await;
        f.store.pause_topic("a", true, f.now()).await.expect("pause");
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, unknown()).await;
        f.store.pause_topic("a", false, f.now()).await.expect("resume");
        f.pass(HOUR);
        assert!(f.claim(9).await.is_empty());
        erase(f).await;
        let refused = Again::Refused(NotAgain::Erased);
        assert_eq!(again(f, lost, &[0, 1], MessageId([1; 16])).await, [refused, Again::Same]);
        assert!(matches!(again(f, late, &[0], MessageId([2; 16])).await[..], [Again::New(_)]));
        let again_to: Vec<_> = f.view(MessageId([2; 16]), 0).await.recipients.into_iter().map(|one| one.email).collect();
        assert_eq!(again_to, [address(1)]);
        // Of a joint copy nobody knows of, expired by now: never resent, whoever stands there.
        assert_eq!(again(f, bounced, &[0], MessageId([3; 16])).await, [Again::Refused(NotAgain::Over)]);
        let claimed = f.claim(9).await;
        assert!(claimed.iter().flat_map(|one| &one.copies).flat_map(|copy| copy.open()).all(|to| to.email == address(1)), "{claimed:?}");
        f.settle_all(&claimed, sent()).await;
        assert_eq!(f.view(lost, 0).await.state, State::Unknown);
    }

    async fn of_a_joint_copy_of_unknown_end_only_who_stands_there_goes_again(f) {
        known(f);
        let id = f.post_one(Mail { on_unknown: OnUnknown::Hold, ..joint("a", 2) }).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, unknown()).await;
        assert_eq!(erase(f).await.1.erased, 1);
        assert_eq!(again(f, id, &[0], MessageId([1; 16])).await, [Again::Same]);
        let claimed = f.claim(9).await;
        assert_eq!(claimed[0].copies[0].open().map(|to| to.email.clone()).collect::<Vec<_>>(), [address(1)]);
        f.settle_all(&claimed, sent()).await;
        assert_eq!(f.view(id, 0).await.recipients.iter().map(|one| one.state).collect::<Vec<_>>(), [State::Unknown, State::Sent]);
    }

    async fn what_was_left_open_is_not_sent_again_either(f) {
        known(f);
        let id = f.post_one(bulk(each("a", 2))).await;
        let claimed = f.claim(9).await;
        assert_eq!(erase(f).await.1.open, 1);
        f.settle_all(&claimed, given_up()).await;
        let outcome = again(f, id, &[0, 1], MessageId([1; 16])).await;
        assert!(matches!(outcome[..], [Again::Refused(NotAgain::Erased), Again::New(_)]), "{outcome:?}");
    }

    async fn others_mail_names_nobody_who_was_erased(f) {
        known(f);
        f.post_one(joint("함께", 3)).await;
        erase(f).await;
        let claimed = f.claim(9).await;
        let named: Vec<_> = claimed[0].copies[0].named().map(|one| one.mailbox.email.clone()).collect();
        assert_eq!(named, [address(1), address(2)]);
        f.settle_all(&claimed, sent()).await;
    }

    async fn what_a_joint_mail_said_goes_with_the_last_it_was_for(f) {
        known(f);
        let id = f.post_one(joint("함께", 2)).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, sent()).await;
        erase(f).await;
        assert_eq!(f.message(id).await.message.content.subject, "hello", "it is the other's too");
        f.store.forget(&address(1), f.now()).await.expect("forget");
        assert_eq!(f.store.erase_deliveries(&address(1), None, f.now()).await.expect("erase").erased, 1);
        assert_eq!(f.message(id).await.message.content.subject, "");
    }

    async fn an_operators_words_go_too(f) {
        known(f);
        let id = f.post_one(Mail { on_unknown: OnUnknown::Hold, ..each("a", 2) }).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, unknown()).await;
        let delivery = DeliveryId { message: id, ordinal: 0 };
        assert_eq!(f.store.settle_by_hand(delivery, State::Failed, "홍길동 님과 통화", f.now()).await, Ok(Settled::Done));
        erase(f).await;
        let shown = f.store.delivery(delivery).await.expect("a look").expect("there");
        assert!(!format!("{shown:?}").contains("홍길동"), "{shown:?}");
        assert!(shown.1.iter().any(|line| line.kind == "operator_failed"), "that it was decided stays");
    }

    async fn asked_twice_the_answer_is_the_same(f) {
        known(f);
        suppress(f, 0).await;
        for _ in 0..2 {
            assert!(erase(f).await.0.suppressed);
        }
        assert_eq!(f.state(f.post_one(each("a", 1)).await, 0).await, State::Suppressed);
    }

    async fn no_account_is_told_of_them_any_more(f) {
        known(f);
        f.store.set_suppression_rules(Rules { told: vec!["b".into(), "a".into()], ..Rules::default() });
        suppress(f, 0).await;
        suppress(f, 1).await;
        forget(f, 0).await;
        for provider in ["a", "b"] {
            let tell = f.store.suppression_exchange(provider, 9).await.expect("an exchange").expect("this node's").tell;
            assert_eq!(tell.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(), [address(1)], "{provider}");
        }
    }

    async fn a_cancelled_copy_that_failed_stays_so(f) {
        known(f);
        let id = f.post_one(each("a", 1)).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, failed()).await;
        f.report(id, 0, &address(0), FeedbackKind::Delivered).await;
        erase(f).await;
        assert_eq!(again(f, id, &[0], MessageId([1; 16])).await, [Again::Refused(NotAgain::Erased)]);
    }
}
