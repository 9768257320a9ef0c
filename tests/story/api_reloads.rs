//! The configuration is read anew while mail goes out: by the API, by a command, by SIGHUP. All of it, or none.

use std::{fs, path::Path, time::Duration};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::ses_server::mails;
use crate::support::{
    fake_ses::FakeSes,
    server::{Server, run, until},
};

fn write(folder: &Path, ses: &FakeSes, key: &str, rate: u32, more: &str) {
    let text = format!(
        "[providers.aws]\nkind = \"ses\"\nendpoint = \"{}\"\naccess_key_id = \"{key}\"\nsecret_access_key = \"story/{key}\"\n\
         max_send_per_second = {rate}\n{more}",
        ses.url()
    );
    fs::write(folder.join("jebi.toml"), text).expect("written");
}

fn post(server: &Server, topic: &str, n: usize) -> (u16, Value) {
    let emails: Vec<String> = (0..n).map(|i| format!("{topic}-{i}@example.kr")).collect();
    let message = json!({"from": "from@example.com", "topic_id": topic, "emails": emails, "subject": "소식", "content": "안녕하세요"});
    server.ask("POST", "/v1/messages", &json!({"messages": [message]}).to_string())
}

fn topic(server: &Server, name: &str) -> Value {
    server.get(&format!("/v1/topics/{name}"))
}

/// The most recipients in any half-open second, as they arrived.
fn peak(ses: &FakeSes) -> usize {
    let mut at: Vec<u64> = ses.arrivals().iter().map(|a| a.at.0).collect();
    at.sort_unstable();
    (0..at.len()).map(|i| at[i..].iter().take_while(|t| **t - at[i] < 1_000_000_000).count()).max().unwrap_or(0)
}

#[test]
fn credentials_are_rolled_over_in_the_middle_of_a_mailing_without_a_failed_mail_and_within_the_rate() {
    let folder = tempfile::tempdir().expect("a folder");
    let ses = FakeSes::start(Some(1000.0));
    ses.rules(|r| r.keys = Some(vec!["AKIAOLD", "AKIANEW"]));
    ses.set_latency(Duration::from_millis(100));
    write(folder.path(), &ses, "AKIAOLD", 60, "");
    let server = Server::start(folder.path(), &[]);
    assert_eq!(post(&server, "mailing", 400).0, 202);
    assert!(ses.wait_for(60, mails(60)));
    write(folder.path(), &ses, "AKIANEW", 60, "");
    let (status, answer) = server.ask("POST", "/v1/admin/reload", "");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["changed"], json!(["providers.aws.access_key_id", "providers.aws.secret_access_key"]));
    assert_eq!(answer["restart"], json!([]));
    // What was under way with the old key has its answer within a second; then the old key ends.
    let at = ses.total();
    assert!(ses.wait_for(at + 60, mails(60)));
    ses.rules(|r| r.keys = Some(vec!["AKIANEW"]));
    let done = until("all is sent", || {
        let topic = topic(&server, "mailing");
        (topic["sent"] == 400).then_some(topic)
    });
    assert_eq!((&done["failed"], &done["unsettled"], &done["waiting"]), (&json!(0), &json!(0), &json!(0)));
    assert_eq!(ses.rules(|r| r.refused), 0, "no call went out with a key that had ended");
    assert!(ses.counts().values().all(|n| *n == 1) && ses.total() == 400, "nobody got it twice");
    // Arrivals vary by what the machine does; slots at our own sockets are tested with a clock moved by hand.
    assert!(peak(&ses) <= 70, "{} in a second at 60", peak(&ses));
}

