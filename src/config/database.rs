//! `[database]`: where mail is kept, and how much of it may wait.

use std::path::PathBuf;

use super::{
    key::Key,
    parse::{shown, whole},
    reader::{Bad, Reader},
};

const URL: Key = Key::new("database.url", &["DATABASE_URL"]);
const FLOOR_BYTES: Key = Key::new("database.disk_floor_bytes", &["JEBI_DISK_FLOOR_BYTES"]);
const FLOOR_PERCENT: Key = Key::new("database.disk_floor_percent", &["JEBI_DISK_FLOOR_PERCENT"]);
const MAX_WAITING: Key = Key::new("database.max_waiting", &["MAX_WAITING"]);
pub(super) const WRITER_QUEUE: Key = Key::new("database.writer_queue_bytes", &["JEBI_WRITER_QUEUE_BYTES"]);

pub(super) const KEYS: &[&Key] = &[&URL, &FLOOR_BYTES, &FLOOR_PERCENT, &MAX_WAITING, &WRITER_QUEUE];

const REMEDY: &str = "write sqlite://data/jebi.db (a path from the working directory) or sqlite:///var/lib/jebi/jebi.db";

/// Which engine, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The embedded engine, in this file; a relative path counts from the working directory.
    Sqlite(PathBuf),
}

/// The store.
#[derive(Clone, Debug)]
pub struct Database {
    pub url: DatabaseUrl,
    /// Free space below which nothing is accepted, in bytes; the larger of this and the share counts.
    pub disk_floor_bytes: u64,
    /// The same as a share of the disk, in percent.
    pub disk_floor_percent: u8,
    /// Deliveries that may wait before new mail is refused.
    pub max_waiting: u64,
    /// Bytes that may wait for the writer before new mail is refused.
    pub writer_queue_bytes: usize,
}

pub(super) fn read(r: &mut Reader) -> Option<Database> {
    let url = r.must(&URL, url);
    let disk_floor_bytes = r.must(&FLOOR_BYTES, whole(0..=1 << 50));
    let disk_floor_percent = r.must(&FLOOR_PERCENT, whole(0..=50));
    let max_waiting = r.must(&MAX_WAITING, whole(1..=1_000_000_000));
    let writer_queue_bytes = r.must(&WRITER_QUEUE, whole(1_048_576..=17_179_869_184_usize));
    Some(Database {
        url: url?,
        disk_floor_bytes: disk_floor_bytes?,
        disk_floor_percent: disk_floor_percent?,
        max_waiting: max_waiting?,
        writer_queue_bytes: writer_queue_bytes?,
    })
}

/// `sqlite://relative`, `sqlite:relative`, `sqlite:///absolute`. The address of another engine may hold a password: it is
/// not echoed.
fn url(text: &str) -> Result<DatabaseUrl, Bad> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err(Bad::new("is not a database address", REMEDY));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "sqlite" => sqlite(rest),
        "postgres" | "postgresql" => Err(Bad::new("asks for PostgreSQL, which comes with a later release", "write sqlite://data/jebi.db")),
        _ => Err(Bad::new(format!("{} is not an engine Jebi has", shown(scheme)), REMEDY)),
    }
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, Bad> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    // Other programs' way of saying "make the file where there is none", which Jebi always does.
    let path = path.strip_suffix("?mode=rwc").unwrap_or(path);
    if path.contains(":memory:") || path.contains("mode=memory") {
        return Err(Bad::new("asks for a database in memory, which would lose mail", REMEDY));
    }
    if path.contains('?') {
        return Err(Bad::new("holds options, which Jebi sets itself", "leave out the ? and what follows it"));
    }
    if path.is_empty() || path.ends_with('/') {
        return Err(Bad::new("names no file", REMEDY));
    }
    Ok(DatabaseUrl::Sqlite(path.into()))
}
