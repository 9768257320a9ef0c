//! Writing outcomes: one compare-and-set on (state, attempt) each. The usual case, a first attempt accepted, is one statement;
//! everything else is read first and judged here.

use jebi_domain::{
    delivery::State,
    id::MessageNo,
    outcome::{Decision, Reason},
    port::store::Settlement,
    time::Wall,
};

use super::{Error, row, sql, turn::Turn};
use crate::crash_point::crash_point;

/// A copy as it stands before a settlement.
struct Standing {
    state: State,
    attempt: u16,
    twice: bool,
    joint: bool,
    /// It has feedback: the provider took it, whatever the answer says.
    reported: bool,
    changed_at: Option<i64>,
    next_try: Option<i64>,
    provider_id: Option<String>,
    reason: Option<String>,
}

/// What is known of the message and queue a settlement is for.
struct Home {
    topic: i64,
    queue: i64,
    /// The message or its queue was cancelled.
    cancelled: bool,
}

/// Copies that go back into a queue, gathered so that neighbours become one entry.
type Returns = Vec<(i64, i64, i64, u16, u32)>;

pub(super) fn settle(turn: &mut Turn<'_>, batch: &[Settlement]) -> Result<(), Error> {
    let mut returns = Returns::new();
    let mut closed: Vec<(i64, i64)> = Vec::new();
    let mut sent = turn.statement(sql!("delivery_sent"))?;
    for s in batch {
        // The usual case; no row changes when the copy is not a first attempt waiting for its outcome.
        let at_once = match &s.decision {
            Decision::Sent { provider_id } => sent.execute((s.key.0, s.attempt, provider_id, s.at.0))? == 1,
            _ => false,
        };
        if at_once {
            let topic = topic_of(turn, s.key.message())?;
            turn.delta.topic(topic).moved(Some(State::Waiting), State::Sent, 1);
            turn.delta.sent(s.at, 1);
            turn.delta.used(s.queue, s.at, 1);
        }
        if at_once || judge(turn, s, &mut returns)? {
            match closed.iter_mut().rev().find(|(lease, _)| *lease == s.lease.0) {
                Some((_, n)) => *n += 1,
                None => closed.push((s.lease.0, 1)),
            }
        }
        turn.rows += 1;
    }
    requeue(turn, returns)?;
    for (lease, n) in closed {
        let left: Option<i64> = turn.row(sql!("lease_settle"), (lease, n), |r| r.get(0))?;
        if left.is_some_and(|open| open <= 0) {
            turn.execute(sql!("lease_delete"), [lease])?;
            turn.execute(sql!("lease_unmark"), [lease])?;
        }
    }
    crash_point("settle_before_commit");
    Ok(())
}

fn topic_of(turn: &mut Turn<'_>, message: MessageNo) -> Result<i64, Error> {
    if let Some(k) = turn.memory.messages.get(&message.0) {
        return Ok(k.topic);
    }
    turn.row(sql!("message_topic_of"), [message.0], |r| r.get(0))?.ok_or_else(|| Error::damaged("delivery", "its message is gone"))
}

fn home(turn: &Turn<'_>, message: MessageNo) -> Result<Home, Error> {
    let found =
        turn.row(sql!("message_topic_of"), [message.0], |r| Ok((r.get(0)?, r.get::<_, i64>(1)?, r.get::<_, Option<i64>>(2)?.is_some())))?;
    let (topic, queue, cancelled) = found.ok_or_else(|| Error::damaged("delivery", "its message is gone"))?;
    let retired: Option<Option<i64>> = turn.row(sql!("queue_cancelled"), [queue], |r| r.get(0))?;
    Ok(Home { topic, queue, cancelled: cancelled || retired.flatten().is_some() })
}

