//! Which connections are used again, and which are not.

use std::time::Duration;

use jebi_domain::outcome::Outcome;

use super::{accepted, assert_transient, mail, on_a_sender_thread, send, sender};
use crate::support::ses_stub::{Answer, SesStub, Step};

#[test]
fn one_connection_serves_mail_after_mail() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let (_, sender) = sender(&stub.url()).await;
        for n in 1..=50 {
            assert_eq!(send(&*sender).await, accepted(&format!("stub-{n}")));
        }
        assert_eq!(stub.look(|s| s.connections), 1);
    });
}

#[test]
fn calls_at_the_same_time_have_connections_of_their_own_and_keep_them() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let (_, sender) = sender(&stub.url()).await;
        for _ in 0..3 {
            let all = futures_util::future::join_all((0..20).map(|_| send(&*sender))).await;
            assert!(all.iter().all(|o| matches!(o, Outcome::Accepted { .. })));
        }
        assert_eq!(stub.look(|s| (s.connections, s.requests.len())), (20, 60));
    });
}

#[test]
fn a_connection_the_server_closed_with_its_answer_is_not_kept() {
    on_a_sender_thread(async {
        let stub = SesStub::start((0..20).map(|n| Step::AnswerThenClose(Answer::accepted(&format!("then-closed-{n}"))))).await;
        let (_, sender) = sender(&stub.url()).await;
        for n in 0..20 {
            assert_eq!(send(&*sender).await, accepted(&format!("then-closed-{n}")));
            stub.until(|s| s.closed == n + 1).await;
        }
        assert_eq!(stub.look(|s| s.connections), 20);
    });
}

#[test]
fn a_connection_the_server_closed_while_idle_is_found_before_a_byte_is_written() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let (_, sender) = sender(&stub.url()).await;
        for n in 1..=20 {
            assert_eq!(send(&*sender).await, accepted(&format!("stub-{n}")));
            stub.hang_up();
            stub.until(|s| s.closed == n).await;
        }
        assert_eq!(stub.look(|s| s.connections), 20);
    });
}

#[test]
fn a_close_the_runtime_has_not_heard_of_is_found_too() {
    on_a_sender_thread(async {
        // The peer is used without an await between, so that only the kernel knows what it did.
        let peer = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let (clock, sender) = sender(&format!("http://{}", peer.local_addr().expect("bound"))).await;
        let channel = sender.checkout().await.expect("a connection");
        let (first, _) = peer.accept().expect("a connection");
        channel.put_back();
        drop(first);
        let channel = sender.checkout().await.expect("a connection");
        peer.set_nonblocking(true).expect("a socket option");
        let (second, _) = peer.accept().expect("the closed connection is replaced by a second one");
        clock.advance(Duration::from_millis(80));
        drop(second);
        assert_transient(&channel.send(mail()).await, "connection_lost");
    });
}

#[test]
fn bytes_nobody_asked_for_end_a_connection() {
    on_a_sender_thread(async {
        let mut twice = Answer::accepted("once").bytes();
        twice.extend(Answer::accepted("for-nobody").bytes());
        let stub = SesStub::start([Step::RawThenClose(twice)]).await;
        let (_, sender) = sender(&stub.url()).await;
        assert_eq!(send(&*sender).await, accepted("once"));
        assert_eq!(send(&*sender).await, accepted("stub-2"));
        assert_eq!(stub.look(|s| s.connections), 2);
    });
}

#[test]
fn a_connection_put_back_unused_serves_the_next_mail() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let (_, sender) = sender(&stub.url()).await;
        sender.checkout().await.expect("a connection").put_back();
        assert_eq!(send(&*sender).await, accepted("stub-1"));
        assert_eq!(stub.look(|s| s.connections), 1);
    });
}

#[test]
fn an_idle_connection_is_closed_after_five_seconds_though_nobody_asks_for_it() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let (clock, sender) = sender(&stub.url()).await;
        assert_eq!(send(&*sender).await, accepted("stub-1"));
        clock.advance(Duration::from_millis(4999));
        assert_eq!(send(&*sender).await, accepted("stub-2"));
        assert_eq!(stub.look(|s| s.connections), 1);
        // Let the task that watches idle connections go to sleep on the clock before it is moved.
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(5));
        stub.until(|s| s.closed == 1).await;
        assert_eq!(send(&*sender).await, accepted("stub-3"));
        assert_eq!(stub.look(|s| s.connections), 2);
    });
}

#[test]
fn a_busy_connection_is_replaced_after_five_minutes() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let (clock, sender) = sender(&stub.url()).await;
        for _ in 0..100 {
            assert!(matches!(send(&*sender).await, Outcome::Accepted { .. }));
            clock.advance(Duration::from_secs(4));
        }
        assert_eq!(stub.look(|s| s.connections), 2);
    });
}

#[test]
fn the_first_poll_of_a_call_writes_the_request() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let (_, sender) = sender(&stub.url()).await;
        let mut call = sender.checkout().await.expect("a connection").send(mail());
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx).is_pending())).await;
        assert!(polled, "no answer can be there yet");
        stub.until(|s| s.requests.len() == 1).await;
        assert_eq!(call.await, accepted("stub-1"));
    });
}

#[test]
fn a_connection_closed_while_its_mail_waited_for_a_slot_is_certainly_not_accepted() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let (clock, sender) = sender(&stub.url()).await;
        let channel = sender.checkout().await.expect("a connection");
        stub.until(|s| s.connections == 1).await;
        stub.hang_up();
        stub.until(|s| s.closed == 1).await;
        clock.advance(Duration::from_millis(80));
        assert_transient(&channel.send(mail()).await, "connection_lost");
        assert_eq!(send(&*sender).await, accepted("stub-1"));
        assert_eq!(stub.look(|s| s.connections), 2);
    });
}
