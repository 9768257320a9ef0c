//! Calls told again: found by a reader, made due in slices, so that no other write waits for long.

use jebi_domain::{
    port::hooks::{CallState, EndpointNo, EventNo, REPLAYED, Replay, Replayed},
    port::store::StoreResult,
    time::Wall,
};

use super::{Engine, Error, Snapshot, SqlStore, calls::list, endpoints, group::Class, q, turn::Turn};

/// Calls of an endpoint in these states whose events were written down after one and before a time, oldest first.
struct Span {
    endpoint: i64,
    states: &'static [CallState],
    after: (i64, i64),
    before: Wall,
}

fn among(s: &Snapshot<'_>, span: &Span, most: u32) -> Result<Vec<EventNo>, Error> {
    let mut found = Vec::new();
    for state in span.states {
        let of = (span.endpoint, state.code(), span.after.0, span.after.1, span.before.0, most);
        found.extend(s.rows(q!("hook_between"), of, |r| Ok(EventNo { no: r.get(0)?, told_at: Wall(r.get(1)?) }))?);
    }
    found.sort_by_key(|event| (event.told_at, event.no));
    found.truncate(most as usize);
    Ok(found)
}

/// The events a replay is of, and from where it goes on.
fn asked(s: &Snapshot<'_>, endpoint: i64, what: Replay) -> Result<(Vec<EventNo>, Option<EventNo>), Error> {
    let (from, to, after, failed_only) = match what {
        Replay::Event(event) => {
            let told_at: Option<i64> = s.row(q!("hook_told_at"), [event.no], |r| r.get(0))?;
            // The number may be another event's, of a store that was restored.
            let found = told_at == Some(event.told_at.0);
            return Ok((found.then_some(event).into_iter().collect(), None));
        }
        Replay::Between { from, to, after, failed_only } => (from, to, after, failed_only),
    };
    let states: &[CallState] = if failed_only { &[CallState::Failed, CallState::Dropped] } else { &CallState::ALL };
    let after = after.map_or((from.0.saturating_sub(1), i64::MAX), |event| (event.told_at.0, event.no));
    let found = among(s, &Span { endpoint, states, after, before: to }, REPLAYED)?;
    let next = found.last().copied().filter(|_| found.len() == REPLAYED as usize);
    Ok((found, next))
}

fn numbers(events: &[EventNo]) -> Result<String, Error> {
    list(&events.iter().map(|event| event.no).collect::<Vec<_>>())
}

/// Notes that calls are due, and how many rows that was.
fn due(turn: &mut Turn<'_>, calls: u64) -> u64 {
    turn.rows += u32::try_from(calls).unwrap_or(u32::MAX);
    turn.delta.calls |= calls > 0;
    calls
}

impl<E: Engine> SqlStore<E> {
    /// Makes calls due again. `None` where there is no such endpoint.
    pub(super) async fn tell_again(&self, no: EndpointNo, what: Replay, now: Wall) -> StoreResult<Option<Replayed>> {
        let (events, next) = self.look(move |s| asked(s, no.0, what)).await?;
        let again = move |t: &mut Turn<'_>| {
            if endpoints::get(t, no.0)?.is_none() {
                return Ok(None);
            }
            let calls = t.execute(q!("hook_again"), (no.0, &numbers(&events)?, now.0))?;
            Ok(Some(Replayed { calls: due(t, calls), next }))
        };
        self.shared.write(Class::Admin, again).await
    }

    /// Makes all that waits for an endpoint due now.
    pub(super) async fn all_due(&self, no: EndpointNo, now: Wall) -> StoreResult<()> {
        let mut after = (i64::MIN, i64::MIN);
        loop {
            let span = Span { endpoint: no.0, states: &[CallState::Waiting], after, before: Wall(i64::MAX) };
            let events = self.look(move |s| among(s, &span, REPLAYED)).await?;
            let Some(last) = events.last() else { return Ok(()) };
            after = (last.told_at.0, last.no);
            let now_due = move |t: &mut Turn<'_>| {
                let calls = t.execute(q!("hook_due_now"), (no.0, &numbers(&events)?, now.0))?;
                Ok(due(t, calls))
            };
            self.shared.write(Class::Admin, now_due).await?;
        }
    }
}
