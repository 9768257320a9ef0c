//! Between the last schema and this one, and on to a later one: a start brings a database of the version before up to date, a node that
//! runs goes on while something is added, none starts on what a newer version made, and what one version pauses the other leaves alone.

use std::{collections::BTreeSet, time::Duration};

use jebi::store::postgres::MIGRATIONS;
use serde_json::json;

use super::{LONG, node::Cluster};
use crate::{
    crash::{
        check::{self, Leased},
        load::Load,
    },
    support::{
        machine,
        postgres::{Database, Postgres},
        site::Site,
        wait::until,
    },
};

/// The schema of the version before.
const BEFORE: i64 = 6;
/// The last one that did not know where claims look for a topic's pause.
const UNPAUSED: i64 = 10;

/// Of each kind of thing in a schema: the names of those there are, and how one is dropped.
const KINDS: [(&str, &str); 5] = [
    (
        "SELECT quote_ident(t.tgname) || ' ON ' || quote_ident(c.relname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace",
        "DROP TRIGGER %",
    ),
    (
        "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migration'",
        "DROP TABLE %",
    ),
    (
        "SELECT quote_ident(c.relname) || ' DROP COLUMN ' || quote_ident(a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'migration' AND a.attnum > 0 AND NOT a.attisdropped",
        "ALTER TABLE %",
    ),
    (
        "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace AND relname <> 'migration_pkey'",
        "DROP INDEX %",
    ),
    ("SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace", "DROP FUNCTION %"),
];

/// How each primary key is made.
const PRIMARY_KEYS: &str = "SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'p' AND connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'migration'";

/// Every column of every table, with its type.
fn schema(database: &Database) -> Vec<Vec<Option<String>>> {
    database.sql(
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'migration' ORDER BY table_name, column_name",
    )
}

fn names(database: &Database, of: &str) -> BTreeSet<String> {
    database.sql(of).into_iter().map(|mut row| row.remove(0).expect("a name")).collect()
}

/// Takes away what the migrations after this one added, whatever that is: the rows are left as a node of that version wrote them.
fn strip(database: &Database, to: i64) {
    let before = Postgres::shared().database();
    MIGRATIONS.iter().filter(|(no, ..)| *no <= to).for_each(|(_, _, sql)| drop(before.sql(sql)));
    for (list, drop_one) in KINDS {
        let known = names(&before, list);
        // One at a time: a dropped table takes others along.
        while let Some(more) = names(database, list).difference(&known).next() {
            database.sql(&drop_one.replace('%', more));
        }
    }
    // A primary key falls with a column it was given later.
    for key in names(&before, PRIMARY_KEYS).difference(&names(database, PRIMARY_KEYS)) {
        database.sql(key);
    }
    let markers = names(&before, "SELECT quote_literal(name) FROM marker").into_iter().collect::<Vec<_>>().join(", ");
    database.sql(&format!("DELETE FROM marker WHERE name NOT IN ({markers}); DELETE FROM migration WHERE no > {to}"));
    assert_eq!(schema(database), schema(&before), "as 0001 to {to:04} make it");
    for (list, _) in KINDS {
        assert_eq!(names(database, list), names(&before, list));
    }
}

#[test]
fn a_database_of_the_last_schema_is_brought_up_to_date_and_its_mail_goes_on() {
    let _machine = machine::busy();
    let cluster = Cluster::new();
    // Sent mail, mail that waits, and mail under a lease of one that was killed.
    let old = cluster.node("old");
    let load = Load::of([600].into_iter().chain([1; 20]));
    cluster.ses.set_latency(Duration::from_millis(300));
    load.post_all(&cluster, 2);
    assert!(cluster.ses.wait_for(30, LONG));
    let mut leased = Leased::default();
    let killed = cluster.leased(old.kill());
    assert!(leased.add(killed) > 0);
    strip(&cluster.database, BEFORE);

    cluster.ses.set_latency(Duration::ZERO);
    cluster.database.sql("UPDATE incarnation SET beat_at = beat_at - 20000");
    let node = cluster.node("new");
    assert_eq!(cluster.number("SELECT count(*) FROM migration"), MIGRATIONS.len() as i64);
    assert_eq!(cluster.number("SELECT count(*) FROM installation WHERE table_oid IS NOT NULL AND database_oid IS NOT NULL"), 1);
    load.drained(&cluster);
    let tally = check::nothing_lost(&cluster, &load, &leased);
    assert_eq!(tally.unknown, 0, "{tally:?}");
    node.stop();
    check::verified(&cluster);
}

