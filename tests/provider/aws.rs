//! What is asked of AWS besides sending: addresses over HTTPS, against a server of our own; which account is ours, against moto's STS.

use std::{sync::Arc, time::Duration};

use jebi::provider::aws::{AwsAccount, HttpsWeb, StsAccounts};
use jebi_domain::{
    fake::ManualClock,
    port::sns::{OwnAccounts, Web},
    sns::OwnAccount,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

use super::NOW;
use crate::support::{
    moto::Moto,
    sns::{FILE, SIGNER, certificate_url},
    test_ca::TestCa,
};

/// A server over TLS that answers every request so, and counts connections.
async fn serve(ca: &TestCa, name: &str, answer: Vec<u8>) -> (u16, JoinHandle<usize>) {
    let (acceptor, listener) = (ca.server(name).acceptor(), TcpListener::bind("127.0.0.1:0").await.expect("a port"));
    let port = listener.local_addr().expect("an address").port();
    let server = tokio::spawn(async move {
        let mut count = 0;
        while let Ok((socket, _)) = listener.accept().await {
            count += 1;
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            let (mut head, mut piece) = (Vec::new(), [0; 1024]);
            while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
                match stream.read(&mut piece).await {
                    Ok(n) if n > 0 => head.extend_from_slice(&piece[..n]),
                    _ => break,
                }
            }
            assert!(head.starts_with(b"GET /a.pem HTTP/1.1\r\n"), "{}", String::from_utf8_lossy(&head));
            // Whoever has read enough goes away.
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
        count
    });
    (port, server)
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

async fn get(answer: Vec<u8>, most: usize) -> Result<(u16, Vec<u8>), String> {
    let ca = TestCa::new();
    let (port, server) = serve(&ca, "localhost", answer).await;
    let web = HttpsWeb::new(Some(ca.bundle()), None);
    let got = web.get(&format!("https://localhost:{port}/a.pem"), most).await;
    server.abort();
    got.map(|got| (got.status, got.body.to_vec()))
}

#[tokio::test]
async fn an_answer_is_read_whole_within_its_bound() {
    assert_eq!(get(answer("200 OK", "", b"hello"), 5).await, Ok((200, b"hello".to_vec())));
    assert!(get(answer("200 OK", "", b"hello!"), 5).await.expect_err("too large").contains("more than 5 bytes"));
    // One that does not say how much it has.
    let endless = [&b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"[..], &vec![b'x'; 1 << 20]].concat();
    assert!(get(endless, 1_000).await.expect_err("too large").contains("more than 1000 bytes"));
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhell".to_vec();
    assert!(get(cut, 100).await.is_err());
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let moved = answer("302 Found", "Location: https://localhost/elsewhere\r\n", b"");
    assert_eq!(get(moved, 100).await, Ok((302, Vec::new())));
    assert_eq!(get(answer("404 Not Found", "", b"no"), 100).await, Ok((404, b"no".to_vec())));
}

#[tokio::test]
async fn nobody_else_can_answer_for_the_host() {
    let ca = TestCa::new();
    let (port, _server) = serve(&ca, "other.example", answer("200 OK", "", b"evil")).await;
    let url = format!("https://localhost:{port}/a.pem?Token=t0k3n");
    let error = HttpsWeb::new(Some(ca.bundle()), None).get(&url, 100).await.expect_err("another's certificate");
    assert!(!error.contains("t0k3n"), "the address is not told: {error}");
    let (port, _server) = serve(&ca, "localhost", answer("200 OK", "", b"evil")).await;
    let error = HttpsWeb::new(None, None).get(&format!("https://localhost:{port}/a.pem"), 100).await;
    assert!(error.is_err(), "an authority nobody trusts");
}

#[tokio::test]
async fn certificates_that_lie_there_are_not_fetched() {
    let folder = TempDir::new().expect("a folder");
    SIGNER.write(folder.path());
    let web = HttpsWeb::new(None, Some(folder.path().to_owned()));
    let got = web.stored(&certificate_url()).await.expect("it lies there");
    assert_eq!(got, std::fs::read(folder.path().join(FILE)).expect("a file"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_account_is_asked_for_once() {
    let (moto, clock) = (Moto::start(), ManualClock::new(NOW));
    let accounts = StsAccounts::new(vec![moto.account()], Arc::new(clock));
    let ours = vec![OwnAccount { region: "ap-northeast-2".into(), account: "123456789012".into() }];
    assert_eq!(accounts.own().await, Ok(ours.clone()));
    drop(moto);
    assert_eq!(accounts.own().await, Ok(ours), "it does not change");
    assert_eq!(StsAccounts::new(Vec::new(), Arc::new(ManualClock::new(NOW))).own().await, Ok(Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_cannot_be_asked_for_is_asked_for_again_after_a_while() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = silent.local_addr().expect("an address");
    drop(silent);
    let (moto, clock) = (Moto::start(), ManualClock::new(NOW));
    let account = AwsAccount { endpoint: Some(format!("http://{place}")), ..moto.account() };
    let accounts = StsAccounts::new(vec![account], Arc::new(clock.clone()));
    let reason = accounts.own().await.expect_err("nobody is there");
    assert!(reason.remedy.contains("SNS_TOPIC_ARNS"), "{reason:?}");
    let listener = TcpListener::bind(place).await.expect("it is free again");
    assert_eq!(accounts.own().await, Err(reason), "remembered");
    clock.advance(Duration::from_secs(30));
    let asked = tokio::spawn(async move { accounts.own().await });
    listener.accept().await.expect("it is asked again");
    drop(listener);
    assert!(asked.await.expect("it ends").is_err());
}
