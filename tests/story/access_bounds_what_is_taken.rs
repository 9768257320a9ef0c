//! Slow callers, large heads, too much at once: refused in words where that is possible, let go where it is not, and never a reason
//! for others to wait.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use axum::body::Body;
use futures_util::{StreamExt, stream};
use tokio::sync::oneshot;

use crate::support::{
    api::{Api, Setup},
    server::Server,
};

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

/// Many answers asked for and none taken: more than the buffers between hold.
#[test]
fn who_takes_no_answer_loses_its_place() {
    let (server, _dir) = start(&[("JEBI_HEAD_TIMEOUT_SECONDS", "1"), ("MAX_CONNECTIONS", "1")]);
    let greedy = connect(&server);
    let asked = "GET /openapi.json HTTP/1.1\r\nHost: jebi\r\n\r\n".repeat(200);
    (&greedy).write_all(asked.as_bytes()).expect("written");
    let mut next = connect(&server);
    next.write_all(b"GET /health HTTP/1.1\r\nHost: jebi\r\nConnection: close\r\n\r\n").expect("written");
    assert!(rest(next).starts_with("HTTP/1.1 200"));
    drop(greedy);
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
    let broken = send("no colon\r\n".to_owned());
    assert!(broken.starts_with("HTTP/1.1 400"), "{broken}");
}

/// A body whose first part is there, and whose rest comes when it is given. The receiver hears when the first part was taken.
fn halting(first: &str) -> (Body, oneshot::Receiver<()>, oneshot::Sender<String>) {
    let ((told, taken), (give, given)) = (oneshot::channel(), oneshot::channel());
    let rest = async move {
        told.send(()).expect("the test listens");
        given.await.map_err(std::io::Error::other)
    };
    let parts = stream::iter([Ok(first.to_owned())]).chain(stream::once(rest));
    (Body::from_stream(parts), taken, give)
}

/// A mail whose body has about this size.
fn mail(size: usize) -> String {
    let begin = r#"{"messages":[{"emails":["kim@example.kr"],"subject":"안내","content":""#;
    format!("{begin}{}\"}}]}}", "x".repeat(size))
}

#[tokio::test]
async fn beyond_the_requests_under_way_others_are_refused_at_once() {
    let api = Api::with(Setup { max_requests: 1, ..Setup::default() }).await;
    let (body, taken, give) = halting(&mail(10)[..20]);
    let others = async {
        taken.await.expect("it is under way");
        let refused = api.get("/v1/topics").await;
        assert_eq!(refused.problem(503), [(String::new(), "too_many_requests".into())]);
        assert_eq!(refused.headers["retry-after"], "1");
        api.get("/health").await.expect(200);
        api.get("/ready").await.expect(200);
        api.local("/v1/topics").await.expect(200);
        give.send(mail(10)[20..].to_owned()).expect("it is awaited");
    };
    let (first, ()) = tokio::join!(api.submit(body), others);
    first.expect(202);
    api.get("/v1/topics").await.expect(200);
}

#[tokio::test]
async fn the_bodies_of_all_requests_together_have_a_bound() {
    let api = Api::with(Setup { max_bodies: 32_768, body_limit: 32_768, ..Setup::default() }).await;
    let large = mail(30_000);
    let (body, taken, give) = halting(&large[..28_000]);
    let others = async {
        taken.await.expect("it has its room");
        assert_eq!(api.submit(mail(10_000)).await.problem(503), [(String::new(), "too_many_bodies".into())]);
        api.submit(mail(1_000)).await.expect(202);
        give.send(large[28_000..].to_owned()).expect("it is awaited");
    };
    let (first, ()) = tokio::join!(api.submit(body), others);
    first.expect(202);
    api.submit(large.clone()).await.expect(202);
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
