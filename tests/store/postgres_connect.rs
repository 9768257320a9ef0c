//! Between an address and a healthy connection: each way it can fail has one exact message, in both languages, and recovery is by itself.

use std::{net::TcpListener, sync::Arc, time::Duration};

use jebi::{
    app::database,
    config::{Config, DatabaseUrl, Sources},
    store::postgres::{Connected, Connector, Fault, Kind, Pool, Reach, Rights, Session, Standing, Target},
    system::SystemClock,
    words::Language,
};
use jebi_domain::{
    fake::{ManualClock, SeededRandom},
    port::{Clock, store::StoreError},
    time::Wall,
};
use tokio_util::sync::CancellationToken;

use crate::support::{
    chaos::{Chaos, Lost},
    postgres::{ADMIN, LOCKED, Postgres},
    test_ca::TestCa,
    wait::until,
};

const LONG: Duration = Duration::from_secs(30);

/// What the configuration makes of an address.
fn parts(url: &str) -> (Target, Session) {
    let sources = Sources { env: [("DATABASE_URL".to_owned(), url.to_owned())].into(), ..Sources::default() };
    let config = Config::load(&sources).unwrap_or_else(|e| panic!("{url}: {e}")).config;
    let DatabaseUrl::Postgres(postgres) = config.database.url else { panic!("{url}") };
    (database::target(&postgres.url), database::session(&postgres, "seoul-1"))
}

fn made(target: Target, session: Session, rights: Rights, clock: Arc<dyn Clock>) -> Result<Connector, Fault> {
    let reach = Arc::new(Reach::new(Arc::clone(&clock)));
    Connector::new(target, session, rights, clock, Arc::new(SeededRandom::new(7)), reach)
}

fn connector(url: &str) -> Connector {
    let (target, session) = parts(url);
    made(target, session, Rights::Migrate, Arc::new(SystemClock)).expect("authorities")
}

async fn open(url: &str) -> Connected {
    connector(url).open().await.unwrap_or_else(|e| panic!("{url}: {e}"))
}

/// The fault, which has to be there in Korean too.
fn spoken(fault: Fault) -> Fault {
    let (english, korean) = (fault.to_string(), Language::Korean.say(&fault.to_string()).into_owned());
    let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
    let (what, remedy) = korean.strip_prefix("PostgreSQL: ").and_then(|rest| rest.split_once(". ")).unwrap_or_default();
    assert!(hangul(what) && hangul(remedy), "{english}\n{korean}");
    fault
}

async fn refused(url: &str) -> Fault {
    spoken(connector(url).open().await.map(|_| ()).expect_err(url))
}

#[track_caller]
fn told(fault: &Fault, kind: Kind, text: &str) {
    assert_eq!((fault.kind, fault.to_string()), (kind, format!("PostgreSQL: {text}")));
}

async fn shows(connected: &Connected, setting: &str) -> String {
    let row = connected.client.query_one(&format!("SHOW {setting}"), &[]).await.expect("a setting");
    row.get(0)
}

