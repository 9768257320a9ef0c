//! What an operator decides: sending again, a person's word, another time (requirement S0-10, contract 2 and 3).

use std::sync::Arc;

use jebi_domain::{
    allow::AllowList,
    delivery::State,
    event::FeedbackKind,
    id::{DeliveryId, KeyNo, MessageId, MessageNo},
    message::OnUnknown,
    outcome::{Decision, Reason},
    port::{
        operator::{Again, Links, NotAgain, Rescheduled, Rules, SendAgain, Settled},
        store::DeliveryFilter,
    },
    route::{Routes, SenderRule, Way},
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};

use super::support::{
    DAY, Fixture, HOUR, Mail, OPEN, PROVIDER, address, copies, each, failed, joint, keys, reason, retry, sent, unknown, unsettled,
};

/// Refused for now until it was given up.
pub(super) fn given_up() -> Decision {
    Decision::Failed { reason: Reason { transient: true, ..reason("451") } }
}

fn fresh(n: u8) -> MessageId {
    MessageId([n; 16])
}

async fn again_at(f: &Fixture, id: MessageId, ordinals: &[u32], new: MessageId, due: Wall, max_times: Option<u32>) -> Vec<Again> {
    let (message, now) = (f.message(id).await.no, f.now());
    let (scheduled, rules, api_key) = (due > now, rules(PROVIDER), KeyNo(1));
    let asked = SendAgain { message, whom: OPEN, ordinals: ordinals.to_vec(), id: new, due, scheduled, max_times, rules, api_key, now };
    f.store.send_again(asked).await.expect("send again")
}

/// Everybody's mail goes through this provider.
fn rules(provider: &str) -> Arc<Rules> {
    let way = Way { provider: provider.to_owned(), senders: Vec::new(), reason: "the only one".to_owned() };
    Arc::new(Rules { routes: Routes(vec![way]), allow: AllowList::default() })
}

/// The first copy, now, by these rules.
async fn again_by(f: &Fixture, id: MessageId, new: MessageId, rules: Rules) -> Again {
    let (message, now) = (f.message(id).await.no, f.now());
    let rules = Arc::new(rules);
    let asked = SendAgain {
        message,
        whom: OPEN,
        ordinals: vec![0],
        id: new,
        due: now,
        scheduled: false,
        max_times: None,
        rules,
        api_key: KeyNo(7),
        now,
    };
    f.store.send_again(asked).await.expect("send again").remove(0)
}

pub(super) async fn again(f: &Fixture, id: MessageId, ordinals: &[u32], new: MessageId) -> Vec<Again> {
    again_at(f, id, ordinals, new, f.now(), None).await
}

/// What asks for copies of a message once more.
pub(super) fn again_with(message: MessageNo, ordinals: &[u32], new: MessageId, now: Wall) -> SendAgain {
    let (rules, api_key) = (rules(PROVIDER), KeyNo(1));
    let ordinals = ordinals.to_vec();
    SendAgain { message, whom: OPEN, ordinals, id: new, due: now, scheduled: false, max_times: None, rules, api_key, now }
}

/// A mail whose outcome stays unknown.
async fn lost(f: &Fixture, policy: OnUnknown) -> MessageId {
    let id = f.post_one(Mail { on_unknown: policy, ..each("t", 1) }).await;
    let first = f.claim(1).await.remove(0);
    f.settle(&first, 0, unknown()).await;
    assert_eq!(f.state(id, 0).await, State::Unknown);
    id
}

async fn refusal(f: &Fixture, id: MessageId) -> NotAgain {
    match again(f, id, &[0], fresh(99)).await[..] {
        [Again::Refused(why)] => why,
        ref other => panic!("{other:?}"),
    }
}

async fn kinds(f: &Fixture, id: MessageId) -> Vec<String> {
    let found = f.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").expect("there");
    found.1.into_iter().map(|line| line.kind).collect()
}

