//! Secrets never show themselves.

use std::fs;

use jebi::config::{Config, Secret, Sources};

use super::{env, file, flags};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const AWS_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfi=";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE";

#[test]
fn neither_debug_nor_the_effective_configuration_shows_one() {
    let names = [
        ("PROVIDER", "ses"),
        ("JEBI_API_KEY", KEY),
        ("AWS_ACCESS_KEY_ID", "AKIA1234567890EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", AWS_SECRET),
        ("AWS_SESSION_TOKEN", TOKEN),
        ("JWT_SECRET", "jwt-hunter2-hunter2-hunter2-hunter2"),
        ("JWT_SECRET_PREVIOUS", "old-hunter2-hunter2-hunter2-hunter2"),
        ("JEBI_SECRET", "link-hunter2-hunter2-hunter2-hunter2"),
        ("SENTRY_DSN", "https://hunter2@sentry.example.com/1"),
    ];
    let loaded = Config::load(&Sources { env: env(&names), ..Sources::default() }).expect("a good configuration");
    assert_eq!(loaded.config.access.api_key.as_ref().map(Secret::reveal), Some(KEY));
    let shown = format!("{loaded:?}{}", loaded.config.redacted());
    for secret in [KEY, AWS_SECRET, TOKEN, "hunter2"] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
    assert!(loaded.config.redacted().contains("access.api_key = [hidden] (env JEBI_API_KEY)"));
}

#[test]
fn a_secret_hides_in_every_form() {
    let secret = Secret::new("hunter2");
    let json = serde_json::to_string(&secret).expect("JSON");
    assert_eq!(format!("{secret} {secret:?} {json}"), "[hidden] [hidden] \"[hidden]\"");
}

#[test]
fn a_refused_secret_is_not_echoed() {
    for (name, value) in [
        ("JEBI_API_KEY", "hunter2"),
        ("JWT_SECRET", "hunter2"),
        ("JEBI_SECRET", "hunter2"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2 hunter2"),
        ("SERVER_URL", "https://hunter2@x.kr"),
    ] {
        let sources = Sources { env: env(&[(name, value), ("PROVIDER", "ses"), ("AWS_ACCESS_KEY_ID", "AKIA")]), ..Sources::default() };
        let errors = Config::load(&sources).expect_err("a bad configuration");
        assert!(!format!("{errors} {errors:?}").contains("hunter2"), "{errors}");
    }
}

#[test]
fn secrets_come_from_files_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    fs::write(&path, format!("{KEY}\n")).expect("written");
    let path = path.to_str().expect("text");
    let ways = [
        Sources { env: env(&[("JEBI_API_KEY_FILE", path)]), ..Sources::default() },
        Sources { file: file(&format!("[access]\napi_key_file = {path:?}\n")), ..Sources::default() },
        Sources { flags: flags(&["--set", &format!("access.api_key_file={path}")]), ..Sources::default() },
    ];
    for sources in ways {
        let loaded = Config::load(&sources).expect("a good configuration");
        assert_eq!(loaded.config.access.api_key.as_ref().map(Secret::reveal), Some(KEY));
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        assert!(!loaded.config.redacted().contains(KEY));
    }
    fs::write(path, "\n").expect("written");
    let errors = Config::load(&Sources { env: env(&[("JEBI_API_KEY_FILE", path)]), ..Sources::default() }).expect_err("an empty file");
    assert_eq!(errors.to_string(), format!("JEBI_API_KEY_FILE: {path} is empty; write the secret into that file, or correct the path"));
}

#[test]
fn a_secret_in_a_flag_is_warned_of_and_not_in_debug() {
    let flags = flags(&["--set", &format!("access.api_key={KEY}")]);
    assert!(!format!("{flags:?}").contains(KEY));
    let loaded = Config::load(&Sources { flags, ..Sources::default() }).expect("a good configuration");
    assert_eq!(
        loaded.warnings,
        [
            "--set access.api_key: the secret can be read by every user of this machine (process list); put it into the environment or a file"
        ]
    );
}

#[test]
fn a_password_in_the_address_of_an_unused_section_is_not_shown() {
    let names = [("PROVIDER", "local"), ("AWS_ENDPOINT_URL_SESV2", "https://kim:hunter2@ses.example.com")];
    let loaded = Config::load(&Sources { env: env(&names), ..Sources::default() }).expect("a good configuration");
    assert!(loaded.config.ses().is_none());
    let shown = format!("{loaded:?}{}", loaded.config.redacted());
    assert!(!shown.contains("hunter2"), "{shown}");
}
