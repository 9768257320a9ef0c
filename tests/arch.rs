//! The architecture, held: folder edges, file sizes, the pure package, migration numbers, codes of refusals, paths
//! named in documents.
//!
//! Every check is a function from a source tree to a list of faults. It runs over this repository, and over a made-up tree
//! that breaks the rule, so that a check which sees nothing does not pass unnoticed.

#[path = "arch/codes.rs"]
mod codes;
#[path = "arch/domain.rs"]
mod domain;
#[path = "arch/edges.rs"]
mod edges;
#[path = "arch/literals.rs"]
mod literals;
#[path = "arch/migrations.rs"]
mod migrations;
#[path = "arch/paths.rs"]
mod paths;
#[path = "arch/sizes.rs"]
mod sizes;
#[path = "arch/statements.rs"]
mod statements;
#[path = "arch/words.rs"]
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// This repository.
pub fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below `root/folder` with this extension, sorted; none where there is no such folder.
pub fn files(root: &Path, folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The path as it is written in documents.
pub fn name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// A made-up source tree.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    root
}

pub fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
