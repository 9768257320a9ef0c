//! Files of more recipients than one commit takes: in parts, each address once, however often and whenever the request is cut short.

use std::{collections::HashSet, fs, net::SocketAddr, path::Path, thread};

use rusqlite::{Connection, OpenFlags};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::api_takes_files_of_recipients::{form, request};
use crate::support::{
    api::{Answer, Api, Setup, list, text},
    http,
    server::{Server, until},
};

const MESSAGE: &[u8] = r#"{"topic_id": "11월", "subject": "{{ name }}님, 첫 모임", "text": "쿠폰 {{ 쿠폰 }}"}"#.as_bytes();

/// A file of so many recipients. Line 12,000 has no address, line 15,000 has that of line 2, line 18,000 has no value.
fn file(rows: usize) -> String {
    let row = |line: usize| match line {
        12_000 => "나쁜 주소,홍길동,갑\n".to_owned(),
        15_000 => "A2@example.kr,또,을\n".to_owned(),
        18_000 => "a18000@example.kr,홍길동,\n".to_owned(),
        line => format!("a{line}@example.kr,이름{line},쿠폰-{line}\n"),
    };
    (2..rows + 2).fold("이메일,이름,쿠폰\n".to_owned(), |all, line| all + &row(line))
}

async fn post(api: &Api, path: &str, key: Option<&str>, parts: &[(&str, &[u8])]) -> Answer {
    let mut request = request(api, "x", parts);
    *request.uri_mut() = path.parse().expect("a path");
    if let Some(key) = key {
        request.headers_mut().insert("idempotency-key", key.parse().expect("a header"));
    }
    api.send(request).await
}

const PATH: &str = "/v1/messages/csv";

#[tokio::test]
async fn a_file_of_many_lines_becomes_several_messages_under_its_topic() {
    let api = Api::with(Setup { upload_limit: 32 << 20, ..Setup::default() }).await;
    let text_of = file(20_500);
    let parts: [(&str, &[u8]); 2] = [("file", text_of.as_bytes()), ("message", MESSAGE)];
    let refused = post(&api, PATH, None, &parts).await.problem(422);
    assert_eq!(refused, [("Idempotency-Key".to_owned(), "missing_idempotency_key".to_owned())]);

    let tried = post(&api, "/v1/messages/csv?dry_run=true", None, &parts).await.expect(200);
    assert_eq!((&tried["dry_run"], &tried["ids"], api.topics().await), (&true.into(), &json!([]), 0));
    assert!(tried.as_object().expect("an object").contains_key("finish_estimate"), "{tried}");

    let first = post(&api, PATH, Some("november"), &parts).await;
    let answer = first.expect(202);
    assert_eq!(list(&answer["ids"]).len(), 3);
    for answer in [&tried, &answer] {
        assert_eq!((&answer["total"], &answer["success"], &answer["errors"]), (&20_500.into(), &20_497.into(), &2.into()));
        let told: Vec<_> = list(&answer["rejected"]).iter().map(|one| (text(&one["field"]), text(&one["code"]))).collect();
        assert_eq!(told, [("line 12000.email", "space"), ("line 18000.variables", "missing_variables")]);
        assert_eq!(answer["duplicates"], json!([{"line": 15_000, "email": "A2@example.kr"}]));
        assert!(list(&answer["warnings"]).iter().any(|one| text(&one["code"]) == "no_unsubscribe_link"), "{answer}");
    }
    assert_eq!(api.waiting().await, 20_497);
    assert_eq!(api.get("/v1/topics/11%EC%9B%94").await.expect(200)["waiting"], 20_497);

    let again = post(&api, PATH, Some("november"), &parts).await;
    assert_eq!((again.expect(202), again.headers["idempotency-replayed"].to_str().ok()), (answer, Some("true")));
    assert_eq!(api.waiting().await, 20_497);
    let other: [(&str, &[u8]); 2] = [("file", b"email\nb@example.kr\n"), ("message", MESSAGE)];
    assert_eq!(post(&api, PATH, Some("november"), &other).await.problem(409)[0].1, "idempotency_key_reused");
}

#[tokio::test]
async fn all_of_a_large_file_is_checked_before_any_of_it_is_stored() {
    let api = Api::with(Setup { upload_limit: 32 << 20, max_waiting: 20_000, ..Setup::default() }).await;
    let text_of = file(20_500);
    let file: (&str, &[u8]) = ("file", text_of.as_bytes());
    let strict = post(&api, PATH, Some("1"), &[file, ("message", MESSAGE), ("strict", b"true")]).await.problem(422);
    let fault = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(strict, [fault("line 12000.email", "space"), fault("line 18000.variables", "missing_variables")]);
    let full = post(&api, PATH, Some("2"), &[file, ("message", MESSAGE)]).await.problem(503);
    assert_eq!(full[0].1, "queue_full", "none of it goes where not all of it has room");
    let roomy = Api::with(Setup { upload_limit: 32 << 20, ..Setup::default() }).await;
    let (_, limited) = roomy.make_key(&json!({"name": "limited", "scopes": ["send"], "daily_limit": 15_000})).await;
    let spent = post(&roomy.with_key(&limited), PATH, Some("3"), &[file, ("message", MESSAGE)]).await.problem(429);
    assert_eq!(spent[0].1, "daily_limit");
    let cut = [text_of.as_bytes(), b"x@example.kr,\"\n"].concat();
    let unclosed = post(&api, PATH, Some("4"), &[("file", &cut), ("message", MESSAGE)]).await.problem(422);
    assert_eq!(unclosed[0].1, "unclosed_quote");
    assert_eq!((api.topics().await, api.waiting().await, roomy.waiting().await), (0, 0, 0));
    let left: Vec<_> =
        fs::read_dir(api.folder()).expect("a folder").filter_map(|entry| entry.expect("an entry").file_name().into_string().ok()).collect();
    assert!(left.iter().all(|name| !name.starts_with(".upload")), "{left:?}");
}

