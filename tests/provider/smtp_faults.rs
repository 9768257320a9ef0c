//! Connections lost at each place: before the final dot certainly not accepted, after it unknown.

use jebi_domain::{outcome::Outcome, port::Sender};
use tokio::net::TcpSocket;

use super::{
    assert_transient, assert_unknown, mail, mail_of, on_a_sender_thread,
    smtp_rig::{config, reason, send, sender_of, stub_and_sender},
};
use crate::support::smtp_stub::{Act, At, SmtpStub};

/// Each fault is followed by a good call, which must go out on a connection of its own.
async fn good_on_another(sender: &dyn Sender, stub: &SmtpStub) {
    assert!(matches!(send(sender, mail()).await, Outcome::Accepted { .. }));
    assert_eq!(stub.look(|s| s.connections), 2, "a broken connection must not be used again");
}

#[test]
fn a_connection_lost_before_the_final_dot_was_written_is_certainly_not_accepted() {
    let cut = Act::SayThenClose;
    let faults = [
        (At::Greeting, Act::Close),
        (At::Greeting, cut("220-half a greeting")),
        (At::Ehlo, Act::Close),
        (At::Mail, Act::Close),
        (At::Mail, cut("250 2.1.0 Ok")),
        (At::Rcpt, Act::Close),
        (At::Rcpt, cut("250 2.1.5 Ok")),
        (At::Data, Act::Close),
        (At::Data, cut("354-half an ans")),
    ];
    on_a_sender_thread(async move {
        for (at, fault) in faults {
            let (stub, _, sender) = stub_and_sender().await;
            stub.on(at, [fault.clone()]);
            let outcome = send(&*sender, mail()).await;
            assert_transient(&outcome, "connection_lost");
            assert!(stub.look(|s| s.mails.is_empty()));
            good_on_another(&*sender, &stub).await;
        }
    });
}

#[test]
fn a_connection_lost_in_the_middle_of_a_large_mail_is_certainly_not_accepted() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::InBody, [Act::Close]);
        // More than the buffers between us take.
        let outcome = send(&*sender, mail_of(b"0123456789abcdef0123456789abcdef\r\n".repeat(600_000))).await;
        assert_transient(&outcome, "connection_lost");
        good_on_another(&*sender, &stub).await;
    });
}

#[test]
fn a_server_that_has_seen_enough_of_a_large_mail_is_heard() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::InBody, [Act::SayThenClose("552 5.3.4 Message size exceeds fixed limit")]);
        let outcome = send(&*sender, mail_of(b"0123456789abcdef0123456789abcdef\r\n".repeat(600_000))).await;
        assert!(matches!(&outcome, Outcome::Permanent { reason } if reason.code == "552 5.3.4"), "{outcome:?}");
        good_on_another(&*sender, &stub).await;
    });
}

#[test]
fn a_connection_lost_after_the_final_dot_is_unknown() {
    let faults = [
        (Act::Close, "connection_lost"),
        (Act::SayThenClose("250-half an answer"), "connection_lost"),
        (Act::Say("hello there"), "bad_answer"),
        (Act::Say("250-one\r\n251 two"), "bad_answer"),
        (Act::Say("354 go on"), "bad_answer"),
    ];
    on_a_sender_thread(async move {
        for (fault, code) in faults {
            let (stub, _, sender) = stub_and_sender().await;
            stub.on(At::Body, [fault.clone()]);
            let outcome = send(&*sender, mail()).await;
            assert_unknown(&outcome, code);
            assert!(!reason(&outcome).remedy.is_empty());
            good_on_another(&*sender, &stub).await;
        }
    });
}

#[test]
fn a_refusal_behind_the_final_dot_is_a_refusal_though_the_connection_ends_with_it() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Body, [Act::SayThenClose("421 4.3.2 System shutting down")]);
        let outcome = send(&*sender, mail()).await;
        assert!(matches!(&outcome, Outcome::Transient { reason } if reason.code == "421 4.3.2"), "{outcome:?}");
        good_on_another(&*sender, &stub).await;
    });
}

#[test]
fn a_mail_given_up_half_way_takes_its_connection_with_it() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Body, [Act::Late("250 2.0.0 Ok: queued as too-late")]);
        tokio::select! {
            outcome = send(&*sender, mail()) => panic!("not answered yet: {outcome:?}"),
            () = stub.until(|s| s.mails.len() == 1) => {}
        }
        stub.release();
        good_on_another(&*sender, &stub).await;
    });
}

#[test]
fn nobody_listening_and_an_unknown_name_are_certainly_not_accepted() {
    on_a_sender_thread(async {
        // Held without listening: given back, another test's server might have the port next, and get this mail.
        let held = TcpSocket::new_v4().expect("a socket");
        held.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
        let port = held.local_addr().expect("bound").port();
        let (_, sender) = sender_of(config(port));
        assert_transient(&send(&*sender, mail()).await, "connect");
        // A label of 64 letters is no name: refused without asking a name server.
        let host = format!("{}.test", "a".repeat(64));
        let (_, sender) = sender_of(jebi::provider::smtp::SmtpConfig { host, ..config(port) });
        assert_transient(&send(&*sender, mail()).await, "dns");
    });
}
