//! Every code a refusal can carry stands in `src/http/codes.rs` and in `docs/API.md`, and nothing else does.

use std::{collections::BTreeSet, path::Path};

use super::{assert_none, files, here, read, tree};

/// What makes a fault, and which of its arguments is the code.
const MAKERS: [(&str, usize); 10] = [
    ("Fault::new(", 1),
    ("HeaderFault::new(", 0),
    ("Refusal::busy(", 1),
    ("faults.add(", 1),
    ("conflict(", 0),
    ("refused(", 0),
    ("fault(", 0),
    ("faulty(", 1),
    ("Slip::new(", 1),
    ("MarkupFault::new(", 1),
];
/// Where refusals are made.
const FOLDERS: [&str; 6] = ["src/http", "src/service", "src/app", "src/table", "src/markup", "domain/src"];
const TABLE: &str = "src/http/codes.rs";

/// The arguments of a call, from behind its bracket on.
fn arguments(text: &str) -> Vec<String> {
    let (mut all, mut depth, mut quoted, mut escaped) = (vec![String::new()], 0, false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        all.last_mut().expect("one is begun").push(c);
    }
    all
}

/// The words in quotation marks of a text: an argument may choose between two.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_code = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    text.split('"').skip(1).step_by(2).filter(is_code)
}

/// The codes the sources make.
fn made(root: &Path) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for path in FOLDERS.into_iter().flat_map(|folder| files(root, folder, "rs")).filter(|path| !path.ends_with(TABLE)) {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let text = read(&path);
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        if name.ends_with("tests.rs") {
            continue;
        }
        codes.extend(code.split("code: \"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        for (maker, place) in MAKERS {
            let calls = code.match_indices(maker).filter(|(at, _)| {
                let before = code[..*at].chars().next_back().unwrap_or(' ');
                !(before.is_alphanumeric() || matches!(before, '_' | ':' | '.'))
            });
            for (at, _) in calls {
                let arguments = arguments(&code[at + maker.len()..]);
                codes.extend(arguments.get(place).into_iter().flat_map(|one| words(one).map(str::to_owned).collect::<Vec<_>>()));
            }
        }
    }
    codes
}

/// Status, code, meaning and remedy, as the table has them.
fn table(root: &Path) -> Vec<(String, String, String, String)> {
    let text = read(&root.join(TABLE));
    let rows = text.split("&[Code] = &[").nth(1).unwrap_or_default().split("code(").skip(1);
    let row = |line: &str| {
        let parts = arguments(line);
        let plain = |i: usize| parts.get(i).map(|p: &String| p.trim().trim_matches('"').to_owned()).unwrap_or_default();
        (plain(0), plain(1), plain(2), plain(3))
    };
    rows.map(row).collect()
}

fn faults(root: &Path) -> Vec<String> {
    let (made, table) = (made(root), table(root));
    let document = read(&root.join("docs/API.md"));
    let listed: BTreeSet<String> = table.iter().map(|row| row.1.clone()).collect();
    let mut faults: Vec<String> = made.difference(&listed).map(|code| format!("{code} is not in {TABLE}")).collect();
    faults.extend(listed.difference(&made).map(|code| format!("{code} in {TABLE} is made nowhere")));
    let missing = table.iter().map(|(status, code, meaning, remedy)| format!("| {status} | `{code}` | {meaning} | {remedy} |"));
    faults.extend(missing.filter(|line| !document.contains(line.as_str())).map(|line| format!("docs/API.md lacks {line}")));
    let told = document.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").nth(1)?.strip_prefix('`')?.strip_suffix('`'));
    faults.extend(told.filter(|code| !listed.contains(*code)).map(|code| format!("docs/API.md has {code}, which is not in {TABLE}")));
    faults
}

#[test]
fn every_code_of_a_refusal_is_documented() {
    assert_none(&faults(here()));
}

#[test]
fn a_code_that_is_missing_stale_or_undocumented_is_seen() {
    let source = r#"fn a() { Fault::new("f", "one", format!("a, b"), "r"); Refusal::busy(3, if x { "two" } else { "three" }, ""); }"#;
    let rows = "&[Code] = &[\n    code(422, \"one\", \"M.\", \"R.\"),\n    code(503, \"two\", \"M, n.\", \"R.\"),\n    code(400, \"stale\", \"M.\", \"R.\"),\n";
    let document = "| 422 | `one` | M. | R. |\n| 503 | `two` | M, n. | R. |\n| 400 | `stale` | M. | R. |\n| 400 | `older` | M. | R. |\n";
    let root = tree(&[("src/service/a.rs", source), (TABLE, rows), ("docs/API.md", document)]);
    assert_eq!(
        faults(root.path()),
        [
            "three is not in src/http/codes.rs",
            "stale in src/http/codes.rs is made nowhere",
            "docs/API.md has older, which is not in src/http/codes.rs",
        ]
    );
}
