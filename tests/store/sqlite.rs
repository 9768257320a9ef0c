//! The SQLite engine for the suite, and what only it has: its files, its statements, its migrations, its bounds.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use jebi::store::sqlite::{DiskFloor, OpenError, Options, SqliteStore};
use jebi_domain::{
    fake::{ManualClock, SeededRandom},
    port::{
        Boxed,
        store::{AdminStore, Guard, QueueStore, Store, StoreError},
    },
};
use rusqlite::Connection;
use tempfile::TempDir;

use super::support::{Engine, Fixture, START, each, node};

pub struct Sqlite {
    folder: TempDir,
}

/// In memory where the machine has such a place: the suite is about the order of things, not about the disk.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory).or_else(|_| TempDir::new()) } else { TempDir::new() }.expect("a folder")
}

impl Sqlite {
    pub fn new() -> Self {
        Self { folder: folder() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self) -> PathBuf {
        self.path().join("jebi.db")
    }

    fn store(&self, clock: &ManualClock, options: impl FnOnce(&mut Options)) -> Result<SqliteStore, OpenError> {
        let mut set = Options {
            file: self.file(),
            byte_budget: 64 << 20,
            disk_floor: DiskFloor { bytes: 0, percent: 0 },
            on_fatal: Arc::new(|why| panic!("the store gave up: {why}")),
        };
        options(&mut set);
        SqliteStore::open(set, Arc::new(clock.clone()), &SeededRandom::new(3))
    }
}

impl Engine for Sqlite {
    fn open<'a>(&'a self, clock: &'a ManualClock) -> Boxed<'a, Result<Arc<dyn Store>, String>> {
        Box::pin(async { self.store(clock, |_| {}).map(|s| Arc::new(s) as Arc<dyn Store>).map_err(|e| e.to_string()) })
    }

    fn crashed(&self) -> Box<dyn FnOnce() -> Box<dyn Engine> + Send> {
        let from = self.folder.path().to_owned();
        Box::new(move || {
            let folder = folder();
            for name in ["jebi.db", "jebi.db-wal"] {
                fs::copy(from.join(name), folder.path().join(name)).expect("copy");
            }
            // The same machine after a crash, not a copy: it has the file that says so, with its own inode in it.
            let text = fs::read_to_string(from.join("installation")).expect("the installation file");
            let words: Vec<&str> = text.split_whitespace().collect();
            let file = folder.path().join("installation");
            fs::write(&file, "").expect("write");
            let inode = std::os::unix::fs::MetadataExt::ino(&fs::metadata(&file).expect("metadata"));
            fs::write(&file, format!("{} {} {inode}\n", words[0], words[1])).expect("write");
            Box::new(Self { folder })
        })
    }

    fn tamper(&self, sql: &str) {
        Connection::open(self.file()).and_then(|db| db.execute_batch(sql)).expect("tamper");
    }
}

pub fn sql_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/sqlite")
}

fn queries() -> Vec<(String, String)> {
    let folder = |name: &str| fs::read_dir(sql_folder().join(name)).expect("a folder of queries").map(|f| f.expect("an entry").path());
    let mut all: Vec<_> = folder("sql")
        .chain(folder("sql/own"))
        .filter(|p| p.is_file())
        .map(|p| (p.file_stem().expect("a name").to_string_lossy().into_owned(), fs::read_to_string(&p).expect("a text")))
        .collect();
    all.sort();
    all
}

/// A database as the migrations up to this number make it.
pub fn migrated(to: &str) -> Connection {
    let db = Connection::open_in_memory().expect("a database");
    let mut migrations: Vec<_> =
        fs::read_dir(sql_folder().join("migrations")).expect("migrations").map(|f| f.expect("one").path()).collect();
    migrations.sort();
    for m in migrations.into_iter().filter(|m| m.file_name().is_some_and(|name| name.to_string_lossy()[..4] <= *to)) {
        db.execute_batch(&fs::read_to_string(m).expect("a text")).expect("a migration");
    }
    db
}

