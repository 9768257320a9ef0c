//! A mail's way over the wire, and what complete answers mean.

use std::{sync::Arc, time::Duration};

use jebi::provider::smtp::{SmtpConfig, SmtpProvider};
use jebi_domain::{
    fake::ManualClock,
    outcome::{Limit, Outcome},
    port::Provider,
};

use super::{
    NOW, accepted, mail, mail_of, on_a_sender_thread,
    smtp_rig::{config, mail_to, reason, send, sender_of, stub_and_sender},
};
use crate::support::smtp_stub::{Act, At, Kind, SmtpStub};

#[test]
fn an_accepted_mail_has_the_servers_id_and_arrived_byte_for_byte() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        let got = stub.look(|s| s.mails[0].clone());
        let whole = [mail().head, mail().body.concat()].concat();
        assert_eq!(String::from_utf8_lossy(&got.content), String::from_utf8_lossy(&whole));
        assert_eq!(got.from, format!("MAIL FROM:<from@example.com> SIZE={}", whole.len()));
        assert_eq!(got.to, ["to@example.com"]);
    });
}

#[test]
fn the_envelope_goes_out_in_one_piece_where_pipelining_is_offered() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        let before = stub.look(|s| s.reads);
        assert_eq!(send(&*sender, mail()).await, accepted("stub-2"));
        // One read for the envelope, and one that waits for what comes after the mail.
        stub.until(|s| s.reads == before + 1).await;
    });
}

#[test]
fn a_server_without_extensions_is_talked_to_step_by_step() {
    on_a_sender_thread(async {
        let stub = SmtpStub::of(Kind { offers: Some(Vec::new()), ..Kind::default() }).await;
        let (_, sender) = sender_of(config(stub.port));
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        stub.look(|s| {
            assert_eq!(s.mails[0].from, "MAIL FROM:<from@example.com>");
            assert!(s.reads >= 5, "each command was read by itself");
        });
    });
}

#[test]
fn a_server_that_knows_only_helo_is_greeted_so() {
    on_a_sender_thread(async {
        let stub = SmtpStub::start().await;
        stub.on(At::Ehlo, [Act::Say("502 5.5.2 Error: command not recognized")]);
        let (_, sender) = sender_of(config(stub.port));
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        assert_eq!(stub.look(|s| (s.count("EHLO"), s.count("HELO"))), (1, 1));
    });
}

#[test]
fn we_call_ourselves_what_is_configured_else_a_name_or_an_address() {
    on_a_sender_thread(async {
        let stub = SmtpStub::start().await;
        for hello in [Some("mail.example.com".to_owned()), None] {
            let (_, sender) = sender_of(jebi::provider::smtp::SmtpConfig { hello, ..config(stub.port) });
            assert!(matches!(send(&*sender, mail()).await, Outcome::Accepted { .. }));
        }
        let said = stub.look(|s| s.commands.iter().filter_map(|(_, l)| l.strip_prefix("EHLO ").map(str::to_owned)).collect::<Vec<_>>());
        assert_eq!(said[0], "mail.example.com");
        assert!(said[1].contains('.') || said[1].starts_with("[IPv6:"), "a full name or an address literal: {}", said[1]);
    });
}

#[test]
fn lines_that_begin_with_dots_arrive_as_they_were_in_mails_of_any_size() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        let start = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
        let bodies = [
            format!("{start}.\r\n..\r\n.제비\r\nend"),
            format!("{start}{}", "plain line\r\n".repeat(20_000)),
            format!("{start}{}.\r\n.a", "plain line\r\n".repeat(20_000)),
        ];
        for body in bodies {
            assert!(matches!(send(&*sender, mail_of(body.clone().into_bytes())).await, Outcome::Accepted { .. }));
            let got = stub.look(|s| s.mails.last().expect("a mail").clone());
            let mut whole = [mail().head.to_vec(), body.into_bytes()].concat();
            if !whole.ends_with(b"\r\n") {
                whole.extend_from_slice(b"\r\n");
            }
            assert!(got.content == whole, "{} bytes came, {} were sent", got.content.len(), whole.len());
        }
        assert!(stub.look(|s| s.mails[0].from.ends_with(" BODY=8BITMIME") && !s.mails[1].from.contains("BODY=")));
        assert_eq!(stub.look(|s| s.connections), 1);
    });
}

