//! `jebi key create` with restrictions, and `jebi token`.

use super::{Server, fault, folder, run};

#[test]
fn a_key_says_what_it_allows() {
    let dir = folder();
    let arguments = ["key", "create", "--name", "소식지", "--scope", "send", "--expires", "90d", "--sender", "@example.kr"];
    let made = run(dir.path(), &[], &[&arguments[..], &["--network", "10.0.0.0/8", "--daily-limit", "500"]].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    let listed = run(dir.path(), &[], &["key", "list"]);
    let line = listed.out.lines().nth(1).expect("a key").split_whitespace().collect::<Vec<_>>();
    assert_eq!((line[2], line[6], line[4].len()), ("send", "소식지", "2026-01-01T00:00:00.000Z".len()), "{}", listed.out);
    let bad = run(dir.path(), &[], &["key", "create", "--scope", "write", "--sender", "example.kr"]);
    let said = "scopes[0]: \"write\" is no scope; give one or more of send, read, admin\n\
                senders[0]: \"example.kr\" is no sender; give an address (news@example.kr) or a whole domain (@example.kr)";
    assert_eq!(fault(&bad), (1, said));
    assert_eq!(run(dir.path(), &[], &["key", "create", "--expires", "soon"]).code, 2);
}

#[test]
fn a_token_made_here_is_taken_there() {
    let dir = folder();
    let secret = [("JWT_SECRET", "0123456789abcdef0123456789abcdef")];
    let mut server = Server::start(dir.path(), &secret);
    let made = run(dir.path(), &secret, &["token", "create", "--sub", "홍길동", "--scope", "read", "--expires", "12h"]);
    assert_eq!((made.code, made.out.matches('.').count()), (0, 2), "{}", made.err);
    server.key = Some(made.out.trim_end().to_owned());
    assert_eq!(server.ask("GET", "/v1/deliveries", "").0, 200);
    assert_eq!(server.ask("POST", "/v1/messages", "{}").0, 403);
    assert!(run(dir.path(), &secret, &["key", "list"]).out.contains("(token)"), "its subject is listed");
}

#[test]
fn a_token_needs_the_secret_and_good_words() {
    let dir = folder();
    let ran = run(dir.path(), &[], &["token", "create", "--sub", "kim"]);
    assert_eq!(fault(&ran), (1, "JWT_SECRET: is not set, so no token could be checked; set it as the server has it"));
    let secret = [("JWT_SECRET", "0123456789abcdef0123456789abcdef")];
    let ran = run(dir.path(), &secret, &["token", "create", "--sub", "kim", "--scope", "write"]);
    assert_eq!(fault(&ran), (1, "scope: \"write\" is no scope; give one or more of send, read, admin"));
    let ran = run(dir.path(), &secret, &["token", "create", "--sub", "kim", "--expires", "4000d"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
}
