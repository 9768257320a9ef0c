//! What others do between a node's commits, and what a lost connection leaves: nothing is written half, twice, or past its time
//! (S0-17, S4-3). PostgreSQL alone has others.

use std::{sync::Arc, time::Duration};

use jebi::store::postgres::{Host, PostgresStore, migrate_schema};
use jebi_domain::{
    delivery::State,
    fake::{ManualClock, SeededRandom},
    id::Incarnation,
    port::{
        Boxed,
        slots::SlotAsk,
        store::{DeliveryFilter, Guard, Housekept, Store, StoreError},
    },
};
use tokio_postgres::{Client, NoTls};

use super::{
    postgres::{OnPostgres, options, options_of, tool},
    support::{self, Engine, Fixture, HOUR, PROVIDER, copies, each, node, retry, returned, run, sent, unsettled},
};
use crate::support::{chaos::Chaos, postgres::Database, wait::until};

const LONG: Duration = Duration::from_secs(30);

/// PostgreSQL behind a network that fails when told to.
struct Behind {
    engine: OnPostgres,
    chaos: Arc<Chaos>,
    /// How long a statement and a connection may take.
    limit: Duration,
}

impl Behind {
    fn chaos() -> (Box<Self>, Arc<Chaos>) {
        let engine = OnPostgres::new();
        let chaos = Arc::new(Chaos::before(engine.database.server().port()));
        (Box::new(Self { engine, chaos: Arc::clone(&chaos), limit: LONG }), chaos)
    }
}

impl Engine for Behind {
    fn open<'a>(&'a self, clock: &'a ManualClock) -> Boxed<'a, Result<Arc<dyn Store>, String>> {
        Box::pin(async {
            let mut options = options(&self.engine.database);
            (options.target.host, options.target.port) = (Host::Tcp("127.0.0.1".into()), self.chaos.port);
            (options.session.statement_timeout, options.session.connect_timeout) = (self.limit, self.limit);
            let opened = PostgresStore::open(options, Arc::new(clock.clone()), Arc::new(SeededRandom::new(3))).await;
            opened.map(|s| Arc::new(s) as Arc<dyn Store>).map_err(|e| e.to_string())
        })
    }
    fn crashed(&self) -> Box<dyn FnOnce() -> Box<dyn Engine> + Send> {
        self.engine.crashed()
    }
    fn pass(&self, ms: i64) {
        self.engine.pass(ms);
    }
    fn gone(&self) {
        self.engine.gone();
    }
    fn tamper(&self, sql: &str) {
        self.engine.tamper(sql);
    }
}

/// A test with a look at the database beside the store.
pub(super) fn beside(test: impl AsyncFnOnce(&mut Fixture, &View)) {
    let engine = OnPostgres::new();
    let view = View::of(&engine.database);
    run(Box::new(engine), async |f: &mut Fixture| test(f, &view).await);
}

/// The database from outside.
pub(super) struct View {
    config: tokio_postgres::Config,
    server: crate::support::postgres::Postgres,
    name: String,
}

impl View {
    fn of(database: &Database) -> Self {
        let mut config = tokio_postgres::Config::new();
        let server = database.server().clone();
        config.host_path(server.socket()).port(server.port()).user(crate::support::postgres::ADMIN).dbname(&database.name);
        Self { config, server, name: database.name.clone() }
    }

    /// A session that stays open.
    pub(super) async fn session(&self) -> Client {
        let (client, connection) = self.config.connect(NoTls).await.expect("connected");
        tokio::spawn(connection);
        client
    }

    pub(super) fn sql(&self, text: &str) -> Vec<Vec<Option<String>>> {
        self.server.sql_in(&self.name, text)
    }

    fn number(&self, text: &str) -> i64 {
        self.sql(text)[0][0].as_ref().and_then(|text| text.parse().ok()).expect("a number")
    }

    /// Waits until so many sessions wait for a lock.
    pub(super) async fn waiting(&self, sessions: i64) {
        let text = format!(
            "SELECT count(DISTINCT pid) FROM pg_locks l JOIN pg_database d ON d.datname = '{}' WHERE NOT granted AND pid IN \
            (SELECT pid FROM pg_stat_activity WHERE datid = d.oid)",
            self.name
        );
        self.until(&text, sessions).await;
    }

