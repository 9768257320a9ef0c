//! What a first start prints works when it is pasted into a shell.

use std::process::Command;

use serde_json::Value;

use super::{Server, folder, jebi, until};

/// The commands of the greeting: lines that begin with `curl`, joined where they go on.
fn commands(greeting: &str) -> Vec<String> {
    let joined = greeting.replace("\\\n", "\\\n\u{1}");
    let lines = joined.split('\n').map(|line| line.trim_start());
    let mut commands: Vec<String> = Vec::new();
    for line in lines {
        match line.strip_prefix('\u{1}') {
            Some(rest) => commands.last_mut().expect("a line goes on").push_str(&format!("\n{rest}")),
            None if line.starts_with("curl ") => commands.push(line.to_owned()),
            None => {}
        }
    }
    commands
}

fn paste(line: &str) -> Value {
    let ran = Command::new("bash").args(["-c", line]).output().expect("bash runs");
    assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).unwrap_or_else(|e| panic!("{line}: {e}: {}", String::from_utf8_lossy(&ran.stdout)))
}

#[test]
fn the_printed_lines_send_a_mail_and_show_it() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    let [send, read] = commands(&server.greeting).try_into().expect("two lines");
    let answer = paste(&send);
    assert_eq!((&answer["success"], &answer["errors"]), (&1.into(), &0.into()), "{answer}");
    let mail = until("the mail is in the inbox", || Some(paste(&read)["mails"][0].clone()).filter(|m| !m.is_null()));
    assert_eq!((&mail["subject"], &mail["to"][0]), (&"안녕하세요".into(), &"you@example.com".into()));
    let mail = server.get(&format!("/v1/inbox/{}", mail["id"]));
    let page = format!("{}/inbox", server.url);
    assert!(server.greeting.contains(&format!(": {page}\n")), "{}", server.greeting);
    let shown = Command::new("curl").args(["-sS", "-i", &page]).output().expect("curl runs");
    assert!(shown.stdout.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&shown.stdout));
    assert_eq!(mail["html"], "<p>제비가 첫 편지를 물고 왔습니다.</p>");
}

#[test]
fn a_key_is_shown_once_and_one_from_outside_never() {
    let dir = folder();
    let first = Server::start(dir.path(), &[]);
    assert!(first.key.is_some());
    drop(first);
    let again = Server::start(dir.path(), &[]);
    assert!(again.key.is_none() && again.greeting.contains("X-API-KEY: $JEBI_API_KEY"), "{}", again.greeting);
    drop(again);

    let given = "0123456789abcdef0123456789abcdef";
    let other = folder();
    let mut server = Server::start(other.path(), &[("JEBI_API_KEY", given)]);
    assert!(server.key.is_none() && !server.greeting.contains(given), "{}", server.greeting);
    server.key = Some(given.to_owned());
    assert_eq!(server.ask("GET", "/v1/keys", "").0, 200);
}

#[test]
fn a_reader_that_hangs_up_does_not_hurt() {
    let dir = folder();
    let line = format!("{} openapi | head -c 1", jebi(dir.path(), &[]).get_program().display());
    let ran = Command::new("bash").args(["-o", "pipefail", "-c", &line]).output().expect("bash runs");
    assert_eq!((ran.status.code(), ran.stderr.as_slice()), (Some(0), &b""[..]));
}
