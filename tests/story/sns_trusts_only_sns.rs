//! Whose signatures are believed: those of certificates that SNS's host has, with a chain to a trusted root.

use std::time::Duration;

use serde_json::{Value, json};

use super::sns_takes_events::{Rig, refused};
use crate::support::{
    sns::{SIGNER, STRANGER, Signer, TOPIC, Unusual, certificate_url, unsigned},
    sns_world::World,
};

fn message(rig: &Rig) -> Value {
    SIGNER.signed(unsigned("m-1", "{}", rig.now()))
}

/// Delivers a message while this lies at the certificate's address.
async fn with_certificate(pem: &str) -> (Rig, crate::support::api::Answer) {
    let rig = Rig::new().await;
    rig.world.page(&certificate_url(), Ok((200, pem.as_bytes().to_vec())));
    let answer = rig.deliver(&message(&rig)).await;
    (rig, answer)
}

#[tokio::test]
async fn certificates_of_other_hosts_are_not_even_fetched() {
    let rig = Rig::new().await;
    for url in [
        "http://sns.ap-northeast-2.amazonaws.com/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com:8443/a.pem",
        "https://sns@sns.ap-northeast-2.amazonaws.com/a.pem",
        "https://evil.s3.amazonaws.com/a.pem",
        "https://sns.evil-bucket.s3.amazonaws.com/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com.evil.example/a.pem",
        "https://127.0.0.1/a.pem",
        "https://sns.ap-northeast-2.amazonaws.com/a.txt",
        "file:///etc/passwd.pem",
    ] {
        let mut message = unsigned("m-1", "{}", rig.now());
        message["SigningCertURL"] = json!(url);
        assert_eq!(refused(&rig.deliver(&SIGNER.signed(message)).await, 422).0, "SigningCertURL", "{url}");
    }
    assert!(rig.world.visits().is_empty());
}

