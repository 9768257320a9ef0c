//! Slow callers, large heads, too much at once: refused in words where that is possible, let go where it is not, and never a reason
//! for others to wait.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::support::{server::Server, wait::until};

const PATIENCE: Duration = Duration::from_secs(20);

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.url.trim_start_matches("http://")).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream
}

fn start(env: &[(&str, &str)]) -> (Server, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a folder");
    (Server::start(dir.path(), env), dir)
}

/// The head of a request to send mail, with a body of this length announced.
fn head(server: &Server, length: usize) -> String {
    let key = server.key.as_deref().expect("a first start prints a key");
    format!(
        "POST /v1/messages HTTP/1.1\r\nHost: jebi\r\nConnection: close\r\nX-API-KEY: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// Everything until the server closes.
fn rest(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    match stream.read_to_string(&mut answer) {
        Ok(_) => answer,
        // Closed on a head that was still being sent.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => answer,
        Err(error) => panic!("neither answered nor closed: {error}"),
    }
}

#[test]
fn slow_heads_idle_connections_and_slow_bodies_end() {
    let (server, _dir) = start(&[("JEBI_HEAD_TIMEOUT_SECONDS", "1"), ("JEBI_REQUEST_TIMEOUT_SECONDS", "2"), ("SYNC_WAIT_SECONDS", "1")]);
    let mut slow = connect(&server);
    slow.write_all(b"GET /health HTTP/1.1\r\nHost: je").expect("written");
    let silent = connect(&server);
    let mut idle = connect(&server);
    idle.write_all(b"GET /health HTTP/1.1\r\nHost: jebi\r\n\r\n").expect("written");
    let mut body = connect(&server);
    body.write_all(format!("{}{{\"messages\":", head(&server, 100)).as_bytes()).expect("written");

    assert!(!rest(slow).contains("200"));
    assert_eq!(rest(silent), "");
    let answered = rest(idle);
    assert!(answered.starts_with("HTTP/1.1 200") && answered.ends_with("{\"status\":\"alive\"}"), "{answered}");
    let refused = rest(body);
    assert!(refused.starts_with("HTTP/1.1 408") && refused.contains("request_timeout"), "{refused}");
}

#[test]
fn a_large_head_is_refused() {
    let (server, _dir) = start(&[]);
    let send = |headers: String| {
        let mut stream = connect(&server);
        stream.write_all(format!("GET /health HTTP/1.1\r\nHost: jebi\r\nConnection: close\r\n{headers}\r\n").as_bytes()).expect("written");
        rest(stream)
    };
    let fine = send(format!("X-Note: {}\r\n", "x".repeat(16 << 10)));
    assert!(fine.starts_with("HTTP/1.1 200"), "{fine}");
    for too_much in [format!("X-Note: {}\r\n", "x".repeat(40 << 10)), "X-Note: x\r\n".repeat(150)] {
        let refused = send(too_much);
        assert!(refused.starts_with("HTTP/1.1 431") && refused.contains("head_too_large") && refused.contains("remedy"), "{refused}");
    }
    let bare = send("X-Note: x\r\n".repeat(250));
    assert!(bare.starts_with("HTTP/1.1 431"), "{bare}");
}

#[test]
fn beyond_the_requests_under_way_others_are_refused_at_once() {
    let (server, _dir) = start(&[("MAX_CONCURRENT_REQUESTS", "1")]);
    let body = r#"{"messages":[{"from":"a@example.kr","emails":["kim@example.kr"],"subject":"안내","content":"x"}]}"#;
    let mut first = connect(&server);
    first.write_all(head(&server, body.len()).as_bytes()).expect("written");
    let refused = until("the first request is under way", PATIENCE, || {
        let mut second = connect(&server);
        let key = server.key.as_deref().expect("a key");
        write!(second, "GET /v1/topics HTTP/1.1\r\nHost: jebi\r\nConnection: close\r\nX-API-KEY: {key}\r\n\r\n").expect("written");
        Some(rest(second)).filter(|answer| !answer.starts_with("HTTP/1.1 200"))
    });
    assert!(
        refused.starts_with("HTTP/1.1 503") && refused.contains("too_many_requests") && refused.contains("retry-after: 1"),
        "{refused}"
    );
    assert_eq!((server.ask("GET", "/health", "").0, server.ask("GET", "/ready", "").0), (200, 200));
    first.write_all(body.as_bytes()).expect("written");
    assert!(rest(first).starts_with("HTTP/1.1 202"));
    assert_eq!(server.ask("GET", "/v1/topics", "").0, 200);
}

#[test]
fn the_bodies_of_all_requests_together_have_a_bound() {
    let (server, _dir) = start(&[("JEBI_MAX_BODY_BYTES", "32768"), ("JEBI_MAX_BODIES_BYTES", "32768")]);
    let mail = |size: usize| {
        let body = r#"{"messages":[{"from":"a@example.kr","emails":["kim@example.kr"],"subject":"안내","content":""#;
        format!("{body}{}\"}}]}}", "x".repeat(size))
    };
    let (large, small) = (mail(30_000), mail(10_000));
    let mut first = connect(&server);
    first.write_all(head(&server, large.len()).as_bytes()).expect("written");
    first.write_all(&large.as_bytes()[..28_000]).expect("written");
    let refused = until("the first body takes the room", PATIENCE, || {
        let (status, answer) = server.ask("POST", "/v1/messages", &small);
        (status != 202).then_some((status, answer))
    });
    assert_eq!((refused.0, refused.1["code"].as_str()), (503, Some("too_many_bodies")));
    first.write_all(&large.as_bytes()[28_000..]).expect("written");
    assert!(rest(first).starts_with("HTTP/1.1 202"));
    assert_eq!(server.ask("POST", "/v1/messages", &large).0, 202, "the room came back");
}

#[test]
fn more_connections_wait_for_a_place() {
    let (server, _dir) = start(&[("MAX_CONNECTIONS", "1")]);
    let mut first = connect(&server);
    first.write_all(b"GET /health HTTP/1.1\r\nHost: jebi\r\n\r\n").expect("written");
    let mut some = [0; 12];
    first.read_exact(&mut some).expect("it is served");
    let mut second = connect(&server);
    second.write_all(b"GET /health HTTP/1.1\r\nHost: jebi\r\nConnection: close\r\n\r\n").expect("written");
    second.set_read_timeout(Some(Duration::from_millis(300))).expect("a time-out");
    let waiting = second.read(&mut some).expect_err("it has to wait");
    assert!(matches!(waiting.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waiting}");
    drop(first);
    second.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    assert!(rest(second).starts_with("HTTP/1.1 200"));
}
