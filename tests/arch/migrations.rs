//! Migrations are numbered from 1 without a gap, and every engine has the same numbers and names.

use std::{collections::BTreeMap, path::Path};

use super::{assert_none, files, here, name, tree};

fn faults(root: &Path) -> Vec<String> {
    let mut engines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files(root, "src/store", "sql") {
        let file = name(root, &path);
        if let Some((engine, migration)) = file.trim_start_matches("src/store/").split_once("/migrations/") {
            engines.entry(engine.to_owned()).or_default().push(migration.to_owned());
        }
    }
    let mut faults = Vec::new();
    for (engine, migrations) in &engines {
        for (i, migration) in migrations.iter().enumerate() {
            if !migration.starts_with(&format!("{:04}_", i + 1)) {
                faults.push(format!("src/store/{engine}/migrations/{migration} should be number {:04}", i + 1));
            }
        }
    }
    let mut pairs = engines.iter();
    if let Some((first, expected)) = pairs.next() {
        faults.extend(
            pairs.filter(|(_, found)| *found != expected).map(|(other, _)| format!("{first} and {other} have different migrations")),
        );
    }
    faults
}

#[test]
fn engines_have_the_same_migrations() {
    assert_none(&faults(here()));
}

#[test]
fn a_gap_and_a_difference_are_seen() {
    let root = tree(&[
        ("src/store/postgres/migrations/0001_start.sql", ""),
        ("src/store/sqlite/migrations/0001_start.sql", ""),
        ("src/store/sqlite/migrations/0003_more.sql", ""),
        ("src/store/sqlite/sql/claim.sql", ""),
    ]);
    assert_eq!(
        faults(root.path()),
        ["src/store/sqlite/migrations/0003_more.sql should be number 0002", "postgres and sqlite have different migrations"]
    );
}
