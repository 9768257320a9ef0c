//! Whether a server is fit to keep mail, and which one it is. Asked on every new connection: a failover brings another one under the
//! same address.

use tokio_postgres::{Client, Row, error::SqlState, types::Type};

use super::{Fault, Kind, Target, danger};

/// The oldest version. `SET COMPRESSION` came with it, by which bodies are kept small at little cost; `pg_current_xact_id()` and
/// `pg_snapshot`, by which a node knows that all messages up to a number are committed or gone, are a version older.
const OLDEST: i64 = 140_000;

/// Asks for the server's timeline.
pub(super) const TIMELINE: &str = include_str!("check/timeline.sql");

/// What the user must be allowed.
#[derive(Clone, Copy, Debug)]
pub enum Rights {
    /// To make tables: this start may bring the schema up to date.
    Migrate,
    /// To use these tables, where they are there.
    Tables(&'static [&'static str]),
}

/// Which server and which database of it: for the restore guard. The first two are `None` where the server does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Made by `initdb`; copies of the whole server have the same.
    pub system_id: Option<i64>,
    /// Rises with each promotion and each recovery to a point in time.
    pub timeline: Option<i64>,
    /// A dump restored beside has another one.
    pub database_oid: i64,
}

/// A server that was looked at.
#[derive(Clone, Debug)]
pub(super) struct Checked {
    pub version: String,
    pub identity: Identity,
    /// Dangers that do not stop anything.
    pub warnings: Vec<String>,
}

/// What a server says of itself.
#[derive(Clone, Debug)]
struct Facts {
    version_no: i64,
    version: String,
    fsync: bool,
    full_page_writes: bool,
    autovacuum: bool,
    in_recovery: bool,
    read_only: bool,
    encoding: String,
    database_oid: i64,
    role: String,
    schema: Option<String>,
    may_use: bool,
    may_create: bool,
}

/// Looks at the server behind a connection. Works behind a pooler: nothing is prepared, nothing is kept.
///
/// # Errors
/// It is not fit, or could not be asked.
pub(super) async fn look(client: &Client, target: &Target, rights: Rights) -> Result<Checked, Fault> {
    let failed = |e: tokio_postgres::Error| Fault::using(&e, target);
    let row = client.query_typed(include_str!("check/server.sql"), &[]).await.map_err(failed)?.into_iter().next();
    let facts = row.ok_or_else(|| missing(target))?;
    let facts = Facts::of(&facts).map_err(failed)?;
    let schema = judge(&facts, target, rights)?;
    if let Rights::Tables(tables) = rights {
        let lacking = client.query_typed(include_str!("check/tables.sql"), &[(&tables, Type::TEXT_ARRAY)]).await.map_err(failed)?;
        if let Some(row) = lacking.first() {
            let (table, role) = (row.try_get::<_, String>(0).map_err(failed)?, &facts.role);
            return Err(Fault::new(
                Kind::Denied,
                format!("user {role} may not read and write the table {table}"),
                format!(
                    "run there, as its owner: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"{schema}\" TO \"{role}\", and GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA \"{schema}\" TO \"{role}\""
                ),
            ));
        }
    }
    let mut warnings = danger::of(facts.full_page_writes, facts.autovacuum);
    let system_id = told(client, include_str!("check/system_id.sql"), target).await?;
    let timeline = told(client, TIMELINE, target).await?;
    if system_id.is_none() || timeline.is_none() {
        warnings.push(danger::of_no_identity(&facts.role));
    }
    let identity = Identity { system_id, timeline, database_oid: facts.database_oid };
    Ok(Checked { version: facts.version, identity, warnings })
}

/// A number the server may keep to itself: hosted ones revoke these functions, or do not have them.
async fn told(client: &Client, sql: &str, target: &Target) -> Result<Option<i64>, Fault> {
    match client.query_typed(sql, &[]).await {
        Ok(rows) => rows.first().map(|row| row.try_get(0)).transpose().map_err(|e| Fault::using(&e, target)),
        Err(e)
            if matches!(
                e.code(),
                Some(&(SqlState::INSUFFICIENT_PRIVILEGE | SqlState::UNDEFINED_FUNCTION | SqlState::FEATURE_NOT_SUPPORTED))
            ) =>
        {
            Ok(None)
        }
        Err(e) => Err(Fault::using(&e, target)),
    }
}

impl Facts {
    fn of(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            version_no: row.try_get("version_no")?,
            version: row.try_get("version")?,
            fsync: row.try_get("fsync")?,
            full_page_writes: row.try_get("full_page_writes")?,
            autovacuum: row.try_get("autovacuum")?,
            in_recovery: row.try_get("in_recovery")?,
            read_only: row.try_get("read_only")?,
            encoding: row.try_get("encoding")?,
            database_oid: row.try_get("database_oid")?,
            role: row.try_get("role")?,
            schema: row.try_get("schema")?,
            may_use: row.try_get("may_use")?,
            may_create: row.try_get("may_create")?,
        })
    }
}

/// The schema our tables are in, where the server is fit.
fn judge(facts: &Facts, target: &Target, rights: Rights) -> Result<String, Fault> {
    let (place, database) = (target.place(), &target.database);
    let Facts { version, encoding, role, .. } = facts;
    if facts.version_no < OLDEST {
        return Err(Fault::new(
            Kind::Unfit,
            format!("the server at {place} is PostgreSQL {version}, which is older than what Jebi's tables and statements are written for"),
            "upgrade it to PostgreSQL 14 or newer",
        ));
    }
    if facts.in_recovery {
        return Err(Fault::new(
            Kind::ReadOnly,
            format!("the server at {place} is a read-only replica"),
            "name the primary in DATABASE_URL",
        ));
    }
    if facts.read_only {
        return Err(Fault::new(
            Kind::ReadOnly,
            format!("the server at {place} takes no writes: default_transaction_read_only is on"),
            format!(
                "see why it is; then ALTER DATABASE \"{database}\" RESET default_transaction_read_only, or the same for the role or the server"
            ),
        ));
    }
    if !facts.fsync {
        return Err(Fault::new(
            Kind::Unfit,
            format!("the server at {place} runs with fsync = off, so what it has committed can be gone after a power cut"),
            "set fsync = on in its postgresql.conf and reload it",
        ));
    }
    if encoding != "UTF8" {
        return Err(Fault::new(
            Kind::Unfit,
            format!("the database {database} is encoded in {encoding}, which does not hold every letter"),
            format!("make one that does: CREATE DATABASE \"{database}\" OWNER \"{role}\" ENCODING 'UTF8' TEMPLATE template0"),
        ));
    }
    let Some(schema) = &facts.schema else {
        return Err(Fault::new(
            Kind::Misconfigured,
            format!("the search_path of user {role} names no schema that is there"),
            format!("make one: CREATE SCHEMA AUTHORIZATION \"{role}\""),
        ));
    };
    let wanted = match rights {
        Rights::Migrate if !facts.may_create || !facts.may_use => "USAGE, CREATE",
        Rights::Tables(_) if !facts.may_use => "USAGE",
        _ => return Ok(schema.clone()),
    };
    Err(Fault::new(
        Kind::Denied,
        format!("user {role} may not make or use tables in the schema {schema}"),
        format!("run in the database {database}, as its owner: GRANT {wanted} ON SCHEMA \"{schema}\" TO \"{role}\""),
    ))
}

fn missing(target: &Target) -> Fault {
    Fault::new(
        Kind::Internal,
        format!("the server at {} does not list its own database", target.place()),
        "report this as a fault of the program",
    )
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
