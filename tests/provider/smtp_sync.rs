//! Dialogues in which a reply stands where another one belongs: no reply is taken for a mail it may not belong to.

use jebi_domain::outcome::Outcome;

use super::{
    accepted, assert_transient, assert_unknown, mail, on_a_sender_thread,
    smtp_rig::{config, mail_to, send, sender_of, stub_and_sender},
};
use crate::support::smtp_stub::{Act, At, Kind, SmtpStub};

#[test]
fn a_reply_too_many_before_the_mail_ends_the_dialogue() {
    let faults = [
        (At::Greeting, "220 hello\r\n250 and more"),
        (At::Ehlo, "250 stub\r\n250 and more"),
        (At::Mail, "250 2.1.0 Ok\r\n250 2.1.0 Ok"),
        (At::Rcpt, "250 2.1.5 Ok\r\n250 2.1.5 Ok"),
        (At::Data, "354 go\r\n250 2.0.0 Ok: queued as never"),
        (At::Data, "250 2.0.0 Ok: queued as never"),
        (At::Mail, "354 go"),
        (At::Rcpt, "354 go"),
    ];
    on_a_sender_thread(async move {
        for offers in [None, Some(vec!["8BITMIME"])] {
            for (at, words) in faults {
                let stub = SmtpStub::of(Kind { offers: offers.clone(), ..Kind::default() }).await;
                let (_, sender) = sender_of(config(stub.port));
                stub.on(at, [Act::Say(words)]);
                let outcome = send(&*sender, mail()).await;
                assert_transient(&outcome, "out_of_sync");
                assert_eq!(stub.look(|s| s.mails.len()), 0, "{at:?} {words}: nothing was sent");
                assert_eq!(send(&*sender, mail()).await, accepted("stub-1"), "{at:?} {words}");
                assert_eq!(stub.look(|s| s.connections), 2);
            }
        }
    });
}

#[test]
fn two_final_replies_leave_nobody_the_wiser() {
    on_a_sender_thread(async {
        for words in ["250 2.0.0 Ok: queued as a\r\n554 5.7.1 no", "554 5.7.1 no\r\n250 2.0.0 Ok: queued as a"] {
            let (stub, _, sender) = stub_and_sender().await;
            stub.on(At::Body, [Act::Say(words)]);
            assert_unknown(&send(&*sender, mail()).await, "out_of_sync");
            assert!(matches!(send(&*sender, mail()).await, Outcome::Accepted { .. }));
            assert_eq!(stub.look(|s| s.connections), 2);
        }
    });
}

#[test]
fn a_goodbye_behind_the_final_reply_changes_nothing_for_the_mail() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Body, [Act::SayThenClose("250 2.0.0 Ok: queued as a\r\n421 4.7.0 enough for today")]);
        assert_eq!(send(&*sender, mail()).await, accepted("a"));
        assert_eq!(send(&*sender, mail()).await, accepted("stub-2"));
        assert_eq!(stub.look(|s| s.connections), 2);
    });
}

#[test]
fn a_server_that_closes_in_the_middle_of_the_pipeline_has_accepted_nothing() {
    on_a_sender_thread(async {
        for (at, fault) in [(At::Rcpt, Act::Close), (At::Rcpt, Act::SayThenClose("421 4.3.2 going down")), (At::Data, Act::Close)] {
            let (stub, _, sender) = stub_and_sender().await;
            stub.on(at, [fault]);
            let outcome = send(&*sender, mail_to(&["a@example.com", "b@example.com"])).await;
            assert!(matches!(outcome, Outcome::Transient { .. }), "{outcome:?}");
            assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
            assert_eq!(stub.look(|s| s.connections), 2);
        }
    });
}

#[test]
fn bytes_nobody_asked_for_end_an_idle_connection() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        // The second reply comes when the first is long read.
        stub.on(At::Rset, [Act::Say("250 Ok")]).on(At::Rcpt, [Act::Say("550 5.1.1 no such user")]);
        assert!(matches!(send(&*sender, mail()).await, Outcome::Permanent { .. }));
        stub.on(At::Rset, [Act::Say("250 Ok\r\n250 Ok")]).on(At::Rcpt, [Act::Say("550 5.1.1 no such user")]);
        assert!(matches!(send(&*sender, mail()).await, Outcome::Permanent { .. }));
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
    });
}
