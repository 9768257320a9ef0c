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

/// All mails of the inbox once there are so many, by recipient, as they went out.
fn sources(server: &Server, count: usize) -> Vec<(String, String)> {
    let mails = until("the mails are there", || {
        let inbox = server.get("/v1/inbox");
        inbox["mails"].as_array().filter(|all| all.len() == count).cloned()
    });
    let key = server.key.as_deref().unwrap_or_default();
    let source = |id: &Value| {
        let answer = http::call(address(server), "GET", &format!("/v1/inbox/{id}/source"), &[("x-api-key", key)], b"").expect("an answer");
        String::from_utf8(answer.body).expect("ASCII")
    };
    let mut all: Vec<_> =
        mails.iter().map(|mail| (mail["to"][0].as_str().unwrap_or_default().to_owned(), source(&mail["id"]))).collect();
    all.sort();
    all
}

/// The subject is looked at after it was filled in: whatever the template and the values make of it, it begins with the mark once, or
/// that mail alone fails and says why.
#[test]
fn advertising_of_a_template_is_marked_after_it_is_filled_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[("SERVER_URL", "http://127.0.0.1:1")]);
    profile(folder.path());
    let recipient = |name: &str, title: &str| json!({"email": format!("{name}@naver.com"), "variables": {"title": title}});
    let recipients = [
        recipient("a-plain", "봄맞이 할인"),
        recipient("b-marked", "(광고) 봄맞이 할인"),
        recipient("c-apart", "(광 고) 봄맞이 할인"),
        recipient("d-wide", "（광고） 봄맞이 할인"),
        recipient("e-twice", "(광고) (광고) 할인"),
        recipient("f-later", "봄맞이 (광고) 할인"),
    ];
    let message = json!({"messages": [{
        "category": "advertising", "profile": "shop", "topic_id": "봄", "subject": "{{ title }}", "html": "<p>{{ title }}</p>",
        "text": "{{ title }}", "recipients": recipients,
    }]});
    let (status, answer) = server.ask("POST", "/v1/messages", &message.to_string());
    assert_eq!(status, 202, "{answer}");
    let sent = sources(&server, 2);
    assert_eq!(sent.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(), ["a-plain@naver.com", "b-marked@naver.com"]);
    for (to, source) in sent {
        let parsed = mail_parser::MessageParser::default().parse(source.as_bytes()).expect("a mail");
        assert_eq!(parsed.subject(), Some("(광고) 봄맞이 할인"), "{to}");
        for body in [parsed.body_html(0), parsed.body_text(0)] {
            let body = body.expect("both parts");
            for told in ["제비상점", "서울특별시 중구 세종대로 110", "02-120", "help@example.kr", "수신", "http://127.0.0.1:1/u/"] {
                assert!(body.contains(told), "{to} lacks {told}: {body}");
            }
        }
    }
    let all = answer["messages"][0]["deliveries"].as_array().expect("deliveries").clone();
    let why = |i: usize| {
        let path = format!("/v1/deliveries/{}", all[i]["id"].as_str().expect("an id"));
        let shown = until("it has ended", || Some(server.get(&path)).filter(|shown| shown["state"] == "failed"));
        shown["reason"]["code"].as_str().unwrap_or_default().to_owned()
    };
    let wanted = ["advertising_mark_variant", "advertising_mark_variant", "advertising_mark_twice", "advertising_mark_elsewhere"];
    assert_eq!([2, 3, 4, 5].map(why), wanted);
}

#[test]
fn who_wants_no_language_gets_their_senders() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    profile(folder.path());
    assert_eq!(run(folder.path(), &[], &["profile", "set", "shop", "--language", "en-US"]).code, 0);
    let mail = |topic: &str| {
        json!({
            "profile": "shop", "topic_id": topic, "subject": "소식", "text": "안녕하세요", "variants": [
                {"language": "en", "subject": "News", "text": "Hello"}, {"language": "ja", "subject": "お知らせ", "text": "こんにちは"}],
            "recipients": [{"email": "a@naver.com"}, {"email": "b@naver.com", "language": "ja-JP"}, {"email": "c@naver.com", "language": "fr"}],
        })
    };
    let mut named = mail("named");
    named["language"] = "ko".into();
    named["recipients"] = json!([{"email": "d@naver.com"}]);
    let (status, answer) = server.ask("POST", "/v1/messages", &json!({"messages": [mail("open"), named]}).to_string());
    assert_eq!(status, 202, "{answer}");
    let subjects: Vec<String> = sources(&server, 4)
        .iter()
        .map(|(_, source)| {
            let parsed = mail_parser::MessageParser::default().parse(source.as_bytes()).expect("a mail");
            parsed.subject().expect("a subject").to_owned()
        })
        .collect();
    assert_eq!(subjects, ["News", "お知らせ", "News", "소식"], "nothing wanted, Japanese, French, and a message that says its language");
}
