//! Writing outcomes of a joint copy: each recipient moves by itself, as a copy to one would (`settle.rs`); the copy's row, its place in
//! the lease and its entry are one.

use jebi_domain::{
    delivery::State,
    outcome::{Decision, Reason},
    port::store::Settlement,
    settle::{Late, Move, Past, late as judge_late, next},
    time::Wall,
};

use super::{
    Error,
    hooks::{self, Whom},
    joint::{Joint, Told},
    row,
    settle::{Home, Returns, Standing, beside, home, is_leased, mark, may_be_taken},
    turn::Turn,
};

/// A recipient's place in the copy, and what was decided on it.
type Part<'a> = (usize, &'a Decision);

/// Returns whether a place of the lease is freed by it.
pub(super) fn settle(turn: &mut Turn<'_>, s: &Settlement, now: &Standing, returns: &mut Returns) -> Result<bool, Error> {
    let copy = Joint::read(turn, s.key, (now.state, now.attempt))?;
    let parts = parts(s, &copy)?;
    let home = home(turn, s.key.message())?;
    if now.attempt + 1 == s.attempt {
        return apply(turn, s, copy, &parts, &home, returns);
    }
    let leased = is_leased(turn, s, now)?;
    late(turn, s, copy, &parts, &home, (leased, now.next_try)).map(|()| false)
}

fn parts<'a>(s: &'a Settlement, copy: &Joint) -> Result<Vec<Part<'a>>, Error> {
    let all: Vec<usize> = match s.recipients.as_slice() {
        [] => (0..copy.people.len()).collect(),
        some => some.iter().map(|position| *position as usize).collect(),
    };
    let part = |(i, place): (usize, usize)| {
        let decision = s.decision_on(i).filter(|_| place < copy.people.len());
        Ok((place, decision.ok_or_else(|| Error::damaged("settlement", "its recipients are not those of the copy"))?))
    };
    all.into_iter().enumerate().map(part).collect()
}

