//! `[database]`: where mail is kept, and how much of it may wait.

use std::path::PathBuf;

use super::{
    key::{Key, Origin},
    layers::Layers,
    parse::{shown, whole, word},
    parts,
    postgres::{self, Postgres},
    reader::{Bad, Reader},
};

const URL: Key = Key::new("database.url", &["DATABASE_URL"]);
const FLOOR_BYTES: Key = Key::new("database.disk_floor_bytes", &["JEBI_DISK_FLOOR_BYTES"]);
const FLOOR_PERCENT: Key = Key::new("database.disk_floor_percent", &["JEBI_DISK_FLOOR_PERCENT"]);
const MAX_WAITING: Key = Key::new("database.max_waiting", &["MAX_WAITING"]);
pub(super) const WRITER_QUEUE: Key = Key::new("database.writer_queue_bytes", &["JEBI_WRITER_QUEUE_BYTES"]);

const DATA_DIR: Key = Key::new("database.data_dir", &["JEBI_DATA_DIR"]);
const AUTO_MIGRATE: Key = Key::new("database.auto_migrate", &["AUTO_MIGRATE"]);

pub(super) const KEYS: &[&Key] = &[
    &URL,
    &AUTO_MIGRATE,
    &FLOOR_BYTES,
    &FLOOR_PERCENT,
    &MAX_WAITING,
    &WRITER_QUEUE,
    // Used with PostgreSQL only.
    &parts::HOST,
    &parts::PORT,
    &parts::NAME,
    &parts::USER,
    &parts::SSL,
    &postgres::PASSWORD,
    &postgres::CA,
    &postgres::POOLER,
    &postgres::DIRECT,
    &postgres::POOL_SIZE,
    &postgres::STATEMENT,
    &postgres::CONNECT,
    &postgres::START_WAIT,
    &DATA_DIR,
];

const REMEDY: &str = "write sqlite://data/jebi.db (a path from the working directory) or sqlite:///var/lib/jebi/jebi.db";
const ENGINES: &str = "write sqlite://data/jebi.db for a file, or postgres://user:password@host:5432/database";

/// Which engine, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The embedded engine, in this file; a relative path counts from the working directory.
    Sqlite(PathBuf),
    /// A PostgreSQL, which several nodes may share.
    Postgres(Box<Postgres>),
}

/// The store.
#[derive(Clone, Debug)]
pub struct Database {
    pub url: DatabaseUrl,
    /// The folder for what belongs to this node alone, such as its control socket.
    pub data_dir: PathBuf,
    /// Whether a start brings the schema up to date by itself.
    pub auto_migrate: bool,
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
    let by_parts = parts::are_meant(r.layers, &URL);
    let engine = if by_parts { Some(Engine::Postgres) } else { r.must(&URL, engine) };
    let auto_migrate = r.must(&AUTO_MIGRATE, word(&[("true", true), ("false", false)]));
    let disk_floor_bytes = r.must(&FLOOR_BYTES, whole(0..=1 << 50));
    let disk_floor_percent = r.must(&FLOOR_PERCENT, whole(0..=50));
    let max_waiting = r.must(&MAX_WAITING, whole(1..=1_000_000_000));
    let writer_queue_bytes = r.must(&WRITER_QUEUE, whole(1_048_576..=17_179_869_184_usize));
    let (url, data_dir) = match engine? {
        Engine::Sqlite(file) => {
            let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), PathBuf::from);
            (Some(DatabaseUrl::Sqlite(file)), Some(folder))
        }
        Engine::Postgres => {
            let data_dir = r.must(&DATA_DIR, |text| Ok(PathBuf::from(text)));
            (postgres::read(r, &URL, by_parts).map(|postgres| DatabaseUrl::Postgres(Box::new(postgres))), data_dir)
        }
    };
    Some(Database {
        url: url?,
        data_dir: data_dir?,
        auto_migrate: auto_migrate?,
        disk_floor_bytes: disk_floor_bytes?,
        disk_floor_percent: disk_floor_percent?,
        max_waiting: max_waiting?,
        writer_queue_bytes: writer_queue_bytes?,
    })
}

/// What an address names, before the rest of it is looked at.
enum Engine {
    Sqlite(PathBuf),
    Postgres,
}

/// `sqlite://relative`, `sqlite:relative`, `sqlite:///absolute`, `postgres://…`. The address of another engine may hold a password: it
/// is not echoed.
fn engine(text: &str) -> Result<Engine, Bad> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err(Bad::new("is not a database address", ENGINES));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "sqlite" => sqlite(rest).map(Engine::Sqlite),
        scheme if postgres::is_scheme(scheme) => Ok(Engine::Postgres),
        _ => Err(Bad::new(format!("{} is not an engine Jebi has", shown(scheme)), ENGINES)),
    }
}

/// The address as it may be shown, with its password hidden; `None` where it cannot be read, or is of another key.
pub(super) fn shown_address(path: &str, text: &str) -> Option<String> {
    let is_address = path == URL.path || path == postgres::DIRECT.path;
    if is_address { postgres::shown(text) } else { None }
}

/// A warning where parts of an address are set beside a whole one.
pub(super) fn unused_parts(layers: &Layers) -> Option<String> {
    parts::unused(layers, &URL)
}

/// A warning where the folder is set for an engine that has its own.
pub(super) fn unused_data_dir(layers: &Layers, database: &Database) -> Option<String> {
    let entry = layers.get(&DATA_DIR).filter(|entry| entry.origin != Origin::Default)?;
    let DatabaseUrl::Sqlite(file) = &database.url else { return None };
    Some(format!(
        "{} is set, but only PostgreSQL uses it: SQLite keeps everything beside {}; move that with DATABASE_URL, or leave it out",
        entry.written,
        file.display()
    ))
}

fn sqlite(rest: &str) -> Result<PathBuf, Bad> {
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
    Ok(path.into())
}
