//! Calls: taken by one node at a time, ended, told again, dropped.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jebi_domain::{
    hook::HookKind,
    id::Incarnation,
    port::hooks::{CallEnd, CallState, CallTry, EndpointNo, HookBounds, HookCall, Replay, Verdicts},
    time::Wall,
};

use super::{
    hooks::endpoint,
    support::{DAY, Fixture, HOUR},
};

const BOUNDS: HookBounds = HookBounds { backlog: 5, waits: Duration::from_secs(5 * 86_400), kept: Duration::from_secs(30 * 86_400) };

fn tried(f: &Fixture, status: u16) -> CallTry {
    CallTry { at: f.now(), took: Duration::from_millis(12), status: Some(status), error: String::new(), answer: "네".into() }
}

fn end(f: &Fixture, call: &HookCall, state: CallState, due: Option<Wall>) -> CallEnd {
    let status = if state == CallState::Told { 200 } else { 500 };
    CallEnd { endpoint: call.endpoint, event: call.event.no, state, due, tried: Some((call.attempts + 1, tried(f, status))) }
}

impl Fixture {
    async fn tests(&self, no: EndpointNo, n: usize) {
        for i in 0..n {
            let data = format!("{{\"n\":{i}}}");
            assert!(self.store.emit_to(no, HookKind::EndpointTest, &data, self.now()).await.expect("emit").is_some());
        }
    }

    async fn ended(&self, ends: Vec<CallEnd>, verdicts: Verdicts) {
        self.store.end_calls(self.incarnation, ends, verdicts, self.now()).await.expect("end");
    }

    async fn log(&self, no: EndpointNo) -> Vec<(CallState, u32)> {
        self.store.calls(no, None, None, 100).await.expect("calls").calls.iter().map(|call| (call.state, call.attempts)).collect()
    }
}

