//! Writing outcomes: one compare-and-set on (state, attempt) each. The usual case, a first attempt accepted, is one statement;
//! everything else is read first and judged here.

use super::{
    Error, Snapshot, Value,
    hooks::{self, Whom},
    params, q,
    record::{Ended, Whose},
    refs, row, settle_joint,
    turn::Turn,
};
use crate::crash_point::crash_point;
use jebi_domain::{
    delivery::State,
    hook::HookKind,
    id::{DeliveryId, DeliveryKey, MessageNo},
    outcome::{Decision, Reason},
    port::store::Settlement,
    settle::{Late, Move, Past, late as judge_late, next},
    time::Wall,
};

/// A copy as it stands before a settlement.
pub(super) struct Standing {
    pub state: State,
    pub attempt: u16,
    twice: bool,
    joint: bool,
    /// It has feedback: the provider took it, whatever the answer says.
    reported: bool,
    changed_at: Option<i64>,
    pub next_try: Option<i64>,
    provider_id: Option<String>,
    reason: Option<String>,
}

/// What is known of the message and queue a settlement is for.
pub(super) struct Home {
    pub topic: i64,
    pub queue: i64,
    /// The message or its queue was cancelled.
    pub cancelled: bool,
}

/// Copies that go back into a queue, gathered so that neighbours become one entry.
pub(super) type Returns = Vec<(i64, i64, i64, u16, u32)>;

/// Writes a batch. Where a settlement meets damage, the error comes with its place in the batch: the others can be written without it.
pub(super) fn settle(turn: &mut Turn<'_>, batch: &[Settlement]) -> Result<(), (Error, Option<usize>)> {
    write_batch(turn, batch).map_err(|(e, at)| {
        // One that changes each time it is read is inconsistent; one that others were in the way of is well.
        let damaged = at.filter(|_| e.is_damage() || matches!(e, Error::Changed(_)));
        (e, damaged)
    })
}

fn write_batch(turn: &mut Turn<'_>, batch: &[Settlement]) -> Result<(), (Error, Option<usize>)> {
    let mut returns = Returns::new();
    let mut closed: Vec<(i64, i64)> = Vec::new();
    let mut at_once = sent(turn, batch).map_err(|e| (e, None))?.into_iter();
    for (i, s) in batch.iter().enumerate() {
        // The usual case; no row changes when the copy is not a first attempt waiting for its outcome.
        let usual = matches!(s.decision, Decision::Sent { .. }) && at_once.next() == Some(true);
        let freed = if usual { count_sent(turn, s).map(|()| true) } else { judge(turn, s, &mut returns) };
        if freed.map_err(|e| (e, Some(i)))? {
            match closed.iter_mut().rev().find(|(lease, _)| *lease == s.lease.0) {
                Some((_, n)) => *n += 1,
                None => closed.push((s.lease.0, 1)),
            }
        }
        turn.rows += 1;
    }
    finish(turn, returns, closed).and_then(|()| refs::note(turn, batch)).map_err(|e| (e, None))?;
    crash_point("settle_before_commit");
    Ok(())
}

/// Writes what was accepted at its first attempt; which of those decided as sent that were.
fn sent(turn: &Turn<'_>, batch: &[Settlement]) -> Result<Vec<bool>, Error> {
    let mut rows = Vec::with_capacity(batch.len());
    for s in batch {
        if let Decision::Sent { provider_id } = &s.decision {
            rows.push([Value::Int(s.key.0), Value::Int(s.attempt.into()), Value::Text(provider_id), Value::Int(s.at.0)]);
        }
    }
    turn.each(q!("delivery_sent"), &rows)
}

fn count_sent(turn: &mut Turn<'_>, s: &Settlement) -> Result<(), Error> {
    let topic = turn.topic_of(s.queue)?;
    turn.delta.topic(topic).moved(Some(State::Waiting), State::Sent, 1);
    turn.delta.sent(topic, s.at, 1);
    turn.delta.taken(s.queue, s.at, 1);
    turn.delta.reputation.sent(s);
    hooks::tell(turn, HookKind::Sent, Whom::alone(s.key).in_queue(s.queue.0), s.at, None)
}

/// Whether the provider took the mail or may have: then it counts against its 24-hour limit.
pub(super) fn may_be_taken(decision: &Decision) -> bool {
    matches!(decision, Decision::Sent { .. } | Decision::Unsettled { .. } | Decision::Unknown { .. })
}

