//! What is read from the process and its files.

use std::fs;

use jebi::config::{Config, Sources};

use super::flags;

#[test]
fn the_named_file_and_the_real_environment_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mail.toml");
    fs::write(&path, "[server]\nport = 3456\n").expect("written");
    let sources = Sources::from_process(flags(&["--config", path.to_str().expect("text")])).expect("readable");
    assert_eq!(sources.file.as_ref().map(|file| file.path.clone()), Some(path));
    // Cargo sets it for every test.
    assert_eq!(sources.env.get("CARGO_PKG_NAME").map(String::as_str), Some("jebi"));
    let alone = Sources { file: sources.file, ..Sources::default() };
    assert_eq!(Config::load(&alone).expect("a good configuration").config.server.port, 3456);
}

#[test]
fn a_named_file_that_cannot_be_read_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |path: &str| Sources::from_process(flags(&["--config", path])).err().expect("a fault").to_string();
    let gone = folder.path().join("gone.toml").display().to_string();
    let remedy = "correct the path, or the file's rights or encoding (UTF-8)";
    assert_eq!(refused(&gone), format!("--config: {gone}: cannot be read: No such file or directory (os error 2); {remedy}"));
    let latin = folder.path().join("latin.toml");
    fs::write(&latin, b"# \xe9\n").expect("written");
    let latin = latin.display().to_string();
    assert_eq!(refused(&latin), format!("--config: {latin}: cannot be read: stream did not contain valid UTF-8; {remedy}"));
}
