//! `jebi sns`: topics that events of SES come from (requirement S3-4).

use super::{SEND, Server, fault, folder, ids, run};
use crate::support::sns::{SIGNER, STRANGER, TOPIC};

#[test]
fn topics_are_allowed_listed_and_taken_out() {
    let dir = folder();
    let env = [("SNS_TOPIC_ARNS", TOPIC)];
    assert_eq!(fault(&run(dir.path(), &env, &["sns", "list"])).0, 1, "there is no store");
    let server = Server::start(dir.path(), &env);
    let listed = || run(dir.path(), &env, &["sns", "list"]).out;
    assert!(listed().lines().any(|line| line.starts_with("listed ") && line.ends_with(&format!(" 0 {TOPIC}"))), "{}", listed());

    let allowed = run(dir.path(), &env, &["sns", "allow", STRANGER]);
    assert_eq!(allowed.code, 0, "{}", allowed.err);
    assert!(allowed.out.starts_with(&format!("messages of {STRANGER} are taken\nno subscription of it waits")), "{}", allowed.out);
    assert!(listed().lines().any(|line| line.starts_with("allowed ") && line.ends_with(STRANGER)), "{}", listed());

    let removed = run(dir.path(), &env, &["sns", "remove", STRANGER]);
    assert_eq!((removed.code, removed.err.as_str()), (0, ""), "{}", removed.out);
    assert!(listed().lines().any(|line| line.starts_with("removed ") && line.ends_with(STRANGER)), "{}", listed());

    let kept = run(dir.path(), &env, &["sns", "remove", TOPIC]);
    assert!(kept.code == 1 && kept.err.contains("SNS_TOPIC_ARNS"), "{}", kept.err);
    assert!(run(dir.path(), &env, &["sns", "allow", "nonsense"]).err.contains("it is not the ARN of an SNS topic"));
    drop(server);
    assert!(listed().contains(STRANGER), "also without a server");
}

#[test]
fn a_server_is_told_whom_to_trust_and_where_certificates_lie() {
    let dir = folder();
    SIGNER.write(dir.path());
    let lies = dir.path().to_str().expect("a path").to_owned();
    let root = format!("{lies}/root.pem");
    let env = [("SNS_TOPIC_ARNS", TOPIC), ("JEBI_SNS_CERTIFICATES", lies.as_str()), ("JEBI_SNS_TRUSTED_ROOTS", root.as_str())];
    let server = Server::start(dir.path(), &env);
    let now = jebi_domain::port::Clock::wall(&jebi::system::SystemClock);
    let mut message = SIGNER.notification("m-1", "Successfully validated SNS topic for Amazon SES event publishing.", now);
    let answer = server.ask("POST", "/v1/events/results", &message.to_string());
    assert_eq!((answer.0, &answer.1["status"]), (200, &serde_json::json!("processed")), "{}", answer.1);
    // A complaint of mail that was sent, by its tag: on disk when it is answered, and it counts once.
    let sent = run(dir.path(), &env, &[&SEND[..], &["--topic", "autumn"]].concat());
    let id = ids(&sent).first().map_or_else(|| panic!("{sent:?}"), |id| (*id).to_owned());
    let complaint = serde_json::json!({
        "eventType": "Complaint",
        "mail": {
            "timestamp": now.to_string(), "source": "shop@example.com", "messageId": "010c019a0000aaaa", "destination": ["kim@example.com"],
            "tags": {"jebi-delivery": [id]},
        },
        "complaint": {"complainedRecipients": [{"emailAddress": "kim@example.com"}], "timestamp": now.to_string(), "feedbackId": "f-1"},
    });
    for id in ["m-2", "m-2", "m-3"] {
        let complaint = SIGNER.notification(id, &complaint.to_string(), now);
        let answer = server.ask("POST", "/v1/events/results", &complaint.to_string());
        assert_eq!(answer.0, 200, "{}", answer.1);
    }
    let shown = server.get(&format!("/v1/deliveries/{id}"));
    assert_eq!(shown["feedback"], "complained", "{shown}");
    let lines = shown["timeline"].as_array().expect("a list").iter().filter(|line| line["event"] == "complained");
    assert_eq!(lines.count(), 1, "{shown}");
    let topic = server.get("/v1/topics/autumn");
    assert_eq!((&topic["complained"], &topic["total"]), (&serde_json::json!(1), &serde_json::json!(1)), "{topic}");

    message["Message"] = serde_json::json!("forged");
    assert_eq!(server.ask("POST", "/v1/events/results", &message.to_string()).1["code"], "sns_signature");
    let ready = server.get("/ready");
    let checks = ready["checks"].as_array().expect("a list");
    let events = checks.iter().find(|check| check["name"] == "events").unwrap_or_else(|| panic!("{ready}"));
    assert!(events["ok"] == true && events["detail"].as_str().expect("a text").starts_with("the last event of SNS came at 2"), "{events}");
}
