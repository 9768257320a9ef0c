//! The suppression list: scopes, causes, what enters it by itself, and that a delivery says why it was kept back (requirements S0-12, S1-5).

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    feedback::{self, About, Report, Reported, Verdict, What},
    id::{DeliveryId, MessageId},
    message::Lane,
    port::feedback::{Keep, Recorded},
    port::operator::{Again, NotAgain},
    port::store::{DeliveryView, TimelineEntry},
    port::suppressions::{Listed, Removal, SuppressionFilter},
    suppression::{Entry, NewEntry, Rules, Scope, SoftRule, Source, SuppressionCause},
    time::Wall,
};

use super::{
    operator::{again, given_up},
    support::{DAY, Fixture, Mail, address, each, joint, retry, sent},
};

fn scope(text: &str) -> Scope {
    Scope::parse(text).expect("a scope")
}

fn entry(f: &Fixture, who: usize, scope_text: &str, cause: SuppressionCause) -> NewEntry {
    NewEntry { scope: scope(scope_text), detail: "전화로 요청".to_owned(), ..NewEntry::plain(address(who), cause, f.now()) }
}

async fn put(f: &Fixture, entries: Vec<NewEntry>) -> Listed {
    f.store.suppress(entries).await.expect("suppress")
}

async fn of(f: &Fixture, who: usize) -> Vec<Entry> {
    f.store.suppressions_of(vec![address(who)]).await.expect("entries")
}

/// Causes and scopes of an address.
async fn causes(f: &Fixture, who: usize) -> Vec<(SuppressionCause, String)> {
    of(f, who).await.into_iter().map(|e| (e.cause, e.scope.text())).collect()
}

async fn off(f: &Fixture, who: usize, scope: Option<Scope>) -> usize {
    let removal = Removal { address: address(who), scope, actor: "홍길동".to_owned(), reason: "요청".to_owned(), at: f.now() };
    f.store.unsuppress(removal).await.expect("removed").len()
}

/// Sends a mail of its own to somebody, and reports what became of it.
async fn report(f: &Fixture, who: usize, kind: FeedbackKind, at: Wall) {
    // Nothing is reported of a time to come.
    f.pass((at.0 - f.now().0).max(0));
    let id = mailed(f, who).await;
    assert_eq!(report_of(f, (id, who), kind, at, "550 5.1.1").await, [Recorded::Found { new: 1 }]);
}

async fn mailed(f: &Fixture, who: usize) -> MessageId {
    let id = f.post_one(super::support::to("reported", [address(who)])).await;
    let claimed = f.claim(10).await;
    f.settle_all(&claimed, sent()).await;
    id
}

async fn report_of(f: &Fixture, (id, who): (MessageId, usize), kind: FeedbackKind, at: Wall, words: &str) -> Vec<Recorded> {
    let verdict = match kind {
        FeedbackKind::Bounced => Verdict::Dead,
        FeedbackKind::Complained => Verdict::Complained,
        FeedbackKind::SoftBounced => Verdict::Unreachable,
        _ => Verdict::Nothing,
    };
    let about = About { delivery: Some(DeliveryId { message: id, ordinal: 0 }), ..About::default() };
    let report = Report { verdict, ..Report::new(Some(address(who)), What::Kind(kind), at, words) };
    let keep = Keep { until: at, foreign_until: at, rows: 1 };
    let reported = Reported { about, source: feedback::Source::Local, reports: vec![report] };
    f.store.record_reports(vec![reported], keep, f.now()).await.expect("recorded")
}

async fn told(f: &Fixture, id: MessageId, ordinal: u32) -> (DeliveryView, Vec<TimelineEntry>) {
    f.store.delivery(DeliveryId { message: id, ordinal }).await.expect("a look").expect("there")
}

fn mail(topic: &'static str, lane: Lane) -> Mail {
    Mail { lane, ..each(topic, 6) }
}