/// Puts back what is tried again, and ends the leases whose last place was freed.
fn finish(turn: &mut Turn<'_>, returns: Returns, mut closed: Vec<(i64, i64)>) -> Result<(), Error> {
    requeue(turn, returns)?;
    // In one order everywhere: two writers that settle under the same leases wait for each other instead of both.
    closed.sort_unstable();
    let rows: Vec<[Value<'_>; 2]> = closed.iter().map(|(lease, n)| [Value::Int(*lease), Value::Int(*n)]).collect();
    let ended = turn.each(q!("lease_end"), &rows)?;
    for ((lease, n), ended) in closed.into_iter().zip(ended) {
        if ended {
            turn.append(q!("lease_unmark"), [lease])?;
        } else {
            turn.run(q!("lease_settle"), (lease, n))?;
        }
    }
    Ok(())
}

/// Names the delivery of a key, for the log.
pub(super) fn named(s: &Snapshot<'_>, key: DeliveryKey) -> Result<Option<DeliveryId>, Error> {
    let id: Option<Vec<u8>> = s.row(q!("message_id"), [key.message().0], |r| r.get(0))?;
    id.map(|id| Ok(DeliveryId { message: row::id(&id)?, ordinal: key.ordinal() })).transpose()
}

pub(super) fn home(turn: &Turn<'_>, message: MessageNo) -> Result<Home, Error> {
    turn.db.share_message(message.0)?;
    let found = turn.row(q!("message_topic_of"), [message.0], |r| Ok((r.get(0)?, r.get::<i64>(1)?, r.get::<Option<i64>>(2)?.is_some())))?;
    let (topic, queue, cancelled) = found.ok_or_else(|| Error::damaged("delivery", "its message is gone"))?;
    let retired: Option<Option<i64>> = turn.row(q!("queue_cancelled"), [queue], |r| r.get(0))?;
    Ok(Home { topic, queue, cancelled: cancelled || retired.flatten().is_some() })
}

fn read(turn: &Turn<'_>, s: &Settlement) -> Result<Option<Standing>, Error> {
    let found = turn.row(q!("delivery_get"), [s.key.0], |r| {
        let state: i64 = r.get(0)?;
        Ok((
            state,
            Standing {
                state: State::Waiting,
                attempt: r.get(1)?,
                // An id of the provider on a copy without a result was told by a report.
                reported: r.get::<i64>(2)? != 0 || r.get::<Option<String>>(7)?.is_some(),
                twice: r.get(3)?,
                joint: r.get::<Option<i64>>(4)?.is_some(),
                changed_at: r.get(5)?,
                next_try: r.get(6)?,
                provider_id: r.get(7)?,
                reason: r.get(8)?,
            },
        ))
    })?;
    found.map(|(code, st)| Ok(Standing { state: State::from_code(code).ok_or_else(|| Error::damaged("state", code))?, ..st })).transpose()
}

/// Settles what is not the usual case. Returns whether a place of the lease is freed by it.
fn judge(turn: &mut Turn<'_>, s: &Settlement, returns: &mut Returns) -> Result<bool, Error> {
    let Some(now) = read(turn, s)? else {
        tracing::warn!(key = s.key.0, "an outcome came for a delivery that does not exist");
        return Ok(false);
    };
    if s.attempt > now.attempt + 1 {
        tracing::warn!(key = s.key.0, attempt = s.attempt, "an outcome came for an attempt that was never made");
        return Ok(false);
    }
    if now.joint {
        return settle_joint::settle(turn, s, &now, returns);
    }
    let decision = s.decision_on(0).ok_or_else(|| Error::damaged("settlement", "it has no decision for the only recipient"))?;
    let expected = now.attempt + 1 == s.attempt;
    match now.state {
        State::Waiting | State::Unsettled if expected => apply(turn, s, &now, decision, returns),
        // Settled by evidence for an earlier attempt while this one was out.
        _ if expected => out_of_turn(turn, s, &now, decision),
        // A late answer, or a repeated one.
        _ => late(turn, s, &now, decision).map(|()| false),
    }
}

/// What the answer says of an attempt of which another one was found to be accepted; `None` when it was certainly not accepted,
/// which changes nothing.
pub(super) fn beside<'a>(s: &Settlement, decision: &'a Decision) -> Option<Ended<'a>> {
    let (outcome, provider_id) = match decision {
        Decision::Sent { provider_id } => ("sent", Some(provider_id.as_str())),
        Decision::Unsettled { .. } | Decision::Unknown { .. } => ("unknown", None),
        Decision::Failed { .. } | Decision::Retry { .. } | Decision::Return { .. } | Decision::Each(_) => return None,
    };
    Some(Ended { attempt: s.attempt, at: Some(s.at.0), outcome, provider_id, reason: None })
}

