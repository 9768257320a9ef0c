//! Incarnations, and what becomes of the leases of those that are gone: copies without an outcome may have been sent or not,
//! so they are unsettled and reviewed.

use jebi_domain::{
    delivery::State,
    id::{DeliveryId, Incarnation},
    outcome::Reason,
    time::Wall,
};

use super::{Error, claim::range, row, sql, turn::Turn};
use crate::crash_point::crash_point;

/// Starts an incarnation. The database is ours alone (a lock file), so all others have ended; one that did not say so may
/// have used a slot a moment ago.
pub(super) fn start(turn: &mut Turn<'_>, now: Wall) -> Result<Incarnation, Error> {
    let unclean: i64 = turn.row(sql!("incarnation_open"), [], |r| r.get(0))?.unwrap_or(0);
    if unclean > 0 {
        turn.execute(sql!("slot_unclean"), [now.0])?;
    }
    turn.execute(sql!("incarnation_insert"), [now.0])?;
    let no = turn.db.last_insert_rowid();
    turn.execute(sql!("incarnation_end_others"), (no, now.0))?;
    // Lease numbers are never used again: a late answer must not meet somebody else's lease.
    turn.memory.next_lease = turn.memory.next_lease.max(no << LEASE_BITS);
    Ok(Incarnation(no))
}

/// Leases looked up at a time, the limit in `lease_dead`.
const SLICE: usize = 200;

/// Lease numbers an incarnation has.
const LEASE_BITS: u32 = 40;

/// A lease whose incarnation is gone.
struct Dead {
    no: i64,
    queue: i64,
    message: i64,
    first: u32,
    count: u32,
    attempt: u16,
}

/// Reclaims up to a turn's worth. Returns how many copies became unsettled or unknown, and whether there is more.
pub(super) fn reclaim(
    turn: &mut Turn<'_>,
    own: Incarnation,
    dead_before: Wall,
    now: Wall,
    wait_ms: [i64; 2],
) -> Result<(u64, bool), Error> {
    let dead = turn.rows_of(sql!("lease_dead"), (own.0, dead_before.0), |r| {
        Ok(Dead { no: r.get(0)?, queue: r.get(1)?, message: r.get(2)?, first: r.get(3)?, count: r.get(4)?, attempt: r.get(5)? })
    })?;
    let mut copies = 0;
    let found = dead.len();
    for lease in dead {
        if turn.rows > crate::store::group::TURN_ROWS {
            return Ok((copies, true));
        }
        copies += reclaim_one(turn, &lease, now, wait_ms)?;
    }
    Ok((copies, found == SLICE))
}

