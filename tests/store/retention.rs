//! What is old enough is deleted, wholly, and nothing else: counts of topics stay true, and what is open is never touched. (Every test is
//! verified at its end: a recount and what was deleted make the counts.)

use jebi_domain::{
    delivery::State,
    event::FeedbackKind,
    fake::SeededRandom,
    id::{DeliveryId, MessageId},
    message::{Lane, OnUnknown},
    port::{
        Random,
        operator::{Again, NotAgain},
        retention::Overdue,
        store::{AuditEntry, AuditFilter, DeliveryFilter},
        suppressions::Removal,
    },
    retention::DataKind,
    suppression::{NewEntry, SuppressionCause},
    time::Wall,
};

use super::{
    operator::{again, given_up},
    support::{DAY, Fixture, HOUR, Mail, address, copies, each, failed, joint, retry, sent, to, unknown, unsettled},
};

impl Fixture {
    fn before(&self, days: i64) -> Wall {
        Wall(self.now().0 - days * DAY)
    }

    /// Deletes all that is so many days old.
    async fn trim(&self, kind: DataKind, days: i64) -> u64 {
        let mut deleted = 0;
        for _ in 0..1_000 {
            let slice = self.store.trim(kind, self.before(days), self.now()).await.expect("trim");
            deleted += slice.deleted;
            if !slice.more {
                return deleted;
            }
        }
        panic!("it never ends");
    }

    async fn overdue(&self, kind: DataKind, days: i64) -> (u64, u64) {
        let (mut due, mut kept, mut after) = (0, 0, None);
        loop {
            let slice: Overdue = self.store.overdue(kind, self.before(days), self.now(), after).await.expect("a count");
            (due, kept, after) = (due + slice.due, kept + slice.kept, slice.next);
            if after.is_none() {
                return (due, kept);
            }
        }
    }

    async fn is_gone(&self, id: MessageId) -> bool {
        let message = self.store.message(id).await.expect("look-up").is_none();
        let delivery = self.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").is_none();
        assert_eq!(message, delivery, "both or neither");
        message
    }

    /// Mail that ends at once, for the number after all others.
    async fn last(&self) -> MessageId {
        self.post_one(each("끝", 1)).await
    }

    async fn finish(&self, id: MessageId) {
        let claimed = self.claim(10_000).await;
        assert!(claimed.iter().any(|one| one.message.id == id));
        self.settle_all(&claimed, sent()).await;
    }
}

