//! `jebi transfer`: real mail moves from SQLite to PostgreSQL, also where the command is cut short; afterwards the source is closed.

use std::path::Path;

use rustix::process::Signal;

use super::{SEND, Server, fault, folder, next_week, run};
use crate::support::{
    postgres::{Database, Postgres},
    server::{Ran, jebi},
};

const FROM: &str = "sqlite://data/jebi.db";

/// A store with sent and scheduled mail, whose server was killed.
fn source() -> tempfile::TempDir {
    let dir = folder();
    let mut server = Server::start(dir.path(), &[]);
    assert_eq!(run(dir.path(), &[], &[&SEND[..], &["--topic", "소식", "--wait"]].concat()).code, 0);
    assert_eq!(run(dir.path(), &[], &[&SEND[..], &["--topic", "예약", "--schedule", &next_week()]].concat()).code, 0);
    server.signal(Signal::KILL);
    server.ended();
    dir
}

fn target() -> Database {
    let database = Postgres::shared().database();
    let ran = run(folder().path(), &[("DATABASE_URL", &database.url())], &["migrate"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    database
}

fn transfer(dir: &Path, to: &str) -> Ran {
    run(dir, &[], &["transfer", FROM, to])
}

fn one(database: &Database, sql: &str) -> String {
    database.sql(sql)[0][0].clone().unwrap_or_else(|| "NULL".into())
}

/// Where it went, as the source says it.
fn closed(dir: &Path, to: &Database) {
    let to = format!("{}?sslmode=disable", to.url());
    let told = format!(
        "the store data/jebi.db was transferred to {to} and neither takes nor sends mail any more: set DATABASE_URL to where it is now"
    );
    assert_eq!(fault(&run(dir, &[], &["verify"])), (69, told.as_str()));
    assert_eq!(fault(&run(dir, &[], &SEND)), (69, told.as_str()), "it takes no mail");
    assert_eq!(fault(&run(dir, &[], &["serve", "--port", "0"])).0, 1);
    assert_eq!(fault(&transfer(dir, &to)), (1, told.as_str()), "not twice either");
}

#[test]
fn a_store_moves_with_everything_and_the_source_is_closed() {
    let (dir, target) = (source(), target());
    let ran = transfer(dir.path(), &target.url());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("message: rows: 2\n") && ran.out.contains("delivery: rows: 2\n") && ran.out.contains("entry: rows: 1\n"),
        "{}",
        ran.out
    );
    assert!(ran.err.starts_with("moved: "), "{}", ran.err);
    assert_eq!(
        one(&target, "SELECT string_agg(name || ' ' || pending || ' ' || sent, ', ' ORDER BY no) FROM topic"),
        " 0 0, 소식 0 1, 예약 1 0"
    );
    assert_eq!(one(&target, "SELECT moved_to FROM installation"), "NULL");
    assert_eq!(one(&target, "SELECT count(*) FROM lease"), "0");
    assert_eq!(one(&target, "SELECT body IS NOT NULL FROM inbox, LATERAL (SELECT source AS body) b"), "t");
    closed(dir.path(), &target);
    // The mail goes on there.
    let (elsewhere, url) = (folder(), target.url());
    let at = [("DATABASE_URL", url.as_str())];
    let verified = run(elsewhere.path(), &at, &["verify"]);
    assert_eq!((verified.code, verified.err.as_str()), (0, "2 deliveries checked: all is as it must be\n"), "{}", verified.out);
    let _server = Server::start(elsewhere.path(), &at);
    let sent = run(elsewhere.path(), &at, &[&SEND[..], &["--topic", "소식", "--wait"]].concat());
    assert_eq!((sent.code, sent.out.split(' ').nth(2)), (0, Some("sent\n")), "{}", sent.err);
    assert_eq!(one(&target, "SELECT sent FROM topic WHERE name = '소식'"), "2");
}

#[test]
fn a_copy_that_breaks_the_contract_closes_nothing() {
    let (dir, target) = (source(), target());
    let db = rusqlite::Connection::open(dir.path().join("data/jebi.db")).expect("the database");
    db.execute("DELETE FROM entry", []).expect("the queue is emptied behind Jebi's back");
    drop(db);
    let ran = transfer(dir.path(), &target.url());
    assert_eq!(ran.code, 1);
    assert!(ran.err.starts_with("the copy is not as it must be (") && ran.err.contains("예약"), "{}", ran.err);
    assert_eq!(one(&target, "SELECT moved_to FROM installation"), "unfinished");
    assert_eq!(run(dir.path(), &[], &SEND).code, 0, "the source is in use still");
}

#[test]
fn a_command_that_is_cut_short_is_repeated() {
    let (dir, target) = (source(), target());
    let cut =
        |at: &str| jebi(dir.path(), &[("JEBI_TEST_CRASH_AT", at)]).args(["transfer", FROM, &target.url()]).output().expect("it starts");
    assert!(!cut("transfer_copied").status.success());
    assert_eq!(one(&target, "SELECT moved_to FROM installation"), "unfinished");
    let url = target.url();
    let start = run(dir.path(), &[("DATABASE_URL", url.as_str()), ("LOG_LEVEL", "off")], &["serve", "--port", "0"]);
    let told =
        "jebi did not start: a store is being transferred into this database: run `jebi transfer` again until it is done, then start";
    assert_eq!(fault(&start), (1, told));
    // The source goes on as if nothing had been.
    assert_eq!(run(dir.path(), &[], &["verify"]).code, 0);
    assert_eq!(run(dir.path(), &[], &[&SEND[..], &["--topic", "더"]].concat()).code, 0);

    assert!(!cut("transfer_marked").status.success());
    assert_eq!(one(&target, "SELECT count(*) FROM message"), "3", "what came meanwhile is there");
    assert_eq!(one(&target, "SELECT moved_to FROM installation"), "unfinished");
    assert_eq!(fault(&run(dir.path(), &[], &["verify"])).0, 69, "the source is closed before the target opens");
    let ran = transfer(dir.path(), &target.url());
    let told = "everything had been copied before: the transfer is finished now; set DATABASE_URL to the target\n";
    assert_eq!((ran.code, ran.err.as_str()), (0, told));
    assert_eq!(one(&target, "SELECT moved_to FROM installation"), "NULL");
    closed(dir.path(), &target);
}

#[test]
fn a_copy_that_breaks_off_leaves_both_as_they_were() {
    let (dir, target) = (source(), target());
    let db = rusqlite::Connection::open(dir.path().join("data/jebi.db")).expect("the database");
    db.execute("UPDATE topic SET name = '소' || char(0) || '식' WHERE name = '소식'", []).expect("changed");
    drop(db);
    let ran = transfer(dir.path(), &target.url());
    assert!(ran.code == 1 && ran.err.starts_with("topic.name of the row 2 cannot be written to PostgreSQL"), "{}", ran.err);
    assert_eq!(one(&target, "SELECT count(*) FROM installation"), "0", "whoever wants it may use it");
    assert_eq!(run(dir.path(), &[], &SEND).code, 0, "the source is in use still");
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let (dir, good) = (source(), target());
    let refused = |from: &str, to: &str| {
        let ran = run(dir.path(), &[], &["transfer", from, to]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
        ran.err.trim_end().to_owned()
    };
    let direction =
        "a store moves from sqlite://... to postgres://... only; there is no way back, and a copy within one engine is a backup";
    assert_eq!(refused(&good.url(), FROM), direction);
    assert_eq!(refused(FROM, "sqlite://data/other.db"), direction);
    assert_eq!(
        refused("sqlite://data/none.db", &good.url()),
        "there is no database data/none.db: name the one the server has in DATABASE_URL"
    );
    let empty = Postgres::shared().database();
    let told = "the target has no tables: run `jebi migrate` with DATABASE_URL set to it, then transfer";
    assert_eq!(refused(FROM, &empty.url()), told);
    let used = target();
    used.sql("INSERT INTO suppression (address, created_at, cause) VALUES ('x@example.kr', 1, 1)");
    assert_eq!(refused(FROM, &used.url()), "the target is in use (its table suppression has rows): name an empty database");

    let server = Server::start(dir.path(), &[]);
    let told = "another Jebi process has data/jebi.db open: stop it first, or give this one another DATABASE_URL";
    assert_eq!(refused(FROM, &good.url()), told);
    drop(server);
    std::fs::remove_file(dir.path().join("data/installation")).expect("it is there");
    assert_eq!(refused(FROM, &good.url()), "the store is held as a copy or restored: run `jebi release` on it, then transfer it");
    assert_eq!(one(&good, "SELECT count(*) FROM installation"), "0");
}