/// The copy is where the settlement expects it.
fn apply(
    turn: &mut Turn<'_>,
    s: &Settlement,
    mut copy: Joint,
    parts: &[Part<'_>],
    home: &Home,
    returns: &mut Returns,
) -> Result<bool, Error> {
    let counts = |decision: &Decision| !matches!(decision, Decision::Return { .. });
    let (open, settled): (Vec<Part<'_>>, Vec<Part<'_>>) = parts.iter().copied().partition(|(i, _)| copy.people[*i].is_open());
    // The attempt is the copy's: it counts when it does for anybody.
    let counted = open.iter().any(|(_, decision)| counts(decision));
    if !counted && !mark(turn, s)? {
        return Ok(false);
    }
    for (i, decision) in settled {
        beside_evidence(turn, s, &mut copy, i, decision)?;
    }
    let before = copy.people.clone();
    let mut due: Option<Wall> = None;
    for (i, decision) in open {
        let one = &before[i];
        // What is reported of one is true of all the provider took with it.
        let reported =
            one.reported || parts.iter().any(|(j, _)| before[*j].reported && before[*j].is_open() && one.shares_fate(&before[*j]));
        let moved = next(one.state, reported, home.cancelled, decision);
        let to = match moved.ok_or_else(|| Error::damaged("settlement", "its decision is not one recipient's"))? {
            Move::Back { due: at, reason } => {
                due = due.max(Some(at));
                if let Some(reason) = reason {
                    copy.people[i].reason = Some(row::reason_text(reason)?);
                    copy.put(turn, i, one.state)?;
                }
                one.state
            }
            Move::To { state, provider_id, reason, due: at } => {
                due = due.max(at);
                let attempt = if counts(decision) { s.attempt } else { one.attempt };
                copy.change(turn, i, state, told(s, attempt, provider_id, reason)?)?;
                state
            }
        };
        count(turn, s, home, (one.state, to), one.position)?;
        if may_be_taken(decision) {
            turn.delta.taken(s.queue, s.at, 1);
            turn.delta.reputation.sent(s);
        } else if to == State::Failed {
            turn.delta.reputation.failed(s);
        }
        turn.delta.queue(home.queue, i64::from(to == State::Waiting));
    }
    let attempt = if counted { s.attempt } else { copy.attempt };
    copy.sum_up(turn, attempt, s.at, due.map(|at| at.0))?;
    if let Some(due) = due {
        returns.push((home.queue, due.0, s.key.message().0, attempt + 1, s.key.ordinal()));
    }
    Ok(true)
}

/// What became of an attempt for a recipient whom evidence for an earlier one had settled meanwhile.
fn beside_evidence(turn: &Turn<'_>, s: &Settlement, copy: &mut Joint, i: usize, decision: &Decision) -> Result<(), Error> {
    if copy.people[i].out != Some(s.attempt) {
        return Ok(());
    }
    copy.people[i].out = None;
    if let Some(ended) = beside(s, decision) {
        copy.whose(i).note(turn, &ended)?;
        copy.people[i].twice |= copy.people[i].state == State::Sent;
    }
    copy.put(turn, i, copy.people[i].state)
}

/// An answer for an attempt that is over: see `late` in `settle.rs`.
fn late(
    turn: &mut Turn<'_>,
    s: &Settlement,
    mut copy: Joint,
    parts: &[Part<'_>],
    home: &Home,
    (leased, next_try): (bool, Option<i64>),
) -> Result<(), Error> {
    let mut changed = false;
    for (i, decision) in parts.iter().copied() {
        let one = copy.people[i].clone();
        // It was not in that attempt, or was only given back by it.
        if s.attempt > one.attempt {
            continue;
        }
        let whose = copy.whose(i);
        let past = Past {
            state: one.state,
            of_last: s.attempt == one.attempt,
            was_unknown: whose.was_unknown(turn, s.attempt)?,
            doubtful: whose.may_have_another(turn, s.attempt)?,
            leased,
            pending: next_try.is_some(),
            cancelled: home.cancelled,
        };
        let (to, provider_id, reason) = match (judge_late(past, decision), decision) {
            (Late::Another, _) => (State::Sent, None, None),
            (Late::Sent, Decision::Sent { provider_id }) => (State::Sent, Some(provider_id.as_str()), None),
            (Late::Failed, Decision::Failed { reason }) => (State::Failed, None, Some(reason)),
            (Late::Cancelled, Decision::Failed { reason } | Decision::Retry { reason, .. }) => (State::Cancelled, None, Some(reason)),
            (Late::Waits, Decision::Failed { reason } | Decision::Retry { reason, .. }) => (State::Waiting, None, Some(reason)),
            _ => continue,
        };
        changed = true;
        if !past.of_last
            && let Some(ended) = beside(s, decision)
        {
            whose.note(turn, &ended)?;
        }
        if one.state == State::Sent {
            // One more attempt was accepted than the one known.
            copy.people[i].twice = true;
            copy.put(turn, i, State::Sent)?;
            continue;
        }
        if to == State::Sent {
            copy.people[i].out = (one.state == State::Unsettled && leased).then_some(copy.attempt + 1);
        }
        copy.change(turn, i, to, told(s, one.attempt, provider_id, reason)?)?;
        count(turn, s, home, (one.state, to), one.position)?;
        turn.delta.queue(home.queue, i64::from(to == State::Waiting && !leased));
    }
    if changed {
        copy.sum_up(turn, copy.attempt, s.at, next_try)?;
    }
    Ok(())
}

fn told<'a>(s: &Settlement, attempt: u16, provider_id: Option<&'a str>, reason: Option<&Reason>) -> Result<Told<'a>, Error> {
    Ok(Told { of: s.attempt, attempt, at: s.at, provider_id, reason: reason.map(row::reason_text).transpose()? })
}

fn count(turn: &mut Turn<'_>, s: &Settlement, home: &Home, (from, to): (State, State), position: i64) -> Result<(), Error> {
    turn.delta.topic(home.topic).moved(Some(from), to, 1);
    if to == State::Sent {
        turn.delta.sent(home.topic, s.at, 1);
    }
    // Where nothing moved, nothing is told.
    if from == to { Ok(()) } else { hooks::tell_result(turn, to, Whom::alone(s.key).in_queue(home.queue).at(position), s.at, None) }
}
