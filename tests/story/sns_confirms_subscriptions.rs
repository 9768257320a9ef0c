//! Requirement S3-4: subscriptions are confirmed by themselves where their topic is ours, and wait for a person where it is not.

use std::time::Duration;

use jebi_domain::outcome::Reason;
use serde_json::{Value, json};

use super::sns_takes_events::{Rig, refused};
use crate::support::{
    api::{Setup, list},
    sns::{SIGNER, STRANGER, TOPIC, confirmation, unsigned},
    sns_world::SnsSetup,
};

fn subscribe_url(topic: &str) -> String {
    confirmation("SubscriptionConfirmation", topic, jebi_domain::time::Wall(0))["SubscribeURL"].as_str().expect("a text").to_owned()
}

async fn topic(rig: &Rig, arn: &str) -> Value {
    let all = rig.api.get("/v1/sns/topics").await.expect(200);
    let found = list(&all["topics"]).iter().find(|topic| topic["arn"] == arn).cloned();
    found.unwrap_or_else(|| panic!("{arn} is not among {all}"))
}

fn event(rig: &Rig, topic: &str) -> Value {
    let mut message = unsigned("m-1", "{}", rig.now());
    message["TopicArn"] = json!(topic);
    SIGNER.signed(message)
}

#[tokio::test]
async fn one_of_our_own_account_is_confirmed_by_visiting_its_address() {
    let rig = Rig::new().await;
    for version in ["1", "2"] {
        let mut message = confirmation("SubscriptionConfirmation", TOPIC, rig.now());
        message["SignatureVersion"] = json!(version);
        assert_eq!(rig.deliver(&SIGNER.signed(message)).await.expect(200), json!({"status": "confirmed"}));
    }
    assert_eq!(rig.world.visits().last(), Some(&subscribe_url(TOPIC)));
    let topic = topic(&rig, TOPIC).await;
    assert_eq!((&topic["standing"], &topic["confirmed_at"]), (&json!("confirmed"), &json!(rig.now().to_string())), "{topic}");
    assert!(!topic.to_string().contains("t0k3n"), "whoever knows the token could confirm it");
}

#[tokio::test]
async fn one_of_somebody_else_waits_for_a_person() {
    let rig = Rig::new().await;
    let answer = rig.deliver(&SIGNER.confirmation(STRANGER, rig.now())).await.expect(200);
    assert_eq!(answer["status"], "processed");
    assert!(answer["note"].as_str().expect("a text").contains("jebi sns allow"));
    assert_eq!((rig.world.confirmations(), &topic(&rig, STRANGER).await["standing"]), (0, &json!("waiting")));
    rig.api.state.sns.upkeep().await.expect("looked at");
    assert_eq!(rig.world.confirmations(), 0);
    assert_eq!(refused(&rig.deliver(&event(&rig, STRANGER)).await, 403).1, "sns_topic_not_allowed");
    let ready = rig.api.state.sns.as_ref();
    let warnings = jebi::service::ready::Readiness::warnings(ready).await;
    assert!(warnings[0].contains(&format!("jebi sns allow {STRANGER}")), "{warnings:?}");

    let allowed = rig.api.post("/v1/sns/topics", &json!({"arn": STRANGER})).await.expect(200);
    assert_eq!((&allowed["standing"], allowed["confirmed_at"].is_string()), (&json!("allowed"), true));
    assert_eq!(rig.world.confirmations(), 1);
    rig.deliver(&event(&rig, STRANGER)).await.expect(200);

    let acts = rig.api.get("/v1/audit").await.expect(200);
    let act = &acts["acts"][0];
    assert_eq!((&act["act"], &act["target"]), (&json!("sns_topic.allow"), &json!(STRANGER)));
}

#[tokio::test]
async fn one_may_be_allowed_before_it_asks() {
    let rig = Rig::new().await;
    rig.api.post("/v1/sns/topics", &json!({"arn": STRANGER})).await.expect(200);
    assert_eq!(rig.deliver(&SIGNER.confirmation(STRANGER, rig.now())).await.expect(200)["status"], "confirmed");
}

