//! The suppression list as people and accounts of providers see it: written, read page by page, taken off with a trace.

use std::{sync::Arc, time::Duration};

use jebi_domain::{
    message::Lane,
    port::{
        Boxed, SuppressionStore,
        store::StoreResult,
        suppressions::{Exchange, Listed, Removal, SuppressionCursor, SuppressionFilter, SuppressionPage, Tell},
    },
    suppression::{Entry, NewEntry, Removed, Rules, Scope, SuppressionCause, Wanted},
    time::Wall,
};

use super::{
    Engine, Error, Snapshot, SqlStore, Value,
    group::Class,
    params, privacy, q,
    suppression::{add, among, deciding, read},
    turn::Turn,
};

/// The housekeeping is this node's for so long after it asks what is to be exchanged.
const HOUSE: Duration = Duration::from_secs(15);
/// Entries looked at for one page.
const LOOKED_AT: u32 = 5_000;
/// Behind every address.
const LAST: char = '\u{10ffff}';

impl<E: Engine> SuppressionStore for SqlStore<E> {
    fn set_suppression_rules(&self, rules: Rules) {
        self.shared.common.set_suppression(rules);
    }

    fn suppress(&self, entries: Vec<NewEntry>) -> Boxed<'_, StoreResult<Listed>> {
        self.shared.write(Class::Admin, move |t| add(t, &entries))
    }

    fn unsuppress(&self, removal: Removal) -> Boxed<'_, StoreResult<Vec<Entry>>> {
        self.shared.write(Class::Admin, move |t| remove(t, &removal))
    }

    fn suppressions(
        &self,
        filter: SuppressionFilter,
        after: Option<SuppressionCursor>,
        limit: u32,
    ) -> Boxed<'_, StoreResult<SuppressionPage>> {
        self.look(move |s| page(s, &filter, after, limit))
    }

    fn suppressions_of(&self, addresses: Vec<String>) -> Boxed<'_, StoreResult<Vec<Entry>>> {
        self.look(move |s| among(s, &addresses.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn suppressions_removed(&self, address: &str, limit: u32) -> Boxed<'_, StoreResult<Vec<Removed>>> {
        let address = address.to_owned();
        self.look(move |s| {
            let removed = |r: &super::Row<'_>| {
                let entry = read(r)?;
                Ok(Removed { no: r.get(9)?, entry, at: Wall(r.get(10)?), actor: r.get(11)?, reason: r.get(12)? })
            };
            s.rows(q!("suppression_removed_list"), (address, limit), |r| Ok(removed(r)))?.into_iter().collect()
        })
    }

    fn suppressed(&self, addresses: Vec<String>, lane: Lane, topic: &str) -> Boxed<'_, StoreResult<Vec<(u32, Entry)>>> {
        let wanted = Wanted::of(lane, topic);
        self.look(move |s| {
            let entries = among(s, &addresses.iter().map(String::as_str).collect::<Vec<_>>())?;
            if entries.is_empty() {
                return Ok(Vec::new());
            }
            let found = |(at, key): (u32, &String)| Some((at, deciding(&entries, key, &wanted)?.clone()));
            Ok((0..).zip(&addresses).filter_map(found).collect())
        })
    }

    fn suppression_exchange(&self, provider: &str, limit: u32) -> Boxed<'_, StoreResult<Option<Exchange>>> {
        let provider = provider.to_owned();
        self.shared.write(Class::Admin, move |t| {
            if !t.db.keeps_house(HOUSE)? {
                return Ok(None);
            }
            let read_to = t.row(q!("suppression_account_get"), [&provider], |r| r.get(0))?.map(Wall);
            let due = t.rows_of(q!("suppression_tell_due"), (&provider, limit), |r| {
                Ok((r.get::<String>(0)?, r.get::<Option<i64>>(1)?, r.get::<i64>(2)?))
            })?;
            let tell = |(address, cause, at): (String, Option<i64>, i64)| {
                let cause = cause.map(|code| SuppressionCause::from_code(code).ok_or_else(|| Error::damaged("suppression cause", code)));
                Ok(Tell { address, cause: cause.transpose()?, at: Wall(at) })
            };
            Ok(Some(Exchange { read_to, tell: due.into_iter().map(tell).collect::<Result<_, Error>>()? }))
        })
    }

    fn suppression_told(&self, provider: &str, told: Tell) -> Boxed<'_, StoreResult<()>> {
        let provider = provider.to_owned();
        self.shared.write(Class::Admin, move |t| t.run(q!("suppression_tell_done"), (&provider, &told.address, told.at.0)))
    }

    fn suppress_from_account(&self, entries: Vec<NewEntry>) -> Boxed<'_, StoreResult<Listed>> {
        self.shared.write(Class::Admin, move |t| {
            let rows: Vec<[Value<'_>; 2]> = entries.iter().map(|entry| [Value::Text(&entry.address), Value::Int(entry.at.0)]).collect();
            let off = t.each(q!("suppression_removed_since"), &rows)?;
            let left = off.iter().filter(|off| **off).count() as u64;
            let kept: Vec<NewEntry> = entries.iter().zip(off).filter(|(_, off)| !off).map(|(entry, _)| entry.clone()).collect();
            // Of erased people the account still knows, and this list does not.
            let addresses: Vec<&str> = kept.iter().map(|entry| entry.address.as_str()).collect();
            let mut erased = privacy::are_erased(t, &addresses)?.into_iter();
            let (gone, listed): (Vec<NewEntry>, Vec<NewEntry>) = kept.into_iter().partition(|_| erased.next() == Some(true));
            for entry in &gone {
                privacy::keeps_all_from(t, &entry.address)?;
            }
            let listed = add(t, &listed)?;
            Ok(Listed { left: listed.left + left + gone.len() as u64, ..listed })
        })
    }

    fn suppression_read_to(&self, provider: &str, at: Wall) -> Boxed<'_, StoreResult<()>> {
        let provider = provider.to_owned();
        self.shared.write(Class::Admin, move |t| t.run(q!("suppression_account_put"), (&provider, at.0)))
    }
}

