//! Reports of sent mail (S3-4): recorded once per mail, recipient and kind; what they say of addresses; what they prove.

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    feedback::{About, Engagement, Report, Reported, Source, Verdict, What},
    id::{DeliveryId, MessageId},
    outcome::Decision,
    port::feedback::{Keep, Recorded},
    suppression::SuppressionCause,
    time::Wall,
};

use super::{
    settle::out,
    support::{DAY, Fixture, PROVIDER, each, joint, to, unknown, unsettled},
};

pub const WHO: &str = "person0@example.com";

/// A mail by our own id, as the tag or the header tells it.
pub fn tagged(message: MessageId, ordinal: u32) -> About {
    About { delivery: Some(DeliveryId { message, ordinal }), ..About::default() }
}

/// A mail by the provider's id alone.
pub fn by_id(id: &str) -> About {
    About { provider_id: Some(id.to_owned()), ..About::default() }
}

pub fn report(who: &str, kind: FeedbackKind, detail: &str) -> Report {
    Report::new(Some(who.to_owned()), What::Kind(kind), Wall(0), detail)
}

pub fn hard(who: &str) -> Report {
    Report { verdict: Verdict::Dead, counts: true, ..report(who, FeedbackKind::Bounced, "Permanent/NoEmail") }
}

pub fn complaint(who: &str) -> Report {
    Report { verdict: Verdict::Complained, counts: true, ..report(who, FeedbackKind::Complained, "abuse") }
}

pub fn sent_with(id: &str) -> Decision {
    Decision::Sent { provider_id: id.to_owned() }
}

pub async fn told_with(f: &Fixture, about: About, reports: Vec<Report>, keep: Keep) -> Recorded {
    let now = f.now();
    let reports = reports.into_iter().map(|one| Report { at: if one.at == Wall(0) { now } else { one.at }, ..one }).collect();
    let all = vec![Reported { about, source: Source::Ses, reports }];
    f.store.record_reports(all, keep, now).await.expect("recorded").remove(0)
}

pub fn keep(f: &Fixture) -> Keep {
    Keep { until: Wall(f.now().0 + 3 * DAY), foreign_until: Wall(f.now().0 + 600_000), rows: 1_000 }
}

pub async fn told(f: &Fixture, about: About, reports: Vec<Report>) -> Recorded {
    told_with(f, about, reports, keep(f)).await
}

/// The events of a copy's timeline: kind, recipient, words.
pub async fn events(f: &Fixture, message: MessageId) -> Vec<(String, String, String)> {
    let id = DeliveryId { message, ordinal: 0 };
    let (_, timeline) = f.store.delivery(id).await.expect("look-up").expect("a delivery");
    timeline.into_iter().filter(|line| line.source.is_some()).map(|line| (line.kind, line.recipient, line.detail)).collect()
}

/// Whether an address is on the list, and why.
async fn listed(f: &Fixture, who: &str) -> Option<SuppressionCause> {
    f.store.suppressed(vec![who.to_owned()]).await.expect("look-up").pop().map(|(_, cause)| cause)
}