#[tokio::test]
async fn a_session_is_set_up_whatever_the_defaults_of_the_role_are() {
    let db = Postgres::shared().database();
    db.sql(&format!(
        "CREATE ROLE {0} LOGIN; GRANT ALL ON SCHEMA public TO {0};
         ALTER ROLE {0} SET synchronous_commit = off; ALTER ROLE {0} SET timezone = 'Asia/Seoul';
         ALTER ROLE {0} SET default_transaction_isolation = 'serializable'; ALTER ROLE {0} SET statement_timeout = 0",
        format!("{}_role", db.name)
    ));
    let url = db.url().replace(ADMIN, &format!("{}_role", db.name));
    let connected = open(&url).await;
    for (setting, value) in [
        ("synchronous_commit", "on"),
        ("timezone", "UTC"),
        ("transaction_isolation", "read committed"),
        ("statement_timeout", "30s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("application_name", "jebi seoul-1"),
    ] {
        assert_eq!(shows(&connected, setting).await, value, "{setting}");
    }
    let row = db.sql("SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system()");
    let number = |i: usize| row[0][i].as_ref().and_then(|text| text.parse().ok());
    assert_eq!(connected.identity.system_id, number(0));
    assert_eq!(Some(connected.identity.database_oid), number(1));
    assert_eq!(connected.identity.timeline, Some(1));
    assert!(connected.version.starts_with(char::is_numeric), "{}", connected.version);
    drop(connected);
    db.sql(&format!("DROP OWNED BY {0}; DROP ROLE {0}", format!("{}_role", db.name)));
}

#[tokio::test]
async fn a_unix_socket_leads_there_too() {
    let (server, db) = (Postgres::shared(), Postgres::shared().database());
    let url = format!("postgres://{ADMIN}@/{}?host={}&port={}", db.name, server.socket().display(), server.port());
    let connected = open(&url).await;
    let row = connected.client.query_one("SELECT inet_client_addr() IS NULL", &[]).await.expect("an answer");
    assert!(row.get::<_, bool>(0));
    let nowhere = refused(&url.replace("jebi-pg-", "no-such-")).await;
    let place = format!("{}/.s.PGSQL.{}", server.socket().display(), server.port()).replace("jebi-pg-", "no-such-");
    let text = format!("there is no socket {place}; start the server, or correct the folder and the port in DATABASE_URL");
    told(&nowhere, Kind::Unavailable, &text);
}

#[tokio::test]
async fn who_does_not_get_in_is_told_why() {
    let server = Postgres::shared();
    let port = server.port();
    let db = server.database();
    server.sql(&format!(
        "CREATE ROLE kim LOGIN PASSWORD 'right' IN ROLE {LOCKED}; CREATE ROLE barred LOGIN; CREATE ROLE nologin_yet;
         CREATE ROLE lonely LOGIN CONNECTION LIMIT 1; GRANT ALL ON DATABASE \"{}\" TO kim",
        db.name
    ));
    let at = |login: &str, database: &str| format!("postgres://{login}@127.0.0.1:{port}/{database}");
    told(
        &refused(&at("kim:hunter2", &db.name)).await,
        Kind::Denied,
        &format!(
            "the server at 127.0.0.1:{port} does not take the password of user kim; correct it in DATABASE_URL or DATABASE_PASSWORD; a role \
             that does not exist is refused with the same words"
        ),
    );
    told(
        &refused(&at("kim", &db.name)).await,
        Kind::Denied,
        &format!(
            "the server at 127.0.0.1:{port} wants a password of user kim, and none is set; write it into DATABASE_URL as user:password@, or \
             into DATABASE_PASSWORD"
        ),
    );
    for nobody in ["nobody_here", "nologin_yet"] {
        told(
            &refused(&at(nobody, &db.name)).await,
            Kind::Denied,
            &format!(
                "the server at 127.0.0.1:{port} has no user {nobody} that may log in; make it there: CREATE ROLE \"{nobody}\" LOGIN PASSWORD '…'"
            ),
        );
    }
    let barred = refused(&at("barred", &db.name)).await;
    assert_eq!(barred.kind, Kind::Denied);
    assert!(barred.fault.contains("does not let user barred in from here: pg_hba.conf"), "{barred}");
    told(
        &refused(&at(ADMIN, "nowhere")).await,
        Kind::Misconfigured,
        &format!(
            "there is no database nowhere at 127.0.0.1:{port}; make it there: CREATE DATABASE \"nowhere\" OWNER \"{ADMIN}\" ENCODING 'UTF8' \
             TEMPLATE template0"
        ),
    );
    db.sql("GRANT ALL ON SCHEMA public TO lonely");
    let first = open(&at("lonely", &db.name)).await;
    let crowded = refused(&at("lonely", &db.name)).await;
    assert_eq!(crowded.kind, Kind::Unavailable);
    assert!(crowded.fault.starts_with(&format!("the server at 127.0.0.1:{port} has no connection left: ")), "{crowded}");
    drop(first);
    db.sql("REVOKE ALL ON SCHEMA public FROM lonely");
}

#[tokio::test]
async fn nobody_there_is_told_by_what_is_missing() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let text = format!("nothing listens at 127.0.0.1:{free}; start the server there, or correct host and port in DATABASE_URL");
    told(&refused(&format!("postgres://jebi@127.0.0.1:{free}/jebi")).await, Kind::Unavailable, &text);

    let unknown = refused("postgres://jebi@no-such-host.invalid/jebi").await;
    assert_eq!(unknown.kind, Kind::Unavailable);
    assert!(unknown.fault.starts_with("the name of no-such-host.invalid:5432 cannot be resolved: "), "{unknown}");
}

