//! Mail that is larger than what a connection holds of it: written piece by piece, and every byte arrives. The stories of each server have
//! theirs besides.

use bytes::Bytes;
use jebi_domain::{
    content::Content,
    fake::ManualClock,
    outcome::Outcome,
    port::{Outgoing, Provider},
};
use mail_parser::{MessageParser, MimeHeaders};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{TestRng, TestRunner},
};
use sha2::{Digest, Sha256};

use super::{
    NOW, accepted, mail, on_a_sender_thread, provider, sender,
    smtp_rig::{config, send, sender_of, stub_and_sender},
};
use crate::{
    mime::{File, composed, content, mailbox, whole},
    support::{
        ses_stub::SesStub,
        smtp_stub::{Kind, SmtpStub},
        test_ca::TestCa,
    },
};
use jebi::provider::smtp::{SmtpConfig, Tls};

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// A mail to three with a file of 10 MB, and its bytes.
pub fn large() -> (Outgoing, Vec<u8>) {
    let bytes: Vec<u8> = (0..10u32 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let content =
        Content { from: mailbox("from@example.com", "제비"), html: Some("<p>계약서를 붙입니다.</p>".to_owned()), ..content() };
    let made = composed(content, &[File::new("계약서 최종.pdf", "application/pdf", bytes.clone())]);
    let to = ["hong", "lim", "chang"].map(|name| format!("{name}@example.com")).to_vec();
    (Outgoing { to, ..made }, bytes)
}

/// Whether a mail as it was read somewhere has the file.
#[track_caller]
pub fn assert_attached(mail: &[u8], file: &[u8]) {
    let read = MessageParser::new().parse(mail).expect("a mail");
    let found = read.attachment(0).expect("a file");
    assert_eq!(found.attachment_name(), Some("계약서 최종.pdf"));
    assert!(found.contents() == file, "the file's bytes");
}

/// Bodies in pieces, cut anywhere: within line ends, before dots, in lines of dots.
fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let piece = prop_oneof![
        "(\\.|\r\n|a){0,40}".prop_map(String::into_bytes),
        Just(b"0123456789abcdef\r\n.\r\n..\r\n".repeat(4_000)),
        Just(b".\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\n.".to_vec()),
        prop::collection::vec(Just(b'x'), 60_000..140_000),
    ];
    prop::collection::vec(piece, 2..7)
}

#[test]
fn pieces_cut_anywhere_arrive_as_the_whole_in_the_clear_and_over_tls() {
    let ca = TestCa::new();
    let mut runner =
        TestRunner::new_with_rng(ProptestConfig::default(), TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha));
    on_a_sender_thread(async {
        let (clear, _, in_clear) = stub_and_sender().await;
        let secure = SmtpStub::of(Kind { tls: Some(ca.server("localhost").acceptor()), implicit: true, ..Kind::default() }).await;
        let (_, over_tls) = sender_of(SmtpConfig { tls: Tls::Implicit, ca_bundle: Some(ca.bundle()), ..config(secure.port) });
        for n in 1..=40 {
            let pieces = pieces().new_tree(&mut runner).expect("pieces").current();
            let mail = Outgoing { body: pieces.into_iter().map(Bytes::from).collect(), ..mail() };
            let mut wanted = whole(&mail);
            if !mail.body.ends_line() {
                wanted.extend_from_slice(b"\r\n");
            }
            for (stub, sender) in [(&clear, &in_clear), (&secure, &over_tls)] {
                assert_eq!(send(&**sender, mail.clone()).await, accepted(&format!("stub-{n}")));
                stub.look(|s| assert!(s.mails[n - 1].content == wanted, "mail {n}: {:?}", mail.body));
            }
        }
    });
}

#[test]
fn what_ses_does_not_take_is_not_sent() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let (_, sender) = sender(&stub.url()).await;
        let outcome = send(&*sender, Outgoing { body: vec![b'x'; 40_000_000].into(), ..mail() }).await;
        let Outcome::Permanent { reason } = outcome else { panic!("{outcome:?}") };
        assert!(reason.code == "too_large" && reason.text.contains("40000000 at most"), "{reason:?}");
        assert!(matches!(send(&*sender, mail()).await, Outcome::Accepted { .. }));
        assert_eq!(stub.look(|s| (s.connections, s.requests.len())), (1, 1));
    });
}

#[test]
fn a_mail_hashed_ahead_of_its_slot_is_the_same_request() {
    on_a_sender_thread(async {
        let stub = SesStub::start([]).await;
        let provider = provider(super::config(&stub.url()), &ManualClock::new(NOW)).await;
        let sender = provider.sender();
        let (plain, _) = large();
        let mut ahead = plain.clone();
        provider.ahead(&mut ahead);
        assert!(ahead.ahead.is_some());
        for mail in [plain, ahead] {
            assert!(matches!(send(&*sender, mail).await, Outcome::Accepted { .. }));
        }
        stub.look(|s| {
            assert!(s.requests[0].body == s.requests[1].body, "every byte");
            assert_eq!(s.requests[0].header("authorization"), s.requests[1].header("authorization"));
        });
        // Of what is refused unsent nothing is hashed, nor of what is small.
        for mut mail in [Outgoing { body: vec![b'x'; 40_000_000].into(), ..mail() }, mail()] {
            provider.ahead(&mut mail);
            assert!(mail.ahead.is_none());
        }
    });
}
