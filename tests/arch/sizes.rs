//! Small files: none above 600 lines, and the median of the sources at most 150.

use std::path::Path;

use super::{assert_none, files, here, name, read, tree};

const LONGEST: usize = 600;
const MEDIAN: usize = 150;

fn faults(root: &Path) -> Vec<String> {
    let lines = |folder: &str| files(root, folder, "rs").into_iter().map(|path| (name(root, &path), read(&path).lines().count())).collect();
    let sources: Vec<(String, usize)> =
        ["src", "domain/src"].into_iter().flat_map(|folder| -> Vec<(String, usize)> { lines(folder) }).collect();
    let tests: Vec<(String, usize)> = lines("tests");
    let long = sources.iter().chain(&tests).filter(|(_, lines)| *lines > LONGEST);
    let mut faults: Vec<String> = long.map(|(file, lines)| format!("{file} has {lines} lines: split it by subject")).collect();
    let mut counts: Vec<usize> = sources.iter().map(|(_, lines)| *lines).collect();
    counts.sort_unstable();
    let median = counts.get(counts.len() / 2).copied().unwrap_or(0);
    if median > MEDIAN {
        faults.push(format!("half of the source files have {median} lines or more: split the longest"));
    }
    faults
}

#[test]
fn files_are_small() {
    assert_none(&faults(here()));
}

#[test]
fn a_long_file_and_a_long_median_are_seen() {
    let (long, middling) = ("\n".repeat(601), "\n".repeat(151));
    let root = tree(&[("src/a.rs", &middling), ("src/b.rs", "\n"), ("domain/src/c.rs", &middling), ("tests/d.rs", &long)]);
    assert_eq!(
        faults(root.path()),
        ["tests/d.rs has 601 lines: split it by subject", "half of the source files have 151 lines or more: split the longest"]
    );
}