    async fn until(&self, text: &str, is: i64) {
        let (server, name, text) = (self.server.clone(), self.name.clone(), text.to_owned());
        let look = move || {
            let found = server.sql_in(&name, &text)[0][0].as_ref().and_then(|text| text.parse().ok());
            (found == Some(is)).then_some(())
        };
        tokio::task::spawn_blocking(move || until("the database", LONG, look)).await.expect("so");
    }

    /// Lets statement number `n` that adds to a table fail.
    fn fail(&self, table: &str, n: u32, code: &str) {
        self.sql(&format!(
            "CREATE SEQUENCE test_calls;
             CREATE FUNCTION test_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('test_calls') = {n} THEN RAISE EXCEPTION 'made to fail' USING ERRCODE = '{code}'; END IF; RETURN NULL; END $$;
             CREATE TRIGGER test_fail AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION test_fail();"
        ));
    }

    /// Ends all other sessions.
    fn end_sessions(&self) {
        self.sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()",
            self.name
        ));
    }
}

/// Another node on the same store.
pub(super) async fn other(f: &Fixture) -> (Arc<dyn Store>, Incarnation) {
    let store = f.engine.open(&f.clock).await.expect("the store opens");
    let own = store.start(&node("둘"), f.now()).await.expect("start");
    (store, own)
}

#[test]
fn a_large_request_that_crosses_anothers_writes_is_written_whole() {
    // Eight slices of a thousand share the first commit, two the second, which is lost once: rows go in two thousand at a time.
    beside(async |f, view| {
        view.fail("delivery", 5, "40001");
        let id = f.post_one(each("소식", 10_000)).await;
        assert!(view.number("SELECT last_value FROM test_calls") > 5, "it was lost once, and written again");
        assert_eq!(f.all(DeliveryFilter { topic: Some("소식".into()), ..DeliveryFilter::default() }).await.len(), 10_000);
        assert_eq!(f.message(id).await.counts.waiting, 10_000);
    });
}

#[test]
fn what_a_living_node_staged_in_vain_is_removed_by_itself() {
    beside(async |f, view| {
        assert_eq!(f.store.housekeep(f.incarnation, f.now()).await.expect("housekeep"), Housekept::Done);
        let (store, own) = other(f).await;
        view.fail("delivery", 5, "P0001");
        let refused = store.accept(f.batch(vec![f.draft(each("소식", 10_000))], None)).await;
        assert!(matches!(refused, Err(StoreError::Internal(_))), "{refused:?}");
        let left = || view.number("SELECT count(*) FROM message WHERE queue IS NULL");
        assert_eq!(left(), 1);
        f.housekeep().await;
        assert_eq!(left(), 1, "whoever keeps house does not know that it was in vain");
        while store.housekeep(own, f.now()).await.expect("housekeep") == Housekept::More {}
        assert_eq!((left(), view.number("SELECT count(*) FROM delivery")), (0, 0));
        store.close().await;
    });
}

#[test]
fn a_restored_store_is_held_until_it_is_released_and_then_at_home() {
    beside(async |f, view| {
        f.post_one(each("t", 1)).await;
        view.sql("UPDATE installation SET database_oid = database_oid + 1");
        f.reopen().await;
        assert!(matches!(f.store.guard(), Guard::Held { .. }));
        f.reopen().await;
        assert!(matches!(f.store.guard(), Guard::Held { .. }), "however often it is started");
        f.store.release(f.now()).await.expect("release");
        f.reopen().await;
        assert_eq!(f.store.guard(), Guard::Open);
    });
}

/// The statement an operator holds a store by before a start (`docs/DEPLOY.md`).
fn by_hand() -> &'static str {
    let found = include_str!("../../docs/DEPLOY.md").lines().find(|line| line.starts_with("UPDATE installation SET held_since"));
    found.expect("the document says it")
}

