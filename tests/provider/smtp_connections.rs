//! Which connections are used again, which are not, and how they end.

use std::{sync::Arc, time::Duration};

use jebi::provider::smtp::{SmtpConfig, SmtpProvider};
use jebi_domain::{fake::ManualClock, outcome::Outcome, port::Provider};

use super::{
    NOW, accepted, assert_transient, mail, on_a_sender_thread,
    smtp_rig::{config, reason, send, sender_of, stub_and_sender},
};
use crate::support::smtp_stub::{Act, At, SmtpStub};

#[test]
fn one_connection_serves_mail_after_mail() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        for n in 1..=50 {
            assert_eq!(send(&*sender, mail()).await, accepted(&format!("stub-{n}")));
        }
        assert_eq!(stub.look(|s| (s.connections, s.count("EHLO"), s.count("RSET"))), (1, 1, 0));
    });
}

#[test]
fn mails_at_the_same_time_have_connections_of_their_own_and_keep_them() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        for _ in 0..3 {
            let all = futures_util::future::join_all((0..20).map(|_| send(&*sender, mail()))).await;
            assert!(all.iter().all(|o| matches!(o, Outcome::Accepted { .. })));
        }
        assert_eq!(stub.look(|s| (s.connections, s.mails.len())), (20, 60));
    });
}

#[test]
fn a_relay_that_closes_after_each_mail_costs_no_attempt() {
    on_a_sender_thread(async {
        for goodbye in ["250 2.0.0 Ok: queued as n", "250 2.0.0 Ok: queued as n\r\n421 4.7.0 too many mails on this connection"] {
            let (stub, _, sender) = stub_and_sender().await;
            for n in 1..=5 {
                stub.on(At::Body, [Act::SayThenClose(goodbye)]);
                assert_eq!(send(&*sender, mail()).await, accepted("n"));
                stub.until(|s| s.closed == n).await;
            }
            assert_eq!(stub.look(|s| (s.connections, s.mails.len())), (5, 5));
        }
    });
}

#[test]
fn a_relay_that_closes_while_the_next_mail_begins_costs_no_attempt_either() {
    on_a_sender_thread(async {
        for goodbye in [Act::Close, Act::SayThenClose("421 4.7.0 too many mails on this connection")] {
            let (stub, _, sender) = stub_and_sender().await;
            assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
            stub.on(At::Mail, [goodbye]);
            assert_eq!(send(&*sender, mail()).await, Outcome::NotStarted);
            assert_eq!(send(&*sender, mail()).await, accepted("stub-2"));
            assert_eq!(stub.look(|s| s.connections), 2);
        }
    });
}

#[test]
fn a_server_that_takes_not_even_a_first_mail_does_cost_one() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Mail, [Act::SayThenClose("421 4.3.2 not now")]);
        let outcome = send(&*sender, mail()).await;
        assert!(matches!(&outcome, Outcome::Transient { reason } if reason.code == "421 4.3.2"), "{outcome:?}");
        stub.on(At::Mail, [Act::Close]);
        assert_transient(&send(&*sender, mail()).await, "connection_lost");
    });
}

#[test]
fn a_connection_closed_while_its_mail_waited_for_a_slot_is_found_before_a_byte_is_written() {
    on_a_sender_thread(async {
        let (stub, clock, sender) = stub_and_sender().await;
        for (n, wanted) in [(1, None), (2, Some(Outcome::NotStarted))] {
            if n == 2 {
                assert!(matches!(send(&*sender, mail()).await, Outcome::Accepted { .. }));
            }
            let channel = sender.checkout().await.expect("a connection");
            stub.hang_up();
            stub.until(|s| s.closed == n).await;
            clock.advance(Duration::from_millis(80));
            let outcome = channel.send(mail()).await;
            match wanted {
                Some(wanted) => assert_eq!(outcome, wanted),
                None => assert_eq!(reason(&outcome).code, "connection_lost"),
            }
        }
        assert_eq!(stub.look(|s| s.count("MAIL")), 1);
    });
}

