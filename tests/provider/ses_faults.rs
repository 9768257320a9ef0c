//! Faults before, in and after a request: only what certainly was not accepted may be called so.

use std::time::Duration;

use jebi_domain::{
    fake::ManualClock,
    outcome::Outcome,
    port::{Provider, Sender},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpSocket},
};

use super::{accepted, assert_transient, assert_unknown, config, mail_of, on_a_sender_thread, provider, send, sender};
use crate::support::ses_stub::{Answer, SesStub, Step};

/// Each fault is followed by a good call, which must go out on a connection of its own.
async fn fault_then_good(sender: &dyn Sender, stub: &SesStub, code: &str) {
    assert_unknown(&send(sender).await, code);
    assert!(matches!(send(sender).await, Outcome::Accepted { .. }));
    assert_eq!(stub.look(|s| s.connections), 2, "a broken connection must not be used again");
}

#[test]
fn a_connection_lost_after_a_byte_was_written_is_unknown() {
    let cut = |bytes: &[u8]| Step::RawThenClose(bytes.to_vec());
    let whole = Answer::accepted("never-read").bytes();
    let faults = [
        Step::DropUnread,
        Step::DropAfterHead,
        Step::DropAfterBody,
        cut(b""),
        cut(b"HTTP/1.1 200 O"),
        cut(b"HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n"),
        cut(&whole[..whole.len() - 1]),
        cut(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"Me"),
        cut(b"HTTP/1.1 503 busy\r\ncontent-length: 30\r\n\r\n{"),
        cut(b"\x00\xff garbage \r\n\r\n"),
        cut(b"SSH-2.0-OpenSSH_9.2\r\n"),
    ];
    on_a_sender_thread(async move {
        for fault in faults {
            let stub = SesStub::start([fault]).await;
            let (_, sender) = sender(&stub.url()).await;
            fault_then_good(&*sender, &stub, "connection_lost").await;
        }
    });
}

#[test]
fn a_time_out_is_unknown_whether_the_body_was_read_or_not() {
    on_a_sender_thread(async {
        for fault in [Step::HangAfterHead, Step::HangAfterBody] {
            let stub = SesStub::start([fault]).await;
            let (clock, sender) = sender(&stub.url()).await;
            let channel = sender.checkout().await.expect("a connection");
            let call = channel.send(mail_of(vec![b'x'; 2_000_000]));
            let watch = async {
                stub.until(|s| s.heads == 1).await;
                clock.advance(Duration::from_millis(29_999));
                tokio::task::yield_now().await;
                // The mail is a megabyte larger than usual: a line of 128 bytes a millisecond takes 7.4 seconds for that.
                clock.advance(Duration::from_millis(7_401));
                tokio::task::yield_now().await;
                clock.advance(Duration::from_millis(100));
            };
            let (outcome, ()) = tokio::join!(call, watch);
            assert_unknown(&outcome, "timeout");
            let limit = "within 37433 ms";
            assert!(matches!(&outcome, Outcome::Unknown { reason } if reason.text.contains(limit)), "{outcome:?}");
            assert!(matches!(send(&*sender).await, Outcome::Accepted { .. }));
            assert_eq!(stub.look(|s| s.connections), 2, "a late answer must not be taken for the next mail's");
        }
    });
}

#[test]
fn a_slow_answer_within_the_time_is_taken() {
    on_a_sender_thread(async {
        let stub = SesStub::start([Step::AnswerLate(Answer::accepted("slow"))]).await;
        let (clock, sender) = sender(&stub.url()).await;
        let watch = async {
            stub.until(|s| s.requests.len() == 1).await;
            clock.advance(Duration::from_secs(29));
            stub.release();
        };
        let (outcome, ()) = tokio::join!(send(&*sender), watch);
        assert_eq!(outcome, accepted("slow"));
        assert_eq!(send(&*sender).await, accepted("stub-2"));
        assert_eq!(stub.look(|s| s.connections), 1);
    });
}

#[test]
fn a_call_given_up_half_way_takes_its_connection_with_it() {
    on_a_sender_thread(async {
        let stub = SesStub::start([Step::AnswerLate(Answer::accepted("too-late"))]).await;
        let (_, sender) = sender(&stub.url()).await;
        tokio::select! {
            outcome = send(&*sender) => panic!("not answered yet: {outcome:?}"),
            () = stub.until(|s| s.requests.len() == 1) => {}
        }
        stub.release();
        assert_eq!(send(&*sender).await, accepted("stub-2"));
        assert_eq!(stub.look(|s| s.connections), 2);
    });
}

#[test]
fn nobody_listening_is_certainly_not_accepted() {
    on_a_sender_thread(async {
        // Held without listening: given back, another test's server might have the port next, and get this mail.
        let held = TcpSocket::new_v4().expect("a socket");
        held.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
        let port = held.local_addr().expect("bound").port();
        let (_, sender) = sender(&format!("http://127.0.0.1:{port}")).await;
        assert_transient(&send(&*sender).await, "connect");
    });
}

#[test]
fn an_unknown_name_is_certainly_not_accepted() {
    on_a_sender_thread(async {
        // A label of 64 letters is no name: refused without asking a name server.
        let (_, sender) = sender(&format!("http://{}.test", "a".repeat(64))).await;
        assert_transient(&send(&*sender).await, "dns");
    });
}

#[test]
fn no_connection_in_time_is_certainly_not_accepted() {
    on_a_sender_thread(async {
        // Takes connections and never shakes hands.
        let silent = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = silent.local_addr().expect("bound").port();
        let clock = ManualClock::new(super::NOW);
        let sender = provider(config(&format!("https://localhost:{port}")), &clock).await.sender();
        let watch = async {
            let (held, _) = silent.accept().await.expect("a connection");
            held.readable().await.expect("the client's first words");
            clock.advance(Duration::from_secs(5));
            held
        };
        let (outcome, held) = tokio::join!(send(&*sender), watch);
        assert_transient(&outcome, "connect");
        drop(held);
    });
}

#[test]
fn one_that_speaks_no_tls_is_certainly_not_accepted() {
    on_a_sender_thread(async {
        let plain = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = plain.local_addr().expect("bound").port();
        let (_, sender) = sender(&format!("https://localhost:{port}")).await;
        let answer = async {
            let (mut tcp, _) = plain.accept().await.expect("a connection");
            tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.expect("written");
            tcp
        };
        let (outcome, _held) = tokio::join!(send(&*sender), answer);
        assert_transient(&outcome, "tls");
    });
}
