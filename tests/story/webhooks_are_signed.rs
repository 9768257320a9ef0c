//! Calls are signed by Standard Webhooks (conformance section 9): the official libraries of Python and Node take them, also while a secret
//! is rotated (S0-19).

use std::{
    io::Write,
    process::{Command, Stdio},
    time::Duration,
};

use jebi::system::SystemClock;
use jebi_domain::port::Clock;
use serde_json::{Value, json};

use crate::support::{
    api::{Setup, text},
    ses_stub::{Received, SesStub},
    webhooks::Calling,
};

/// What a receiver reads of a call; `Err` with what the library says where it does not take it.
fn verified(library: &str, secret: &str, call: &Received) -> Result<Value, String> {
    let headers: Value = ["webhook-id", "webhook-timestamp", "webhook-signature"]
        .into_iter()
        .map(|name| (name.to_owned(), json!(call.header(name).expect("every call has it"))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let input = json!({"secret": secret, "headers": headers, "body": String::from_utf8(call.body.clone()).expect("JSON is UTF-8")});
    #[expect(clippy::disallowed_methods, reason = "where the libraries lie is told by scripts/test")]
    let named = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run scripts/test, which sets it"));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/story/webhooks");
    let mut command = match library {
        "python" => {
            let mut python = Command::new(named("JEBI_TEST_PYTHON"));
            python.arg(format!("{folder}/verify.py"));
            python
        }
        _ => {
            let mut node = Command::new("node");
            node.arg(format!("{folder}/verify.js")).env("NODE_PATH", named("JEBI_TEST_NODE_MODULES"));
            node
        }
    };
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("piped").write_all(input.to_string().as_bytes()).expect("it reads");
    let ran = child.wait_with_output().expect("it ends");
    if ran.status.success() {
        Ok(serde_json::from_slice(&ran.stdout).expect("it prints the payload"))
    } else {
        Err(String::from_utf8_lossy(&ran.stderr).into_owned())
    }
}

/// Both libraries want the time of the call to be now.
async fn now() -> Calling {
    let calling = Calling::start(Setup::default()).await;
    let ahead = SystemClock.wall().since(calling.api.clock.wall());
    calling.api.clock.advance(ahead);
    calling
}

#[tokio::test]
async fn the_official_libraries_take_every_call() {
    let (calling, stub) = (now().await, SesStub::start([]).await);
    let made = calling.webhook(&stub, json!({"description": "결제 서버"})).await;
    let event = calling.test(&made).await;
    stub.until(|seen| seen.requests.len() == 1).await;
    let call = stub.look(|seen| seen.requests[0].clone());
    assert_eq!(call.header("webhook-id"), Some(event.as_str()));
    assert_eq!(call.header("content-type"), Some("application/json"));
    assert!(call.header("user-agent").is_some_and(|agent| agent.starts_with("jebi/")));
    let secret = made.secret.expect("it is signed");
    for library in ["python", "node"] {
        let payload = verified(library, &secret, &call).expect("it is taken");
        assert_eq!((&payload["type"], &payload["data"]["endpoint"]), (&json!("endpoint.test"), &json!(made.id)), "{library}");
        assert!(payload["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')), "{library}");
        // What somebody else has sent, or somebody has changed, is not.
        let other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert!(verified(library, other, &call).is_err(), "{library}: another secret");
        let bent = Received { body: call.body.iter().map(|b| if *b == b'e' { b'E' } else { *b }).collect(), ..call.clone() };
        assert!(verified(library, &secret, &bent).is_err(), "{library}: another body");
    }
}

#[tokio::test]
async fn while_a_secret_is_rotated_both_are_good_and_then_only_the_new_one() {
    let (calling, stub) = (now().await, SesStub::start([]).await);
    let made = calling.webhook(&stub, json!({})).await;
    let old = made.secret.clone().expect("it is signed");
    let rotated = calling.api.post(&format!("/v1/webhooks/{}/rotate", made.id), &json!({"keep_old_hours": 2})).await.expect(200);
    let new = text(&rotated["secret"]).to_owned();
    assert_ne!(old, new);
    calling.test(&made).await;
    stub.until(|seen| seen.requests.len() == 1).await;
    let call = stub.look(|seen| seen.requests[0].clone());
    for secret in [&old, &new] {
        verified("python", secret, &call).expect("both sign");
        verified("node", secret, &call).expect("both sign");
    }
    calling.api.clock.advance(Duration::from_secs(2 * 3_600 + 1));
    calling.test(&made).await;
    stub.until(|seen| seen.requests.len() == 2).await;
    let call = stub.look(|seen| seen.requests[1].clone());
    let signatures = call.header("webhook-signature").expect("it is signed");
    assert_eq!(signatures.split(' ').count(), 1, "the old one's time is over");
}
