//! Two nodes behind one address: each gets some of the events of the same mails, in whatever order (S3-4).

use std::sync::Arc;

use futures_util::future::join_all;
use jebi_domain::{
    event::FeedbackKind,
    feedback::{Report, Reported, Source},
    id::{DeliveryId, MessageId},
    port::{feedback::Recorded, store::Store},
};

use super::{
    feedback::{events, hard, keep, report, sent_with, tagged},
    postgres::OnPostgres,
    support::{Fixture, address, each},
    together::run_on,
};
use crate::support::wait::until;

const MAILS: u32 = 60;

/// What is told of each mail, in turn.
fn kinds(to: &str) -> [Report; 5] {
    [
        report(to, FeedbackKind::Delayed, "MailboxFull"),
        report(to, FeedbackKind::Delivered, "250 ok"),
        report(to, FeedbackKind::SoftBounced, "Transient/General"),
        hard(to),
        report(to, FeedbackKind::Opened, "Mozilla/5.0"),
    ]
}

/// Tells all of it by one node, each report as an event of its own; how many were new.
async fn poured(f: &Fixture, store: &Arc<dyn Store>, message: MessageId, order: impl Iterator<Item = u32>, kind: usize) -> u32 {
    let told = order.map(|n| {
        let to = address(n as usize);
        let report = Report { at: f.now(), ..kinds(&to)[kind].clone() };
        let reported = Reported { about: tagged(message, n), source: Source::Ses, reports: vec![report] };
        store.record_reports(vec![reported], keep(f), f.now())
    });
    let recorded = join_all(told).await;
    recorded
        .into_iter()
        .map(|recorded| match recorded.expect("recorded").remove(0) {
            Recorded::Found { new } => new,
            other => panic!("{other:?}"),
        })
        .sum()
}

#[test]
fn the_same_events_in_opposite_order_are_counted_once_and_lock_nobody_out() {
    let database = Arc::new(OnPostgres::new());
    run_on(&database, async |f, other| {
        let id = f.post_one(each("소식", MAILS as usize)).await;
        let c = f.claim(MAILS).await;
        f.settle_all(&c, sent_with("s1")).await;
        for kind in 0..5 {
            let (one, two) = tokio::join!(poured(f, &f.store, id, 0..MAILS, kind), poured(f, &other.store, id, (0..MAILS).rev(), kind),);
            assert_eq!(one + two, MAILS, "each was new to one of them");
        }
        let counts = f.topic("소식").await;
        let moved = [counts.delayed, counts.delivered, counts.soft_bounced, counts.bounced, counts.opened];
        assert_eq!(moved, [i64::from(MAILS); 5]);
        for n in [0, MAILS / 2, MAILS - 1] {
            let (view, timeline) = f.store.delivery(DeliveryId { message: id, ordinal: n }).await.expect("look-up").expect("a delivery");
            assert_eq!(timeline.iter().filter(|line| line.source.is_some()).count(), 5, "{view:?}");
        }
        assert_eq!(events(f, id).await.len(), 5);
    });
    // A backend tells what it counted when it ends.
    let number = |sql: &str| database.database.sql(sql)[0][0].clone().expect("a number").parse::<i64>().expect("a number");
    until("the nodes' connections to end", std::time::Duration::from_secs(30), || {
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        (number(others) == 0).then_some(())
    });
    let deadlocks = number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    assert_eq!(deadlocks, 0, "each costs the nodes a second in which they write nothing");
}
