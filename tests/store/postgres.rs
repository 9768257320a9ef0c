//! The PostgreSQL engine for the suite, and what only it has.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jebi::store::postgres::{Host, Options, PostgresStore, Session, Target, TlsMode};
use jebi_domain::{
    fake::{ManualClock, SeededRandom},
    port::{
        Boxed,
        store::{AdminStore, QueueStore, Store},
    },
};

use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::support::{Engine, START};
use crate::support::postgres::{ADMIN, Database, Postgres};

/// The database's clock, moved by hand: it goes on by a row.
const CLOCK: &str = "CREATE TABLE IF NOT EXISTS test_clock (ms bigint NOT NULL);
    CREATE OR REPLACE FUNCTION jebi_now() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT ms FROM test_clock';
    CREATE OR REPLACE FUNCTION jebi_now_us() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT ms * 1000 FROM test_clock';";

/// A database of its own on the server all tests share.
pub struct OnPostgres {
    pub database: Database,
}

/// Where the store of a database is, and how it is opened.
pub fn options(database: &Database) -> Options {
    options_of(database.server(), &database.name)
}

pub fn options_of(server: &Postgres, database: &str) -> Options {
    let target = Target {
        host: Host::Unix(server.socket().to_owned()),
        port: server.port(),
        user: ADMIN.into(),
        password: None,
        database: database.to_owned(),
        tls: TlsMode::Off,
        ca_file: None,
    };
    let limit = Duration::from_secs(30);
    let session = Session { node: "test".into(), pooled: false, statement_timeout: limit, connect_timeout: limit };
    Options {
        target,
        session,
        listen: None,
        readers: 2,
        start_wait: Duration::ZERO,
        migrate: true,
        unfinished: false,
        byte_budget: 64 << 20,
        on_fatal: Arc::new(|why| panic!("the store gave up: {why}")),
    }
}

/// Makes the schema once; every database of a test is a copy.
fn fresh() -> Database {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let server = Postgres::shared();
    server.database_like("store", |_| {
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let migrate = async {
            let options = options_of(&Postgres::shared(), "store");
            let clock = Arc::new(ManualClock::new(START));
            jebi::store::postgres::migrate_schema(&options, clock, Arc::new(SeededRandom::new(1))).await.expect("migrated");
        };
        std::thread::scope(|scope| scope.spawn(|| runtime().block_on(migrate)).join().expect("it does not panic"));
        Postgres::shared().sql_in("store", &format!("{CLOCK} INSERT INTO test_clock VALUES ({});", START.0));
    })
}

/// A program of PostgreSQL's, on one of a server's databases.
pub fn tool(server: &Postgres, name: &str, database: &str) -> Command {
    let mut tool = Command::new(server.tool(name));
    tool.args(["--username", ADMIN, "--port"]).arg(server.port().to_string()).arg("--host").arg(server.socket()).arg(database);
    tool
}

impl OnPostgres {
    pub fn new() -> Self {
        Self { database: fresh() }
    }
}