/// The outcome of an attempt that was out when evidence for an earlier one settled the copy.
fn out_of_turn(turn: &mut Turn<'_>, s: &Settlement, now: &Standing, decision: &Decision) -> Result<bool, Error> {
    if !mark(turn, s)? {
        return Ok(false);
    }
    let Some(ended) = beside(s, decision) else { return Ok(true) };
    whose(s).note(turn, &ended)?;
    if now.state == State::Sent {
        turn.execute(q!("delivery_twice"), [s.key.0])?;
    }
    Ok(true)
}

fn whose(s: &Settlement) -> Whose {
    Whose { key: s.key.0, position: None }
}

/// Frees a place of the lease once, however often it is asked. `false` when there is no such lease or it was freed before.
pub(super) fn mark(turn: &Turn<'_>, s: &Settlement) -> Result<bool, Error> {
    if turn.row(q!("lease_get"), [s.lease.0], |_| Ok(()))?.is_none() {
        return Ok(false);
    }
    Ok(turn.execute(q!("lease_mark"), (s.lease.0, s.key.ordinal()))? == 1)
}

/// The copy is where the settlement expects it.
fn apply(turn: &mut Turn<'_>, s: &Settlement, now: &Standing, decision: &Decision, returns: &mut Returns) -> Result<bool, Error> {
    let home = home(turn, s.key.message())?;
    let message = s.key.message().0;
    let counts = !matches!(decision, Decision::Return { .. });
    if !counts && !mark(turn, s)? {
        return Ok(false);
    }
    let moved = next(now.state, now.reported, home.cancelled, decision);
    match moved.ok_or_else(|| Error::damaged("settlement", "its decision is not one recipient's"))? {
        Move::Back { due, reason } => {
            if let Some(reason) = reason {
                turn.execute(q!("delivery_wait_reason"), (s.key.0, row::reason_text(reason)?, due.0))?;
            }
            turn.delta.queue(home.queue, i64::from(now.state == State::Waiting));
            returns.push((home.queue, due.0, message, s.attempt, s.key.ordinal()));
        }
        Move::To { state, provider_id, reason, due } => {
            if may_be_taken(decision) {
                turn.delta.taken(s.queue, s.at, 1);
                turn.delta.reputation.sent(s);
            } else if state == State::Failed {
                turn.delta.reputation.failed(s);
            }
            write(turn, s, now, state, (provider_id, reason), counts, due)?;
            count(turn, s, now, &home, state)?;
            if let Some(due) = due {
                turn.delta.queue(home.queue, i64::from(state == State::Waiting));
                returns.push((home.queue, due.0, message, s.attempt + 1, s.key.ordinal()));
            }
        }
    }
    Ok(true)
}

/// An answer for an attempt that is over: repeated, or late because its lease was lost. A late one is evidence: it settles an
/// unsettled copy and stops a pending resend (the entry finds the copy changed and drops out); an unknown one gets its result.
fn late(turn: &mut Turn<'_>, s: &Settlement, now: &Standing, decision: &Decision) -> Result<(), Error> {
    let home = home(turn, s.key.message())?;
    let leased = is_leased(turn, s, now)?;
    let past = Past {
        state: now.state,
        of_last: s.attempt == now.attempt,
        was_unknown: whose(s).was_unknown(turn, s.attempt)?,
        doubtful: whose(s).may_have_another(turn, s.attempt)?,
        leased,
        pending: now.next_try.is_some(),
        cancelled: home.cancelled,
    };
    let (to, next_try) = match judge_late(past, decision) {
        Late::Nothing => return Ok(()),
        Late::Another => {
            record(turn, s, decision)?;
            turn.execute(q!("delivery_twice"), [s.key.0])?;
            return Ok(());
        }
        Late::Sent => (State::Sent, None),
        Late::Failed => (State::Failed, None),
        Late::Cancelled => (State::Cancelled, None),
        // For the very entry that would have reviewed it, or under the lease of its resend.
        Late::Waits => (State::Waiting, now.next_try),
    };
    if !past.of_last {
        record(turn, s, decision)?;
    }
    let words = match decision {
        Decision::Sent { provider_id } => (Some(provider_id.as_str()), None),
        Decision::Failed { reason } | Decision::Retry { reason, .. } => (None, Some(reason)),
        Decision::Return { .. } | Decision::Unsettled { .. } | Decision::Unknown { .. } | Decision::Each(_) => (None, None),
    };
    write(turn, s, now, to, words, true, next_try.map(Wall))?;
    count(turn, s, now, &home, to)?;
    if to == State::Waiting && !leased {
        turn.delta.queue(home.queue, 1);
    }
    Ok(())
}

