//! Requirements S3-4 and S0-13: what SNS delivers is taken once it is verified, and everything else has a defined answer.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use jebi::service::access::AccessSettings;
use jebi_domain::{network::Network, port::Clock, refusal::Refusal, time::Wall};
use serde_json::{Value, json};

use crate::support::{
    api::{Answer, Api, Setup},
    sns::{FILE, SIGNER, STRANGER, TOPIC, certificate_url, unsigned},
    sns_world::{SnsSetup, World},
};

const DELIVERY: &str = r#"{"eventType":"Delivery","mail":{"messageId":"010c-1"},"delivery":{"recipients":["kim@naver.example"]}}"#;

pub struct Rig {
    pub api: Api,
    pub world: World,
}

impl Rig {
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        let world = setup.sns.world.clone();
        Self { api: Api::with(setup).await, world }
    }

    /// Delivers as SNS does: without a key, and not as JSON.
    pub async fn deliver(&self, message: &Value) -> Answer {
        self.raw(message.to_string(), &[]).await
    }

    async fn raw(&self, body: impl Into<Body>, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(Method::POST).uri("/v1/events/results");
        request =
            request.header("content-type", "text/plain; charset=UTF-8").header("user-agent", "Amazon Simple Notification Service Agent");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.api.send_from("203.0.113.9", request.body(body.into()).expect("a request")).await
    }

    pub fn now(&self) -> Wall {
        self.api.clock.wall()
    }

    fn message(&self) -> Value {
        unsigned("m-1", DELIVERY, self.now())
    }

    /// Signs and delivers the usual message with a change.
    async fn changed(&self, field: &str, value: Value) -> Answer {
        let mut message = self.message();
        message[field] = value;
        self.deliver(&SIGNER.signed(message)).await
    }
}

/// Field and code of the one fault.
#[track_caller]
pub fn refused(answer: &Answer, status: u16) -> (String, String) {
    answer.problem(status).remove(0)
}

#[tokio::test]
async fn both_signature_versions_are_taken_and_the_text_is_handed_on_whole() {
    let rig = Rig::new().await;
    for (id, version) in [("m-1", "1"), ("m-2", "2")] {
        let mut message = unsigned(id, "{\"eventType\":\"Bounce\",\"x\":\"홍길동\\n\"}", rig.now());
        message["SignatureVersion"] = json!(version);
        let answer = rig.deliver(&SIGNER.signed(message)).await;
        assert_eq!(answer.expect(200), json!({"status": "processed"}), "version {version}");
    }
    let texts = "{\"eventType\":\"Bounce\",\"x\":\"홍길동\\n\"}".to_owned();
    assert_eq!(rig.world.taken(), [("m-1".to_owned(), texts.clone()), ("m-2".to_owned(), texts)]);
    assert_eq!(rig.world.visits(), [certificate_url()], "the certificate is fetched once");
}

#[tokio::test]
async fn the_subject_may_be_there_null_or_missing() {
    let rig = Rig::new().await;
    for version in ["1", "2"] {
        for subject in [json!("주문 안내"), Value::Null] {
            let mut message = rig.message();
            (message["Subject"], message["SignatureVersion"]) = (subject, json!(version));
            rig.deliver(&SIGNER.signed(message)).await.expect(200);
        }
        let mut message = rig.message();
        message["SignatureVersion"] = json!(version);
        message.as_object_mut().expect("an object").remove("Subject");
        rig.deliver(&SIGNER.signed(message)).await.expect(200);
    }
    assert_eq!(rig.world.taken().len(), 6);
}

#[tokio::test]
async fn nothing_of_a_forged_message_is_believed() {
    let rig = Rig::new().await;
    let good = SIGNER.signed(rig.message());
    for (field, value) in [
        ("Message", json!("{\"eventType\":\"Complaint\"}")),
        ("MessageId", json!("m-9")),
        ("Subject", json!("another")),
        ("Subject", Value::Null),
        ("TopicArn", json!("arn:aws:sns:ap-northeast-2:111122223333:another")),
        ("Timestamp", json!((rig.now() + Duration::from_secs(1)).to_string())),
        ("SignatureVersion", json!("1")),
        ("Signature", json!("AAAA")),
        ("Signature", json!("not base64!")),
    ] {
        let mut forged = good.clone();
        forged[field] = value;
        assert_eq!(refused(&rig.deliver(&forged).await, 403).1, "sns_signature", "{field}");
    }
    // A confirmation that is signed as a notification, and what a header says.
    let mut other = good.clone();
    (other["Type"], other["Token"]) = (json!("SubscriptionConfirmation"), json!("t"));
    other["SubscribeURL"] = json!("https://sns.ap-northeast-2.amazonaws.com/?Action=ConfirmSubscription");
    assert_eq!(refused(&rig.deliver(&other).await, 403).1, "sns_signature");
    let answer = rig.raw(good.to_string(), &[("x-amz-sns-message-type", "SubscriptionConfirmation")]).await;
    assert_eq!(answer.expect(200), json!({"status": "processed"}), "only the body says what it is");
    assert_eq!(rig.world.taken().len(), 1);
    assert_eq!(rig.world.confirmations(), 0);
}