/// Each of these statements may find that another node was in its way. No turn has so many of them that it always does.
const CROSSED: &str = "CREATE SEQUENCE test_calls;
    CREATE FUNCTION test_cross() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('test_calls') % 61 = 0 THEN RAISE EXCEPTION 'crossed' USING ERRCODE = '40001'; END IF; RETURN NULL; END $$;
    DO $$ DECLARE t text; BEGIN
        FOREACH t IN ARRAY ARRAY['entry', 'lease', 'topic_queue', 'topic', 'totals'] LOOP
            EXECUTE format('CREATE TRIGGER test_cross AFTER INSERT OR UPDATE OR DELETE ON %I
                FOR EACH STATEMENT EXECUTE FUNCTION test_cross()', t);
        END LOOP;
    END $$;";

impl OnPostgres {
    /// One on which transactions are lost again and again, as they are where nodes write the same.
    pub fn crossed() -> Self {
        let one = Self::new();
        one.database.sql(CROSSED);
        one
    }
}

impl Engine for OnPostgres {
    fn open<'a>(&'a self, clock: &'a ManualClock) -> Boxed<'a, Result<Arc<dyn Store>, String>> {
        Box::pin(async {
            let opened = PostgresStore::open(options(&self.database), Arc::new(clock.clone()), Arc::new(SeededRandom::new(3))).await;
            opened.map(|s| Arc::new(s) as Arc<dyn Store>).map_err(|e| e.to_string())
        })
    }

    fn crashed(&self) -> Box<dyn FnOnce() -> Box<dyn Engine> + Send> {
        let (server, from) = (self.database.server().clone(), self.database.name.clone());
        Box::new(move || {
            let to = server.database();
            // What is committed at this moment, as the server would find it after a crash.
            let mut dump = tool(&server, "pg_dump", &from).stdout(Stdio::piped()).spawn().expect("pg_dump");
            let dumped = dump.stdout.take().expect("piped");
            let load = tool(&server, "psql", &to.name).arg("--quiet").stdin(dumped).stdout(Stdio::null()).status().expect("psql");
            assert!(dump.wait().expect("pg_dump").success() && load.success());
            // The same database after a crash, not one restored elsewhere; and the node that was there is gone.
            to.sql(
                "UPDATE installation SET table_oid = tableoid::bigint,
                    database_oid = (SELECT oid::bigint FROM pg_database WHERE datname = current_database())",
            );
            let engine = Self { database: to };
            engine.gone();
            Box::new(engine)
        })
    }

    fn pass(&self, ms: i64) {
        self.database.sql(&format!("UPDATE test_clock SET ms = ms + {ms}"));
    }

    fn gone(&self) {
        self.database.sql("UPDATE incarnation SET beat_at = beat_at - 20000 WHERE ended_at IS NULL");
    }

    fn tamper(&self, sql: &str) {
        self.database.sql(&sql.replace("x'00'", "'\\x00'").replace("x''", "'\\x'"));
    }
}

/// The statements of a folder, by file.
fn statements(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/postgres").join(folder);
    let files = fs::read_dir(folder).expect("a folder of statements").map(|f| f.expect("an entry").path()).filter(|p| p.is_file());
    files.map(|p| (p.file_name().expect("a name").to_string_lossy().into_owned(), fs::read_to_string(&p).expect("a text"))).collect()
}

/// What a driver's parameter may be: the types the steps' values are sent as.
const SENT: [Type; 8] =
    [Type::INT8, Type::TEXT, Type::BYTEA, Type::BOOL, Type::INT8_ARRAY, Type::TEXT_ARRAY, Type::BYTEA_ARRAY, Type::BOOL_ARRAY];

/// NULL of any type.
#[derive(Debug)]
struct Null;

impl ToSql for Null {
    fn to_sql(&self, _: &Type, _: &mut bytes::BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        Ok(IsNull::Yes)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

#[tokio::test]
async fn every_statement_is_one_the_server_takes_prepared_and_unnamed() {
    let database = fresh();
    let server = database.server();
    let mut config = tokio_postgres::Config::new();
    config.host_path(server.socket()).port(server.port()).user(ADMIN).dbname(&database.name);
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.expect("connected");
    let connection = tokio::spawn(connection);
    let all = [statements("sql"), statements("sql/own")].concat();
    assert!(all.len() > 180, "found {} only", all.len());
    for (file, text) in &all {
        let prepared = client.prepare(text).await.unwrap_or_else(|e| panic!("{file}: {e:?}"));
        let types = prepared.params().to_vec();
        assert!(types.iter().all(|one| SENT.contains(one)), "{file}: {types:?}");
        // Unnamed ones are run; with NULL for everything they may break a rule of a table, but not of the language.
        client.batch_execute("BEGIN").await.expect("begin");
        let params: Vec<(&(dyn ToSql + Sync), Type)> = types.iter().map(|one| (&Null as _, one.clone())).collect();
        if let Err(error) = client.query_typed(text, &params).await {
            let code = error.code().unwrap_or_else(|| panic!("{file}: {error:?}")).code();
            assert!(code.starts_with("23") || code.starts_with("22"), "{file}: {error:?}");
        }
        client.batch_execute("ROLLBACK").await.expect("rollback");
    }
    drop(client);
    connection.await.expect("no panic").expect("an orderly end");
}

#[test]
fn a_paused_topic_is_found_without_its_counts_however_it_came_to_be_paused() {
    let database = fresh();
    let paused = || database.sql("SELECT topic, at FROM topic_paused ORDER BY topic");
    let row = |topic: &str, at: &str| vec![Some(topic.to_owned()), Some(at.to_owned())];
    // As a topic that is born paused.
    database.sql("INSERT INTO topic (no, name, created_at, paused_at) VALUES (71, 'one', 0, 5), (72, 'two', 0, NULL)");
    assert_eq!(paused(), [row("71", "5")]);
    database.sql("UPDATE topic SET total = total + 1; UPDATE topic SET paused_at = 7 WHERE no = 72");
    assert_eq!(paused(), [row("71", "5"), row("72", "7")]);
    database.sql("UPDATE topic SET paused_at = NULL WHERE no = 71");
    assert_eq!(paused(), [row("72", "7")]);
}

#[tokio::test]
async fn a_call_of_the_version_before_has_its_place_in_the_log() {
    let database = fresh();
    database.sql(
        r#"DROP TRIGGER hook_told_at ON hook_call; DROP FUNCTION jebi_hook_told_at(); ALTER TABLE hook_call DROP COLUMN told_at;
        DROP INDEX hook_event_key; DELETE FROM migration WHERE no = 24;
        INSERT INTO hook_event (no, kind, at, told_at) VALUES (7, 51, 1, 5);
        INSERT INTO hook_call (endpoint, event, state, due, since, tried, attempts) VALUES (1, 7, 0, 9, 8, 0, 0);
        INSERT INTO endpoint (body, from_config, created_at, changed_at) VALUES
            ('{"kind":"webhook","target":"https://shop.kr/hooks?token=x"}', FALSE, 0, 0);"#,
    );
    let store = PostgresStore::open(options(&database), Arc::new(ManualClock::new(START)), Arc::new(SeededRandom::new(3))).await;
    let store = store.map_err(|e| e.to_string()).expect("it opens");
    // One of the version before writes on beside this one.
    database.sql("INSERT INTO hook_call (endpoint, event, state, due, since, tried, attempts) VALUES (1, 8, 0, 6, 6, 0, 0)");
    let rows = |rows: &[&str]| rows.iter().map(|row| vec![Some((*row).to_owned())]).collect::<Vec<_>>();
    assert_eq!(database.sql("SELECT event || ' ' || told_at FROM hook_call ORDER BY event"), rows(&["7 5", "8 6"]));
    assert_eq!(database.sql("SELECT body::json ->> 'target' FROM endpoint"), rows(&["https://shop.kr/hooks?…"]));
    store.close().await;
}

/// The user of a server that may not make tables, with what else it may.
fn user(database: &Database, may: &str) -> String {
    let role = format!("user_of_{}", database.name);
    database.sql(&format!("CREATE ROLE {role} LOGIN; GRANT {may} ON SCHEMA public TO {role}"));
    role
}

/// A start that must wait for connections, for a second and longer.
async fn opened_with(database: &Database, role: &str, start_wait: Duration) -> Result<PostgresStore, String> {
    let mut options = Options { start_wait, ..options(database) };
    role.clone_into(&mut options.target.user);
    let opened = PostgresStore::open(options, Arc::new(jebi::system::SystemClock), Arc::new(SeededRandom::new(3))).await;
    opened.map_err(|e| e.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_with_too_few_connections_says_so_and_waits_for_more() {
    let database = fresh();
    let role = user(&database, "USAGE, CREATE");
    database.sql(&format!(
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role};
        ALTER ROLE {role} CONNECTION LIMIT 1"
    ));
    let told = format!(
        "PostgreSQL: the server at {} has no connection left: too many connections for role \"{role}\" (tried for 1 s, DATABASE_START_WAIT); \
         raise its max_connections or the limit of the role or database, lower DATABASE_POOL_SIZE, or put a pooler between",
        options(&database).target.place()
    );
    assert_eq!(opened_with(&database, &role, Duration::from_secs(1)).await.err(), Some(told));
    let (server, name, raised) = (database.server().clone(), database.name.clone(), role.clone());
    let raise = tokio::task::spawn_blocking(move || {
        let there = || server.sql_in(&name, &format!("SELECT 1 FROM pg_stat_activity WHERE usename = '{raised}'")).pop();
        crate::support::wait::until("its first connection", Duration::from_secs(60), there);
        server.sql_in(&name, &format!("ALTER ROLE {raised} CONNECTION LIMIT 9"));
    });
    let store = opened_with(&database, &role, Duration::from_secs(60)).await.expect("it opens");
    raise.await.expect("raised");
    store.close().await;
}

async fn opened_by(database: &Database, role: &str, migrate: bool) -> Result<PostgresStore, String> {
    let mut options = Options { migrate, ..options(database) };
    role.clone_into(&mut options.target.user);
    let opened = PostgresStore::open(options, Arc::new(ManualClock::new(START)), Arc::new(SeededRandom::new(3))).await;
    opened.map_err(|e| e.to_string())
}

#[tokio::test]
async fn a_user_without_rights_on_the_tables_is_told_what_to_grant_and_that_is_enough() {
    let database = fresh();
    let role = user(&database, "USAGE");
    let tables = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"public\" TO \"{role}\"");
    let sequences = format!("GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA \"public\" TO \"{role}\"");
    let told = format!(
        "PostgreSQL: user {role} may not read and write the table address_index; run there, as its owner: {tables}, and {sequences}"
    );
    assert_eq!(opened_by(&database, &role, false).await.err(), Some(told));
    database.sql(&format!("{tables}; {sequences}"));
    let store = opened_by(&database, &role, false).await.expect("it opens");
    let node = jebi_domain::port::nodes::NodeStart { name: "하나".into(), version: "1".into() };
    QueueStore::start(&store, &node, START).await.expect("it writes");
    store.close().await;
}

#[tokio::test]
async fn a_migration_the_server_refuses_is_named_with_what_it_says() {
    let database = fresh();
    let role = user(&database, "USAGE, CREATE");
    database.sql(&format!(
        "ALTER TABLE installation DROP COLUMN table_oid; DELETE FROM migration WHERE no = 12;
        GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}"
    ));
    let told = "migration 0012 (restored) was not run, the database says: must be owner of table installation (42501); correct that there, \
                as a rule the tables' owner runs jebi migrate";
    assert_eq!(opened_by(&database, &role, true).await.err().as_deref(), Some(told));
}
