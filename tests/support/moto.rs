//! AWS as moto plays it: SQS, SNS and STS, without checking signatures.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Config, Credentials, Region},
    types::QueueAttributeName,
};
use jebi::provider::aws::{AwsAccount, Keys};

/// A moto server; ended when dropped.
pub struct Moto {
    process: Child,
    port: u16,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves on a free port and prints it.
const SERVER: &str = r#"
import logging, sys, threading
from werkzeug.serving import make_server
from moto.server import DomainDispatcherApplication, create_backend_app
logging.getLogger("werkzeug").disabled = True
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), True)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.port, flush=True)
sys.stdin.read()
"#;

impl Moto {
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "where Python with moto lies is told by scripts/test")]
        let python =
            std::env::var("JEBI_TEST_PYTHON").expect("JEBI_TEST_PYTHON is not set: run scripts/test, which installs moto and sets it");
        let mut process = Command::new(&python)
            .args(["-c", SERVER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("JEBI_TEST_PYTHON ({python}) does not run: {e}; run scripts/test"));
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("its first line");
        let port = line.trim().parse().unwrap_or_else(|_| panic!("moto did not start: {line:?}; its error stands above"));
        Self { process, port }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its account, as the program reaches it. moto's own number is 123456789012.
    pub fn account(&self) -> AwsAccount {
        let keys = Keys { access_key_id: "AKID".into(), secret_access_key: "SECRET".into(), session_token: None };
        AwsAccount { region: "ap-northeast-2".into(), endpoint: Some(self.url()), keys: Some(keys), ca_bundle: None }
    }

    pub fn sqs(&self) -> Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-2"))
            .endpoint_url(self.url())
            .credentials_provider(Credentials::new("AKID", "SECRET", None, None, "test"));
        Client::from_conf(config.build())
    }
}

/// A queue to be looked at.
pub struct TestQueue {
    pub client: Client,
    pub url: String,
}

impl TestQueue {
    /// `dead_letters` names the queue that what came `2` times is moved to. What is taken and not removed comes again at once.
    pub async fn make(client: Client, name: &str, dead_letters: Option<&Self>) -> Self {
        let mut make = client.create_queue().queue_name(name).attributes(QueueAttributeName::VisibilityTimeout, "0");
        if let Some(other) = dead_letters {
            let arn = other.attribute(QueueAttributeName::QueueArn).await;
            let policy = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"2"}}"#);
            make = make.attributes(QueueAttributeName::RedrivePolicy, policy);
        }
        let url = make.send().await.expect("made").queue_url.expect("its address");
        Self { client, url }
    }

    pub async fn send(&self, body: &str) {
        self.client.send_message().queue_url(&self.url).message_body(body).send().await.expect("sent");
    }

    /// Messages in it, whether somebody has taken them or not.
    pub async fn len(&self) -> u32 {
        let visible = self.attribute(QueueAttributeName::ApproximateNumberOfMessages).await;
        let taken = self.attribute(QueueAttributeName::ApproximateNumberOfMessagesNotVisible).await;
        visible.parse::<u32>().expect("a number") + taken.parse::<u32>().expect("a number")
    }

    async fn attribute(&self, name: QueueAttributeName) -> String {
        let told = self.client.get_queue_attributes().queue_url(&self.url).attribute_names(name.clone()).send().await.expect("told");
        told.attributes().and_then(|all| all.get(&name)).cloned().expect("it is there")
    }
}
