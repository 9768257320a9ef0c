//! How accounts and senders' domains stand: the last 24 hours in one sum, days before them as they were summed up when they were written.

use std::collections::BTreeMap;

use jebi_domain::{
    port::reputation::ScopeState,
    reputation::{DAY, Fresh, Mark, Scope, Slot, Tally, WindowRule, day_of, slot_of, standing},
    time::Wall,
};

use super::{marks, tally};
use crate::store::steps::{Error, Snapshot, q};

/// Slots of an hour.
const HOUR: i64 = 4;

/// What was counted of a scope, newest first.
#[derive(Default)]
struct Counted {
    hour: Tally,
    /// In the last 24 hours, with the first slot of them that counts something.
    recent: Slot,
    /// On the day the 24 hours begin in, before they do.
    rest: Slot,
    days: Vec<Slot>,
}

/// Every scope that mail was sent of within the rule's days, or that something was decided of.
pub(in crate::store::steps) fn list(s: &Snapshot<'_>, rule: &WindowRule, now: Wall) -> Result<Vec<ScopeState>, Error> {
    let mut marks = marks(s)?;
    let mut counted = counted(s, rule, now)?;
    for scope in marks.keys() {
        counted.entry(scope.clone()).or_default();
    }
    let mut all = Vec::with_capacity(counted.len());
    for (scope, counted) in counted {
        let mark: Option<Mark> = marks.remove(&scope);
        let fresh = mark.as_ref().and_then(|mark| mark.fresh).filter(|fresh| slot_of(fresh.at) >= rule.oldest(now));
        let hour = counted.hour;
        let slots = pieces(s, &scope, counted, fresh, now)?;
        all.push(ScopeState { standing: standing(&slots, rule, fresh, now), scope, hour, mark });
    }
    Ok(all)
}

/// The first slot of the last 24 hours.
fn window(now: Wall) -> i64 {
    slot_of(now) - DAY
}

fn counted(s: &Snapshot<'_>, rule: &WindowRule, now: Wall) -> Result<BTreeMap<Scope, Counted>, Error> {
    let mut all: BTreeMap<Scope, Counted> = BTreeMap::new();
    let first = day_of(window(now));
    let parts = (first * DAY, window(now), slot_of(now) - HOUR);
    let part = |r: &super::Row<'_>| Ok((r.get(0)?, r.get(1)?, r.get::<i64>(2)?, Slot { slot: r.get(3)?, tally: tally(r, 4)? }));
    for (code, name, part, one) in s.rows(q!("reputation_recent"), parts, part)? {
        // A kind of a later version.
        let Some(scope) = Scope::from_code(code, name) else { continue };
        let of = all.entry(scope).or_default();
        if part == 0 {
            of.rest = one;
            continue;
        }
        if part == 2 {
            of.hour = one.tally;
        }
        of.recent.slot = if of.recent.tally == Tally::default() { one.slot } else { of.recent.slot.min(one.slot) };
        of.recent.tally += one.tally;
    }
    let day = |r: &super::Row<'_>| Ok((r.get(0)?, r.get(1)?, Slot { slot: r.get::<i64>(2)? * DAY, tally: tally(r, 3)? }));
    for (code, name, one) in s.rows(q!("reputation_days"), (day_of(rule.oldest(now) + DAY - 1), first), day)? {
        if let Some(scope) = Scope::from_code(code, name) {
            all.entry(scope).or_default().days.push(one);
        }
    }
    Ok(all)
}

/// What is summed up, newest first. Where a count began anew in the midst of something summed up, slots take its place.
fn pieces(s: &Snapshot<'_>, scope: &Scope, counted: Counted, fresh: Option<Fresh>, now: Wall) -> Result<Vec<Slot>, Error> {
    let whole = [counted.recent, counted.rest].into_iter().chain(counted.days).filter(|one| one.tally != Tally::default());
    let Some(began) = fresh.map(|fresh| slot_of(fresh.at)) else { return Ok(whole.collect()) };
    let (first, day) = (day_of(window(now)), day_of(began));
    let (mut all, until) =
        if day >= first { (Vec::new(), i64::MAX) } else { (whole.filter(|one| one.slot >= (day + 1) * DAY).collect(), (day + 1) * DAY) };
    let slots = (scope.code(), scope.name(), began, until);
    all.extend(s.rows(q!("reputation_slots"), slots, |r| Ok(Slot { slot: r.get(0)?, tally: tally(r, 1)? }))?);
    Ok(all)
}
