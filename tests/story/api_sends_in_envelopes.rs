//! A mail to more people than SES takes in one call goes in envelopes of at most 50, each with the same headers and body, and everybody gets it
//! once (requirement S0-1).

use mail_parser::MessageParser;
use serde_json::json;

use crate::support::{
    server::{Server, until},
    smtp_stub::{Kind, SmtpStub},
};

fn people(list: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{list}-{i}@example.kr")).collect()
}

#[test]
fn fifty_to_fifty_cc_and_twenty_bcc_are_three_envelopes_of_one_mail() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let (folder, stub) = (tempfile::tempdir().expect("a folder"), runtime.block_on(SmtpStub::of(Kind::default())));
    let port = stub.port.to_string();
    let env = [
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", &port),
        ("SMTP_TLS", "none"),
        ("DEFAULT_FROM_EMAIL", "shop@example.kr"),
        ("MAX_SEND_PER_SECOND", "200"),
    ];
    let server = Server::start(folder.path(), &env);
    let (to, cc, bcc) = (people("to", 50), people("cc", 50), people("bcc", 20));
    let named: Vec<_> = to.iter().map(|email| json!({"email": email, "name": "홍길동"})).collect();
    let message = json!({"to": named, "cc": cc, "bcc": bcc, "subject": "한글 제목", "content": "<p>안녕하세요, {{ name }}님</p>", "variables": {"x": 1}});
    let (status, answer) = server.ask("POST", "/v1/messages", &json!({"messages": [message]}).to_string());
    assert_eq!((status, &answer["success"]), (202, &json!(120)), "{answer}");
    let taken = &answer["messages"][0];
    let firsts: Vec<_> = taken["deliveries"].as_array().expect("deliveries").iter().map(|one| one["email"].clone()).collect();
    assert_eq!(firsts, ["to-0@example.kr", "cc-0@example.kr", "bcc-0@example.kr"]);
    let path = format!("/v1/messages/{}", taken["id"].as_str().expect("an id"));
    let shown = until("all is sent", || Some(server.get(&path)).filter(|shown| shown["sent"] == 120));
    assert_eq!(shown["deliveries"], 3);

    let mut mails = stub.look(|s| s.mails.clone());
    mails.sort_by_key(|mail| std::cmp::Reverse(mail.to[0].clone()));
    assert_eq!(mails.iter().map(|mail| &mail.to).collect::<Vec<_>>(), [&to, &cc, &bcc], "each recipient in one envelope");
    let mut texts = mails.iter().map(|mail| String::from_utf8(mail.content.clone()).expect("ASCII"));
    let ids: Vec<_> = taken["deliveries"].as_array().expect("deliveries").iter().map(|one| one["id"].clone()).collect();
    let mut alike = ids.iter().map(|id| {
        let own = format!("X-Jebi-Delivery-Id: {}\r\n", id.as_str().expect("an id"));
        let text = texts.next().expect("a mail for each delivery");
        assert_eq!(text.matches(&own).count(), 1, "{text}");
        text.replace(&own, "")
    });
    let first = alike.next().expect("a mail");
    assert!(alike.all(|other| other == first), "the same MIME in every envelope");
    assert!(!first.contains("bcc-") && !first.to_lowercase().contains("\nbcc:"), "{first}");
    let parsed = MessageParser::default().parse(first.as_bytes()).expect("a mail");
    let all = |list: Option<&mail_parser::Address<'_>>| {
        list.expect("a header").iter().map(|one| one.address().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((all(parsed.to()), all(parsed.cc())), (to, cc));
    assert_eq!((parsed.subject(), parsed.body_html(0).as_deref()), (Some("한글 제목"), Some("<p>안녕하세요, 홍길동님</p>")));
    // Whoever lists the mail of one of them finds the envelope it was in, with its own state.
    let found = server.get("/v1/deliveries?email=bcc-19@example.kr");
    assert_eq!((&found["deliveries"][0]["id"], &found["deliveries"][0]["state"]), (&ids[2], &json!("sent")), "{found}");
}
