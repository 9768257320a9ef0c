//! `jebi send --csv`: from a file as people keep it to the mail in everybody's inbox.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

use super::{Server, folder, run, until};
use crate::support::server::{Ran, jebi};

const ENV: [(&str, &str); 2] = [("AWS_SES_FROM_EMAIL", "shop@example.com"), ("PROVIDER", "local")];
const MAIL: [&str; 8] =
    ["send", "--csv", "members.csv", "--subject", "{{ name }}님, 첫 모임", "--text", "쿠폰은 {{ 쿠폰 }}입니다.", "--topic"];

fn send(dir: &Path, more: &[&str]) -> Ran {
    run(dir, &[], &[&MAIL[..], &["november"], more].concat())
}

/// Recipient, subject and text of each mail in the inbox, by recipient.
fn inbox(server: &Server, mails: usize) -> Vec<(String, String, String)> {
    let found = until("the mails are there", || {
        let page = server.get("/v1/inbox?limit=500");
        page["mails"].as_array().filter(|all| all.len() == mails).cloned()
    });
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    let mut all: Vec<_> = found
        .iter()
        .map(|mail| {
            let whole = server.get(&format!("/v1/inbox/{}", text(&mail["delivery_id"])));
            (text(&mail["to"][0]), text(&mail["subject"]), text(&whole["text"]))
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_file_in_cp949_is_sent_to_everybody_in_their_own_words_and_not_twice() {
    let dir = folder();
    let file = "이메일,이름,쿠폰\r\nhong@example.com,홍길동,갑-1\r\nkim@example.com,\"김, 철수\",을-2\r\nHong@Example.com,또 홍,병-3\r\n";
    fs::write(dir.path().join("members.csv"), encoding_rs::EUC_KR.encode(file).0).expect("written");
    let server = Server::start(dir.path(), &ENV);
    let looked = send(dir.path(), &["--dry-run"]);
    let told = "recipients: 2, doubled: 1, bad lines: 0\nwould be taken: 2, refused: 0, suppressed: 0\n";
    assert!(looked.code == 0 && looked.out.starts_with(told), "{looked:?}");
    assert_eq!(server.get("/v1/topics")["topics"].as_array().map(Vec::len), Some(0), "nothing was sent");

    let sent = send(dir.path(), &[]);
    assert_eq!(sent.code, 0, "{}", sent.err);
    assert_eq!(sent.out.lines().last(), Some("taken: 2, taken before: 0, refused: 0"));
    let expected =
        [("hong@example.com", "홍길동님, 첫 모임", "쿠폰은 갑-1입니다."), ("kim@example.com", "김, 철수님, 첫 모임", "쿠폰은 을-2입니다.")]
            .map(|(to, subject, text)| (to.to_owned(), subject.to_owned(), text.to_owned()));
    assert_eq!(inbox(&server, 2), expected);

    let again = send(dir.path(), &[]);
    assert_eq!((again.code, again.out.lines().last()), (0, Some("taken: 0, taken before: 2, refused: 0")));
    assert!(again.err.contains("was not sent again"), "{}", again.err);
    let anew = send(dir.path(), &["--again", "둘째"]);
    assert_eq!(anew.out.lines().last(), Some("taken: 2, taken before: 0, refused: 0"));
    assert_eq!(inbox(&server, 4).len(), 4);
}

#[test]
fn bad_lines_are_told_by_number_and_nothing_is_sent_unless_they_are_to_be_skipped() {
    let dir = folder();
    fs::write(dir.path().join("members.csv"), "email,name,쿠폰\nhong@example.com,홍길동,갑-1\nbad,나쁜,을-2\nkim@example.com,김철수\n")
        .expect("written");
    let server = Server::start(dir.path(), &ENV);
    let refused = send(dir.path(), &[]);
    assert_eq!((refused.code, refused.out.as_str()), (1, "recipients: 1, doubled: 0, bad lines: 2\n"));
    for line in ["line 3: there is no @ in it", "line 4: it has 2 cells", "nothing was sent"] {
        assert!(refused.err.contains(line), "{line}: {}", refused.err);
    }
    assert_eq!(server.get("/v1/topics")["topics"].as_array().map(Vec::len), Some(0));
    let tried = send(dir.path(), &["--dry-run"]);
    assert!(tried.code == 1 && tried.out.contains("would be taken: 1, refused: 0") && tried.err.contains("line 3: "), "{tried:?}");
    let skipped = send(dir.path(), &["--skip-bad"]);
    assert_eq!((skipped.code, skipped.out.lines().last()), (0, Some("taken: 1, taken before: 0, refused: 0")), "{}", skipped.err);
}

#[test]
fn trying_it_out_tells_what_the_server_would_refuse_and_stores_nothing() {
    let dir = folder();
    let rows = ["hong@example.com,홍길동,갑-1", "kim@example.com,김철수,", "gone@example.com,나감,을-2", "lee@example.com,이영희,"];
    fs::write(dir.path().join("members.csv"), format!("email,name,쿠폰\n{}\n", rows.join("\n"))).expect("written");
    let env = [ENV[0], ENV[1], ("JEBI_MAX_RECIPIENTS", "2"), ("MAX_SEND_PER_SECOND", "1"), ("RECIPIENT_ALLOWLIST", "@example.com")];
    let server = Server::start(dir.path(), &env);
    let command = |more: &[&str]| run(dir.path(), &env, &[&MAIL[..], &["november", "--dry-run"], more].concat());
    let tried = command(&[]);
    assert_eq!(tried.code, 1, "{tried:?}");
    let told: Vec<&str> = tried.out.lines().collect();
    assert_eq!(told[..2], ["recipients: 4, doubled: 0, bad lines: 0", "would be taken: 2, refused: 2, suppressed: 0"]);
    assert!(told[2].starts_with("the last would be sent at about 20"), "{told:?}");
    for line in ["line 3.variables: it needs a value for 쿠폰, which nobody gives", "line 5.variables: it needs a value", "warning: "] {
        assert!(tried.err.contains(line), "{line}: {}", tried.err);
    }
    assert_eq!(command(&["--skip-bad"]).code, 0);
    // What is wrong with the message is told once, not by line.
    let from = command(&["--from", "nobody"]);
    assert!(from.code == 1 && from.err.matches("messages[0].from: ").count() == 1, "{from:?}");
    assert_eq!(server.get("/v1/topics")["topics"].as_array().map(Vec::len), Some(0));
    assert_eq!(server.get("/v1/messages")["messages"].as_array().map(Vec::len), Some(0));
}

#[test]
fn what_the_server_refuses_is_told_by_line_and_sending_again_goes_on() {
    let dir = folder();
    let rows = |third: &str| {
        let row = |i: usize| format!("a{i}@example.com,이름{i},{}\n", if i == 2 { third } else { "갑" });
        (0..5).fold("email,name,쿠폰\n".to_owned(), |all, i| all + &row(i))
    };
    fs::write(dir.path().join("members.csv"), rows("")).expect("written");
    let env = [ENV[0], ENV[1], ("JEBI_MAX_RECIPIENTS", "2")];
    let server = Server::start(dir.path(), &env);
    let command = |more: &[&str]| run(dir.path(), &env, &[&MAIL[..], &["november"], more].concat());
    let partly = command(&[]);
    assert_eq!((partly.code, partly.out.lines().last()), (1, Some("taken: 2, taken before: 0, refused: 0")), "{}", partly.err);
    assert!(partly.err.contains("line 4.variables: it needs a value for 쿠폰, which nobody gives"), "{}", partly.err);
    assert!(partly.err.contains("lines done: 2 of 5"), "without a terminal there are lines: {}", partly.err);
    fs::write(dir.path().join("members.csv"), rows("을")).expect("written");
    let rest = command(&[]);
    assert_eq!((rest.code, rest.out.lines().last()), (0, Some("taken: 3, taken before: 2, refused: 0")), "{}", rest.err);
    let all: Vec<String> = inbox(&server, 5).into_iter().map(|(to, ..)| to).collect();
    assert_eq!(all, (0..5).map(|i| format!("a{i}@example.com")).collect::<Vec<_>>());
}

/// A file of so many lines, sent a hundred at a time by a server that hardly sends any of it.
fn many(dir: &Path, lines: usize) -> [(&'static str, &'static str); 4] {
    let row = |i: usize| format!("a{i}@example.com,이름{i},쿠폰-{i}\n");
    fs::write(dir.join("members.csv"), (0..lines).fold("email,name,쿠폰\n".to_owned(), |all, i| all + &row(i))).expect("written");
    [ENV[0], ENV[1], ("JEBI_MAX_RECIPIENTS", "100"), ("MAX_SEND_PER_SECOND", "1")]
}

#[test]
fn a_command_that_is_killed_in_the_middle_goes_on_when_it_is_run_again() {
    let dir = folder();
    let env = many(dir.path(), 4_000);
    let server = Server::start(dir.path(), &env);
    let mut child =
        jebi(dir.path(), &env).args(MAIL).arg("november").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    // The counts, and the ids of two messages.
    let told: Vec<_> = BufReader::new(child.stdout.take().expect("piped")).lines().take(3).map(|line| line.expect("a line")).collect();
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!((told[0].as_str(), told.len()), ("recipients: 4000, doubled: 0, bad lines: 0", 3));
    let count = || server.get("/v1/topics/november")["total"].as_u64().expect("a count");
    assert!((200..4_000).contains(&count()), "{}", count());
    let rest = run(dir.path(), &env, &[&MAIL[..], &["november"]].concat());
    let last = rest.out.lines().last().unwrap_or_default().to_owned();
    let numbers: Vec<u64> = last.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
    assert!(rest.code == 0 && numbers[0] + numbers[1] == 4_000 && numbers[1] >= 200 && numbers[2] == 0, "{last}");
    let db = Connection::open_with_flags(dir.path().join("data/jebi.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the database");
    let stored: (i64, i64) =
        db.query_row("SELECT count(*), count(DISTINCT email) FROM delivery", [], |row| Ok((row.get(0)?, row.get(1)?))).expect("counts");
    assert_eq!((stored, count()), ((4_000, 4_000), 4_000_u64));
}

#[test]
fn a_terminal_sees_a_bar_and_everybody_else_lines() {
    #[expect(clippy::disallowed_methods, reason = "where Python lies is told by scripts/test")]
    let Ok(python) = std::env::var("JEBI_TEST_PYTHON") else { panic!("JEBI_TEST_PYTHON names no Python: see CONTRIBUTING.md") };
    let dir = folder();
    let env = many(dir.path(), 2_000);
    let _server = Server::start(dir.path(), &env);
    let script = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    let mut on_terminal = Command::new(python);
    on_terminal.args(["-c", script, env!("CARGO_BIN_EXE_jebi")]).args(MAIL).arg("november").current_dir(dir.path());
    let seen = on_terminal.env_clear().envs(env).env("TERM", "xterm").output().expect("Python runs");
    let seen = (seen.status.code(), String::from_utf8_lossy(&seen.stdout).into_owned());
    assert!(seen.0 == Some(0) && seen.1.contains("/2000 ") && !seen.1.contains("lines done"), "{seen:?}");
    let plain = run(dir.path(), &env, &[&MAIL[..], &["november"]].concat());
    assert!(plain.code == 0 && plain.err.contains("lines done: 100 of 2000\n") && !plain.err.contains('\u{1b}'), "{}", plain.err);
}

#[test]
fn a_copy_that_cannot_be_filled_in_fails_with_its_reason_and_no_other() {
    let dir = folder();
    let server = Server::start(dir.path(), &ENV);
    // That an order is no object shows only when it is filled in.
    let body = serde_json::json!({"messages": [{"topic_id": "t", "subject": "주문", "text": "{{ order.number }}", "recipients": [
        {"email": "a@example.com", "variables": {"order": {"number": 1}}},
        {"email": "b@example.com", "variables": {"order": "없음"}},
        {"email": "c@example.com", "variables": {"order": {"number": 3}}},
    ]}]});
    let (status, answer) = server.ask("POST", "/v1/messages", &body.to_string());
    assert_eq!((status, &answer["success"]), (202, &3.into()), "{answer}");
    let texts: Vec<String> = inbox(&server, 2).into_iter().map(|(_, _, text)| text).collect();
    assert_eq!(texts, ["1", "3"]);
    let failed = answer["messages"][0]["deliveries"][1]["id"].as_str().expect("an id").to_owned();
    let delivery = until("it failed", || Some(server.get(&format!("/v1/deliveries/{failed}"))).filter(|one| one["state"] == "failed"));
    let reason = delivery["reason"]["text"].as_str().expect("a reason");
    assert!(reason.contains("order.number"), "{reason}");
}

#[test]
fn a_workbook_of_a_spreadsheet_program_is_read() {
    #[expect(clippy::disallowed_methods, reason = "where Python with openpyxl lies is told by scripts/test")]
    let Ok(python) = std::env::var("JEBI_TEST_PYTHON") else {
        panic!("JEBI_TEST_PYTHON names no Python with openpyxl: see CONTRIBUTING.md")
    };
    let dir = folder();
    let script = "import datetime, openpyxl\nbook = openpyxl.Workbook()\nsheet = book.active\n\
        sheet.append(['성명', '이메일', '금액', '날짜', '쿠폰'])\n\
        sheet.append(['홍길동', 'hong@example.com', 120000, datetime.date(2026, 11, 21), '갑-1'])\n\
        sheet.append(['김철수', 'kim@example.com', 1.5, datetime.datetime(2026, 1, 2, 3, 4, 5), 7])\nbook.save('members.xlsx')\n";
    let made = Command::new(python).args(["-c", script]).current_dir(dir.path()).output().expect("Python runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let server = Server::start(dir.path(), &ENV);
    let text = "{{ 금액 }} / {{ 날짜 }} / {{ 쿠폰 }}";
    let sent = run(dir.path(), &[], &["send", "--csv", "members.xlsx", "--subject", "{{ name }}", "--text", text]);
    assert_eq!(sent.code, 0, "{}", sent.err);
    let expected =
        [("hong@example.com", "홍길동", "120000 / 2026-11-21 / 갑-1"), ("kim@example.com", "김철수", "1.5 / 2026-01-02 03:04:05 / 7")]
            .map(|(to, subject, text)| (to.to_owned(), subject.to_owned(), text.to_owned()));
    assert_eq!(inbox(&server, 2), expected);
}
