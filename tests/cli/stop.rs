//! SIGTERM ends softly and at once where nothing is under way; a second one does not wait for what is.

use std::{io::Write, net::TcpStream, time::Duration};

use rustix::process::Signal;

use super::{SEND, Server, folder, run, until};

#[test]
fn a_signal_ends_an_idle_server_quickly_and_well() {
    for signal in [Signal::TERM, Signal::INT] {
        let dir = folder();
        let mut server = Server::start(dir.path(), &[]);
        assert_eq!(run(dir.path(), &[], &[&SEND[..], &["--wait"]].concat()).code, 0);
        server.signal(signal);
        let (status, took) = server.ended();
        assert_eq!(status.code(), Some(0), "{}", log(&dir));
        assert!(took < Duration::from_secs(3), "it took {took:?}");
        assert_eq!(run(dir.path(), &[], &["verify"]).code, 0);
    }
}

#[test]
fn a_second_signal_does_not_wait() {
    let dir = folder();
    let mut server = Server::start(dir.path(), &[]);
    // A request whose body never comes is under way until the grace of 25 s ends.
    let mut half = TcpStream::connect(server.url.trim_start_matches("http://")).expect("it listens");
    let key = server.key.as_deref().expect("a first key");
    write!(half, "POST /v1/messages HTTP/1.1\r\nHost: jebi\r\nX-API-KEY: {key}\r\nContent-Type: application/json\r\n").expect("written");
    write!(half, "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n").expect("written");
    // It asks for the body, so the request is known to be under way.
    std::io::Read::read_exact(&mut half, &mut [0; 12]).expect("100 Continue");
    server.signal(Signal::TERM);
    until("the first signal is heard", || log(&dir).contains("a second signal stops at once").then_some(()));
    server.signal(Signal::TERM);
    let (status, took) = server.ended();
    assert_eq!(status.code(), Some(1), "{}", log(&dir));
    assert!(took < Duration::from_secs(3), "it took {took:?}");
    assert!(log(&dir).ends_with("stopped before everything was finished; what was under way shows as unsettled\n"));
}

fn log(dir: &tempfile::TempDir) -> String {
    std::fs::read_to_string(dir.path().join("log")).expect("a log")
}
