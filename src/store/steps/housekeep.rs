//! Work that may lag: row states of cancelled mail, leftovers of staged requests, the indexes by address and by provider id, reports whose
//! mail is not known yet, old idempotency keys.
//! One slice at a time, after everything else.

use jebi_domain::{
    address,
    delivery::State,
    id::{DeliveryKey, MAX_COPIES, MessageNo},
    idempotency,
    port::nodes::NODE_KEPT,
    quota,
    reputation::WindowRule,
    time::Wall,
};

use super::{
    Error,
    claim::{Entry, clear},
    feedback::unmatched,
    q, refs, row,
    turn::Turn,
};
use crate::crash_point::crash_point;

/// Rows one slice touches, about.
pub(super) const SLICE: u32 = 500;

/// One slice. `true` when there is more to do.
pub(super) fn slice(turn: &mut Turn<'_>, now: Wall) -> Result<bool, Error> {
    Ok(sweep(turn, now)?
        || unstage(turn, true)?
        || index(turn)?
        || refs::index(turn, now)?
        || unmatched::slice(turn, now)?
        || refs::purge(turn, now)?
        || purge(turn, now)?)
}

/// Gives the rows of retired queues their result.
fn sweep(turn: &mut Turn<'_>, now: Wall) -> Result<bool, Error> {
    let Some((queue, topic)) = turn.row(q!("queue_unswept"), (), |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))? else {
        return Ok(false);
    };
    let mut left = SLICE;
    while left > 0 {
        let Some(entry) = turn.row(q!("entry_first"), [queue], |r| Entry::read(queue, r))? else {
            turn.execute(q!("queue_swept"), (queue, now.0))?;
            return Ok(true);
        };
        let n = entry.count.min(left);
        clear(turn, &entry, topic, n, State::Cancelled, now)?;
        left -= n;
    }
    crash_point("sweep");
    Ok(true)
}

/// Removes what a request that never got to its last commit has left: one of this node, which does no housekeeping while one is being
/// staged, or of an ended one as well.
pub(super) fn unstage(turn: &mut Turn<'_>, of_ended: bool) -> Result<bool, Error> {
    let found = turn.row(q!("staged_message"), (turn.memory.common.own().0, of_ended), |r| r.get::<i64>(0))?;
    let Some(no) = found else { return Ok(false) };
    let (from, to) = (DeliveryKey::new(MessageNo(no), 0).0, DeliveryKey::new(MessageNo(no), MAX_COPIES - 1).0);
    if turn.execute(q!("staged_delivery_delete"), (from, to, SLICE))? < u64::from(SLICE) {
        turn.execute(q!("staged_joint_delete"), (from, to))?;
        turn.execute(q!("staged_file_delete"), [no])?;
        turn.execute(q!("staged_message_delete"), [no])?;
    }
    Ok(true)
}

/// Moves the address index on.
fn index(turn: &mut Turn<'_>) -> Result<bool, Error> {
    let done: i64 = turn.row(q!("marker_get"), ["address_indexed"], |r| r.get(0))?.unwrap_or(0);
    let before = turn.db.complete_before()?.checked_mul(1 << 24).unwrap_or(i64::MAX);
    let rows: Vec<(i64, String, bool)> =
        turn.rows_of(q!("address_slice"), (done, SLICE, before), |r| Ok((r.get(0)?, r.get(1)?, r.get::<Option<i64>>(2)?.is_some())))?;
    let Some((last, ..)) = rows.last() else { return Ok(false) };
    let last = *last;
    let full = rows.len() == SLICE as usize;
    let mut hashes = Vec::with_capacity(rows.len());
    for (key, email, joint) in rows {
        if joint {
            let all = turn.rows_of(q!("joint_list"), [key], |r| Ok(row::joint(r)))?;
            for one in all {
                hashes.push((address_hash(&one?.mailbox.email), key));
            }
        } else {
            hashes.push((address_hash(&email), key));
        }
    }
    // In order of the tree they go into: neighbours share pages.
    hashes.sort_unstable();
    for (hash, key) in hashes {
        turn.append(q!("address_insert"), (hash, key))?;
        turn.rows += 1;
    }
    turn.run(q!("marker_set"), ("address_indexed", last))?;
    Ok(full)
}

/// The number an address is indexed by; addresses that share one are told apart by their rows.
pub(super) fn address_hash(email: &str) -> i64 {
    hash(address::key(email).as_bytes())
}

/// FNV-1a, 64 bits: stable over versions, which the standard hasher is not.
pub(super) fn hash(bytes: &[u8]) -> i64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    i64::from_le_bytes(hash.to_le_bytes())
}

fn purge(turn: &mut Turn<'_>, now: Wall) -> Result<bool, Error> {
    turn.execute(q!("sent_slot_purge"), [quota::slot_of(now - quota::WINDOW - quota::SLOT)])?;
    turn.execute(q!("reputation_purge"), [WindowRule::kept(now)])?;
    turn.execute(q!("incarnation_purge"), [(now - NODE_KEPT).0])?;
    let before = now - idempotency::KEPT;
    Ok(turn.execute(q!("idempotency_purge"), [before.0])? == 200)
}