/// Adds an accepted earlier attempt to those known.
fn record(turn: &Turn<'_>, s: &Settlement, decision: &Decision) -> Result<(), Error> {
    match beside(s, decision) {
        Some(ended) => whose(s).note(turn, &ended),
        None => Ok(()),
    }
}

/// Whether the copy's next attempt is out.
pub(super) fn is_leased(turn: &Turn<'_>, s: &Settlement, now: &Standing) -> Result<bool, Error> {
    out_now(turn, s.key, now.attempt)
}

/// Whether the attempt after the one named is out.
pub(super) fn out_now(turn: &Turn<'_>, key: DeliveryKey, done: u16) -> Result<bool, Error> {
    let leases = turn.rows_of(q!("lease_of_message"), [key.message().0], |r| {
        Ok((r.get::<i64>(0)?, r.get::<u32>(1)?, r.get::<u32>(2)?, r.get::<u16>(3)?))
    })?;
    for (lease, first, count, attempt) in leases {
        if attempt == done + 1 && (first..first + count).contains(&key.ordinal()) {
            let returned = turn.row(q!("lease_marked"), (lease, key.ordinal()), |_| Ok(()))?.is_some();
            if !returned {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Moves the counts with the copy, and tells of its result.
fn count(turn: &mut Turn<'_>, s: &Settlement, now: &Standing, home: &Home, to: State) -> Result<(), Error> {
    turn.delta.topic(home.topic).moved(Some(now.state), to, 1);
    if to == State::Sent {
        turn.delta.sent(home.topic, s.at, 1);
    }
    hooks::tell_result(turn, to, Whom::alone(s.key).in_queue(home.queue), s.at, None)
}

/// Writes a copy's row, keeping what it said of the attempt before. `counts`: this attempt does.
fn write(
    turn: &mut Turn<'_>,
    s: &Settlement,
    now: &Standing,
    to: State,
    (provider_id, reason): (Option<&str>, Option<&Reason>),
    counts: bool,
    next_try: Option<Wall>,
) -> Result<(), Error> {
    // A copy cancelled or returned unsent has not had this attempt; a late answer for an earlier one adds none.
    let attempt = if counts { s.attempt.max(now.attempt) } else { now.attempt };
    if now.attempt > 0 && now.attempt < attempt {
        let said = (now.provider_id.as_deref(), now.reason.as_deref());
        whose(s).note(turn, &Ended::before(now.attempt, now.state, now.changed_at, said))?;
    }
    let twice = now.twice || (to == State::Sent && whose(s).may_be_twice(turn, s.attempt, (now.state, now.attempt))?);
    let reason = reason.map(row::reason_text).transpose()?;
    let changed = turn.execute(
        q!("delivery_settle"),
        params![s.key.0, now.state.code(), now.attempt, to.code(), attempt, twice, s.at.0, next_try.map(|t| t.0), provider_id, reason,],
    )?;
    if changed == 1 { Ok(()) } else { Err(turn.changed(format!("delivery {} changed while it was settled", s.key.0))) }
}

/// Puts copies back into their queues, neighbours together.
pub(super) fn requeue(turn: &mut Turn<'_>, mut returns: Returns) -> Result<(), Error> {
    returns.sort_unstable();
    let mut i = 0;
    while i < returns.len() {
        let (queue, due, message, attempt, first) = returns[i];
        let mut count = 1;
        while let Some(next) = returns.get(i + count as usize)
            && *next == (queue, due, message, attempt, first + count)
        {
            count += 1;
        }
        turn.enqueue(queue, Wall(due), message, (first, count), attempt)?;
        i += count as usize;
    }
    Ok(())
}
