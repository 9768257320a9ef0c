//! What a report may not do, whatever it says: judge people it does not name, rewrite other times, or be lost in the noise (S3-4).

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    feedback::{Report, Reported, Source, Verdict, What},
    id::{DeliveryId, MessageId},
    outcome::Decision,
    port::feedback::Recorded,
    suppression::{Rules, SoftRule, SuppressionCause},
    time::Wall,
};

use super::{
    feedback::{WHO, by_id, complaint, events, hard, keep, report, sent_with, tagged, told},
    settle::out,
    sqlite::Sqlite,
    support::{DAY, Fixture, address, joint, run, sent, to, unknown},
};

/// The complaint of somebody among those who got the mail, as most mailbox providers pass it on.
fn somebodys() -> Report {
    Report { recipient: None, ..complaint(WHO) }
}

async fn told_by(f: &Fixture, source: Source, message: MessageId, report: Report) -> Recorded {
    let reported = Reported { about: tagged(message, 0), source, reports: vec![Report { at: f.now(), ..report }] };
    f.store.record_reports(vec![reported], keep(f), f.now()).await.expect("recorded").remove(0)
}

async fn listed(f: &Fixture, who: &str) -> Option<SuppressionCause> {
    f.store.suppressions_of(vec![who.to_owned()]).await.expect("look-up").pop().map(|entry| entry.cause)
}

/// A soft bounce that counts against the address.
fn full(who: &str, at: Wall) -> Report {
    Report { verdict: Verdict::Unreachable, at, ..report(who, FeedbackKind::SoftBounced, "452 4.2.2 full") }
}

/// A mail to one that was sent.
async fn sent_to(f: &Fixture, who: &str) -> MessageId {
    let id = f.post_one(to("t", [who.to_owned()])).await;
    let c = f.claim(9).await;
    f.settle_all(&c, sent()).await;
    id
}

/// A soft bounce and a delivery after it, told in either order, of one mail or of another to the same address.
async fn soft_and_delivered(f: &Fixture, another: bool) {
    f.store.set_suppression_rules(Rules { soft: Some(SoftRule { times: 2, days: 10 }), ..Rules::default() });
    for late in [false, true] {
        let who = format!("case{late}@example.com");
        let first = sent_to(f, &who).await;
        let second = if another { sent_to(f, &who).await } else { first };
        f.housekeep().await;
        f.pass(2_000);
        let soft = async || told(f, tagged(first, 0), vec![full(&who, Wall(f.now().0 - 1_000))]).await;
        let delivered = async || told(f, tagged(second, 0), vec![report(&who, FeedbackKind::Delivered, "250 ok")]).await;
        if late {
            delivered().await;
            soft().await;
        } else {
            soft().await;
            delivered().await;
        }
        f.pass(DAY);
        let next = sent_to(f, &who).await;
        told(f, tagged(next, 0), vec![full(&who, f.now())]).await;
        assert_eq!(listed(f, &who).await, None, "one day since it was delivered; told late: {late}");
        f.pass(DAY);
        told(f, tagged(next, 0), vec![Report { detail: "again".into(), ..full(&who, f.now()) }]).await;
        assert_eq!(listed(f, &who).await, Some(SuppressionCause::SoftBounce));
    }
}

/// By the index of addresses. On PostgreSQL that waits for whatever transaction is open on the server, other tests' too.
#[test]
fn and_of_another_mail_to_the_same_address() {
    run(Box::new(Sqlite::new()), async |f: &mut Fixture| soft_and_delivered(f, true).await);
}

