//! One store, one process; and how commands reach it when its socket cannot be used.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt};

use rustix::process::Signal;

use super::{SEND, Server, fault, folder, run};

#[test]
fn a_second_server_says_that_the_store_is_locked() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    // With the same port, too: the store is the cause, not the port.
    let port = server.url.rsplit(':').next().expect("a port");
    for port in ["0", port] {
        let second = run(dir.path(), &[("LOG_LEVEL", "off")], &["serve", "--port", port]);
        let said = "jebi did not start: another Jebi process has data/jebi.db open: \
                    stop it first, or give this one another DATABASE_URL";
        assert_eq!(fault(&second), (1, said));
    }
    assert_eq!(server.ask("GET", "/health", "").0, 200, "the first goes on");
}

#[test]
fn a_taken_port_stops_the_start() {
    let (dir, taken) = (folder(), TcpListener::bind("127.0.0.1:0").expect("a port"));
    let port = taken.local_addr().expect("an address").port().to_string();
    let ran = run(dir.path(), &[("LOG_LEVEL", "off")], &["serve", "--port", &port]);
    let said = format!(
        "jebi did not start: cannot listen on 127.0.0.1:{port}: Address already in use (os error 98); \
         free it or set SERVER_HOST and SERVER_PORT"
    );
    assert_eq!(fault(&ran), (1, said.as_str()));
}

#[test]
fn a_socket_left_by_a_killed_server_is_replaced_and_one_of_a_stopped_server_is_gone() {
    let dir = folder();
    let socket = dir.path().join("data/jebi.sock");
    let mut server = Server::start(dir.path(), &[]);
    assert_eq!(fs::metadata(&socket).expect("a socket").permissions().mode() & 0o777, 0o600);
    server.signal(Signal::KILL);
    server.ended();
    assert!(socket.exists(), "a killed server leaves it");
    // Nobody listens on it, and nobody holds the store.
    assert_eq!(run(dir.path(), &[], &["key", "list"]).code, 0);
    let mut server = Server::start(dir.path(), &[]);
    assert_eq!(run(dir.path(), &[], &["key", "list"]).code, 0);
    server.signal(Signal::TERM);
    assert!(server.ended().0.success());
    assert!(!socket.exists());
}

#[test]
fn without_the_socket_commands_use_tcp_and_a_key() {
    let dir = folder();
    let server = Server::start(dir.path(), &[]);
    fs::remove_file(dir.path().join("data/jebi.sock")).expect("a socket");
    let port = server.url.rsplit(':').next().expect("a port");

    let ran = run(dir.path(), &[("SERVER_PORT", port)], &SEND);
    let (code, said) = fault(&ran);
    assert_eq!(code, 69);
    assert!(said.starts_with("the process that has data/jebi.db open cannot be reached (its control socket data/jebi.sock: "), "{said}");
    assert!(said.ends_with("or set JEBI_API_KEY and the server's SERVER_HOST and SERVER_PORT"), "{said}");

    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    fs::write(dir.path().join("cert.pem"), made.cert.pem()).expect("written");
    fs::write(dir.path().join("key.pem"), made.signing_key.serialize_pem()).expect("written");
    let key = server.key.as_deref().expect("a first key");
    let tls = [("SERVER_PORT", port), ("JEBI_API_KEY", key), ("TLS_CERT", "cert.pem"), ("TLS_KEY", "key.pem")];
    let ran = run(dir.path(), &tls, &SEND);
    let (code, said) = fault(&ran);
    assert_eq!(code, 69);
    assert!(said.contains("commands do not call its HTTPS port: run this as the user the server runs as"), "{said}");

    let ran = run(dir.path(), &[("SERVER_PORT", port), ("JEBI_API_KEY", key)], &[&SEND[..], &["--wait"]].concat());
    assert_eq!((ran.code, ran.out.split(' ').nth(2)), (0, Some("sent\n")), "{}", ran.err);

    let ran = run(dir.path(), &[("SERVER_PORT", port), ("JEBI_API_KEY", "0123456789abcdef0123456789abcdef")], &SEND);
    let said = "Authorization: this API key does not exist, was revoked or has expired; use a key that `jebi key list` shows as live";
    assert_eq!(fault(&ran), (1, said));
}
