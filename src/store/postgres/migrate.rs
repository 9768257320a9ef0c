//! Numbered migrations, hash-checked at start: an applied one must be the one this binary knows, and a schema from a newer binary is
//! refused. Of several nodes that start at once one migrates, the others wait: the lock lasts for the transaction, so that it holds
//! behind a pooler too.

use sha2::{Digest, Sha256};
use tokio_postgres::{Client, types::Type};

use super::OpenError;

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
];

/// The number of the lock all nodes take: "jebi" in ASCII.
const LOCK: &str = "SELECT pg_advisory_xact_lock(1784963689)";

/// Brings the schema up to date; the names of the migrations that were run. Where `run` is false a pending one is an error.
///
/// # Errors
/// The schema is newer, changed or (not to be run) older; the server does not do it.
pub async fn migrate(client: &Client, run: bool) -> Result<Vec<String>, OpenError> {
    let mut done = Vec::new();
    loop {
        match pending(client).await? {
            None => return Ok(done),
            Some(&(no, name, _)) if !run => return Err(OpenError::Pending { no, name }),
            Some(next) => done.extend(apply(client, next).await?),
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

/// Runs one migration, unless another node was quicker.
async fn apply(client: &Client, (no, name, sql): &(i64, &'static str, &'static str)) -> Result<Option<String>, OpenError> {
    // What takes long is allowed to: building an index over a large table, waiting for another node that does.
    client.batch_execute(&format!("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; {LOCK}")).await?;
    client.batch_execute("CREATE TABLE IF NOT EXISTS migration (no bigint PRIMARY KEY, name text NOT NULL, hash text NOT NULL)").await?;
    let known = client.query_typed("SELECT 1 FROM migration WHERE no = $1::bigint", &[(no, Type::INT8)]).await?;
    if !known.is_empty() {
        client.batch_execute("COMMIT").await?;
        return Ok(None);
    }
    client.batch_execute(sql).await?;
    let row = "INSERT INTO migration (no, name, hash) VALUES ($1::bigint, $2::text, $3::text)";
    client.query_typed(row, &[(no, Type::INT8), (name, Type::TEXT), (&digest(sql), Type::TEXT)]).await?;
    client.batch_execute("COMMIT").await?;
    tracing::info!(migration = name, "the schema was brought up to migration {no:04}");
    Ok(Some(format!("{no:04}_{name}")))
}

fn digest(sql: &str) -> String {
    Sha256::digest(sql).iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
