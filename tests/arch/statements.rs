//! The steps of the store know no engine, and every statement they name is there for each: under one name, used, one statement a file.

use std::{collections::BTreeSet, path::Path};

use super::{assert_none, files, here, name, read, tree};

/// What a step may not name.
const DRIVERS: [&str; 4] = ["rusqlite", "tokio_postgres", "deadpool_postgres", "postgres_types"];
const ENGINES: [&str; 2] = ["sqlite", "postgres"];
/// Types a parameter of PostgreSQL may be cast to.
const CASTS: [&str; 4] = ["bigint", "text", "bytea", "boolean"];

/// A text without comments and quoted words.
fn bare(sql: &str) -> String {
    let code = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    code.split('\'').step_by(2).collect::<Vec<_>>().join("''")
}

/// What stands behind each place of a parameter: its number, and the text after it.
fn parameters(sql: &str) -> Vec<(&str, &str)> {
    let digits = |part: &str| part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
    sql.split('$').skip(1).map(|part| part.split_at(digits(part))).filter(|(no, _)| !no.is_empty()).collect()
}

fn is_cast(after: &str) -> bool {
    let word = after.strip_prefix("::").map(|cast| &cast[..cast.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(cast.len())]);
    word.is_some_and(|word| CASTS.contains(&word))
}

/// The names in `q!("…")` and the like.
fn named(text: &str, by: &str) -> BTreeSet<String> {
    text.split(&format!("{by}!(\"")).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn used(root: &Path, folder: &str, by: &str) -> BTreeSet<String> {
    files(root, folder, "rs").iter().flat_map(|path| named(&read(path), by)).collect()
}

fn faults(root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for path in files(root, "src/store/steps", "rs") {
        let text = read(&path);
        let drivers = DRIVERS.iter().filter(|driver| text.contains(*driver));
        faults.extend(drivers.map(|driver| format!("{} names {driver}", name(root, &path))));
    }
    // Engines run a few of the steps' statements themselves.
    let mut steps = used(root, "src/store", "q");
    steps.retain(|name| !name.starts_with('$'));
    for engine in ENGINES {
        let folder = format!("src/store/{engine}/sql/");
        let mut there = BTreeSet::new();
        let of_engine = format!("src/store/{engine}");
        let own = &used(root, &of_engine, "own") | &used(root, &of_engine, "sql");
        for path in files(root, &folder, "sql") {
            let file = name(root, &path);
            let text = read(&path);
            let code = bare(&text);
            if code.matches(';').count() != 1 || !code.trim_end().ends_with(';') {
                faults.push(format!("{file} holds more or less than one statement"));
            }
            if engine == "postgres" {
                let all = parameters(&code);
                let bound: BTreeSet<&str> = all.iter().map(|(no, _)| *no).collect();
                let cast: BTreeSet<&str> = all.iter().filter(|(_, after)| is_cast(after)).map(|(no, _)| *no).collect();
                faults.extend(bound.difference(&cast).map(|no| format!("{file}: ${no} is not cast to one of {CASTS:?}")));
            }
            let stem = file.trim_start_matches(&folder).trim_end_matches(".sql");
            match stem.strip_prefix("own/") {
                Some(short) if own.contains(short) || own.contains(stem) => {}
                Some(_) => faults.push(format!("{file} is never used")),
                None => drop(there.insert(stem.to_owned())),
            }
        }
        faults.extend(there.difference(&steps).map(|name| format!("{folder}{name}.sql is never used")));
        faults.extend(steps.difference(&there).map(|name| format!("{folder}{name}.sql is not there")));
    }
    faults
}

#[test]
fn steps_and_statements_fit_every_engine() {
    assert_none(&faults(here()));
}

#[test]
fn what_one_engine_lacks_or_nobody_uses_is_seen() {
    let root = tree(&[
        ("src/store/steps/a.rs", "use rusqlite::Row;\nfn f() { t.run(q!(\"both\"), ()); t.run(q!(\"lacking\"), ()); }"),
        ("src/store/sqlite/a.rs", "fn f() { db.execute(sql!(\"own/mine\"), []); }"),
        ("src/store/sqlite/sql/both.sql", "SELECT ';';"),
        ("src/store/sqlite/sql/lacking.sql", "SELECT 1; SELECT 2;"),
        ("src/store/sqlite/sql/own/mine.sql", "SELECT 1;"),
        ("src/store/postgres/a.rs", "const A: &str = own!(\"mine\");"),
        ("src/store/postgres/sql/both.sql", "-- $9 is a word; here\nSELECT $1, $2::bigint + $2, $3::int4;"),
        ("src/store/postgres/sql/left.sql", "SELECT 1;"),
        ("src/store/postgres/sql/own/mine.sql", "SELECT $1::bigint[];"),
        ("src/store/postgres/sql/own/over.sql", "SELECT 1"),
    ]);
    let mut seen = faults(root.path());
    seen.sort();
    assert_eq!(
        seen,
        [
            "src/store/postgres/sql/both.sql: $1 is not cast to one of [\"bigint\", \"text\", \"bytea\", \"boolean\"]",
            "src/store/postgres/sql/both.sql: $3 is not cast to one of [\"bigint\", \"text\", \"bytea\", \"boolean\"]",
            "src/store/postgres/sql/lacking.sql is not there",
            "src/store/postgres/sql/left.sql is never used",
            "src/store/postgres/sql/own/over.sql holds more or less than one statement",
            "src/store/postgres/sql/own/over.sql is never used",
            "src/store/sqlite/sql/lacking.sql holds more or less than one statement",
            "src/store/steps/a.rs names rusqlite",
        ]
    );
}
