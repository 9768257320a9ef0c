//! Every refusal, with its exact message: one folder a case in `tests/config/bad/`.
//!
//! A case holds what it needs of `jebi.toml`, `input.env` (a `.env`), `environment` (`NAME=value` lines, the real
//! environment), `flags` (one argument a line); `message.txt` is what the start must print. Paths in them count from the
//! repository's root.

use std::{
    fs::{self, read_dir},
    path::{Path, PathBuf},
};

use jebi::{
    config::{Config, FileSource, Sources},
    words::Language,
};

use super::flags;

fn text(case: &Path, name: &str) -> Option<String> {
    let path = case.join(name);
    path.exists().then(|| fs::read_to_string(path).expect("a readable file"))
}

fn sources(case: &Path) -> Sources {
    let environment = text(case, "environment").unwrap_or_default();
    let pairs = environment.lines().map(|line| line.split_once('=').expect("NAME=value"));
    let given = text(case, "flags").unwrap_or_default();
    Sources {
        file: text(case, "jebi.toml").map(|text| FileSource { path: "jebi.toml".into(), text }),
        dotenv: text(case, "input.env"),
        env: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        flags: flags(&given.lines().collect::<Vec<_>>()),
        ..Sources::default()
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/bad");
    let mut cases: Vec<PathBuf> = read_dir(folder).expect("the cases").map(|e| e.expect("an entry").path()).collect();
    cases.sort();
    assert!(cases.len() > 40, "cases are missing");
    cases
}

#[test]
fn each_fault_and_remedy_is_told_in_korean_too() {
    let mut english = String::new();
    for case in cases() {
        let Err(errors) = Config::load(&sources(&case)) else { continue };
        for fault in errors.0 {
            for text in [&fault.fault, &fault.remedy] {
                let said = Language::Korean.say(text);
                if !said.chars().any(|c| ('가'..='힣').contains(&c)) {
                    english += &format!("{}: {text}\n", case.display());
                }
            }
        }
    }
    assert!(english.is_empty(), "{english}");
}

#[test]
fn each_bad_configuration_stops_with_its_message() {
    let mut wrong = String::new();
    for case in cases() {
        let expected = text(&case, "message.txt").unwrap_or_default();
        let said = match Config::load(&sources(&case)) {
            Err(errors) => format!("{errors}\n"),
            Ok(_) => "(it started)\n".to_owned(),
        };
        if said != expected {
            wrong += &format!("--- {}\nexpected:\n{expected}said:\n{said}", case.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