conform! {
    async fn the_records_of_finished_mail_go_wholly_and_the_counts_stay(f) {
        let (plain, shared) = (f.post_one(each("소식", 3)).await, f.post_one(joint("소식", 3)).await);
        let first = f.claim(9).await;
        f.settle_all(&first, retry(f.now())).await;
        let second = f.claim(9).await;
        f.settle_all(&second, sent()).await;
        f.report(plain, 0, &address(0), FeedbackKind::Delivered).await;
        f.report(plain, 1, &address(1), FeedbackKind::Bounced).await;
        f.report(shared, 0, &address(2), FeedbackKind::Complained).await;
        f.report(shared, 0, &address(2), FeedbackKind::Opened).await;
        f.housekeep().await;
        let last = f.last().await;
        let counts = f.topic("소식").await;
        assert_eq!((counts.total, counts.sent, counts.delivered, counts.bounced, counts.complained), (6, 6, 1, 1, 1));
        f.pass(7 * DAY - 1);
        assert_eq!((f.overdue(DataKind::Records, 7).await, f.trim(DataKind::Records, 7).await), ((0, 0), 0), "not old enough");
        f.pass(1);
        assert_eq!(f.overdue(DataKind::Records, 7).await, (4, 1));
        assert_eq!(f.trim(DataKind::Records, 7).await, 4, "three copies and a joint one");
        assert!(f.is_gone(plain).await && f.is_gone(shared).await && !f.is_gone(last).await);
        assert_eq!(f.topic("소식").await, counts);
        let of_person = DeliveryFilter { email: Some(address(0)), ..DeliveryFilter::default() };
        assert_eq!(f.all(of_person).await.len(), 1, "the last one");
        assert_eq!(f.violations().await, []);
        // What is reported of it finds no mail, by our id and by the provider's.
        assert_eq!(f.report(plain, 2, &address(2), FeedbackKind::Delivered).await, 0);
        let of_id = DeliveryFilter { provider_id: Some("p1".into()), ..DeliveryFilter::default() };
        assert_eq!(f.all(of_id).await.len(), 0);
        assert_eq!(f.topic("소식").await, counts);
        // And new mail of the topic counts on.
        let new = f.post_one(to("소식", ["kim@example.com".to_owned(), "홍길동@example.com".to_owned()])).await;
        f.finish(new).await;
        assert_eq!(f.topic("소식").await.sent, counts.sent + 2);
        assert_eq!(f.trim(DataKind::Records, 7).await, 0);
    }

    async fn what_is_open_is_never_deleted_however_old_it_is(f) {
        let paused = f.post_one(each("멈춤", 1)).await;
        f.store.pause_topic("멈춤", true, f.now()).await.expect("pause");
        let held = f.post_one(Mail { on_unknown: OnUnknown::Hold, ..each("a", 2) }).await;
        let claimed = f.claim(9).await;
        f.settle(&claimed[0], 0, sent()).await;
        f.settle(&claimed[0], 1, unsettled(Wall(f.now().0 + 500 * DAY))).await;
        let again = f.post_one(each("b", 1)).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, retry(Wall(f.now().0 + 500 * DAY))).await;
        let scheduled = f.post_one(Mail { due: Some(Wall(f.now().0 + 500 * DAY)), ..joint("c", 2) }).await;
        let leased = f.post_one(Mail { lane: Lane::Bulk, ..each("d", 1) }).await;
        let out = f.claim(9).await;
        assert_eq!(copies(&out), 1);
        f.last().await;
        f.pass(400 * DAY);
        for kind in [DataKind::Content, DataKind::Events, DataKind::Records] {
            assert_eq!(f.trim(kind, 1).await, 0, "{kind:?}");
        }
        for id in [paused, held, again, scheduled, leased] {
            assert!(f.message(id).await.message.content.subject == "hello");
        }
        // Once it has ended it goes as well, counted from its end.
        f.settle_all(&out, failed()).await;
        f.store.cancel_topic("b", f.now()).await.expect("cancel");
        f.housekeep().await;
        f.pass(6 * DAY);
        assert_eq!(f.trim(DataKind::Records, 7).await, 0);
        f.pass(2 * DAY);
        assert_eq!(f.trim(DataKind::Records, 7).await, 2);
        assert!(f.is_gone(leased).await && f.is_gone(again).await);
        assert!(!f.is_gone(paused).await && !f.is_gone(held).await && !f.is_gone(scheduled).await);
    }

    async fn cancelled_mail_whose_rows_do_not_say_so_yet_waits_for_them(f) {
        let id = f.post_one(Mail { due: Some(Wall(f.now().0 + DAY)), ..each("a", 2) }).await;
        f.store.cancel_topic("a", f.now()).await.expect("cancel");
        f.last().await;
        f.pass(30 * DAY);
        assert_eq!(f.trim(DataKind::Records, 7).await, 0);
        f.housekeep().await;
        assert_eq!(f.topic("a").await.cancelled, 2);
        f.pass(8 * DAY);
        assert_eq!(f.trim(DataKind::Records, 7).await, 2);
        assert!(f.is_gone(id).await);
        assert_eq!(f.topic("a").await.cancelled, 2);
    }

    async fn content_goes_before_the_record_and_stays_where_it_is_shared(f) {
        let body = "<p>비밀</p>".repeat(4_000);
        let mail = || Mail { subject: body.clone(), ..each("a", 2) };
        let old = f.post_one(mail()).await;
        f.finish(old).await;
        f.pass(5 * DAY);
        let young = f.post_one(mail()).await;
        f.finish(young).await;
        f.pass(5 * DAY);
        assert_eq!((f.overdue(DataKind::Content, 7).await, f.trim(DataKind::Content, 7).await), ((1, 0), 1));
        assert_eq!(f.trim(DataKind::Content, 7).await, 0, "once");
        assert_eq!((f.message(old).await.message.content.subject.as_str(), f.state(old, 1).await), ("", State::Sent));
        assert_eq!(f.message(young).await.message.content.subject, body);
        assert_eq!(again(f, old, &[0], MessageId([7; 16])).await, [Again::Refused(NotAgain::ContentDeleted)]);
        f.pass(20 * DAY);
        let last = f.post_one(mail()).await;
        assert_eq!((f.trim(DataKind::Content, 7).await, f.trim(DataKind::Records, 7).await), (1, 4));
        f.restart().await;
        assert_eq!(f.message(last).await.message.content.subject, body, "it was in use once more");
        f.finish(last).await;
    }

    async fn a_large_mail_goes_in_slices_and_nothing_of_it_is_sent_again_meanwhile(f) {
        let id = f.post_one(each("a", 1_201)).await;
        while let claimed @ [_, ..] = f.claim(1_000).await.as_slice() {
            f.settle_all(claimed, given_up()).await;
        }
        f.last().await;
        f.pass(8 * DAY);
        let one = async |f: &Fixture| f.store.trim(DataKind::Records, f.before(7), f.now()).await.expect("trim");
        let first = one(f).await;
        assert!(first.more && first.deleted == 500, "{first:?}");
        assert_eq!(f.violations().await, []);
        assert_eq!(again(f, id, &[1_200], MessageId([7; 16])).await, [Again::Refused(NotAgain::ContentDeleted)]);
        f.restart().await;
        // Until the housekeeping is this one's.
        f.pass(HOUR);
        assert_eq!(f.trim(DataKind::Records, 7).await, 701);
        assert!(f.is_gone(id).await);
        assert_eq!(f.topic("a").await.total, 1_201);
    }

    async fn mail_side_by_side_goes_together_and_what_lies_between_stays(f) {
        let mut ids = Vec::new();
        for i in 0..30 {
            let due = (i % 7 == 3).then(|| Wall(f.now().0 + 90 * DAY));
            ids.push(f.post_one(Mail { due, ..each(["a", "b", ""][i % 3], 1 + i % 4) }).await);
        }
        let claimed = f.claim(1_000).await;
        f.settle_all(&claimed, unknown()).await;
        f.housekeep().await;
        f.last().await;
        f.pass(30 * DAY);
        f.trim(DataKind::Records, 7).await;
        for (i, id) in ids.iter().enumerate() {
            assert_eq!(f.is_gone(*id).await, i % 7 != 3, "{i}");
        }
        assert_eq!(f.violations().await, []);
    }

    async fn reports_go_and_what_became_of_each_recipient_stays(f) {
        let id = f.post_one(each("a", 2)).await;
        f.finish(id).await;
        f.report(id, 0, &address(0), FeedbackKind::Delivered).await;
        f.report(id, 0, &address(0), FeedbackKind::Opened).await;
        f.pass(8 * DAY);
        assert_eq!((f.overdue(DataKind::Events, 7).await, f.trim(DataKind::Events, 7).await), ((2, 0), 2));
        let view = f.view(id, 0).await;
        assert_eq!(view.recipients[0].feedback, FeedbackKind::Delivered.bit() | FeedbackKind::Opened.bit());
        let told = f.store.delivery(DeliveryId { message: id, ordinal: 0 }).await.expect("look-up").expect("there").1;
        assert!(told.iter().all(|line| line.kind != "opened"), "{told:?}");
        f.report(id, 0, &address(0), FeedbackKind::Opened).await;
        assert_eq!(f.topic("a").await.opened, 1, "counted once");
    }

    async fn the_entry_of_deleted_mail_holds_nothing_up(f) {
        f.store.know_people_by(jebi_domain::erasure::PersonKey::derive(b"a secret of the installation"));
        let gone = f.post_one(each("a", 1)).await;
        f.store.pause_topic("a", true, f.now()).await.expect("pause");
        f.store.forget(&address(0), f.now()).await.expect("forget");
        f.housekeep().await;
        f.store.erase_deliveries(&address(0), None, f.now()).await.expect("erase");
        assert_eq!(f.state(gone, 0).await, State::Suppressed);
        f.pass(8 * DAY);
        let next = f.post_one(to("a", ["kim@example.com".to_owned()])).await;
        assert_eq!(f.trim(DataKind::Records, 7).await, 1);
        assert!(f.is_gone(gone).await);
        f.store.pause_topic("a", false, f.now()).await.expect("resume");
        f.finish(next).await;
        assert_eq!((f.topic("a").await.sent, f.topic("a").await.suppressed), (1, 1));
    }

    async fn a_copy_that_went_out_again_is_kept_as_long_as_the_one_it_came_from(f) {
        let first = f.post_one(each("a", 1)).await;
        let claimed = f.claim(9).await;
        f.settle_all(&claimed, given_up()).await;
        let second = MessageId([7; 16]);
        assert!(matches!(again(f, first, &[0], second).await[..], [Again::New(_)]));
        f.finish(second).await;
        f.last().await;
        f.pass(8 * DAY);
        f.trim(DataKind::Records, 7).await;
        assert!(f.is_gone(first).await);
        f.pass(DAY);
        f.trim(DataKind::Records, 7).await;
        assert!(f.is_gone(second).await);
    }

    async fn what_cannot_be_read_keeps_nothing_else(f) {
        for _ in 0..5 {
            f.post_one(each("a", 2)).await;
        }
        f.last().await;
        let claimed = f.claim(99).await;
        f.settle_all(&claimed, sent()).await;
        f.planted = true;
        f.store.close().await;
        f.engine.tamper("UPDATE delivery SET state = 99 WHERE key >> 24 = 3");
        f.store = f.engine.open(&f.clock).await.expect("the store opens");
        f.begin().await;
        f.pass(8 * DAY);
        assert_eq!(f.trim(DataKind::Records, 7).await, 8);
        assert_eq!(f.trim(DataKind::Records, 7).await, 0, "looked at again another day");
        assert_eq!(f.topic("a").await.total, 10);
    }

    async fn the_highest_number_is_never_given_out_again(f) {
        let only = f.post_one(each("a", 1)).await;
        f.finish(only).await;
        f.pass(30 * DAY);
        assert_eq!(f.trim(DataKind::Records, 7).await, 0);
        f.restart().await;
        f.pass(HOUR);
        let next = f.post_one(each("a", 1)).await;
        f.finish(next).await;
        assert!(!f.is_gone(only).await);
        f.pass(30 * DAY);
        assert_eq!(f.trim(DataKind::Records, 7).await, 1);
        assert!(f.is_gone(only).await && !f.is_gone(next).await);
    }

    async fn a_clock_that_was_ahead_holds_nothing_up(f) {
        f.pass(3_000 * DAY);
        let ahead = f.post_one(each("a", 1)).await;
        f.finish(ahead).await;
        f.clock.set_wall(Wall(f.now().0 - 3_000 * DAY + HOUR));
        let behind = f.post_one(each("a", 1)).await;
        f.finish(behind).await;
        f.last().await;
        f.pass(8 * DAY);
        assert_eq!(f.trim(DataKind::Records, 7).await, 1);
        assert!(f.is_gone(behind).await && !f.is_gone(ahead).await, "it counts from when it was met");
        f.pass(8 * DAY);
        assert_eq!(f.trim(DataKind::Records, 7).await, 1);
        assert!(f.is_gone(ahead).await);
    }

    async fn acts_and_what_was_taken_off_the_list_go_by_their_age_and_the_list_stays(f) {
        let act = |at| AuditEntry {
            no: 0,
            at,
            actor: "key 1".into(),
            key: None,
            address: None,
            act: "key.create".into(),
            target: "key 2".into(),
            detail: String::new(),
            result: "done".into(),
        };
        for _ in 0..3 {
            f.store.audit(act(f.now())).await.expect("an act");
            f.store.suppress(vec![NewEntry::plain(address(0), SuppressionCause::Manual, f.now())]).await.expect("suppress");
            f.pass(10 * DAY);
        }
        assert_eq!((f.overdue(DataKind::Audit, 15).await, f.trim(DataKind::Audit, 15).await), ((2, 0), 2));
        let left = f.store.audits(AuditFilter::default(), None, 9).await.expect("a list").entries;
        assert_eq!(left.len(), 1);
        f.store.audit(act(f.now())).await.expect("it goes on");
        assert_eq!(f.trim(DataKind::SuppressionHistory, 1).await, 0);
        let (actor, reason) = ("key 1".into(), "홍길동 님의 요청".into());
        let removal = Removal { address: address(0), scope: None, actor, reason, at: f.now() };
        assert_eq!(f.store.unsuppress(removal).await.expect("unsuppress").len(), 1);
        f.store.suppress(vec![NewEntry::plain(address(0), SuppressionCause::Manual, f.now())]).await.expect("suppress");
        f.pass(2 * DAY);
        assert_eq!((f.overdue(DataKind::SuppressionHistory, 1).await, f.trim(DataKind::SuppressionHistory, 1).await), ((1, 0), 1));
        assert_eq!(f.store.suppressions_removed(&address(0), 9).await.expect("a list").len(), 0);
        f.pass(4_000 * DAY);
        assert_eq!(f.trim(DataKind::Inbox, 1).await, 0);
        assert_eq!(f.store.suppressions_of(vec![address(0)]).await.expect("a look").len(), 1, "never for its age");
    }

    /// Mail is accepted, sent, refused, lost, cancelled and put off in any order while what is old is deleted.
    async fn whatever_happens_open_mail_stays_whole(f) {
        let mut deleted = 0;
        for seed in 0..3 {
            deleted += shuffled(f, seed).await;
        }
        assert!(deleted > 30, "{deleted}");
    }
}

