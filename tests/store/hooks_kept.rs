//! Calls in numbers, calls nobody holds, calls that cannot be read, their log, and what was told of people who are erased.

use jebi_domain::{
    erasure::PersonKey,
    event::{Feedback, FeedbackKind},
    hook::HookKind,
    id::{DeliveryId, MessageId},
    port::hooks::{CallEnd, CallState, CallTry, EndpointNo, Freed, HookCall, Replay, Tells, Verdicts},
    time::Wall,
};

use super::{
    hooks::line,
    hooks_called::{BOUNDS, end},
    support::{DAY, Fixture, HOUR, address, each, joint, sent},
};

/// More than one slice.
const MANY: usize = 1_200;

impl Fixture {
    /// So many calls wait, of one commit.
    async fn flooded(&self) -> EndpointNo {
        let no = self.wants(&["delivery.sent"]).await;
        self.post_one(each("소식", MANY)).await;
        self.settle_all(&self.claim(MANY as u32).await, sent()).await;
        assert_eq!(self.store.waiting_calls(no, 10_000).await, Ok(MANY as u32));
        no
    }

    async fn all_of(&self, no: EndpointNo) -> Vec<HookCall> {
        self.store.take_calls(self.incarnation, vec![(no, 10_000)], self.now()).await.expect("take")
    }

    /// Changes the store behind its back.
    async fn changed(&mut self, sql: &str) {
        self.store.close().await;
        self.engine.tamper(sql);
        self.reopen().await;
        self.begin().await;
    }

    async fn bounced(&self, message: MessageId, ordinal: u32, i: usize) {
        let detail = format!("550 5.1.1 <{}> unknown", address(i));
        let delivery = DeliveryId { message, ordinal };
        let one = Feedback { delivery, recipient: address(i), kind: FeedbackKind::Bounced, at: self.now(), detail };
        self.store.record_feedback(vec![one]).await.expect("feedback");
    }

    /// Erases the first person of [`each`] and [`joint`].
    async fn erased(&self) {
        self.store.know_people_by(PersonKey::derive(b"a secret of the installation"));
        self.store.forget(&address(0), self.now()).await.expect("forget");
        let slice = self.store.erase_deliveries(&address(0), None, self.now()).await.expect("erase");
        assert_eq!((slice.erased, slice.open), (1, 0));
    }
}

