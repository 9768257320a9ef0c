//! `jebi retention`: how long data is kept, and what would go, on a closed store and beside a server.

use rusqlite::Connection;

use super::{SEND, Server, folder, run};

#[test]
fn it_counts_what_is_old_enough_and_deletes_nothing() {
    let dir = folder();
    for topic in ["a", "b"] {
        assert_eq!(run(dir.path(), &[], &[&SEND[..], &["--topic", topic]].concat()).code, 0);
    }
    // One was sent long ago, one waits since then.
    let db = Connection::open(dir.path().join("data/jebi.db")).expect("the database");
    db.execute_batch(
        "UPDATE message SET created_at = created_at - 100 * 86400000;
        UPDATE delivery SET state = 3 WHERE key >> 24 = 1; DELETE FROM entry WHERE message = 1;",
    )
    .expect("the clock is set back behind Jebi's back");
    drop(db);
    let rows = |days: &str, due: u32, open: u32| {
        format!(
            "{:<20} {:>9} {:>12} {:>12}\n{:<20} {days:>9} {due:>12} {open:>12}\n",
            "DATA", "DAYS KEPT", "OLD ENOUGH", "STILL OPEN", "content"
        )
    };
    for (days, due, open) in [("90", 1, 1), ("never", 0, 0)] {
        let ran = run(dir.path(), &[("RETENTION_CONTENT_DAYS", days)], &["retention"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let shown = if days == "never" { "always" } else { days };
        assert!(ran.out.starts_with(&rows(shown, due, open)), "{}", ran.out);
        assert_eq!(ran.out.lines().count(), 7, "a line for each kind");
        assert_eq!(ran.err.trim_end(), "nothing was deleted: the server does that by itself, in slices");
    }
    let _server = Server::start(dir.path(), &[("RETENTION_CONTENT_DAYS", "never")]);
    let ran = run(dir.path(), &[("JEBI_LANG", "ko")], &["retention"]);
    assert!(ran.out.contains("always"), "the server's own ages count: {}", ran.out);
    assert!(ran.err.contains("지운 것은 없습니다"), "{}", ran.err);
}
