//! A real relay takes a mail and bounces it later, by mail to its sender: handed in, that is understood (S3-4, RFC 3464).

use serde_json::{Value, json};

use crate::support::{
    machine,
    postfix::Postfix,
    server::{Server, until},
    test_ca::TestCa,
};

fn post(server: &Server, to: &str) -> String {
    let mail = json!({"messages": [{"emails": [to], "subject": "주문 안내", "text": "홍길동 님, 안녕하세요."}]});
    let (status, taken) = server.ask("POST", "/v1/messages", &mail.to_string());
    assert_eq!(status, 202, "{taken}");
    let message = taken["messages"][0]["id"].as_str().expect("an id").to_owned();
    let id = format!("{message}-0");
    sent(server, &id);
    id
}

/// Waits until a delivery is sent; the relay refuses none.
fn sent(server: &Server, id: &str) {
    until("it is sent", || {
        let shown = server.get(&format!("/v1/deliveries/{id}"));
        assert!(shown["reason"].is_null(), "{shown}");
        (shown["state"] == "sent").then_some(())
    });
}

#[test]
fn a_bounce_postfix_makes_finds_its_delivery_and_is_judged() {
    let _machine = machine::busy();
    let ca = TestCa::new();
    let (folder, postfix) = (tempfile::tempdir().expect("a folder"), Postfix::start(&ca, &ca.server("localhost")));
    let port = postfix.port.to_string();
    let env = [("SMTP_HOST", "127.0.0.1"), ("SMTP_PORT", &port), ("SMTP_TLS", "none"), ("DEFAULT_FROM_EMAIL", "shop@example.com")];
    let server = Server::start(folder.path(), &env);
    let (gone, full) = (post(&server, "bounced@example.com"), post(&server, "full@example.com"));

    // Both reports come to the sender's mailbox, which is Postfix's too.
    let reports = postfix.mails(2);
    for report in &reports {
        let report = String::from_utf8_lossy(report);
        assert!(report.contains("message/delivery-status"), "{report}");
        let (status, taken) = server.ask("POST", "/v1/events/dsn", &report);
        assert_eq!((status, &taken["result"]), (200, &json!("recorded")), "{taken}\n{report}");
        let (status, taken) = server.ask("POST", "/v1/events/dsn", &report);
        assert_eq!((status, &taken["result"]), (200, &json!("repeated")), "{taken}");
    }
    let shown = |id: &str| -> Value { server.get(&format!("/v1/deliveries/{id}")) };
    let (gone, full) = (shown(&gone), shown(&full));
    assert_eq!((&gone["state"], &gone["feedback"]), (&json!("sent"), &json!("bounced")), "{gone}");
    assert_eq!((&full["state"], &full["feedback"]), (&json!("sent"), &json!("soft_bounced")), "{full}");
    let words = gone["timeline"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
    assert_eq!((&words["event"], &words["source"]), (&json!("bounced"), &json!("dsn")), "{words}");
    assert!(words["detail"].as_str().is_some_and(|text| text.contains("user unknown")), "{words}");
    // Whoever is gone is not mailed again; whose mailbox was full is.
    let again = json!({"messages": [{"emails": ["bounced@example.com", "full@example.com"], "subject": "다시", "text": "x"}]});
    let (_, taken) = server.ask("POST", "/v1/messages", &again.to_string());
    let message = taken["messages"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(shown(&format!("{message}-0"))["state"], "suppressed");
    sent(&server, &format!("{message}-1"));
}
