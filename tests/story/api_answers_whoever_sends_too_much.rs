//! A caller that sends more than is read still gets the refusal, and not a broken connection.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::support::server::Server;

const LIMIT: usize = 16_384;
const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nHost: jebi\r\nConnection: close\r\n\r\n";

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.url.trim_start_matches("http://")).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    stream
}

fn head(server: &Server, more: &str) -> Vec<u8> {
    let key = server.key.as_deref().expect("a first start prints a key");
    format!("POST /v1/messages HTTP/1.1\r\nHost: jebi\r\nX-API-KEY: {key}\r\nContent-Type: application/json\r\n{more}\r\n\r\n").into_bytes()
}

/// Sends the head and as much as is read, waits for the refusal, sends the rest and a request after it.
fn refused_and_then_alive(server: &Server, head: &[u8], rest: &[u8]) {
    let mut stream = connect(server);
    stream.write_all(head).expect("the head is taken");
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).expect("the refusal does not wait for the rest");
    assert_eq!(answer, b"HTTP/1.1 413");
    stream.write_all(rest).expect("the rest is taken");
    stream.write_all(HEALTH).expect("another request is taken");
    let mut after = String::new();
    stream.read_to_string(&mut after).expect("the connection ends in order");
    assert!(after.contains("too_large") && after.contains("HTTP/1.1 200") && after.contains("alive"), "{after}");
}

#[test]
fn the_rest_of_a_refused_body_is_read_beside_the_answer() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let limit = LIMIT.to_string();
    let server = Server::start(dir.path(), &[("JEBI_MAX_BODY_BYTES", limit.as_str())]);
    let announced = head(&server, &format!("Content-Length: {}", 2 * LIMIT));
    refused_and_then_alive(&server, &announced, &vec![b'x'; 2 * LIMIT]);

    let chunk = [format!("{:x}\r\n", LIMIT + 1).into_bytes(), vec![b'x'; LIMIT + 1], b"\r\n".to_vec()].concat();
    let streamed = [head(&server, "Transfer-Encoding: chunked"), chunk.clone()].concat();
    refused_and_then_alive(&server, &streamed, &[chunk, b"0\r\n\r\n".to_vec()].concat());
}