#[test]
fn a_close_the_runtime_has_not_heard_of_is_found_too() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        for n in 1..=20 {
            assert_eq!(send(&*sender, mail()).await, accepted(&format!("stub-{n}")));
            stub.hang_up();
            stub.until(|s| s.closed == n).await;
        }
        assert_eq!(stub.look(|s| (s.connections, s.mails.len())), (20, 20));
    });
}

#[test]
fn a_connection_is_ended_politely_after_its_number_of_mails() {
    on_a_sender_thread(async {
        let stub = SmtpStub::start().await;
        let (_, sender) = sender_of(SmtpConfig { max_mails: 3, ..config(stub.port) });
        for n in 1..=9 {
            assert_eq!(send(&*sender, mail()).await, accepted(&format!("stub-{n}")));
        }
        stub.until(|s| s.closed == 3).await;
        assert_eq!(stub.look(|s| (s.connections, s.count("QUIT"))), (3, 3));
    });
}

#[test]
fn a_connection_is_ended_politely_when_it_is_old() {
    on_a_sender_thread(async {
        let (stub, clock, sender) = stub_and_sender().await;
        for n in 1..=16 {
            assert_eq!(send(&*sender, mail()).await, accepted(&format!("stub-{n}")));
            clock.advance(Duration::from_secs(20));
        }
        stub.until(|s| s.closed == 1).await;
        assert_eq!(stub.look(|s| (s.connections, s.count("QUIT"))), (2, 1));
    });
}

#[test]
fn an_idle_connection_is_ended_politely_though_nobody_asks_for_it() {
    on_a_sender_thread(async {
        let (stub, clock, sender) = stub_and_sender().await;
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        // Let the task that watches idle connections go to sleep on the clock before it is moved.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_millis(29_999));
        assert_eq!(send(&*sender, mail()).await, accepted("stub-2"));
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(30));
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(30));
        stub.until(|s| s.closed == 1).await;
        assert_eq!(stub.look(|s| (s.connections, s.count("QUIT"))), (1, 1));
    });
}

#[test]
fn connections_end_with_a_quit_when_the_thread_does() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        drop(sender);
        stub.until(|s| s.closed == 1).await;
        assert_eq!(stub.look(|s| s.count("QUIT")), 1);
    });
}

#[test]
fn a_connection_put_back_unused_serves_the_next_mail() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        sender.checkout().await.expect("a connection").put_back();
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        assert_eq!(stub.look(|s| s.connections), 1);
    });
}

#[test]
fn the_first_poll_of_a_call_writes_the_envelope() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        let mut call = sender.checkout().await.expect("a connection").send(mail());
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx).is_pending())).await;
        assert!(polled, "no answer can be there yet");
        stub.until(|s| s.count("DATA") == 1).await;
        assert_eq!(call.await, accepted("stub-1"));
    });
}

#[test]
fn idle_connections_of_another_thread_make_place_where_no_more_may_be_open() {
    on_a_sender_thread(async {
        let stub = SmtpStub::start().await;
        let clock = ManualClock::new(NOW);
        let config = SmtpConfig { max_connections: 2, ..config(stub.port) };
        let provider = SmtpProvider::start(config, Arc::new(clock)).expect("a valid configuration");
        let (one, other) = (provider.sender(), provider.sender());
        for (n, sender) in [&one, &one, &other, &other, &one].into_iter().enumerate() {
            assert_eq!(send(&**sender, mail()).await, accepted(&format!("stub-{}", n + 1)));
        }
        assert_eq!(stub.look(|s| s.connections), 2, "each keeps its own while there is place");
        let (first, second) = (one.checkout().await.expect("its own"), one.checkout().await.expect("the other's place"));
        stub.until(|s| s.closed == 1).await;
        assert_eq!(stub.look(|s| (s.connections, s.count("QUIT"))), (3, 1));
        // Both in use: who comes now waits until one is put back, and then it is not kept idle.
        let mut third = other.checkout();
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(third.as_mut().poll(cx).is_pending())).await;
        assert!(polled && stub.look(|s| s.connections) == 3);
        first.put_back();
        third.await.expect("the place given back").put_back();
        stub.until(|s| s.closed == 2).await;
        assert_eq!(stub.look(|s| s.connections), 4);
        assert_eq!(second.send(mail()).await, accepted("stub-6"));
    });
}
