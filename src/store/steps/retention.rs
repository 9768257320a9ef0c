//! What is deleted for its age, in slices: a reader finds it, a turn of the class that comes last looks again and deletes.
//!
//! | file | owns |
//! |---|---|
//! | `walk` | which mail is old enough: the walk over messages by number, and those it has passed |
//! | `purge` | deleting it, with all that refers to it, so that counts stay true |

mod purge;
mod walk;

use jebi_domain::{
    port::{
        Boxed, RetentionStore,
        retention::{Overdue, Trimmed},
        store::StoreResult,
    },
    retention::DataKind,
    time::Wall,
};

use super::{Engine, Error, Query, Snapshot, SqlStore, group::Class, port::HOUSE, privacy, q, turn::Turn};
use crate::crash_point::crash_point;

/// Rows beside mail that one slice deletes.
const ROWS: u32 = 200;
/// Mails of the inbox, which hold their bytes.
const INBOX_MAILS: u32 = 20;
/// Rows beside mail that one look counts.
const COUNTED: u32 = 5_000;
/// Administrative acts up to this time may be deleted: set inside the transaction that does, and to [`NONE`] at its end.
const AUDIT_DELETABLE: &str = "audit_deletable";
const NONE: i64 = -1;

impl<E: Engine> RetentionStore for SqlStore<E> {
    fn trim(&self, kind: DataKind, before: Wall, now: Wall) -> Boxed<'_, StoreResult<Trimmed>> {
        let found = self.look(move |s| Found::of(s, kind, before, now));
        Box::pin(async move {
            match found.await? {
                Found::Nothing => Ok(Trimmed::default()),
                Found::Mail(walked) => {
                    self.shared
                        .write(Class::Housekeep, move |t| if may(t)? { purge::slice(t, kind, &walked, (before, now)) } else { later() })
                        .await
                }
                Found::Rows { last, full } => {
                    self.shared.write(Class::Housekeep, move |t| if may(t)? { rows(t, kind, (last, full), before) } else { later() }).await
                }
            }
        })
    }

    fn overdue(&self, kind: DataKind, before: Wall, now: Wall, after: Option<i64>) -> Boxed<'_, StoreResult<Overdue>> {
        let after = after.unwrap_or(0);
        self.look(move |s| match Aged::of(kind) {
            None => walk::overdue(s, kind, (before, now), after),
            Some(aged) => {
                let found = s.rows(aged.list, (after, COUNTED), |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))?;
                let due = found.iter().filter(|(_, at)| *at <= before.0).count() as u64;
                let next = found.last().map(|(no, _)| *no).filter(|_| found.len() == COUNTED as usize);
                Ok(Overdue { due, kept: 0, next })
            }
        })
    }
}

/// Whether this node deletes just now: one of them does, and none while another version runs, which may hold on to what is deleted.
fn may(turn: &Turn<'_>) -> Result<bool, Error> {
    if !turn.db.keeps_house(HOUSE)? {
        return Ok(false);
    }
    Ok(!privacy::another_version_runs(turn)?)
}

/// Nothing is done now.
fn later() -> Result<Trimmed, Error> {
    Ok(Trimmed::default())
}

/// What a reader has found to delete.
enum Found {
    Nothing,
    Mail(walk::Walked),
    /// Rows up to this number, and whether there may be more behind them.
    Rows {
        last: i64,
        full: bool,
    },
}

impl Found {
    fn of(s: &Snapshot<'_>, kind: DataKind, before: Wall, now: Wall) -> Result<Self, Error> {
        let Some(aged) = Aged::of(kind) else {
            let walked = walk::find(s, kind, before, now)?;
            return Ok(if walked.is_empty() { Self::Nothing } else { Self::Mail(walked) });
        };
        let found = s.rows(aged.list, (0_i64, aged.slice), |r| Ok((r.get::<i64>(0)?, r.get::<i64>(1)?)))?;
        let full = found.len() == aged.slice as usize;
        let last = found.into_iter().filter(|(_, at)| *at <= before.0).map(|(no, _)| no).max();
        Ok(last.map_or(Self::Nothing, |last| Self::Rows { last, full }))
    }
}

/// A table of rows that are old by themselves.
struct Aged {
    list: &'static Query,
    purge: &'static Query,
    slice: u32,
}

impl Aged {
    /// `None` for what belongs to mail.
    fn of(kind: DataKind) -> Option<Self> {
        match kind {
            DataKind::Content | DataKind::Events | DataKind::Records => None,
            DataKind::Inbox => Some(Self { list: q!("inbox_aged"), purge: q!("inbox_purge"), slice: INBOX_MAILS }),
            DataKind::Audit => Some(Self { list: q!("audit_aged"), purge: q!("audit_purge"), slice: ROWS }),
            DataKind::SuppressionHistory => Some(Self { list: q!("removed_aged"), purge: q!("removed_purge"), slice: ROWS }),
        }
    }
}

/// Deletes the rows up to a number that are old enough.
fn rows(turn: &mut Turn<'_>, kind: DataKind, (last, full): (i64, bool), before: Wall) -> Result<Trimmed, Error> {
    let Some(aged) = Aged::of(kind) else { return later() };
    let guarded = kind == DataKind::Audit;
    if guarded {
        turn.change(q!("marker_set"), (AUDIT_DELETABLE, before.0))?;
    }
    let deleted = turn.execute(aged.purge, (last, before.0))?;
    if guarded {
        turn.change(q!("marker_set"), (AUDIT_DELETABLE, NONE))?;
    }
    turn.rows += ROWS;
    crash_point("retention_rows");
    Ok(Trimmed { deleted, more: full && deleted > 0 })
}
