//! `jebi topic`: what became of a topic, and sending it again (requirement S3-7).

use super::{SEND, Server, fault, folder, next_week, run};

#[test]
fn it_shows_how_a_topic_stands_and_sends_it_again() {
    let dir = folder();
    assert_eq!(fault(&run(dir.path(), &[], &["topic", "show", "t"])).0, 1, "there is no store to look through");
    let server = Server::start(dir.path(), &[]);
    let sent = run(dir.path(), &[], &[&SEND[..], &["--topic", "소식/11월", "--schedule", &next_week()]].concat());
    assert_eq!(sent.code, 0, "{}", sent.err);
    let shown = run(dir.path(), &[], &["topic", "show", "소식/11월"]);
    let lines: Vec<Vec<&str>> = shown.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!((shown.code, &lines[0]), (0, &vec!["RECIPIENTS", "COUNT", "RATE"]));
    for line in [vec!["total", "1"], vec!["waiting", "1"], vec!["delivered", "0"]] {
        assert!(lines.contains(&line), "{}", shown.out);
    }
    let whole = run(dir.path(), &[], &["topic", "show", "소식/11월", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&whole.out).expect("JSON");
    assert_eq!((&json["topic_id"], &json["series"]["step"]), (&"소식/11월".into(), &"hour".into()));
    let ran = run(dir.path(), &[], &["topic", "resend", "소식/11월", "--state", "failed", "--feedback", "soft_bounced"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "total: 0, success: 0, failed: 0\n", ""));
    let (code, err) = fault_of(&run(dir.path(), &[], &["topic", "resend", "소식/11월", "--state", "cancelled"]));
    assert!(code == 1 && err.contains("what is cancelled is never sent again: somebody stopped it"), "{err}");
    assert_eq!(run(dir.path(), &[], &["topic", "show", "none"]).code, 1);
    drop(server);
}

fn fault_of(ran: &crate::support::server::Ran) -> (i32, String) {
    let (code, err) = fault(ran);
    (code, err.to_owned())
}