#[tokio::test]
async fn a_certificate_is_believed_by_its_chain_time_purpose_and_name() {
    let another = Signer::new();
    for (what, pem) in [
        ("another root", another.certificate()),
        ("expired", SIGNER.certificate_with(Unusual { expired: true, ..Unusual::default() })),
        ("for mail", SIGNER.certificate_with(Unusual { other_usage: true, ..Unusual::default() })),
        ("for another name", SIGNER.certificate_with(Unusual { name: Some("evil.example"), ..Unusual::default() })),
        ("for another region", SIGNER.certificate_with(Unusual { name: Some("sns.us-east-1.amazonaws.com"), ..Unusual::default() })),
        ("the root itself", SIGNER.root().to_owned()),
        ("nothing", String::new()),
        ("a page", "<html>not found</html>".to_owned()),
        ("no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned()),
    ] {
        let (rig, answer) = with_certificate(&pem).await;
        assert_eq!(refused(&answer, 403), ("SigningCertURL".to_owned(), "sns_certificate".to_owned()), "{what}");
        assert!(rig.world.taken().is_empty());
    }
    for name in ["sns.amazonaws.com", "sns.ap-northeast-2.amazonaws.com", "sns-signing.ap-northeast-2.amazonaws.com"] {
        let (_, answer) = with_certificate(&SIGNER.certificate_with(Unusual { name: Some(name), ..Unusual::default() })).await;
        answer.expect(200);
    }
}

#[tokio::test]
async fn a_key_of_another_certificate_does_not_verify() {
    let rig = Rig::new().await;
    let mut message = Signer::new().signed(unsigned("m-1", "{}", rig.now()));
    assert_eq!(refused(&rig.deliver(&message).await, 403).1, "sns_signature");
    message["SignatureVersion"] = json!("1");
    assert_eq!(refused(&rig.deliver(&message).await, 403).1, "sns_signature");
}

/// SNS's files hold one certificate, and who issued it changes: the certificate names where that one's lies.
#[tokio::test]
async fn the_issuers_certificate_is_fetched_where_the_certificate_says() {
    const ISSUER: &str = "http://crt.r2m01.amazontrust.com/r2m01.cer";
    let pem = |url| SIGNER.certificate_with(Unusual { issuer_url: Some(url), ..Unusual::default() });
    let rig = Rig::new().await;
    rig.world.page(&certificate_url(), Ok((200, pem(ISSUER).into_bytes())));
    rig.world.page(ISSUER, Ok((200, SIGNER.intermediate_der())));
    rig.deliver(&message(&rig)).await.expect(200);
    assert_eq!(rig.world.visits(), [certificate_url(), ISSUER.to_owned()]);

    let (rig, answer) = with_certificate(&pem("http://169.254.169.254/latest")).await;
    assert_eq!(refused(&answer, 403).1, "sns_certificate");
    assert_eq!(rig.world.visits().len(), 1, "nobody else is asked");

    let rig = Rig::new().await;
    rig.world.page(&certificate_url(), Ok((200, pem(ISSUER).into_bytes())));
    // It comes over plain HTTP: whatever somebody on the way answers once loses no event, and is not remembered for long.
    let another = Ok((200, Signer::new().intermediate_der()));
    for page in [Ok((503, Vec::new())), Ok((200, b"<html>log in to go on</html>".to_vec())), Ok((200, Vec::new())), another] {
        rig.world.page(ISSUER, page);
        assert_eq!(refused(&rig.deliver(&message(&rig)).await, 503).1, "sns_certificate_unavailable");
        rig.api.clock.advance(Duration::from_secs(6));
    }
    rig.world.page(ISSUER, Ok((200, SIGNER.intermediate_der())));
    rig.deliver(&message(&rig)).await.expect(200);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_fetched_is_our_fault_and_is_asked_for_again() {
    let rig = Rig::new().await;
    for (page, status, code) in [
        (Err("connection refused".to_owned()), 503, "sns_certificate_unavailable"),
        (Ok((500, Vec::new())), 503, "sns_certificate_unavailable"),
        (Ok((403, Vec::new())), 503, "sns_certificate_unavailable"),
        // No redirect is followed.
        (Ok((302, Vec::new())), 503, "sns_certificate_unavailable"),
        (Ok((200, vec![b'x'; (64 << 10) + 1])), 503, "sns_certificate_unavailable"),
        (Ok((404, Vec::new())), 403, "sns_certificate"),
    ] {
        rig.world.page(&certificate_url(), page.clone());
        let before = rig.world.visits().len();
        for _ in 0..3 {
            assert_eq!(refused(&rig.deliver(&message(&rig)).await, status).1, code, "{page:?}");
        }
        assert_eq!(rig.world.visits().len(), before + 1, "what failed is remembered for a while");
        rig.api.clock.advance(Duration::from_secs(61));
    }
    rig.world.page(&certificate_url(), Ok((200, SIGNER.certificate().into_bytes())));
    rig.deliver(&message(&rig)).await.expect(200);
}

#[tokio::test]
async fn many_at_once_fetch_a_certificate_once() {
    let rig = Rig::new().await;
    let messages: Vec<Value> = (0..20).map(|n| SIGNER.signed(unsigned(&format!("m-{n}"), "{}", rig.now()))).collect();
    let answers = futures_util::future::join_all(messages.iter().map(|message| rig.deliver(message))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!((rig.world.visits().len(), rig.world.taken().len()), (1, 20));
}

#[tokio::test]
async fn a_chain_is_checked_again_when_time_passes() {
    let rig = Rig::new().await;
    rig.deliver(&message(&rig)).await.expect(200);
    rig.api.clock.advance(Duration::from_secs(3_600));
    rig.deliver(&message(&rig)).await.expect(200);
    assert_eq!(rig.world.visits().len(), 1, "one that still holds is not fetched again");
    // All certificates of the tests have ended by then.
    rig.api.clock.set_wall(crate::support::api::at("4200-01-01T00:00:00Z"));
    rig.api.clock.advance(Duration::from_secs(3_600));
    assert_eq!(refused(&rig.deliver(&message(&rig)).await, 403).1, "sns_certificate");
    assert_eq!(rig.world.visits().len(), 2, "another might have lain there");
}

#[tokio::test]
async fn forged_messages_cannot_have_certificates_fetched_without_end() {
    let rig = Rig::new().await;
    let forged = |n: usize, topic: &str| {
        let mut message = crate::support::sns::confirmation("SubscriptionConfirmation", topic, rig.now());
        message["SigningCertURL"] = json!(format!("https://sns.ap-northeast-2.amazonaws.com/SimpleNotificationService-{n}.pem"));
        SIGNER.signed(message)
    };
    for n in 0..100 {
        let status = rig.deliver(&forged(n, STRANGER)).await.status.as_u16();
        assert!([403, 503].contains(&status), "{status}");
    }
    assert_eq!(rig.world.visits().len(), 10, "a minute's share");
    // Nor is anything remembered against the address true messages name.
    let mut named = crate::support::sns::confirmation("SubscriptionConfirmation", STRANGER, rig.now());
    named["Signature"] = json!("AAAA");
    assert_eq!(refused(&rig.deliver(&named).await, 503).1, "sns_certificate_unavailable");
    rig.deliver(&message(&rig)).await.expect(200);
    assert_eq!(rig.world.visits().len(), 11, "what true messages need is not used up");
}

#[tokio::test]
async fn what_a_stranger_met_with_is_not_told_to_others() {
    let rig = Rig::new().await;
    rig.world.page(&certificate_url(), Ok((404, Vec::new())));
    let stranger = SIGNER.confirmation(STRANGER, rig.now());
    assert_eq!(refused(&rig.deliver(&stranger).await, 403).1, "sns_certificate");
    rig.world.page(&certificate_url(), Ok((200, SIGNER.certificate().into_bytes())));
    assert_eq!(refused(&rig.deliver(&stranger).await, 403).1, "sns_certificate", "remembered for a minute");
    rig.deliver(&message(&rig)).await.expect(200);
    rig.deliver(&stranger).await.expect(200);
}

/// Whoever knows the name of a permitted topic can invent certificates of its region, and of no other.
#[tokio::test]
async fn each_region_has_its_share_and_what_is_put_by_needs_none() {
    const ELSEWHERE: &str = "arn:aws:sns:us-east-1:111122223333:ses-events";
    let sns = crate::support::sns_world::SnsSetup { listed: vec![TOPIC, ELSEWHERE], ..Default::default() };
    let rig = Rig::with(crate::support::api::Setup { sns, ..Default::default() }).await;
    for n in 0..40 {
        let mut forged = message(&rig);
        forged["SigningCertURL"] = json!(format!("https://sns.ap-northeast-2.amazonaws.com/{n}.pem"));
        assert!([403, 503].contains(&rig.deliver(&forged).await.status.as_u16()));
    }
    assert_eq!(rig.world.visits().len(), 30, "a minute's share of the region");
    let there = certificate_url().replace("ap-northeast-2", "us-east-1");
    rig.world.page(&there, Ok((200, SIGNER.certificate().into_bytes())));
    let mut other = unsigned("m-2", "{}", rig.now());
    (other["TopicArn"], other["SigningCertURL"]) = (json!(ELSEWHERE), json!(there));
    rig.deliver(&SIGNER.signed(other)).await.expect(200);
    assert_eq!(refused(&rig.deliver(&message(&rig)).await, 503).1, "sns_certificate_unavailable");
    rig.world.put_by(&certificate_url(), SIGNER.certificate());
    rig.deliver(&message(&rig)).await.expect(200);
    assert_eq!(rig.world.visits().len(), 31);
}

#[tokio::test]
async fn certificates_of_another_region_than_the_topics_are_not_fetched() {
    let rig = Rig::new().await;
    for region in ["us-east-1", "Ap-Northeast-2"] {
        let mut message = unsigned("m-1", "{}", rig.now());
        message["SigningCertURL"] = json!(certificate_url().replace("ap-northeast-2", region));
        assert_eq!(refused(&rig.deliver(&SIGNER.signed(message)).await, 422).0, "SigningCertURL", "{region}");
    }
    assert!(rig.world.visits().is_empty());
}

#[tokio::test]
async fn without_any_root_nothing_is_believed_and_nothing_is_lost() {
    let world = World::usual();
    let rig = Rig::new().await;
    let outside = jebi::service::sns::Outside {
        roots: Box::new(|| {
            Err(jebi_domain::refusal::Fault::new("ca_bundle", "no_certificate_authorities", "there are none", "install some"))
        }),
        ..world.outside()
    };
    let clock = std::sync::Arc::new(rig.api.clock.clone());
    let sns = jebi::service::sns::Sns::new(rig.api.store.clone(), clock, outside, world.settings(&[]));
    let refusal = sns.deliver(message(&rig).to_string().as_bytes(), false).await.expect_err("nobody is trusted");
    assert_eq!(refusal.faults[0].code, "sns_certificate_unavailable");
    assert!(matches!(refusal.kind, jebi_domain::refusal::RefusalKind::Busy { .. }));
}
