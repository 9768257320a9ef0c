//! `jebi verify`: on a closed store, beside a server, and on one that is not as it must be.

use rusqlite::Connection;

use super::{SEND, Server, folder, run};

#[test]
fn a_sound_store_is_found_sound_at_rest_and_live() {
    let dir = folder();
    for topic in ["a", "b", "c"] {
        assert_eq!(run(dir.path(), &[], &[&SEND[..], &["--topic", topic]].concat()).code, 0);
    }
    let said = |ran: &super::Ran| (ran.code, ran.out.clone(), ran.err.trim_end().to_owned());
    let well = (0, String::new(), "3 deliveries checked: all is as it must be".to_owned());
    assert_eq!(said(&run(dir.path(), &[], &["verify"])), well);
    let _server = Server::start(dir.path(), &[]);
    assert_eq!(said(&run(dir.path(), &[], &["verify"])), well);
}

#[test]
fn every_violation_is_a_line_and_the_end_is_not_well() {
    let dir = folder();
    for topic in ["a", "b"] {
        assert_eq!(run(dir.path(), &[], &[&SEND[..], &["--topic", topic]].concat()).code, 0);
    }
    let db = Connection::open(dir.path().join("data/jebi.db")).expect("the database");
    db.execute("DELETE FROM entry", []).expect("the queue is emptied behind Jebi's back");
    drop(db);
    let ran = run(dir.path(), &[], &["verify"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let lost =
        |topic: &str| ran.out.lines().any(|line| line.starts_with(&format!("waiting_for_nothing: topic {topic}: copy 0 of message ")));
    assert!(lost("a") && lost("b"), "{}", ran.out);
    let told = format!("2 deliveries checked: {} violations; keep a copy of the data folder and report them", ran.out.lines().count());
    assert_eq!(ran.err.trim_end(), told);
}
