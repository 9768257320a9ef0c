//! The real server brings its list and that of the SES account together.

use serde_json::json;

use super::ses_server::server;
use crate::support::{fake_ses::FakeSes, server::until};

#[test]
fn the_lists_of_a_server_and_its_account_meet() {
    let folder = tempfile::tempdir().expect("a folder");
    let ses = FakeSes::start(None);
    ses.rules(|rules| rules.suppressed.insert("gone@naver.com".to_owned(), "BOUNCE".to_owned()));
    let server = server(folder.path(), &ses, &[("JEBI_SES_SUPPRESSION_LIST", "both")]);
    let entry = until("theirs is here", || {
        let (status, found) = server.ask("GET", "/v1/suppressions/gone@naver.com", "");
        (status == 200).then(|| found["suppressions"][0].clone())
    });
    assert_eq!((&entry["source"], &entry["cause"], &entry["scope"]), (&json!("account:ses"), &json!("bounce"), &json!("all")));
    assert_eq!(entry["created_at"], "2023-11-14T22:13:20.500Z");

    let body = json!({"suppressions": [{"email": "hong@naver.com", "cause": "complaint", "scope": "all"}]});
    assert_eq!(server.ask("POST", "/v1/suppressions", &body.to_string()).0, 200);
    until("ours is there", || ses.rules(|rules| (rules.suppressed.get("hong@naver.com")? == "COMPLAINT").then_some(())));
    assert_eq!(server.ask("DELETE", "/v1/suppressions/gone@naver.com?reason=asked", "").0, 200);
    until("it is off there too", || ses.rules(|rules| (!rules.suppressed.contains_key("gone@naver.com")).then_some(())));
    assert_eq!(server.get("/v1/suppressions/gone@naver.com")["suppressions"], json!([]));
}
