//! The audit log: rows are added and read, and triggers refuse everything else.

use jebi_domain::{
    id::KeyNo,
    port::store::{AuditEntry, AuditFilter, AuditPage},
    time::Wall,
};

use super::{Error, Row, Snapshot, q, turn::Turn};

pub(super) fn add(turn: &mut Turn<'_>, entry: &AuditEntry) -> Result<(), Error> {
    let key = entry.key.map(|key| key.0);
    turn.inserted(
        q!("audit_insert"),
        (entry.at.0, &entry.actor, key, &entry.address, &entry.act, &entry.target, &entry.detail, &entry.result),
    )?;
    turn.rows += 1;
    Ok(())
}

pub(super) fn list(s: &Snapshot<'_>, filter: AuditFilter, before: Option<i64>, limit: u32) -> Result<AuditPage, Error> {
    let (since, until) = (filter.since.map_or(i64::MIN, |at| at.0), filter.until.map_or(i64::MAX, |at| at.0));
    let mut entries = s.rows(q!("audit_list"), (before.unwrap_or(i64::MAX), since, until, limit + 1), read)?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|e| e.no);
    Ok(AuditPage { entries, next })
}

fn read(r: &Row<'_>) -> Result<AuditEntry, Error> {
    Ok(AuditEntry {
        no: r.get(0)?,
        at: Wall(r.get(1)?),
        actor: r.get(2)?,
        key: r.get::<Option<i64>>(3)?.map(KeyNo),
        address: r.get(4)?,
        act: r.get(5)?,
        target: r.get(6)?,
        detail: r.get(7)?,
        result: r.get(8)?,
    })
}
