//! What falls on accounts and senders' domains is counted with what causes it; decisions, topics and alerts are kept.

use std::time::Duration;

use jebi_domain::{
    alert::{AlertCode, Reading, Silence, Tell},
    event::{Feedback, FeedbackKind},
    id::{DeliveryId, MessageId},
    message::Lane,
    port::{
        reputation::{Heard, ScopeState},
        store::{DomainRoom, Notice},
    },
    reputation::{Act, Mark, Scope, Tally, WindowRule},
    time::Wall,
};

use super::support::{Fixture, HOUR, Mail, PROVIDER, address, copies, each, failed, joint, sent, to, unsettled};

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
    Scope::Provider(PROVIDER.into())
}

fn domain() -> Scope {
    Scope::Domain(SENDERS.into())
}

async fn send(f: &Fixture, mail: Mail) -> MessageId {
    let id = f.post_one(mail).await;
    loop {
        let claimed = f.claim(1_000).await;
        if claimed.is_empty() {
            return id;
        }
        f.settle_all(&claimed, sent()).await;
    }
}

async fn report(f: &Fixture, id: MessageId, ordinal: u32, kind: FeedbackKind) {
    report_at(f, id, ordinal, kind, f.now()).await;
}

async fn report_at(f: &Fixture, id: MessageId, ordinal: u32, kind: FeedbackKind, at: Wall) {
    let recipient = f.view(id, ordinal).await.recipients[0].email.clone();
    let one = Feedback { delivery: DeliveryId { message: id, ordinal }, recipient, kind, at, detail: "550 5.1.1".into() };
    f.store.record_feedback(vec![one]).await.expect("feedback");
}

fn mark(act: Act, at: Wall) -> Mark {
    Mark { act, since: at, why: "너무 많이 반송됨".into(), by: None, fresh: None }
}

fn reading(code: AlertCode, value: f64) -> Reading {
    Reading { code, subject: "ses".into(), value, limit: 80.0, what: "많이 썼습니다".into(), remedy: "줄이세요".into() }
}