fn reclaim_one(turn: &mut Turn<'_>, lease: &Dead, now: Wall, wait_ms: [i64; 2]) -> Result<u64, Error> {
    let known = turn.known(lease.message)?.ok_or_else(|| Error::damaged("lease", "its message is gone"))?;
    let review_at = Wall(now.0 + wait_ms[known.message.lane as usize]);
    let [once, again, cancelled_too] = reasons()?;
    let retired: Option<Option<i64>> = turn.row(sql!("queue_cancelled"), [lease.queue], |r| r.get(0))?;
    let cancelled = known.cancelled || retired.flatten().is_some();
    let marks: Vec<u32> = turn.rows_of(sql!("lease_marks"), [lease.no], |r| r.get(0))?;
    let (from, to) = range(lease.message, lease.first, lease.count);
    let rows: Vec<(i64, i64, u16, bool, i64)> = turn.rows_of(sql!("delivery_range"), (from, to), |r| {
        Ok((r.get(0)?, r.get(3)?, r.get(4)?, r.get::<_, Option<i64>>(5)?.is_some(), r.get(6)?))
    })?;
    let (mut run, mut copies): (Option<(u32, u32)>, u64) = (None, 0);
    for (key, state, attempt, joint, feedback) in rows {
        let ordinal = jebi_domain::id::DeliveryKey(key).ordinal();
        if attempt + 1 != lease.attempt || marks.contains(&ordinal) {
            continue;
        }
        let from = match State::from_code(state) {
            Some(from @ (State::Waiting | State::Unsettled)) => from,
            // Settled by evidence for an earlier attempt while this one was out.
            Some(State::Sent) if attempt > 0 => {
                turn.execute(sql!("attempt_insert"), (key, lease.attempt, now.0, "unknown", None::<String>, &again))?;
                turn.execute(sql!("delivery_twice"), [key])?;
                continue;
            }
            _ => continue,
        };
        let to = match from {
            // Its feedback came before its answer.
            _ if feedback != 0 => State::Sent,
            // Cancelled meanwhile: nothing would review it.
            State::Waiting if cancelled => State::Unknown,
            State::Waiting => State::Unsettled,
            // The one resend was out: whether either attempt arrived stays open.
            _ => State::Unknown,
        };
        let n = if joint { turn.row(sql!("joint_open"), (key, from.code()), |r| r.get(0))?.unwrap_or(0) } else { 1 };
        let next_try = (to == State::Unsettled).then_some(review_at.0);
        if attempt > 0 {
            let earlier = turn.row(sql!("delivery_get"), [key], |r| Ok((r.get::<_, Option<i64>>(5)?, r.get::<_, Option<String>>(8)?)))?;
            let (at, why) = earlier.unwrap_or_default();
            let outcome = if from == State::Unsettled { "unknown" } else { "transient" };
            turn.execute(sql!("attempt_insert"), (key, attempt, at, outcome, None::<String>, why))?;
        }
        let twice = to == State::Sent && turn.row(sql!("attempt_maybe"), (key, lease.attempt), |_| Ok(()))?.is_some();
        let why = match (from, to) {
            (_, State::Sent) => None,
            (State::Unsettled, _) => {
                // A mail that ends the process each time it is sent looks like this: it is never claimed again, and named.
                let delivery = DeliveryId { message: known.message.id, ordinal };
                tracing::warn!(%delivery, "the node ended each time while this mail was being sent; nothing more is tried");
                Some(&again)
            }
            (_, State::Unknown) => Some(&cancelled_too),
            _ => Some(&once),
        };
        turn.execute(
            sql!("delivery_settle"),
            rusqlite::params![key, from.code(), attempt, to.code(), lease.attempt, twice, now.0, next_try, None::<String>, why],
        )?;
        if joint {
            turn.execute(sql!("joint_state"), (key, from.code(), to.code()))?;
        }
        turn.rows += 1;
        turn.delta.topic(known.topic).moved(Some(from), to, n);
        if to == State::Sent {
            turn.delta.sent(now, n);
        }
        copies += 1;
        if to == State::Unsettled {
            run = match run {
                Some((first, count)) if first + count == ordinal => Some((first, count + 1)),
                ended => {
                    enqueue_run(turn, lease, review_at, ended)?;
                    Some((ordinal, 1))
                }
            };
        }
    }
    enqueue_run(turn, lease, review_at, run)?;
    turn.execute(sql!("lease_delete"), [lease.no])?;
    turn.execute(sql!("lease_unmark"), [lease.no])?;
    crash_point("reclaim");
    Ok(copies)
}

/// Why a copy has no outcome: its node ended at its first sending, at its resend, or after it was cancelled.
fn reasons() -> Result<[String; 3], Error> {
    let text = "the node that was sending it ended before the provider's answer was written";
    let once = "nothing needs doing: it is reviewed by its on_unknown policy, or settled by the provider's feedback before";
    let again = "nothing more is tried; look whether it arrived, and in the log for what ended the node: this mail may be the cause";
    let cancelled = "nothing more is tried, because it was cancelled; the provider's feedback may still settle it";
    Ok([
        row::reason_text(&Reason::new("interrupted", text, once))?,
        row::reason_text(&Reason::new("interrupted_twice", format!("{text}, as before at an earlier attempt of unknown outcome"), again))?,
        row::reason_text(&Reason::new("interrupted", text, cancelled))?,
    ])
}

fn enqueue_run(turn: &mut Turn<'_>, lease: &Dead, review_at: Wall, run: Option<(u32, u32)>) -> Result<(), Error> {
    match run {
        Some(range) => turn.enqueue(lease.queue, review_at, lease.message, range, lease.attempt + 1),
        None => Ok(()),
    }
}
