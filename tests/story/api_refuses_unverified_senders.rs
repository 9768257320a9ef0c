//! An identity SES would refuse is refused at once, with the remedy; what is not known never stands in the way (requirement S2-4).

use serde_json::{Value, json};

use super::ses_server::{mails, server};
use crate::support::{
    fake_ses::FakeSes,
    server::{Server, until},
};

fn send(server: &Server, from: &str, to: &str) -> (u16, Value) {
    let body = json!({"messages": [{"from": from, "emails": [to], "subject": "인증 코드", "content": "123456"}]});
    server.ask("POST", "/v1/messages", &body.to_string())
}

#[test]
fn a_sender_that_is_not_verified_is_refused_and_nothing_is_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    let ses = FakeSes::start(Some(100.0));
    ses.rules(|r| r.verified = Some(vec!["example.com", "kim@naver.com"]));
    let server = server(folder.path(), &ses, &[]);
    let (status, answer) = send(&server, "lee@naver.com", "hong@example.kr");
    assert_eq!(status, 403, "{answer}");
    let fault = &answer["errors"][0];
    assert_eq!((&fault["field"], &fault["code"]), (&json!("messages[0].from"), &json!("sender_not_verified")));
    let text = fault["fault"].as_str().expect("text");
    assert!(text.contains("lee@naver.com") && fault["remedy"].as_str().expect("text").contains("SES console"), "{fault}");
    assert_eq!(server.get("/v1/deliveries")["deliveries"], json!([]), "nothing is stored");

    for from in ["kim@naver.com", "shop@mail.example.com", "SHOP@example.com"] {
        let (status, answer) = send(&server, from, "hong@example.kr");
        assert_eq!(status, 202, "{from}: {answer}");
    }
    assert!(ses.wait_for(3, mails(3)));
    let asked = ses.rules(|r| r.asked.clone());
    assert_eq!(asked[..2], ["lee@naver.com", "naver.com"], "the address, then its domain");
    for _ in 0..20 {
        assert_eq!(send(&server, "kim@naver.com", "hong@example.kr").0, 202);
    }
    assert_eq!(ses.rules(|r| r.asked.iter().filter(|a| *a == "kim@naver.com").count()), 1, "it is asked once");
}

#[test]
fn in_the_sandbox_recipients_must_be_verified_too_but_for_the_simulator() {
    let folder = tempfile::tempdir().expect("a folder");
    let ses = FakeSes::start(Some(100.0));
    ses.rules(|r| (r.sandbox, r.verified) = (true, Some(vec!["example.com", "hong@example.kr"])));
    let server = server(folder.path(), &ses, &[]);
    until("the account has told", || (server.get("/v1/providers")["providers"][0]["sandbox"] == true).then_some(()));
    let (status, answer) = send(&server, "shop@example.com", "kim@example.kr");
    assert_eq!((status, &answer["code"]), (403, &json!("recipient_not_verified")), "{answer}");
    assert!(answer["errors"][0]["fault"].as_str().expect("text").contains("kim@example.kr"));
    for to in ["hong@example.kr", "success@simulator.amazonses.com"] {
        assert_eq!(send(&server, "shop@example.com", to).0, 202, "{to}");
    }
}

#[test]
fn what_cannot_be_asked_does_not_block() {
    let folder = tempfile::tempdir().expect("a folder");
    let ses = FakeSes::start(Some(100.0));
    ses.rules(|r| r.keys = Some(vec![]));
    let server = server(folder.path(), &ses, &[]);
    assert_eq!(send(&server, "shop@example.com", "hong@example.kr").0, 202, "no permission to ask");
}
