//! `jebi ready`: what a container's health check runs.

use std::fs;

use super::{Server, folder, run};

#[test]
fn a_server_that_takes_and_sends_mail_is_ready() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    let ran = run(dir.path(), &[], &["ready"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "ready\n", ""));

    // From elsewhere than its socket, such as with another folder for data: over TCP, without a key.
    let port = server.url.rsplit(':').next().expect("a port");
    let elsewhere = folder();
    let ran = run(elsewhere.path(), &[("SERVER_PORT", port)], &["ready"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "ready\n"), "{}", ran.err);
    assert!(!elsewhere.path().join("data").exists(), "asking makes no store");
}

#[test]
fn a_server_that_does_not_send_says_why_and_is_not_ready() {
    let dir = folder();
    drop(Server::start(dir.path(), &[]));
    fs::remove_file(dir.path().join("data/installation")).expect("it is there");
    let _server = Server::start(dir.path(), &[]);
    let ran = run(dir.path(), &[], &["ready"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.starts_with("restore_guard: held since ") && ran.out.lines().count() == 1, "{}", ran.out);
}

#[test]
fn a_caller_who_may_not_ask_and_a_server_that_is_not_there_are_told_apart() {
    let dir = folder();
    let server = Server::start(dir.path(), &[("ALLOWED_NETWORKS", "10.0.0.0/8")]);
    let port = server.url.rsplit(':').next().expect("a port").to_owned();
    let elsewhere = folder();
    let ran = run(elsewhere.path(), &[("SERVER_PORT", &port)], &["ready"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.starts_with("requests from 127.0.0.1 are not taken here; "), "{}", ran.err);
    // Over the socket it is the administrator who asks.
    assert_eq!(run(dir.path(), &[], &["ready"]).code, 0);
    drop(server);
    let ran = run(elsewhere.path(), &[("SERVER_PORT", &port)], &["ready"]);
    assert_eq!((ran.code, ran.out.as_str()), (69, ""));
    assert!(ran.err.starts_with(&format!("the server at 127.0.0.1:{port} does not answer: ")), "{}", ran.err);
}
