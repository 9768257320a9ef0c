//! Documents name only paths that exist.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{assert_none, files, here, name, read, tree};

/// How a path of this repository begins.
const TOPS: [&str; 10] = [".ci/", "bench/", "deploy/", "docs/", "domain/", "fuzz/", "scripts/", "src/", "tests/", "packaging/"];

fn documents(root: &Path) -> Vec<PathBuf> {
    let top = fs::read_dir(root).expect("the root").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> = top.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    found.extend(files(root, "docs", "md"));
    found.sort();
    found
}

fn faults(root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for document in documents(root) {
        let text = read(&document);
        let file = name(root, &document);
        let missing = |named: &&str, from: &Path| !is_pattern(named) && !from.join(named.trim_end_matches('/')).exists();
        let named = text.split(|c: char| c.is_whitespace() || "`()[]|\"'".contains(c)).map(tidy);
        let named = named.filter(|word| TOPS.iter().any(|top| word.starts_with(top)));
        faults.extend(
            named
                .filter(|path| missing(path, root) && missing(path, document.parent().unwrap_or(root)))
                .map(|path| format!("{file} names {path}, which does not exist")),
        );
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
        let links = links.filter(|link| !link.is_empty() && !link.contains(':') && !link.starts_with('<'));
        let folder = document.parent().unwrap_or(root);
        faults.extend(links.filter(|link| missing(link, folder)).map(|link| format!("{file} links to {link}, which does not exist")));
    }
    faults.dedup();
    faults
}

/// Without punctuation behind, a line number or an anchor.
fn tidy(word: &str) -> &str {
    let word = word.split(['#', ':']).next().unwrap_or(word);
    word.trim_start_matches("./").trim_end_matches(['.', ',', ';', '?', '!'])
}

/// Stands for many paths, or for one that somebody will make.
fn is_pattern(word: &str) -> bool {
    word.contains(['*', '<', '>', '{', '…', '$']) || word.contains("NNNN")
}

#[test]
fn documents_name_only_paths_that_exist() {
    assert_none(&faults(here()));
}

#[test]
fn a_missing_path_is_seen() {
    let root = tree(&[
        (
            "README.md",
            "See `src/a.rs`, `src/b.rs:7` and `src/store/<engine>/`; run ./scripts/test. [States](docs/S.md) [web](https://x.kr)",
        ),
        ("docs/S.md", "[up](../README.md#x) [gone](GONE.md)"),
        ("src/a.rs", ""),
    ]);
    assert_eq!(
        faults(root.path()),
        [
            "README.md names src/b.rs, which does not exist",
            "README.md names scripts/test, which does not exist",
            "docs/S.md links to GONE.md, which does not exist",
        ]
    );
}