conform! {
    async fn endpoints_are_kept_whole_changed_and_removed(f) {
        let made = f.store.add_endpoint(endpoint(&["alert.*"], &["봄*"], &[]), f.now()).await.expect("add");
        assert_eq!((&made.spec, made.sealed.as_deref()), (&endpoint(&["alert.*"], &["봄*"], &[]).spec, Some([1, 2, 3].as_slice())));
        assert_eq!(f.store.endpoint(made.no).await, Ok(Some(made.clone())));
        let to = endpoint(&["topic.*"], &[], &[]);
        let changed = f.store.change_endpoint(made.no, to.clone(), made.changed_at, f.now()).await.expect("change").expect("there");
        assert_eq!(changed.spec, to.spec);
        assert_eq!(f.store.change_endpoint(made.no, to, made.changed_at, f.now()).await, Ok(None), "somebody was quicker");
        assert_eq!(f.store.emit(HookKind::AlertRaised, "{}", f.now()).await, Ok(0), "it wants another kind now");
        assert_eq!(f.store.remove_endpoint(made.no, f.now()).await, Ok(true));
        assert_eq!(f.store.remove_endpoint(made.no, f.now()).await, Ok(false));
        assert_eq!((f.store.endpoint(made.no).await, f.store.endpoints().await), (Ok(None), Ok(vec![])));
    }

    async fn a_call_is_taken_once_and_comes_again_when_it_is_due(f) {
        let no = f.wants(&["endpoint.*"]).await;
        f.tests(no, 3).await;
        let taken = f.store.take_calls(f.incarnation, vec![(no, 2)], f.now()).await.expect("take");
        assert_eq!((taken.len(), f.calls_of(no).await.len(), f.calls_of(no).await.len()), (2, 1, 0));
        let due = Wall(f.now().0 + 5_000);
        f.ended(vec![end(f, &taken[0], CallState::Told, None), end(f, &taken[1], CallState::Waiting, Some(due))], Verdicts::default()).await;
        assert_eq!(f.calls_of(no).await.len(), 0);
        f.pass(5_000);
        let again = f.calls_of(no).await;
        assert_eq!((again.len(), again[0].event, again[0].tried, again[0].attempts), (1, taken[1].event, 1, 1));
        assert_eq!(again[0].told, taken[1].told);
        let page = f.store.calls(no, None, None, 2).await.expect("calls");
        assert_eq!((page.calls.len(), page.next.is_some()), (2, true));
        let rest = f.store.calls(no, None, page.next, 2).await.expect("calls");
        assert_eq!((rest.calls.len(), rest.next), (1, None));
        assert_eq!((rest.calls[0].state, rest.calls[0].tries.clone()), (CallState::Told, vec![CallTry { at: Wall(f.now().0 - 5_000), ..tried(f, 200) }]));
        let told = f.store.calls(no, Some(CallState::Told), None, 10).await.expect("calls");
        assert_eq!(told.calls.len(), 1);
    }

    async fn what_is_not_held_any_more_is_not_ended(f) {
        let no = f.wants(&["endpoint.*"]).await;
        f.tests(no, 1).await;
        let taken = f.calls_of(no).await;
        assert_eq!(f.store.free_calls().await, Ok(0), "its node is there");
        let before = f.incarnation;
        f.restart().await;
        assert_eq!(f.store.take_calls(before, vec![(no, 9)], f.now()).await, Ok(vec![]), "who has ended takes nothing");
        assert_eq!(f.store.free_calls().await, Ok(1));
        let again = f.calls_of(no).await;
        assert_eq!(again.len(), 1);
        let late = vec![end(f, &taken[0], CallState::Told, None)];
        f.store.end_calls(before, late, Verdicts::default(), f.now()).await.expect("end");
        assert_eq!(f.log(no).await, [(CallState::Waiting, 0)], "another node makes it now");
        f.ended(vec![end(f, &again[0], CallState::Told, None)], Verdicts::default()).await;
        assert_eq!(f.log(no).await, [(CallState::Told, 1)]);
        assert_ne!(before, Incarnation(0));
    }

    async fn a_held_or_disabled_endpoint_gives_none(f) {
        let (no, other) = (f.wants(&["endpoint.*"]).await, f.wants(&["endpoint.disabled"]).await);
        f.tests(no, 2).await;
        let taken = f.store.take_calls(f.incarnation, vec![(no, 1)], f.now()).await.expect("take");
        let held = Verdicts { held_until: Some(Wall(f.now().0 + 60_000)), ..Verdicts::default() };
        f.ended(vec![end(f, &taken[0], CallState::Waiting, Some(f.now()))], held).await;
        assert_eq!(f.calls_of(no).await, []);
        f.pass(60_000);
        let taken = f.calls_of(no).await;
        assert_eq!(taken.len(), 2);
        let gone = Verdicts { gone: Some("410".into()), ..Verdicts::default() };
        f.ended(taken.iter().map(|call| end(f, call, CallState::Waiting, Some(f.now()))).collect(), gone).await;
        assert_eq!(f.calls_of(no).await, []);
        let health = f.store.endpoint(no).await.expect("endpoint").expect("there").health;
        assert_eq!((health.disabled_at, health.disabled_why.as_deref()), (Some(f.now()), Some("410")));
        assert_eq!(f.calls_of(other).await.len(), 1, "the others are told");
        assert_eq!(f.store.emit_to(no, HookKind::EndpointTest, "{}", f.now()).await, Ok(None));
        assert_eq!(f.store.enable_endpoint(no, f.now()).await, Ok(true));
        assert_eq!(f.calls_of(no).await.len(), 2, "what waited is due");
    }

    async fn an_endpoint_is_given_up_only_where_nothing_went_well_meanwhile(f) {
        let no = f.wants(&["endpoint.*"]).await;
        f.tests(no, 3).await;
        let taken = f.calls_of(no).await;
        f.ended(vec![end(f, &taken[0], CallState::Waiting, Some(f.now()))], Verdicts::default()).await;
        let failing = f.store.endpoint(no).await.expect("endpoint").expect("there").health.failing_since;
        assert_eq!(failing, Some(f.now()));
        f.pass(HOUR);
        f.ended(vec![end(f, &taken[1], CallState::Told, None)], Verdicts::default()).await;
        assert_eq!(f.store.endpoint(no).await.expect("endpoint").expect("there").health.failing_since, None);
        let given_up = |since: Wall| Verdicts { given_up: Some((since, "10 tries".into())), ..Verdicts::default() };
        f.ended(vec![end(f, &taken[2], CallState::Failed, None)], given_up(taken[2].since)).await;
        let health = f.store.endpoint(no).await.expect("endpoint").expect("there").health;
        assert_eq!((health.disabled_at, health.failing_since), (None, Some(f.now())), "one went well since");
        f.tests(no, 1).await;
        let last = f.store.take_calls(f.incarnation, vec![(no, 1)], f.now()).await.expect("take");
        f.pass(HOUR);
        f.ended(vec![end(f, &last[0], CallState::Failed, None)], given_up(f.now())).await;
        assert!(f.store.endpoint(no).await.expect("endpoint").expect("there").health.disabled_at.is_some());
    }

    async fn what_is_told_again_keeps_its_id(f) {
        let no = f.wants(&["endpoint.*"]).await;
        f.tests(no, 2).await;
        f.pass(HOUR);
        f.tests(no, 1).await;
        let taken = f.calls_of(no).await;
        f.ended(taken.iter().map(|call| end(f, call, CallState::Told, None)).collect(), Verdicts::default()).await;
        let one = f.store.replay(no, Replay::Event(taken[0].event), f.now()).await.expect("replay").expect("there");
        assert_eq!((one.calls, one.next), (1, None));
        let again = f.calls_of(no).await;
        assert_eq!((again[0].event, again[0].tried, again[0].attempts), (taken[0].event, 0, 1));
        f.ended(vec![end(f, &again[0], CallState::Failed, None)], Verdicts::default()).await;
        let between = |from: i64, failed_only| Replay::Between { from: Wall(from), to: Wall(f.now().0 + 1), after: None, failed_only };
        let start = f.now().0 - HOUR;
        let failed = f.store.replay(no, between(start, true), f.now()).await.expect("replay").expect("there");
        assert_eq!(failed.calls, 1);
        let late = f.store.replay(no, between(start + 1, false), f.now()).await.expect("replay").expect("there");
        assert_eq!(late.calls, 1, "the last of them");
        assert_eq!(f.store.replay(EndpointNo(99), between(0, false), f.now()).await, Ok(None));
        let stranger = jebi_domain::port::hooks::EventNo { told_at: Wall(1), ..taken[0].event };
        assert_eq!(f.store.replay(no, Replay::Event(stranger), f.now()).await.expect("replay").expect("there").calls, 0);
    }

    async fn bounds_are_kept_and_old_things_go(f) {
        let no = f.wants(&["endpoint.*"]).await;
        f.tests(no, 8).await;
        let trimmed = f.store.trim_calls(BOUNDS, f.now()).await.expect("trim");
        assert_eq!(trimmed.dropped, [(no, 3)], "the oldest beyond the backlog");
        assert_eq!(f.store.waiting_calls(no, 100).await, Ok(5));
        assert_eq!(f.store.endpoint(no).await.expect("endpoint").expect("there").health.dropped, 3);
        f.pass(5 * DAY + 1_000);
        let trimmed = f.store.trim_calls(BOUNDS, f.now()).await.expect("trim");
        assert_eq!(trimmed.dropped, [(no, 5)], "they waited for too long");
        assert_eq!(f.log(no).await, [(CallState::Dropped, 0); 8]);
        f.pass(26 * DAY);
        f.tests(no, 1).await;
        while f.store.trim_calls(BOUNDS, f.now()).await.expect("trim").more {}
        assert_eq!(f.log(no).await, [(CallState::Waiting, 0)]);
    }

    async fn what_a_removed_endpoint_leaves_goes_in_slices(f) {
        let no = f.wants(&["endpoint.*"]).await;
        f.tests(no, 3).await;
        let taken = f.calls_of(no).await;
        f.ended(vec![end(f, &taken[0], CallState::Told, None)], Verdicts::default()).await;
        f.store.remove_endpoint(no, f.now()).await.expect("remove");
        f.ended(vec![end(f, &taken[1], CallState::Told, None)], Verdicts::default()).await;
        assert!(f.store.trim_calls(BOUNDS, f.now()).await.expect("trim").more);
        assert!(!f.store.trim_calls(BOUNDS, f.now()).await.expect("trim").more);
        assert_eq!(f.log(no).await, []);
    }

    async fn whoever_makes_calls_is_woken_by_the_commit(f) {
        let woken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&woken);
        f.store.on_calls(Arc::new(move || {
            counter.fetch_add(1, Ordering::SeqCst);
        }));
        let no = f.wants(&["endpoint.*"]).await;
        f.store.emit(HookKind::AlertRaised, "{}", f.now()).await.expect("emit");
        assert_eq!(woken.load(Ordering::SeqCst), 0, "nobody wants it");
        f.tests(no, 1).await;
        assert_eq!(woken.load(Ordering::SeqCst), 1);
    }

    async fn the_configurations_endpoint_is_one(f) {
        let arn = |name: &str| endpoint(&["alert.*"], &[name], &[]);
        f.store.configure_endpoint(Some(arn("a")), f.now()).await.expect("configure");
        f.store.configure_endpoint(Some(arn("a")), f.now()).await.expect("configure");
        let all = f.store.endpoints().await.expect("endpoints");
        assert_eq!((all.len(), all[0].from_config), (1, true));
        f.store.configure_endpoint(Some(arn("b")), f.now()).await.expect("configure");
        assert_eq!(f.store.endpoints().await.expect("endpoints")[0].spec.filter.topics, ["b"]);
        f.store.configure_endpoint(None, f.now()).await.expect("configure");
        assert_eq!(f.store.endpoints().await, Ok(vec![]));
    }
}