conform! {
    async fn what_nobody_knows_goes_once_more_as_the_same_delivery(f) {
        for policy in [OnUnknown::Resend, OnUnknown::Hold] {
            let id = lost(f, policy).await;
            assert_eq!(again(f, id, &[0], fresh(1)).await, [Again::Same]);
            assert_eq!((f.state(id, 0).await, f.topic("t").await.unknown), (State::Unsettled, 0));
            let second = f.claim(9).await.remove(0);
            assert_eq!((second.attempt, second.was_unsettled), (2, true));
            f.settle(&second, 0, sent()).await;
            let view = f.view(id, 0).await;
            assert_eq!((view.state, view.maybe_twice), (State::Sent, true), "{policy:?}");
            assert_eq!(kinds(f, id).await, ["accepted", "unknown", "operator_resend", "sent"]);
        }
    }

    async fn an_operators_resend_that_is_refused_or_lost_stays_unknown_and_may_be_repeated(f) {
        for (i, end) in (10..).zip([failed(), retry(f.now()), unsettled(f.now()), unknown()]) {
            let id = lost(f, OnUnknown::Hold).await;
            for _ in 0..2 {
                assert_eq!(again(f, id, &[0], fresh(i)).await, [Again::Same]);
                let claimed = f.claim(9).await.remove(0);
                f.settle(&claimed, 0, end.clone()).await;
                assert_eq!(f.state(id, 0).await, State::Unknown, "{end:?}");
            }
            assert!(f.claim(9).await.is_empty());
        }
    }

    async fn what_is_lost_each_time_is_sent_again_as_often_as_was_allowed(f) {
        let id = lost(f, OnUnknown::Hold).await;
        for _ in 0..2 {
            assert_eq!(again_at(f, id, &[0], fresh(1), f.now(), Some(2)).await, [Again::Same]);
            f.settle_all(&f.claim(9).await, unknown()).await;
        }
        assert_eq!(again_at(f, id, &[0], fresh(1), f.now(), Some(2)).await, [Again::Refused(NotAgain::TooOften(2))]);
        assert_eq!(again_at(f, id, &[0], fresh(1), f.now(), None).await, [Again::Same], "a person may");
    }

    async fn evidence_stops_an_operators_resend(f) {
        let id = lost(f, OnUnknown::Resend).await;
        assert_eq!(again_at(f, id, &[0], fresh(1), Wall(f.now().0 + HOUR), None).await, [Again::Same]);
        assert_eq!(refusal(f, id).await, NotAgain::Reviewed(Wall(f.now().0 + HOUR)));
        f.report(id, 0, &address(0), FeedbackKind::Delivered).await;
        f.pass(2 * HOUR);
        assert!(f.claim(9).await.is_empty());
        let view = f.view(id, 0).await;
        assert_eq!((view.state, view.maybe_twice), (State::Sent, false));
    }

    async fn an_operators_resend_survives_a_restart(f) {
        let id = lost(f, OnUnknown::Hold).await;
        again(f, id, &[0], fresh(1)).await;
        f.restart().await;
        assert_eq!(copies(&f.claim(9).await), 1);
        assert_eq!(f.restart().await, 1);
        assert_eq!(f.state(id, 0).await, State::Unknown);
        assert!(f.claim(9).await.is_empty());
    }

    async fn what_was_given_up_goes_as_a_new_message_linked_both_ways(f) {
        let id = f.post_one(Mail { subject: "다시".into(), ..each("t", 3) }).await;
        let first = f.claim(9).await.remove(0);
        f.settle(&first, 0, given_up()).await;
        f.settle(&first, 1, failed()).await;
        f.settle(&first, 2, given_up()).await;
        let new = |ordinal| Again::New(DeliveryId { message: fresh(1), ordinal });
        assert_eq!(again(f, id, &[0, 1, 2, 3], fresh(1)).await, [new(0), Again::Refused(NotAgain::Permanent), new(1), Again::Refused(NotAgain::Missing)]);
        let made = f.message(fresh(1)).await;
        assert_eq!((made.message.content.subject.as_str(), made.copies, made.counts.waiting), ("다시", 2, 2));
        assert_eq!(f.view(fresh(1), 1).await.recipients[0].email, address(2));
        let old = DeliveryId { message: id, ordinal: 2 };
        let now = DeliveryId { message: fresh(1), ordinal: 1 };
        assert_eq!(f.store.links(old).await, Ok(Links { retry_of: None, retried_as: Some(now) }));
        assert_eq!(f.store.links(now).await, Ok(Links { retry_of: Some(old), retried_as: None }));
        assert_eq!(f.state(id, 0).await, State::Failed);
        // Asked twice, sent once.
        let twice = again(f, id, &[0, 2], fresh(2)).await;
        assert!(twice.iter().all(|a| matches!(a, Again::Refused(NotAgain::Already(d)) if d.message == fresh(1))), "{twice:?}");
        assert_eq!(copies(&f.claim(9).await), 2);
        assert_eq!(f.topic("t").await.total, 5);
    }

    async fn how_often_is_counted_along_the_chain(f) {
        let mut id = f.post_one(each("t", 1)).await;
        for n in 1..=3 {
            let claimed = f.claim(9).await.remove(0);
            f.settle(&claimed, 0, given_up()).await;
            let done = again_at(f, id, &[0], fresh(n), f.now(), Some(2)).await;
            if n == 3 {
                assert_eq!(done, [Again::Refused(NotAgain::TooOften(2))]);
            } else {
                assert_eq!(done, [Again::New(DeliveryId { message: fresh(n), ordinal: 0 })]);
                id = fresh(n);
            }
        }
    }

    async fn what_failed_before_its_message_was_cancelled_is_not_sent_again(f) {
        let id = f.post_one(each("t", 2)).await;
        let first = f.claim(1).await.remove(0);
        f.settle(&first, 0, given_up()).await;
        f.store.cancel_message(id, f.now()).await.expect("cancel");
        assert_eq!(refusal(f, id).await, NotAgain::Cancelled);
    }

    async fn what_goes_again_keeps_to_the_rules_of_new_mail(f) {
        let id = f.post_one(each("t", 1)).await;
        let first = f.claim(1).await.remove(0);
        f.settle(&first, 0, given_up()).await;
        let unknown = lost(f, OnUnknown::Hold).await;
        let nobody = || Rules { allow: AllowList::only([], ["example.net".to_owned()]), ..(*rules(PROVIDER)).clone() };
        for (of, n) in [(id, 1), (unknown, 2)] {
            assert_eq!(again_by(f, of, fresh(n), nobody()).await, Again::Refused(NotAgain::NotAllowed));
        }
        let other = |provider: &str, sender: &str| Way {
            provider: provider.to_owned(),
            senders: vec![SenderRule::parse(sender).expect("a rule")],
            reason: String::new(),
        };
        let none = Rules { routes: Routes(vec![other("relay", "nobody@example.net")]), allow: AllowList::default() };
        assert_eq!(again_by(f, id, fresh(3), none).await, Again::Refused(NotAgain::NoProvider));
        // Through the provider that carries its sender now, told in its route, and counted for the key that asked.
        let used = || async { f.store.key_usage(Wall(0)).await.expect("usage").into_iter().find(|(key, _)| *key == KeyNo(7)) };
        assert_eq!(used().await, None);
        let moved = (*rules("relay")).clone();
        assert_eq!(again_by(f, id, fresh(4), moved).await, Again::New(DeliveryId { message: fresh(4), ordinal: 0 }));
        let made = f.message(fresh(4)).await.message;
        assert_eq!((&*made.provider, &*made.route), ("relay", "through relay: the only one"));
        assert_eq!(used().await, Some((KeyNo(7), 1)));
    }

    async fn what_may_not_be_sent_again_says_why(f) {
        let id = f.post_one(each("w", 1)).await;
        assert_eq!(refusal(f, id).await, NotAgain::UnderWay);
        let claimed = f.claim(9).await.remove(0);
        assert_eq!(refusal(f, id).await, NotAgain::UnderWay);
        f.settle(&claimed, 0, unsettled(Wall(f.now().0 + HOUR))).await;
        assert_eq!(refusal(f, id).await, NotAgain::Reviewed(Wall(f.now().0 + HOUR)));
        f.settle(&claimed, 0, sent()).await;
        assert_eq!(refusal(f, id).await, NotAgain::Sent);

        let cancelled = f.post_one(each("c", 1)).await;
        f.store.cancel_message(cancelled, f.now()).await.expect("cancel");
        assert_eq!(refusal(f, cancelled).await, NotAgain::Cancelled);
        f.housekeep().await;

        let listed = f.post_one(each("s", 1)).await;
        let claimed = f.claim(9).await.remove(0);
        f.settle(&claimed, 0, given_up()).await;
        f.store.suppress(vec![NewEntry::plain(address(0), SuppressionCause::Manual, f.now())]).await.expect("suppress");
        assert_eq!(refusal(f, listed).await, NotAgain::Suppressed);
        let at_once = f.post_one(each("s", 1)).await;
        assert_eq!(refusal(f, at_once).await, NotAgain::Suppressed);
    }

    async fn what_may_have_arrived_and_was_cancelled_is_never_resent(f) {
        let id = lost(f, OnUnknown::Resend).await;
        f.store.cancel_message(id, f.now()).await.expect("cancel");
        assert_eq!(refusal(f, id).await, NotAgain::Over);
        let expires = f.post_one(Mail { expires_at: Some(Wall(f.now().0 + HOUR)), ..each("t", 1) }).await;
        let claimed = f.claim(9).await.remove(0);
        f.settle(&claimed, 0, unknown()).await;
        f.pass(HOUR);
        assert_eq!(refusal(f, expires).await, NotAgain::Over);
    }

    async fn what_expired_goes_anew_without_its_expiry(f) {
        let id = f.post_one(Mail { expires_at: Some(Wall(f.now().0 + HOUR)), ..each("t", 1) }).await;
        f.pass(HOUR);
        assert!(f.claim(9).await.is_empty());
        assert_eq!(f.state(id, 0).await, State::Expired);
        assert!(matches!(again(f, id, &[0], fresh(1)).await[..], [Again::New(_)]));
        assert_eq!(f.message(fresh(1)).await.message.expires_at, None);
        assert_eq!(copies(&f.claim(9).await), 1);
    }

    async fn a_joint_copy_goes_again_to_those_who_did_not_get_it(f) {
        f.store.suppress(vec![NewEntry::plain(address(1), SuppressionCause::Manual, f.now())]).await.expect("suppress");
        let id = f.post_one(joint("j", 3)).await;
        let claimed = f.claim(9).await.remove(0);
        f.settle(&claimed, 0, given_up()).await;
        assert!(matches!(again(f, id, &[0], fresh(1)).await[..], [Again::New(_)]));
        let to: Vec<_> = f.view(fresh(1), 0).await.recipients.into_iter().map(|r| r.email).collect();
        assert_eq!(to, [address(0), address(2)]);
    }

    async fn mail_of_a_released_store_goes_once_more_and_shows_it(f) {
        let id = f.post_one(each("t", 1)).await;
        f.planted = true;
        f.store.close().await;
        f.engine.tamper("UPDATE installation SET held_since = 1, held_why = 'copied', held_message = 1000");
        f.reopen().await;
        f.begin().await;
        f.store.release(f.now()).await.expect("release");
        assert_eq!(f.state(id, 0).await, State::Unsettled);
        assert!(f.claim(9).await.is_empty());
        f.pass(2 * DAY);
        assert_eq!(again(f, id, &[0], fresh(1)).await, [Again::Same]);
        let claimed = f.claim(9).await.remove(0);
        f.settle(&claimed, 0, sent()).await;
        let view = f.view(id, 0).await;
        assert_eq!((view.state, view.maybe_twice), (State::Sent, true));
        assert_eq!(f.violations().await, []);
    }

    async fn a_persons_word_settles_what_is_open_and_nothing_else(f) {
        for (word, state) in [(State::Sent, State::Sent), (State::Failed, State::Failed)] {
            let id = lost(f, OnUnknown::Resend).await;
            again_at(f, id, &[0], fresh(1), Wall(f.now().0 + HOUR), None).await;
            let delivery = DeliveryId { message: id, ordinal: 0 };
            assert_eq!(f.store.settle_by_hand(delivery, word, "전화로 확인", f.now()).await, Ok(Settled::Done));
            assert_eq!(f.state(id, 0).await, state);
            assert_eq!(f.store.settle_by_hand(delivery, State::Sent, "", f.now()).await, Ok(Settled::NotOpen(state)));
            let told = f.store.delivery(delivery).await.expect("look-up").expect("there").1;
            assert!(told.iter().any(|l| l.kind == format!("operator_{}", word.as_str()) && l.detail == "전화로 확인"), "{told:?}");
            f.pass(2 * HOUR);
            assert!(f.claim(9).await.is_empty(), "a pending resend stops");
            if word == State::Failed {
                assert!(matches!(again(f, id, &[0], fresh(7)).await[..], [Again::New(_)]));
                f.claim(9).await;
            }
        }
        let missing = DeliveryId { message: fresh(50), ordinal: 0 };
        assert_eq!(f.store.settle_by_hand(missing, State::Sent, "", f.now()).await, Ok(Settled::Missing));
    }

    async fn waiting_mail_is_moved_later_and_back_and_goes_once(f) {
        let id = f.post_one(each("t", 20_005)).await;
        let claimed = f.claim(5).await;
        let later = Wall(f.now().0 + 5 * HOUR);
        assert_eq!(f.store.reschedule(id, later, true).await, Ok(Rescheduled::Done(20_000)));
        assert!(f.claim(100).await.is_empty());
        assert_eq!(f.message(id).await.message.due, later);
        f.settle_all(&claimed, retry(f.now())).await;
        assert_eq!(keys(&f.claim(100).await), keys(&claimed), "a retry keeps its own time");
        f.restart().await;
        assert_eq!(f.store.reschedule(id, f.now(), false).await, Ok(Rescheduled::Done(20_000)));
        let mut seen = Vec::new();
        loop {
            let more = f.claim(5_000).await;
            if more.is_empty() { break }
            seen.extend(keys(&more).into_iter().filter(|(_, ordinal)| *ordinal >= 5));
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 20_000);
        f.pass(6 * HOUR);
        // Those that were out at the restart are resent; of the others none a second time.
        assert!(keys(&f.claim(100).await).iter().all(|(_, ordinal)| *ordinal < 5));
    }

    async fn a_message_moved_is_late_by_its_new_time(f) {
        let id = f.post_one(each("t", 2)).await;
        f.store.reschedule(id, Wall(f.now().0 + 10 * DAY), true).await.expect("moved");
        f.pass(10 * DAY);
        assert_eq!(copies(&f.claim(9).await), 2);
    }

    async fn what_cannot_be_moved_says_why(f) {
        assert_eq!(f.store.reschedule(fresh(9), f.now(), false).await, Ok(Rescheduled::Missing));
        let until = Wall(f.now().0 + HOUR);
        let id = f.post_one(Mail { expires_at: Some(until), ..each("t", 1) }).await;
        assert_eq!(f.store.reschedule(id, until, true).await, Ok(Rescheduled::Expires(until)));
        f.store.cancel_topic("t", f.now()).await.expect("cancel");
        assert_eq!(f.store.reschedule(id, f.now(), false).await, Ok(Rescheduled::Cancelled));
        let gone = f.post_one(each("u", 1)).await;
        f.claim(9).await;
        assert_eq!(f.store.reschedule(gone, f.now(), false).await, Ok(Rescheduled::Done(0)));
    }

    async fn found_by_the_providers_id_before_and_after_it_is_indexed(f) {
        let ids = f.post((0..3).map(|_| each("t", 400)).collect()).await;
        let claimed = f.claim(1_200).await;
        let id_of = |c: &jebi_domain::port::store::Claimed, ordinal| Decision::Sent { provider_id: format!("p-{}-{ordinal}", c.message_no.0) };
        for c in &claimed {
            let batch = c.copies.iter().map(|one| super::support::settlement(c, one.ordinal, f.now(), id_of(c, one.ordinal)));
            // One stays open, and with it its lease.
            f.apply(batch.filter(|s| s.key.ordinal() != 7).collect()).await;
        }
        let no = f.message(ids[1]).await.no.0;
        let by = |id: String| DeliveryFilter { provider_id: Some(id), ..DeliveryFilter::default() };
        for round in 0..3 {
            let found = f.all(by(format!("p-{no}-399"))).await;
            assert_eq!(found.iter().map(|d| (d.id.message, d.id.ordinal)).collect::<Vec<_>>(), [(ids[1], 399)], "round {round}");
            assert!(f.all(by("p-0-0".into())).await.is_empty());
            let own = DeliveryId { message: ids[2], ordinal: 7 }.to_string();
            assert_eq!(f.all(by(own)).await.len(), 1);
            if round == 1 {
                for c in &claimed {
                    f.settle(c, 7, id_of(c, 7)).await;
                }
            }
            f.housekeep().await;
        }
        assert_eq!(f.all(by(format!("p-{no}-7"))).await.len(), 1);
        f.pass(30 * DAY);
        f.housekeep().await;
        assert_eq!(f.all(by(format!("p-{no}-7"))).await.len(), 1, "kept for 30 days");
        f.pass(11 * DAY);
        f.housekeep().await;
        assert!(f.all(by(format!("p-{no}-7"))).await.is_empty());
    }

    async fn a_late_answer_is_found_by_its_id(f) {
        let id = f.post_one(each("t", 1)).await;
        let first = f.claim(1).await.remove(0);
        assert_eq!(f.restart().await, 1);
        f.housekeep().await;
        f.settle(&first, 0, Decision::Sent { provider_id: "late".into() }).await;
        let by = DeliveryFilter { provider_id: Some("late".into()), ..DeliveryFilter::default() };
        assert_eq!(f.all(by.clone()).await[0].id.message, id);
        f.housekeep().await;
        assert_eq!(f.all(by).await[0].id.message, id);
    }
}
