//! Profiles, advertising and refusing through the real server and its local inbox, by commands and links.

use serde_json::{Value, json};

use crate::support::{
    http::{self, Answer},
    server::{Server, run, until},
};

fn profile(folder: &std::path::Path) {
    let arguments = [
        "profile",
        "set",
        "shop",
        "--from",
        "제비상점 <news@example.kr>",
        "--company",
        "제비상점",
        "--postal-address",
        "서울특별시 중구 세종대로 110",
        "--phone",
        "02-120",
        "--email",
        "help@example.kr",
        "--list-id",
        "news.example.kr",
    ];
    let done = run(folder, &[], &arguments);
    assert_eq!((done.code, done.out.trim()), (0, "the profile shop is kept"), "{done:?}");
}

/// The first mail of the inbox, as it went out.
fn source(server: &Server) -> String {
    let id =
        until("the mail is there", || server.get("/v1/inbox")["mails"].as_array().and_then(|all| all.first().map(|m| m["id"].clone())));
    let key = server.key.as_deref().unwrap_or_default();
    let answer = http::call(address(server), "GET", &format!("/v1/inbox/{id}/source"), &[("x-api-key", key)], b"").expect("an answer");
    String::from_utf8(answer.body).expect("ASCII")
}

fn address(server: &Server) -> std::net::SocketAddr {
    server.url.trim_start_matches("http://").parse().expect("an address")
}

/// As mail programs do it: without a key.
fn follow(server: &Server, method: &str, link: &str, body: &[u8]) -> Answer {
    http::call(address(server), method, link, &[], body).expect("an answer")
}

#[test]
fn advertising_reaches_the_inbox_as_the_law_wants_it_and_its_link_refuses_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[("SERVER_URL", "http://127.0.0.1:1")]);
    profile(folder.path());
    let message = json!({"messages": [{
        "category": "advertising", "profile": "shop", "topic_id": "봄", "emails": ["hong@naver.com"], "subject": "봄맞이 할인", "content": "<p>봄</p>",
    }]});
    let (status, answer) = server.ask("POST", "/v1/messages", &message.to_string());
    assert_eq!(status, 202, "{answer}");
    let source = source(&server);
    let parsed = mail_parser::MessageParser::default().parse(source.as_bytes()).expect("a mail");
    assert_eq!(parsed.subject(), Some("(광고) 봄맞이 할인"));
    let html = parsed.body_html(0).expect("HTML");
    assert!(html.contains("제비상점") && html.contains("02-120") && html.contains("수신 거부") && html.contains("unsubscribe"), "{html}");
    let unfolded = source.replace("\r\n ", " ");
    let link =
        unfolded.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: <http://127.0.0.1:1")?.split('>').next()).expect("a link");
    assert!(
        unfolded.contains("\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
            && unfolded.contains("\nList-Id: <news.example.kr>\r\n")
    );

    let done = follow(&server, "POST", link, b"List-Unsubscribe=One-Click");
    assert_eq!(done.status, 200, "{}", String::from_utf8_lossy(&done.body));
    let log = std::fs::read_to_string(folder.path().join("log")).expect("a log");
    assert!(log.contains("somebody refused more mail") && !log.contains("hong@naver.com"), "masked: {log}");

    // The secret lies beside the database, readable by nobody else, and in nothing else.
    use std::os::unix::fs::PermissionsExt;
    let file = folder.path().join("data/jebi.secret");
    let secret = std::fs::read_to_string(&file).expect("a secret");
    assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    let database = std::fs::read(folder.path().join("data/jebi.db")).expect("a database");
    let secret = secret.trim().as_bytes();
    assert!(secret.len() == 64 && !database.windows(secret.len()).any(|w| w == secret) && !log.as_bytes().windows(64).any(|w| w == secret));

    let rotated = run(folder.path(), &[], &["link-key", "rotate"]);
    assert!(rotated.code == 0 && rotated.out.starts_with("key 2 signs links from "), "{rotated:?}");
    assert_eq!(follow(&server, "GET", link, b"").status, 200, "links sent before go on working");
    let listed = run(folder.path(), &[], &["link-key", "list"]);
    assert_eq!(listed.out.lines().count(), 3, "{listed:?}");
    let removed = run(folder.path(), &[], &["profile", "remove", "shop"]);
    assert_eq!((removed.code, removed.out.trim()), (0, "the profile shop is removed"), "{removed:?}");
}

#[test]
fn a_profile_is_changed_in_what_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let _server = Server::start(folder.path(), &[]);
    profile(folder.path());
    let changed = run(folder.path(), &[], &["profile", "set", "shop", "--phone", "02-130", "--unsubscribe", "off"]);
    assert_eq!(changed.code, 0, "{changed:?}");
    let shown = run(folder.path(), &[], &["profile", "show", "shop"]);
    let shown: Value = serde_json::from_str(&shown.out).expect("JSON");
    assert_eq!(
        (&shown["company"]["phone"], &shown["company"]["name"], &shown["unsubscribe"]),
        (&"02-130".into(), &"제비상점".into(), &false.into())
    );
    let listed = run(folder.path(), &[], &["profile", "list"]);
    assert!(listed.out.contains("shop") && listed.out.contains("news@example.kr"), "{listed:?}");
    assert_eq!(run(folder.path(), &[], &["profile", "show", "a/b"]).code, 1);
}

#[test]
fn another_secret_than_the_links_were_made_with_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = "a secret of the operators, thirty-two bytes";
    drop(Server::start(folder.path(), &[("JEBI_SECRET", secret)]));
    let other = run(folder.path(), &[("JEBI_SECRET", "another secret, and long enough as well")], &["serve", "--port", "0"]);
    assert!(
        other.code != 0 && other.err.contains("JEBI_SECRET: it is not the secret that key 1 of the links in mail was made with"),
        "{other:?}"
    );
    let rotated = run(folder.path(), &[("JEBI_SECRET", "another secret, and long enough as well")], &["link-key", "rotate"]);
    assert_eq!(rotated.code, 0, "{rotated:?}");
    drop(Server::start(folder.path(), &[("JEBI_SECRET", "another secret, and long enough as well")]));
}
