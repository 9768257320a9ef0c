//! How SQLite finds calls, and what the migration of their log makes of older rows. Nothing reads all the calls an endpoint ever had.

use std::fs;

use rusqlite::Connection;

use super::sqlite::{migrated, sql_folder};

/// How a statement is run, a step a line. Parameters do not matter.
fn plan(db: &Connection, name: &str) -> Vec<String> {
    let text = fs::read_to_string(sql_folder().join("sql").join(format!("{name}.sql"))).expect("a statement");
    let mut explained = db.prepare(&format!("EXPLAIN QUERY PLAN {text}")).expect("it is prepared");
    let n = explained.parameter_count();
    let steps = explained.query_map(rusqlite::params_from_iter(vec![1; n]), |r| r.get::<_, String>(3)).expect("a plan");
    steps.map(|step| step.expect("a step")).collect()
}

#[test]
fn calls_are_found_by_what_is_asked_of_them() {
    let db = migrated("9999");
    let by_due = "USING INDEX hook_call_due (endpoint=?";
    let by_log = "hook_call_log (endpoint=? AND state=?";
    let expected = [
        ("hook_take", "USING INDEX hook_call_due (endpoint=? AND due<?)"),
        ("hook_waiting", "hook_call_due (endpoint=?"),
        ("hook_drop_eldest", "hook_call_due (endpoint=?"),
        ("hook_stale", by_log),
        ("hook_between", by_log),
        ("hook_calls", by_log),
        ("hook_taken", "hook_call_taken (taken_by=?)"),
        ("hook_of_copy", "USING INDEX hook_event_key (key=?)"),
    ];
    for (name, index) in expected {
        let plan = plan(&db, name);
        assert!(plan.iter().any(|step| step.contains(index)), "{name}: {plan:?}");
        let whole =
            |step: &String| step.starts_with("SCAN hook_") || step.contains("TEMP B-TREE") || step.ends_with("PRIMARY KEY (endpoint=?)");
        assert!(!plan.iter().any(whole), "{name}: {plan:?}");
    }
    // Those that name their calls find each by its key.
    for name in ["hook_due_now", "hook_again", "hook_drop", "hook_unheld", "hook_call_erase", "hook_try_erase", "hook_end", "hook_tries"] {
        let plan = plan(&db, name);
        let keyed = |step: &String| step.contains("endpoint=? AND event=?");
        assert!(plan.iter().any(keyed), "{name}: {plan:?}");
    }
    // The statement of before is one the test would not let pass.
    let text = "SELECT event FROM hook_call WHERE endpoint = 1 AND due IS NOT NULL AND taken_by IS NULL AND since < 5 LIMIT 9";
    let step: String = db.query_row(&format!("EXPLAIN QUERY PLAN {text}"), [], |r| r.get(3)).expect("a plan");
    assert!(!step.contains(by_due), "{step}");
}

#[test]
fn older_calls_get_their_time_and_shown_urls_lose_their_query() {
    let db = migrated("0023");
    db.execute_batch(
        r#"INSERT INTO hook_event (no, kind, at, told_at) VALUES (7, 51, 1, 5);
        INSERT INTO hook_call (endpoint, event, state, due, since, tried, attempts) VALUES (1, 7, 0, 9, 8, 0, 0), (1, 8, 1, NULL, 6, 0, 1);
        INSERT INTO endpoint (body, from_config, created_at, changed_at) VALUES
            ('{"kind":"webhook","target":"https://shop.kr/hooks?token=x"}', 0, 0, 0), ('{"kind":"webhook","target":"https://shop.kr/가"}', 0, 0, 0);"#,
    )
    .expect("rows");
    db.execute_batch(&fs::read_to_string(sql_folder().join("migrations/0024_hooks.sql")).expect("a text")).expect("the migration");
    let column = |sql: &str| -> Vec<String> {
        let mut found = db.prepare(sql).expect("prepared");
        let rows = found.query_map([], |r| r.get(0)).expect("rows");
        rows.map(|row| row.expect("a text")).collect()
    };
    assert_eq!(column("SELECT event || ' ' || told_at FROM hook_call ORDER BY event"), ["7 5", "8 6"]);
    let targets = column("SELECT json_extract(body, '$.target') FROM endpoint ORDER BY no");
    assert_eq!(targets, ["https://shop.kr/hooks?…", "https://shop.kr/가"]);
}