fn place(f: &Fixture, room: u32, until: Wall) -> DomainRoom {
    DomainRoom { domain: SENDERS.into(), room, pace: u32::MAX, keep: 0, until, late_from: f.now() }
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
        // The third copy was under way: the provider may have taken it.
        for scope in [provider(), domain()] {
            assert_eq!(tally(f, &scope).await.sent, 5, "a restart forgets nothing: {scope}");
        }
        f.restart().await;
        assert_eq!(f.store.sent_by(domain(), f.now()).await.expect("a sum"), 5, "once");
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
        assert_eq!((first.len(), first[0].topic.as_str()), (1, "열린 행사"));
        assert_eq!((first[0].known.sent, first[0].known.delivered, first[0].known.bounced), (4, 1, 1));
        let stop = |why: &str| f.store.judged("열린 행사".into(), Some(why.into()), f.now());
        assert!(stop("50 %").await.expect("written"));
        assert!(!stop("50 %").await.expect("asked"), "once");
        let topic = f.store.topic("열린 행사").await.expect("read").expect("there");
        assert_eq!((topic.paused, topic.bulk_paused), (false, true));
        assert_eq!(f.store.first_results().await.expect("topics"), []);
        assert_eq!(f.store.stopped_topics().await.expect("topics")[0].why, "50 %");
        f.store.pause_topic("열린 행사", false, f.now()).await.expect("resumed");
        assert!(!f.store.topic("열린 행사").await.expect("read").expect("there").bulk_paused);
        f.store.pause_topic("열린 행사", true, f.now()).await.expect("paused by a person");
        assert_eq!(f.store.stopped_topics().await.expect("topics"), []);
    }

    async fn reports_count_where_their_mail_was_sent_however_late_they_come(f) {
        let campaign = send(f, bulk("한가위", 1_500)).await;
        f.pass(25 * HOUR);
        send(f, bulk("영수증", 1_200)).await;
        for ordinal in 0..10 {
            report(f, campaign, ordinal, FeedbackKind::Complained).await;
        }
        for scope in [provider(), domain()] {
            assert_eq!(tally(f, &scope).await, Tally { sent: 1_200, ..Tally::default() }, "{scope}: they left the window with their mail");
        }
        // Who sends little is judged by more than a day: there they are.
        let wide = f.store.reputations(WindowRule { volume: 2_000, ..RULE }, f.now()).await.expect("reputations");
        let of = wide.iter().find(|state| state.scope == provider()).expect("it has sent").standing.tally;
        assert_eq!((of.sent, of.complained), (2_700, 10));
    }

    async fn a_reporters_clock_in_the_future_counts_nothing_for_ever(f) {
        let id = send(f, bulk("news", 2)).await;
        report_at(f, id, 0, FeedbackKind::Bounced, Wall(f.now().0 + 400 * 24 * HOUR)).await;
        assert_eq!(tally(f, &provider()).await.bounced, 1);
        f.pass(40 * 24 * HOUR);
        assert_eq!(tally(f, &provider()).await, Tally::default(), "it has left the window with its mail");
    }

    async fn a_stopped_topic_holds_its_bulk_mail_and_never_its_transactional_mail(f) {
        let id = send(f, bulk("열린 행사", 3)).await;
        let waiting = f.post_one(bulk("열린 행사", 1_500)).await;
        report(f, id, 2, FeedbackKind::Bounced).await;
        f.take_notices();
        f.window.set(Lane::Bulk, 100);
        f.window.set(Lane::Transactional, 100);
        assert!(f.store.judged("열린 행사".into(), Some("50 %".into()), f.now()).await.expect("written"));
        assert!(f.take_notices().iter().any(|n| matches!(n, Notice::Queue(q) if q.lane == Lane::Bulk && q.paused)), "dispatchers are told");
        assert!(f.store.queues(PROVIDER).await.expect("queues").iter().all(|q| q.paused));
        assert!(f.view(waiting, 0).await.paused);
        assert_eq!(f.violations().await, [], "claims see what stands there");

        // What is posted from now on: bulk waits, too, and transactional mail is leased at once.
        let late = f.post_one(bulk("열린 행사", 1)).await;
        assert_eq!(f.leased().await, 0, "no bulk mail is born leased");
        let code = f.post_one(Mail { lane: Lane::Transactional, ..bulk("열린 행사", 1) }).await;
        assert_eq!(f.leased().await, 1, "transactional mail is");
        assert_eq!((f.view(late, 0).await.paused, f.view(code, 0).await.paused), (true, false));
        // One that was not, for want of room, is claimed.
        f.window.set(Lane::Transactional, 0);
        let code = f.post_one(Mail { lane: Lane::Transactional, ..bulk("열린 행사", 1) }).await;
        assert_eq!(f.store.health().await.expect("health").oldest_due, [Some(f.now()), None], "what waits of bulk is nobody's delay");
        let claimed = f.claim(9).await;
        assert_eq!((copies(&claimed), claimed[0].message.id), (1, code));
        // A restart forgets neither.
        f.restart().await;
        assert!(f.claim(9).await.iter().all(|c| c.message.lane == Lane::Transactional));

        f.store.pause_topic("열린 행사", false, f.now()).await.expect("resumed");
        assert!(f.store.queues(PROVIDER).await.expect("queues").iter().all(|q| !q.paused));
        assert!(f.claim(9).await.iter().any(|c| c.message.id == waiting));
    }

    async fn topics_that_bounced_last_are_looked_at_first_and_quiet_ones_not_for_ever(f) {
        for (topic, person) in [("가", "a"), ("나", "b")] {
            let id = send(f, Mail { lane: Lane::Bulk, ..to(topic, [format!("{person}@naver.example")]) }).await;
            report(f, id, 0, FeedbackKind::Bounced).await;
            f.pass(HOUR);
        }
        let again = send(f, Mail { lane: Lane::Bulk, ..to("가", ["c@naver.example".to_owned()]) }).await;
        report(f, again, 0, FeedbackKind::Bounced).await;
        let names = async |f: &Fixture| -> Vec<String> { f.store.first_results().await.expect("topics").into_iter().map(|one| one.topic).collect() };
        assert_eq!(names(f).await, ["가", "나"]);
        f.pass(7 * 24 * HOUR - HOUR + 1);
        f.store.beat(f.incarnation, f.now()).await.expect("beat");
        f.housekeep().await;
        assert_eq!(names(f).await, ["가"], "nothing of the other bounced for a week");
    }

    async fn a_window_of_many_days_is_summed_up_and_a_new_count_begins_where_it_did(f) {
        // 100 a day for twelve days, two of them bounce.
        for day in 0..12 {
            let id = send(f, Mail { lane: Lane::Bulk, ..to("news", (0..100).map(|i| format!("person{i}-of-{day}@naver.example"))) }).await;
            report(f, id, 0, FeedbackKind::Bounced).await;
            report(f, id, 1, FeedbackKind::Bounced).await;
            if day == 5 {
                let paused = mark(Act::Paused, f.now());
                assert!(f.store.mark(domain(), None, paused.clone()).await.expect("written"));
                f.pass(1_000);
                assert!(f.store.forgive(domain(), paused, mark(Act::None, f.now()), f.now()).await.expect("written"));
            }
            f.pass(24 * HOUR + 40 * 60_000);
        }
        // The last day's is more than 24 hours old by 40 minutes: ten days come to the volume.
        assert_eq!(tally(f, &provider()).await, Tally { sent: 1_000, bounced: 20, ..Tally::default() });
        assert_eq!(tally(f, &domain()).await, Tally { sent: 600, bounced: 12, ..Tally::default() }, "the six since it began anew");
        f.pass(29 * 24 * HOUR);
        assert_eq!(tally(f, &provider()).await, Tally::default(), "nothing is older than the rule's days");
        f.pass(62 * 24 * HOUR);
        f.store.beat(f.incarnation, f.now()).await.expect("beat");
        f.housekeep().await;
        let all = f.store.reputations(WindowRule { volume: 100_000, days: 90, least: 1 }, f.now()).await.expect("reputations");
        assert_eq!(all.iter().map(|state| state.standing.tally.sent).max(), Some(0));
    }

    async fn a_decision_is_found_by_its_scope_and_forgotten_where_it_stands(f) {
        let warned = mark(Act::Warned, f.now());
        assert!(f.store.mark(domain(), None, warned.clone()).await.expect("written"));
        assert_eq!(f.store.mark_of(domain()).await.expect("read"), Some(warned.clone()));
        assert_eq!(f.store.mark_of(provider()).await.expect("read"), None);
        assert_eq!(f.store.marks().await.expect("read"), [(domain(), warned.clone())]);
        assert!(!f.store.unmark(domain(), mark(Act::None, f.now())).await.expect("asked"), "another stands there");
        assert!(f.store.unmark(domain(), warned).await.expect("written"));
        assert_eq!(f.store.mark_of(domain()).await.expect("read"), None);
    }

    async fn what_a_later_version_wrote_is_left_to_it(f) {
        assert_eq!(look(f, 90.0).await, []);
        f.store.close().await;
        let newer = mark(Act::Paused, f.now());
        let decided = serde_json::to_string(&newer).expect("json").replace("paused", "frozen");
        f.engine.tamper(&format!(
            "INSERT INTO reputation_mark (kind, name, mark) VALUES (0, 'ses', '{decided}');
             INSERT INTO reputation_mark (kind, name, mark) VALUES (9, 'team', '{decided}');
             INSERT INTO alert (code, subject, state, raised_at) VALUES ('tides', '', '{{\"code\": \"tides\"}}', 1);"
        ));
        f.reopen_closed().await;
        f.pass(20_000);
        assert_eq!(f.store.marks().await.expect("read"), []);
        assert_eq!(scopes(f).await, []);
        assert!(!f.store.mark(provider(), None, newer).await.expect("asked"), "it is not written over");
        assert_eq!(f.store.alerts().await.expect("alerts"), []);
        assert_eq!(look(f, 90.0).await, [Tell::Raised], "what is known goes on");
    }

    async fn when_an_account_was_heard_of_and_that_mail_arrived_is_kept(f) {
        assert_eq!(f.store.heard(PROVIDER.into()).await.expect("read"), None);
        let id = send(f, bulk("news", 3)).await;
        report(f, id, 0, FeedbackKind::Bounced).await;
        let first = f.now();
        assert_eq!(f.store.heard(PROVIDER.into()).await.expect("read"), Some(Heard { at: first, delivered_at: None }));
        report(f, id, 1, FeedbackKind::Delivered).await;
        assert_eq!(f.store.heard(PROVIDER.into()).await.expect("read"), Some(Heard { at: first, delivered_at: Some(first) }));
        f.pass(HOUR);
        report(f, id, 2, FeedbackKind::Bounced).await;
        assert_eq!(f.store.heard(PROVIDER.into()).await.expect("read"), Some(Heard { at: f.now(), delivered_at: Some(first) }));
        let between = |from: i64, until: i64| f.store.sent_between(provider(), Wall(first.0 + from), Wall(first.0 + until));
        assert_eq!([between(0, HOUR).await, between(HOUR, 9 * HOUR).await, between(-HOUR, 0).await], [Ok(3), Ok(0), Ok(0)]);
    }

    async fn bulk_mail_of_a_domain_that_is_held_back_stays_behind_and_transactional_mail_goes(f) {
        let id = f.post_one(bulk("news", 5)).await;
        f.post_one(Mail { lane: Lane::Transactional, ..bulk("codes", 1) }).await;
        f.domains = vec![place(f, 2, Wall(f.now().0 + 60_000))];
        assert_eq!(copies(&f.claim(9).await), 3, "two and the transactional one");
        assert!(f.claim(9).await.is_empty(), "the rest is set aside");
        assert_eq!(f.view(id, 4).await.attempts, 0);
        f.pass(60_000);
        f.domains = vec![place(f, 0, Wall(f.now().0 + 60_000))];
        assert!(f.claim(9).await.is_empty());
        // However long it takes, it is not late by it.
        f.pass(3 * 24 * HOUR);
        f.domains = vec![place(f, u32::MAX, f.now())];
        assert!(f.claim(9).await.is_empty(), "until it is brought back");
        assert_eq!(f.store.bring_back(SENDERS.into(), 9).await, Ok(1));
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

    async fn one_that_holds_is_shown_however_many_were_resolved_since(f) {
        let stopped = |subject: String| Reading { subject, limit: 1.0, ..reading(AlertCode::TopicStopped, 1.0) };
        let holds = || stopped("오래된 것".into());
        f.store.look(vec![holds()], REPEAT, f.now()).await.expect("a look");
        f.pass(1_000);
        let many: Vec<Reading> = (0..500).map(|i| stopped(i.to_string())).chain([holds()]).collect();
        f.store.look(many, REPEAT, f.now()).await.expect("a look");
        f.store.look(vec![holds()], REPEAT, f.now()).await.expect("a look");
        let shown = f.store.alerts().await.expect("alerts");
        let active: Vec<&str> = shown.iter().filter(|alert| alert.is_active()).map(|alert| alert.subject.as_str()).collect();
        assert_eq!((shown.len(), active), (500, vec!["오래된 것"]));
        assert!(shown.is_sorted_by_key(|alert| std::cmp::Reverse(alert.raised_at)), "newest first");
    }

    async fn of_two_silences_the_longer_one_holds(f) {
        let silence = |minutes: i64| Silence { until: Wall(f.now().0 + minutes * 60_000), reason: "점검".into(), by: "홍길동".into() };
        let found = || vec![Reading { limit: 1.0, ..reading(AlertCode::BulkPaused, 1.0) }];
        f.store.silence(AlertCode::BulkPaused, Some("ses".into()), Some(silence(1)), f.now()).await.expect("written");
        assert_eq!(f.store.look(found(), REPEAT, f.now()).await.expect("a look"), Some(vec![]));
        f.pass(5 * 60_000);
        f.store.silence(AlertCode::BulkPaused, None, Some(silence(10)), f.now()).await.expect("written");
        f.store.silence(AlertCode::BulkPaused, Some("ses".into()), Some(silence(1)), f.now()).await.expect("written");
        f.pass(2 * 60_000);
        assert_eq!(f.store.look(found(), REPEAT, f.now()).await.expect("a look"), Some(vec![]), "its own has passed, that of all has not");
    }

    async fn a_topic_with_a_star_for_a_name_is_one_topic(f) {
        let silence = Silence { until: Wall(f.now().0 + HOUR), reason: "점검".into(), by: "홍길동".into() };
        f.store.silence(AlertCode::TopicStopped, Some("*".into()), Some(silence), f.now()).await.expect("written");
        let stopped = |subject: &str| Reading { subject: subject.into(), limit: 1.0, ..reading(AlertCode::TopicStopped, 1.0) };
        let told = f.store.look(vec![stopped("*"), stopped("봄")], REPEAT, f.now()).await.expect("a look").expect("this node keeps house");
        assert_eq!(told.iter().map(|told| told.alert.subject.as_str()).collect::<Vec<_>>(), ["봄"]);
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
