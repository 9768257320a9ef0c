//! What falls on accounts and senders' domains is counted with what causes it; decisions, topics and alerts are kept.

use std::time::Duration;

use jebi_domain::{
    alert::{AlertCode, Reading, Silence, Tell},
    event::{Feedback, FeedbackKind},
    id::{DeliveryId, MessageId},
    message::Lane,
    port::{reputation::ScopeState, store::DomainRoom},
    reputation::{Act, Mark, Scope, Tally, WindowRule},
    time::Wall,
};

use super::support::{Fixture, HOUR, Mail, address, copies, each, failed, joint, sent, to, unsettled};

const RULE: WindowRule = WindowRule { volume: 1_000, days: 30, least: 1 };
const SENDERS: &str = "example.com";

/// Bulk mail to people whose addresses count: the fixture's sender is at example.com.
fn bulk(topic: &'static str, n: usize) -> Mail {
    Mail { lane: Lane::Bulk, ..to(topic, (0..n).map(|i| format!("person{i}@naver.example"))) }
}

async fn scopes(f: &Fixture) -> Vec<ScopeState> {
    f.store.reputations(RULE, f.now()).await.expect("reputations")
}

async fn tally(f: &Fixture, scope: &Scope) -> Tally {
    scopes(f).await.into_iter().find(|state| state.scope == *scope).map(|state| state.standing.tally).unwrap_or_default()
}

fn provider() -> Scope {
    Scope::Provider(super::support::PROVIDER.into())
}

fn domain() -> Scope {
    Scope::Domain(SENDERS.into())
}

async fn send(f: &Fixture, mail: Mail) -> MessageId {
    let id = f.post_one(mail).await;
    for claimed in f.claim(1_000).await {
        for ordinal in claimed.copies.iter().map(|copy| copy.ordinal) {
            f.settle(&claimed, ordinal, sent()).await;
        }
    }
    id
}

async fn report(f: &Fixture, id: MessageId, ordinal: u32, kind: FeedbackKind) {
    let recipient = f.view(id, ordinal).await.recipients[0].email.clone();
    let one = Feedback { delivery: DeliveryId { message: id, ordinal }, recipient, kind, at: f.now(), detail: "550 5.1.1".into() };
    f.store.record_feedback(vec![one]).await.expect("feedback");
}

fn mark(act: Act, at: Wall) -> Mark {
    Mark { act, since: at, why: "너무 많이 반송됨".into(), by: None, fresh: None }
}

fn reading(code: AlertCode, value: f64) -> Reading {
    Reading { code, subject: "ses".into(), value, limit: 80.0, what: "많이 썼습니다".into(), remedy: "줄이세요".into() }
}

fn place(f: &Fixture, room: u32, until: Wall) -> DomainRoom {
    DomainRoom { domain: SENDERS.into(), room, until, late_from: f.now() }
}

async fn look(f: &Fixture, value: f64) -> Vec<Tell> {
    let told = f.store.look(vec![reading(AlertCode::Quota, value)], REPEAT, f.now()).await.expect("a look");
    told.expect("this node keeps house").into_iter().map(|told| told.tell).collect()
}

const REPEAT: Duration = Duration::from_secs(4 * 3_600);

