//! Deliveries by the provider's id. Settling writes nothing for it but one row when a lease closes; the index is filled behind the
//! writer, and what it does not have yet is read from the copies themselves.

use jebi_domain::{
    id::{DeliveryId, DeliveryKey, MessageNo},
    time::Wall,
};

use super::{
    Error,
    claim::range,
    housekeep::{SLICE, hash},
    readers::Snapshot,
    sql,
    turn::Turn,
};

/// Ids are dropped a period at a time.
const PERIOD_MS: i64 = 10 * 24 * 3_600_000;
/// Whole periods kept besides the one under way: an id is found for at least 30 days.
const PERIODS: i64 = 3;

/// Moves the index on by a slice. `true` when there is more.
pub(super) fn index(turn: &mut Turn<'_>, now: Wall) -> Result<bool, Error> {
    let period = now.0.div_euclid(PERIOD_MS);
    let (mut left, mut found) = (SLICE, Vec::new());
    while left > 0 {
        let due =
            turn.row(sql!("ref_due_first"), [], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?, r.get(2)?, r.get::<_, u32>(3)?)))?;
        let Some((no, message, first, count)) = due else { break };
        let n = count.min(left);
        let (from, to) = range(message, first, n);
        let ids: Vec<(i64, String)> = turn.rows_of(sql!("ref_ids"), (from, to), |r| Ok((r.get(0)?, r.get(1)?)))?;
        found.extend(ids.into_iter().map(|(key, id)| (hash(id.as_bytes()), key)));
        if n == count {
            turn.execute(sql!("ref_due_delete"), [no])?;
        } else {
            turn.execute(sql!("ref_due_advance"), (no, n))?;
        }
        left -= n.max(1);
    }
    // In order of the tree they go into: neighbours share pages.
    found.sort_unstable();
    for (hash, key) in found {
        turn.execute(sql!("ref_insert"), (period, hash, key))?;
        turn.rows += 1;
    }
    Ok(left == 0)
}

/// Drops ids that are old enough. `true` when there is more.
pub(super) fn purge(turn: &mut Turn<'_>, now: Wall) -> Result<bool, Error> {
    let oldest = now.0.div_euclid(PERIOD_MS) - PERIODS;
    Ok(turn.execute(sql!("ref_purge"), (oldest, SLICE))? == SLICE as usize)
}

/// Copies an accepted attempt of which has this id, the provider's or our own; newest first.
pub(super) fn find(s: &Snapshot<'_>, id: &str) -> Result<Vec<DeliveryKey>, Error> {
    let mut keys: Vec<i64> = s.rows(sql!("ref_tail"), [id], |r| r.get(0))?;
    let (oldest, newest): (Option<i64>, Option<i64>) = s.row(sql!("ref_periods"), [], |r| Ok((r.get(0)?, r.get(1)?)))?.unwrap_or_default();
    if let (Some(oldest), Some(newest)) = (oldest, newest) {
        for period in oldest..=newest {
            for key in s.rows(sql!("ref_keys"), (period, hash(id.as_bytes())), |r| r.get::<_, i64>(0))? {
                // Ids that share a number are told apart by their rows.
                if s.row(sql!("ref_is"), (key, id), |_| Ok(()))?.is_some() {
                    keys.push(key);
                }
            }
        }
    }
    if let Some(own) = DeliveryId::parse(id)
        && let Some(no) = s.row(sql!("message_no"), [own.message.0.as_slice()], |r| r.get(0))?
    {
        keys.push(DeliveryKey::new(MessageNo(no), own.ordinal).0);
    }
    keys.sort_unstable_by(|a, b| b.cmp(a));
    keys.dedup();
    Ok(keys.into_iter().map(DeliveryKey).collect())
}
