//! STARTTLS and implicit TLS, and servers that can't be trusted.

use std::{path::PathBuf, sync::Arc};

use futures_util::{StreamExt, stream::FuturesUnordered};
use jebi::provider::smtp::{SmtpConfig, SmtpProvider, Tls};
use jebi_domain::{fake::ManualClock, outcome::Outcome};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use super::{
    NOW, accepted, assert_transient, mail, mail_of, on_a_sender_thread,
    smtp_rig::{assert_account, config, send, sender_of},
};
use crate::support::{
    smtp_stub::{Act, At, Kind, SmtpStub},
    test_ca::{ServerCert, TestCa},
};

async fn stub(certificate: &ServerCert, tls: Tls) -> SmtpStub {
    SmtpStub::of(Kind { tls: Some(certificate.acceptor()), implicit: tls == Tls::Implicit, ..Kind::default() }).await
}

fn trusting(stub: &SmtpStub, tls: Tls, ca_bundle: Option<PathBuf>) -> SmtpConfig {
    SmtpConfig { tls, ca_bundle, ..config(stub.port) }
}

const BOTH: [Tls; 2] = [Tls::Starttls, Tls::Implicit];

#[test]
fn mail_goes_over_tls_on_a_connection_that_is_kept() {
    let ca = TestCa::new();
    on_a_sender_thread(async {
        for tls in BOTH {
            let stub = stub(&ca.server("localhost"), tls).await;
            let (_, sender) = sender_of(trusting(&stub, tls, Some(ca.bundle())));
            for n in 1..=5 {
                assert_eq!(send(&*sender, mail()).await, accepted(&format!("stub-{n}")));
            }
            let large = b"0123456789abcdef\r\n.\r\n".repeat(20_000);
            assert_eq!(send(&*sender, mail_of(large.clone())).await, accepted("stub-6"));
            stub.look(|s| {
                assert_eq!((s.connections, s.handshakes), (1, 1));
                assert!(s.mails.iter().all(|m| m.secure) && s.mails[5].content.ends_with(&large));
            });
        }
    });
}

#[test]
fn a_secure_connection_closed_while_idle_is_found_before_a_byte_is_written() {
    let ca = TestCa::new();
    on_a_sender_thread(async {
        for tls in BOTH {
            let stub = stub(&ca.server("localhost"), tls).await;
            let (_, sender) = sender_of(trusting(&stub, tls, Some(ca.bundle())));
            assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
            stub.hang_up();
            stub.until(|s| s.closed == 1).await;
            stub.on(At::Body, [Act::SayThenClose("250 2.0.0 Ok: queued as x\r\n421 4.7.0 enough")]);
            assert_eq!(send(&*sender, mail()).await, accepted("x"));
            stub.until(|s| s.closed == 2).await;
            assert_eq!(send(&*sender, mail()).await, accepted("stub-3"));
        }
    });
}

#[test]
fn a_server_without_starttls_gets_neither_mail_nor_login_in_the_clear() {
    on_a_sender_thread(async {
        let stub = SmtpStub::start().await;
        let (_, sender) = sender_of(trusting(&stub, Tls::Starttls, None));
        assert_account(&send(&*sender, mail()).await, "starttls_missing", "SMTP_TLS=implicit");
        assert_eq!(stub.look(|s| (s.count("MAIL"), s.count("AUTH"))), (0, 0));
    });
}

#[test]
fn starttls_refused_is_told_apart_from_starttls_missing() {
    let ca = TestCa::new();
    on_a_sender_thread(async {
        let stub = stub(&ca.server("localhost"), Tls::Starttls).await;
        stub.on(At::StartTls, [Act::Say("454 4.7.0 TLS not available due to local problem")]);
        let (_, sender) = sender_of(trusting(&stub, Tls::Starttls, Some(ca.bundle())));
        let outcome = send(&*sender, mail()).await;
        assert!(matches!(&outcome, Outcome::Transient { reason } if reason.code == "454 4.7.0"), "{outcome:?}");
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
    });
}

#[test]
fn words_in_the_clear_behind_the_answer_to_starttls_are_refused() {
    let ca = TestCa::new();
    on_a_sender_thread(async {
        let stub = stub(&ca.server("localhost"), Tls::Starttls).await;
        stub.on(At::StartTls, [Act::Say("220 2.0.0 go\r\n250-evil.example.com\r\n250 AUTH PLAIN")]);
        let (_, sender) = sender_of(trusting(&stub, Tls::Starttls, Some(ca.bundle())));
        assert_account(&send(&*sender, mail()).await, "starttls_injection", "meddling");
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        assert_eq!(stub.look(|s| (s.connections, s.handshakes)), (2, 1));
    });
}

#[test]
fn wrong_certificates_are_told_apart_and_get_no_mail() {
    let ca = TestCa::new();
    let ours = Some(ca.bundle());
    on_a_sender_thread(async {
        let rows = [
            (ca.server("mail.example.com"), ours.clone(), "certificate_name", "host name"),
            (ca.expired(), ours.clone(), "certificate_expired", "renew"),
            (TestCa::new().server("localhost"), ours.clone(), "certificate_authority", "CA bundle"),
            (ca.server("localhost"), None, "certificate_authority", "CA bundle"),
        ];
        for (certificate, bundle, code, remedy) in rows {
            for tls in BOTH {
                let stub = stub(&certificate, tls).await;
                let (_, sender) = sender_of(trusting(&stub, tls, bundle.clone()));
                assert_account(&send(&*sender, mail()).await, code, remedy);
                assert_eq!(stub.look(|s| s.count("MAIL")), 0);
            }
        }
    });
}

#[test]
fn a_port_that_speaks_no_tls_is_named_as_such() {
    on_a_sender_thread(async {
        let stub = SmtpStub::start().await;
        let (_, sender) = sender_of(trusting(&stub, Tls::Implicit, None));
        assert_account(&send(&*sender, mail()).await, "tls", "SMTP_TLS=starttls");
    });
}

#[test]
fn a_handshake_that_never_ends_is_given_up() {
    on_a_sender_thread(async {
        let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = silent.local_addr().expect("bound").port();
        let (clock, sender) = sender_of(SmtpConfig { tls: Tls::Implicit, ..config(port) });
        let watch = async {
            // A stranger may come first: another test's client whose server had this port before. It says nothing.
            let mut comers = FuturesUnordered::new();
            let held = loop {
                tokio::select! {
                    comer = silent.accept() => {
                        let (mut comer, _) = comer.expect("a connection");
                        comers.push(async move { comer.read_u8().await.map(|_| comer) });
                    }
                    Some(Ok(client)) = comers.next() => break client,
                }
            };
            clock.advance(std::time::Duration::from_secs(15));
            held
        };
        let (outcome, _held) = tokio::join!(send(&*sender, mail()), watch);
        assert_transient(&outcome, "tls");
    });
}

#[test]
fn an_unusable_bundle_stops_the_start_and_names_the_file() {
    let folder = TempDir::new().expect("a folder");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate here").expect("a file");
    for file in [empty, folder.path().join("missing.pem")] {
        let config = SmtpConfig { tls: Tls::Implicit, ca_bundle: Some(file.clone()), ..config(465) };
        let fault = SmtpProvider::start(config, Arc::new(ManualClock::new(NOW))).err().expect("no start");
        assert_eq!(fault.field, "ca_bundle");
        assert!(fault.fault.contains(&file.display().to_string()), "{fault:?}");
    }
}
