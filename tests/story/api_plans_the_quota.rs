//! A limit of 24 hours: bulk stops at the reserve, transactional mail at the limit, and everybody can see until when.

use serde_json::{Value, json};

use super::ses_server::{mails, server};
use crate::support::{
    fake_ses::FakeSes,
    server::{Server, until},
};

/// Made elsewhere: a second start shows none.
const KEY_OF_THE_SHOP: &str = "a-key-made-elsewhere-of-32-characters-or-more";

fn provider(server: &Server) -> Value {
    server.get("/v1/providers")["providers"][0].clone()
}

fn post(server: &Server, lane: &str, n: usize) -> String {
    let emails: Vec<String> = (0..n).map(|i| format!("{lane}-{i}@example.kr")).collect();
    let message = json!({"topic_id": lane, "lane": lane, "emails": emails, "subject": "한글 소식", "content": "<p>안녕하세요</p>"});
    let (status, answer) = server.ask("POST", "/v1/messages", &json!({"messages": [message]}).to_string());
    assert_eq!(status, 202, "{answer}");
    answer["messages"][0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn bulk_leaves_the_reserve_and_what_waits_shows_until_when() {
    let folder = tempfile::tempdir().expect("a folder");
    let ses = FakeSes::start(Some(200.0));
    // Another program sent 60 through the account already.
    ses.rules(|r| r.quota = (100.0, 60.0));
    let server = server(folder.path(), &ses, &[]);
    let bulk = post(&server, "bulk", 50);
    assert!(ses.wait_for(30, mails(30)));
    let shown = until("bulk waits", || {
        let shown = provider(&server);
        (!shown["quota"]["bulk_waits_until"].is_null() && shown["leased"] == 0).then_some(shown)
    });
    assert_eq!(ses.total(), 30, "100 less 60 and a tenth");
    assert_eq!((&shown["state"], &shown["reason"]["code"]), (&json!("running"), &json!("quota_reserve")));
    let quota = &shown["quota"];
    assert_eq!(
        (&quota["limit"], &quota["used"], &quota["remaining"], &quota["reserve"]),
        (&json!(100), &json!(90), &json!(10), &json!(10))
    );
    assert_eq!(shown["waiting"], json!({"transactional": 0, "bulk": 20}));
    assert!(shown["bulk_finished_at"].is_string(), "{shown}");
    let message = server.get(&format!("/v1/messages/{bulk}"));
    assert_eq!((&message["waiting"], message["estimated_finish_at"].is_string()), (&json!(20), true), "{message}");

    let codes = post(&server, "transactional", 15);
    assert!(ses.wait_for(40, mails(10)));
    let shown = until("transactional mail waits too", || {
        let shown = provider(&server);
        (shown["state"] == "held" && shown["leased"] == 0).then_some(shown)
    });
    assert_eq!((&shown["reason"]["code"], &shown["quota"]["remaining"]), (&json!("daily_limit"), &json!(0)));
    assert_eq!(ses.total(), 40);
    let first = server.get(&format!("/v1/deliveries?message_id={codes}&state=waiting"));
    assert_eq!(
        (&first["deliveries"][0]["attempts"], first["deliveries"].as_array().map(Vec::len)),
        (&json!(0), Some(5)),
        "no attempt is counted"
    );
    assert!(server.get(&format!("/v1/messages/{codes}"))["estimated_finish_at"].is_null(), "only bulk has an end");
    let counts = server.get("/v1/events/counts/sent");
    assert_eq!((&counts["max_24_hour_send"], &counts["count"]), (&json!(100.0), &json!(40)));
}

#[test]
fn what_was_sent_before_a_restart_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let ses = FakeSes::start(Some(200.0));
    let limit = [("JEBI_SES_DAILY_LIMIT", "20"), ("JEBI_QUOTA_RESERVE_PERCENT", "0")];
    let mut first = server(folder.path(), &ses, &limit);
    post(&first, "bulk", 15);
    assert!(ses.wait_for(15, mails(15)));
    first.signal(rustix::process::Signal::TERM);
    assert!(first.ended().0.success());
    let again = server(folder.path(), &ses, &limit);
    post(&again, "transactional", 15);
    until("the limit is met", || (provider(&again)["state"] == "held").then_some(()));
    assert_eq!((ses.total(), &provider(&again)["quota"]["used"]), (20, &json!(20)));
}

#[test]
fn the_limit_of_a_mail_account_is_counted_here_and_over_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let sink = FakeSes::start(Some(200.0));
    let port = sink.listen_for_smtp().to_string();
    let account = [("SMTP_HOST", "127.0.0.1"), ("SMTP_PORT", &port), ("SMTP_TLS", "none"), ("JEBI_SMTP_DAILY_LIMIT", "20")];
    let more = [("DEFAULT_FROM_EMAIL", "shop@example.kr"), ("JEBI_QUOTA_RESERVE_PERCENT", "0"), ("JEBI_API_KEY", KEY_OF_THE_SHOP)];
    let environment: Vec<_> = account.into_iter().chain(more).collect();
    let start = || {
        let mut server = Server::start(folder.path(), &environment);
        server.key = Some(KEY_OF_THE_SHOP.into());
        server
    };
    let mut first = start();
    post(&first, "bulk", 15);
    assert!(sink.wait_for(15, mails(15)));
    first.signal(rustix::process::Signal::TERM);
    assert!(first.ended().0.success());
    let again = start();
    post(&again, "transactional", 15);
    until("the limit is met", || (provider(&again)["state"] == "held").then_some(()));
    let quota = provider(&again)["quota"].clone();
    assert_eq!((sink.total(), &quota["limit"], &quota["used"]), (20, &json!(20), &json!(20)), "{quota}");
}
