//! The example deployments in `deploy/` and the image are what this program understands: names, probes, commands and times.
//!
//! Every check is a function from a text to faults, tried on a text that breaks it.

mod compose;
mod image;
mod kubernetes;
mod unit;

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::support::server::run;

/// The program inside the image and as the unit installs it.
const PROGRAM: &str = "/usr/local/bin/jebi";
/// What a stop may take beyond its grace: outcomes are written for so long (docs/OPERATING.md, "Stopping").
const OUTCOMES_S: u64 = 5;

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Every document of a YAML file, aliases and merges resolved.
fn yaml(text: &str) -> Vec<Value> {
    #[expect(clippy::disallowed_methods, reason = "where Python with PyYAML lies is told by scripts/test")]
    let python = std::env::var("JEBI_TEST_PYTHON").expect("JEBI_TEST_PYTHON is not set: run scripts/test, which installs PyYAML");
    let program = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))";
    let mut child = Command::new(&python)
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("JEBI_TEST_PYTHON ({python}) does not run: {e}; run scripts/test"));
    child.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("written");
    let done = child.wait_with_output().expect("it ends");
    assert!(done.status.success(), "no YAML");
    serde_json::from_slice(&done.stdout).expect("JSON")
}

/// The names a configuration may have in the environment, by the reference page; secrets also as files.
fn known_names() -> BTreeSet<String> {
    let page = text("src/config/default.toml");
    let mut known = BTreeSet::new();
    let mut is_secret = false;
    for line in page.lines() {
        is_secret = line.starts_with('#') && (is_secret || line.contains("Secret."));
        for name in line.strip_prefix("# Environment: ").into_iter().flat_map(|names| names.split(", ")) {
            known.insert(name.to_owned());
            if is_secret {
                known.insert(format!("{name}_FILE"));
            }
        }
    }
    known
}

fn unknown_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let known = known_names();
    names.into_iter().filter(|name| !known.contains(*name)).map(|name| format!("{name} is no name of the configuration")).collect()
}

/// Whether a command line is one of this program's.
fn wrong_command(words: &[&str]) -> Vec<String> {
    match words {
        [PROGRAM, arguments @ ..] => {
            let folder = tempfile::tempdir().expect("a folder");
            let ran = run(folder.path(), &[], &[arguments, &["--help"]].concat());
            if ran.code == 0 { Vec::new() } else { vec![format!("{}: {}", words.join(" "), ran.err)] }
        }
        _ => vec![format!("{} is not {PROGRAM}", words.join(" "))],
    }
}

/// The paths the program answers.
fn routes() -> BTreeSet<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let description: Value = serde_json::from_str(&run(folder.path(), &[], &["openapi"]).out).expect("JSON");
    description["paths"].as_object().expect("paths").keys().cloned().collect()
}

/// `40s` or `2m`, in seconds.
fn seconds(time: &str) -> u64 {
    let (number, unit) = time.split_at(time.len() - 1);
    number.parse::<u64>().expect("a number") * if unit == "m" { 60 } else { 1 }
}

fn too_short(kill_after: u64, grace: &str, before: u64) -> Vec<String> {
    let needed = grace.parse::<u64>().expect("seconds") + before + OUTCOMES_S;
    if kill_after > needed { Vec::new() } else { vec![format!("killed after {kill_after} s, while a stop may take {needed} s")] }
}

/// The words of a list of texts.
fn words(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn a_name_that_is_none_is_seen() {
    assert_eq!(
        unknown_names(["SERVER_PORT", "JEBI_API_KEY_FILE", "AWS_REGION_FILE", "SERVER_PROT"]),
        ["AWS_REGION_FILE is no name of the configuration", "SERVER_PROT is no name of the configuration"]
    );
    assert_eq!(wrong_command(&[PROGRAM, "ready"]), [""; 0]);
    assert_eq!(wrong_command(&[PROGRAM, "healthy"]).len(), 1);
    assert_eq!(wrong_command(&["/bin/sh", "-c", "true"]).len(), 1);
    assert_eq!(too_short(seconds("40s"), "25", 5), [""; 0]);
    assert_eq!(too_short(seconds("30s"), "25", 0).len(), 1);
}
