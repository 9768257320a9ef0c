//! Reports whose mail is not known yet (S3-4: the event comes before our own result): kept for a while, recorded as soon as the
//! mail's id is known, dropped in the end, and never more than so many.

use jebi_domain::{
    event::FeedbackKind,
    feedback::{About, Engagement, Report, What},
    port::feedback::{Keep, Recorded},
    time::Wall,
};

use super::{
    feedback::{WHO, by_id, complaint, events, keep, report, sent_with, told, told_with},
    settle::out,
    support::{DAY, Fixture, HOUR, joint},
};

fn delivered() -> Vec<Report> {
    vec![report(WHO, FeedbackKind::Delivered, "250 ok")]
}

/// Whether a report of an id is still there: a mail that takes the id gets it.
async fn is_kept(f: &Fixture, id: &str) -> bool {
    let (message, c) = out(f).await;
    f.settle(&c, 0, sent_with(id)).await;
    f.housekeep().await;
    f.view(message, 0).await.recipients[0].feedback != 0
}

conform! {
    async fn a_report_before_our_own_result_is_recorded_with_it(f) {
        let (id, c) = out(f).await;
        assert_eq!(told(f, by_id("ses-1"), delivered()).await, Recorded::Kept);
        assert_eq!(told(f, by_id("ses-1"), delivered()).await, Recorded::Kept, "told again");
        assert_eq!(told(f, by_id("ses-1"), vec![complaint(WHO)]).await, Recorded::Kept);
        assert_eq!(f.topic("t").await.delivered, 0);
        f.settle(&c, 0, sent_with("ses-1")).await;
        f.housekeep().await;
        let counts = f.topic("t").await;
        assert_eq!((counts.delivered, counts.complained), (1, 1));
        assert_eq!(events(f, id).await.len(), 2);
        assert_eq!(told(f, by_id("ses-1"), delivered()).await, Recorded::Found { new: 0 });
    }

    async fn a_report_of_what_is_settled_and_not_indexed_yet_is_recorded_by_the_index(f) {
        let (_, c) = out(f).await;
        f.settle(&c, 0, sent_with("ses-1")).await;
        assert_eq!(told(f, by_id("ses-1"), delivered()).await, Recorded::Kept);
        f.housekeep().await;
        assert_eq!(f.topic("t").await.delivered, 1);
    }

    async fn a_joint_copys_report_waits_as_well(f) {
        f.post_one(joint("t", 3)).await;
        let c = f.claim(9).await;
        let people = vec![report("person2@example.com", FeedbackKind::Delivered, "250"), complaint("person1@example.com")];
        assert_eq!(told(f, by_id("ses-j"), people).await, Recorded::Kept);
        f.settle_all(&c, sent_with("ses-j")).await;
        f.housekeep().await;
        assert_eq!((f.topic("t").await.delivered, f.topic("t").await.complained), (1, 1));
    }

    async fn it_survives_a_restart(f) {
        told(f, by_id("ses-1"), delivered()).await;
        f.restart().await;
        assert!(is_kept(f, "ses-1").await);
    }

    async fn what_another_node_indexed_meanwhile_is_found_when_it_is_looked_at_again(f) {
        let (_, c) = out(f).await;
        f.settle(&c, 0, sent_with("ses-2")).await;
        f.housekeep().await;
        told(f, by_id("ses-1"), delivered()).await;
        // As if the index had learnt the id in a transaction that did not see the report, nor the report it.
        f.store.close().await;
        f.engine.tamper("UPDATE event_unmatched SET provider_id = 'ses-2', hash = (SELECT hash FROM provider_ref)");
        f.store = f.engine.open(&f.clock).await.expect("opens");
        f.begin().await;
        f.housekeep().await;
        assert_eq!(f.topic("t").await.delivered, 0, "not due yet");
        f.pass(60_000);
        f.housekeep().await;
        assert_eq!(f.topic("t").await.delivered, 1);
    }

    async fn it_is_dropped_in_the_end(f) {
        told(f, by_id("mine"), delivered()).await;
        let foreign = About { likely_foreign: true, ..by_id("foreign") };
        told(f, foreign, delivered()).await;
        // Whoever shows all headers and ours not among them goes first.
        f.pass(HOUR);
        f.housekeep().await;
        f.pass(HOUR);
        f.housekeep().await;
        assert!(!is_kept(f, "foreign").await);
        assert!(is_kept(f, "mine").await);
        told(f, by_id("late"), delivered()).await;
        for _ in 0..30 {
            f.pass(DAY / 6);
            f.housekeep().await;
        }
        assert!(!is_kept(f, "late").await);
    }

    async fn only_so_many_are_kept_and_the_oldest_make_room(f) {
        let few = Keep { rows: 10, ..keep(f) };
        for i in 0..25 {
            assert_eq!(told_with(f, by_id(&format!("ses-{i}")), delivered(), few).await, Recorded::Kept);
        }
        assert!(!is_kept(f, "ses-14").await);
        assert!(is_kept(f, "ses-15").await && is_kept(f, "ses-24").await);
    }

    async fn that_something_was_sent_is_not_kept(f) {
        let sent = Report::new(None, What::Sent, Wall(0), "");
        assert_eq!(told(f, by_id("ses-1"), vec![sent]).await, Recorded::Unknown);
    }

    async fn addresses_of_people_are_not_kept_whole(f) {
        let ip = Some("192.0.2.77".parse().expect("an address"));
        let open = Report::new(Some(WHO.into()), What::Engaged(Engagement { link: None, user_agent: None, ip }), Wall(0), "Mozilla/5.0");
        assert_eq!(told(f, by_id("ses-1"), vec![open]).await, Recorded::Kept);
        f.store.close().await;
        // Whatever of it was written in the clear would make this row unreadable.
        f.engine.tamper("UPDATE event_unmatched SET reports = replace(reports, '192.0.2.77', 'x')");
        f.store = f.engine.open(&f.clock).await.expect("opens");
        f.begin().await;
        let (id, c) = out(f).await;
        f.settle(&c, 0, sent_with("ses-1")).await;
        f.housekeep().await;
        assert_eq!(events(f, id).await, [("opened".into(), WHO.into(), "Mozilla/5.0 (192.0.2.0/24)".into())]);
    }
}