conform! {
    async fn a_kind_is_counted_once_and_other_words_are_still_told(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent_with("s1")).await;
        let bounce = |words: &str| vec![report(WHO, FeedbackKind::SoftBounced, words)];
        assert_eq!(told(f, tagged(id, 0), bounce("full")).await, Recorded::Found { new: 1 });
        assert_eq!(told(f, tagged(id, 0), bounce("full")).await, Recorded::Found { new: 0 });
        assert_eq!(told(f, tagged(id, 0), bounce("away")).await, Recorded::Found { new: 0 });
        assert_eq!(f.topic("t").await.soft_bounced, 1);
        let words: Vec<_> = events(f, id).await.into_iter().map(|(kind, _, words)| (kind, words)).collect();
        assert_eq!(words, [("soft_bounced".to_owned(), "full".to_owned()), ("soft_bounced".to_owned(), "away".to_owned())]);
        // However much is told, a copy's timeline stays one that can be read.
        for i in 0..80 {
            told(f, tagged(id, 0), bounce(&format!("words {i}"))).await;
        }
        assert_eq!(events(f, id).await.len(), 50);
    }

    async fn every_kind_has_its_count(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent_with("s1")).await;
        let engaged = |link: Option<&str>| {
            let engagement = Engagement { link: link.map(str::to_owned), user_agent: None, ip: Some("192.0.2.77".parse().expect("an address")) };
            Report::new(None, What::Engaged(engagement), Wall(0), link.unwrap_or("Mozilla/5.0"))
        };
        let kinds = [FeedbackKind::Delayed, FeedbackKind::Delivered, FeedbackKind::Rejected].map(|kind| report(WHO, kind, "said"));
        told(f, tagged(id, 0), kinds.to_vec()).await;
        told(f, tagged(id, 0), vec![engaged(None)]).await;
        told(f, tagged(id, 0), vec![engaged(Some("https://shop.example.kr/e"))]).await;
        let counts = f.topic("t").await;
        assert_eq!((counts.delayed, counts.delivered, counts.rejected, counts.opened, counts.clicked), (1, 1, 1, 1, 1));
        let bits = f.view(id, 0).await.recipients[0].feedback;
        assert_eq!(FeedbackKind::worst(bits), Some(FeedbackKind::Rejected));
        let last = events(f, id).await.pop().expect("an event");
        assert_eq!(last, ("clicked".into(), WHO.into(), "https://shop.example.kr/e (192.0.2.0/24)".into()));
        // Each open is an event of its own, the same notification twice is not.
        f.pass(1_000);
        for _ in 0..2 {
            told(f, tagged(id, 0), vec![engaged(None)]).await;
        }
        assert_eq!((events(f, id).await.len(), f.topic("t").await.opened), (6, 1));
    }

    async fn a_note_is_a_line_and_nothing_else(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent_with("s1")).await;
        let note = || Report::new(Some(WHO.into()), What::Note, Wall(0), "not-spam");
        assert_eq!(told(f, tagged(id, 0), vec![note()]).await, Recorded::Found { new: 0 });
        told(f, tagged(id, 0), vec![note()]).await;
        assert_eq!(events(f, id).await, [("note".into(), WHO.into(), "not-spam".into())]);
        assert_eq!((f.topic("t").await.complained, f.view(id, 0).await.recipients[0].feedback), (0, 0));
    }

    async fn permanent_bounces_and_complaints_enter_the_list_in_their_commit(f) {
        let people = ["a@example.com", "b@example.com", "c@example.com", "bounce@simulator.amazonses.com"];
        let id = f.post_one(to("t", people.map(str::to_owned))).await;
        let c = f.claim(9).await;
        f.settle_all(&c, sent_with("s1")).await;
        told(f, tagged(id, 0), vec![hard("A@Example.com")]).await;
        told(f, tagged(id, 1), vec![complaint("b@example.com")]).await;
        told(f, tagged(id, 2), vec![report("c@example.com", FeedbackKind::SoftBounced, "full")]).await;
        told(f, tagged(id, 3), vec![hard("bounce@simulator.amazonses.com")]).await;
        assert_eq!(listed(f, "a@example.com").await, Some(SuppressionCause::Bounce));
        assert_eq!(listed(f, "b@example.com").await, Some(SuppressionCause::Complaint));
        assert_eq!((listed(f, "c@example.com").await, listed(f, "bounce@simulator.amazonses.com").await), (None, None));
        assert_eq!(f.topic("t").await.bounced, 2, "the simulator's is recorded all the same");
        // What waits for them already is looked up again when it is claimed.
        let next = f.post_one(to("u", people.map(str::to_owned))).await;
        f.claim(9).await;
        assert_eq!((f.state(next, 0).await, f.state(next, 1).await), (State::Suppressed, State::Suppressed));
        assert_eq!((f.state(next, 2).await, f.state(next, 3).await), (State::Sending, State::Sending));
    }

    async fn mail_that_waits_for_an_address_that_has_just_bounced_is_suppressed_at_its_claim(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent_with("s1")).await;
        let waits = f.post_one(each("u", 1)).await;
        told(f, tagged(id, 0), vec![hard(WHO)]).await;
        assert!(f.claim(9).await.is_empty());
        assert_eq!(f.state(waits, 0).await, State::Suppressed);
    }

    async fn graver_words_of_the_same_kind_count_in_any_order(f) {
        for (who, first) in [("a@example.com", true), ("b@example.com", false)] {
            let id = f.post_one(to("t", [who.to_owned()])).await;
            let c = f.claim(1).await;
            f.settle_all(&c, sent_with("s1")).await;
            let policy = Report { counts: true, ..report(who, FeedbackKind::Bounced, "5.7.1 policy") };
            let both = if first { [hard(who), policy] } else { [policy, hard(who)] };
            for one in both {
                told(f, tagged(id, 0), vec![one]).await;
            }
            assert_eq!(listed(f, who).await, Some(SuppressionCause::Bounce));
            assert_eq!(events(f, id).await.len(), 2);
        }
    }

    async fn a_bounce_of_another_address_says_nothing_of_ours(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent_with("s1")).await;
        told(f, tagged(id, 0), vec![hard("forwarded@elsewhere.example")]).await;
        assert_eq!(f.topic("t").await.bounced, 1, "the mail did not arrive");
        assert_eq!((listed(f, WHO).await, listed(f, "forwarded@elsewhere.example").await), (None, None));
    }

    async fn recipients_of_a_joint_copy_have_feedback_of_their_own(f) {
        let id = f.post_one(joint("t", 3)).await;
        let c = f.claim(9).await;
        f.settle_all(&c, sent_with("s1")).await;
        // A complaint is a guess over a domain: all it names are marked.
        let two = vec![complaint("person1@example.com"), complaint("PERSON2@example.com"), complaint("stranger@example.com")];
        assert_eq!(told(f, tagged(id, 0), two).await, Recorded::Found { new: 2 });
        let bits: Vec<_> = f.view(id, 0).await.recipients.iter().map(|one| one.feedback).collect();
        let mark = FeedbackKind::Complained.bit();
        assert_eq!((bits, f.topic("t").await.complained), (vec![0, mark, mark], 2));
        assert_eq!(listed(f, "stranger@example.com").await, None);
        // What names nobody is about all of them; who opened it cannot be told.
        let all = Report::new(None, What::Kind(FeedbackKind::Rejected), Wall(0), "Bad content");
        assert_eq!(told(f, tagged(id, 0), vec![all]).await, Recorded::Found { new: 3 });
        let open = Report::new(None, What::Engaged(Engagement { link: None, user_agent: None, ip: None }), Wall(0), "Mozilla/5.0");
        assert_eq!(told(f, tagged(id, 0), vec![open]).await, Recorded::Found { new: 0 });
        assert_eq!((f.topic("t").await.rejected, f.topic("t").await.opened), (3, 0));
    }

    async fn what_names_no_mail_of_ours_is_no_error(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent_with("s1")).await;
        let unknown = DeliveryId::parse("1g64s36d1n6rvkgeb1c9hp8sb6-0").expect("an id");
        for about in [About { delivery: Some(unknown), ..by_id("s9") }, tagged(id, 7), About::default()] {
            assert_eq!(told(f, about, vec![hard(WHO)]).await, Recorded::Unknown);
        }
        assert_eq!((f.topic("t").await.bounced, listed(f, WHO).await), (0, None));
    }

    async fn feedback_is_noted_of_the_account_it_came_through(f) {
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent_with("s1")).await;
        assert_eq!(f.store.feedback_since(PROVIDER, Wall(0)).await, Ok(false));
        let sent = Report::new(None, What::Sent, Wall(0), "");
        told(f, tagged(id, 0), vec![sent.clone()]).await;
        assert_eq!(f.store.feedback_since(PROVIDER, f.now()).await, Ok(true));
        f.pass(5_000);
        told(f, tagged(id, 0), vec![sent]).await;
        assert_eq!(f.store.feedback_since(PROVIDER, f.now()).await, Ok(true), "as often as it comes, but once a second at most");
    }

    async fn that_it_was_sent_settles_a_lost_answer_and_tells_its_id(f) {
        let sent = || vec![Report::new(None, What::Sent, Wall(0), "")];
        let about = |id, ses: &str| About { provider_id: Some(ses.to_owned()), ..tagged(id, 0) };
        let (a, c) = out(f).await;
        f.settle(&c, 0, unsettled(Wall(f.now().0 + 1_000))).await;
        let (b, c) = out(f).await;
        f.settle(&c, 0, unknown()).await;
        for (id, ses) in [(a, "ses-a"), (b, "ses-b")] {
            assert_eq!(told(f, about(id, ses), sent()).await, Recorded::Found { new: 0 });
            let view = f.view(id, 0).await;
            assert_eq!((view.state, view.provider_id.as_deref()), (State::Sent, Some(ses)));
        }
        assert_eq!(events(f, a).await, [], "it is no news");
        f.pass(1_000);
        assert!(f.claim(9).await.is_empty(), "nothing is resent");
        f.housekeep().await;
        // By its id alone it is found from now on.
        assert_eq!(told(f, by_id("ses-a"), vec![report(WHO, FeedbackKind::Delivered, "250")]).await, Recorded::Found { new: 1 });
    }

    async fn that_it_was_sent_is_an_answer_before_the_answer(f) {
        let sent = || vec![Report::new(None, What::Sent, Wall(0), "")];
        let about = |id, ses: &str| About { provider_id: Some(ses.to_owned()), ..tagged(id, 0) };
        let (lost, c) = out(f).await;
        told(f, about(lost, "ses-lost"), sent()).await;
        assert_eq!(f.state(lost, 0).await, State::Sending);
        f.settle(&c, 0, unsettled(f.now())).await;
        let view = f.view(lost, 0).await;
        assert_eq!((view.state, view.provider_id.as_deref()), (State::Sent, Some("ses-lost")));
        // The same where the node ends before it writes anything, and for each recipient of a joint copy.
        let (died, _) = out(f).await;
        let both = f.post_one(joint("t", 2)).await;
        f.claim(9).await;
        told(f, about(died, "ses-died"), sent()).await;
        told(f, about(both, "ses-both"), sent()).await;
        f.restart().await;
        let view = f.view(died, 0).await;
        assert_eq!((view.state, view.provider_id.as_deref()), (State::Sent, Some("ses-died")));
        let people: Vec<_> = f.view(both, 0).await.recipients.into_iter().map(|one| (one.state, one.provider_id)).collect();
        assert_eq!(people, [(State::Sent, Some("ses-both".to_owned())), (State::Sent, Some("ses-both".to_owned()))]);
        f.pass(100_000);
        assert!(f.claim(9).await.is_empty());
    }

    async fn the_answers_own_id_stands_where_it_comes_after_all(f) {
        let (id, c) = out(f).await;
        let about = About { provider_id: Some("ses-1".into()), ..tagged(id, 0) };
        told(f, about, vec![report(WHO, FeedbackKind::Delivered, "250")]).await;
        f.settle(&c, 0, sent_with("ses-1")).await;
        let view = f.view(id, 0).await;
        assert_eq!((view.state, view.provider_id.as_deref(), f.topic("t").await.delivered), (State::Sent, Some("ses-1"), 1));
        f.housekeep().await;
        assert_eq!(told(f, by_id("ses-1"), vec![complaint(WHO)]).await, Recorded::Found { new: 1 });
    }
}
