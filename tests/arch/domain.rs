//! The rules are pure: their manifest names nothing that does I/O, and their code does none by itself.

use std::path::Path;

use super::{assert_none, files, here, name, read, tree};

/// Packages that do I/O, by how their names begin.
const IO: [&str; 12] = ["aws", "axum", "deadpool", "hyper", "jebi", "mio", "postgres", "reqwest", "rusqlite", "rustls", "sqlx", "tokio"];
/// What the standard library does of it.
const STD_IO: [&str; 6] = ["std::env", "std::fs", "std::process", "std::thread", "TcpStream", "UdpSocket"];

fn faults(root: &Path) -> Vec<String> {
    let manifest: toml::Table = read(&root.join("domain/Cargo.toml")).parse().expect("TOML");
    let mut faults = Vec::new();
    for section in ["dependencies", "build-dependencies"] {
        let packages = manifest.get(section).and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys);
        let io = packages.filter(|package| IO.iter().any(|io| package.starts_with(io)));
        faults.extend(io.map(|package| format!("domain/Cargo.toml: {package} does I/O, which belongs to the root package")));
    }
    for path in files(root, "domain/src", "rs") {
        let text = read(&path);
        let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
        let found = STD_IO.iter().filter(|io| code.clone().any(|line| line.contains(**io)));
        faults.extend(found.map(|io| format!("{}: {io} is I/O, which belongs to the root package", name(root, &path))));
    }
    faults
}

#[test]
fn the_rules_are_pure() {
    assert_none(&faults(here()));
}

#[test]
fn there_are_two_packages() {
    let manifest: toml::Table = read(&here().join("Cargo.toml")).parse().expect("TOML");
    let members = manifest["workspace"].get("members").expect("members");
    assert_eq!(members.as_array().expect("a list"), &[toml::Value::from("domain")], "the layout has two packages: say why first");
}

#[test]
fn io_in_the_rules_is_seen() {
    let root = tree(&[
        ("domain/Cargo.toml", "[dependencies]\ntokio-util = \"1\"\nserde = \"1\"\n[dev-dependencies]\ntokio = \"1\"\n"),
        ("domain/src/a.rs", "// std::fs\nuse std::fs::File;\n"),
    ]);
    assert_eq!(
        faults(root.path()),
        [
            "domain/Cargo.toml: tokio-util does I/O, which belongs to the root package",
            "domain/src/a.rs: std::fs is I/O, which belongs to the root package",
        ]
    );
}
