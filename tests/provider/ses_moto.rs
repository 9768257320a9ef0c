//! SES against an independent one: moto checks our signature with AWS's own code and gives the mail back.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use jebi::provider::ses::{SesConfig, SesProvider, StaticCredentials};
use jebi::system::SystemClock;
use jebi_domain::{
    outcome::Outcome,
    port::{Outgoing, Provider},
};

use super::{
    config,
    large::{assert_attached, large},
    mail, on_a_sender_thread,
};
use crate::mime::whole;

/// A moto server that checks signatures, with a user allowed to send as `from@example.com`; ended when dropped.
struct Moto {
    process: Child,
    port: u16,
    keys: StaticCredentials,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves on a free port and prints it, then the key of the user it made before checking began. The Host is part of the signature,
/// so the set-up goes over the wire too.
const SERVER: &str = r#"
import json, logging, sys, threading
import boto3
from werkzeug.serving import make_server
from moto.server import DomainDispatcherApplication, create_backend_app
from moto.core import set_initial_no_auth_action_count
from moto.core.authorization import ActionAuthenticatorMixin
from moto import settings
logging.getLogger("werkzeug").disabled = True
app = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, app, True)
threading.Thread(target=server.serve_forever, daemon=True).start()
def client(name):
    return boto3.client(name, region_name="ap-northeast-2", endpoint_url=f"http://127.0.0.1:{server.port}",
                        aws_access_key_id="setup", aws_secret_access_key="setup")
client("sesv2").create_email_identity(EmailIdentity="from@example.com")
client("ses").verify_email_identity(EmailAddress="from@example.com")
iam = client("iam")
iam.create_user(UserName="jebi")
allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
iam.put_user_policy(UserName="jebi", PolicyName="all", PolicyDocument=json.dumps(allow))
key = iam.create_access_key(UserName="jebi")["AccessKey"]
settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
ActionAuthenticatorMixin.request_count = 0
print(server.port, key["AccessKeyId"], key["SecretAccessKey"], flush=True)
sys.stdin.read()
"#;

fn moto() -> Moto {
    #[expect(clippy::disallowed_methods, reason = "where Python with moto lies is told by scripts/test")]
    let python = std::env::var("JEBI_TEST_PYTHON").expect("JEBI_TEST_PYTHON is not set: run scripts/test, which installs moto and sets it");
    let mut process = Command::new(&python)
        .args(["-c", SERVER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("JEBI_TEST_PYTHON ({python}) does not run: {e}; run scripts/test"));
    let mut line = String::new();
    BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("its first line");
    let words: Vec<&str> = line.split_whitespace().collect();
    let [port, id, secret] = words[..] else { panic!("moto did not start: {line:?}; its error stands above") };
    let keys = StaticCredentials { access_key_id: id.into(), secret_access_key: secret.into(), session_token: None };
    Moto { port: port.parse().expect("a port"), process, keys }
}

impl Moto {
    fn config(&self) -> SesConfig {
        SesConfig { credentials: Some(self.keys.clone()), ..config(&format!("http://127.0.0.1:{}", self.port)) }
    }

    /// The mails it took, as it kept them.
    fn mails(&self) -> Vec<serde_json::Value> {
        let mut tcp = TcpStream::connect(("127.0.0.1", self.port)).expect("moto listens");
        tcp.write_all(b"GET /moto-api/data.json HTTP/1.0\r\nHost: localhost\r\n\r\n").expect("written");
        let mut answer = Vec::new();
        tcp.read_to_end(&mut answer).expect("an answer");
        let at = answer.windows(4).position(|w| w == b"\r\n\r\n").expect("a head") + 4;
        let all: serde_json::Value = serde_json::from_slice(&answer[at..]).expect("JSON");
        all["ses"]["RawMessage"].as_array().cloned().unwrap_or_default()
    }
}

async fn send(config: SesConfig, mail: Outgoing) -> Outcome {
    let provider = SesProvider::start(config, Arc::new(SystemClock)).await.expect("a valid configuration");
    provider.sender().checkout().await.expect("a connection").send(mail).await
}

#[test]
fn moto_accepts_our_signature_and_gets_every_byte_and_every_recipient() {
    let moto = moto();
    on_a_sender_thread(async {
        let text = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n제비가 왔다\r\n.\r\n";
        let to = vec!["to@example.com".to_owned(), "hidden@example.com".to_owned()];
        let mail = Outgoing { to, body: text.as_bytes().to_vec().into(), ..mail() };
        let outcome = send(moto.config(), mail.clone()).await;
        let Outcome::Accepted { provider_id } = outcome else { panic!("{outcome:?}") };
        let kept = moto.mails();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0]["id"], provider_id);
        assert_eq!(kept[0]["source"], "from@example.com");
        assert_eq!(kept[0]["raw_data"].as_str().expect("text").as_bytes(), [mail.head, mail.body.concat()].concat());
        let to: Vec<_> = kept[0]["destinations"].as_array().expect("a list").iter().filter_map(|d| d.as_str()).collect();
        assert!(to.contains(&"to@example.com") && to.contains(&"hidden@example.com"), "{to:?}");
    });
}

#[test]
fn a_large_file_is_streamed_under_a_signature_that_holds() {
    let moto = moto();
    let (mail, file) = large();
    on_a_sender_thread(async {
        let outcome = send(moto.config(), mail.clone()).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        let kept = moto.mails();
        let raw = kept[0]["raw_data"].as_str().expect("text").as_bytes();
        assert!(raw == whole(&mail), "every byte");
        assert_attached(raw, &file);
        // moto names those of the headers besides those of the request.
        let to: Vec<_> = kept[0]["destinations"].as_array().expect("a list").iter().filter_map(|d| d.as_str()).collect();
        assert!(mail.to.iter().all(|one| to.contains(&one.as_str())), "{to:?}");
    });
}

#[test]
fn moto_refuses_a_wrong_secret_an_unknown_key_and_an_unverified_sender() {
    let moto = moto();
    on_a_sender_thread(async {
        let with =
            |id: &str, secret: &str| StaticCredentials { access_key_id: id.into(), secret_access_key: secret.into(), session_token: None };
        for keys in [with(&moto.keys.access_key_id, "wrong"), with("AKIANOBODY", "wrong")] {
            let outcome = send(SesConfig { credentials: Some(keys), ..moto.config() }, mail()).await;
            assert!(matches!(&outcome, Outcome::RejectedAccount { reason } if !reason.remedy.is_empty()), "{outcome:?}");
        }
        let outcome = send(moto.config(), Outgoing { from: "stranger@example.org".into(), ..mail() }).await;
        assert!(matches!(&outcome, Outcome::Permanent { reason } if reason.code.contains("MessageRejected")), "{outcome:?}");
        assert!(moto.mails().is_empty());
    });
}
