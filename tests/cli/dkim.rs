//! `jebi dkim`: makes keys that the configuration takes, and that only their owner may read.

use std::{fs, os::unix::fs::PermissionsExt};

use jebi::config::{Config, FileSource, Sources};

use super::{fault, folder, run};

#[test]
fn a_new_key_is_taken_by_the_configuration_it_prints() {
    let dir = folder();
    for (flag, selector, kind) in [("--rsa", "s1", "rsa"), ("--ed25519", "e1", "ed25519")] {
        let ran = run(dir.path(), &[], &["dkim", "new", "--domain", "Example.kr", "--selector", selector, flag]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let file = dir.path().join(format!("dkim-{selector}.pem"));
        assert_eq!(fs::metadata(&file).expect("written").permissions().mode() & 0o777, 0o600);
        let pem = fs::read_to_string(&file).expect("readable");
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n") && !ran.out.contains(pem.lines().nth(1).expect("its text")));

        let lines: Vec<&str> = ran.out.lines().map(str::trim).collect();
        assert!(lines.contains(&format!("{selector}._domainkey.example.kr").as_str()), "{}", ran.out);
        let record = lines.iter().find(|line| line.starts_with("v=DKIM1; ")).expect("the record");
        assert!(record.starts_with(&format!("v=DKIM1; k={kind}; p=")), "{record}");
        let zone = lines.iter().find(|line| line.contains("IN TXT (")).expect("the zone's line");
        let strings: Vec<&str> = zone.split('"').skip(1).step_by(2).collect();
        assert!(strings.concat() == **record && strings.iter().all(|string| string.len() <= 255), "{zone}");

        let setting = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).expect("printed");
        let (domain, keys) = (setting("JEBI_SMTP_DKIM_DOMAIN"), setting("JEBI_SMTP_DKIM_KEYS"));
        let text = format!("[smtp]\nhost = \"localhost\"\ndkim_domain = \"{domain}\"\ndkim_keys = \"{keys}\"\n");
        let sources = Sources { file: Some(FileSource { path: "jebi.toml".into(), text }), ..Sources::default() };
        let loaded = Config::load(&sources).expect("a valid configuration");
        assert_eq!(loaded.warnings, [""; 0]);
        assert!(!format!("{:?}", loaded.config).contains(pem.lines().nth(1).expect("its text")));

        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("changed");
        let warnings = Config::load(&sources).expect("a valid configuration").warnings;
        assert!(warnings.len() == 1 && warnings[0].contains("everybody on this machine may read this private key"), "{warnings:?}");
    }
}

#[test]
fn a_key_is_never_overwritten() {
    let dir = folder();
    let made = ["dkim", "new", "--domain", "example.kr", "--selector", "s1", "--ed25519", "--out", "key.pem"];
    assert_eq!(run(dir.path(), &[], &made).code, 0);
    let before = fs::read(dir.path().join("key.pem")).expect("written");
    let said = "key.pem is there already; name another file with --out, or move that one away";
    assert_eq!(fault(&run(dir.path(), &[], &made)), (1, said));
    assert_eq!(fs::read(dir.path().join("key.pem")).expect("still there"), before);
}

#[test]
fn what_is_no_domain_or_selector_is_refused() {
    let dir = folder();
    let ran = run(dir.path(), &[], &["dkim", "new", "--domain", "@example.kr", "--selector", "s1"]);
    let said =
        "--domain: \"@example.kr\" is not a domain; write the part of the senders' addresses after the @, such as example.com, in ASCII";
    assert_eq!(fault(&ran), (1, said));
    let ran = run(dir.path(), &[], &["dkim", "new", "--domain", "example.kr", "--selector", "s 1"]);
    let said =
        "--selector: \"s 1\" is not a selector; write the name the key has in the DNS before ._domainkey: letters, digits, - and dots";
    assert_eq!(fault(&ran), (1, said));
}
