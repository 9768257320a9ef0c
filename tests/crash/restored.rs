//! A store that was copied or restored sends nothing until it is released; then what was due before is held for a person.

use std::{collections::HashMap, fs, os::unix::process::ExitStatusExt, path::Path};

use serde_json::Value;

use super::{LONG, check, home::Home, load::Load};
use crate::support::{machine, site::Site, wait::until};

/// Recipients waiting in the copied store.
const WAITING: usize = 2300;

/// A home with mail that is due and was not sent, because its topic is paused; stopped.
fn with_waiting_mail() -> Home {
    let home = Home::new(None);
    let server = home.start();
    let post = |topic: &str, emails: Vec<String>| {
        let body = serde_json::json!({"messages": [{"emails": emails, "topic_id": topic, "subject": "s", "content": "c"}]});
        let answer = home.call("POST", "/v1/messages", &[], body.to_string().as_bytes()).expect("an answer");
        assert_eq!(answer.status, 202);
    };
    post("held", vec!["first@example.com".into()]);
    assert!(home.ses.wait_for(1, LONG));
    assert_eq!(home.call("POST", "/v1/topics/held/pause", &[], b"").expect("an answer").status, 200);
    post("held", (0..WAITING).map(|i| format!("w{i}@example.com")).collect());
    server.stop();
    home
}

/// The files of a data folder, into another home's.
fn copy(from: &Path, to: &Home, keep: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("text");
        if name.starts_with("jebi.db") && !name.ends_with("sock") || name == "installation" {
            let to = to.data().join(&name);
            if keep(&name) {
                fs::copy(entry.path(), to).expect("copied");
            }
        }
    }
}

fn is_held(home: &Home) -> bool {
    let ready = home.call("GET", "/ready", &[], b"").expect("an answer");
    let body = ready.json();
    let guard = body["checks"].as_array().expect("checks").iter().find(|c| c["name"] == "restore_guard").expect("the guard").clone();
    assert_eq!(guard["ok"] == false, ready.status == 503, "{body}");
    guard["ok"] == false
}

fn resume(home: &Home) {
    assert_eq!(home.call("POST", "/v1/topics/held/resume", &[], b"").expect("an answer").status, 200);
}

/// Nothing is sent while it is held, whatever is done; what is posted meanwhile is taken and waits.
#[track_caller]
fn holds(home: &Home) {
    assert!(is_held(home), "{}", home.log());
    resume(home);
    let new = Load::of([1]);
    new.post_all(home, 1);
    assert!(!home.ses.wait_for(1, std::time::Duration::from_millis(1500)), "it sent while it was held");
}

fn states(home: &Home, topic: &str) -> HashMap<String, usize> {
    let mut states = HashMap::new();
    check::each_delivery(home, &format!("topic_id={topic}"), |d: &Value| {
        *states.entry(d["state"].as_str().expect("a state").to_owned()).or_default() += 1;
    });
    states
}

/// `jebi release`; what it says when it worked.
fn release(home: &Home) -> Result<String, String> {
    let done = home.jebi(&["release", "--yes"]);
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    if done.status.success() { Ok(said) } else { Err(said) }
}

/// After the release what was due is asked for, and what came meanwhile is sent.
#[track_caller]
fn is_released(home: &Home) {
    until("the new mail", LONG, || (states(home, "size-1") == HashMap::from([("sent".into(), 1)])).then_some(()));
    assert_eq!(states(home, "held"), HashMap::from([("sent".into(), 1), ("unsettled".into(), WAITING)]));
    assert_eq!(home.ses.total(), 1, "what the original may have sent is not sent by itself");
    assert!(!is_held(home));
}

#[test]
fn a_database_copied_without_its_installation_file_holds() {
    let _machine = machine::busy();
    let (original, home) = (with_waiting_mail(), Home::new(None));
    copy(&original.data(), &home, |name| name != "installation");
    let server = home.start();
    holds(&home);
    server.stop();
    // Also after another start.
    let server = home.start();
    assert!(is_held(&home));
    let said = release(&home).expect("it works");
    assert!(said.contains(&format!("now unsettled: {WAITING},")), "{said}");
    is_released(&home);
    server.stop();
    check::verified(&home);
}

#[test]
fn a_whole_folder_that_was_copied_holds() {
    let _machine = machine::busy();
    let (original, home) = (with_waiting_mail(), Home::new(None));
    copy(&original.data(), &home, |_| true);
    let server = home.start();
    holds(&home);
    server.stop();
    // The original goes on.
    let server = original.start();
    assert!(!is_held(&original));
    resume(&original);
    assert!(original.ses.wait_for(1 + WAITING, LONG));
    server.stop();
}

#[test]
fn an_older_state_put_back_holds() {
    let _machine = machine::busy();
    let (home, backup) = (with_waiting_mail(), Home::new(None));
    copy(&home.data(), &backup, |name| name != "installation");
    // The mail goes out after the backup was taken.
    let server = home.start();
    resume(&home);
    assert!(home.ses.wait_for(1 + WAITING, LONG));
    server.kill();
    for name in ["jebi.db-wal", "jebi.db-shm"] {
        // A clean stop leaves none.
        let _ = fs::remove_file(home.data().join(name));
    }
    copy(&backup.data(), &home, |_| true);
    let server = home.start();
    assert!(is_held(&home), "{}", home.log());
    resume(&home);
    let said = release(&home).expect("it works");
    assert!(said.contains(&format!("now unsettled: {WAITING},")), "{said}");
    assert_eq!(states(&home, "held"), HashMap::from([("sent".into(), 1), ("unsettled".into(), WAITING)]));
    server.stop();
    check::verified(&home);
    assert_eq!(home.ses.total(), 1 + WAITING, "nothing was sent a second time");
}

#[test]
fn killed_in_the_middle_of_a_release() {
    let _machine = machine::busy();
    for place in ["release", "released"] {
        let (original, home) = (with_waiting_mail(), Home::new(None));
        copy(&original.data(), &home, |name| name != "installation");
        let mut server = home.start_with(&[("JEBI_TEST_CRASH_AT", place)]).expect("it listens");
        holds(&home);
        assert!(release(&home).is_err(), "{place}: it died");
        assert_eq!(server.ended(LONG).signal(), Some(9), "{place}");
        drop(server);
        let server = home.start();
        // Before the last commit it is held as it was; after it, it is not.
        assert_eq!(is_held(&home), place == "release", "{place}");
        if place == "release" {
            release(&home).expect("it works");
        }
        is_released(&home);
        server.stop();
        check::verified(&home);
    }
}