#[test]
fn every_query_is_prepared_against_the_schema() {
    let db = migrated("9999");
    let all = queries();
    assert!(all.len() > 80, "found {} only", all.len());
    for (name, text) in all {
        let prepared = db.prepare(&text);
        assert!(prepared.is_ok(), "{name}.sql: {}", prepared.err().map(|e| e.to_string()).unwrap_or_default());
    }
}

async fn closed(engine: &Sqlite) {
    engine.store(&ManualClock::new(START), |_| {}).expect("opens").close().await;
}

#[tokio::test]
async fn a_database_of_a_newer_or_changed_build_is_refused() {
    let engine = Sqlite::new();
    closed(&engine).await;
    engine.tamper("INSERT INTO migration (no, name, hash) VALUES (9999, 'later', 'x')");
    let refused = engine.store(&ManualClock::new(START), |_| {}).err();
    assert!(matches!(&refused, Some(OpenError::Newer { no: 9999, .. })), "{refused:?}");
    engine.tamper("DELETE FROM migration WHERE no = 9999; UPDATE migration SET hash = 'y' WHERE no = 1");
    let refused = engine.store(&ManualClock::new(START), |_| {}).err();
    assert!(matches!(&refused, Some(OpenError::Changed { no: 1, .. })), "{refused:?}");
}

#[tokio::test]
async fn the_database_is_backed_up_before_a_migration() {
    let engine = Sqlite::new();
    // An older state: a database in use before the first migration this build has.
    engine.tamper("CREATE TABLE migration (no INTEGER PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL); CREATE TABLE mine (x)");
    closed(&engine).await;
    let copies: Vec<_> = fs::read_dir(engine.folder.path())
        .expect("the folder")
        .map(|f| f.expect("one").file_name().to_string_lossy().into_owned())
        .filter(|n| n.contains("before-"))
        .collect();
    assert_eq!(copies, ["jebi.before-0001.db"]);
    let copy = Connection::open(engine.folder.path().join(&copies[0])).expect("the copy");
    let tables: i64 = copy.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'mine'", [], |r| r.get(0)).expect("a count");
    assert_eq!(tables, 1);
}

#[tokio::test]
async fn a_second_process_is_refused_and_the_lock_ends_with_the_store() {
    let engine = Sqlite::new();
    let clock = ManualClock::new(START);
    let first = engine.store(&clock, |_| {}).expect("opens");
    assert!(matches!(engine.store(&clock, |_| {}), Err(OpenError::Locked { .. })));
    assert!(SqliteStore::is_open_elsewhere(&engine.file()).expect("a look"));
    drop(first);
    assert!(!SqliteStore::is_open_elsewhere(&engine.file()).expect("a look"));
    assert_eq!(engine.store(&clock, |_| {}).expect("opens again").guard(), Guard::Open);
}

#[test]
fn a_full_disk_and_a_closed_store_refuse_mail() {
    super::support::run(Box::new(Sqlite::new()), async |f: &mut Fixture| {
        let engine = Sqlite::new();
        let floored = engine.store(&f.clock, |o| o.disk_floor = DiskFloor { bytes: u64::MAX, percent: 0 }).expect("opens");
        let batch = f.batch(vec![f.draft(each("t", 1))], None);
        assert_eq!(floored.accept(batch).await, Err(StoreError::Full));
        floored.close().await;
        let batch = f.batch(vec![f.draft(each("t", 1))], None);
        let refused = floored.accept(batch).await;
        assert!(matches!(refused, Err(StoreError::Closed | StoreError::Full)), "{refused:?}");
        assert_eq!(floored.start(&node("하나"), f.now()).await, Err(StoreError::Closed));
    });
}