conform! {
    async fn a_complaint_that_names_nobody_judges_none_of_several(f) {
        let id = f.post_one(joint("t", 3)).await;
        let c = f.claim(9).await;
        f.settle_all(&c, sent_with("s1")).await;
        for _ in 0..2 {
            assert_eq!(told_by(f, Source::Arf, id, somebodys()).await, Recorded::Found { new: 0 });
        }
        assert_eq!(events(f, id).await, [("complained".to_owned(), String::new(), "abuse".to_owned())], "it is shown, once");
        assert_eq!(f.topic("t").await.complained, 0);
        assert!(f.view(id, 0).await.recipients.iter().all(|one| one.feedback == 0));
        for n in 0..3 {
            assert_eq!(listed(f, &address(n)).await, None);
        }
    }

    async fn where_only_one_got_the_mail_it_is_theirs(f) {
        for n in [1, 2] {
            let id = sent_to(f, &address(n)).await;
            told(f, tagged(id, 0), vec![hard(&address(n))]).await;
        }
        let id = f.post_one(joint("u", 3)).await;
        let c = f.claim(9).await;
        f.settle_all(&c, sent_with("s1")).await;
        assert_eq!(f.topic("u").await.suppressed, 2);
        assert_eq!(told_by(f, Source::Arf, id, somebodys()).await, Recorded::Found { new: 1 });
        assert_eq!((f.topic("u").await.complained, listed(f, &address(0)).await), (1, Some(SuppressionCause::Complaint)));
    }

    async fn what_names_nobody_proves_an_attempt_all_shared(f) {
        let states = async |id| f.view(id, 0).await.recipients.into_iter().map(|one| one.state).collect::<Vec<_>>();
        let note = || Report::new(None, What::Note, Wall(0), "Bounce");
        for (ends, source, proves) in [
            ([unknown(), unknown()], Source::Arf, true),
            // The other one's mail may be the one that was complained of.
            ([unknown(), sent()], Source::Arf, false),
            ([unknown(), sent()], Source::Ses, true),
        ] {
            let id = f.post_one(joint("t", 2)).await;
            let c = f.claim(9).await;
            f.settle(&c[0], 0, Decision::Each(ends.to_vec())).await;
            told_by(f, source, id, note()).await;
            assert_eq!(states(id).await[0], if proves { State::Sent } else { State::Unknown });
        }
    }

    async fn a_reporters_clock_changes_no_other_time(f) {
        f.store.set_suppression_rules(Rules { soft: Some(SoftRule { times: 3, days: 10 }), ..Rules::default() });
        let (who, other) = ("kim@naver.example", "lee@daum.example");
        for _ in 0..2 {
            let id = sent_to(f, who).await;
            told(f, tagged(id, 0), vec![full(who, f.now())]).await;
            f.pass(DAY);
        }
        // 2099, and the year everything began.
        let accepted = f.now();
        let id = sent_to(f, other).await;
        f.pass(1_000);
        for (at, words) in [(Wall(4_070_908_800_000), "a"), (Wall(1), "b")] {
            told(f, tagged(id, 0), vec![Report { detail: words.into(), ..full(other, at) }]).await;
        }
        let (_, timeline) = f.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").expect("a delivery");
        let mut times: Vec<Wall> = timeline.iter().filter(|line| line.source.is_some()).map(|line| line.at).collect();
        times.sort_unstable();
        assert_eq!(times, [accepted, f.now()]);
        // Nothing of the first was forgotten, and nothing of the other stays for ever.
        assert_eq!(listed(f, who).await, None);
        let id = sent_to(f, who).await;
        told(f, tagged(id, 0), vec![full(who, f.now())]).await;
        assert_eq!(listed(f, who).await, Some(SuppressionCause::SoftBounce));
        f.pass(20 * DAY);
        for _ in 0..2 {
            let id = sent_to(f, other).await;
            told(f, tagged(id, 0), vec![full(other, f.now())]).await;
            f.pass(DAY);
        }
        assert_eq!(listed(f, other).await, None, "two days of the window, and not three");
    }

    async fn much_that_is_told_hides_no_verdict(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent_with("s1")).await;
        for n in 0..60 {
            told(f, tagged(id, 0), vec![Report { counts: true, ..report(WHO, FeedbackKind::Bounced, &format!("5.7.1 policy {n}")) }]).await;
        }
        assert_eq!((events(f, id).await.len(), listed(f, WHO).await), (50, None));
        told(f, tagged(id, 0), vec![hard(WHO)]).await;
        assert_eq!((events(f, id).await.len(), listed(f, WHO).await), (50, Some(SuppressionCause::Bounce)));
        // One recipient's lines leave room for the others'.
        let both = f.post_one(joint("t", 3)).await;
        let c = f.claim(9).await;
        f.settle_all(&c, sent_with("s2")).await;
        for n in 0..60 {
            told(f, tagged(both, 0), vec![report(&address(1), FeedbackKind::Delayed, &format!("{n}"))]).await;
        }
        for words in ["a", "b"] {
            told(f, tagged(both, 0), vec![report(&address(2), FeedbackKind::Delayed, words)]).await;
        }
        let lines = events(f, both).await;
        assert_eq!(lines.iter().filter(|(_, who, _)| *who == address(2)).count(), 2);
    }

    async fn a_soft_bounce_counts_the_same_before_and_after_what_was_delivered_since(f) {
        soft_and_delivered(f, false).await;
    }

    async fn several_at_once_are_answered_in_their_order(f) {
        let (first, second) = (sent_to(f, "a@example.com").await, sent_to(f, "b@example.com").await);
        let delivered = |about, who: &str| Reported { about, source: Source::Ses, reports: vec![report(who, FeedbackKind::Delivered, "250")] };
        let nobodys = DeliveryId::parse("1g64s36d1n6rvkgeb1c9hp8sb6-0").expect("an id");
        let batch = vec![
            delivered(tagged(second, 0), "b@example.com"),
            delivered(by_id("nobody-s"), "c@example.com"),
            delivered(tagged(first, 0), "a@example.com"),
            delivered(tagged(nobodys.message, 0), "d@example.com"),
            delivered(tagged(second, 0), "b@example.com"),
        ];
        let recorded = f.store.record_reports(batch, keep(f), f.now()).await.expect("recorded");
        let found = |new| Recorded::Found { new };
        assert_eq!(recorded, [found(1), Recorded::Kept, found(1), Recorded::Unknown, found(0)]);
    }
}