#[tokio::test]
async fn what_no_sns_sends_is_refused_for_good() {
    let rig = Rig::new().await;
    for (body, status, code) in [
        ("", 400, "invalid_json"),
        ("{", 400, "invalid_json"),
        ("[]", 400, "invalid_json"),
        ("Successfully validated SNS topic for Amazon SES event publishing.", 400, "invalid_json"),
        ("{}", 422, "sns_raw_delivery"),
        (DELIVERY, 422, "sns_raw_delivery"),
        ("{\"Type\":\"Notification\"}", 422, "invalid_sns_message"),
    ] {
        assert_eq!(refused(&rig.raw(body, &[]).await, status).1, code, "{body}");
    }
    for version in ["0", "3", "sha256", ""] {
        assert_eq!(refused(&rig.changed("SignatureVersion", json!(version)).await, 422).0, "SignatureVersion");
    }
    assert_eq!(refused(&rig.changed("Type", json!("Something")).await, 422).0, "Type");
    let answer = rig.raw(SIGNER.signed(rig.message()).to_string(), &[("x-amz-sns-rawdelivery", "true")]).await;
    assert_eq!(refused(&answer, 422).1, "sns_raw_delivery");
    let too_large = rig.raw("x".repeat((640 << 10) + 1), &[]).await;
    assert_eq!(refused(&too_large, 413).1, "too_large");
    assert!(rig.world.taken().is_empty() && rig.world.visits().is_empty(), "and nothing was fetched for it");
}

#[tokio::test]
async fn the_largest_message_of_sns_is_taken() {
    let setup = Setup { body_limit: 16 << 10, ..Setup::default() };
    let rig = Rig::with(setup).await;
    // 256 KiB, and JSON writes each of these with two characters.
    let message = SIGNER.signed(unsigned("m-1", &"\"".repeat(256 << 10), rig.now()));
    rig.deliver(&message).await.expect(200);
    assert_eq!(rig.world.taken()[0].1.len(), 256 << 10);
}

#[tokio::test]
async fn a_replay_is_handed_on_with_its_id_while_sns_could_have_sent_it_and_put_off_later() {
    let rig = Rig::new().await;
    let message = SIGNER.signed(rig.message());
    rig.deliver(&message).await.expect(200);
    rig.api.clock.advance(Duration::from_secs(3_900));
    rig.deliver(&message).await.expect(200);
    let ids: Vec<String> = rig.world.taken().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["m-1", "m-1"], "who takes events knows a repeated one by its id");
    rig.api.clock.advance(Duration::from_secs(1));
    // It is SNS's own: if SNS delivers it now, our clock is ahead, and an event must not be lost for that.
    let answer = rig.deliver(&message).await;
    assert_eq!(refused(&answer, 503).1, "clock_ahead");
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(rig.world.taken().len(), 2);
    let mut forged = message;
    forged["Message"] = json!("x");
    assert_eq!(refused(&rig.deliver(&forged).await, 403).1, "sns_signature", "only what SNS signed is put off");
    // Nobody's loss where the topic is a stranger's, and then nothing is fetched for it.
    let mut asks = crate::support::sns::confirmation("SubscriptionConfirmation", STRANGER, Wall(rig.now().0 - 3_901_000));
    asks = SIGNER.signed(asks);
    assert_eq!(refused(&rig.deliver(&asks).await, 422), ("Timestamp".to_owned(), "stale_sns_message".to_owned()));
}