#[test]
fn what_the_server_cannot_take_is_refused_before_a_byte_is_written() {
    on_a_sender_thread(async {
        let stub = SmtpStub::of(Kind { offers: Some(vec!["PIPELINING", "SIZE 1000"]), ..Kind::default() }).await;
        let (_, sender) = sender_of(config(stub.port));
        let eight_bit = mail_of("Content-Type: text/plain; charset=utf-8\r\n\r\n제비\r\n".into());
        let large = mail_of(vec![b'x'; 1000]);
        let odd = mail_to(&["a@b.kr>\r\nRCPT TO:<c@d.kr"]);
        let utf8 = mail_to(&["홍길동@example.com"]);
        for (mail, code) in [(large, "too_large"), (eight_bit, "no_8bitmime"), (odd, "invalid_address"), (utf8, "no_smtputf8")] {
            let outcome = send(&*sender, mail).await;
            assert!(matches!(&outcome, Outcome::Permanent { reason } if reason.code == code && !reason.remedy.is_empty()), "{outcome:?}");
        }
        assert_eq!(stub.look(|s| (s.count("MAIL"), s.connections)), (0, 1));
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
    });
}

#[test]
fn the_operators_size_holds_until_the_server_tells_its_own() {
    on_a_sender_thread(async {
        for (offers, told) in [("SIZE 5000", 5000), ("SIZE", 2000), ("8BITMIME", 2000)] {
            let stub = SmtpStub::of(Kind { offers: Some(vec!["PIPELINING", offers]), ..Kind::default() }).await;
            let config = SmtpConfig { max_size: Some(2000), ..config(stub.port) };
            let provider = SmtpProvider::start(config, Arc::new(ManualClock::new(NOW))).expect("a valid configuration");
            let sender = provider.sender();
            assert_eq!(provider.max_size(), Some(2000), "nobody was asked yet");
            let outcome = send(&*sender, mail_of(vec![b'x'; 3000])).await;
            assert_eq!(provider.max_size(), Some(told), "{offers}");
            if told == 5000 {
                assert_eq!(outcome, accepted("stub-1"));
                continue;
            }
            assert!(matches!(&outcome, Outcome::Permanent { reason } if reason.code == "too_large"), "{outcome:?}");
            assert_eq!(stub.look(|s| s.count("MAIL")), 0);
        }
    });
}

#[test]
fn an_address_outside_ascii_goes_where_it_can() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        assert_eq!(send(&*sender, mail_to(&["홍길동@한글.kr"])).await, accepted("stub-1"));
        assert_eq!(send(&*sender, mail_to(&["hong@한글.kr"])).await, accepted("stub-2"));
        stub.look(|s| {
            assert!(s.mails[0].from.ends_with(" SMTPUTF8") && !s.mails[1].from.contains("SMTPUTF8"));
            assert_eq!((s.mails[0].to[0].as_str(), s.mails[1].to[0].as_str()), ("홍길동@xn--bj0bj06e.kr", "hong@xn--bj0bj06e.kr"));
        });
    });
}

#[test]
fn a_server_without_an_id_leaves_the_message_id() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Body, [Act::Say("250 OK"), Act::Say("250 2.0.0 OK  1700000000 d94-1d0asm1.4 - gsmtp")]);
        let mut mail = mail();
        mail.head = [b"Message-ID: <x-1@example.com>\r\n", &mail.head[..]].concat().into();
        assert_eq!(send(&*sender, mail.clone()).await, accepted("x-1@example.com"));
        assert_eq!(send(&*sender, mail).await, accepted("d94-1d0asm1.4"));
    });
}

