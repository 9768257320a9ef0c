//! Between the last schema and this one, and on to a later one: a start brings a database of migrations 0001 to 0005 up to date, a node
//! that runs goes on while something is added, and none starts on what a newer version made.

use std::time::Duration;

use jebi::store::postgres::MIGRATIONS;

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
    },
};

/// What 0006 and later ones added, taken away again: rows as a node of the last schema left them.
const STRIP: &str = "DROP TRIGGER topic_paused ON topic;
    DROP TRIGGER topic_born_paused ON topic;
    DROP FUNCTION topic_paused();
    DROP TABLE topic_paused;
    DROP TABLE upload, file_piece, file, message_file;
    ALTER TABLE message DROP COLUMN variables;
    ALTER TABLE delivery DROP COLUMN personal;
    ALTER TABLE incarnation DROP COLUMN name, DROP COLUMN version, DROP COLUMN draining_at;
    DROP INDEX incarnation_live;
    ALTER TABLE message DROP COLUMN staged_by;
    DROP TABLE upkeep, pace, pace_day;
    ALTER TABLE installation DROP COLUMN system_id, DROP COLUMN database_oid, DROP COLUMN timeline, DROP COLUMN moved_to,
        DROP COLUMN bulk_held_since, DROP COLUMN bulk_held_why;
    DELETE FROM migration WHERE no >= 6;";

/// Every column of every table, with its type.
fn schema(database: &Database) -> Vec<Vec<Option<String>>> {
    database.sql(
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'migration' ORDER BY table_name, column_name",
    )
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
    cluster.database.sql(STRIP);
    let before = Postgres::shared().database();
    MIGRATIONS.iter().filter(|(no, ..)| *no <= 5).for_each(|(_, _, sql)| drop(before.sql(sql)));
    assert_eq!(schema(&cluster.database), schema(&before), "as 0001 to 0005 make it");

    cluster.ses.set_latency(Duration::ZERO);
    cluster.database.sql("UPDATE incarnation SET beat_at = beat_at - 20000");
    let node = cluster.node("new");
    assert_eq!(cluster.number("SELECT count(*) FROM migration"), MIGRATIONS.len() as i64);
    assert_eq!(cluster.number("SELECT count(*) FROM installation WHERE system_id IS NOT NULL AND database_oid IS NOT NULL"), 1);
    load.drained(&cluster);
    let tally = check::nothing_lost(&cluster, &load, &leased);
    assert_eq!(tally.unknown, 0, "{tally:?}");
    node.stop();
    check::verified(&cluster);
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