fn read(turn: &Turn<'_>, s: &Settlement) -> Result<Option<Standing>, Error> {
    let found = turn.row(sql!("delivery_get"), [s.key.0], |r| {
        let state: i64 = r.get(0)?;
        Ok((
            state,
            Standing {
                state: State::Waiting,
                attempt: r.get(1)?,
                reported: r.get::<_, i64>(2)? != 0,
                twice: r.get(3)?,
                joint: r.get::<_, Option<i64>>(4)?.is_some(),
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
    let expected = now.attempt + 1 == s.attempt;
    match now.state {
        State::Waiting | State::Unsettled if expected => apply(turn, s, &now, returns),
        // Settled by evidence for an earlier attempt while this one was out.
        _ if expected => out_of_turn(turn, s, &now),
        // A late answer, or a repeated one.
        _ if s.attempt <= now.attempt => late(turn, s, &now).map(|()| false),
        _ => {
            tracing::warn!(key = s.key.0, attempt = s.attempt, "an outcome came for an attempt that was never made");
            Ok(false)
        }
    }
}

/// The outcome of an attempt that was out when evidence for an earlier one settled the copy.
fn out_of_turn(turn: &mut Turn<'_>, s: &Settlement, now: &Standing) -> Result<bool, Error> {
    if !mark(turn, s)? {
        return Ok(false);
    }
    let (outcome, provider_id) = match &s.decision {
        Decision::Sent { provider_id } => ("sent", Some(provider_id)),
        Decision::Unsettled { .. } | Decision::Unknown { .. } => ("unknown", None),
        // Certainly not accepted: it changes nothing.
        Decision::Failed { .. } | Decision::Retry { .. } | Decision::Return { .. } | Decision::Each(_) => return Ok(true),
    };
    turn.execute(sql!("attempt_insert"), (s.key.0, s.attempt, s.at.0, outcome, provider_id, None::<String>))?;
    if now.state == State::Sent {
        turn.execute(sql!("delivery_twice"), [s.key.0])?;
    }
    Ok(true)
}

/// Frees a place of the lease once, however often it is asked. `false` when there is no such lease or it was freed before.
fn mark(turn: &Turn<'_>, s: &Settlement) -> Result<bool, Error> {
    if turn.row(sql!("lease_get"), [s.lease.0], |_| Ok(()))?.is_none() {
        return Ok(false);
    }
    Ok(turn.execute(sql!("lease_mark"), (s.lease.0, s.key.ordinal()))? == 1)
}

/// The copy is where the settlement expects it.
fn apply(turn: &mut Turn<'_>, s: &Settlement, now: &Standing, returns: &mut Returns) -> Result<bool, Error> {
    let home = home(turn, s.key.message())?;
    let message = s.key.message().0;
    let was_unsettled = now.state == State::Unsettled;
    match &s.decision {
        Decision::Return { due, reason } => {
            if !mark(turn, s)? {
                return Ok(false);
            }
            if home.cancelled {
                let to = if was_unsettled { State::Unknown } else { State::Cancelled };
                return end(turn, s, now, &home, to, (None, reason.as_ref())).map(|()| true);
            }
            if let Some(reason) = reason {
                turn.execute(sql!("delivery_wait_reason"), (s.key.0, row::reason_text(reason)?, due.0))?;
            }
            if !was_unsettled {
                let n = open(turn, s, now)?;
                turn.delta.queue(home.queue, n);
            }
            returns.push((home.queue, due.0, message, s.attempt, s.key.ordinal()));
        }
        // Never sent twice and never called failed.
        Decision::Each(_) => end(turn, s, now, &home, State::Unknown, (None, None))?,
        Decision::Sent { provider_id } => end(turn, s, now, &home, State::Sent, (Some(provider_id), None))?,
        // Its feedback came before its answer: it was accepted.
        Decision::Unsettled { .. } | Decision::Unknown { .. } if now.reported => {
            end(turn, s, now, &home, State::Sent, (None, None))?;
        }
        // The earlier attempt may have arrived: a refusal of the resend does not make it failed, and another try after it would be
        // a second resend.
        Decision::Failed { reason } | Decision::Retry { reason, .. } | Decision::Unsettled { reason, .. } if was_unsettled => {
            end(turn, s, now, &home, State::Unknown, (None, Some(reason)))?;
        }
        Decision::Failed { reason } => end(turn, s, now, &home, State::Failed, (None, Some(reason)))?,
        Decision::Unknown { reason } => end(turn, s, now, &home, State::Unknown, (None, Some(reason)))?,
        Decision::Retry { reason, .. } if home.cancelled => end(turn, s, now, &home, State::Cancelled, (None, Some(reason)))?,
        Decision::Retry { due, reason } => {
            let n = open(turn, s, now)?;
            write(turn, s, now, State::Waiting, (None, Some(reason)), Some(*due))?;
            turn.delta.queue(home.queue, n);
            returns.push((home.queue, due.0, message, s.attempt + 1, s.key.ordinal()));
        }
        // A cancelled copy is not resent, so nothing would review it; evidence may still settle it.
        Decision::Unsettled { reason, .. } if home.cancelled => end(turn, s, now, &home, State::Unknown, (None, Some(reason)))?,
        Decision::Unsettled { review_at, reason } => {
            let n = open(turn, s, now)?;
            // It may have been taken, and a resend may be too.
            turn.delta.used(s.queue, s.at, n);
            write(turn, s, now, State::Unsettled, (None, Some(reason)), Some(*review_at))?;
            turn.delta.topic(home.topic).moved(Some(State::Waiting), State::Unsettled, n);
            returns.push((home.queue, review_at.0, message, s.attempt + 1, s.key.ordinal()));
        }
    }
    Ok(true)
}

/// An answer for an attempt that is over: repeated, or late because its lease was lost. A late one is evidence: it settles an
/// unsettled copy and stops a pending resend (the entry finds the copy changed and drops out); an unknown one gets its result.
fn late(turn: &mut Turn<'_>, s: &Settlement, now: &Standing) -> Result<(), Error> {
    let of_this = s.attempt == now.attempt;
    let sent = matches!(s.decision, Decision::Sent { .. });
    if !matches!(now.state, State::Unsettled | State::Unknown) {
        // A second accepted attempt; the one in the row itself is told again by repeating it.
        if sent && !of_this && now.state == State::Sent && turn.row(sql!("attempt_unknown"), (s.key.0, s.attempt), |_| Ok(()))?.is_some() {
            record(turn, s)?;
            turn.execute(sql!("delivery_twice"), [s.key.0])?;
        }
        return Ok(());
    }
    let home = home(turn, s.key.message())?;
    match &s.decision {
        Decision::Sent { provider_id } => {
            if !of_this {
                record(turn, s)?;
            }
            end(turn, s, now, &home, State::Sent, (Some(provider_id), None))
        }
        _ if !of_this => Ok(()),
        Decision::Failed { reason } if now.state == State::Unknown => {
            // Only where no other attempt may have arrived.
            if turn.row(sql!("attempt_maybe"), (s.key.0, s.attempt), |_| Ok(()))?.is_some() {
                return Ok(());
            }
            end(turn, s, now, &home, State::Failed, (None, Some(reason)))
        }
        Decision::Failed { reason } if !is_leased(turn, s, now)? => end(turn, s, now, &home, State::Failed, (None, Some(reason))),
        Decision::Failed { reason } | Decision::Retry { reason, .. } => wait_again(turn, s, now, &home, reason),
        // What was returned unsent leaves its attempt's number to the next claim: this may be the repeated return of an earlier one.
        Decision::Return { .. } | Decision::Unsettled { .. } | Decision::Unknown { .. } | Decision::Each(_) => Ok(()),
    }
}

/// Adds an accepted earlier attempt to those known.
fn record(turn: &Turn<'_>, s: &Settlement) -> Result<(), Error> {
    let Decision::Sent { provider_id } = &s.decision else { return Ok(()) };
    turn.execute(sql!("attempt_insert"), (s.key.0, s.attempt, s.at.0, "sent", provider_id, None::<String>)).map(drop)
}

/// The attempt was certainly not accepted: the copy waits again, for the very entry that would have reviewed it or under the
/// lease of its resend. Without either a person is asked for, and stays asked.
fn wait_again(turn: &mut Turn<'_>, s: &Settlement, now: &Standing, home: &Home, reason: &Reason) -> Result<(), Error> {
    let leased = is_leased(turn, s, now)?;
    if now.state == State::Unknown || (!leased && now.next_try.is_none()) {
        return Ok(());
    }
    if home.cancelled && !leased {
        return end(turn, s, now, home, State::Cancelled, (None, Some(reason)));
    }
    let n = open(turn, s, now)?;
    write(turn, s, now, State::Waiting, (None, Some(reason)), now.next_try.map(Wall))?;
    turn.delta.topic(home.topic).moved(Some(State::Unsettled), State::Waiting, n);
    if !leased {
        turn.delta.queue(home.queue, n);
    }
    Ok(())
}

/// Whether the copy's next attempt is out.
fn is_leased(turn: &Turn<'_>, s: &Settlement, now: &Standing) -> Result<bool, Error> {
    let leases = turn.rows_of(sql!("lease_of_message"), [s.key.message().0], |r| {
        Ok((r.get::<_, i64>(0)?, r.get::<_, u32>(1)?, r.get::<_, u32>(2)?, r.get::<_, u16>(3)?))
    })?;
    for (lease, first, count, attempt) in leases {
        if attempt == now.attempt + 1 && (first..first + count).contains(&s.key.ordinal()) {
            let returned = turn.row(sql!("lease_marked"), (lease, s.key.ordinal()), |_| Ok(()))?.is_some();
            if !returned {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Recipients of the copy without a result.
fn open(turn: &Turn<'_>, s: &Settlement, now: &Standing) -> Result<i64, Error> {
    if !now.joint {
        return Ok(1);
    }
    Ok(turn.row(sql!("joint_open"), (s.key.0, now.state.code()), |r| r.get(0))?.unwrap_or(0))
}

/// Gives the copy a result and moves the counts.
fn end(
    turn: &mut Turn<'_>,
    s: &Settlement,
    now: &Standing,
    home: &Home,
    to: State,
    words: (Option<&str>, Option<&Reason>),
) -> Result<(), Error> {
    let n = open(turn, s, now)?;
    write(turn, s, now, to, words, None)?;
    turn.delta.topic(home.topic).moved(Some(now.state), to, n);
    if to == State::Sent {
        turn.delta.sent(s.at, n);
    }
    // One that was unsettled is counted already.
    if matches!(to, State::Sent | State::Unknown) && now.state == State::Waiting {
        turn.delta.used(s.queue, s.at, n);
    }
    Ok(())
}

/// Writes a copy's row, keeping what it said of the attempt before.
fn write(
    turn: &mut Turn<'_>,
    s: &Settlement,
    now: &Standing,
    to: State,
    (provider_id, reason): (Option<&str>, Option<&Reason>),
    next_try: Option<Wall>,
) -> Result<(), Error> {
    // A copy cancelled or returned unsent has not had this attempt; a late answer for an earlier one adds none.
    let attempt = if matches!(s.decision, Decision::Return { .. }) { now.attempt } else { s.attempt.max(now.attempt) };
    if now.attempt > 0 && now.attempt < attempt {
        let outcome = if now.state == State::Unsettled { "unknown" } else { "transient" };
        turn.execute(sql!("attempt_insert"), (s.key.0, now.attempt, now.changed_at, outcome, &now.provider_id, &now.reason))?;
    }
    let twice = now.twice || (to == State::Sent && may_be_twice(turn, s, now)?);
    let reason = reason.map(row::reason_text).transpose()?;
    let changed = turn.execute(
        sql!("delivery_settle"),
        rusqlite::params![
            s.key.0,
            now.state.code(),
            now.attempt,
            to.code(),
            attempt,
            twice,
            s.at.0,
            next_try.map(|t| t.0),
            provider_id,
            reason,
        ],
    )?;
    if changed != 1 {
        return Err(Error::damaged("delivery", format!("{} changed while it was settled", s.key.0)));
    }
    if now.joint {
        turn.execute(sql!("joint_state"), (s.key.0, now.state.code(), to.code()))?;
    }
    Ok(())
}

/// Whether another attempt than the accepted one may have been accepted too: the recipient may have it twice.
fn may_be_twice(turn: &Turn<'_>, s: &Settlement, now: &Standing) -> Result<bool, Error> {
    let later_unknown = s.attempt < now.attempt && matches!(now.state, State::Unsettled | State::Unknown);
    Ok(later_unknown || turn.row(sql!("attempt_maybe"), (s.key.0, s.attempt), |_| Ok(()))?.is_some())
}

/// Puts copies back into their queues, neighbours together.
fn requeue(turn: &mut Turn<'_>, mut returns: Returns) -> Result<(), Error> {
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