#[test]
fn a_rate_holds_from_the_next_mail_on_and_providers_come_and_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let ses = FakeSes::start(Some(1000.0));
    write(folder.path(), &ses, "AKIAOLD", 1, "");
    let server = Server::start(folder.path(), &[]);
    post(&server, "slow", 100);
    assert!(ses.wait_for(1, mails(1)));
    write(
        folder.path(),
        &ses,
        "AKIAOLD",
        500,
        "[providers.inbox]\nkind = \"local\"\nsenders = [\"@example.kr\"]\n[log]\nlevel = \"debug\"\n",
    );
    let done = run(folder.path(), &[], &["reload"]);
    assert_eq!(done.code, 0, "{done:?}");
    let keys = ["log.level", "providers.aws.max_send_per_second", "providers.inbox.kind", "providers.inbox.senders"];
    assert_eq!(done.out, keys.map(|key| format!("{key}: changed\n")).concat());
    assert!(ses.wait_for(100, mails(100)), "the new rate");
    let names = |server: &Server| -> Vec<String> {
        let all = server.get("/v1/providers");
        all["providers"].as_array().expect("a list").iter().map(|p| p["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names(&server), ["aws", "inbox"]);
    let body = json!({"messages": [{"from": "kim@example.kr", "emails": ["hong@example.kr"], "subject": "s", "content": "c"}]});
    let (status, answer) = server.ask("POST", "/v1/messages", &body.to_string());
    assert_eq!(status, 202, "{answer}");
    until("it is in the inbox", || (server.get("/v1/inbox")["mails"].as_array().map(Vec::len) == Some(1)).then_some(()));

    write(folder.path(), &ses, "AKIAOLD", 500, "");
    server.signal(Signal::HUP);
    until("it is gone again", || (names(&server) == ["aws"]).then_some(()));
    // Told once everything is applied, which is a moment after it shows.
    let log = || fs::read_to_string(folder.path().join("log")).expect("a log");
    until("it is told", || Some(log()).filter(|log| log.contains("SIGHUP") && log.contains("provider removed")).map(drop));
}

#[test]
fn one_fault_and_nothing_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let ses = FakeSes::start(Some(1000.0));
    write(folder.path(), &ses, "AKIAOLD", 5, "");
    let server = Server::start(folder.path(), &[]);
    write(folder.path(), &ses, "AKIAOLD", 50, "[log]\nlevel = \"loud\"\n[sending]\njitter_ms = \"x\"\n");
    let (status, answer) = server.ask("POST", "/v1/admin/reload", "");
    assert_eq!(status, 422, "{answer}");
    let fields: Vec<&str> = answer["errors"].as_array().expect("a list").iter().filter_map(|e| e["field"].as_str()).collect();
    assert_eq!(fields, ["sending.jitter_ms", "log.level"]);
    assert_eq!(server.get("/v1/providers")["providers"][0]["rate"], 5.0);
    let failed = run(folder.path(), &[], &["reload"]);
    assert_ne!(failed.code, 0);
    let acts = server.get("/v1/audit");
    let act = &acts["acts"][0];
    assert_eq!([&act["act"], &act["result"]], ["configuration.reload", "invalid_setting"], "{acts}");
    // What waits for a restart is told until it comes.
    write(folder.path(), &ses, "AKIAOLD", 50, "[server]\nport = 3999\n");
    for _ in 0..2 {
        let (status, answer) = server.ask("POST", "/v1/admin/reload", "");
        // The port was given by flag, which wins.
        assert_eq!((status, &answer["restart"]), (200, &json!([])), "{answer}");
    }
    write(folder.path(), &ses, "AKIAOLD", 50, "[database]\nwriter_queue_bytes = 33554432\nmax_waiting = 10\n");
    for changed in [json!(["database.max_waiting"]), json!([])] {
        let (status, answer) = server.ask("POST", "/v1/admin/reload", "");
        assert_eq!((status, &answer["restart"], &answer["changed"]), (200, &json!(["database.writer_queue_bytes"]), &changed), "{answer}");
    }
    assert_eq!(server.get("/v1/providers")["providers"][0]["rate"], 50.0);
    assert_eq!(post(&server, "many", 11).0, 503, "the new limit on waiting mail");
}

#[test]
fn a_key_and_the_secret_of_tokens_are_taken_and_the_key_before_holds_until_it_is_revoked() {
    let (folder, secret) = (tempfile::tempdir().expect("a folder"), "s".repeat(32));
    let (old, new) = ("o".repeat(32), "n".repeat(32));
    let write = |text: String| fs::write(folder.path().join(".env"), text).expect("written");
    write(format!("JEBI_API_KEY={old}\n"));
    let mut server = Server::start(folder.path(), &[]);
    let mut status = |key: &str| {
        server.key = Some(key.to_owned());
        server.ask("GET", "/v1/topics", "").0
    };
    assert_eq!([status(&old), status(&new)], [200, 401]);
    write(format!("JEBI_API_KEY={new}\nJWT_SECRET={secret}\n"));
    assert_eq!(run(folder.path(), &[], &["reload"]).out, "access.api_key: changed\naccess.jwt_secret: changed\n");
    let token = run(folder.path(), &[], &["token", "create", "--sub", "홍길동"]).out;
    assert_eq!([status(&old), status(&new), status(token.trim())], [200; 3]);
    assert_eq!(run(folder.path(), &[], &["key", "revoke", "1"]).code, 0);
    assert_eq!([status(&old), status(&new)], [401, 200]);
}

#[test]
fn without_a_server_there_is_nothing_to_reload() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(Server::start(folder.path(), &[]));
    let done = run(folder.path(), &[], &["reload"]);
    assert!(done.code == 1 && done.err.contains("the next start reads the configuration"), "{done:?}");
}
