//! Profiles: `JEBI_ENV=staging` lays its own files over the others.

use std::{fs, path::Path};

use jebi::config::{Config, Loaded, Sources};

use super::{env, flags};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).expect("written"));
    folder
}

fn load(folder: &Path, names: &[(&str, &str)], arguments: &[&str]) -> Result<Loaded, String> {
    let sources = Sources::from_folder(folder, env(names), flags(arguments)).map_err(|e| e.to_string())?;
    Config::load(&sources).map_err(|e| e.to_string())
}

const FILES: [(&str, &str); 4] = [
    ("jebi.toml", "[server]\nport = 3001\n[sending]\njitter_ms = 1\n"),
    ("jebi.staging.toml", "[server]\nport = 3002\n[sending]\nrecipient_allowlist = \"hong@example.kr, @example.com\"\n"),
    (".env", "SYNC_WAIT_SECONDS=7\nMAX_WAITING=10\nJEBI_ENV=staging\n"),
    (".env.staging", "SYNC_WAIT_SECONDS=8\n"),
];

#[test]
fn its_files_lie_over_the_others_and_the_environment_over_both() {
    let folder = folder(&FILES);
    let Loaded { config, notices, warnings } = load(folder.path(), &[("MAX_WAITING", "12")], &[]).expect("good");
    assert_eq!((config.server.port, config.sending.jitter.as_millis()), (3002, 1));
    assert_eq!((config.server.sync_wait.as_secs(), config.database.max_waiting), (8, 12));
    assert_eq!(config.profile.as_deref(), Some("staging"));
    let shown = config.redacted();
    for line in [
        "server.port = 3002 (profile file)",
        "sending.jitter_ms = 1 (file)",
        "server.sync_wait_seconds = 8 (profile .env SYNC_WAIT_SECONDS)",
        "database.max_waiting = 12 (env MAX_WAITING)",
        "sending.recipient_allowlist = h***@example.kr, @example.com (profile file)",
    ] {
        assert!(shown.lines().any(|l| l == line), "{line} is not in\n{shown}");
    }
    assert!(
        notices.iter().any(|n| n.starts_with("the profile staging is in force (JEBI_ENV): ") && n.ends_with("over the others")),
        "{notices:?}"
    );
    let told = "sending.recipient_allowlist is set: only 1 address and 1 domain may be mailed, and mail to anybody else is refused; \
                remove it to mail everybody";
    assert_eq!(warnings, [told]);
}

#[test]
fn without_its_name_it_does_not_count_and_the_real_environment_names_it_first() {
    let plain = folder(&[FILES[0], FILES[1], FILES[3]]);
    assert_eq!(load(plain.path(), &[], &[]).expect("good").config.server.port, 3001);
    assert_eq!(load(plain.path(), &[("JEBI_ENV", "staging")], &[]).expect("good").config.server.port, 3002);
    let other = folder(&[FILES[2], ("jebi.test.toml", "[server]\nport = 3009\n")]);
    assert_eq!(load(other.path(), &[("JEBI_ENV", "test")], &[]).expect("good").config.server.port, 3009);
}

#[test]
fn it_stands_beside_the_file_that_was_named() {
    let folder = folder(&[("mail.toml", "[server]\nport = 3001\n"), ("mail.staging.toml", "[server]\nport = 3002\n")]);
    let named = folder.path().join("mail.toml").display().to_string();
    let loaded = load(folder.path(), &[("JEBI_ENV", "staging")], &["--config", &named]);
    assert_eq!(loaded.expect("good").config.server.port, 3002);
}

#[test]
fn a_name_without_files_and_one_that_is_none_are_refused() {
    let folder = folder(&[(".env.staging", "JEBI_ENV=other\nnonsense\n")]);
    let refused = |name: &str| load(folder.path(), &[("JEBI_ENV", name)], &[]).expect_err("a fault");
    let at = |name: &str| folder.path().join(name).display().to_string();
    assert_eq!(
        refused("prod"),
        format!(
            "JEBI_ENV: names the profile prod, but there is neither {} nor {}; make one of them, or remove the name to go without a profile",
            at("jebi.prod.toml"),
            at(".env.prod")
        )
    );
    let remedy = "write 1 to 32 lower case letters, digits, - and _, such as staging";
    assert_eq!(refused("../prod"), format!("JEBI_ENV: \"../prod\" is not the name of a profile; {remedy}"));
    assert_eq!(
        refused("staging"),
        ".env.staging line 2: has no =; write NAME=value, or start the line with #\n\
         JEBI_ENV: stands in .env.staging, the file it chooses; write it into the environment or .env"
    );
}
