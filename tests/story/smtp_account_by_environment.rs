//! The block of the queue document starts Jebi, and mail goes out through its SMTP account; a changed password takes over while it
//! does (requirement S4-3).

use std::fs;

use serde_json::json;

use crate::support::{
    server::{Server, until},
    smtp_stub::{Kind, SmtpStub},
};

const FIRST: &str = "abcd efgh ijkl mnop";

fn stub(runtime: &tokio::runtime::Runtime) -> SmtpStub {
    let kind = Kind { login: Some(("shop@example.com", FIRST, "PLAIN")), ..Kind::default() };
    runtime.block_on(SmtpStub::of(kind))
}

fn write(folder: &std::path::Path, stub: &SmtpStub, more: &str) {
    let block =
        format!("SMTP_HOST=127.0.0.1\nSMTP_PORT={}\nSMTP_USER=shop@example.com\nSMTP_PASS={FIRST}\nSMTP_TLS=none\n{more}", stub.port);
    fs::write(folder.join(".env"), block).expect("written");
}

#[test]
fn the_documents_block_sends_through_its_account_and_reloads_in_the_middle() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let (folder, stub) = (tempfile::tempdir().expect("a folder"), stub(&runtime));
    write(folder.path(), &stub, "MAX_SEND_PER_SECOND=50\n");
    let server = Server::start(folder.path(), &[]);
    let shown = server.get("/v1/providers")["providers"][0].clone();
    assert_eq!((&shown["name"], &shown["kind"]), (&json!("smtp"), &json!("smtp")));
    let emails: Vec<String> = (0..150).map(|i| format!("hong-{i}@example.kr")).collect();
    let body = json!({"messages": [{"topic_id": "news", "emails": emails, "subject": "홍길동 님께", "content": "<p>안녕하세요</p>"}]});
    let (status, answer) = server.ask("POST", "/v1/messages", &body.to_string());
    assert_eq!(status, 202, "{answer}");
    until("some is sent", || stub.look(|s| (s.mails.len() > 20).then_some(())));
    let connections = stub.look(|s| s.connections);
    write(folder.path(), &stub, "MAX_SEND_PER_SECOND=100\nJEBI_SMTP_MAX_AGE_SECONDS=60\n");
    let (status, answer) = server.ask("POST", "/v1/admin/reload", "");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["changed"], json!(["sending.max_send_per_second", "smtp.max_age_seconds"]));
    until("all is sent", || (server.get("/v1/topics/news")["sent"] == 150).then_some(()));
    let topic = server.get("/v1/topics/news");
    assert_eq!((&topic["failed"], &topic["unsettled"]), (&json!(0), &json!(0)));
    let (from, mut to) = stub.look(|s| (s.mails[0].from.clone(), s.mails.iter().flat_map(|m| m.to.clone()).collect::<Vec<_>>()));
    to.sort();
    to.dedup();
    assert!(from.starts_with("MAIL FROM:<shop@example.com>"), "{from}");
    assert_eq!((to.len(), stub.look(|s| s.mails.len())), (150, 150), "each once");
    assert!(stub.look(|s| s.connections) > connections, "on new connections");
}
