//! Numbered migrations, hash-checked at start: an applied one must be the one this binary knows, and a schema from a newer binary is
//! refused. Of several nodes that start at once one migrates, the others wait: the lock lasts for the transaction, so that it holds
//! behind a pooler too. A migration that has to wait for somebody's lock on a table gives up again and again: whoever works with that
//! table queues behind one who waits.

use std::{sync::LazyLock, time::Duration};

use jebi_domain::port::Clock;
use sha2::{Digest, Sha256};
use tokio_postgres::{Client, error::SqlState, types::Type};

use super::{OpenError, error::said, own};

/// In order; a number is never reused. The same numbers and names as SQLite's.
pub const MIGRATIONS: &[(i64, &str, &str)] = &[
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

/// The tables they make.
pub(super) static TABLES: LazyLock<Vec<&'static str>> = LazyLock::new(|| MIGRATIONS.iter().flat_map(|(_, _, sql)| made(sql)).collect());

/// The tables a migration makes, as its lines say.
fn made(sql: &'static str) -> impl Iterator<Item = &'static str> {
    let table = |line: &'static str| line.strip_prefix("CREATE TABLE ").or_else(|| line.strip_prefix("CREATE UNLOGGED TABLE "));
    sql.lines().filter_map(table).filter_map(|rest| rest.split([' ', '(']).next())
}

/// How long a migration waits for a table, so long wait others behind it; and how long it leaves them alone then.
const LOCK_WAIT_MS: u32 = 2_000;
const PAUSE: Duration = Duration::from_secs(3);
/// So often it tries: for two and a half minutes, which outlasts what a server of ours may hold.
const TRIES: u32 = 30;

/// The number of the lock all nodes take: "jebi" in ASCII.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1784963689)";

/// Brings the schema up to date; the names of the migrations that were run. Where `run` is false a pending one is an error.
///
/// # Errors
/// The schema is newer, changed or (not to be run) older; the server does not do it; somebody holds a table for minutes.
pub async fn migrate(client: &Client, run: bool, clock: &dyn Clock) -> Result<Vec<String>, OpenError> {
    let mut done = Vec::new();
    loop {
        match pending(client).await? {
            None => return Ok(done),
            Some(&(no, name, _)) if !run => return Err(OpenError::Pending { no, name }),
            Some(next) => done.extend(apply(client, next, clock).await?),
        }
    }
}

/// The first migration that was not run.
///
/// # Errors
/// As [`migrate`].
pub async fn pending(client: &Client) -> Result<Option<&'static (i64, &'static str, &'static str)>, OpenError> {
    let there = client.query_typed("SELECT to_regclass('migration') IS NOT NULL", &[]).await?;
    let there = there.first().is_some_and(|row| row.get(0));
    if !there {
        return Ok(MIGRATIONS.first());
    }
    let applied = client.query_typed("SELECT no, name, hash FROM migration ORDER BY no", &[]).await?;
    let applied: Vec<(i64, String, String)> = applied.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    for (no, name, hash) in &applied {
        match MIGRATIONS.iter().find(|m| m.0 == *no) {
            None => return Err(OpenError::Newer { no: *no, name: name.clone() }),
            Some(m) if *hash != digest(m.2) => return Err(OpenError::Changed { no: *no, name: name.clone() }),
            Some(_) => {}
        }
    }
    Ok(MIGRATIONS.iter().find(|m| !applied.iter().any(|a| a.0 == m.0)))
}

type Migration = (i64, &'static str, &'static str);

/// Runs one migration, unless another node was quicker; again while its tables are not free, up to a limit.
async fn apply(client: &Client, migration: &Migration, clock: &dyn Clock) -> Result<Option<String>, OpenError> {
    let (no, name, _) = *migration;
    let mut tried = 0;
    loop {
        let source = match once(client, migration).await {
            Ok(ran) => return Ok(ran.then(|| format!("{no:04}_{name}"))),
            Err(source) => source,
        };
        tried += 1;
        if source.code() != Some(&SqlState::LOCK_NOT_AVAILABLE) {
            return Err(OpenError::Migration { no, name, source });
        }
        client.batch_execute("ROLLBACK").await?;
        let holders = holders(client).await?;
        if tried == TRIES {
            return Err(OpenError::Blocked { no, name, holders });
        }
        if tried == 1 {
            let why = said(&source);
            tracing::warn!(migration = name, holders, why, "a migration waits for its tables and tries again; mail goes on meanwhile");
        }
        clock.sleep_until(clock.boot() + PAUSE).await;
    }
}

/// Runs it, once. Whether it was not run before. An error leaves the transaction to be rolled back.
async fn once(client: &Client, (no, name, sql): &Migration) -> Result<bool, tokio_postgres::Error> {
    // What takes long is allowed to: building an index over a large table, waiting for another node that does.
    client.batch_execute(&format!("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; {LOCK}")).await?;
    client.batch_execute("CREATE TABLE IF NOT EXISTS migration (no bigint PRIMARY KEY, name text NOT NULL, hash text NOT NULL)").await?;
    let known = client.query_typed("SELECT 1 FROM migration WHERE no = $1::bigint", &[(no, Type::INT8)]).await?;
    if !known.is_empty() {
        client.batch_execute("COMMIT").await?;
        return Ok(false);
    }
    client.batch_execute(&format!("SET LOCAL lock_timeout = {LOCK_WAIT_MS}; {sql}")).await?;
    let row = "INSERT INTO migration (no, name, hash) VALUES ($1::bigint, $2::text, $3::text)";
    client.query_typed(row, &[(no, Type::INT8), (name, Type::TEXT), (&digest(sql), Type::TEXT)]).await?;
    client.batch_execute("COMMIT").await?;
    tracing::info!(migration = name, "the schema was brought up to migration {no:04}");
    Ok(true)
}

/// Who holds tables for longer than a turn takes, for people.
async fn holders(client: &Client) -> Result<String, OpenError> {
    let found = client.query_typed(own::TABLE_HOLDERS, &[]).await?;
    let told = found.first().and_then(|row| row.get::<_, Option<String>>(0));
    Ok(told.unwrap_or_else(|| "nobody is seen who holds one now".to_owned()))
}

fn digest(sql: &str) -> String {
    Sha256::digest(sql).iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_those_the_migrations_make() {
        let sql = "-- CREATE TABLE no (a text);\nCREATE TABLE one (\n    a text\n);\nCREATE UNLOGGED TABLE two(a text);\nCREATE INDEX b ON one (a);";
        assert_eq!(made(sql).collect::<Vec<_>>(), ["one", "two"]);
        for table in ["installation", "message", "pace", "topic_paused"] {
            assert!(TABLES.contains(&table), "{table}");
        }
    }
}