/// Dumps the store, sends what is due, and puts the dump back by `load`, in place.
fn restored_in_place(how: &'static [&'static str], load: impl FnOnce(&View)) {
    let engine = OnPostgres::new();
    let (server, name) = (engine.database.server().clone(), engine.database.name.clone());
    let view = View::of(&engine.database);
    run(Box::new(engine), async |f: &mut Fixture| {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("dump.sql");
        let id = f.post_one(each("t", 2)).await;
        let dumped = tool(&server, "pg_dump", &name).args(how).arg("--file").arg(&file).output().expect("pg_dump");
        assert!(dumped.status.success(), "{dumped:?}");
        f.settle_all(&f.claim(9).await, sent()).await;
        f.store.close().await;
        if how.contains(&"--data-only") {
            let tables =
                "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
            let tables = view.sql(tables)[0][0].clone().expect("tables");
            view.sql(&format!("SET session_replication_role = replica; TRUNCATE {tables}"));
        }
        let mut psql = tool(&server, "psql", &name);
        let loaded =
            psql.args(["--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", "--file"]).arg(&file).output().expect("psql");
        assert!(loaded.status.success(), "{loaded:?}");
        load(&view);
        f.store = f.engine.open(&f.clock).await.expect("opens");
        assert!(matches!(f.store.guard(), Guard::Held { .. }), "{:?}", f.store.guard());
        f.begin().await;
        assert_eq!(copies(&f.claim(9).await), 0, "it was sent by the original");
        f.store.release(f.now()).await.expect("release");
        assert_eq!((copies(&f.claim(9).await), f.state(id, 0).await), (0, State::Unsettled), "that is for a person to say");
        f.reopen().await;
        assert_eq!(f.store.guard(), Guard::Open, "once released it is at home");
    });
}

#[test]
fn a_dump_that_is_loaded_in_place_of_the_tables_is_held() {
    restored_in_place(&["--clean", "--if-exists"], |_| ());
}

#[test]
fn one_of_rows_alone_is_held_by_hand() {
    restored_in_place(&["--data-only", "--disable-triggers"], |view| drop(view.sql(by_hand())));
}

#[test]
fn the_number_of_the_table_is_noted_where_a_version_before_left_none() {
    beside(async |f, view| {
        view.sql("UPDATE installation SET table_oid = NULL");
        f.reopen().await;
        assert_eq!(f.store.guard(), Guard::Open);
        assert_eq!(view.number("SELECT count(*) FROM installation WHERE table_oid = tableoid::bigint"), 1);
    });
}

#[test]
fn a_migration_that_waits_for_a_reader_does_not_stop_the_nodes() {
    beside(async |f, view| {
        view.sql("ALTER TABLE installation DROP COLUMN table_oid; DELETE FROM migration WHERE no = 12");
        let reader = view.session().await;
        reader.batch_execute("BEGIN; SELECT 1 FROM installation").await.expect("it reads");
        let options = options_of(&view.server, &view.name);
        let migrating = tokio::spawn(async move {
            let random = Arc::new(SeededRandom::new(5));
            migrate_schema(&options, Arc::new(jebi::system::SystemClock), random).await.map_err(|e| e.to_string())
        });
        for _ in 0..2 {
            view.waiting(1).await;
            // Behind one that waits for good it would be broken off.
            f.post_one(each("소식", 1)).await;
            assert_eq!(copies(&f.claim(9).await), 1);
        }
        assert!(!migrating.is_finished());
        reader.batch_execute("ROLLBACK").await.expect("it ends");
        let ran = migrating.await.expect("no panic").expect("migrated");
        assert_eq!(ran.first().map(String::as_str), Some("0012_restored"));
    });
}

#[test]
fn an_identity_that_was_not_told_is_taken_when_it_is() {
    beside(async |f, view| {
        view.sql("UPDATE installation SET system_id = NULL, timeline = NULL");
        f.reopen().await;
        assert_eq!(f.store.guard(), Guard::Open);
        assert_eq!(view.number("SELECT count(*) FROM installation WHERE system_id IS NOT NULL AND timeline IS NOT NULL"), 1);
    });
}

#[test]
fn a_failover_holds_bulk_on_nodes_that_run_and_costs_an_idle_one_no_answer() {
    beside(async |f, view| {
        assert_eq!(f.store.guard(), Guard::Open);
        view.sql("UPDATE installation SET timeline = timeline - 1");
        view.end_sessions();
        f.store.beat(f.incarnation, f.now()).await.expect("the database is there");
        assert!(matches!(f.store.guard(), Guard::BulkHeld { .. }));
        f.store.release(f.now()).await.expect("release");
        view.end_sessions();
        f.post_one(each("t", 1)).await;
        assert_eq!(f.store.guard(), Guard::Open, "it is noted once");
    });
}

