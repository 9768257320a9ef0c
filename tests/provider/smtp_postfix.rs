//! Against a real Postfix: mail arrives as it was sent, over each kind of connection, and its refusals are understood.

use std::sync::Arc;

use jebi::{
    provider::smtp::{SmtpConfig, SmtpProvider, Tls},
    system::SystemClock,
};
use jebi_domain::{
    outcome::Outcome,
    port::{Outgoing, Provider},
};
use mail_parser::MessageParser;

use super::{
    large::{assert_attached, large},
    mail, mail_of, on_a_sender_thread,
    smtp_rig::{config, korean, mail_to, send},
};
use crate::support::{
    machine,
    postfix::{LONG, Postfix},
    test_ca::TestCa,
    wait::until,
};

fn provider(config: SmtpConfig) -> SmtpProvider {
    SmtpProvider::start(config, Arc::new(SystemClock)).expect("a valid configuration")
}

#[test]
fn korean_mail_arrives_intact_over_each_kind_of_connection_and_has_postfixs_queue_id() {
    let _machine = machine::busy();
    let ca = TestCa::new();
    let postfix = Postfix::start(&ca, &ca.server("localhost"));
    let mut ids = Vec::new();
    on_a_sender_thread(async {
        for (tls, port) in [(Tls::None, postfix.port), (Tls::Starttls, postfix.port), (Tls::Implicit, postfix.implicit_port)] {
            let provider = provider(SmtpConfig { tls, ca_bundle: Some(ca.bundle()), ..config(port) });
            let sender = provider.sender();
            for _ in 0..2 {
                let outcome = send(&*sender, korean()).await;
                let Outcome::Accepted { provider_id } = outcome else { panic!("{outcome:?}") };
                assert!(!provider_id.is_empty());
                ids.push(provider_id);
            }
        }
    });
    let mails = postfix.mails(6);
    assert_eq!(mails.len(), 6);
    for mail in mails {
        let read = MessageParser::default().parse(&mail).expect("a mail");
        assert_eq!(read.subject(), Some("제비가 물고 온 박씨"));
        let text = read.body_text(0).expect("a text").replace("\r\n", "\n");
        assert_eq!(text, "안녕하세요, 홍길동 님.\n.\n..두 점\n끝\n");
    }
    // A process of its own writes the log, some time after the answer.
    until("each queue id in the log", LONG, || ids.iter().all(|id| postfix.log().contains(id.as_str())).then_some(()));
    until("goodbyes", LONG, || postfix.log().contains("disconnect from").then_some(()));
    assert!(!postfix.log().contains("lost connection"), "connections end with QUIT:\n{}", postfix.log());
}

#[test]
fn its_refusals_are_understood_for_each_recipient() {
    let _machine = machine::busy();
    let ca = TestCa::new();
    let postfix = Postfix::start(&ca, &ca.server("localhost"));
    on_a_sender_thread(async {
        let provider = provider(config(postfix.port));
        let sender = provider.sender();
        let Outcome::Each(all) = send(&*sender, mail_to(&["a@example.com", "gone@example.com", "later@example.com"])).await else {
            panic!("they fare differently")
        };
        assert!(matches!(&all[0], Outcome::Accepted { .. }), "{all:?}");
        assert!(matches!(&all[1], Outcome::Permanent { reason } if reason.code == "550 5.1.1"), "{all:?}");
        assert!(matches!(&all[2], Outcome::Deferred { reason, .. } if reason.code == "450 4.7.1"), "{all:?}");
        let outcome = send(&*sender, mail_to(&["gone@example.com"])).await;
        assert!(matches!(&outcome, Outcome::Permanent { .. }), "{outcome:?}");
        let outcome = send(&*sender, mail_to(&["someone@elsewhere.kr"])).await;
        assert!(matches!(&outcome, Outcome::Permanent { reason } if reason.remedy.contains("relays for you")), "{outcome:?}");
        let outcome = send(&*sender, mail_of(vec![b'x'; 200_000])).await;
        assert!(matches!(&outcome, Outcome::Permanent { reason } if reason.code == "too_large"), "{outcome:?}");
        // The same connection after all that.
        assert!(matches!(send(&*sender, mail()).await, Outcome::Accepted { .. }));
    });
    assert_eq!(postfix.log().matches("]: connect from").count(), 1, "{}", postfix.log());
}

#[test]
fn more_recipients_than_a_transaction_takes_all_get_the_mail() {
    let _machine = machine::busy();
    let ca = TestCa::new();
    let postfix = Postfix::start(&ca, &ca.server("localhost"));
    on_a_sender_thread(async {
        let provider = provider(config(postfix.port));
        let to: Vec<String> = (0..8).map(|i| format!("r{i}@example.com")).collect();
        let outcome = send(&*provider.sender(), Outgoing { to, ..mail() }).await;
        let Outcome::Each(all) = outcome else { panic!("three transactions have three ids: {outcome:?}") };
        assert!(all.len() == 8 && all.iter().all(|one| matches!(one, Outcome::Accepted { .. })), "{all:?}");
    });
    assert_eq!(postfix.mails(8).len(), 8);
}

#[test]
fn a_large_file_arrives_intact_and_one_too_large_is_refused_before_it_is_sent() {
    let _machine = machine::busy();
    let ca = TestCa::new();
    let postfix = Postfix::taking(&ca, &ca.server("localhost"), 20_000_000);
    let (mail, file) = large();
    on_a_sender_thread(async {
        let provider = provider(config(postfix.port));
        let sender = provider.sender();
        assert_eq!(provider.max_size(), None, "nobody was asked yet");
        let outcome = send(&*sender, mail).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        assert_eq!(provider.max_size(), Some(20_000_000));
        let outcome = send(&*sender, mail_of(vec![b'x'; 20_000_000])).await;
        assert!(matches!(&outcome, Outcome::Permanent { reason } if reason.code == "too_large"), "{outcome:?}");
    });
    for delivered in postfix.mails(3) {
        assert_attached(&delivered, &file);
    }
}
