//! `Dockerfile` and `.dockerignore`. No container can be built where the tests run: what can be known without is checked.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use super::{text, unknown_names, words, wrong_command};
use crate::arch::{assert_none, files, here, name, read};

/// The instructions, continued lines joined, without comments.
fn instructions(dockerfile: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = dockerfile.lines().filter(|line| !line.starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    joined.lines().filter_map(|line| line.trim().split_once(' ')).map(|(word, rest)| (word.to_owned(), rest.trim().to_owned())).collect()
}

fn faults(dockerfile: &str, manifest: &str) -> Vec<String> {
    let instructions = instructions(dockerfile);
    let of = |word: &str| instructions.iter().filter(|(found, _)| found == word).map(|(_, rest)| rest.clone()).collect::<Vec<_>>();
    let mut faults = Vec::new();
    let pinned = |image: &str| image.rsplit('/').next().is_some_and(|last| last.contains(|c: char| c.is_ascii_digit()));
    let images: Vec<String> = of("FROM").iter().filter_map(|from| from.split(' ').next().map(str::to_owned)).collect();
    faults.extend(images.iter().filter(|image| !pinned(image)).map(|image| format!("{image} is not pinned")));
    let wanted = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")).expect("a version").trim_end_matches('"');
    if !images[0].starts_with(&format!("rust:{wanted}.")) {
        faults.push(format!("{} builds what needs Rust {wanted}", images[0]));
    }
    // Both halves are the same Debian, so the same glibc.
    if !(images[0].contains("bookworm") && images.last().is_some_and(|image| image.contains("debian12"))) {
        faults.push(format!("{images:?} are different systems"));
    }
    let user = of("USER");
    if user.iter().any(|user| user.starts_with('0') || !user.starts_with(|c: char| c.is_ascii_digit())) || user.is_empty() {
        faults.push("it runs as root, or as a name Kubernetes cannot check".to_owned());
    }
    let pairs: Vec<String> = of("ENV").iter().flat_map(|pairs| pairs.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    faults.extend(unknown_names(pairs.iter().filter_map(|pair| pair.split('=').next())));
    if !pairs.contains(&"SERVER_HOST=0.0.0.0".to_owned()) {
        faults.push("nobody outside the container can reach it".to_owned());
    }
    if of("VOLUME") != ["/data"] || !pairs.contains(&"DATABASE_URL=sqlite:///data/jebi.db".to_owned()) {
        faults.push("the embedded store is not on the volume".to_owned());
    }
    let list = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|_| panic!("{text} needs a shell"));
    let start = [words(&list(&of("ENTRYPOINT")[0])), words(&list(&of("CMD")[0]))].concat().join(" ");
    faults.extend(wrong_command(&start.split(' ').collect::<Vec<_>>()));
    let check = of("HEALTHCHECK").concat();
    let (_, check) = check.split_once("CMD ").expect("a command");
    faults.extend(wrong_command(&words(&list(check))));
    faults
}

#[test]
fn the_image_says_what_jebi_understands() {
    assert_none(&faults(&text("Dockerfile"), &text("Cargo.toml")));
}

#[test]
fn an_image_that_does_not_fit_is_seen() {
    let (good, manifest) = (text("Dockerfile"), text("Cargo.toml"));
    for (from, to, fault) in [
        ("FROM gcr.io/distroless/cc-debian12:nonroot", "FROM debian:latest", "debian:latest is not pinned"),
        ("rust:1.95.0-slim-bookworm", "rust:1.80.0-slim-bookworm", "rust:1.80.0-slim-bookworm builds what needs Rust"),
        ("USER 65532:65532", "USER 0", "it runs as root"),
        ("SERVER_HOST=0.0.0.0", "SERVER_HOST=127.0.0.1", "nobody outside"),
        ("sqlite:///data/", "sqlite:///var/", "the embedded store is not on the volume"),
        ("\"ready\"]", "\"helthy\"]", "/usr/local/bin/jebi helthy: "),
    ] {
        let found = faults(&good.replace(from, to), &manifest);
        assert!(found.iter().any(|found| found.starts_with(fault)), "{fault}: {found:?}");
    }
}

/// Whether `.dockerignore`, which leaves out everything but `!` lines, lets a file through.
fn is_sent(ignore: &str, file: &str) -> bool {
    ignore.lines().filter_map(|line| line.strip_prefix('!')).any(|kept| file == kept || (kept.ends_with('/') && file.starts_with(kept)))
}

#[test]
fn the_builder_gets_every_file_the_build_reads() {
    let (ignore, root) = (text(".dockerignore"), here());
    let mut needed: BTreeSet<String> = ["Cargo.toml", "Cargo.lock", "domain/Cargo.toml", "tests/main.rs"].map(str::to_owned).into();
    for source in [files(root, "src", "rs"), files(root, "domain/src", "rs")].concat() {
        needed.insert(name(root, &source));
        let code = read(&source);
        for included in
            code.split("include_str!(\"").chain(code.split("include_bytes!(\"")).skip(1).filter_map(|rest| rest.split('"').next())
        {
            let path = source.parent().unwrap_or(Path::new("")).join(included);
            // Other pieces are code, not paths.
            if let Ok(path) = fs::canonicalize(path) {
                needed.insert(name(&fs::canonicalize(root).expect("the root"), &path));
            }
        }
    }
    assert!(needed.iter().any(|file| file == "locales/ko.ftl"), "what is included is found");
    let missing: Vec<String> = needed.into_iter().filter(|file| !is_sent(&ignore, file)).collect();
    assert_none(&missing);
    for secret in [".env", "data/jebi.db", "deploy/secrets/api_key"] {
        assert!(!is_sent(&ignore, secret), "{secret}");
    }
    assert!(ignore.lines().any(|line| line == "*") && !is_sent("*\n!src/", "locales/ko.ftl"));
}
