//! Handing waiting mail over to another provider: its queues change hands as they are. Attempts, states, due times and leases stay;
//! what is out under a lease comes back to the same queue, and so to the new provider.

use jebi_domain::{id::QueueNo, port::store::Notice};

use super::{Error, q, turn::Turn};

/// Queues one commit moves.
const SLICE: u32 = 200;

/// One slice. Returns waiting recipients moved, and whether there is more.
pub(super) fn slice(turn: &mut Turn<'_>, from: &str, to: &str) -> Result<(i64, bool), Error> {
    let queues: Vec<(i64, i64)> = turn.rows_of(q!("queues_to_move"), (from, SLICE), |r| Ok((r.get(0)?, r.get(1)?)))?;
    let mut moved = 0;
    for (queue, written) in &queues {
        // What was accepted or settled in this very turn moves too.
        let waiting = turn.waiting_in(*queue, *written);
        if turn.execute(q!("queue_move"), (queue, from, to))? != 1 {
            return Err(turn.changed(format!("queue {queue} changed while it was moved")));
        }
        // Its old dispatcher gives back what it has not started; its new one is told of it by the turn.
        turn.delta.notices.push((from.to_owned(), Notice::Cancelled(QueueNo(*queue))));
        turn.delta.queue(*queue, 0);
        turn.rows += 1;
        moved += waiting;
    }
    if !queues.is_empty() {
        turn.memory.queues.retain(|(provider, ..), _| provider != from);
        turn.memory.messages.clear();
        turn.moved_homes();
    }
    Ok((moved, queues.len() == SLICE as usize))
}