#[tokio::test]
async fn missing_rights_come_with_the_statement_that_gives_them() {
    let db = Postgres::shared().database();
    let role = format!("{}_lee", db.name);
    db.sql(&format!("CREATE ROLE {role} LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE TABLE message (no bigint); CREATE TABLE \"Other\" (no bigint)"));
    let url = db.url().replace(ADMIN, &role);
    let schemaless = refused(&url).await;
    assert!(schemaless.fault.contains("names no schema that is there"), "{schemaless}");
    db.sql(&format!("GRANT USAGE ON SCHEMA public TO {role}"));
    let fault = refused(&url).await;
    told(
        &fault,
        Kind::Denied,
        &format!(
            "user {role} may not make or use tables in the schema public; run in the database {}, as its owner: GRANT USAGE, CREATE ON SCHEMA \
             \"public\" TO \"{role}\"",
            db.name
        ),
    );

    let (target, session) = parts(&url);
    let using = made(target, session, Rights::Tables(&["message", "not_there_yet"]), Arc::new(SystemClock)).expect("no authorities");
    let tables = spoken(using.open().await.map(|_| ()).expect_err("no rights"));
    assert!(tables.fault.ends_with("may not read and write the table message"), "{tables}");
    let (_, grants) = tables.remedy.split_once("owner: ").expect("what to run");
    db.sql(&grants.replace(", and GRANT", "; GRANT"));
    using.open().await.expect("what it said was enough");

    let (_, grant) = fault.remedy.split_once("owner: ").expect("what to run");
    db.sql(grant);
    open(&url).await;
    db.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[tokio::test]
async fn a_server_that_takes_no_writes_is_refused() {
    let own = Postgres::start("");
    let replica = own.replica();
    let port = replica.port();
    let text = format!("the server at 127.0.0.1:{port} is a read-only replica; name the primary in DATABASE_URL");
    told(&refused(&replica.url_of("postgres")).await, Kind::ReadOnly, &text);
    // It becomes the primary: the same address is good, and the timeline tells.
    let before = open(&own.url_of("postgres")).await.identity;
    replica.sql("SELECT pg_promote(true)");
    let after = open(&replica.url_of("postgres")).await.identity;
    assert_eq!((after.system_id, after.timeline), (before.system_id, before.timeline.map(|t| t + 1)));

    let db = own.database();
    own.sql(&format!("ALTER DATABASE \"{}\" SET default_transaction_read_only = on", db.name));
    told(
        &refused(&db.url()).await,
        Kind::ReadOnly,
        &format!(
            "the server at 127.0.0.1:{} takes no writes: default_transaction_read_only is on; see why it is; then ALTER DATABASE \"{}\" RESET \
             default_transaction_read_only, or the same for the role or the server",
            own.port(),
            db.name
        ),
    );
}

#[tokio::test]
async fn a_server_that_forgets_and_a_database_that_misspells_are_refused() {
    let own = Postgres::start("fsync = off\n");
    told(
        &refused(&own.url_of("postgres")).await,
        Kind::Unfit,
        &format!(
            "the server at 127.0.0.1:{} runs with fsync = off, so what it has committed can be gone after a power cut; set fsync = on in its \
             postgresql.conf and reload it",
            own.port()
        ),
    );
    own.sql("ALTER SYSTEM SET fsync = on");
    own.restart();
    own.sql("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0");
    told(
        &refused(&own.url_of("ascii")).await,
        Kind::Unfit,
        &format!(
            "the database ascii is encoded in SQL_ASCII, which does not hold every letter; make one that does: CREATE DATABASE \"ascii\" OWNER \
             \"{ADMIN}\" ENCODING 'UTF8' TEMPLATE template0"
        ),
    );
    open(&own.url_of("postgres")).await;
}

#[tokio::test]
async fn tls_is_checked_as_sslmode_says() {
    let (ours, other) = (TestCa::new(), TestCa::new());
    let server = Postgres::start_with_tls(&ours, &ours.server("localhost"));
    let url = |host: &str, mode: &str, ca: Option<&TestCa>| {
        let file = ca.map(|ca| format!("&sslrootcert={}", ca.bundle().display())).unwrap_or_default();
        format!("postgres://{ADMIN}@{host}:{}/postgres?sslmode={mode}{file}", server.port())
    };
    for good in [
        url("localhost", "verify-full", Some(&ours)),
        url("127.0.0.1", "verify-ca", Some(&ours)),
        url("127.0.0.1", "require", None),
        url("localhost", "require", None),
    ] {
        let connected = open(&good).await;
        let row = connected.client.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[]).await.expect("an answer");
        assert!(row.get::<_, bool>(0), "{good} is not encrypted");
    }
    let named = refused(&url("127.0.0.1", "verify-full", Some(&ours))).await;
    assert!(
        named.fault.contains(&format!("no secure connection to 127.0.0.1:{}: the certificate is for another name", server.port())),
        "{named}"
    );
    for mode in ["verify-full", "verify-ca"] {
        let posing = refused(&url("localhost", mode, Some(&other))).await;
        assert!(posing.fault.contains("the certificate is of an unknown authority"), "{posing}");
        assert_eq!(posing.kind, Kind::Misconfigured);
    }

    let port = Postgres::shared().port();
    told(
        &refused(&format!("postgres://{ADMIN}@127.0.0.1:{port}/postgres?sslmode=require")).await,
        Kind::Misconfigured,
        &format!(
            "the server at 127.0.0.1:{port} does not speak TLS; set ssl = on in its postgresql.conf; only where nobody can listen in between \
             write sslmode=disable"
        ),
    );
}

