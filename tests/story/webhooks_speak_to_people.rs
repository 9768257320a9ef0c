//! Slack, Discord and SNS get what happened in their own form (S0-16, S0-19).

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use jebi::webhook::{SnsKeys, SnsSettings};
use jebi_domain::{hook::HookKind, port::Clock};
use serde_json::{Value, json};

use crate::support::{
    api::{Setup, WebhookSetup, text},
    ses_stub::SesStub,
    webhooks::{Calling, soon},
};

/// moto with an SNS topic, and a queue that gets what is published to it; ended when dropped.
struct Moto {
    process: Child,
    out: BufReader<ChildStdout>,
    port: u16,
    topic: String,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Prints its port and the topic; for each line it reads, the next message as JSON, or null.
const SERVER: &str = r#"
import json, logging, sys, threading
import boto3
from werkzeug.serving import make_server
from moto.server import DomainDispatcherApplication, create_backend_app
logging.getLogger("werkzeug").disabled = True
app = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, app, True)
threading.Thread(target=server.serve_forever, daemon=True).start()
def client(name):
    return boto3.client(name, region_name="ap-northeast-2", endpoint_url=f"http://127.0.0.1:{server.port}",
                        aws_access_key_id="setup", aws_secret_access_key="setup")
sns, sqs = client("sns"), client("sqs")
topic = sns.create_topic(Name="alerts")["TopicArn"]
queue = sqs.create_queue(QueueName="alerts")["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
print(server.port, topic, flush=True)
for _ in sys.stdin:
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1).get("Messages", [])
    for one in found:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
    print(found[0]["Body"].replace("\n", " ") if found else "null", flush=True)
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
    let mut out = BufReader::new(process.stdout.take().expect("piped"));
    let mut line = String::new();
    out.read_line(&mut line).expect("its first line");
    let (port, topic) = line.trim().split_once(' ').unwrap_or_else(|| panic!("moto did not start: {line:?}; its error stands above"));
    let (port, topic) = (port.parse().expect("a port"), topic.to_owned());
    Moto { process, out, port, topic }
}

impl Moto {
    /// The next message of the queue, if there is one.
    fn next(&mut self) -> Option<Value> {
        self.process.stdin.as_mut().expect("piped").write_all(b"next\n").expect("it reads");
        let mut line = String::new();
        self.out.read_line(&mut line).expect("it answers");
        serde_json::from_str::<Value>(&line).ok().filter(|value| !value.is_null())
    }

    fn settings(&self) -> SnsSettings {
        let keys = SnsKeys { access_key_id: "test".into(), secret_access_key: "test".into(), session_token: None };
        SnsSettings { keys: Some(keys), endpoint: Some(format!("http://127.0.0.1:{}", self.port)) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sns_topic_gets_the_payload_and_one_that_is_not_there_says_so() {
    let mut moto = moto();
    let webhooks = WebhookSetup { sns: moto.settings(), ..WebhookSetup::default() };
    let calling = Calling::start(Setup { webhooks, ..Setup::default() }).await;
    let made = calling.api.post("/v1/webhooks", &json!({"kind": "sns", "topic_arn": moto.topic})).await.expect(201);
    assert_eq!((&made["secret"], &made["topic_arn"]), (&Value::Null, &json!(moto.topic)));
    let data = json!({"rule": "queue_age", "text": "대기 시간이 10분을 넘었습니다"});
    let told = calling.api.store.emit(HookKind::AlertRaised, &data.to_string(), calling.api.clock.wall()).await;
    assert_eq!(told, Ok(1));
    let message = soon("it is published", async || moto.next()).await;
    assert_eq!(text(&message["Subject"]), "[Jebi] Alert");
    let payload: Value = serde_json::from_str(text(&message["Message"])).expect("the payload");
    assert_eq!((&payload["type"], &payload["data"]), (&json!("alert.raised"), &data));
    let missing = moto.topic.replace("alerts", "missing");
    let made = calling.api.post("/v1/webhooks", &json!({"kind": "sns", "topic_arn": missing})).await.expect(201);
    let path = format!("/v1/webhooks/{}", made["id"]);
    calling.api.post(&format!("{path}/test"), &json!({})).await.expect(202);
    let call = soon("it fails", async || {
        let calls = calling.api.get(&format!("{path}/calls")).await.expect(200);
        calls["calls"].as_array().and_then(|calls| calls.first()).filter(|call| call["attempts"] == 1).cloned()
    })
    .await;
    assert_eq!((&call["tries"][0]["status"], text(&call["state"])), (&json!(404), "waiting"));
    assert!(text(&call["tries"][0]["answer"]).starts_with("NotFound"), "{call}");
}

#[tokio::test]
async fn the_configurations_topic_is_a_webhook_that_is_changed_there() {
    let calling = Calling::start(Setup::default()).await;
    let hooks = &calling.api.state.hooks;
    let arn = |name: &str| format!("arn:aws:sns:ap-northeast-2:123456789012:{name}");
    hooks.configure(Some(&arn("a"))).await.expect("made");
    hooks.configure(Some(&arn("a"))).await.expect("left alone");
    let list = calling.api.get("/v1/webhooks").await.expect(200);
    let all = list["webhooks"].as_array().expect("a list");
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0]["from_configuration"], &all[0]["events"]), (&json!(true), &json!(["alert.*", "endpoint.disabled"])));
    let path = format!("/v1/webhooks/{}", all[0]["id"]);
    assert_eq!(calling.api.patch(&path, &json!({"events": ["*"]})).await.problem(409)[0].1, "webhook_of_config");
    assert_eq!(calling.api.delete(&path).await.problem(409)[0].1, "webhook_of_config");
    hooks.configure(Some(&arn("b"))).await.expect("changed");
    assert_eq!(calling.api.get(&path).await.expect(200)["topic_arn"], arn("b"));
    hooks.configure(None).await.expect("removed");
    assert_eq!(calling.api.get(&path).await.status, 404);
}

#[tokio::test]
async fn slack_and_discord_get_words_in_the_language_of_the_webhook() {
    let calling = Calling::start(Setup::default()).await;
    let (slack, discord) = (SesStub::start([]).await, SesStub::start([]).await);
    calling.webhook(&slack, json!({"kind": "slack"})).await;
    calling.webhook(&discord, json!({"kind": "discord", "language": "en"})).await;
    let data = json!({"text": "<@everyone> 반송률이 5%를 넘었습니다"}).to_string();
    let told = calling.api.store.emit(HookKind::AlertRaised, &data, calling.api.clock.wall()).await;
    assert_eq!(told, Ok(2));
    slack.until(|seen| seen.requests.len() == 1).await;
    discord.until(|seen| seen.requests.len() == 1).await;
    let body = |stub: &SesStub| stub.look(|seen| serde_json::from_slice::<Value>(&seen.requests[0].body).expect("JSON"));
    assert_eq!(text(&body(&slack)["text"]), "[Jebi] 경보가 발생했습니다");
    assert!(text(&body(&slack)["blocks"][1]["text"]["text"]).contains("*내용*: &lt;@everyone&gt; 반송률이 5%를 넘었습니다"));
    let content = body(&discord);
    assert_eq!(text(&content["content"]), "**\\[Jebi\\] Alert**\nText: \\<\\@everyone\\> 반송률이 5%를 넘었습니다");
    assert_eq!(content["allowed_mentions"]["parse"], json!([]));
    assert!(slack.look(|seen| seen.requests[0].header("webhook-signature").is_none()), "Slack checks none");
}
