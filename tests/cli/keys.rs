//! `jebi key`: on a store nobody has open, and on a running server.

use super::{Server, fault, folder, run};

#[test]
fn keys_are_made_listed_and_revoked_without_a_server() {
    let dir = folder();
    let made = run(dir.path(), &[], &["key", "create", "--name", "newsletter"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let key = made.out.trim_end();
    assert!(key.starts_with("jebi_") && !key.contains(char::is_whitespace), "the key alone: {key}");
    assert!(made.err.contains("key 1 (newsletter) is made"), "{}", made.err);

    let listed = run(dir.path(), &[], &["key", "list"]);
    assert!(listed.out.lines().nth(1).is_some_and(|line| line.starts_with("1 ") && line.ends_with(" newsletter")), "{}", listed.out);
    assert!(!listed.out.contains(key));

    assert_eq!(run(dir.path(), &[], &["key", "revoke", "1"]).out, "key 1 is revoked\n");
    let again = run(dir.path(), &[], &["key", "revoke", "1"]);
    assert_eq!(fault(&again), (1, "there is no such key; list what exists and take the key's id from there"));
}

#[test]
fn a_key_made_beside_a_running_server_holds_at_once_and_ends_at_once() {
    let dir = folder();
    let mut server = Server::start(dir.path(), &[]);
    let made = run(dir.path(), &[], &["key", "create"]);
    assert!(made.err.contains("key 2 (command line) is made"), "{}", made.err);
    server.key = Some(made.out.trim_end().to_owned());
    assert_eq!(server.ask("GET", "/v1/keys", "").0, 200);
    assert_eq!(run(dir.path(), &[], &["key", "list"]).out.lines().count(), 3);
    assert_eq!(run(dir.path(), &[], &["key", "revoke", "2"]).code, 0);
    assert_eq!(server.ask("GET", "/v1/keys", "").0, 401);
}

#[test]
fn a_bad_name_is_refused_with_its_remedy() {
    let dir = folder();
    let ran = run(dir.path(), &[], &["key", "create", "--name", ""]);
    let said = "name: the name must be 1 to 100 characters without control characters; name the program that will use the key";
    assert_eq!(fault(&ran), (1, said));
}

#[test]
fn a_missing_store_is_not_made_by_looking() {
    let dir = folder();
    for command in [&["key", "list"][..], &["key", "revoke", "1"], &["verify"], &["release", "--yes"]] {
        let ran = run(dir.path(), &[], command);
        let said = "there is no database data/jebi.db; run this where the server runs, or set DATABASE_URL as it has it";
        assert_eq!(fault(&ran), (1, said), "{command:?}");
    }
    assert!(!dir.path().join("data").exists());
}