#[tokio::test]
async fn one_taken_out_is_refused_until_it_is_allowed_again() {
    let rig = Rig::new().await;
    rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200);
    rig.deliver(&event(&rig, TOPIC)).await.expect(200);
    let removed = rig.api.delete(&format!("/v1/sns/topics?arn={TOPIC}")).await.expect(200);
    assert_eq!(removed["standing"], "removed");
    for message in [event(&rig, TOPIC), SIGNER.confirmation(TOPIC, rig.now()), SIGNER.unsubscription(TOPIC, rig.now())] {
        assert_eq!(refused(&rig.deliver(&message).await, 403).1, "sns_topic_not_allowed");
    }
    // Another node learns of both within seconds.
    let sns = SnsSetup { world: rig.world.clone(), ..SnsSetup::default() };
    let other = Rig { api: rig.api.beside_as(Setup { sns, ..Setup::default() }).await, world: rig.world.clone() };
    other.api.state.sns.upkeep().await.expect("read");
    assert_eq!(refused(&other.deliver(&event(&rig, TOPIC)).await, 403).1, "sns_topic_not_allowed");
    rig.api.post("/v1/sns/topics", &json!({"arn": TOPIC})).await.expect(200);
    rig.deliver(&event(&rig, TOPIC)).await.expect(200);
    rig.api.clock.advance(Duration::from_secs(2));
    other.deliver(&event(&rig, TOPIC)).await.expect(200);

    assert_eq!(refused(&rig.api.delete(&format!("/v1/sns/topics?arn={STRANGER}")).await, 404).1, "not_found");
    assert_eq!(refused(&rig.api.delete("/v1/sns/topics?arn=nonsense").await, 422), ("arn".to_owned(), "invalid_topic_arn".to_owned()));
    assert_eq!(refused(&rig.api.post("/v1/sns/topics", &json!({"arn": "x"})).await, 422).0, "arn");
}

#[tokio::test]
async fn a_listed_one_is_confirmed_and_cannot_be_taken_out() {
    let sns = SnsSetup { listed: vec![STRANGER], ..SnsSetup::default() };
    let rig = Rig::with(Setup { sns, ..Setup::default() }).await;
    assert_eq!(topic(&rig, STRANGER).await["last_event_at"], Value::Null, "shown before anything has come");
    assert_eq!(rig.deliver(&SIGNER.confirmation(STRANGER, rig.now())).await.expect(200)["status"], "confirmed");
    assert_eq!(rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200)["status"], "processed", "not listed");
    assert_eq!(refused(&rig.api.delete(&format!("/v1/sns/topics?arn={STRANGER}")).await, 409).1, "sns_topic_listed");
    // A reload that lists it has what waits confirmed.
    rig.api.state.sns.set(rig.world.settings(&[STRANGER, TOPIC]));
    rig.api.state.sns.upkeep().await.expect("confirmed");
    assert!(topic(&rig, TOPIC).await["confirmed_at"].is_string());
}

#[tokio::test]
async fn a_confirmation_that_failed_is_tried_again_until_its_token_ends() {
    let rig = Rig::new().await;
    rig.world.page(&subscribe_url(TOPIC), Err("connection refused".to_owned()));
    let answer = rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200);
    assert!(answer["note"].as_str().expect("a text").contains("tried again"), "{answer}");
    let state = topic(&rig, TOPIC).await;
    assert_eq!((&state["fault"], state["next_try_at"].is_string()), (&json!("connection refused"), true));
    rig.api.state.sns.upkeep().await.expect("not due");
    assert_eq!(rig.world.confirmations(), 1);
    // 30 s, 60 s, 120 s … 3,600 s, and for two days in all.
    for (seconds, tries) in [(30, 2), (59, 2), (1, 3), (119, 3), (1, 4)] {
        rig.api.clock.advance(Duration::from_secs(seconds));
        rig.api.state.sns.upkeep().await.expect("tried");
        assert_eq!(rig.world.confirmations(), tries);
    }
    rig.world.page(&subscribe_url(TOPIC), Ok((200, Vec::new())));
    rig.api.clock.advance(Duration::from_secs(240));
    rig.api.state.sns.upkeep().await.expect("tried");
    let state = topic(&rig, TOPIC).await;
    assert_eq!((&state["fault"], &state["asked_at"], state["confirmed_at"].is_string()), (&Value::Null, &Value::Null, true));

    rig.world.page(&subscribe_url(TOPIC), Err("connection refused".to_owned()));
    rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200);
    let before = rig.world.confirmations();
    for _ in 0..100 {
        rig.api.clock.advance(Duration::from_secs(3_600));
        rig.api.state.sns.upkeep().await.expect("tried");
    }
    let tried = rig.world.confirmations() - before;
    assert!((47..=48).contains(&tried), "each hour of two days: {tried}");
    assert_eq!(topic(&rig, TOPIC).await["next_try_at"], Value::Null);
}

#[tokio::test]
async fn a_confirmation_sns_does_not_take_any_more_is_given_up() {
    let rig = Rig::new().await;
    rig.world.page(&subscribe_url(TOPIC), Ok((400, Vec::new())));
    let answer = rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200);
    assert!(answer["note"].as_str().expect("a text").contains("subscribe again"), "{answer}");
    rig.api.clock.advance(Duration::from_secs(86_400));
    rig.api.state.sns.upkeep().await.expect("looked at");
    assert_eq!(rig.world.confirmations(), 1);
    // A new subscription begins anew, and a redirect is not followed.
    rig.world.page(&subscribe_url(TOPIC), Ok((302, Vec::new())));
    rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200);
    assert_eq!(topic(&rig, TOPIC).await["fault"], "SNS answered with status 302");
}

