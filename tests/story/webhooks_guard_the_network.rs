//! A webhook leads to the public internet and nowhere else, whatever its URL says and whenever its host is looked up (S0-19).

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use jebi::webhook::Lookup;
use jebi_domain::port::Boxed;
use serde_json::json;

use crate::support::{
    api::{Setup, WebhookSetup, text},
    ses_stub::SesStub,
    webhooks::Calling,
};

/// A name server that answers as the test says, and with its last answer from then on.
struct Scripted(Vec<Vec<&'static str>>, AtomicUsize);

impl Scripted {
    fn new(answers: &[&[&'static str]]) -> Arc<Self> {
        Arc::new(Self(answers.iter().map(|one| one.to_vec()).collect(), AtomicUsize::new(0)))
    }
}

impl Lookup for Scripted {
    fn find(&self, _: &str) -> Boxed<'static, io::Result<Vec<IpAddr>>> {
        let at = self.1.fetch_add(1, Ordering::SeqCst).min(self.0.len() - 1);
        let found = self.0[at].iter().map(|ip| ip.parse().expect("a test's address")).collect();
        Box::pin(async move { Ok(found) })
    }
}

async fn calling(webhooks: WebhookSetup) -> Calling {
    Calling::start(Setup { webhooks, ..Setup::default() }).await
}

async fn refused(calling: &Calling, url: &str) -> (String, String) {
    let answer = calling.api.post("/v1/webhooks", &json!({"url": url})).await;
    let mut faults = answer.problem(422);
    assert_eq!(faults.len(), 1, "{url}: {faults:?}");
    faults.remove(0)
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_however_they_are_written() {
    let calling = calling(WebhookSetup { networks: vec![], ..WebhookSetup::default() }).await;
    for url in [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://0.0.0.0/",
        "http://10.0.0.7:8080/x",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[fe80::1]/",
        "http://[fd00:ec2::254]/",
        "http://[64:ff9b::7f00:1]/",
        "http://100.64.0.1/",
        "http://localhost/",
        "http://LOCALHOST:3000/",
    ] {
        let (field, code) = refused(&calling, url).await;
        assert_eq!((field.as_str(), code.as_str()), ("url", "forbidden_url"), "{url}");
    }
}

#[tokio::test]
async fn a_name_of_which_one_address_is_private_is_refused() {
    let lookup = Scripted::new(&[&["8.8.8.8", "10.0.0.1"]]);
    let calling = calling(WebhookSetup { networks: vec![], lookup, ..WebhookSetup::default() }).await;
    assert_eq!(refused(&calling, "https://both.example.kr/").await.1, "forbidden_url");
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_after_it_was_checked_is_not_called() {
    let stub = SesStub::start([]).await;
    let lookup = Scripted::new(&[&["8.8.8.8"], &["127.0.0.1"]]);
    let calling = calling(WebhookSetup { networks: vec![], lookup: lookup.clone(), ..WebhookSetup::default() }).await;
    let url = format!("http://rebound.example.kr:{}/", stub.port);
    let made = calling.webhook(&stub, json!({"url": url})).await;
    calling.test(&made).await;
    let call = calling.tried(&made, 1).await;
    let error = text(&call["tries"][0]["error"]);
    assert!(error.contains("127.0.0.1, which is not called"), "{error}");
    assert_eq!(stub.look(|seen| seen.connections), 0);
    assert_eq!(lookup.1.load(Ordering::SeqCst), 2, "looked up for the check, and once for the call");
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_looked_at() {
    let stub = SesStub::start([]).await;
    // Were it looked up a second time for the connection, it would lead nowhere.
    let lookup = Scripted::new(&[&["127.0.0.1"], &["127.0.0.1"], &["10.255.255.1"]]);
    let calling = calling(WebhookSetup { lookup, ..WebhookSetup::default() }).await;
    let made = calling.webhook(&stub, json!({"url": format!("http://shop.example.kr:{}/a?b=c", stub.port)})).await;
    calling.test(&made).await;
    stub.until(|seen| seen.requests.len() == 1).await;
    let call = stub.look(|seen| seen.requests[0].clone());
    assert!(call.head.starts_with("POST /a?b=c HTTP/1.1"), "{}", call.head);
    assert_eq!(call.header("host"), Some(format!("shop.example.kr:{}", stub.port).as_str()));
}

#[tokio::test]
async fn plain_http_and_private_networks_are_the_operators_to_allow() {
    let strict = calling(WebhookSetup { allow_http: false, ..WebhookSetup::default() }).await;
    let (field, code) = refused(&strict, "http://127.0.0.1:9/").await;
    assert_eq!((field.as_str(), code.as_str()), ("url", "forbidden_url"));
    // In a network that was named it is only a matter of being there.
    strict.api.post("/v1/webhooks", &json!({"url": "https://127.0.0.1:9/"})).await.expect(201);
}

#[tokio::test]
async fn a_host_nobody_knows_is_told_at_once() {
    struct Nobody;
    impl Lookup for Nobody {
        fn find(&self, _: &str) -> Boxed<'static, io::Result<Vec<IpAddr>>> {
            Box::pin(async { Err(io::Error::new(io::ErrorKind::NotFound, "no such name")) })
        }
    }
    let calling = calling(WebhookSetup { lookup: Arc::new(Nobody), ..WebhookSetup::default() }).await;
    let answer = calling.api.post("/v1/webhooks", &json!({"url": "https://missing.example.kr/"})).await;
    assert_eq!(answer.problem(422), [("url".to_owned(), "forbidden_url".to_owned())]);
    assert!(text(&answer.json()["errors"][0]["fault"]).contains("no such name"));
}