/// How much was deleted.
async fn shuffled(f: &mut Fixture, seed: u64) -> u64 {
    let random = SeededRandom::new(seed);
    let pick = |below: u64| random.below(below);
    const TOPICS: [&str; 3] = ["가", "나", ""];
    let (mut deleted, mut all): (u64, Vec<(MessageId, u32)>) = (0, Vec::new());
    for _ in 0..120 {
        let topic = TOPICS[pick(3) as usize];
        match pick(9) {
            0..=2 => {
                let n = 1 + pick(4) as usize;
                let (mail, copies) = if pick(4) == 0 { (joint(topic, n + 1), 1) } else { (each(topic, n), n as u32) };
                let due = (pick(3) == 0).then(|| Wall(f.now().0 + pick(30) as i64 * DAY));
                all.push((f.post_one(Mail { due, ..mail }).await, copies));
            }
            3..=5 => {
                for one in f.claim(1 + pick(4) as u32).await {
                    let later = Wall(f.now().0 + pick(20) as i64 * DAY);
                    for copy in &one.copies {
                        let decision = match pick(5) {
                            0 => sent(),
                            1 => failed(),
                            2 => retry(later),
                            3 => unsettled(later),
                            _ => unknown(),
                        };
                        f.settle(&one, copy.ordinal, decision).await;
                    }
                }
            }
            6 => drop(f.store.cancel_topic(topic, f.now()).await.expect("cancel")),
            _ => {
                f.pass(1 + pick(4) as i64 * DAY);
                f.housekeep().await;
                let mut open = Vec::new();
                for (id, copies) in &all {
                    for ordinal in 0..*copies {
                        let found = f.store.delivery(DeliveryId { message: *id, ordinal }).await.expect("look-up");
                        if found.is_some_and(|(view, _)| !view.state.is_result()) {
                            open.push((*id, *copies));
                        }
                    }
                }
                for kind in [DataKind::Content, DataKind::Events, DataKind::Records] {
                    deleted += f.trim(kind, 1 + pick(7) as i64).await;
                }
                for (id, copies) in open {
                    assert!(f.message(id).await.message.content.subject == "hello", "what is open is whole");
                    for ordinal in 0..copies {
                        f.view(id, ordinal).await;
                    }
                }
                assert_eq!(f.violations().await, []);
            }
        }
    }
    deleted
}