#[tokio::test]
async fn a_message_of_the_future_says_that_our_clock_is_behind() {
    let rig = Rig::new().await;
    let ahead = SIGNER.signed(unsigned("m-1", DELIVERY, rig.now() + Duration::from_secs(301)));
    let answer = rig.deliver(&ahead).await;
    assert_eq!(refused(&answer, 503).1, "clock_behind");
    assert!(answer.headers.contains_key("retry-after"));
    // Only what SNS signed can say so.
    let forged = unsigned("m-1", DELIVERY, rig.now() + Duration::from_secs(301));
    let mut forged = SIGNER.signed(forged);
    forged["Message"] = json!("x");
    assert_eq!(refused(&rig.deliver(&forged).await, 403).1, "sns_signature");
    assert!(rig.world.taken().is_empty());
    rig.api.clock.advance(Duration::from_secs(1));
    rig.deliver(&ahead).await.expect(200);
}

#[tokio::test]
async fn what_cannot_be_stored_is_delivered_again_and_what_never_can_is_not() {
    let rig = Rig::new().await;
    let message = SIGNER.signed(rig.message());
    rig.world.refuse(Refusal::busy(10, "store_busy", "too much is waiting to be written"));
    let answer = rig.deliver(&message).await;
    assert_eq!(refused(&answer, 503).1, "store_busy");
    assert_eq!(answer.headers["retry-after"], "10");
    rig.deliver(&message).await.expect(200);
    let fault = jebi_domain::refusal::Fault::new("Message", "invalid_sns_message", "it is nothing of SES", "publish only what SES does");
    rig.world.refuse(Refusal::invalid(fault));
    assert_eq!(refused(&rig.deliver(&message).await, 422).0, "Message");
}

#[tokio::test]
async fn topics_of_others_are_refused_before_anything_is_fetched() {
    let rig = Rig::new().await;
    let answer = rig.changed("TopicArn", json!(STRANGER)).await;
    assert_eq!(refused(&answer, 403), ("TopicArn".to_owned(), "sns_topic_not_allowed".to_owned()));
    assert!(rig.world.visits().is_empty() && rig.world.taken().is_empty());
}

#[tokio::test]
async fn with_topics_listed_only_those_are_taken_and_nobody_is_asked_whose_they_are() {
    let sns = SnsSetup { listed: vec![STRANGER], ..SnsSetup::default() };
    let rig = Rig::with(Setup { sns, ..Setup::default() }).await;
    assert_eq!(refused(&rig.changed("TopicArn", json!(TOPIC)).await, 403).1, "sns_topic_not_allowed");
    rig.changed("TopicArn", json!(STRANGER)).await.expect(200);
    assert_eq!((rig.world.taken().len(), rig.world.asked()), (1, 0));
}

#[tokio::test]
async fn every_network_may_deliver_and_only_by_post() {
    let access = AccessSettings { allowed_networks: Network::parse("10.0.0.0/8").into_iter().collect(), ..AccessSettings::default() };
    let rig = Rig::with(Setup { access, ..Setup::default() }).await;
    rig.deliver(&SIGNER.signed(rig.message())).await.expect(200);
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
        let request = Request::builder().method(method.clone()).uri("/v1/events/results").body(Body::empty()).expect("a request");
        let answer = rig.api.send_from("203.0.113.9", request).await;
        assert_eq!(refused(&answer, 405).1, "method_not_allowed", "{method}");
        assert_eq!(answer.headers["allow"], "POST");
    }
}

#[tokio::test]
async fn the_last_event_of_a_topic_is_shown() {
    let rig = Rig::new().await;
    let shown = async || rig.api.get("/v1/sns/topics").await.expect(200)["topics"].clone();
    assert_eq!(shown().await, json!([]));
    rig.deliver(&SIGNER.signed(rig.message())).await.expect(200);
    let at = rig.now().to_string();
    let topic = shown().await[0].clone();
    assert_eq!((&topic["arn"], &topic["last_event_at"], &topic["events"]), (&json!(TOPIC), &json!(at), &json!(1)), "{topic}");
    rig.api.state.sns.upkeep().await.expect("written down");
    rig.api.clock.advance(Duration::from_secs(60));
    rig.deliver(&SIGNER.signed(unsigned("m-2", DELIVERY, rig.now()))).await.expect(200);
    rig.api.state.sns.upkeep().await.expect("written down");
    let other = rig.api.beside().await;
    let topic = other.get("/v1/sns/topics").await.expect(200)["topics"][0].clone();
    assert_eq!((&topic["last_event_at"], &topic["events"]), (&json!(rig.now().to_string()), &json!(2)), "another node knows it too");
    assert!(certificate_url().ends_with(FILE));
}
