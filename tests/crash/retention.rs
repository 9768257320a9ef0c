//! Killed while old mail is deleted: a slice is deleted and counted, or neither; nothing that is open goes.

use rusqlite::Connection;

use super::{
    LONG, check,
    home::Home,
    load::Load,
    points::{died, dying},
};
use crate::support::{machine, wait::until};

/// Makes all there is three years older.
fn age(home: &Home) {
    let db = Connection::open(home.database()).expect("it opens");
    db.execute_batch(
        "UPDATE message SET created_at = created_at - 94608000000;
        UPDATE delivery SET changed_at = changed_at - 94608000000 WHERE changed_at IS NOT NULL;
        DELETE FROM idempotency;",
    )
    .expect("a change");
}

fn number(home: &Home, sql: &str) -> i64 {
    let db = Connection::open(home.database()).expect("it opens");
    db.query_row(sql, [], |r| r.get(0)).expect("a number")
}

#[test]
fn while_old_mail_is_deleted() {
    let _machine = machine::busy();
    let home = Home::new(None);
    let server = home.start();
    const OLD: [usize; 2] = [700, 1_300];
    let load = Load::of(OLD.into_iter().chain([1; 60]).chain([280, 40]).chain([2; 30]));
    load.post_to(&home, 62, 3);
    load.drained(&home);
    server.stop();
    age(&home);
    let last: i64 = number(&home, "SELECT max(no) FROM message");
    let sums = "SELECT sum(total) * 1000000 + sum(sent) FROM topic";
    let counted = number(&home, sums);
    for place in ["retention", "retention:2", "retention:4"] {
        died(dying(&home, place), place);
        assert_eq!(number(&home, sums), counted, "{place}");
        let there = "SELECT (SELECT count(*) FROM delivery) + (SELECT coalesce(sum(total), 0) FROM topic_purged)";
        assert_eq!(number(&home, there), 2_060, "{place}: deleted and counted, or neither");
    }
    // With new mail coming in beside.
    let server = home.start();
    load.post_all(&home, 3);
    load.drained(&home);
    let mut sent = 0;
    for topic in ["size-280", "size-40", "size-2"] {
        check::each_delivery(&home, &format!("topic_id={topic}"), |d| sent += usize::from(d["state"] == "sent"));
    }
    assert_eq!((sent, home.ses.total()), (380, load.recipients()));
    until("the old mail to be gone", LONG, || {
        (number(&home, &format!("SELECT count(*) FROM message WHERE no <= {last}")) == 0).then_some(())
    });
    assert_eq!(number(&home, &format!("SELECT count(*) FROM delivery WHERE key < ({last} + 1) << 24")), 0);
    server.stop();
    check::verified(&home);
}