#[test]
fn each_refusal_has_its_outcome_with_code_words_and_remedy_and_leaves_a_good_connection() {
    type Check = fn(&Outcome) -> bool;
    let transient: Check = |o| matches!(o, Outcome::Transient { .. });
    let permanent: Check = |o| matches!(o, Outcome::Permanent { .. });
    let daily: Check = |o| matches!(o, Outcome::Throttled { limit: Limit::Daily, .. });
    let rate: Check = |o| matches!(o, Outcome::Throttled { limit: Limit::Rate, .. });
    let receiver: Check = |o| matches!(o, Outcome::Throttled { limit: Limit::Receiver, .. });
    let later: Check = |o| matches!(o, Outcome::Deferred { after, .. } if *after >= Duration::from_secs(300));
    let rows: [(At, &'static str, &str, Check); 12] = [
        (At::Rcpt, "550 5.1.1 <to@example.com>: User unknown", "550 5.1.1", permanent),
        (At::Rcpt, "450 4.7.1 Greylisted, try again in 5 minutes", "450 4.7.1", later),
        (At::Rcpt, "552 5.2.2 사서함이 가득 찼습니다", "552 5.2.2", later),
        (
            At::Rcpt,
            "450-4.2.1 The user you are trying to contact is receiving\r\n450 4.2.1 mail at a rate that is too high",
            "450 4.2.1",
            receiver,
        ),
        (At::Rcpt, "451 4.3.0 lookup failure", "451 4.3.0", transient),
        (At::Mail, "452 4.3.1 Insufficient system storage", "452 4.3.1", transient),
        (At::Mail, "454 Throttling failure: Maximum sending rate exceeded.", "454", rate),
        (At::Mail, "550-5.4.5 Daily user sending limit exceeded. For more\r\n550 5.4.5 information visit", "550 5.4.5", daily),
        (At::Body, "552 5.3.4 Message too big", "552 5.3.4", permanent),
        (At::Body, "550 5.7.26 Unauthenticated mail is blocked", "550 5.7.26", permanent),
        (At::Body, "454 Throttling failure: Daily message quota exceeded.", "454", daily),
        (At::Data, "451 4.3.2 not now", "451 4.3.2", transient),
    ];
    on_a_sender_thread(async move {
        let (stub, _, sender) = stub_and_sender().await;
        for (at, words, code, is) in rows {
            stub.on(at, [Act::Say(words)]);
            let outcome = send(&*sender, mail()).await;
            assert!(is(&outcome), "{words}: {outcome:?}");
            let reason = reason(&outcome);
            assert!(reason.code == code && !reason.remedy.is_empty() && !reason.text.is_empty(), "{reason:?}");
            assert!(matches!(send(&*sender, mail()).await, Outcome::Accepted { .. }), "after {words}");
        }
        assert_eq!(stub.look(|s| s.connections), 1, "a complete refusal leaves the connection good");
        assert_eq!(stub.look(|s| s.mails.iter().filter(|m| m.to.is_empty()).count()), 0);
    });
}

#[test]
fn replies_in_single_bytes_and_of_many_lines_are_read() {
    on_a_sender_thread(async {
        let (stub, _, sender) = stub_and_sender().await;
        stub.on(At::Greeting, [Act::Slowly("220-한 통도\r\n220 늦지 않게")])
            .on(At::Mail, [Act::Slowly("250-2.1.0 one\r\n250 2.1.0 two")])
            .on(At::Data, [Act::Slowly("354 go")])
            .on(At::Body, [Act::Slowly("250-2.0.0 thanks\r\n250 2.0.0 Ok: queued as abc")]);
        assert_eq!(send(&*sender, mail()).await, accepted("abc"));
    });
}
