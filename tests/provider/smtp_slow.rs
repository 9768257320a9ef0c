//! A server that says nothing more, in each phase.

use std::time::Duration;

use jebi::provider::smtp::Timeouts;
use jebi_domain::{fake::ManualClock, outcome::Outcome};

use super::{
    accepted, assert_transient, assert_unknown, mail, mail_of, on_a_sender_thread,
    smtp_rig::{reason, send, stub_and_sender},
};
use crate::support::smtp_stub::{Act, At, SmtpStub};

/// Lets everything run that can.
async fn quiet() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

/// Waits until the server has got so far, then lets time pass: not all of the limit, then all.
async fn let_pass(stub: &SmtpStub, clock: &ManualClock, at: At, limit: Duration) {
    stub.until(|s| match at {
        At::Greeting => s.connections == 1,
        At::Ehlo => s.count("EHLO") == 1,
        At::Mail => s.count("MAIL") == 1,
        At::Rcpt => s.count("RCPT") == 1,
        At::Data | At::InBody => s.count("DATA") == 1,
        _ => s.mails.len() == 1,
    })
    .await;
    quiet().await;
    clock.advance(limit - Duration::from_millis(1));
    quiet().await;
    clock.advance(Duration::from_millis(1));
}

#[test]
fn each_phase_has_its_time_and_only_the_final_reply_leaves_an_unknown() {
    let t = Timeouts::default();
    let phases = [
        (At::Greeting, t.greeting, "greeting"),
        (At::Ehlo, t.command, "EHLO"),
        (At::Mail, t.command, "MAIL"),
        (At::Rcpt, t.command, "RCPT"),
        (At::Data, t.data_start, "DATA"),
        (At::Body, t.final_reply, "final reply"),
    ];
    on_a_sender_thread(async move {
        for (at, limit, word) in phases {
            let (stub, clock, sender) = stub_and_sender().await;
            stub.on(at, [Act::Hang]);
            let (outcome, ()) = tokio::join!(send(&*sender, mail()), let_pass(&stub, &clock, at, limit));
            if at == At::Body {
                assert_unknown(&outcome, "timeout");
            } else {
                assert_transient(&outcome, "timeout");
            }
            assert!(reason(&outcome).text.contains(word), "{outcome:?}");
            assert!(matches!(send(&*sender, mail()).await, Outcome::Accepted { .. }));
            assert_eq!(stub.look(|s| s.connections), 2, "a late reply must not be taken for the next mail's");
        }
    });
}

#[test]
fn a_server_that_stops_reading_in_the_middle_of_a_mail_has_not_accepted_it() {
    on_a_sender_thread(async {
        let (stub, clock, sender) = stub_and_sender().await;
        stub.on(At::InBody, [Act::Hang]);
        let body = mail_of(b"0123456789abcdef0123456789abcdef\r\n".repeat(600_000));
        let limit = Timeouts::default().data_body;
        let (outcome, ()) = tokio::join!(send(&*sender, body), let_pass(&stub, &clock, At::InBody, limit));
        assert_transient(&outcome, "timeout");
        assert!(reason(&outcome).text.contains("while the mail was written"), "{outcome:?}");
    });
}

#[test]
fn a_slow_answer_within_its_time_is_taken_and_the_next_mail_has_all_of_its_own() {
    on_a_sender_thread(async {
        let (stub, clock, sender) = stub_and_sender().await;
        for n in 1..=3 {
            stub.on(At::Body, [Act::Late("250 2.0.0 Ok: queued as slow")]);
            let watch = async {
                stub.until(|s| s.mails.len() == n).await;
                quiet().await;
                clock.advance(Duration::from_secs(599));
                quiet().await;
                stub.release();
            };
            let (outcome, ()) = tokio::join!(send(&*sender, mail()), watch);
            assert_eq!(outcome, accepted("slow"));
        }
    });
}