conform! {
    /// 0 all, 1 bulk, 2 the family, 3 unsubscribed from the family, 4 another family, 5 nothing.
    async fn each_scope_keeps_its_own_mail_back_at_accept_and_at_claim(f) {
        let list = |f: &Fixture| {
            use SuppressionCause::{Manual, Unsubscribe};
            let all = [(0, "all", Manual), (1, "bulk", Manual), (2, "topic:news", Manual), (3, "topic:news", Unsubscribe), (4, "topic:new", Manual)];
            all.map(|(who, scope, cause)| entry(f, who, scope, cause)).to_vec()
        };
        let kept: [(&'static str, Lane, [usize; 6]); 4] = [
            ("news/2026", Lane::Bulk, [1, 1, 1, 1, 0, 0]),
            ("news/2026", Lane::Transactional, [1, 0, 1, 0, 0, 0]),
            ("other", Lane::Bulk, [1, 1, 0, 0, 0, 0]),
            ("newsletter", Lane::Transactional, [1, 0, 0, 0, 0, 0]),
        ];
        let mut before = Vec::new();
        for (topic, lane, _) in kept {
            before.push(f.post_one(mail(topic, lane)).await);
        }
        put(f, list(f)).await;
        let mut after = Vec::new();
        for (topic, lane, _) in kept {
            after.push(f.post_one(mail(topic, lane)).await);
        }
        for _ in 0..8 {
            let claimed = f.claim(50).await;
            f.settle_all(&claimed, sent()).await;
        }
        for (i, (topic, lane, suppressed)) in kept.into_iter().enumerate() {
            for id in [before[i], after[i]] {
                for (ordinal, is) in suppressed.into_iter().enumerate() {
                    let expected = if is == 1 { State::Suppressed } else { State::Sent };
                    assert_eq!(f.state(id, ordinal as u32).await, expected, "{topic} {lane:?} to {ordinal}");
                }
            }
        }
    }

    async fn a_delivery_says_the_cause_and_since_when(f) {
        let waiting = f.post_one(each("t", 2)).await;
        put(f, vec![entry(f, 1, "all", SuppressionCause::Bounce)]).await;
        let late = f.post_one(each("t", 2)).await;
        let copy = f.post_one(joint("t", 2)).await;
        for _ in 0..3 {
            let claimed = f.claim(10).await;
            f.settle_all(&claimed, sent()).await;
        }
        let since = f.now().to_string();
        for id in [waiting, late] {
            let (view, timeline) = told(f, id, 1).await;
            let reason = view.reason.expect("a reason");
            assert_eq!((view.state, reason.code.as_str()), (State::Suppressed, "suppressed_bounce"));
            assert!(reason.text.contains(&since) && reason.text.ends_with("전화로 요청"), "{}", reason.text);
            let last = timeline.last().expect("an end");
            assert!(last.kind == "suppressed" && last.detail.contains("suppressed_bounce"), "{last:?}");
        }
        let (view, _) = told(f, copy, 0).await;
        let codes: Vec<_> = view.recipients.iter().map(|one| one.reason.as_ref().map(|r| r.code.clone())).collect();
        assert_eq!(codes, [None, Some("suppressed_bounce".to_owned())]);
    }

    /// What its last attempt said stays in the timeline.
    async fn a_retry_that_is_suppressed_keeps_what_was_said_before(f) {
        let id = f.post_one(each("t", 1)).await;
        let claimed = f.claim(10).await;
        let due = f.now();
        f.settle_all(&claimed, retry(due)).await;
        put(f, vec![entry(f, 0, "all", SuppressionCause::Manual)]).await;
        f.claim(10).await;
        let (view, timeline) = told(f, id, 0).await;
        assert_eq!((view.state, view.reason.map(|r| r.code)), (State::Suppressed, Some("suppressed_manual".to_owned())));
        let lines: Vec<_> = timeline.iter().map(|line| (line.kind.as_str(), line.detail.contains("451"))).collect();
        assert_eq!(lines, [("accepted", false), ("transient", true), ("suppressed", false)]);
    }

    async fn entries_count_keep_their_first_cause_and_leave_a_trace(f) {
        let first = entry(f, 1, "bulk", SuppressionCause::Complaint);
        assert_eq!(put(f, vec![first.clone(), first]).await, Listed { new: 1, known: 1, left: 0 });
        f.pass(1_000);
        assert_eq!(put(f, vec![entry(f, 1, "bulk", SuppressionCause::Manual)]).await, Listed { new: 0, known: 1, left: 0 });
        assert_eq!(put(f, vec![entry(f, 1, "all", SuppressionCause::SoftBounce)]).await.new, 1);
        f.pass(1_000);
        assert_eq!(put(f, vec![entry(f, 1, "all", SuppressionCause::Bounce)]).await.known, 1);
        let all = of(f, 1).await;
        assert_eq!(all.iter().map(|e| (e.scope.text(), e.cause, e.times)).collect::<Vec<_>>(), [
            ("all".to_owned(), SuppressionCause::Bounce, 2),
            ("bulk".to_owned(), SuppressionCause::Complaint, 2),
        ]);
        assert!(all[1].since < all[1].last_at);
        assert_eq!((off(f, 1, Some(Scope::Bulk)).await, off(f, 1, Some(Scope::Bulk)).await, off(f, 1, None).await), (1, 0, 1));
        let removed = f.store.suppressions_removed(&address(1), 10).await.expect("removed");
        let told: Vec<_> = removed.iter().map(|r| (r.entry.cause, r.entry.times, r.actor.as_str(), r.reason.as_str())).collect();
        assert_eq!(told, [(SuppressionCause::Bounce, 2, "홍길동", "요청"), (SuppressionCause::Complaint, 2, "홍길동", "요청")]);
        let id = f.post_one(each("t", 2)).await;
        assert_eq!(f.state(id, 1).await, State::Waiting);
    }

    async fn addresses_of_the_simulator_never_enter(f) {
        let simulated = NewEntry::plain("bounce+1@simulator.amazonses.com", SuppressionCause::Bounce, f.now());
        assert_eq!(put(f, vec![simulated]).await, Listed { new: 0, known: 0, left: 1 });
        let id = f.post_one(super::support::to("t", ["bounce@simulator.amazonses.com".to_owned()])).await;
        let claimed = f.claim(10).await;
        f.settle_all(&claimed, sent()).await;
        f.report(id, 0, "bounce@simulator.amazonses.com", FeedbackKind::Bounced).await;
        assert_eq!(f.store.suppressions(SuppressionFilter::default(), None, 10).await.expect("a page").entries, []);
    }

    async fn permanent_bounces_and_complaints_enter_with_their_report(f) {
        let at = f.now();
        report(f, 1, FeedbackKind::Bounced, at).await;
        report(f, 2, FeedbackKind::Complained, at).await;
        report(f, 3, FeedbackKind::Delivered, at).await;
        assert_eq!(causes(f, 1).await, [(SuppressionCause::Bounce, "all".to_owned())]);
        assert_eq!(causes(f, 2).await, [(SuppressionCause::Complaint, "bulk".to_owned())]);
        assert_eq!(causes(f, 3).await, []);
        assert_eq!(of(f, 1).await[0].source, Source::Event);
        f.store.set_suppression_rules(Rules { complaints: Scope::All, ..Rules::default() });
        report(f, 4, FeedbackKind::Complained, at).await;
        assert_eq!(causes(f, 4).await, [(SuppressionCause::Complaint, "all".to_owned())]);
    }

    async fn soft_bounces_enter_after_enough_days_and_a_delivery_begins_anew(f) {
        f.store.set_suppression_rules(Rules { soft: Some(SoftRule { times: 3, days: 10 }), ..Rules::default() });
        let day = |n: i64| Wall(super::support::START.0 + n * DAY);
        let soft = FeedbackKind::SoftBounced;
        // Two on one day are one.
        for at in [day(0), Wall(day(0).0 + 1), day(1)] {
            report(f, 1, soft, at).await;
        }
        assert_eq!(causes(f, 1).await, []);
        report(f, 1, soft, day(2)).await;
        assert_eq!(causes(f, 1).await, [(SuppressionCause::SoftBounce, "all".to_owned())]);
        // Delivered between.
        for (kind, n) in [(soft, 20), (soft, 21), (FeedbackKind::Delivered, 22), (soft, 23), (soft, 24)] {
            report(f, 2, kind, day(n)).await;
        }
        assert_eq!(causes(f, 2).await, []);
        report(f, 2, soft, day(25)).await;
        assert_eq!(causes(f, 2).await.len(), 1);
        // Too far apart.
        for n in [40, 46, 52] {
            report(f, 3, soft, day(n)).await;
        }
        assert_eq!(causes(f, 3).await, []);
        f.store.set_suppression_rules(Rules { soft: None, ..Rules::default() });
        for n in 60..70 {
            report(f, 4, soft, day(n)).await;
        }
        assert_eq!(causes(f, 4).await, []);
    }

    async fn a_mail_that_is_sent_again_keeps_to_its_scopes(f) {
        let id = f.post_one(each("news/1", 3)).await;
        let claimed = f.claim(10).await;
        f.settle_all(&claimed, given_up()).await;
        let other = |who: usize, scope: &str| entry(f, who, scope, SuppressionCause::Manual);
        put(f, vec![other(0, "topic:old"), other(1, "topic:news"), other(2, "bulk"), other(0, "topic:news-1")]).await;
        let found = f.store.suppressed(vec![address(0), address(1), address(2)], Lane::Transactional, "news/1").await.expect("found");
        assert_eq!(found.into_iter().map(|(place, e)| (place, e.scope.text())).collect::<Vec<_>>(), [(1, "topic:news".to_owned())]);
        let again = again(f, id, &[0, 1, 2], MessageId([7; 16])).await;
        assert!(matches!(again[..], [Again::New(_), Again::Refused(NotAgain::Suppressed), Again::New(_)]), "{again:?}");
        assert_eq!(f.state(id, 1).await, State::Failed);
    }

    async fn an_unsubscribe_gives_way_to_any_other_cause(f) {
        let urgent = async |f: &Fixture| f.state(f.post_one(each("x", 1)).await, 0).await;
        put(f, vec![entry(f, 0, "topic:x", SuppressionCause::Unsubscribe)]).await;
        assert_eq!(urgent(f).await, State::Waiting);
        put(f, vec![entry(f, 0, "topic:x", SuppressionCause::Manual), entry(f, 0, "topic:x", SuppressionCause::Unsubscribe)]).await;
        assert_eq!(causes(f, 0).await, [(SuppressionCause::Manual, "topic:x".to_owned())]);
        assert_eq!(urgent(f).await, State::Suppressed);
        // Both of one batch, the unsubscribe first.
        put(f, vec![entry(f, 1, "bulk", SuppressionCause::Unsubscribe), entry(f, 1, "bulk", SuppressionCause::Complaint)]).await;
        assert_eq!(causes(f, 1).await, [(SuppressionCause::Complaint, "bulk".to_owned())]);
    }

    async fn a_bounce_told_again_after_its_address_was_taken_off_does_not_bring_it_back(f) {
        let (id, bounced) = (mailed(f, 0).await, f.now());
        report_of(f, (id, 0), FeedbackKind::Bounced, bounced, "550 5.1.1").await;
        f.pass(1_000);
        assert_eq!(off(f, 0, None).await, 1);
        f.pass(1_000);
        // In other words, so it is news.
        report_of(f, (id, 0), FeedbackKind::Bounced, bounced, "550 5.1.1 no such user").await;
        assert_eq!(causes(f, 0).await, []);
        report_of(f, (id, 0), FeedbackKind::Bounced, f.now(), "550 5.1.1 still none").await;
        assert_eq!(causes(f, 0).await, [(SuppressionCause::Bounce, "all".to_owned())]);
    }
}
