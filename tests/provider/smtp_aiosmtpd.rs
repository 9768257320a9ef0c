//! Against aiosmtpd, a server of somebody else's making that offers no PIPELINING and logs people in: what it got is read with Python's
//! own mail library.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
};

use jebi::{
    provider::smtp::{Login, SmtpConfig, SmtpProvider, Tls},
    system::SystemClock,
};
use jebi_domain::{outcome::Outcome, port::Provider};

use super::{
    accepted,
    large::{large, sha256},
    on_a_sender_thread,
    smtp_rig::{assert_account, config, korean, send},
};
use crate::{
    mime::whole,
    support::{machine, test_ca::TestCa},
};

/// Prints its two ports, then each mail as a line of JSON: STARTTLS demanded on the first, TLS from the first byte on the second, a
/// login on both.
const SERVER: &str = r#"
import asyncio, email, email.policy, hashlib, json, ssl, sys, warnings
warnings.simplefilter("ignore")
from aiosmtpd.smtp import SMTP, AuthResult
class Handler:
    async def handle_DATA(self, server, session, envelope):
        m = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
        print(json.dumps(dict(sender=envelope.mail_from, to=envelope.rcpt_tos, options=envelope.mail_options, subject=m["subject"],
                              text=m.get_body(("plain",)).get_content(), sha256=hashlib.sha256(envelope.content).hexdigest(),
                              files=[(f.get_filename(), hashlib.sha256(f.get_content()).hexdigest()) for f in m.iter_attachments()],
                              secure=server.transport.get_extra_info("ssl_object") is not None)), flush=True)
        return "250 OK"
def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"hong", "비밀번호".encode()), handled=False)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
def smtp(**more):
    return SMTP(Handler(), hostname="aio.example.com", enable_SMTPUTF8=True, authenticator=authenticate, auth_required=True, **more)
async def main():
    loop = asyncio.get_running_loop()
    first = await loop.create_server(lambda: smtp(tls_context=context, require_starttls=True), "127.0.0.1", 0)
    second = await loop.create_server(lambda: smtp(auth_require_tls=False), "127.0.0.1", 0, ssl=context)
    print(first.sockets[0].getsockname()[1], second.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"#;

/// Ended when dropped.
struct Aiosmtpd {
    process: Child,
    out: BufReader<ChildStdout>,
    starttls: u16,
    implicit: u16,
}

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Aiosmtpd {
    fn start(ca: &TestCa) -> Self {
        #[expect(clippy::disallowed_methods, reason = "where Python with aiosmtpd lies is told by scripts/test")]
        let python = std::env::var("JEBI_TEST_PYTHON").expect("JEBI_TEST_PYTHON is not set: run scripts/test, which installs aiosmtpd");
        let (certificate, key) = ca.server("localhost").files(ca.folder());
        let mut process = Command::new(&python)
            .args(["-c", SERVER])
            .args([certificate, key])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("JEBI_TEST_PYTHON ({python}) does not run: {e}; run scripts/test"));
        let mut out = BufReader::new(process.stdout.take().expect("piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("its first line");
        let ports: Vec<u16> = line.split_whitespace().filter_map(|port| port.parse().ok()).collect();
        let [starttls, implicit] = ports[..] else { panic!("aiosmtpd did not start: {line:?}; its error stands above") };
        Self { process, out, starttls, implicit }
    }

    /// The next mail it got.
    fn mail(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("a mail");
        serde_json::from_str(&line).expect("JSON")
    }

    fn each(&self) -> [(Tls, u16); 2] {
        [(Tls::Starttls, self.starttls), (Tls::Implicit, self.implicit)]
    }
}

fn provider(ca: &TestCa, tls: Tls, port: u16, password: &str) -> SmtpProvider {
    let login = Some(Login { user: "hong".into(), password: password.into() });
    let config = SmtpConfig { tls, login, ca_bundle: Some(ca.bundle()), ..config(port) };
    SmtpProvider::start(config, Arc::new(SystemClock)).expect("a valid configuration")
}

#[test]
fn korean_mail_arrives_intact_over_starttls_and_implicit_tls_with_a_login() {
    let _machine = machine::busy();
    let ca = TestCa::new();
    let mut server = Aiosmtpd::start(&ca);
    on_a_sender_thread(async {
        for (tls, port) in server.each() {
            let provider = provider(&ca, tls, port, "비밀번호");
            let sender = provider.sender();
            for _ in 0..3 {
                // It gives no id of its own.
                assert_eq!(send(&*sender, korean()).await, accepted("korean-1@example.com"));
                let got = server.mail();
                assert_eq!(got["subject"], "제비가 물고 온 박씨");
                assert_eq!(got["text"].as_str().expect("text").replace("\r\n", "\n"), "안녕하세요, 홍길동 님.\n.\n..두 점\n끝\n");
                assert_eq!((&got["sender"], &got["to"][0]), (&"from@example.com".into(), &"hong@example.com".into()));
                assert!(got["options"].as_array().expect("a list").contains(&"BODY=8BITMIME".into()), "{got}");
                assert_eq!(got["secure"], true);
            }
        }
    });
}

#[test]
fn a_large_file_arrives_byte_for_byte_over_tls() {
    let _machine = machine::busy();
    let ca = TestCa::new();
    let mut server = Aiosmtpd::start(&ca);
    let (mail, file) = large();
    on_a_sender_thread(async {
        for (tls, port) in server.each() {
            let provider = provider(&ca, tls, port, "비밀번호");
            let outcome = send(&*provider.sender(), mail.clone()).await;
            assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
            let got = server.mail();
            assert_eq!(got["sha256"], sha256(&whole(&mail)));
            assert_eq!(got["files"], serde_json::json!([["계약서 최종.pdf", sha256(&file)]]));
            assert_eq!(got["to"].as_array().map(Vec::len), Some(3));
            // aiosmtpd's own limit, as it announces it.
            assert_eq!(provider.max_size(), Some(33_554_432));
        }
    });
}

#[test]
fn a_wrong_password_holds_the_account() {
    let _machine = machine::busy();
    let ca = TestCa::new();
    let server = Aiosmtpd::start(&ca);
    on_a_sender_thread(async {
        for (tls, port) in server.each() {
            let provider = provider(&ca, tls, port, "falsch");
            let outcome: Outcome = send(&*provider.sender(), korean()).await;
            assert_account(&outcome, "535 5.7.8", "SMTP_PASS");
        }
    });
}
