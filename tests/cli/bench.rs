//! `jebi bench` measures on a server of its own, leaves nothing behind, and never mails anybody.

use std::{fs, path::Path, process::Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{Server, fault, folder, jebi, run, until};
use crate::support::fake_ses::FakeSes;

fn left_in(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).expect("the folder").map(|entry| entry.expect("an entry").file_name().into_string().expect("text"));
    names.collect()
}

#[test]
fn both_are_measured_and_the_folder_is_gone() {
    let dir = folder();
    let ran = run(dir.path(), &[], &["bench", "--one", "5", "--many", "300", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let figures: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!((&figures["one"]["count"], &figures["many"]["count"]), (&5.into(), &300.into()));
    let number = |part: &str, name: &str| figures[part][name].as_f64().unwrap_or_else(|| panic!("{name} is missing in {figures}"));
    assert!(number("one", "p50_ms") > 0.0 && number("one", "p50_ms") <= number("one", "p99_ms"));
    for name in ["accepted_per_second", "sent_per_second", "processor_us_per_mail", "peak_memory_bytes"] {
        assert!(number("many", name) > 0.0, "{name}: {figures}");
    }
    assert_eq!(left_in(dir.path()), [""; 0]);
}

#[test]
fn the_table_is_in_the_language_of_the_shell() {
    let dir = folder();
    let ran = run(dir.path(), &[("LANG", "ko_KR.UTF-8")], &["bench", "--one", "2"]);
    assert!(ran.code == 0 && ran.out.starts_with("2통을 한 통씩 차례로") && !ran.out.contains("명에게"), "{ran:?}");
}

#[test]
fn an_interrupt_ends_it_and_the_folder_is_gone() {
    let dir = folder();
    let mut command = jebi(dir.path(), &[]);
    let mut child = command.args(["bench", "--one", "100000"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    until("it has made its folder", || {
        left_in(dir.path()).first().filter(|name| dir.path().join(name).join("jebi.sock").exists()).cloned()
    });
    kill_process(Pid::from_child(&child), Signal::INT).expect("it is there");
    let ended = until("it ends", || child.try_wait().expect("it is our child"));
    assert_eq!(ended.code(), Some(1));
    assert_eq!(left_in(dir.path()), [""; 0]);
}

#[test]
fn a_running_server_is_measured_only_where_nothing_leaves_it() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    let key = server.key.clone().expect("a first key");
    let elsewhere = folder();
    let ran = run(elsewhere.path(), &[], &["bench", "--url", &server.url, "--key", &key, "--many", "50", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert_eq!(server.get("/v1/inbox?limit=100")["mails"].as_array().map(Vec::len), Some(50));
    drop(server);

    let ses = FakeSes::start(None);
    let (endpoint, real) = (format!("http://127.0.0.1:{}", ses.port), folder());
    let env = [
        ("PROVIDER", "ses"),
        ("AWS_ENDPOINT_URL_SESV2", endpoint.as_str()),
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let server = Server::start(real.path(), &env);
    let key = server.key.clone().expect("a first key");
    let ran = run(elsewhere.path(), &[], &["bench", "--url", &server.url, "--key", &key]);
    let told = "--url: that server sends through ses, and a measurement must reach nobody; measure one with PROVIDER=local";
    assert_eq!(fault(&ran), (1, told));
    assert_eq!(server.get("/v1/deliveries")["deliveries"], serde_json::json!([]));
}