#[tokio::test]
async fn authorities_that_cannot_be_read_are_told_before_anything_is_connected() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut target, session) = parts("postgres://jebi@db/jebi");
    target.ca_file = Some(folder.path().join("none.pem"));
    let fault = made(target, session, Rights::Migrate, Arc::new(SystemClock)).map(|_| ()).expect_err("no file");
    assert!(spoken(fault).fault.contains("none.pem cannot be used: "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_waits_for_a_server_that_comes_up() {
    let own = Postgres::start("");
    own.stop();
    let clock = ManualClock::new(Wall(1_700_000_000_000));
    let (target, session) = parts(&own.url_of("postgres"));
    let connector = Arc::new(made(target, session, Rights::Migrate, Arc::new(clock.clone())).expect("no authorities"));
    let mut reach = connector.reach().watch();
    let starting = tokio::spawn({
        let connector = Arc::clone(&connector);
        async move { connector.open_at_start(Duration::from_secs(60)).await.map(|_| ()) }
    });
    let down = reach.wait_for(|standing| matches!(standing, Standing::Down { .. })).await.expect("it is there").clone();
    let Standing::Down { since, why } = down else { panic!("it is down") };
    assert_eq!((since, why.kind), (clock.wall(), Kind::Unavailable));
    own.begin();
    until("the next attempt waits", LONG, || (clock.sleepers() == 1).then_some(()));
    clock.advance(Duration::from_secs(5));
    starting.await.expect("no panic").expect("it came up in time");
    assert_eq!(connector.reach().standing(), Standing::Up { since: clock.wall() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_gives_up_after_its_time_and_at_once_where_waiting_does_not_help() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let clock = ManualClock::new(Wall(1_700_000_000_000));
    let (target, session) = parts(&format!("postgres://jebi@127.0.0.1:{free}/jebi"));
    let connector = made(target, session, Rights::Migrate, Arc::new(clock.clone())).expect("no authorities");
    let starting = tokio::spawn(async move { connector.open_at_start(Duration::from_secs(60)).await.map(|_| ()) });
    until("it gives up", LONG, || {
        if clock.sleepers() == 1 {
            clock.advance(Duration::from_secs(1));
        }
        starting.is_finished().then_some(())
    });
    let fault = spoken(starting.await.expect("no panic").expect_err("nobody is there"));
    told(
        &fault,
        Kind::Unavailable,
        &format!(
            "nothing listens at 127.0.0.1:{free} (tried for 60 s, DATABASE_START_WAIT); start the server there, or correct host and port in \
             DATABASE_URL"
        ),
    );
    assert_eq!(clock.boot().since(ManualClock::new(Wall(0)).boot()), Duration::from_secs(60));

    let server = Postgres::shared();
    let at_once =
        connector_of(&server.url_of("nowhere")).open_at_start(Duration::from_secs(60)).await.map(|_| ()).expect_err("no database");
    assert_eq!(at_once.kind, Kind::Misconfigured);
}

fn connector_of(url: &str) -> Connector {
    let (target, session) = parts(url);
    made(target, session, Rights::Migrate, Arc::new(ManualClock::new(Wall(0)))).expect("no authorities")
}

#[tokio::test]
async fn what_goes_wrong_in_use_is_told_apart() {
    let db = Postgres::shared().database();
    let (target, mut session) = parts(&db.url());
    session.statement_timeout = Duration::from_millis(100);
    let connector = made(target, session, Rights::Migrate, Arc::new(SystemClock)).expect("no authorities");
    let connected = connector.open().await.expect("it is there");
    let holder = open(&db.url()).await;
    db.sql("CREATE TABLE t (n integer); INSERT INTO t VALUES (1)");
    holder.client.batch_execute("BEGIN; LOCK TABLE t").await.expect("a lock");
    let raised = |code: &str| format!("DO $$ BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '{code}'; END $$");
    let unavailable = StoreError::Unavailable { retry_after_s: 5, why: "it cannot be reached" };
    let read_only = StoreError::Unavailable { retry_after_s: 5, why: "it takes no writes" };
    let crowded = StoreError::Busy { retry_after_s: 1, why: "others were writing the same" };
    let slow = StoreError::Busy { retry_after_s: 5, why: "the database takes too long" };
    for (sql, kind, outward) in [
        ("SELECT pg_sleep(10)".to_owned(), Kind::Slow, Some(&slow)),
        ("SET lock_timeout = 10; SELECT n FROM t".to_owned(), Kind::Slow, Some(&slow)),
        ("BEGIN READ ONLY; CREATE TABLE x (n integer)".to_owned(), Kind::ReadOnly, Some(&read_only)),
        ("ROLLBACK; SELECT nothing".to_owned(), Kind::Internal, None),
        ("SELECT 1; EXECUTE nothing".to_owned(), Kind::Misconfigured, None),
        (raised("40001"), Kind::Retry, Some(&crowded)),
        (raised("40P01"), Kind::Retry, Some(&crowded)),
        (raised("53100"), Kind::Full, Some(&StoreError::Full)),
        (raised("53200"), Kind::Unavailable, Some(&unavailable)),
        (raised("57P01"), Kind::Lost, Some(&unavailable)),
        (raised("42501"), Kind::Denied, None),
    ] {
        let error = connected.client.batch_execute(&sql).await.expect_err(&sql);
        let fault = spoken(connector.fault(&error));
        assert_eq!(fault.kind, kind, "{sql}: {fault}");
        match outward {
            Some(outward) => assert_eq!(&fault.outward(), outward, "{sql}"),
            None => assert!(matches!(fault.outward(), StoreError::Internal(_)), "{sql}"),
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_is_had_again() {
    let db = Postgres::shared().database();
    let chaos = Chaos::before(Postgres::shared().port());
    let connector = connector(&chaos.through(&db.url()));
    let stop = CancellationToken::new();

    let mut connected = connector.open().await.expect("it is there");
    connected.client.batch_execute("LISTEN jebi_queue").await.expect("it listens");
    db.sql("NOTIFY jebi_queue, '*'");
    assert_eq!(connected.notifications.recv().await.expect("a notice").payload(), "*");
    chaos.cut();
    assert!(connected.notifications.recv().await.is_none(), "the end of the connection is the end of its notices");
    let error = connected.client.batch_execute("SELECT 1").await.expect_err("it is cut");
    assert_eq!(spoken(connector.fault(&error)).kind, Kind::Lost);

    let again = connector.open_again(&stop).await.expect("the way is free");
    db.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jebi seoul-1' AND datname = current_database()",
    );
    let error = again.client.batch_execute("SELECT 1").await.expect_err("it was ended");
    assert_eq!(spoken(connector.fault(&error)).kind, Kind::Lost);

    chaos.refuse();
    let closed = spoken(connector.open().await.map(|_| ()).expect_err("refused"));
    let text = format!(
        "the server at 127.0.0.1:{} ended the connection while it was being opened; see the server's log; nothing to do if it was being \
         restarted",
        chaos.port
    );
    told(&closed, Kind::Unavailable, &text);
    stop.cancel();
    assert!(connector.open_again(&stop).await.is_none(), "a stop ends the trying");
    chaos.flow();
    connector.open_again(&CancellationToken::new()).await.expect("the way is free again");
    chaos.opened(4).await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let db = Postgres::shared().database();
    let chaos = Chaos::before(Postgres::shared().port());
    let (target, mut session) = parts(&chaos.through(&db.url()));
    session.connect_timeout = Duration::from_secs(1);
    let connector = made(target, session, Rights::Migrate, Arc::new(SystemClock)).expect("no authorities");
    chaos.stall();
    let fault = spoken(connector.open().await.map(|_| ()).expect_err("silence"));
    let text = format!(
        "no answer from 127.0.0.1:{} within 1 s; see whether the server runs, and whether a firewall lets this machine through; \
         DATABASE_CONNECT_TIMEOUT is how long is waited",
        chaos.port
    );
    told(&fault, Kind::Unavailable, &text);
    chaos.flow();
    connector.open().await.expect("it answers again");
}

#[tokio::test]
async fn a_commit_can_be_lost_before_or_after_it_is_carried_out() {
    let db = Postgres::shared().database();
    let chaos = Chaos::before(Postgres::shared().port());
    db.sql("CREATE TABLE t (n bigint); CREATE TABLE beat (n bigint)");
    let connector = connector(&chaos.through(&db.url()));
    for (lost, rows) in [(Lost::Order, "0"), (Lost::Answer, "1")] {
        let mut one = connector.open().await.expect("it is there").client;
        let mut other = connector.open().await.expect("it is there").client;
        let insert = one.prepare("INSERT INTO t VALUES ($1)").await.expect("a statement");
        let happened = chaos.lose_commit(lost, "INSERT INTO t");
        // A transaction that is not meant goes through.
        let beat = other.transaction().await.expect("begun");
        beat.execute("INSERT INTO beat VALUES (1)", &[]).await.expect("written");
        beat.commit().await.expect("it is not meant");
        let mail = one.transaction().await.expect("begun");
        mail.execute(&insert, &[&7_i64]).await.expect("written");
        let error = mail.commit().await.expect_err("its answer is lost");
        assert_eq!(connector.fault(&error).kind, Kind::Lost, "{lost:?}");
        happened.await.expect("it happened");
        let count = || db.sql("SELECT count(*) FROM t")[0][0].clone().filter(|count| count == rows);
        // What the server does with an order that never came is seen only by its not being there.
        until("the transaction ends", LONG, count);
    }
}

#[tokio::test]
async fn connections_for_reading_are_lent_replaced_and_limited() {
    let db = Postgres::shared().database();
    let chaos = Chaos::before(Postgres::shared().port());
    let (target, mut session) = parts(&chaos.through(&db.url()));
    session.connect_timeout = Duration::from_secs(1);
    let connector = Arc::new(made(target, session, Rights::Migrate, Arc::new(SystemClock)).expect("no authorities"));
    let pool = Pool::new(Arc::clone(&connector), 1).expect("a pool");
    let lent = pool.get().await.expect("one");
    let row = lent.query_one("SHOW synchronous_commit", &[]).await.expect("an answer");
    assert_eq!(row.get::<_, &str>(0), "on");
    let full = spoken(pool.get().await.map(|_| ()).expect_err("there is one only"));
    told(&full, Kind::Slow, "no connection for reading was free within 1 s; raise DATABASE_POOL_SIZE");
    chaos.cut();
    let error = lent.query_one("SELECT 1", &[]).await.expect_err("it is cut");
    assert_eq!(connector.fault(&error).kind, Kind::Lost);
    drop(lent);
    drop(pool.get().await.expect("another one"));

    db.server().sql(&format!("ALTER DATABASE \"{}\" SET default_transaction_read_only = on", db.name));
    chaos.cut();
    until("the end of the connection is seen", LONG, || connected_to(&db).then_some(()));
    let unfit = loop {
        if let Err(fault) = pool.get().await {
            break fault;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(unfit.kind, Kind::ReadOnly, "{unfit}");
    assert!(matches!(connector.reach().standing(), Standing::Down { why, .. } if why == unfit));
    pool.close();
    assert_eq!(pool.get().await.map(|_| ()).expect_err("closed").kind, Kind::Unavailable);
}

/// Whether the server sees none of our connections any more.
fn connected_to(db: &crate::support::postgres::Database) -> bool {
    let sql = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'jebi seoul-1' AND datname = current_database()";
    db.sql(sql).is_empty()
}

#[tokio::test]
async fn behind_a_pooler_nothing_stays_with_the_connection() {
    let db = Postgres::shared().database();
    let (target, mut session) = parts(&db.url());
    session.pooled = true;
    let begin = session.begin();
    let snapshot = session.begin_snapshot();
    let connector = made(target, session, Rights::Migrate, Arc::new(SystemClock)).expect("no authorities");
    let connected = connector.open().await.expect("it is there");
    let (untouched, local) = (shows(&connected, "statement_timeout").await, "30s");
    assert_eq!(untouched, "0");
    for (begin, isolation) in [(begin, "read committed"), (snapshot, "repeatable read")] {
        connected.client.batch_execute(&begin).await.expect("begun");
        assert_eq!(shows(&connected, "statement_timeout").await, local);
        assert_eq!(shows(&connected, "transaction_isolation").await, isolation);
        connected.client.batch_execute("COMMIT").await.expect("committed");
        assert_eq!(shows(&connected, "statement_timeout").await, untouched);
    }
}

#[test]
fn a_server_leaves_nothing_behind() {
    let own = Postgres::start("");
    let (folder, port) = (own.socket().to_owned(), own.port());
    drop(own);
    assert!(!folder.exists(), "{} is still there", folder.display());
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok(), "somebody listens");
}

#[test]
fn the_same_database_twice_is_filled_once() {
    let server = Postgres::shared();
    let name = "filled_once";
    let mut filled = 0;
    for _ in 0..2 {
        let db = server.database_like(name, |_| {
            filled += 1;
            server.sql_in(name, "CREATE TABLE t (n bigint); INSERT INTO t VALUES (7)");
        });
        assert_eq!(db.sql("SELECT n FROM t"), [[Some("7".to_owned())]]);
        db.sql("DELETE FROM t");
    }
    assert_eq!(filled, 1);
}
