//! The password of an SMTP account is changed in the middle of a mailing: mail waits while the old one is refused, and goes on with the
//! new one from the reload on, none failed and none twice (issue 3: credentials rolled over without a failed mail).

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::json;

use crate::support::{
    server::{Server, until},
    smtp_stub::{Kind, SmtpStub},
};

const OLD: &str = "abcd efgh ijkl mnop";
const NEW: &str = "qrst uvwx yzab cdef";
const MAILS: usize = 200;

fn write(folder: &Path, stub: &SmtpStub, password: &str) {
    // A connection carries few mails, so that there is a login every moment.
    let block = format!(
        "SMTP_HOST=127.0.0.1\nSMTP_PORT={}\nSMTP_USER=shop@example.com\nSMTP_PASS={password}\nSMTP_TLS=none\n\
         MAX_SEND_PER_SECOND=100\nJEBI_SMTP_MAX_MAILS_PER_CONNECTION=5\n",
        stub.port
    );
    fs::write(folder.join(".env"), block).expect("written");
}

#[test]
fn a_password_changed_in_the_middle_of_a_mailing_fails_no_mail_and_doubles_none() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let kind = Kind { login: Some(("shop@example.com", OLD, "PLAIN")), ..Kind::default() };
    let (folder, stub) = (tempfile::tempdir().expect("a folder"), runtime.block_on(SmtpStub::of(kind)));
    write(folder.path(), &stub, OLD);
    let server = Server::start(folder.path(), &[]);
    let emails: Vec<String> = (0..MAILS).map(|i| format!("hong-{i}@example.kr")).collect();
    let body = json!({"messages": [{"topic_id": "news", "emails": emails, "subject": "홍길동 님께", "content": "<p>안녕하세요</p>"}]});
    let (status, answer) = server.ask("POST", "/v1/messages", &body.to_string());
    assert_eq!(status, 202, "{answer}");
    until("some is sent", || stub.look(|s| (s.mails.len() > 30).then_some(())));

    stub.takes_only(NEW);
    let held = until("the login is refused", || {
        let provider = server.get("/v1/providers")["providers"][0].clone();
        (provider["state"] == "held").then_some(provider)
    });
    assert_eq!(held["reason"]["code"], "535 5.7.8", "{held}");
    let waiting = server.get("/v1/topics/news");
    assert_eq!(waiting["failed"], 0, "{waiting}");
    assert!(waiting["sent"].as_u64().is_some_and(|sent| sent < MAILS as u64), "in the middle: {waiting}");

    write(folder.path(), &stub, NEW);
    let (status, answer) = server.ask("POST", "/v1/admin/reload", "");
    assert_eq!((status, &answer["changed"]), (200, &json!(["smtp.password"])), "{answer}");
    let done = until("all is sent", || {
        let topic = server.get("/v1/topics/news");
        (topic["sent"] == MAILS).then_some(topic)
    });
    assert_eq!((&done["failed"], &done["unsettled"], &done["waiting"]), (&json!(0), &json!(0), &json!(0)));
    let to = stub.look(|s| s.mails.iter().flat_map(|m| m.to.clone()).collect::<Vec<_>>());
    assert_eq!((to.len(), to.iter().collect::<BTreeSet<_>>().len()), (MAILS, MAILS), "each once");
    assert_eq!(server.get("/v1/providers")["providers"][0]["state"], "running");
}