/// Takes an address off, and writes down who did it.
fn remove(turn: &mut Turn<'_>, removal: &Removal) -> Result<Vec<Entry>, Error> {
    let rules = turn.memory.common().suppression();
    let mut found = among(&turn.look(), &[&removal.address])?;
    found.retain(|entry| removal.scope.as_ref().is_none_or(|scope| *scope == entry.scope));
    for e in &found {
        let (scope, source) = (e.scope.text(), e.source.text());
        turn.change(q!("suppression_delete"), (&e.address, &scope))?;
        turn.execute(
            q!("suppression_removed_insert"),
            params![
                e.address,
                scope,
                e.cause.code(),
                e.detail,
                source,
                e.actor,
                e.since.0,
                e.last_at.0,
                e.times,
                removal.at.0,
                removal.actor,
                removal.reason
            ],
        )?;
        turn.rows += 2;
    }
    // What an account has is for all mail; one that never had it takes that well.
    if found.iter().any(|entry| entry.scope == Scope::All) {
        for provider in &rules.told {
            turn.run(q!("suppression_tell_put"), (provider, &removal.address, None::<i64>, removal.at.0))?;
        }
    }
    Ok(found)
}

/// A page by address and scope. What a condition without an index leaves out is looked through within bounds.
fn page(s: &Snapshot<'_>, filter: &SuppressionFilter, after: Option<SuppressionCursor>, limit: u32) -> Result<SuppressionPage, Error> {
    let sifts = filter.cause.is_some() || filter.scope.is_some() || (filter.domain.is_some() && filter.address.is_some());
    let read_at_once = if sifts { LOOKED_AT } else { limit + 1 };
    let begin = filter.address.clone().unwrap_or_default();
    let (address, scope) = after.unwrap_or_else(|| (if filter.domain.is_some() { String::new() } else { begin.clone() }, String::new()));
    let rows = match &filter.domain {
        Some(domain) => s.rows(q!("suppression_page_domain"), (domain, &address, &scope, read_at_once), |r| Ok(read(r)))?,
        None => s.rows(q!("suppression_page"), (&address, &scope, format!("{begin}{LAST}"), read_at_once), |r| Ok(read(r)))?,
    };
    let mut page = SuppressionPage::default();
    let looked_at = rows.len();
    for (i, entry) in rows.into_iter().enumerate() {
        let entry = entry?;
        let at = (entry.address.clone(), entry.scope.text());
        let fits = filter.cause.is_none_or(|cause| cause == entry.cause)
            && filter.scope.as_ref().is_none_or(|scope| *scope == entry.scope)
            && entry.address.starts_with(&begin);
        if fits {
            page.entries.push(entry);
        }
        let full = page.entries.len() >= limit as usize;
        if full || i + 1 == looked_at {
            page.next = (i + 1 < looked_at || looked_at == read_at_once as usize).then_some(at);
            break;
        }
    }
    Ok(page)
}

impl super::turn::Common {
    /// What enters the list by itself.
    pub(super) fn suppression(&self) -> Arc<Rules> {
        self.suppression.load_full()
    }

    fn set_suppression(&self, rules: Rules) {
        self.suppression.store(Arc::new(rules));
    }
}
