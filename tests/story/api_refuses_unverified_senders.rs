//! An identity SES would refuse is refused at once, with the remedy; what is not known never stands in the way (requirement S2-4).

use std::{future::pending, sync::Arc, time::Duration};

use jebi_domain::{
    outcome::Reason,
    port::{AccountReport, Boxed, Provider, Sender},
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::ses_server::{mails, server};
use crate::support::{
    api::{Api, Setup, list, text},
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

/// An account that never answers what it is asked.
struct Silent(Arc<Notify>);

impl Provider for Silent {
    fn name(&self) -> &str {
        "local"
    }
    fn kind(&self) -> &'static str {
        "ses"
    }
    fn sender(&self) -> Box<dyn Sender> {
        unreachable!("nothing is sent through it")
    }
    fn account(&self) -> Boxed<'_, Option<Result<AccountReport, Reason>>> {
        Box::pin(pending())
    }
    fn identity(&self, _: &str) -> Option<Boxed<'_, Result<bool, Reason>>> {
        self.0.notify_one();
        Some(Box::pin(pending()))
    }
}

#[tokio::test]
async fn a_request_with_many_senders_waits_no_longer_than_one_with_a_single_one() {
    let asked = Arc::new(Notify::new());
    let account: Arc<dyn Provider> = Arc::new(Silent(Arc::clone(&asked)));
    let api = Api::with(Setup { accounts: [("local".to_owned(), account)].into(), ..Setup::default() }).await;
    let from = |i: usize| json!({"from": format!("shop{i}@example{i}.kr"), "emails": ["hong@example.kr"], "subject": "s", "text": "t"});
    let body = json!({"messages": (0..20).map(from).collect::<Vec<_>>()});
    let two_seconds = async {
        asked.notified().await;
        api.clock.advance(Duration::from_secs(2));
    };
    let answered = async { tokio::join!(api.post("/v1/messages", &body), two_seconds).0 };
    let answer = tokio::time::timeout(Duration::from_secs(20), answered).await.expect("no second wait of two seconds");
    for (i, message) in list(&answer.expect(202)["messages"]).iter().enumerate() {
        let told: Vec<_> = list(&message["warnings"]).iter().map(|one| (text(&one["field"]), text(&one["code"]))).collect();
        assert_eq!(told, [(format!("messages[{i}].from").as_str(), "sender_unconfirmed")], "it went, but nobody knows whether it may");
        assert!(text(&message["warnings"][0]["warning"]).contains(&format!("shop{i}@example{i}.kr")));
    }
}
