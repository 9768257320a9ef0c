//! `jebi migrate`: on a store that is not there, one of the first release, one that is up to date, and one that is in use.

use rusqlite::Connection;

use super::{SEND, Server, fault, folder, run};
use crate::support::postgres::Postgres;

const DUMP: &str = include_str!("../store/releases/0001.sql");
const UP_TO_DATE: &str = "the schema is up to date\n";

#[test]
fn a_store_of_the_first_release_is_brought_up_to_date_once() {
    let dir = folder();
    std::fs::create_dir(dir.path().join("data")).expect("a folder");
    let file = dir.path().join("data/jebi.db");
    Connection::open(&file).expect("a database").execute_batch(DUMP).expect("the dump");
    let before = std::fs::read(&file).expect("the database");

    let check = run(dir.path(), &[], &["migrate", "--check"]);
    assert_eq!(check.code, 1, "{}", check.err);
    assert!(check.out.starts_with("0002_results: pending\n0003_quota: pending\n"), "{}", check.out);
    assert_eq!(std::fs::read(&file).expect("the database"), before, "looking changes nothing");

    let done = run(dir.path(), &[], &["migrate"]);
    assert_eq!((done.code, done.out), (0, check.out.replace("pending", "applied")), "{}", done.err);
    assert!(dir.path().join("data/jebi.before-0002.db").exists(), "a copy was made before");
    for again in [&["migrate"][..], &["migrate", "--check"]] {
        let ran = run(dir.path(), &[], again);
        assert_eq!((ran.code, ran.out.as_str()), (0, UP_TO_DATE), "{}", ran.err);
    }
    assert_eq!(run(dir.path(), &[], &["verify"]).code, 0);
}

#[test]
fn a_store_that_is_not_there_is_made_but_not_by_a_check() {
    let dir = folder();
    let check = run(dir.path(), &[], &["migrate", "--check"]);
    assert!(check.code == 1 && check.out.starts_with("0001_init: pending\n"), "{check:?}");
    assert!(!dir.path().join("data").exists());
    let done = run(dir.path(), &[], &["migrate"]);
    assert_eq!((done.code, done.out), (0, check.out.replace("pending", "applied")), "{}", done.err);
    let _server = Server::start(dir.path(), &[]);
    assert_eq!(run(dir.path(), &[], &["migrate"]).out, UP_TO_DATE, "a running server is no obstacle to looking");
}

#[test]
fn a_store_of_a_newer_release_or_in_use_is_left_alone() {
    let dir = folder();
    assert_eq!(run(dir.path(), &[], &["migrate"]).code, 0);
    let db = Connection::open(dir.path().join("data/jebi.db")).expect("the database");
    db.execute("DELETE FROM migration WHERE no = 5", []).expect("as if it were older");
    let lock = std::fs::File::create(dir.path().join("data/jebi.lock")).expect("the lock");
    lock.try_lock().expect("nobody has it");
    let told = "another Jebi process has data/jebi.db open: stop it first, or give this one another DATABASE_URL";
    assert_eq!(fault(&run(dir.path(), &[], &["migrate"])), (1, told));
    drop(lock);
    db.execute("INSERT INTO migration (no, name, hash) VALUES (4711, 'later', '')", []).expect("as if it were newer");
    let told = "the database has migration 4711 (later) of a newer Jebi: start that version, or restore the backup made before it";
    for command in [&["migrate"][..], &["migrate", "--check"]] {
        assert_eq!(fault(&run(dir.path(), &[], command)), (1, told));
    }
}

#[test]
fn a_start_leaves_the_schema_alone_where_it_is_told_to() {
    let dir = folder();
    let by_hand = [("AUTO_MIGRATE", "false")];
    let told = |no: &str| format!("the schema lacks migration {no}, and AUTO_MIGRATE is false: run jebi migrate");
    let (code, said) = (1, format!("jebi did not start: {}", told("0001 (init)")));
    let serve = run(dir.path(), &[("AUTO_MIGRATE", "false"), ("LOG_LEVEL", "off")], &["serve", "--port", "0"]);
    assert_eq!(fault(&serve), (code, said.as_str()));
    assert_eq!(fault(&run(dir.path(), &by_hand, &SEND)).1, told("0001 (init)"), "nor does a command");
    assert_eq!(run(dir.path(), &by_hand, &["migrate"]).code, 0);
    let db = Connection::open(dir.path().join("data/jebi.db")).expect("the database");
    db.execute("DELETE FROM migration WHERE no >= 6", []).expect("as if it were older");
    drop(db);
    assert_eq!(fault(&run(dir.path(), &by_hand, &SEND)).1, told("0006 (nodes)"));
}

#[test]
fn a_schema_of_postgresql_is_made_once_too() {
    let (dir, database) = (folder(), Postgres::shared().database());
    let at = [("DATABASE_URL", database.url())];
    let at = [(at[0].0, at[0].1.as_str())];
    let check = run(dir.path(), &at, &["migrate", "--check"]);
    assert_eq!((check.code, check.out.as_str()), (1, "0001_init: pending\n"), "{}", check.err);
    assert_eq!(database.sql("SELECT to_regclass('migration')")[0][0], None, "looking changes nothing");
    let done = run(dir.path(), &at, &["migrate"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.starts_with("0001_init: applied\n0002_results: applied\n"), "{}", done.out);
    for again in [&["migrate"][..], &["migrate", "--check"]] {
        let ran = run(dir.path(), &at, again);
        assert_eq!((ran.code, ran.out.as_str()), (0, UP_TO_DATE), "{}", ran.err);
    }
    database.sql("INSERT INTO migration (no, name, hash) VALUES (4711, 'later', '')");
    let told = "the schema has migration 4711 (later) of a newer Jebi: start that version";
    assert_eq!(fault(&run(dir.path(), &at, &["migrate"])), (1, told));
}