/// Posts a mail that must be taken.
#[track_caller]
fn post(cluster: &Cluster, topic: &str, to: &str) {
    let body = json!({"messages": [{"emails": [to], "topic_id": topic, "subject": "안녕", "content": "<p>안녕하세요</p>"}]}).to_string();
    let answer = cluster.call("POST", "/v1/messages", &[("content-type", "application/json")], body.as_bytes()).expect("an answer");
    assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.body));
}

/// Waits until a mail to this address has arrived.
fn arrives(cluster: &Cluster, to: &str) {
    until("a mail", LONG, || cluster.ses.counts().contains_key(to).then_some(()));
}

/// As a node of the version before pauses and resumes.
fn pause(cluster: &Cluster, at: &str) {
    cluster.database.sql(&format!("UPDATE topic SET paused_at = {at} WHERE name = '멈춤'"));
}

#[test]
fn a_topic_the_version_before_has_paused_stays_paused_and_resumes() {
    let _machine = machine::busy();
    let cluster = Cluster::new();
    let old = cluster.node("old");
    post(&cluster, "멈춤", "first@example.com");
    arrives(&cluster, "first@example.com");
    pause(&cluster, "5");
    post(&cluster, "멈춤", "held@example.com");
    old.stop();
    strip(&cluster.database, UNPAUSED);

    let node = cluster.node("new");
    let not_yet = |to: &str, after: &str| {
        post(&cluster, "소식", after);
        arrives(&cluster, after);
        assert!(!cluster.ses.counts().contains_key(to), "{to} belongs to a paused topic");
    };
    not_yet("held@example.com", "go1@example.com");
    check::verified(&cluster);
    // One of the version before, beside this one.
    pause(&cluster, "NULL");
    arrives(&cluster, "held@example.com");
    pause(&cluster, "7");
    post(&cluster, "멈춤", "later@example.com");
    not_yet("later@example.com", "go2@example.com");
    check::verified(&cluster);
    node.stop();
}

#[test]
fn a_running_node_goes_on_while_a_later_version_adds_to_the_schema_and_none_starts_on_it() {
    let _machine = machine::busy();
    let cluster = Cluster::new();
    let node = cluster.node("running");
    let load = Load::of([2000].into_iter().chain([1; 40]));
    load.post_to(&cluster, 10, 2);
    cluster.database.sql(
        "BEGIN;
        ALTER TABLE message ADD COLUMN later text;
        ALTER TABLE delivery ADD COLUMN later bigint NOT NULL DEFAULT 0;
        CREATE TABLE later (no bigint PRIMARY KEY);
        INSERT INTO migration (no, name, hash) VALUES (9999, 'later', 'x');
        COMMIT;",
    );
    load.post_all(&cluster, 2);
    load.drained(&cluster);
    let tally = check::nothing_lost(&cluster, &load, &Leased::default());
    assert_eq!((tally.twice, tally.maybe_twice, tally.unknown), (0, 0, 0), "{tally:?}");
    assert!(!cluster.log().contains(" ERROR "), "{}", cluster.log());
    let Err(status) = cluster.start("older", &[]) else { panic!("it started on a schema it does not know") };
    assert_eq!(status.code(), Some(1));
    let log = cluster.log_of("older");
    let said = "jebi did not start: the schema has migration 9999 (later) of a newer Jebi: start that version";
    assert_eq!(log.lines().filter(|line| line.contains(said)).count(), 1, "{log}");
    node.stop();
}