#[tokio::test]
async fn a_request_whose_caller_hangs_up_goes_on_when_it_comes_again() {
    let api = Api::with(Setup { upload_limit: 32 << 20, ..Setup::default() }).await;
    let text_of = file(30_500);
    let parts: [(&str, &[u8]); 2] = [("file", text_of.as_bytes()), ("message", MESSAGE)];
    {
        let sending = post(&api, PATH, Some("november"), &parts);
        tokio::pin!(sending);
        loop {
            tokio::select! {
                biased;
                answer = &mut sending => panic!("it was to be cut short: {}", answer.status),
                () = tokio::task::yield_now() => {}
            }
            if api.waiting().await > 0 {
                break;
            }
        }
    }
    // What was on its way to the store is stored.
    let taken = api.waiting().await;
    assert!((8_900..30_000).contains(&taken), "a part is a good 8,900 lines of these: {taken}");
    let answer = post(&api, PATH, Some("november"), &parts).await.expect(202);
    assert_eq!((&answer["success"], list(&answer["ids"]).len(), api.waiting().await), (&30_497.into(), 4, 30_497));
    each_once(&api.folder().join("jebi.db"), 30_497);
}

/// That so many are stored, and nobody twice.
fn each_once(database: &Path, recipients: usize) {
    let db = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the database");
    let mut all = db.prepare("SELECT email FROM delivery").expect("a statement");
    let emails: Vec<String> = all.query_map([], |row| row.get(0)).expect("rows").map(|row| row.expect("a row")).collect();
    let different: HashSet<&String> = emails.iter().collect();
    assert_eq!((emails.len(), different.len()), (recipients, recipients));
}

fn call(server: &Server, key: &str, rows: usize) -> std::io::Result<(u16, Value)> {
    let to: SocketAddr = server.url.trim_start_matches("http://").parse().expect("an address");
    let body = form("x", &[("file", file(rows).as_bytes()), ("message", MESSAGE)]);
    let headers = [("Content-Type", "multipart/form-data; boundary=x"), ("X-API-KEY", KEY), ("Idempotency-Key", key)];
    http::call(to, "POST", PATH, &headers, &body).map(|answer| (answer.status, answer.json()))
}

const KEY: &str = "large-files-key-0123456789abcdefghij";
const ENV: [(&str, &str); 4] =
    [("AWS_SES_FROM_EMAIL", "shop@example.com"), ("PROVIDER", "local"), ("JEBI_API_KEY", KEY), ("MAX_SEND_PER_SECOND", "1")];

#[test]
fn a_server_that_is_killed_in_the_middle_goes_on_when_the_request_is_repeated() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut server = Server::start(dir.path(), &ENV);
    let database = dir.path().join("data/jebi.db");
    thread::scope(|scope| {
        let cut = scope.spawn(|| call(&server, "november", 30_500));
        until("a part is stored", || {
            let db = Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
            let stored: i64 = db.query_row("SELECT count(*) FROM idempotency", [], |row| row.get(0)).ok()?;
            (stored > 0).then_some(())
        });
        server.signal(Signal::KILL);
        assert!(cut.join().expect("it ended").is_err(), "no answer was given");
    });
    server.ended();
    let server = Server::start(dir.path(), &ENV);
    let (status, answer) = call(&server, "november", 30_500).expect("an answer");
    assert_eq!((status, &answer["success"]), (202, &30_497.into()), "{answer}");
    each_once(&database, 30_497);
}

#[test]
fn a_file_of_many_more_lines_takes_no_more_memory() {
    let dir = tempfile::tempdir().expect("a folder");
    let server = Server::start(dir.path(), &[&ENV[..], &[("JEBI_MAX_CSV_ROWS", "150000")]].concat());
    let (status, answer) = call(&server, "small", 30_500).expect("an answer");
    assert_eq!(status, 202, "{answer}");
    let before = server.peak_kib();
    let (status, answer) = call(&server, "large", 150_000).expect("an answer");
    assert_eq!((status, &answer["success"]), (202, &149_997.into()), "{answer}");
    let grown = server.peak_kib() - before;
    // Held whole, 120,000 lines more would take 120 MiB. The store's caches fill up to 32 MiB, and of each address 16 bytes are known.
    assert!(grown < 64 << 10, "{grown} KiB more than {before}");
}