conform! {
    async fn calls_whose_taking_was_committed_and_never_answered_are_freed(f) {
        let no = f.wants(&["endpoint.*"]).await;
        f.tests(no, 3).await;
        let taken = f.calls_of(no).await;
        // One is held; of the others this node never heard.
        let freed = f.freed(vec![(no, taken[0].event.no)]).await;
        assert_eq!(freed, Freed { calls: 2, lost: vec![] });
        let again: Vec<_> = f.calls_of(no).await.into_iter().map(|call| call.event).collect();
        assert_eq!(again, [taken[1].event, taken[2].event]);
        // One that is held here, and is not this node's.
        f.ended(vec![end(f, &taken[0], CallState::Told, None)], Verdicts::default()).await;
        let held: Vec<_> = taken.iter().map(|call| (no, call.event.no)).collect();
        assert_eq!(f.freed(held.clone()).await, Freed { calls: 0, lost: vec![held[0]] });
    }

    async fn one_that_cannot_be_read_keeps_no_other_back(f) {
        let (no, other) = (f.wants(&["endpoint.*"]).await, f.wants(&["endpoint.*"]).await);
        f.tests(no, 2).await;
        f.tests(other, 1).await;
        f.changed("UPDATE hook_event SET kind = 63 WHERE no = (SELECT min(no) FROM hook_event)").await;
        let taken = f.store.take_calls(f.incarnation, vec![(no, 9), (other, 9)], f.now()).await.expect("take");
        let unreadable: Vec<bool> = taken.iter().map(|call| matches!(call.tells, Tells::Unreadable(_))).collect();
        assert_eq!(unreadable, [true, false, false]);
        assert!(matches!(&taken[0].tells, Tells::Unreadable(why) if why.contains("63")), "{taken:?}");
    }

    async fn whatever_waits_beyond_the_bound_is_dropped_in_one_go(f) {
        let no = f.flooded().await;
        let trimmed = f.store.trim_calls(BOUNDS, f.now()).await.expect("trim");
        assert_eq!(trimmed.dropped, [(no, MANY as u64 - 5)]);
        assert_eq!(f.store.waiting_calls(no, 10_000).await, Ok(5));
    }

    async fn whatever_waits_for_too_long_is_dropped_in_one_go(f) {
        let no = f.flooded().await;
        f.pass(5 * DAY + 1_000);
        f.tests(no, 1).await;
        let trimmed = f.store.trim_calls(BOUNDS, f.now()).await.expect("trim");
        assert_eq!(trimmed.dropped, [(no, MANY as u64)]);
        assert_eq!(f.store.waiting_calls(no, 10_000).await, Ok(1));
    }

    async fn enabled_again_all_that_waits_is_due_however_much_it_is(f) {
        let no = f.flooded().await;
        let later = Wall(f.now().0 + HOUR);
        let taken = f.all_of(no).await;
        f.ended(taken.iter().map(|call| end(f, call, CallState::Waiting, Some(later))).collect(), Verdicts::default()).await;
        assert_eq!(f.all_of(no).await, []);
        f.pass(1_000);
        assert_eq!(f.store.disable_endpoint(no, "시험", f.now()).await, Ok(true));
        assert_eq!(f.store.enable_endpoint(no, f.now()).await, Ok(true));
        let due = f.all_of(no).await;
        assert_eq!((due.len(), due.iter().filter(|call| call.tried == 0 && call.since == f.now()).count()), (MANY, MANY));
        assert_eq!(f.store.enable_endpoint(EndpointNo(99), f.now()).await, Ok(false));
    }

    async fn a_time_is_told_again_page_by_page(f) {
        let no = f.flooded().await;
        let taken = f.all_of(no).await;
        let state = |i: usize| if i.is_multiple_of(2) { CallState::Told } else { CallState::Failed };
        f.ended(taken.iter().enumerate().map(|(i, call)| end(f, call, state(i), None)).collect(), Verdicts::default()).await;
        let between = |after, failed_only| Replay::Between { from: Wall(0), to: Wall(i64::MAX), after, failed_only };
        let failed = f.store.replay(no, between(None, true), f.now()).await.expect("replay").expect("there");
        assert_eq!((failed.calls, failed.next), (MANY as u64 / 2, None));
        let first = f.store.replay(no, between(None, false), f.now()).await.expect("replay").expect("there");
        assert_eq!((first.calls, first.next.is_some()), (1_000, true));
        let second = f.store.replay(no, between(first.next, false), f.now()).await.expect("replay").expect("there");
        assert_eq!((second.calls, second.next), (MANY as u64 - 1_000, None));
        assert_eq!(f.all_of(no).await.len(), MANY);
    }

    async fn the_log_goes_by_when_it_was_written_down_whoever_wrote_it(f) {
        let no = f.wants(&["endpoint.*"]).await;
        f.tests(no, 2).await;
        f.pass(HOUR);
        f.tests(no, 2).await;
        // The first was written last, by a node with lower numbers.
        let set = |table: &str, column: &str| {
            format!("UPDATE {table} SET told_at = told_at + {} WHERE {column} = (SELECT min(no) FROM hook_event);", 2 * HOUR)
        };
        f.changed(&(set("hook_event", "no") + &set("hook_call", "event"))).await;
        let taken = f.calls_of(no).await;
        f.ended(vec![end(f, &taken[1], CallState::Told, None)], Verdicts::default()).await;
        let mut paged = Vec::new();
        let mut before = None;
        loop {
            let page = f.store.calls(no, None, before, 1).await.expect("calls");
            paged.extend(page.calls.iter().map(|call| call.event));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        let whole: Vec<_> = f.store.calls(no, None, None, 9).await.expect("calls").calls.iter().map(|call| call.event).collect();
        assert_eq!(paged, whole);
        let mut by_time = whole.clone();
        by_time.sort_by_key(|event| std::cmp::Reverse((event.told_at, event.no)));
        assert_eq!((whole.len(), &whole), (4, &by_time));
        assert!(whole[0].no < whole[3].no, "{whole:?}");
        let waiting = f.store.calls(no, Some(CallState::Waiting), None, 9).await.expect("calls");
        assert_eq!((waiting.calls.len(), waiting.next), (3, None));
    }

    async fn nothing_is_told_any_more_of_a_person_who_was_erased(f) {
        let no = f.wants(&["delivery.*"]).await;
        let id = f.post_one(each("소식", 2)).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        let taken = f.calls_of(no).await;
        // The receiver repeats what it was told.
        let echo = CallTry { at: f.now(), took: std::time::Duration::ZERO, status: Some(500), error: String::new(), answer: address(0) };
        let waits = |call: &HookCall| CallEnd {
            endpoint: no,
            event: call.event.no,
            state: CallState::Waiting,
            due: Some(f.now()),
            tried: Some((1, echo.clone())),
        };
        f.ended(taken.iter().map(waits).collect(), Verdicts::default()).await;
        f.bounced(id, 0, 0).await;
        f.bounced(id, 1, 1).await;
        // All are about to be made while the person is erased.
        let held = f.calls_of(no).await;
        f.erased().await;
        let Freed { calls, lost } = f.freed(held.iter().map(|call| (no, call.event.no)).collect()).await;
        assert_eq!((held.len(), calls, lost.len()), (4, 0, 2));
        let late = held.iter().filter(|call| lost.contains(&(no, call.event.no)));
        f.ended(late.map(|call| end(f, call, CallState::Told, None)).collect(), Verdicts::default()).await;
        assert_eq!(f.freed(vec![]).await.calls, 2);
        assert_eq!(f.told(no).await, [line(HookKind::Sent, 1, ""), line(HookKind::Bounced, 1, "")]);
        let log = f.store.calls(no, None, None, 9).await.expect("calls").calls;
        let dropped: Vec<_> = log.iter().filter(|call| call.state == CallState::Dropped).collect();
        assert_eq!(dropped.len(), 2);
        let answers = |calls: &[&jebi_domain::port::hooks::CallInfo]| calls.iter().flat_map(|call| &call.tries).map(|t| t.answer.clone()).collect::<Vec<_>>();
        assert_eq!(answers(&dropped), [""]);
        assert_eq!(answers(&log.iter().filter(|call| call.state == CallState::Waiting).collect::<Vec<_>>()), [address(0)], "another's");
        // Asked for, they tell nothing.
        for call in dropped {
            f.store.replay(no, Replay::Event(call.event), f.now()).await.expect("replay");
        }
        assert_eq!(f.calls_of(no).await.iter().map(|call| &call.tells).collect::<Vec<_>>(), [&Tells::Gone, &Tells::Gone]);
    }

    async fn of_a_joint_copy_only_the_person_goes(f) {
        let no = f.wants(&["delivery.*"]).await;
        let id = f.post_one(joint("소식", 2)).await;
        f.settle_all(&f.claim(9).await, sent()).await;
        f.bounced(id, 0, 0).await;
        f.bounced(id, 0, 1).await;
        f.erased().await;
        let theirs = [line(HookKind::Sent, 1, ""), line(HookKind::Bounced, 1, "")];
        assert_eq!(f.told(no).await, theirs);
        assert_eq!(f.log(no).await.iter().filter(|(state, _)| *state == CallState::Dropped).count(), 2);
        f.changed(
            "CREATE TABLE nothing_left (n bigint CHECK (n = 0));
            INSERT INTO nothing_left SELECT count(*) FROM hook_event WHERE detail LIKE '%person0@%' OR recipient LIKE '%person0@%';",
        )
        .await;
    }
}
