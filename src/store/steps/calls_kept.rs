//! The bounds of what is kept of calls: those over them are dropped, and what is old or left over is removed. Found by a reader where that
//! takes long, and written in slices.

use std::time::Duration;

use jebi_domain::{
    port::{
        hooks::{EndpointNo, HookBounds, Trimmed},
        store::StoreResult,
    },
    time::Wall,
};

use super::{Engine, Error, Snapshot, SqlStore, calls::list, group::Class, housekeep::SLICE, port::HOUSE, q, turn::Turn};

/// Calls dropped in one go.
const DROPPED: u32 = 1_000;
/// Calls beyond the backlog that are counted at once: the others are counted next time.
const COUNTED: u32 = 1_000_000;
/// How long an endpoint that is gone is still known: a turn that began before may write one more call for it.
const KNOWN: Duration = Duration::from_secs(60);

/// What of an endpoint is to be dropped.
enum Over {
    Events(Vec<i64>),
    Eldest(u32),
}

impl Over {
    /// Its next slice.
    fn slice(&mut self) -> Option<Self> {
        match self {
            Self::Events(all) if all.is_empty() => None,
            Self::Events(all) => Some(Self::Events(std::mem::take(all))),
            Self::Eldest(0) => None,
            Self::Eldest(n) => {
                let some = DROPPED.min(*n);
                *n -= some;
                Some(Self::Eldest(some))
            }
        }
    }
}

fn stale(s: &Snapshot<'_>, endpoint: i64, before: Wall) -> Result<Vec<i64>, Error> {
    s.rows(q!("hook_stale"), (endpoint, before.0, DROPPED), |r| r.get(0))
}

/// How many calls wait beyond the backlog.
fn surplus(s: &Snapshot<'_>, endpoint: i64, backlog: u32) -> Result<u32, Error> {
    let waiting: u32 = s.row(q!("hook_waiting"), (endpoint, backlog.saturating_add(COUNTED)), |r| r.get(0))?.unwrap_or(0);
    Ok(waiting.saturating_sub(backlog))
}

/// Drops a slice. `None` where another node keeps house.
fn drop_slice(turn: &mut Turn<'_>, endpoint: i64, slice: &Over) -> Result<Option<u64>, Error> {
    if !turn.db.keeps_house(HOUSE)? {
        return Ok(None);
    }
    let dropped = match slice {
        Over::Events(events) => turn.execute(q!("hook_drop"), (endpoint, &list(events)?))?,
        Over::Eldest(n) => turn.execute(q!("hook_drop_eldest"), (endpoint, *n))?,
    };
    if dropped > 0 {
        turn.execute(q!("endpoint_dropped"), (endpoint, i64::try_from(dropped).unwrap_or(i64::MAX)))?;
        turn.rows += u32::try_from(dropped).unwrap_or(u32::MAX);
    }
    Ok(Some(dropped))
}

impl<E: Engine> SqlStore<E> {
    pub(super) async fn keep_bounds(&self, bounds: HookBounds, now: Wall) -> StoreResult<Trimmed> {
        let mut trimmed = Trimmed::default();
        let endpoints: Vec<i64> = self.look(|s| s.rows(q!("endpoint_list"), (), |r| r.get(0))).await?;
        for endpoint in endpoints {
            let mut dropped = 0;
            // Each slice is looked for anew: those dropped before are not among what waits any more.
            loop {
                let events = self.look(move |s| stale(s, endpoint, now - bounds.waits)).await?;
                let last = events.len() < DROPPED as usize;
                dropped += self.drop_all(endpoint, Over::Events(events)).await?;
                if last {
                    break;
                }
            }
            let more = self.look(move |s| surplus(s, endpoint, bounds.backlog)).await?;
            dropped += self.drop_all(endpoint, Over::Eldest(more)).await?;
            if dropped > 0 {
                trimmed.dropped.push((EndpointNo(endpoint), dropped));
            }
        }
        trimmed.more = self.shared.write(Class::Housekeep, move |t| clear(t, bounds, now)).await?;
        Ok(trimmed)
    }

    async fn drop_all(&self, endpoint: i64, mut over: Over) -> StoreResult<u64> {
        let mut all = 0;
        while let Some(slice) = over.slice() {
            match self.shared.write(Class::Admin, move |t| drop_slice(t, endpoint, &slice)).await? {
                Some(dropped) => all += dropped,
                None => break,
            }
        }
        Ok(all)
    }
}

/// Removes a slice of what is old, and of what endpoints that are gone have left. Whether there is more.
fn clear(turn: &mut Turn<'_>, bounds: HookBounds, now: Wall) -> Result<bool, Error> {
    if !turn.db.keeps_house(HOUSE)? {
        return Ok(false);
    }
    Ok(clear_removed(turn, now)? || forget(turn, (now - bounds.kept).0)?)
}

/// Removes a slice of what an endpoint that is gone has left, and at last its row.
fn clear_removed(turn: &Turn<'_>, now: Wall) -> Result<bool, Error> {
    for (endpoint, removed_at) in turn.rows_of(q!("endpoint_removed"), (), |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))? {
        let events: Vec<i64> = turn.rows_of(q!("hook_of_endpoint"), (endpoint, SLICE), |r| r.get(0))?;
        if !events.is_empty() {
            let among = list(&events)?;
            turn.execute(q!("hook_try_remove"), (endpoint, &among))?;
            turn.execute(q!("hook_call_remove"), (endpoint, &among))?;
            return Ok(true);
        }
        if removed_at <= (now - KNOWN).0 {
            turn.execute(q!("endpoint_delete"), [endpoint])?;
        }
    }
    Ok(false)
}

/// Removes a slice of what was written down before then.
fn forget(turn: &Turn<'_>, before: i64) -> Result<bool, Error> {
    let events: Vec<i64> = turn.rows_of(q!("hook_old"), (before, SLICE), |r| r.get(0))?;
    if events.is_empty() {
        return Ok(false);
    }
    let among = list(&events)?;
    turn.execute(q!("hook_try_forget"), [&among])?;
    turn.execute(q!("hook_call_forget"), [&among])?;
    turn.execute(q!("hook_event_forget"), [&among])?;
    Ok(events.len() == SLICE as usize)
}
