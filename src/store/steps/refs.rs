//! Deliveries by the provider's id. Settling a batch notes its keys as a few ranges; the index is filled from them behind the writer,
//! and what it does not have yet is read from the copies themselves.

use jebi_domain::{
    id::{DeliveryId, DeliveryKey, MessageNo},
    outcome::Decision,
    port::store::Settlement,
    time::Wall,
};

use super::{
    Error, Snapshot,
    feedback::unmatched,
    housekeep::{SLICE, hash},
    q,
    turn::Turn,
};

/// Ids are dropped a period at a time.
const PERIOD_MS: i64 = 10 * 24 * 3_600_000;
/// Whole periods kept besides the one under way: an id is found for at least 30 days.
const PERIODS: i64 = 3;

/// Copies of a message, and messages of one copy, that may lie between two settled ones of a range: reading past them costs less than
/// a range more.
const GAP: i64 = 16;

/// Notes where a batch may have brought ids of the provider.
pub(super) fn note(turn: &mut Turn<'_>, batch: &[Settlement]) -> Result<(), Error> {
    let with_id = |s: &&Settlement| matches!(s.decision, Decision::Sent { .. } | Decision::Each(_));
    let mut keys: Vec<DeliveryKey> = batch.iter().filter(with_id).map(|s| s.key).collect();
    keys.sort_unstable();
    let mut run: Option<(DeliveryKey, DeliveryKey)> = None;
    for key in keys {
        run = match run {
            Some((first, last)) if is_near(last, key) => Some((first, key)),
            ended => {
                write(turn, ended)?;
                Some((key, key))
            }
        };
    }
    write(turn, run)
}

fn is_near(last: DeliveryKey, next: DeliveryKey) -> bool {
    let alone = last.ordinal() == 0 && next.ordinal() == 0;
    match next.message().0 - last.message().0 {
        0 => i64::from(next.ordinal() - last.ordinal()) <= GAP,
        messages => alone && messages <= GAP,
    }
}

fn write(turn: &mut Turn<'_>, run: Option<(DeliveryKey, DeliveryKey)>) -> Result<(), Error> {
    let Some((first, last)) = run else { return Ok(()) };
    turn.rows += 1;
    turn.append(q!("ref_due_insert"), (first.0, last.0))
}

/// Moves the index on by a slice. `true` when there is more.
pub(super) fn index(turn: &mut Turn<'_>, now: Wall) -> Result<bool, Error> {
    let period = now.0.div_euclid(PERIOD_MS);
    let Some((no, first, last)): Option<(i64, i64, i64)> = turn.row(q!("ref_due_first"), (), |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?
    else {
        return Ok(false);
    };
    let next: Option<i64> = turn.row(q!("ref_slice_end"), (first, last, SLICE), |r| r.get(0))?;
    let ids: Vec<(i64, String)> =
        turn.rows_of(q!("ref_ids"), (first, next.map_or(last, |next| next - 1)), |r| Ok((r.get(0)?, r.get(1)?)))?;
    let mut found: Vec<(i64, i64, String)> = ids.into_iter().map(|(key, id)| (hash(id.as_bytes()), key, id)).collect();
    match next {
        Some(next) => turn.execute(q!("ref_due_advance"), (no, next))?,
        None => turn.execute(q!("ref_due_delete"), [no])?,
    };
    // In order of the tree they go into: neighbours share pages.
    found.sort_unstable();
    for (hash, key, _) in &found {
        turn.append(q!("ref_insert"), (period, *hash, *key))?;
        turn.rows += 1;
    }
    unmatched::found(turn, &found, now)?;
    Ok(true)
}

/// Drops ids that are old enough. `true` when there is more.
pub(super) fn purge(turn: &mut Turn<'_>, now: Wall) -> Result<bool, Error> {
    let oldest = now.0.div_euclid(PERIOD_MS) - PERIODS;
    Ok(turn.execute(q!("ref_purge"), (oldest, SLICE))? == u64::from(SLICE))
}

/// Copies an accepted attempt of which has this id, the provider's or our own; newest first.
pub(super) fn find(s: &Snapshot<'_>, id: &str) -> Result<Vec<DeliveryKey>, Error> {
    let mut keys: Vec<i64> = s.rows(q!("ref_tail"), [id], |r| r.get(0))?;
    keys.extend(indexed(s, id)?);
    if let Some(own) = DeliveryId::parse(id)
        && let Some(no) = s.row(q!("message_no"), [own.message.0.as_slice()], |r| r.get(0))?
    {
        keys.push(DeliveryKey::new(MessageNo(no), own.ordinal).0);
    }
    keys.sort_unstable_by(|a, b| b.cmp(a));
    keys.dedup();
    Ok(keys.into_iter().map(DeliveryKey).collect())
}

/// The same, as far as it is in the index: without what is being sent just now.
pub(super) fn indexed(s: &Snapshot<'_>, id: &str) -> Result<Vec<i64>, Error> {
    let mut keys = Vec::new();
    let (oldest, newest): (Option<i64>, Option<i64>) = s.row(q!("ref_periods"), (), |r| Ok((r.get(0)?, r.get(1)?)))?.unwrap_or_default();
    if let (Some(oldest), Some(newest)) = (oldest, newest) {
        for period in oldest..=newest {
            for key in s.rows(q!("ref_keys"), (period, hash(id.as_bytes())), |r| r.get::<i64>(0))? {
                // Ids that share a number are told apart by their rows.
                if s.row(q!("ref_is"), (key, id), |_| Ok(()))?.is_some() {
                    keys.push(key);
                }
            }
        }
    }
    Ok(keys)
}

/// Notes that a copy got an id of the provider other than by its outcome.
pub(super) fn note_one(turn: &Turn<'_>, key: DeliveryKey) -> Result<(), Error> {
    turn.append(q!("ref_due_insert"), (key.0, key.0))
}