/// The writer is held up inside one request's answer, so that others have to wait.
#[test]
fn too_many_waiting_bytes_are_refused_and_nothing_else_is() {
    super::support::run(Box::new(Sqlite::new()), async |f: &mut Fixture| {
        let engine = Sqlite::new();
        let store = engine.store(&f.clock, |o| o.byte_budget = 2_000).expect("opens");
        let incarnation = store.start(&node("하나"), f.now()).await.expect("start");
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (tell, reached) = std::sync::mpsc::channel::<()>();
        let mut held = f.batch(vec![f.draft(each("t", 1))], None);
        held.answer = Box::new(move |_| {
            tell.send(()).expect("told");
            wait.recv().expect("go");
            (202, bytes::Bytes::new())
        });
        let held = store.accept(held);
        reached.recv().expect("the writer reached the answer");
        let fits = store.accept(f.batch(vec![f.draft(each("t", 10))], None));
        let refused = store.accept(f.batch(vec![f.draft(each("t", 20))], None)).await;
        assert!(matches!(refused, Err(StoreError::Busy { .. })), "{refused:?}");
        let beat = store.beat(incarnation, f.now());
        go.send(()).expect("go");
        assert!(held.await.is_ok() && fits.await.is_ok() && beat.await.is_ok());
        assert!(store.accept(f.batch(vec![f.draft(each("t", 20))], None)).await.is_ok(), "a large one alone gets through");
        store.close().await;
    });
}

/// The caller's answer is made inside the transaction: a panic there must cost that caller only.
#[test]
fn a_panicking_answer_fails_its_request_alone() {
    super::support::run(Box::new(Sqlite::new()), async |f: &mut Fixture| {
        let mut bad = f.batch(vec![f.draft(each("t", 3))], Some("k"));
        bad.answer = Box::new(|_| panic!("planted"));
        let (bad, good) = (f.store.accept(bad), f.store.accept(f.batch(vec![f.draft(each("t", 2))], None)));
        assert!(matches!(bad.await, Err(StoreError::Internal(_))));
        assert!(good.await.is_ok());
        assert_eq!(f.topic("t").await.total, 2);
        assert_eq!(f.store.answer(jebi_domain::id::KeyNo(1), "k", f.now()).await, Ok(None));
    });
}

/// What joint copies said as a whole until then is what each of their recipients says from then on.
#[test]
fn recipients_of_older_joint_copies_take_over_what_their_copy_said() {
    let db = Connection::open_in_memory().expect("a database");
    let migration = |name: &str| fs::read_to_string(sql_folder().join("migrations").join(name)).expect("a text");
    db.execute_batch(&migration("0001_init.sql")).expect("the first");
    db.execute_batch(
        "INSERT INTO delivery (key, email, state, attempt, feedback, twice, joint, changed_at, provider_id) VALUES (7, 'a', 3, 2, 0, 1, 3, 5, 'id');
         INSERT INTO joint_recipient (key, position, role, email, state) VALUES (7, 0, 0, 'a@x.kr', 3), (7, 1, 1, 'b@x.kr', 3), (7, 2, 1, 'c@x.kr', 5);
         INSERT INTO attempt (key, attempt, at, outcome, reason) VALUES (7, 1, 4, 'unknown', '{}'), (8, 1, 4, 'transient', '{}');",
    )
    .expect("rows");
    db.execute_batch(&migration("0002_results.sql")).expect("the second");
    let count = |sql: &str| db.query_row(sql, [], |r| r.get::<_, i64>(0)).expect("a count");
    let took_over = "attempt = 2 AND twice = 1 AND changed_at = 5 AND provider_id = 'id'";
    assert_eq!(count(&format!("SELECT count(*) FROM joint_recipient WHERE {took_over} AND state = 3")), 2);
    assert_eq!(count("SELECT count(*) FROM joint_recipient WHERE attempt = 0 AND state = 5"), 1);
    assert_eq!(count("SELECT count(*) FROM joint_attempt WHERE key = 7 AND outcome = 'unknown' AND position IN (0, 1)"), 2);
    assert_eq!(count("SELECT count(*) FROM joint_attempt"), 2);
}
