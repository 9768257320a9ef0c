//! Moving a store from SQLite to PostgreSQL: every row of every table arrives as it was, or nothing does.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use jebi::store::{
    UNFINISHED,
    sqlite::{DiskFloor, Options, SqliteStore},
    transfer::{self, Found, LEFT_OUT, MADE_ANEW, Progress, TABLES, TransferError},
};
use jebi_domain::{
    fake::{ManualClock, SeededRandom},
    message::Lane,
    port::{
        nodes::NodeStart,
        store::{AdminStore, QueueStore},
    },
};
use rusqlite::{Connection, types::ValueRef};
use tokio_postgres::{Client, NoTls};

use super::{
    postgres::OnPostgres,
    sqlite::Sqlite,
    support::{self, Engine, Fixture, Mail, PROVIDER, START, copies, each},
};
use crate::{
    arch::{files, here, read},
    support::postgres::{Database, Postgres},
};

fn options(folder: &Path) -> Options {
    Options {
        file: folder.join("jebi.db"),
        byte_budget: 1 << 20,
        disk_floor: DiskFloor { bytes: 0, percent: 0 },
        on_fatal: Arc::new(|why| panic!("the store gave up: {why}")),
    }
}

/// A store that three processes have used, with rows in every table that is copied.
struct Source {
    folder: tempfile::TempDir,
}

impl Source {
    async fn new() -> Self {
        let source = Self { folder: tempfile::tempdir().expect("a folder") };
        for _ in 0..3 {
            let store = SqliteStore::open(options(source.folder.path()), Arc::new(ManualClock::new(START)), &SeededRandom::new(3));
            let store = store.expect("it opens");
            let incarnation = store.start(&NodeStart { name: "a".into(), version: "1".into() }, START).await.expect("it starts");
            store.end(incarnation, START).await.expect("it ends");
            store.close().await;
        }
        let db = source.db();
        for table in TABLES.iter().filter(|table| !["installation", "totals"].contains(table)) {
            (2..=4).for_each(|n| fill(&db, table, n));
        }
        source
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("jebi.db")
    }

    fn id(&self) -> Vec<u8> {
        transfer::identity(&self.file()).expect("an id")
    }

    fn db(&self) -> Connection {
        Connection::open(self.file()).expect("the database")
    }
}

/// Adds a row whose values differ by column, and by `n`; with NULL in every other row, where a column takes it.
fn fill(db: &Connection, table: &str, n: i64) {
    let mut columns = db.prepare("SELECT name, type, \"notnull\" OR pk > 0 FROM pragma_table_info(?1)").expect("columns");
    let columns: Vec<(String, String, bool)> =
        columns.query_map([table], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).expect("columns").map(|c| c.expect("a column")).collect();
    // Some are flags in PostgreSQL.
    let flags = ["joint", "scheduled", "twice", "resend", "active", "from_config", "person"];
    let value = |(name, kind, needed): &(String, String, bool)| match kind.as_str() {
        _ if !needed && n % 2 == 1 => "NULL".to_owned(),
        "INTEGER" if flags.contains(&name.as_str()) && (name != "joint" || table == "message") => (n % 2).to_string(),
        // Elsewhere those are counts.
        "INTEGER" if table == "topic_tracking" => (n % 2).to_string(),
        "INTEGER" if name == "hash" => (i64::MIN + n).to_string(),
        "INTEGER" if name == "key" => ((n << 40) + n).to_string(),
        "INTEGER" => n.to_string(),
        "TEXT" => format!("'홍길동 {n} \\ \t''{name}'"),
        _ => format!("x'00ff{n:02x}'"),
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let names: Vec<String> = columns.iter().map(|(name, ..)| format!("\"{name}\"")).collect();
    db.execute(&format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", ")), []).expect(table);
}

/// A database with the schema, as a migration leaves it.
fn target() -> Database {
    let database = Postgres::shared().database();
    for migration in files(here(), "src/store/postgres/migrations", "sql") {
        database.sql(&read(&migration));
    }
    database
}