conform! {
    async fn what_was_taken_or_may_have_been_counts_once_for_the_account_and_the_senders_domain(f) {
        send(f, bulk("news", 3)).await;
        f.post_one(bulk("more", 3)).await;
        let more = f.claim(3).await.remove(0);
        f.settle(&more, 0, unsettled(f.now())).await;
        f.settle(&more, 1, failed()).await;
        f.settle(&more, 1, failed()).await;
        for scope in [provider(), domain()] {
            assert_eq!(tally(f, &scope).await, Tally { sent: 4, failed: 1, ..Tally::default() }, "{scope}");
        }
        f.restart().await;
        assert_eq!(tally(f, &provider()).await.sent, 4, "a restart forgets nothing");
        assert_eq!(f.store.sent_by(domain(), f.now()).await.expect("a sum"), 4);
        f.pass(2 * HOUR);
        assert_eq!(f.store.sent_by(domain(), f.now()).await.expect("a sum"), 0, "since now");
    }

    async fn bounces_and_complaints_count_once_each_and_soft_ones_and_arrivals_do_not(f) {
        let id = send(f, bulk("news", 4)).await;
        for (ordinal, kind) in [
            (0, FeedbackKind::Bounced),
            (0, FeedbackKind::Bounced),
            (0, FeedbackKind::Complained),
            (1, FeedbackKind::SoftBounced),
            (2, FeedbackKind::Delivered),
            (3, FeedbackKind::Delayed),
        ] {
            report(f, id, ordinal, kind).await;
        }
        for scope in [provider(), domain()] {
            assert_eq!(tally(f, &scope).await, Tally { sent: 4, bounced: 1, complained: 1, failed: 0 }, "{scope}");
        }
    }

    async fn mail_to_the_senders_own_domain_bounces_without_counting(f) {
        let id = send(f, Mail { lane: Lane::Bulk, ..each("news", 2) }).await;
        assert!(address(0).ends_with(SENDERS));
        report(f, id, 0, FeedbackKind::Bounced).await;
        assert_eq!(tally(f, &provider()).await.bounced, 0);
    }

    async fn each_recipient_of_a_joint_copy_counts(f) {
        let mut mail = joint("news", 3);
        let people = (0..3).map(|i| (jebi_domain::message::Role::Cc, super::support::mailbox(format!("p{i}@naver.example")))).collect();
        mail.copies = jebi_domain::message::Copies::Joint(people);
        send(f, mail).await;
        assert_eq!(tally(f, &provider()).await.sent, 3);
    }

    async fn a_decision_is_written_by_whoever_is_first_and_after_a_fresh_start_old_mail_is_forgiven(f) {
        let id = send(f, bulk("news", 5)).await;
        report(f, id, 0, FeedbackKind::Bounced).await;
        let paused = mark(Act::Paused, f.now());
        assert!(f.store.mark(provider(), None, paused.clone()).await.expect("written"));
        assert!(!f.store.mark(provider(), None, mark(Act::Slowed, f.now())).await.expect("asked"), "somebody was quicker");
        f.restart().await;
        let kept = scopes(f).await.into_iter().find(|state| state.scope == provider()).and_then(|state| state.mark);
        assert_eq!(kept, Some(paused.clone()));

        f.pass(1_000);
        assert!(f.store.forgive(provider(), paused, mark(Act::None, f.now()), f.now()).await.expect("written"));
        assert_eq!(tally(f, &provider()).await, Tally::default(), "counted anew");
        assert_eq!(tally(f, &domain()).await.bounced, 1, "of the account alone");
        report(f, id, 1, FeedbackKind::Bounced).await;
        assert_eq!((tally(f, &provider()).await.bounced, tally(f, &domain()).await.bounced), (0, 2), "it was sent before");
        f.pass(1_000);
        let id = send(f, Mail { lane: Lane::Bulk, ..to("later", ["a@naver.example".to_owned(), "b@naver.example".to_owned()]) }).await;
        report(f, id, 0, FeedbackKind::Bounced).await;
        assert_eq!(tally(f, &provider()).await, Tally { sent: 2, bounced: 1, ..Tally::default() });
    }

    async fn a_topic_whose_bulk_mail_bounces_is_looked_at_until_it_is_judged(f) {
        let id = send(f, bulk("열린 행사", 4)).await;
        assert_eq!(f.store.first_results().await.expect("topics"), [], "nothing bounced");
        report(f, id, 0, FeedbackKind::Bounced).await;
        report(f, id, 1, FeedbackKind::Delivered).await;
        let first = f.store.first_results().await.expect("topics");
        assert_eq!((first.len(), first[0].topic.as_str(), first[0].transactional), (1, "열린 행사", false));
        assert_eq!((first[0].known.sent, first[0].known.delivered, first[0].known.bounced), (4, 1, 1));
        let stop = |why: &str| f.store.judged("열린 행사".into(), Some(why.into()), f.now());
        assert!(stop("50 %").await.expect("written"));
        assert!(!stop("50 %").await.expect("asked"), "once");
        assert!(f.store.topic("열린 행사").await.expect("read").expect("there").paused);
        assert_eq!(f.store.first_results().await.expect("topics"), []);
        assert_eq!(f.store.stopped_topics().await.expect("topics")[0].why, "50 %");
        f.store.pause_topic("열린 행사", false, f.now()).await.expect("resumed");
        f.store.pause_topic("열린 행사", true, f.now()).await.expect("paused by a person");
        assert_eq!(f.store.stopped_topics().await.expect("topics"), []);
    }

    async fn bulk_mail_of_a_domain_that_is_held_back_stays_behind_and_transactional_mail_goes(f) {
        let id = f.post_one(bulk("news", 5)).await;
        f.post_one(Mail { lane: Lane::Transactional, ..bulk("codes", 1) }).await;
        f.domains = vec![place(f, 2, Wall(f.now().0 + 60_000))];
        assert_eq!(copies(&f.claim(9).await), 3, "two and the transactional one");
        assert!(f.claim(9).await.is_empty(), "the rest is looked at again later");
        assert_eq!(f.view(id, 4).await.attempts, 0);
        f.pass(60_000);
        f.domains = vec![place(f, 0, Wall(f.now().0 + 60_000))];
        assert!(f.claim(9).await.is_empty());
        // However long it takes, it is not late by it.
        f.pass(3 * 24 * HOUR);
        f.domains = vec![place(f, u32::MAX, f.now())];
        assert_eq!(copies(&f.claim(9).await), 3);
    }

    async fn an_alert_is_told_once_over_restarts_and_called_off(f) {
        assert_eq!(look(f, 90.0).await, []);
        f.restart().await;
        // Until the one before is known to be gone, the house is its.
        f.pass(20_000);
        assert_eq!(look(f, 90.0).await, [Tell::Raised], "the first look is not forgotten");
        f.restart().await;
        // Until the one before is known to be gone, the house is its.
        f.pass(20_000);
        assert_eq!(look(f, 90.0).await, [], "nor is it told twice");
        let shown = f.store.alerts().await.expect("alerts");
        assert_eq!((shown.len(), shown[0].is_active(), shown[0].what.as_str()), (1, true, "많이 썼습니다"));
        f.pass(4 * HOUR);
        assert_eq!(look(f, 90.0).await, [Tell::Reminded]);
        assert_eq!([look(f, 10.0).await, look(f, 10.0).await, look(f, 10.0).await], [vec![], vec![], vec![Tell::Resolved]]);
        assert!(!f.store.alerts().await.expect("alerts")[0].is_active());
        f.pass(31 * 24 * HOUR);
        look(f, 10.0).await;
        assert_eq!(f.store.alerts().await.expect("alerts"), [], "it is forgotten a month later");
    }

    async fn a_silence_holds_for_what_comes_later_too(f) {
        let silence = |minutes: i64| Silence { until: Wall(f.now().0 + minutes * 60_000), reason: "점검".into(), by: "홍길동".into() };
        assert_eq!(f.store.silence(AlertCode::BulkPaused, None, Some(silence(10)), f.now()).await.expect("written"), 0);
        let found = || vec![Reading { limit: 1.0, ..reading(AlertCode::BulkPaused, 1.0) }];
        assert_eq!(f.store.look(found(), REPEAT, f.now()).await.expect("a look"), Some(vec![]));
        assert!(f.store.alerts().await.expect("alerts")[0].is_active(), "it is shown all the same");
        f.pass(10 * 60_000);
        let told = f.store.look(found(), REPEAT, f.now()).await.expect("a look").expect("this node keeps house");
        assert_eq!(told.iter().map(|told| told.tell).collect::<Vec<_>>(), [Tell::Raised]);
    }
}