#[test]
fn what_a_failover_took_is_not_relied_on() {
    beside(async |f, view| {
        f.post_one(each("t", 2)).await;
        assert_eq!(copies(&f.claim(9).await), 2);
        // The standby that took over had not got it yet.
        view.sql(
            "DELETE FROM lease; DELETE FROM delivery; DELETE FROM message; DELETE FROM content;
            UPDATE topic SET total = 0, pending = 0; UPDATE totals SET waiting = 0",
        );
        view.end_sessions();
        f.post_one(each("t", 2)).await;
        assert_eq!(copies(&f.claim(9).await), 2, "its content is there");
    });
}

#[test]
fn mail_leased_by_a_commit_that_comes_through_long_after_its_connection_goes_back() {
    leased_by_a_late_commit(false);
}

#[test]
fn it_goes_back_unsent_also_where_the_node_was_taken_for_dead_and_began_anew_meanwhile() {
    leased_by_a_late_commit(true);
}

fn leased_by_a_late_commit(ended: bool) {
    let (engine, chaos) = Behind::chaos();
    let view = View::of(&engine.engine.database);
    run(engine, async |f: &mut Fixture| {
        f.post_one(each("t", 3)).await;
        let queue = f.queues().await[0];
        // Commits of claims take until the holder lets go.
        view.sql(
            "CREATE FUNCTION test_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER test_wait AFTER INSERT ON lease DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION test_wait();",
        );
        let holder = view.session().await;
        holder.batch_execute("SELECT pg_advisory_lock(1)").await.expect("held");
        let cut = async {
            view.waiting(1).await;
            chaos.cut();
        };
        let (claimed, ()) = tokio::join!(f.try_claim(vec![(queue, 9)]), cut);
        assert!(matches!(claimed, Err(StoreError::Unavailable { .. })), "{claimed:?}");
        // It has not ended yet: nothing is known of it.
        assert_eq!(copies(&f.try_claim(vec![]).await.expect("claim")), 0);
        f.store.beat(f.incarnation, f.now()).await.expect("beat");
        if ended {
            view.sql("UPDATE incarnation SET ended_at = 1");
            f.incarnation = f.store.start(&node("하나"), f.now()).await.expect("it begins anew");
            f.subscribe().await;
        }
        holder.batch_execute("SELECT pg_advisory_unlock(1)").await.expect("free");
        view.until("SELECT count(*) FROM lease", 1).await;
        // The next beat, at the latest.
        f.store.beat(f.incarnation, f.now()).await.expect("beat");
        assert_eq!(f.leased().await, 0);
        assert_eq!(copies(&f.claim(9).await), 3);
        view.sql("DROP TRIGGER test_wait ON lease");
    });
}

#[test]
fn a_server_that_freezes_is_given_up_in_time() {
    let (mut engine, chaos) = Behind::chaos();
    engine.limit = Duration::from_millis(300);
    run(engine, async |f: &mut Fixture| {
        f.post_one(each("t", 1)).await;
        chaos.stall();
        let refused = f.store.beat(f.incarnation, f.now()).await;
        assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
        chaos.flow();
        // After the pause between two tries.
        f.pass(2_000);
        f.store.beat(f.incarnation, f.now()).await.expect("it is there again");
    });
}

#[test]
fn slots_are_had_where_connecting_takes_longer_than_anybody_waits() {
    let (engine, chaos) = Behind::chaos();
    let view = View::of(&engine.engine.database);
    run(engine, async |f: &mut Fixture| {
        f.queues().await;
        let slots = f.store.shared_slots().expect("several nodes share them");
        let ask = SlotAsk {
            provider: PROVIDER.into(),
            count: 1,
            weight: 1,
            rate_milli: None,
            window_us: 1_000_000,
            lead_us: 0,
            ahead_us: 100_000,
            slow_us: 0,
            afresh: false,
            unused: 0,
            day_limit: None,
        };
        let opened = chaos.opened_so_far();
        chaos.stall();
        tokio::select! {
            answer = slots.reserve(ask.clone()) => panic!("nothing passes: {answer:?}"),
            () = chaos.opened(opened + 1) => {}
        }
        chaos.flow();
        // Nobody asks any more; what was begun is finished.
        view.until(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SET synchronous_commit = off'",
            1,
        )
        .await;
        slots.reserve(ask).await.expect("slots");
    });
}