async fn connected(database: &Database) -> Client {
    let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

/// Reserves the target and copies.
async fn copy(source: &Source, client: &mut Client) -> Result<Vec<(&'static str, u64)>, TransferError> {
    transfer::reserve(client, &source.id()).await?;
    transfer::copy(&source.file(), client, &|_| {}).await
}

/// Rows by table, each as the texts of its columns in the order of their names.
type Rows = BTreeMap<String, BTreeSet<String>>;

fn rows_of_source(db: &Connection) -> Rows {
    let mut all = Rows::new();
    for table in TABLES {
        let mut read = db.prepare(&format!("SELECT * FROM {table}")).expect("a query");
        let names: Vec<String> = read.column_names().map(str::to_owned).collect();
        let mut found = read.query([]).expect("rows");
        let rows = all.entry((*table).to_owned()).or_default();
        while let Some(row) = found.next().expect("a row") {
            let text = |i: usize| match row.get_ref(i).expect("a value") {
                ValueRef::Null => "-".to_owned(),
                ValueRef::Integer(n) => n.to_string(),
                ValueRef::Text(text) => String::from_utf8(text.to_vec()).expect("UTF-8"),
                ValueRef::Blob(bytes) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
                ValueRef::Real(_) => panic!("no column is a float"),
            };
            rows.insert(
                names
                    .iter()
                    .enumerate()
                    .map(|(i, name)| (name, text(i)))
                    .collect::<BTreeMap<_, _>>()
                    .into_iter()
                    .map(|(n, v)| format!("{n}={v}\n"))
                    .collect(),
            );
        }
    }
    all
}

fn rows_of_target(database: &Database) -> Rows {
    let mut all = Rows::new();
    for table in TABLES {
        let columns = database.sql(&format!(
            "SELECT attname, atttypid::regtype FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND attgenerated = '' ORDER BY attname COLLATE \"C\""
        ));
        let column = |row: &Vec<Option<String>>| (row[0].clone().expect("a name"), row[1].clone().expect("a type"));
        let columns: Vec<(String, String)> =
            columns.iter().map(column).filter(|(name, _)| !MADE_ANEW.iter().any(|(t, c, _)| t == table && c == name)).collect();
        let value = |(name, kind): &(String, String)| match kind.as_str() {
            "boolean" => format!("{name}::int::text"),
            "bytea" => format!("encode({name}, 'hex')"),
            _ => format!("{name}::text"),
        };
        let list: Vec<String> = columns.iter().map(value).collect();
        let rows = database.sql(&format!("SELECT {} FROM {table}", list.join(", ")));
        let row = |row: Vec<Option<String>>| {
            let pairs = columns.iter().zip(row);
            pairs.map(|((name, _), value)| format!("{name}={}\n", value.unwrap_or_else(|| "-".to_owned()))).collect()
        };
        all.insert((*table).to_owned(), rows.into_iter().map(row).collect());
    }
    all
}

fn number(database: &Database, sql: &str) -> i64 {
    database.sql(sql)[0][0].as_deref().expect("a value").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_every_table_arrives_as_it_was() {
    let (source, target) = (Source::new().await, target());
    let mut client = connected(&target).await;
    assert_eq!(transfer::look(&client).await.expect("a look"), Found::Empty);
    let heard: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let listener = Arc::clone(&heard);
    assert_eq!(transfer::reserve(&mut client, &source.id()).await.expect("reserved"), Found::Empty);
    let counts = transfer::copy(&source.file(), &mut client, &move |p| listener.lock().expect("no panic").push(p)).await.expect("copied");
    let mut expected = rows_of_source(&source.db());
    assert!(expected.values().all(|rows| !rows.is_empty()), "something is in every table");
    assert_eq!(counts.iter().map(|(_, rows)| *rows).sum::<u64>(), expected.values().map(|rows| rows.len() as u64).sum::<u64>());
    let last = *heard.lock().expect("no panic").last().expect("progress");
    assert_eq!((last.done, last.done), (last.all, counts.iter().map(|(_, rows)| rows).sum()));

    // Two things differ: nothing starts on it yet, and PostgreSQL has markers of its own.
    let mut found = rows_of_target(&target);
    let installation = found.insert("installation".into(), expected["installation"].clone()).expect("a row");
    assert!(installation.iter().all(|row| row.contains(&format!("moved_to={UNFINISHED}\n"))), "{installation:?}");
    for own in ["suppression_grown", "endpoints_changed"] {
        expected.get_mut("marker").expect("markers").insert(format!("name={own}\nvalue=0\n"));
    }
    for (table, rows) in &expected {
        assert_eq!(&found[table], rows, "{table}");
    }

    let pauses = |sql: &str| target.sql(sql);
    let paused = pauses("SELECT topic, at, bulk_at FROM topic_paused ORDER BY topic");
    let are = "paused_at IS NOT NULL OR bulk_paused_at IS NOT NULL";
    assert_eq!(paused, pauses(&format!("SELECT no, paused_at, bulk_paused_at FROM topic WHERE {are} ORDER BY no")));
    assert_eq!(paused.len(), 2);

    // Whatever comes next has a number of its own.
    for (table, sequence) in
        [("topic", "topic_no_seq"), ("topic_queue", "topic_queue_no_seq"), ("message", "message_no"), ("audit", "audit_no_seq")]
    {
        let last = number(&target, &format!("SELECT max(no) FROM {table}"));
        assert_eq!(number(&target, &format!("SELECT nextval('{sequence}')")), last + 1, "{sequence}");
    }
    assert_eq!(number(&target, "SELECT nextval('incarnation_no_seq')"), 4, "three processes used the source");
    assert_eq!(number(&target, "SELECT count(*) FROM incarnation"), 0);
    // The triggers work again.
    let broken = client.batch_execute("DELETE FROM audit").await.expect_err("it is append-only");
    assert!(broken.as_db_error().is_some_and(|e| e.message() == "the audit log is append-only"));
    client.batch_execute("INSERT INTO suppression (address, created_at, cause) VALUES ('x@example.kr', 1, 1)").await.expect("added");
    assert_eq!(number(&target, "SELECT value FROM marker WHERE name = 'suppression_grown'"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unfinished_copy_is_made_anew_and_a_finished_one_is_a_store() {
    let (source, target) = (Source::new().await, target());
    let mut client = connected(&target).await;
    copy(&source, &mut client).await.expect("copied");
    assert_eq!(transfer::look(&client).await.expect("a look"), Found::Unfinished(source.id()));
    // As after a crash: the source went on meanwhile.
    source.db().execute("DELETE FROM event WHERE no = 2", []).expect("deleted");
    let again = copy(&source, &mut client).await.expect("copied again");
    assert_eq!(again.iter().find(|(table, _)| *table == "event"), Some(&("event", 2)));
    assert_eq!(number(&target, "SELECT count(*) FROM event"), 2);

    transfer::free(&client, &source.id()).await.expect("asked");
    assert_eq!(number(&target, "SELECT count(*) FROM installation"), 1, "what was copied stays");
    transfer::finish(&mut client, &source.id(), (Some(7), 8, Some(9)), || Ok(())).await.expect("finished");
    assert_eq!(target.sql("SELECT system_id, database_oid, timeline FROM installation")[0], ["7", "8", "9"].map(|n| Some(n.to_owned())));
    let again = transfer::finish(&mut client, &source.id(), (Some(7), 8, Some(9)), || panic!("the source is closed once")).await;
    assert!(matches!(again, Err(TransferError::Taken)), "{again:?}");
    assert_eq!(transfer::look(&client).await.expect("a look"), Found::Used("message".into()));
}

/// A paused topic stays so, and so does one whose bulk mail was stopped: mail somebody has stopped is not sent because it has moved.
#[test]
fn a_topic_that_was_paused_in_the_source_is_paused_in_the_target_for_claims_too() {
    let from = Sqlite::new();
    let file = from.path().join("jebi.db");
    support::run(Box::new(from), async |f: &mut Fixture| {
        f.post(vec![each("멈춤", 3), each("소식", 2), Mail { lane: Lane::Bulk, ..each("소식", 4) }]).await;
        f.store.pause_topic("멈춤", true, f.now()).await.expect("paused");
        f.store.end(f.incarnation, f.now()).await.expect("it ends");
        f.store.close().await;
        f.engine.tamper("UPDATE topic SET bulk_paused_at = 5 WHERE name = '소식'");
        let to = OnPostgres::new();
        let mut client = connected(&to.database).await;
        let id = transfer::identity(&file).expect("an id");
        transfer::reserve(&mut client, &id).await.expect("reserved");
        transfer::copy(&file, &mut client, &|_| {}).await.expect("copied");
        let here = number(&to.database, "SELECT oid FROM pg_database WHERE datname = current_database()");
        transfer::finish(&mut client, &id, (None, here, None), || Ok(())).await.expect("finished");
        f.engine = Box::new(to);
        f.store = f.engine.open(&f.clock).await.expect("opens");
        f.begin().await;
        let queues = f.store.queues(PROVIDER).await.expect("queues");
        assert_eq!(queues.iter().filter(|q| q.paused).count(), 2, "{queues:?}");
        let claimed = f.claim(9).await;
        assert!(copies(&claimed) == 2 && claimed[0].message.topic == "소식", "{claimed:?}");
        f.store.pause_topic("멈춤", false, f.now()).await.expect("resumed");
        assert_eq!(copies(&f.claim(9).await), 3);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_off_leaves_the_target_as_it_was() {
    let (source, target) = (Source::new().await, target());
    let mut client = connected(&target).await;
    // The last table of all.
    source
        .db()
        .execute("INSERT INTO audit (at, actor, act, target, detail, result) VALUES (1, 'a', 'b', char(0), '', 'ok')", [])
        .expect("added");
    let error = copy(&source, &mut client).await.expect_err("it cannot be written");
    let told = "audit.target of the row 4 cannot be written to PostgreSQL: the text holds a zero byte, which PostgreSQL has no place for; \
                correct it in the source, then transfer again";
    assert_eq!(error.to_string(), told);
    assert_eq!(transfer::look(&client).await.expect("a look"), Found::Unfinished(source.id()), "it is kept for the next try");
    transfer::free(&client, &source.id()).await.expect("given free");
    assert_eq!(transfer::look(&client).await.expect("a look"), Found::Empty);
    assert_eq!(number(&target, "SELECT count(*) FROM topic"), 1, "what the schema begins with is there");
    assert_eq!(number(&target, "SELECT count(*) FROM delivery"), 0);
    assert_eq!(transfer::moved_to(&source.file()).expect("a look"), None);
}

const TAKEN: &str = "the target does not wait for this store any more: somebody else has begun to use it; nothing was written there, \
                     name an empty database";

/// Looking once is not enough: the source is brought to rest in between, which takes its time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_somebody_began_to_use_keeps_what_was_acknowledged_there() {
    let (source, target) = (Source::new().await, target());
    let mut client = connected(&target).await;
    assert_eq!(transfer::reserve(&mut client, &source.id()).await.expect("reserved"), Found::Empty);
    // As after the mark was taken away by hand, and a server started.
    target.sql(
        "DELETE FROM installation; INSERT INTO installation (one, id, epoch) VALUES (1, '\\x01', 1);
        INSERT INTO suppression (address, created_at, cause) VALUES ('kim@example.kr', 1, 1)",
    );
    let error = transfer::copy(&source.file(), &mut client, &|_| {}).await.expect_err("it is another's");
    assert_eq!(error.to_string(), TAKEN);
    assert_eq!(number(&target, "SELECT count(*) FROM suppression"), 1);
    assert_eq!(transfer::reserve(&mut client, &source.id()).await.expect("a look"), Found::Used("installation".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sources_do_not_get_one_target() {
    let (first, second, target) = (Source::new().await, Source::new().await, target());
    second.db().execute("UPDATE installation SET id = x'02'", []).expect("another store");
    let mut client = connected(&target).await;
    copy(&first, &mut client).await.expect("copied");
    assert_eq!(transfer::reserve(&mut client, &second.id()).await.expect("a look"), Found::Unfinished(first.id()));
    let error = transfer::copy(&second.file(), &mut client, &|_| {}).await.expect_err("it is another's");
    assert_eq!(error.to_string(), TAKEN);
    let close = || transfer::mark_moved(&second.file(), "postgres://jebi@db/jebi");
    let error = transfer::finish(&mut client, &second.id(), (None, 8, None), close).await.expect_err("it is another's");
    assert_eq!(error.to_string(), TAKEN);
    assert_eq!(transfer::moved_to(&second.file()).expect("a look"), None, "what was not moved is not closed");
    transfer::finish(&mut client, &first.id(), (None, 8, None), || Ok(())).await.expect("finished");
    assert_eq!(number(&target, "SELECT count(*) FROM audit"), 3);
}

#[tokio::test]
async fn nothing_starts_on_a_target_from_the_moment_a_transfer_wants_it() {
    let (source, target) = (Source::new().await, OnPostgres::new());
    let mut client = connected(&target.database).await;
    transfer::reserve(&mut client, &source.id()).await.expect("reserved");
    let told = "a store is being transferred into this database: run `jebi transfer` again until it is done, then start";
    let clock = ManualClock::new(START);
    assert_eq!(target.open(&clock).await.err().as_deref(), Some(told));
    transfer::free(&client, &source.id()).await.expect("given free");
    target.open(&clock).await.expect("it opens").close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_with_leases_is_not_at_rest() {
    let (source, target) = (Source::new().await, target());
    fill(&source.db(), "lease", 3);
    let error = copy(&source, &mut connected(&target).await).await.expect_err("a lease is left");
    assert_eq!(error.to_string(), "lease has 1 rows although the store is at rest: start and stop the server once, then transfer again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_of_one_engine_only_is_refused() {
    let (source, target) = (Source::new().await, target());
    target.sql("ALTER TABLE topic ADD COLUMN colour text");
    let told = |column: &str| format!("{column} is in one of the two databases only: source and target must have the schema of this Jebi");
    let error = copy(&source, &mut connected(&target).await).await.expect_err("a column more");
    assert_eq!(error.to_string(), told("topic.colour"));
    target.sql("ALTER TABLE topic DROP COLUMN colour, DROP COLUMN opened");
    let error = copy(&source, &mut connected(&target).await).await.expect_err("a column less");
    assert_eq!(error.to_string(), told("topic.opened"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_has_moved_opens_no_more() {
    let source = Source::new().await;
    transfer::mark_moved(&source.file(), "postgres://jebi@db/jebi").expect("marked");
    let moved = transfer::moved_to(&source.file()).expect("a look").map(|(_, to)| to);
    assert_eq!(moved.as_deref(), Some("postgres://jebi@db/jebi"));
    let opened = SqliteStore::open(options(source.folder.path()), Arc::new(ManualClock::new(START)), &SeededRandom::new(3));
    let told = format!(
        "the store {} was transferred to postgres://jebi@db/jebi and neither takes nor sends mail any more: set DATABASE_URL to where it is now",
        source.file().display()
    );
    assert_eq!(opened.err().map(|e| e.to_string()), Some(told));
    // The first word stays.
    transfer::mark_moved(&source.file(), "postgres://jebi@elsewhere/jebi").expect("tried");
    assert_eq!(transfer::moved_to(&source.file()).expect("a look").map(|(_, to)| to), moved);
}

/// Tables of a schema that are neither copied nor left out for a reason, and words about tables that are not there.
fn strays<'a>(tables: impl Iterator<Item = &'a str>) -> Vec<String> {
    let known: BTreeSet<&str> = TABLES.iter().copied().chain(LEFT_OUT.iter().map(|(table, _)| *table)).collect();
    tables.filter(|table| !known.contains(table)).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_of_both_engines_is_copied_or_left_out_for_a_reason() {
    let (source, target) = (Source::new().await, target());
    let db = source.db();
    let mut read = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").expect("a query");
    let of_sqlite: BTreeSet<String> = read.query_map([], |r| r.get(0)).expect("tables").map(|name| name.expect("a name")).collect();
    let of_postgres = target.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')");
    let of_postgres: BTreeSet<String> = of_postgres.into_iter().filter_map(|row| row[0].clone()).collect();
    assert_eq!(strays(of_sqlite.iter().chain(&of_postgres).map(String::as_str)), [""; 0]);
    assert_eq!(strays(["message", "novel"].into_iter()), ["novel"]);
    for table in TABLES {
        assert!(of_sqlite.contains(*table) && of_postgres.contains(*table), "{table} is copied, so both have it");
        assert!(!LEFT_OUT.iter().any(|(left, _)| left == table), "{table} is either copied or not");
    }
    for (table, column, _) in MADE_ANEW {
        let has = format!("SELECT count(*) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = '{column}'");
        assert_eq!(number(&target, &has), 1, "{table}.{column}");
    }
}
