//! Numbered migrations, hash-checked at start: an applied one must be the one this binary knows, and a database from a newer
//! binary is refused. The database is backed up before one runs.

use std::path::Path;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::OpenError;
use crate::store::Migration;

/// In order; a number is never reused.
const MIGRATIONS: &[(u32, &str, &str)] = &[
    (1, "init", include_str!("migrations/0001_init.sql")),
    (2, "results", include_str!("migrations/0002_results.sql")),
    (3, "quota", include_str!("migrations/0003_quota.sql")),
    (4, "search", include_str!("migrations/0004_search.sql")),
    (5, "access", include_str!("migrations/0005_access.sql")),
    (6, "nodes", include_str!("migrations/0006_nodes.sql")),
    (7, "personal", include_str!("migrations/0007_personal.sql")),
    (8, "files", include_str!("migrations/0008_files.sql")),
    (9, "templates", include_str!("migrations/0009_templates.sql")),
    (10, "senders", include_str!("migrations/0010_senders.sql")),
    (11, "paused", include_str!("migrations/0011_paused.sql")),
    (12, "restored", include_str!("migrations/0012_restored.sql")),
    (13, "feedback", include_str!("migrations/0013_feedback.sql")),
    (14, "events", include_str!("migrations/0014_events.sql")),
    (15, "sns", include_str!("migrations/0015_sns.sql")),
    (16, "tracking", include_str!("migrations/0016_tracking.sql")),
    (17, "suppression", include_str!("migrations/0017_suppression.sql")),
    (18, "refusals", include_str!("migrations/0018_refusals.sql")),
    (19, "hooks", include_str!("migrations/0019_hooks.sql")),
    (20, "results", include_str!("migrations/0020_results.sql")),
    (21, "reputation", include_str!("migrations/0021_reputation.sql")),
    (22, "opens_clicks", include_str!("migrations/0022_opens_clicks.sql")),
    (23, "reputation_guard", include_str!("migrations/0023_reputation_guard.sql")),
];

/// Brings the database to the newest schema. Returns what was applied, in order.
pub(super) fn run(db: &mut Connection, file: &Path) -> Result<Vec<Migration>, OpenError> {
    let fresh: bool = db.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |r| r.get(0))?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS migration (no INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL)")?;
    let pending = pending_after(&applied(db)?)?;
    if !fresh && !pending.is_empty() {
        let copy = file.with_extension(format!("before-{:04}.db", pending[0].0));
        // Online backup: includes what is still in the write-ahead log.
        db.backup("main", &copy, None::<fn(rusqlite::backup::Progress)>)?;
        tracing::info!(copy = %copy.display(), "backed the database up before migrating it");
    }
    for (no, name, sql) in &pending {
        let tx = db.transaction()?;
        tx.execute_batch(sql)?;
        tx.execute("INSERT INTO migration (no, name, hash) VALUES (?1, ?2, ?3)", (no, name, digest(sql)))?;
        tx.commit()?;
    }
    Ok(named(&pending))
}

/// What a start would apply. Changes nothing.
pub(super) fn pending(db: &Connection) -> Result<Vec<Migration>, OpenError> {
    let fresh: bool = db.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'migration')", [], |r| r.get(0))?;
    let applied = if fresh { Vec::new() } else { applied(db)? };
    Ok(named(&pending_after(&applied)?))
}

/// What a database that does not exist yet lacks.
pub(super) fn all() -> Vec<Migration> {
    named(&MIGRATIONS.iter().collect::<Vec<_>>())
}

fn named(migrations: &[&(u32, &'static str, &str)]) -> Vec<Migration> {
    migrations.iter().map(|(no, name, _)| Migration { no: *no, name }).collect()
}

/// What is missing beside what was applied, all of which must be known here.
fn pending_after(applied: &[(u32, String, String)]) -> Result<Vec<&'static (u32, &'static str, &'static str)>, OpenError> {
    for (no, name, hash) in applied {
        match MIGRATIONS.iter().find(|m| m.0 == *no) {
            None => return Err(OpenError::Newer { no: *no, name: name.clone() }),
            Some(m) if *hash != digest(m.2) => return Err(OpenError::Changed { no: *no, name: name.clone() }),
            Some(_) => {}
        }
    }
    Ok(MIGRATIONS.iter().filter(|m| !applied.iter().any(|a| a.0 == m.0)).collect())
}

fn applied(db: &Connection) -> rusqlite::Result<Vec<(u32, String, String)>> {
    let mut all = db.prepare("SELECT no, name, hash FROM migration ORDER BY no")?;
    all.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect()
}

fn digest(sql: &str) -> String {
    Sha256::digest(sql).iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
