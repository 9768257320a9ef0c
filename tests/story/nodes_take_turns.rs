//! A rolling restart: a node that is told to stop says so at once, still takes mail while a load balancer looks elsewhere, and leaves
//! nothing behind.

use rustix::process::Signal;
use serde_json::json;

use crate::support::server::{Server, run, until};

#[test]
fn a_node_that_stops_says_so_first_and_takes_mail_until_nobody_sends_it_any() {
    let folder = tempfile::tempdir().expect("a folder");
    let env = [("SERVER_DRAIN_WAIT", "3"), ("JEBI_NODE", "메일-1"), ("DEFAULT_FROM_EMAIL", "shop@example.kr")];
    let mut server = Server::start(folder.path(), &env);
    let listed = run(folder.path(), &env, &["nodes"]);
    assert_eq!((listed.code, listed.err.as_str()), (0, "* the node that answered\n"));
    let line = listed.out.lines().nth(1).expect("one node");
    assert!(line.starts_with("1 ") && line.contains(" sending ") && line.ends_with("메일-1 *"), "{line}");
    let (status, ready) = server.ask("GET", "/ready", "");
    assert_eq!((status, &ready["nodes"][0]["this"]), (200, &json!(true)), "{ready}");

    server.signal(Signal::TERM);
    let (_, ready) = until("it says that it stops", || Some(server.ask("GET", "/ready", "")).filter(|(status, _)| *status == 503));
    let checks = ready["checks"].as_array().expect("checks");
    let stopping = checks.iter().any(|c| c["ok"] == false && c["detail"].as_str().is_some_and(|d| d.starts_with("is stopping")));
    assert!(stopping, "{ready}");
    // Whoever still sends here is not turned away.
    let mail = json!({"messages": [{"topic_id": "소식", "emails": ["hong@example.kr"], "subject": "안녕하세요", "text": "본문"}]});
    assert_eq!(server.ask("POST", "/v1/messages", &mail.to_string()).0, 202);
    let waiting = server.get("/v1/topics/%EC%86%8C%EC%8B%9D");
    assert_eq!((&waiting["waiting"], &waiting["sending"]), (&json!(1), &json!(0)), "{waiting}");
    let (status, _) = server.ended();
    assert!(status.success(), "{status}");

    let key = server.key.clone();
    let mut next = Server::start(folder.path(), &env);
    next.key = key;
    until("the next one sends it", || (next.get("/v1/topics/%EC%86%8C%EC%8B%9D")["sent"] == 1).then_some(()));
    let nodes = next.get("/v1/nodes");
    assert_eq!((&nodes["nodes"][0]["state"], &nodes["nodes"][1]["state"]), (&json!("sending"), &json!("ended")), "{nodes}");
}
