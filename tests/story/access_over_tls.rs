//! HTTPS on the listener (S1-1): a certificate from files, renewed without dropping a connection; whoever speaks plain HTTP or
//! nothing at all is told or let go.

use std::{
    fs,
    io::Read,
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use jebi::{
    lifecycle::Lifecycle,
    server::{
        self, Listening,
        tls::{PemFiles, Tls},
    },
};
use jebi_domain::{fake::ManualClock, port::Clock};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream as AsyncStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::support::{
    api::Api,
    server::{jebi, run},
};

/// Writes a fresh certificate for `localhost` and its key into the folder; the certificate.
fn renew(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    fs::write(folder.join("cert.pem"), made.cert.pem()).expect("written");
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
    made.cert.der().clone()
}

fn files(folder: &Path) -> PemFiles {
    PemFiles { cert: folder.join("cert.pem"), key: folder.join("key.pem") }
}

/// The API behind a listener with the certificate in its folder.
async fn listen(api: &Api, head_time: Duration) -> (SocketAddr, Arc<Tls>, Lifecycle) {
    let tls = Arc::new(Tls::load(files(api.folder())).expect("a certificate"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (address, lifecycle) = (listener.local_addr().expect("bound"), Lifecycle::default());
    let listening = Listening { tls: Some(Arc::clone(&tls)), head_time, max_connections: 100 };
    tokio::spawn(server::tcp(listener, api.router(), listening, lifecycle.clone()));
    (address, tls, lifecycle)
}

async fn connect(address: SocketAddr, trusted: &CertificateDer<'static>) -> std::io::Result<TlsStream<AsyncStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a certificate");
    let versions = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let config = versions.with_safe_default_protocol_versions().expect("versions").with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, AsyncStream::connect(address).await?).await
}

/// Asks on an open connection; the answer's head and body as text.
async fn ask(stream: &mut TlsStream<AsyncStream>) -> String {
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("written");
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let mut some = [0; 1024];
        let n = stream.read(&mut some).await.expect("read");
        assert!(n > 0, "it ended early");
        answer.extend_from_slice(&some[..n]);
    }
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn it_speaks_https_and_says_so() {
    let api = Api::new().await;
    let cert = renew(api.folder());
    let (address, ..) = listen(&api, Duration::from_secs(20)).await;
    let answer = ask(&mut connect(address, &cert).await.expect("TLS")).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_and_open_connections_go_on() {
    let api = Api::new().await;
    let (before, clock) = (renew(api.folder()), ManualClock::default());
    let (address, tls, lifecycle) = listen(&api, Duration::from_secs(20)).await;
    let mut open = connect(address, &before).await.expect("TLS");
    ask(&mut open).await;
    let watching = tokio::spawn(Arc::clone(&tls).watch(Arc::new(clock.clone()) as Arc<dyn Clock>, lifecycle.soft.clone()));
    let asleep = async || {
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
    };
    asleep().await;

    // Half of a renewal: the key is not the certificate's yet, so nothing changes.
    let after = renew(api.folder());
    let (new_key, old) = (fs::read(files(api.folder()).key).expect("a key"), tempfile::tempdir().expect("a folder"));
    renew(old.path());
    fs::copy(old.path().join("key.pem"), files(api.folder()).key).expect("copied");
    clock.advance(Duration::from_secs(60));
    asleep().await;
    connect(address, &before).await.expect("the one before is still in use");

    fs::write(files(api.folder()).key, new_key).expect("written");
    clock.advance(Duration::from_secs(60));
    asleep().await;
    connect(address, &after).await.expect("the new one is in use");
    assert!(connect(address, &before).await.is_err());
    ask(&mut open).await;
    lifecycle.soft.cancel();
    watching.await.expect("it ends at the stop");
}

#[tokio::test]
async fn other_files_are_taken_at_a_word() {
    let api = Api::new().await;
    renew(api.folder());
    let (address, tls, _) = listen(&api, Duration::from_secs(20)).await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    let cert = renew(elsewhere.path());
    tls.replace(files(elsewhere.path())).expect("they are good");
    ask(&mut connect(address, &cert).await.expect("TLS")).await;
    fs::write(elsewhere.path().join("cert.pem"), "nothing").expect("written");
    let fault = tls.replace(files(elsewhere.path())).expect_err("no certificate");
    assert_eq!((fault.file, fault.fault.as_str()), (elsewhere.path().join("cert.pem"), "holds no certificate"));
    connect(address, &cert).await.expect("the one before is still in use");
}

#[tokio::test]
async fn plain_http_is_told_to_use_https_and_silence_is_let_go() {
    let api = Api::new().await;
    renew(api.folder());
    let (address, ..) = listen(&api, Duration::from_millis(300)).await;
    let mut plain = AsyncStream::connect(address).await.expect("connected");
    plain.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("written");
    let (mut answer, (mut reading, writing)) = (String::new(), plain.into_split());
    reading.read_to_string(&mut answer).await.expect("an answer");
    drop(writing);
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.ends_with("\r\n\r\nThis port speaks HTTPS: write https:// here\n"), "{answer}");
    let length = answer.split("\r\n\r\n").nth(1).map_or(0, str::len);
    assert!(answer.contains(&format!("Content-Length: {length}\r\n")), "{answer}");

    let mut silent = AsyncStream::connect(address).await.expect("connected");
    assert_eq!(silent.read(&mut [0; 8]).await.expect("closed in order"), 0);
}

#[test]
fn the_server_starts_with_it_or_names_the_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let (good, other) = (dir.path().join("good"), dir.path().join("other"));
    for folder in [&good, &other] {
        fs::create_dir(folder).expect("a folder");
        renew(folder);
    }
    let path = |folder: &Path, name: &str| folder.join(name).display().to_string();
    let (cert, key, wrong) = (path(&good, "cert.pem"), path(&good, "key.pem"), path(&other, "key.pem"));
    let ran = run(dir.path(), &[("TLS_CERT", &cert), ("TLS_KEY", &wrong)], &["serve", "--port", "0"]);
    assert_eq!(ran.code, 78);
    assert!(ran.err.contains(&format!("jebi did not start: {wrong}: cannot be used with {cert}")), "{}", ran.err);

    let mut command = jebi(dir.path(), &[("TLS_CERT", &cert), ("TLS_KEY", &key)]);
    let command = command.args(["serve", "--port", "0"]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null());
    let mut child = command.spawn().expect("the binary starts");
    let (mut greeting, mut some) = (String::new(), [0; 512]);
    let mut stdout = child.stdout.take().expect("piped");
    while !greeting.contains("Its data is in") {
        let n = stdout.read(&mut some).expect("it prints");
        assert!(n > 0, "it ended: {greeting}");
        greeting += &String::from_utf8_lossy(&some[..n]);
    }
    let address = greeting.split("ready: https://").nth(1).and_then(|rest| rest.lines().next()).expect("it says where");
    let connected = TcpStream::connect(address);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert!(connected.is_ok(), "{greeting}");
}