#[tokio::test]
async fn an_address_elsewhere_is_never_visited() {
    let rig = Rig::new().await;
    for url in [
        "https://evil.example/?Action=ConfirmSubscription",
        "http://sns.ap-northeast-2.amazonaws.com/?a",
        "https://sns.x.s3.amazonaws.com/?a",
    ] {
        let mut message = confirmation("SubscriptionConfirmation", TOPIC, rig.now());
        message["SubscribeURL"] = json!(url);
        assert_eq!(refused(&rig.deliver(&SIGNER.signed(message)).await, 422).0, "SubscribeURL");
    }
    assert!(rig.world.visits().is_empty());
}

#[tokio::test]
async fn the_end_of_a_subscription_is_shown_and_nothing_is_visited() {
    let rig = Rig::new().await;
    rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200);
    let before = rig.world.confirmations();
    assert_eq!(rig.deliver(&SIGNER.unsubscription(TOPIC, rig.now())).await.expect(200), json!({"status": "processed"}));
    assert_eq!(rig.world.confirmations(), before, "visiting it would subscribe again");
    assert_eq!(topic(&rig, TOPIC).await["unsubscribed_at"], json!(rig.now().to_string()));
    rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200);
    assert_eq!(topic(&rig, TOPIC).await["unsubscribed_at"], Value::Null);
}

#[tokio::test]
async fn while_nobody_can_tell_whose_a_topic_is_events_come_again_and_subscriptions_wait() {
    let rig = Rig::new().await;
    rig.world.own(Err(Reason::new("GetCallerIdentity", "connection refused", "check the credentials")));
    assert_eq!(refused(&rig.deliver(&event(&rig, TOPIC)).await, 503).1, "sns_account_unknown");
    assert_eq!(rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200)["status"], "processed");
    assert_eq!(rig.world.confirmations(), 0);
    rig.world.own(Ok(vec![jebi_domain::sns::OwnAccount { region: "ap-northeast-2".into(), account: "111122223333".into() }]));
    rig.api.clock.advance(Duration::from_secs(10));
    rig.api.state.sns.upkeep().await.expect("confirmed");
    assert!(topic(&rig, TOPIC).await["confirmed_at"].is_string());
    rig.world.own(Err(Reason::new("GetCallerIdentity", "connection refused", "check the credentials")));
    rig.deliver(&event(&rig, TOPIC)).await.expect(200);
}

#[tokio::test]
async fn strangers_cannot_fill_the_list() {
    let rig = Rig::new().await;
    rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200);
    for n in 0..110 {
        rig.api.clock.advance(Duration::from_secs(6));
        rig.deliver(&SIGNER.confirmation(&format!("{STRANGER}-{n}"), rig.now())).await.expect(200);
    }
    let all = rig.api.get("/v1/sns/topics").await.expect(200);
    let names: Vec<&str> = list(&all["topics"]).iter().filter_map(|topic| topic["arn"].as_str()).collect();
    assert_eq!(names.len(), 101);
    assert!(
        names.contains(&TOPIC) && names.contains(&format!("{STRANGER}-109").as_str()) && !names.contains(&format!("{STRANGER}-9").as_str())
    );
}

#[tokio::test]
async fn whoever_repeats_a_strangers_message_has_nothing_written() {
    let rig = Rig::new().await;
    let message = SIGNER.confirmation(STRANGER, rig.now());
    rig.deliver(&message).await.expect(200);
    let first = topic(&rig, STRANGER).await;
    for _ in 0..20 {
        rig.api.clock.advance(Duration::from_secs(1));
        assert_eq!(rig.deliver(&message).await.expect(200)["status"], "processed");
    }
    assert_eq!(topic(&rig, STRANGER).await, first, "also not when it asked");
}

#[tokio::test]
async fn only_so_many_subscriptions_of_strangers_are_written_in_a_minute() {
    let rig = Rig::new().await;
    for n in 0..10 {
        rig.deliver(&SIGNER.confirmation(&format!("{STRANGER}-{n}"), rig.now())).await.expect(200);
    }
    // The same topic with another token is one more, too.
    let mut again = confirmation("SubscriptionConfirmation", &format!("{STRANGER}-0"), rig.now());
    again["SubscribeURL"] = json!(format!("{}x", again["SubscribeURL"].as_str().expect("a text")));
    let again = SIGNER.signed(again);
    for message in [&SIGNER.confirmation(&format!("{STRANGER}-10"), rig.now()), &again] {
        assert_eq!(refused(&rig.deliver(message).await, 503).1, "too_many_subscriptions");
    }
    assert_eq!(list(&rig.api.get("/v1/sns/topics").await.expect(200)["topics"]).len(), 10);
    rig.deliver(&SIGNER.confirmation(TOPIC, rig.now())).await.expect(200);
    rig.api.clock.advance(Duration::from_secs(60));
    rig.deliver(&again).await.expect(200);
}
