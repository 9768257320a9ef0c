//! Who may use whom, as the table at the head of `src/lib.rs` says; and no engine or provider uses another one.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{assert_none, files, here, name, read, tree};

/// Folders whose parts stand side by side and never use each other.
const SIDE_BY_SIDE: [&str; 2] = ["store", "provider"];
/// What lies under those beside it: they use it, and it uses none of them.
const UNDER: [&str; 2] = ["provider::dkim", "store::steps"];

type Table = BTreeMap<String, BTreeSet<String>>;

/// The rows ``| [`module`] | owns | may use |``; "everything" is every module.
fn table(lib: &str) -> Table {
    let rows: Vec<(&str, &str)> = lib
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("//! | [`")?.split(" | ");
            let module = cells.next()?.trim_end_matches("`]");
            Some((module, cells.nth(1)?.trim_end_matches(" |")))
        })
        .collect();
    let all: BTreeSet<String> = rows.iter().map(|(module, _)| (*module).to_owned()).collect();
    let allowed = |cell: &str| match cell {
        "everything" => all.clone(),
        words => words.split(", ").map(str::to_owned).collect(),
    };
    rows.iter().map(|(module, cell)| ((*module).to_owned(), allowed(cell))).collect()
}

/// Every edge the table does not allow.
fn faults(root: &Path) -> Vec<String> {
    let lib = read(&root.join("src/lib.rs"));
    let table = table(&lib);
    let declared = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let mut faults: Vec<String> = declared
        .filter(|module| !table.contains_key(*module))
        .map(|module| format!("src/lib.rs: {module} has no row in the table"))
        .collect();
    for path in files(root, "src", "rs") {
        let file = name(root, &path);
        let module = module_of(&file);
        let Some(own) = module.first() else { continue };
        let Some(allowed) = table.get(own) else {
            faults.push(format!("{file}: {own} has no row in the table of src/lib.rs"));
            continue;
        };
        for used in used(&read(&path), &module) {
            let Some(target) = used.first() else { continue };
            if target != own && table.contains_key(target) && !allowed.contains(target) {
                faults.push(format!("{file}: {own} may not use {}", used.join("::")));
            }
            let is_under = used.len() > 1 && UNDER.contains(&used[..2].join("::").as_str());
            if target == own && !is_under && SIDE_BY_SIDE.contains(&own.as_str()) && is_neighbour(root, &module, &used) {
                faults.push(format!("{file}: {} may not use {}", module[..2].join("::"), used.join("::")));
            }
        }
    }
    faults
}

/// Whether both are folders beside each other.
fn is_neighbour(root: &Path, module: &[String], used: &[String]) -> bool {
    let is_folder = |path: &[String]| path.len() >= 2 && root.join("src").join(&path[0]).join(&path[1]).is_dir();
    is_folder(module) && is_folder(used) && module[1] != used[1]
}

/// `src/store/sqlite/claim.rs` is `store::sqlite::claim`; `src/lib.rs` and `src/main.rs` are the root.
fn module_of(file: &str) -> Vec<String> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if matches!(path, "lib" | "main") { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// The paths inside the package that a file names, from the root.
fn used(text: &str, module: &[String]) -> Vec<Vec<String>> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let mut paths = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':')) {
                walk(&code[at..], &[], &mut paths);
            }
        }
    }
    paths.iter().map(|path| resolve(path, module)).collect()
}

fn resolve(path: &[String], module: &[String]) -> Vec<String> {
    let mut at = if path.first().is_some_and(|first| first == "crate") { Vec::new() } else { module.to_vec() };
    for part in path {
        match part.as_str() {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            other => at.push(other.to_owned()),
        }
    }
    at
}

/// Collects the paths of a use tree, or the one of an expression; returns how far it read.
fn walk(text: &str, prefix: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut at = text.len() - text.trim_start().len();
    if text[at..].starts_with('{') {
        at += 1;
        while at < text.len() && !text[at..].starts_with('}') {
            at += walk(&text[at..], prefix, paths);
            at += text[at..].find([',', '}']).unwrap_or(text.len() - at);
            at += usize::from(text[at..].starts_with(','));
            at += text[at..].len() - text[at..].trim_start().len();
        }
        return (at + 1).min(text.len());
    }
    let end = text[at..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(text.len(), |i| at + i);
    let path = [prefix, &[text[at..end].to_owned()]].concat();
    match text[end..].strip_prefix("::").filter(|_| end > at) {
        Some(rest) => end + 2 + walk(rest, &path, paths),
        None => {
            paths.push(path);
            end
        }
    }
}

#[test]
fn every_module_uses_only_what_the_table_allows() {
    assert_none(&faults(here()));
}

#[test]
fn a_forbidden_edge_is_seen_however_it_is_written() {
    let lib = "//! | [`app`] | all | everything |\n//! | [`http`] | api | domain |\n//! | [`store`] | queue | domain |\n\
               pub mod app;\npub mod http;\npub mod store;\npub mod stray;\n";
    let root = tree(&[
        ("src/lib.rs", lib),
        ("src/app.rs", "use crate::{http::A, store};"),
        ("src/http/mod.rs", "use crate::http::b;\n// crate::store\nfn f() { crate::store::open(); }"),
        ("src/http/deep/a.rs", "use crate::{http::x, store::{self, C}};"),
        ("src/http/deep/b.rs", "use super::super::super::store;\nuse super::super::x;"),
        ("src/http/ok.rs", "use super::{x, deep::{self}};\nuse mycrate::store;"),
        ("src/store/sqlite/mod.rs", "use super::postgres::X;\nuse super::row;"),
        ("src/store/postgres/mod.rs", "use super::row;\nuse crate::store::steps::{self, Row};"),
        ("src/store/steps/mod.rs", "use super::row;\nuse super::sqlite::Y;"),
        ("src/store/row.rs", ""),
        ("src/stray.rs", ""),
    ]);
    assert_eq!(
        faults(root.path()),
        [
            "src/lib.rs: stray has no row in the table",
            "src/http/deep/a.rs: http may not use store::self",
            "src/http/deep/a.rs: http may not use store::C",
            "src/http/deep/b.rs: http may not use store",
            "src/http/mod.rs: http may not use store::open",
            "src/store/sqlite/mod.rs: store::sqlite may not use store::postgres::X",
            "src/store/steps/mod.rs: store::steps may not use store::sqlite::Y",
            "src/stray.rs: stray has no row in the table of src/lib.rs",
        ]
        .map(|fault| fault.replace("::self", ""))
    );
}
