//! Releasing a store that was held for looking copied or restored.

use jebi_domain::{
    delivery::State,
    id::Incarnation,
    outcome::Reason,
    port::store::{Guard, Released},
    time::Wall,
};

use super::{
    Error,
    claim::{Entry, clear, range},
    group::TURN_ROWS,
    q,
    reclaim::reclaim,
    row,
    turn::Turn,
};
use crate::crash_point::crash_point;

/// Copies of an entry released at a time.
const SLICE: u32 = 500;

/// Releases some of what was under way before the hold; the second is whether it is done. What was leased, due or unsettled then may
/// have been sent by the original, so a person is asked; what is due later goes as planned.
pub(super) fn release(turn: &mut Turn<'_>, now: Wall, so_far: Released) -> Result<(Released, bool), Error> {
    let held: Option<Option<i64>> = turn.row(q!("installation_get"), (), |r| r.get(4))?;
    let Some(last) = held.flatten() else {
        // At most bulk alone was held: it goes on as it is.
        turn.execute(q!("installation_release"), ())?;
        return Ok((so_far, true));
    };
    let mut released = so_far;
    // Nothing is leased while held, so every lease is from before.
    let (_, more) = reclaim(turn, Incarnation(0), Wall(i64::MAX), now, [0; 2])?;
    if more {
        return Ok((released, false));
    }
    let reason = row::reason_text(&Reason::new(
        "restored",
        "it was due when this store was copied or restored: the original may have sent it",
        "look whether it arrived; send it again only if it did not",
    ))?;
    while turn.rows < TURN_ROWS {
        let entries = turn.rows_of(q!("release_entries"), (now.0, last), |r| {
            let queue = r.get(0)?;
            Ok(Entry { queue, due: r.get(1)?, no: r.get(2)?, message: r.get(3)?, first: r.get(4)?, count: r.get(5)?, attempt: r.get(6)? })
        })?;
        if entries.is_empty() {
            turn.execute(q!("installation_release"), ())?;
            let written: i64 = turn.row(q!("totals_get"), (), |r| r.get(0))?.unwrap_or(0);
            released.waiting = turn.waiting(written);
            return Ok((released, true));
        }
        for entry in entries {
            if turn.rows >= TURN_ROWS {
                break;
            }
            released.unsettled += release_entry(turn, &entry, now, &reason)?;
        }
    }
    Ok((released, false))
}

/// Lets the writer send again, and tells the dispatchers. After the commit of the release.
pub(super) fn open(turn: &mut Turn<'_>) -> Result<(), Error> {
    turn.memory.common.hold(&Guard::Open);
    let queues: Vec<i64> = turn.rows_of(q!("queues_due"), (), |r| r.get(0))?;
    queues.into_iter().for_each(|queue| turn.delta.queue(queue, 0));
    Ok(())
}

fn release_entry(turn: &mut Turn<'_>, entry: &Entry, now: Wall, reason: &str) -> Result<i64, Error> {
    let Some(known) = turn.known(entry.message)? else {
        entry.of_deleted(turn)?;
        return Ok(0);
    };
    let n = entry.count.min(SLICE);
    if known.cancelled {
        clear(turn, entry, known.topic, n, State::Cancelled, now)?;
        return Ok(0);
    }
    let (from, to) = range(entry.message, entry.first, n);
    turn.db.lock_copies(from, to)?;
    let rows: Vec<(i64, i64, u16, bool)> =
        turn.rows_of(q!("delivery_range"), (from, to), |r| Ok((r.get(0)?, r.get(3)?, r.get(4)?, r.get::<Option<i64>>(5)?.is_some())))?;
    let mut released = 0;
    for (key, state, attempt, joint) in rows {
        let waits = state == State::Waiting.code();
        if attempt + 1 != entry.attempt || !(waits || state == State::Unsettled.code()) {
            continue;
        }
        let open = |of: State| turn.row(q!("joint_open"), (key, of.code()), |r| r.get::<i64>(0)).map(Option::unwrap_or_default);
        // Of a joint copy some may wait while others are unsettled already.
        let (n, unsettled) = if joint { (open(State::Waiting)?, open(State::Unsettled)?) } else { (i64::from(waits), i64::from(!waits)) };
        turn.change(q!("delivery_held"), (key, state, State::Unsettled.code(), now.0, reason))?;
        if waits {
            if joint {
                turn.execute(q!("joint_state"), (key, State::Waiting.code(), State::Unsettled.code()))?;
            }
            turn.delta.topic(known.topic).moved(Some(State::Waiting), State::Unsettled, n);
            turn.delta.queue(entry.queue, -n);
        }
        turn.rows += 1;
        released += n + unsettled;
    }
    entry.take(turn, n)?;
    crash_point("release");
    Ok(released)
}