#[test]
fn the_address_index_never_passes_a_message_that_is_being_written() {
    beside(async |f, view| {
        f.housekeep().await;
        let indexed = || view.number("SELECT value >> 24 FROM marker WHERE name = 'address_indexed'");
        // A housekeeping turn has its transaction id, and waits before it looks at the numbers.
        let gate = view.session().await;
        gate.batch_execute("BEGIN; LOCK TABLE topic_queue IN ACCESS EXCLUSIVE MODE").await.expect("locked");
        let later = view.session().await;
        let between = async {
            view.waiting(1).await;
            // A younger transaction draws one.
            later.batch_execute("BEGIN; SELECT pg_current_xact_id(), nextval('message_no')").await.expect("drawn");
            // And one that is committed has the next.
            view.sql(
                "INSERT INTO delivery (key, email, state, attempt, feedback, twice) \
                VALUES (nextval('message_no') << 24, 'a@example.com', 3, 1, 0, false)",
            );
            gate.batch_execute("COMMIT").await.expect("free");
        };
        let (kept, ()) = tokio::join!(f.store.housekeep(f.incarnation, f.now()), between);
        kept.expect("housekeep");
        let drawn = view.number("SELECT last_value FROM message_no") - 1;
        for _ in 0..4 {
            f.housekeep().await;
        }
        assert!(indexed() < drawn, "{} has passed {drawn}", indexed());
        later.batch_execute("ROLLBACK").await.expect("gone");
        // Other tests' transactions on the same server, which it cannot tell from its own, may last a while.
        for _ in 0..2_000 {
            f.housekeep().await;
            if indexed() == drawn + 1 {
                return;
            }
        }
        panic!("{} stays behind {drawn}", indexed());
    });
}

#[test]
fn evidence_that_a_mail_is_still_to_be_sent_counts_once_with_its_topic_being_cancelled() {
    beside(async |f, view| {
        let id = f.post_one(each("소식", 1)).await;
        let claimed = f.claim(1).await;
        let review = jebi_domain::time::Wall(f.now().0 + HOUR);
        f.settle(&claimed[0], 0, unsettled(review)).await;
        f.post_one(each("소식", 1)).await;
        let (store, _) = other(f).await;
        // Another node has retired the queue, and its commit waits for the topic's row.
        let gate = view.session().await;
        gate.batch_execute("BEGIN; SELECT 1 FROM topic WHERE name = '소식' FOR UPDATE").await.expect("locked");
        let between = async {
            view.waiting(1).await;
            let free = async {
                view.waiting(2).await;
                gate.batch_execute("COMMIT").await.expect("free");
            };
            let late = f.settle(&claimed[0], 0, retry(f.now()));
            tokio::join!(late, free);
        };
        let (cancelled, ()) = tokio::join!(store.cancel_topic("소식", f.now()), between);
        assert_eq!(cancelled.expect("cancelled"), Some(1));
        f.housekeep().await;
        assert_eq!(f.state(id, 0).await, State::Cancelled);
        assert_eq!(f.topic("소식").await.waiting, 0);
        store.close().await;
    });
}

#[test]
fn what_is_settled_while_others_cross_it_is_settled_once() {
    beside(async |f, view| {
        f.post_one(each("t", 4)).await;
        let claimed = f.claim(4).await;
        view.fail("entry", 1, "40P01");
        let now = f.now();
        let one = |ordinal, decision| support::settlement(&claimed[0], ordinal, now, decision);
        f.apply(vec![one(0, sent()), one(1, retry(now)), one(2, returned(now)), one(3, unsettled(now))]).await;
        assert_eq!(view.number("SELECT last_value FROM test_calls"), 2);
        let counts = f.topic("t").await;
        assert_eq!((counts.sent, counts.waiting, counts.unsettled), (1, 2, 1));
        assert_eq!(copies(&f.claim(9).await), 3);
    });
}
