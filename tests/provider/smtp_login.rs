//! Logins, and what is said of those that do not hold.

use jebi::provider::smtp::{Login, SmtpConfig, Tls};
use jebi_domain::outcome::Outcome;

use super::{
    accepted, mail, on_a_sender_thread,
    smtp_rig::{assert_account, config, send, sender_of},
};
use crate::support::{
    smtp_stub::{Act, At, Kind, SmtpStub},
    test_ca::TestCa,
};

const PASSWORD: &str = "비밀 geheim";

fn login() -> Option<Login> {
    Some(Login { user: "hong".into(), password: PASSWORD.into() })
}

async fn stub(mechanisms: &'static str) -> SmtpStub {
    SmtpStub::of(Kind { login: Some(("hong", PASSWORD, mechanisms)), ..Kind::default() }).await
}

fn with_login(stub: &SmtpStub) -> SmtpConfig {
    SmtpConfig { login: login(), login_help: Some("make an app password in the account's settings".into()), ..config(stub.port) }
}

#[test]
fn plain_and_login_both_log_in_once_a_connection() {
    on_a_sender_thread(async {
        for (mechanisms, command) in [("LOGIN PLAIN", "AUTH PLAIN "), ("LOGIN CRAM-MD5", "AUTH LOGIN")] {
            let stub = stub(mechanisms).await;
            let (_, sender) = sender_of(with_login(&stub));
            assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
            assert_eq!(send(&*sender, mail()).await, accepted("stub-2"));
            assert_eq!(stub.look(|s| (s.count(command), s.count("AUTH"))), (1, 1));
        }
    });
}

#[test]
fn a_wrong_password_holds_the_account_and_says_what_this_provider_wants() {
    on_a_sender_thread(async {
        for mechanisms in ["PLAIN", "LOGIN"] {
            let stub = stub(mechanisms).await;
            let wrong = Login { user: "hong".into(), password: "falsch".into() };
            let (_, sender) = sender_of(SmtpConfig { login: Some(wrong), ..with_login(&stub) });
            let outcome = send(&*sender, mail()).await;
            assert_account(&outcome, "535 5.7.8", "SMTP_PASS");
            assert_account(&outcome, "535 5.7.8", "make an app password in the account's settings");
            assert_eq!(stub.look(|s| (s.count("AUTH"), s.count("MAIL"))), (1, 0), "retrying locks accounts");
        }
    });
}

#[test]
fn each_refusal_of_a_login_has_its_remedy() {
    let rows = [
        (
            "534-5.7.9 Application-specific password required. Learn more at\r\n534 5.7.9 https://support.google.com",
            "534 5.7.9",
            "app password",
        ),
        ("535 5.7.3 Authentication unsuccessful", "535 5.7.3", "SMTP_USER"),
        ("535 Authentication Credentials Invalid", "535", "SMTP_USER"),
        ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant", "535 5.7.139", "SMTP AUTH"),
        ("550 5.7.30 Basic authentication is not supported for Client Submission", "550 5.7.30", "no password"),
        ("554 5.7.1 go away", "554 5.7.1", "SMTP_USER"),
        ("535 5.7.1 애플리케이션 비밀번호를 사용해 주세요", "535 5.7.1", "app password"),
    ];
    on_a_sender_thread(async move {
        for (words, code, remedy) in rows {
            let stub = stub("PLAIN").await;
            stub.on(At::Auth, [Act::Say(words)]);
            let (_, sender) = sender_of(with_login(&stub));
            assert_account(&send(&*sender, mail()).await, code, remedy);
        }
    });
}

#[test]
fn trouble_at_the_login_that_passes_is_tried_again() {
    on_a_sender_thread(async {
        for words in
            ["454 4.7.0 Temporary authentication failure", "421 4.7.0 Too many login attempts", "454 Temporary authentication failure"]
        {
            let stub = stub("PLAIN").await;
            stub.on(At::Auth, [Act::Say(words)]);
            let (_, sender) = sender_of(with_login(&stub));
            let outcome = send(&*sender, mail()).await;
            assert!(matches!(&outcome, Outcome::Transient { reason } if reason.remedy.contains("login")), "{outcome:?}");
            assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        }
    });
}

#[test]
fn no_word_of_the_password_is_in_what_is_told_though_the_server_repeats_it() {
    on_a_sender_thread(async {
        for words in ["535 5.7.8 wrong: 비밀 geheim", "535 5.7.8 wrong: AGhvbmcA67mE67CAIGdlaGVpbQ==", "334 AGhvbmcA67mE67CAIGdlaGVpbQ=="]
        {
            let stub = stub("PLAIN").await;
            stub.on(At::Auth, [Act::Say(words), Act::Say(words)]);
            let (_, sender) = sender_of(with_login(&stub));
            let told = format!("{:?}", send(&*sender, mail()).await);
            assert!(!told.contains("geheim") && !told.contains("67mE67CAIGdlaGVpbQ"), "{told}");
        }
    });
}

#[test]
fn a_server_without_a_login_we_can_do_holds_the_account() {
    on_a_sender_thread(async {
        let none = SmtpStub::start().await;
        let (_, sender) = sender_of(SmtpConfig { login: login(), ..config(none.port) });
        assert_account(&send(&*sender, mail()).await, "auth_missing", "SMTP_USER");
        let other = stub("XOAUTH2 GSSAPI").await;
        let (_, sender) = sender_of(with_login(&other));
        assert_account(&send(&*sender, mail()).await, "auth_unsupported", "OAuth2");
        assert_eq!(other.look(|s| s.count("AUTH")), 0);
    });
}

#[test]
fn a_login_the_server_misses_later_holds_the_account_too() {
    on_a_sender_thread(async {
        let stub = SmtpStub::start().await;
        let (_, sender) = sender_of(config(stub.port));
        for (words, code, remedy) in [
            ("530 5.7.0 Authentication Required", "530 5.7.0", "SMTP_USER"),
            ("530 5.7.0 Must issue a STARTTLS command first", "530 5.7.0", "SMTP_TLS"),
        ] {
            stub.on(At::Mail, [Act::Say(words)]);
            assert_account(&send(&*sender, mail()).await, code, remedy);
        }
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        assert_eq!(stub.look(|s| s.connections), 3, "a connection without its login is not kept");
    });
}

#[test]
fn neither_login_nor_mail_goes_out_before_tls() {
    let ca = TestCa::new();
    on_a_sender_thread(async {
        let kind = Kind { tls: Some(ca.server("localhost").acceptor()), login: Some(("hong", PASSWORD, "PLAIN")), ..Kind::default() };
        let stub = SmtpStub::of(kind).await;
        let (_, sender) = sender_of(SmtpConfig { tls: Tls::Starttls, ca_bundle: Some(ca.bundle()), ..with_login(&stub) });
        assert_eq!(send(&*sender, mail()).await, accepted("stub-1"));
        stub.look(|s| {
            let verbs: Vec<&str> = s.commands.iter().map(|(_, line)| line.split([' ', ':']).next().expect("a verb")).collect();
            assert_eq!(verbs, ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]);
            assert!(s.mails[0].secure);
        });
    });
}
