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

/// A copy as it stands before a settlement.
struct Standing {
    state: State,
    attempt: u16,
    twice: bool,
    joint: bool,
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
    for s in batch {
        let open = match &s.decision {
            Decision::Sent { provider_id } if sent_at_once(turn, s, provider_id)? => true,
            _ => judge(turn, s, &mut returns)?,
        };
        if open {
            match closed.iter_mut().find(|(lease, _)| *lease == s.lease.0) {
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
    Ok(())
}

/// The usual case. `false` when the copy is not a first attempt waiting for its outcome.
fn sent_at_once(turn: &mut Turn<'_>, s: &Settlement, provider_id: &str) -> Result<bool, Error> {
    if turn.execute(sql!("delivery_sent"), (s.key.0, s.attempt, provider_id, s.at.0))? == 0 {
        return Ok(false);
    }
    let topic = topic_of(turn, s.key.message())?;
    turn.delta.topic(topic).moved(Some(State::Waiting), State::Sent, 1);
    turn.delta.sent(s.at, 1);
    Ok(true)
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
        State::Waiting if expected => apply(turn, s, &now, returns),
        State::Unsettled if expected => apply(turn, s, &now, returns),
        // The lease was lost and this is the late answer: evidence.
        State::Unsettled if now.attempt == s.attempt => evidence(turn, s, &now).map(|()| false),
        State::Unknown if now.attempt == s.attempt => evidence(turn, s, &now).map(|()| false),
        // A repeated settlement.
        _ if now.attempt == s.attempt => Ok(false),
        _ => {
            // Settled by evidence for an earlier attempt while this one was out.
            if let Decision::Sent { provider_id } = &s.decision {
                turn.execute(sql!("attempt_insert"), (s.key.0, s.attempt, s.at.0, "sent", provider_id, None::<String>))?;
                if now.state == State::Sent {
                    turn.execute(sql!("delivery_twice"), [s.key.0])?;
                }
            }
            mark(turn, s)
        }
    }
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
                end(turn, s, now, &home, if was_unsettled { State::Unknown } else { State::Cancelled }, (None, reason.as_ref()))?;
                return Ok(true);
            }
            if let Some(reason) = reason {
                turn.execute(sql!("delivery_wait_reason"), (s.key.0, row::reason_text(reason)?, due.0))?;
            }
            if !was_unsettled {
                let n = open(turn, s, now)?;
                turn.delta.queue(home.queue, n);
            }
            returns.push((home.queue, due.0, message, s.attempt, s.key.ordinal()));
            Ok(true)
        }
        Decision::Sent { provider_id } => {
            end(turn, s, now, &home, State::Sent, (Some(provider_id), None))?;
            Ok(true)
        }
        Decision::Failed { reason } => {
            end(turn, s, now, &home, State::Failed, (None, Some(reason)))?;
            Ok(true)
        }
        Decision::Unknown { reason } => {
            end(turn, s, now, &home, State::Unknown, (None, Some(reason)))?;
            Ok(true)
        }
        Decision::Retry { reason, .. } if home.cancelled => {
            end(turn, s, now, &home, State::Cancelled, (None, Some(reason)))?;
            Ok(true)
        }
        Decision::Retry { due, reason } => {
            let n = open(turn, s, now)?;
            write(turn, s, now, State::Waiting, (None, Some(reason)), Some(*due))?;
            turn.delta.queue(home.queue, n);
            returns.push((home.queue, due.0, message, s.attempt + 1, s.key.ordinal()));
            Ok(true)
        }
        // Also for a cancelled message: it is not resent, but evidence may settle it until it is swept.
        Decision::Unsettled { review_at, reason } => {
            let n = open(turn, s, now)?;
            write(turn, s, now, State::Unsettled, (None, Some(reason)), Some(*review_at))?;
            turn.delta.topic(home.topic).moved(Some(State::Waiting), State::Unsettled, n);
            returns.push((home.queue, review_at.0, message, s.attempt + 1, s.key.ordinal()));
            Ok(true)
        }
    }
}

/// A late answer for an attempt whose lease was lost. It settles an unsettled copy and stops a pending resend (the entry finds
/// the copy changed and drops out); an unknown one becomes sent.
fn evidence(turn: &mut Turn<'_>, s: &Settlement, now: &Standing) -> Result<(), Error> {
    let home = home(turn, s.key.message())?;
    match &s.decision {
        Decision::Sent { provider_id } => end(turn, s, now, &home, State::Sent, (Some(provider_id), None)),
        _ if now.state == State::Unknown => Ok(()),
        Decision::Failed { reason } => end(turn, s, now, &home, State::Failed, (None, Some(reason))),
        // Certainly not accepted: it waits again, for the very entry that would have reviewed it. Without one a person
        // is asked for, and stays asked.
        Decision::Retry { reason, .. } if now.next_try.is_some() => {
            let n = open(turn, s, now)?;
            write(turn, s, now, State::Waiting, (None, Some(reason)), now.next_try.map(Wall))?;
            turn.delta.topic(home.topic).moved(Some(State::Unsettled), State::Waiting, n);
            if !home.cancelled && !is_leased(turn, s)? {
                turn.delta.queue(home.queue, n);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether the copy is under a lease now, for a later attempt.
fn is_leased(turn: &Turn<'_>, s: &Settlement) -> Result<bool, Error> {
    let leases = turn.rows_of(sql!("lease_of_message"), [s.key.message().0], |r| Ok((r.get::<_, u32>(1)?, r.get::<_, u32>(2)?)))?;
    Ok(leases.iter().any(|(first, count)| (*first..first + count).contains(&s.key.ordinal())))
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
    let earlier = now.attempt > 0 && now.attempt < s.attempt;
    if earlier {
        let outcome = if now.state == State::Unsettled { "unknown" } else { "transient" };
        turn.execute(sql!("attempt_insert"), (s.key.0, now.attempt, now.changed_at, outcome, &now.provider_id, &now.reason))?;
    }
    // Accepted after an attempt nobody knows the end of: the recipient may have it twice.
    let twice = now.twice || (earlier && to == State::Sent && now.state == State::Unsettled);
    let reason = reason.map(row::reason_text).transpose()?;
    // A copy cancelled or returned unsent has not had this attempt.
    let attempt = if matches!(s.decision, Decision::Return { .. }) { now.attempt } else { s.attempt };
    turn.execute(
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
    if now.joint {
        turn.execute(sql!("joint_state"), (s.key.0, now.state.code(), to.code()))?;
    }
    Ok(())
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
